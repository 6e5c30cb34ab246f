#!/usr/bin/env python3
"""All that kairanctl says to people has its Japanese in conf/templates/ja/kairanctl.txt, which
takes the same arguments, and nothing stands there that nobody says.

$SRCDIR is make check's. Speaks TAP."""
import os
import pathlib
import re
import sys

import plain_tap

SOURCE = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parents[1]))
WORDS = SOURCE / "conf/templates/ja/kairanctl.txt"
LITERAL = r'((?:"(?:[^"\\]|\\.)*"[\s\\]*)+)'
# What stands in the text of a command: said, however it is called.
SAID = (r"\bctl_print\(\s*", r"\bctl_fail\(\s*\w+,\s*", r"\b(?:ctl|check)_say\(\s*",
        r"\bexplain_add\(\s*explanation,[^;\"]*\"[^\"]*\",\s*",
        r"\bexplain_conclude(?:_reason)?\(\s*explanation,[^;\"]*\"[^\"]*\",\s*",
        r"\{ REASON_\w+,\s*", r"#define (?:ALL_BROADCASTS|CTL_TIME_PAST)[\s\\]+", r"\[VERDICT_\w+\] = ")
# Tables of names that stand in a CTL_WORD column: file, and where in it.
NAMES = {
    "policy/lifecycle.c": r'\[DRAFT_\w+\] = "([^"]+)"',
    "policy/duties.c": r'\[DUTY_\w+\] = "([^"]+)"',
    "policy/verdict.c": r'\[REASON_\w+\] = \{\s*VERDICT_\w+,\s*"([^"]+)"',
    "schema/store_subscriber.c": r'\[SUBSCRIBER_\w+\] = "([^"]+)"',
    "schema/store_trace.c": r'\{ "([^"]+)",\s*"SELECT',
    "milter/round/directory_check.c": r'\[FINDING_\w+\] = \{\s*"([^"]+)"',
}


def read_words():
    rows = [line.partition(" = ") for line in WORDS.read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")]
    assert all(middle and said for _, middle, said in rows), "a line says nothing"
    words = {english: said for english, _, said in rows}
    assert len(words) == len(rows) > 200
    return words


def literals_of(text, before):
    """The C strings that stand behind a pattern, joined as the compiler joins them."""
    for found in re.finditer(before + LITERAL, text):
        yield "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found[1])).replace('\\"', '"')


def said_in(text):
    found = {said for before in SAID for said in literals_of(text, before)}
    found |= set(re.findall(r'\{\s*"([^"]+)",\s*CTL_[A-Z]+\s*\}', text))
    # The rule's name in explain_text.c is behind its reason.
    return {said for said in found if re.search("[A-Za-z]{2}", re.sub(r"%-?\d*[lz]*\w", "", said))}


def find_said():
    files = sorted((SOURCE / "ctl").rglob("*.[ch]"))
    return set().union(*(said_in(path.read_text(encoding="utf-8")) for path in files))


def arguments_of(text):
    """The types that a format takes, in the arguments' order."""
    found = re.findall(r"%(?:(\d)\$)?-?[\d.]*([lz]*[a-z])", text.replace("%%", ""))
    return [kind for _, kind in sorted((int(place or at), kind)
                                       for at, (place, kind) in enumerate(found, 1))]


def test_everything_said_has_its_japanese():
    said, words = find_said(), read_words()
    assert len(said) > 100, said
    assert not said - set(words), f"not in {WORDS.name}: {sorted(said - set(words))}"


def test_every_name_in_a_column_has_its_japanese():
    words = read_words()
    for file, pattern in NAMES.items():
        names = set(re.findall(pattern, (SOURCE / file).read_text(encoding="utf-8")))
        assert len(names) > 2, f"{file}: {names}"
        assert not names - set(words) - {"none"}, f"{file}: {sorted(names - set(words))}"


# Half of it is said by the C library, or elsewhere.
HALVES = {"store-missing": "store: %s: %s", "store-folder": "%s: others may write to %s", "store-damaged": "it is damaged: ",
          "store-replaced": "another file has come in its place"}


def test_what_alarms_say_is_said():
    """The details of alarms are known by their English, which must be what the source says."""
    lines = (SOURCE / "conf/templates/en/phrases.txt").read_text(encoding="utf-8").splitlines()
    said = dict(line[len("said."):].split(" = ", 1) for line in lines if line.startswith("said."))
    names = re.findall(r'"([a-z-]+)"', re.search(
        r"said_names\[\] = \{(.*?)\}", (SOURCE / "milter/courier/notice_said.c").read_text(
            encoding="utf-8"), re.S)[1])
    assert sorted(names) == sorted(said), set(names) ^ set(said)
    sources = [path.read_text(encoding="utf-8") for room in ("conf", "milter", "schema", "ctl")
               for path in (SOURCE / room).rglob("*.c")]
    literals = {literal for text in sources for literal in literals_of(text, "")}
    for name, sentence in said.items():
        parts = [part for part in re.split(r"\$\{\w+\}", sentence) if len(part.strip()) > 2]
        assert parts, f"{name}: has no words"
        if name in HALVES:
            parts = [HALVES[name]]
        assert any(all(part.strip(": ") in literal for part in parts)
                   for literal in literals), f"nobody says {name}: {sentence}"


def test_formats_take_the_same_arguments():
    for english, said in read_words().items():
        assert arguments_of(english) == arguments_of(said), f"{english} = {said}"


def test_nothing_stands_there_that_nobody_says():
    said = find_said()
    text = "".join(path.read_text(encoding="utf-8") for room in ("ctl", "policy", "schema", "milter")
                   for path in (SOURCE / room).rglob("*.c"))
    stale = [english for english in read_words()
             if english not in said and f'"{english}"' not in text]
    assert not stale, stale


def test_every_kind_of_alarm_has_a_subject():
    kinds = re.findall(r'#define ALARM_\w+\s+"(\w+)"',
                       (SOURCE / "milter/core/alarm.h").read_text(encoding="utf-8"))
    assert len(kinds) > 15, kinds
    for language in ("ja", "en"):
        text = (WORDS.parents[1] / language / "phrases.txt").read_text(encoding="utf-8")
        missing = [kind for kind in kinds if f"\nalarm-kind.{kind} = " not in text]
        assert not missing, missing


def test_states_have_names_of_their_own():
    """They are read from people as well."""
    words = read_words()
    for file in ("policy/lifecycle.c", "schema/store_subscriber.c"):
        names = re.findall(NAMES[file], (SOURCE / file).read_text(encoding="utf-8"))
        for name in names:
            twins = [other for other, said in words.items() if said == words[name]]
            assert twins == [name], twins


# ---- this test can fail ----

def test_a_sentence_without_japanese_is_found():
    found = said_in('''ctl_print("one %d "
                                 "line", 1); return ctl_fail(EX_USAGE, "not \\"%s\\"", x);
                       { "queue id", CTL_TEXT }, explain_add(explanation, "", "footer", "cut", x);
                       error_set(e, ctl_say("%s is gone"), x); ctl_fail(EX_CONFIG, "%s", x);''')
    assert found == {"one %d line", 'not "%s"', "queue id", "footer", "%s is gone"}, found
    assert arguments_of("%2$s is %1$lld %%") == ["lld", "s"] == arguments_of("%lld %s")


if __name__ == "__main__":
    sys.exit(plain_tap.main(globals()))
