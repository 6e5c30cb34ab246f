"""Some of the end-to-end tests once more, with the store on PostgreSQL."""
import os
import sys

import on_sendmail

FILES = ["tests/e2e/test_way.py", "tests/e2e/test_races.py"]

if __name__ == "__main__":
    os.environ["KAIRAN_TEST_STORE"] = "postgres"
    sys.exit(on_sendmail.main(FILES, "postfix"))
