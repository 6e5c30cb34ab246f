"""The build whose programs stop at the points of conf/fault.h. Imported before all modules of ours,
which read the environment when they are imported."""
import fcntl
import os
import pathlib
import shutil
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
OUTER = pathlib.Path(os.environ.get("KAIRAN_BUILD_DIR", TOP / "build"))
FAULTS = OUTER / "faults"
os.environ["KAIRAN_BUILD_DIR"] = str(FAULTS)


def build():
    """The programs with their points; quick when nothing has changed. The suite runs such tests
    for both MTAs, maybe at the same moment, so whoever comes second waits."""
    FAULTS.mkdir(exist_ok=True)
    with open(FAULTS / "building", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # The same Sendmail serves: there may be no network to fetch another from.
        if (OUTER / "sendmail").exists() and not (FAULTS / "sendmail").exists():
            (FAULTS / "sendmail").symlink_to("../sendmail")
        if not (FAULTS / "Makefile").exists():
            subprocess.run([TOP / "configure", "--enable-faults"], cwd=FAULTS, check=True,
                           stdout=subprocess.DEVNULL)
        subprocess.run(["make", "-s", "-j2", "kairan-milter", "kairanctl"], cwd=FAULTS,
                       check=True, stdout=subprocess.DEVNULL)


def folder(stack):
    """Where points are noted and waited for, once it is there."""
    return pathlib.Path(stack.env["KAIRAN_CLOCK"]).parent / "faults"


def make_folder(stack):
    folder(stack).mkdir()
    shutil.chown(folder(stack), stack.env["KAIRAN_STACK_USER"])


def want(stack, point, number):
    """A program is to stop at this pass of a point: "ctl NAME" or "daemon NAME"."""
    wanted = folder(stack) / "wanted"
    wanted.write_text(f"{point} {number}\n")
    shutil.chown(wanted, stack.env["KAIRAN_STACK_USER"])
    return wanted
