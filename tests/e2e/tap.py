"""A small runner: every function test_* of a module is one line of TAP. Each gets the
running stack. What goes wrong is told in comments, with the ends of the logs."""
import os
import signal
import subprocess
import sys
import time
import traceback
import unittest

import stack as stack_module


def comment(text):
    for line in str(text).splitlines():
        print(f"# {line}", flush=True)


def check_equal(found, wanted, what="value"):
    if found != wanted:
        raise AssertionError(f"{what}: found {found!r}, wanted {wanted!r}")


def check_in(part, whole, what="text"):
    if part not in whole:
        raise AssertionError(f"{what}: {part!r} is not in {whole!r}")


def can_become_root():
    if os.geteuid() == 0:
        return True
    try:
        return subprocess.run(["sudo", "-n", "true"], capture_output=True,
                              check=False).returncode == 0
    except FileNotFoundError:
        return False


def run_one(number, test, stack):
    title = f"{number} - {test.__name__.removeprefix('test_').replace('_', ' ')}"
    begin = time.monotonic()
    try:
        test(stack)
    except unittest.SkipTest as reason:
        print(f"ok {title} # SKIP {reason}", flush=True)
        return True
    except Exception:
        print(f"not ok {title}", flush=True)
        comment(traceback.format_exc())
        comment(stack.tail())
        return False
    print(f"ok {title}", flush=True)
    comment(f"took {time.monotonic() - begin:.1f} s")
    return True


def end_quietly(*_):
    sys.exit(130)


def main(namespace, **choices):
    """Run the tests of a module: tap.main(globals()). Names on the command line choose
    some of them. choices go to Stack()."""
    tests = [value for name, value in namespace.items()
             if name.startswith("test_") and callable(value)
             and (len(sys.argv) < 2 or name in sys.argv[1:])]
    if not can_become_root():
        print("1..0 # SKIP the servers are started by root, or with sudo")
        sys.exit(0)
    signal.signal(signal.SIGTERM, end_quietly)
    print(f"1..{len(tests)}", flush=True)
    stack = stack_module.Stack(**choices)
    good = False
    try:
        try:
            stack.start()
        except RuntimeError as failure:
            print("Bail out! the stack does not start", flush=True)
            comment(failure)
            sys.exit(99)
        results = [run_one(number, test, stack) for number, test in enumerate(tests, 1)]
        good = all(results)
    finally:
        if good or not os.environ.get("KAIRAN_KEEP_STACK"):
            stack.stop()
        else:
            comment(f"left up: KAIRAN_STACK_DIR={stack.directory}")
    sys.exit(0 if good else 1)
