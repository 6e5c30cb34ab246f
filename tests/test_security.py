#!/usr/bin/env python3
"""SECURITY names a test for each promise: every one that it names is there, and every promise
names one.

$SRCDIR is make check's. Speaks TAP."""
import os
import pathlib
import re
import sys

import plain_tap

SOURCE = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parents[1]))
FILE = re.compile(r"\b(?:e2e|policy|conf|schema|fuzz)/\w+\.(?:py|c|sh)")


def paragraphs():
    """What stands between the promises' first headline and the last one, as one line each. A
    promise is indented by two, its tests by six."""
    text = (SOURCE / "SECURITY").read_text(encoding="utf-8")
    promises = text.split("Nothing goes out unapproved\n")[1].split("What is not promised\n")[0]
    return re.findall(r"(?m)((?:^  \S.*\n)+)((?:^      .*\n)*)", promises)


def test_each_promise_names_a_test():
    found = paragraphs()
    assert len(found) > 10, f"only {len(found)} promises are read"
    bare = [words.strip() for words, tests in found if not FILE.search(tests)]
    assert not bare, bare


def test_each_test_is_there():
    """Names behind a file are tests in it, up to the next file."""
    missing = []
    for _, tests in paragraphs():
        places = list(FILE.finditer(tests))
        for place, after in zip(places, [*places[1:], None]):
            path = SOURCE / "tests" / place[0]
            content = path.read_text(encoding="utf-8") if path.exists() else ""
            names = re.findall(r"\btest_\w+\b(?!\.)",
                               tests[place.end():after and after.start()])
            missing += [f"{place[0]}: {name}" for name in names if f"{name}(" not in content]
            missing += [place[0]] if not content else []
    assert not missing, missing


if __name__ == "__main__":
    sys.exit(plain_tap.main(globals()))
