"""The end-to-end tests once more, on the second MTA: $KAIRAN_E2E_TESTS names their files. Each
line of theirs becomes a line of ours, with the file's name before it. (test_kill.py,
which takes as long as the others together, has kill_on_sendmail.py.)"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
LINE = re.compile(r"(not ok|ok) \d+ - (.*)")
# They wait more than they work.
AT_ONCE = 2


class Report:
    def __init__(self):
        self.lock = threading.Lock()
        self.count = 0
        self.failed = False

    def add(self, good, title):
        with self.lock:
            self.count += 1
            self.failed = self.failed or not good
            print(f"{'ok' if good else 'not ok'} {self.count} - {title}", flush=True)

    def comment(self, text):
        with self.lock:
            print(f"# {text}", flush=True)


def run(file, report, mta):
    """One file of tests, to its end."""
    name, begin = pathlib.Path(file).stem, time.monotonic()
    seen, failed, last = 0, False, "and said nothing"
    with subprocess.Popen([sys.executable, str(TOP / file)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "KAIRAN_TEST_MTA": mta}) as process:
        for line in process.stdout:
            match = LINE.match(line)
            if match:
                seen += 1
                failed = failed or match[1] != "ok"
                report.add(match[1] == "ok", f"{name}: {match[2]}")
            elif not line.startswith("1.."):
                last = line.strip() or last
                report.comment(f"{name}: {line.lstrip('# ').rstrip()}")
    # A failure that no line has told of.
    if not seen or (process.returncode and not failed):
        report.add(False, f"{name}: ended with {process.returncode}: {last}")
    report.comment(f"{name}: {time.monotonic() - begin:.0f} s")


def main(files, mta="sendmail"):
    report = Report()
    program = pathlib.Path(os.environ["KAIRAN_BUILD_DIR"]) / "sendmail/usr/libexec/sendmail"
    if mta == "sendmail" and not program.is_dir():
        print("1..0 # SKIP there is no Sendmail: ./quickstart fetch")
        return 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda file: run(file, report, mta), files))
    print(f"1..{report.count}")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(os.environ["KAIRAN_E2E_TESTS"].split()))
