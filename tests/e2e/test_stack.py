"""The private stack itself: quick, repeatable, recovers, and leaves nothing behind."""
import os
import pathlib
import subprocess
import sys
import time

import tap
import town
from tap import check_equal, check_in

SERVERS = ("slapd", "dovecot", "mta", "milter")


def test_up_twice(stack):
    pids = [stack.pid(server) for server in SERVERS]
    stack.start()
    check_equal([stack.pid(server) for server in SERVERS], pids, "processes")


def test_companions_that_it_does_not_have(stack):
    """They are chosen when it is set up; what is wrong is said, and nothing is started."""
    pids = [stack.pid(server) for server in SERVERS]
    for args, words in ((("up", "dkim"), "there is no server 'dkim'"),
                        (("--with", "dkim", "up"), "this stack runs with no companions"),
                        (("--with", "virus", "up"), "the companions are dkim and dmarc")):
        try:
            stack.quickstart(*args)
        except RuntimeError as failure:
            check_in(words, str(failure))
        else:
            raise AssertionError(f"quickstart {args} succeeded")
    check_equal([stack.pid(server) for server in SERVERS], pids, "processes")


def test_the_env_file(stack):
    """`. build/stack/env` is all that kairanctl and the tools of LDAP need."""
    done = subprocess.run(
        ["sh", "-c", '. "$0/env" && kairanctl subscribers count && '
         'ldapsearch -LLL -Q -b "$LDAPBASE" uid=bosai-chief mail', str(stack.directory)],
        env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False)
    check_equal(done.returncode, 0, done.stderr)
    check_in("bosai", done.stdout)
    check_in("mail: bosai-chief@town.example", done.stdout)


def test_the_demo(stack):
    """What a newcomer sees first: one broadcast, approved from a phone."""
    demo = pathlib.Path(__file__).resolve().parents[1] / "stack" / "demo.py"
    done = subprocess.run([sys.executable, str(demo), str(stack.directory)], capture_output=True,
                          text=True, check=False)
    check_equal(done.returncode, 0, done.stdout + done.stderr)
    check_in("text/html", done.stdout)
    check_in("配信完了", done.stdout)


def test_up_after_kill_of_anything(stack):
    for server in SERVERS:
        stack.kill9(server)
        stack.start()
        check_equal(stack.pid(server) is not None, True, f"{server} runs")
        town.draft(stack, "bosai-staff1", f"{server}の後")
        town.request_for(stack, "bosai-chief", f"{server}の後")


def test_down_and_up_again_in_ten_seconds(stack):
    stack.stop()
    check_equal(pathlib.Path(stack.directory).exists(), False, "the stack's folder")
    mine = [pid for pid in os.listdir("/proc") if pid.isdigit()
            and str(stack.directory).encode() in read_command(pid)]
    check_equal(mine, [], "processes left behind")
    began = time.monotonic()
    stack.start()
    tap.comment(f"up took {time.monotonic() - began:.1f} s")


def read_command(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    tap.main(globals())
