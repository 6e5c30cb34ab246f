"""TAP for tests that need no servers: every function test_* of a module is one line."""
import sys
import traceback
import unittest


def main(namespace):
    """Run the tests of a module: plain_tap.main(globals()). Names on the command line choose
    some of them. Returns the exit status."""
    tests = [value for name, value in namespace.items()
             if name.startswith("test_") and callable(value)
             and (len(sys.argv) < 2 or name in sys.argv[1:])]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        title = f"{number} - {test.__name__.removeprefix('test_').replace('_', ' ')}"
        try:
            test()
            print(f"ok {title}", flush=True)
        except unittest.SkipTest as reason:
            print(f"ok {title} # SKIP {reason}", flush=True)
        except Exception:
            failed += 1
            print(f"not ok {title}", flush=True)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
    return 1 if failed else 0
