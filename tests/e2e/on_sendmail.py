"""The end-to-end tests once more, on the second MTA: $KAIRAN_E2E_TESTS names their files. Each
line of theirs becomes a line of ours, with the file's name before it. (test_kill.py,
which takes as long as the others together, has kill_on_sendmail.py.)"""
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
LINE = re.compile(r"(not ok|ok) \d+ - (.*)")


class Report:
    def __init__(self):
        self.count = 0
        self.failed = False

    def add(self, good, title):
        self.count += 1
        self.failed = self.failed or not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {title}", flush=True)


def run(file, report):
    """One file of tests, to its end."""
    seen, last = 0, "and said nothing"
    with subprocess.Popen([sys.executable, str(TOP / file)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "KAIRAN_TEST_MTA": "sendmail"}) as process:
        for line in process.stdout:
            match = LINE.match(line)
            if match:
                seen += 1
                report.add(match[1] == "ok", f"{pathlib.Path(file).stem}: {match[2]}")
            elif not line.startswith("1.."):
                last = line.strip() or last
                print(line if line.startswith("#") else f"# {line}", end="", flush=True)
    # A failure that no line has told of.
    if not seen or (process.returncode and not report.failed):
        report.add(False, f"{pathlib.Path(file).stem}: ended with {process.returncode}: {last}")


def main(files):
    report = Report()
    program = pathlib.Path(os.environ["KAIRAN_BUILD_DIR"]) / "sendmail/usr/libexec/sendmail"
    if not program.is_dir():
        print("1..0 # SKIP there is no Sendmail: ./quickstart fetch")
        return 0
    for file in files:
        run(file, report)
    print(f"1..{report.count}")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(os.environ["KAIRAN_E2E_TESTS"].split()))
