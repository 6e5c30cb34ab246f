"""The kill test once more, on the second MTA (on_sendmail.py)."""
import sys

import on_sendmail

if __name__ == "__main__":
    sys.exit(on_sendmail.main(["tests/e2e/test_kill.py"]))
