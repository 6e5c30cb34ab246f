#!/usr/bin/env python3
"""The unit tests of the store once more, on PostgreSQL: $KAIRAN_STORE_TESTS names the programs.
Each line of theirs becomes a line of ours. test_postgres kills its server, and has one of its
own."""
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import private_postgres  # pylint: disable=wrong-import-position

BUILD = pathlib.Path(os.environ.get("KAIRAN_BUILD_DIR", "."))
LINE = re.compile(r"(not ok|ok) (?:\d+ )?- (.*)")
AT_ONCE = 2
KILLS = "test_postgres"


def run_alone(name):
    with private_postgres.running() as server:
        return run(name, server)


def run(name, server):
    """A program's lines, as (good, title), and all that it said."""
    ended = subprocess.run([BUILD / name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, errors="replace", check=False,
                           env={**os.environ, "KAIRAN_TEST_POSTGRES": server.uri(),
                                "KAIRAN_TEST_POSTGRES_CONTROL": shlex.join(
                                    [sys.executable, private_postgres.__file__,
                                     str(server.folder)]),
                                "CMOCKA_MESSAGE_OUTPUT": "TAP"})
    title = pathlib.Path(name).name
    found = [(good == "ok", f"{title}: {text}") for good, text in LINE.findall(ended.stdout)]
    if not found or ended.returncode and all(good for good, _ in found):
        found.append((False, f"{title}: ended with {ended.returncode}"))
    return found, ended.stdout


def main(names):
    count, failed = 0, False
    if "#define HAVE_POSTGRESQL 1" not in (BUILD / "config.h").read_text(encoding="utf-8"):
        print("1..0 # SKIP built without PostgreSQL")
        return 0
    try:
        with private_postgres.running() as server, \
                concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for found, said in pool.map(lambda name: run_alone(name) if name.endswith(KILLS)
                                        else run(name, server), names):
                for good, title in found:
                    count += 1
                    failed = failed or not good
                    print(f"{'ok' if good else 'not ok'} {count} - {title}", flush=True)
                if not all(good for good, _ in found):
                    print(re.sub(r"(?m)^", "# ", said), flush=True)
    except unittest.SkipTest as skip:
        print(f"1..0 # SKIP {skip}")
        return 0
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or os.environ["KAIRAN_STORE_TESTS"].split()))
