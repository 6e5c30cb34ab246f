#!/usr/bin/env python3
"""Every file includes its own room and rooms below it, nothing above, and no two modules need
each other. ROOMS is the one list of them. A header may have what several modules define, so
that includes do not show who needs whom: the linker's symbols do.

$SRCDIR and $KAIRAN_BUILD_DIR are make check's. Speaks TAP."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unicodedata
import unittest

import plain_tap

SOURCE = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parents[1]))
BUILD = pathlib.Path(os.environ.get("KAIRAN_BUILD_DIR", SOURCE / "build"))
# From the ground up. Another room comes where all that it includes is before it.
ROOMS = {
    "policy": "the regulation: verdicts from facts, without I/O",
    "conf": "settings, keys, the log, the clock",
    "schema": "the store (SQLite) and the directory (LDAP)",
    "milter/mail": "reading and writing mail",
    "milter/core": "what all parts of the daemon share",
    "milter/report": "the monthly report",
    "milter/draft": "what a draft is: text, findings, times, who may",
    "milter/intake": "one file for each kind of mail that comes in",
    "milter/courier": "notices and shards to the MTA",
    "milter/round": "what falls due",
    "milter": "the daemon and its conversation with the MTA",
    "web": "kairan-web: the links by which residents leave",
    "ctl/check": "what an installation must have: kairanctl setup check",
    "ctl/setup": "what kairanctl setup writes, and how it shows it",
    "ctl": "kairanctl",
}
# Where not all rooms before it are open to a room.
ONLY = {"policy": [], "milter/mail": ["policy", "conf"]}
PROGRAM = tuple(dict.fromkeys(room.partition("/")[0] for room in ROOMS))


def files_of(folder):
    """The text of every source file below the program's folders, by its name."""
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for top in PROGRAM for path in sorted((folder / top).rglob("*.[ch]"))}


def all_includes_of(text):
    """What stands behind every #include, as "NAME", <NAME> or whatever else there is."""
    return re.findall(r"^\s*#\s*include\s*(\S.*?)\s*$",
                      re.sub(r"(?s)/\*.*?\*/", " ", text), re.M)


def includes_of(text):
    """Headers of ours, however they are included: -I makes <> find them, too."""
    found = []
    for said in all_includes_of(text):
        name = said.strip('"<>')
        if name == "config.h" or said[0] == "<" and name.partition("/")[0] not in PROGRAM:
            continue
        assert said[0] in '"<' and name.endswith(".h"), f"#include {said} cannot be followed"
        found.append(name)
    return found


def room_of(name):
    return name.rpartition("/")[0]


def module_of(name):
    """A header NAME_parts.h is what the files of the module NAME share with one another."""
    return re.sub(r"(_parts)?\.[ch]$", "", name)


def may_include(room, other):
    order = list(ROOMS)
    return other == room or (other in ONLY.get(room, order) and
                             order.index(other) < order.index(room))


def find_upward(files):
    """Includes that are not allowed, as "FILE includes FILE"."""
    found = []
    for name, text in files.items():
        assert room_of(name) in ROOMS, f"{name} is in no room of {__file__}"
        for other in includes_of(text):
            assert room_of(other) in ROOMS, f"{name} includes {other}, which is in no room"
            if not may_include(room_of(name), room_of(other)):
                found.append(f"{name} includes {other}")
    return found


def include_graph(files):
    """Which module includes which: {module: {other: "FILE includes FILE"}}."""
    graph = {}
    for name, text in files.items():
        for other in includes_of(text):
            if module_of(other) != module_of(name):
                graph.setdefault(module_of(name), {})[module_of(other)] = \
                    f"{name} includes {other}"
    return graph


def symbols_of(folder):
    """Lines "FILE.c TYPE SYMBOL" of every object that was made from a file there still is."""
    objects = {}
    for top in PROGRAM:
        for path in (folder / top).rglob("*.o"):
            # automake puts the program's or library's name before the file's.
            source = path.relative_to(folder).with_name(
                re.sub(r"^\w+-", "", path.stem) + ".c").as_posix()
            # One that is older is of a tree that was not made since.
            if (SOURCE / source).exists() and \
                    path.stat().st_mtime >= (SOURCE / source).stat().st_mtime:
                objects[str(path)] = source
    shown = subprocess.run(["nm", "-P", "-A", *objects], capture_output=True, text=True,
                           check=True).stdout
    return [f"{objects[path]} {kind} {symbol}" for path, symbol, kind in
            re.findall(r"^(.+?):\s+(\S+) (\S)", shown, re.M)]


def symbol_graph(lines):
    """Which module uses what another one defines, as the includes' graph."""
    rows = [line.split() for line in lines]
    home = {symbol: name for name, kind, symbol in rows if kind in "TDBR"}
    graph = {}
    for name, kind, symbol in rows:
        other = home.get(symbol, name)
        if kind == "U" and module_of(other) != module_of(name):
            graph.setdefault(module_of(name), {})[module_of(other)] = \
                f"{name} uses {symbol} of {other}"
    return graph


def find_upward_uses(graph):
    return [reason for module, others in graph.items() for other, reason in others.items()
            if not may_include(room_of(module), room_of(other))]


def find_circles(graph):
    """Modules that come back to themselves, with the reasons, one circle a text."""
    found, done = [], set()

    def walk(module, way):
        if module in way:
            circle = way[way.index(module):] + [module]
            found.append(", ".join(graph[one][other]
                                   for one, other in zip(circle, circle[1:])))
        elif module not in done:
            for other in graph.get(module, ()):
                walk(other, way + [module])
            done.add(module)

    for module in graph:
        walk(module, [])
    return found


def find_foreign(files, library, room):
    """Files outside of its room that include a library's header."""
    return [name for name, text in files.items() if room_of(name) != room and
            any(said[1:].startswith(library) for said in all_includes_of(text))]


def find_naming(files, prefix):
    """Files with a name that begins so, or an include of such a header, outside of comments."""
    return [name for name, text in files.items()
            if re.search(rf"\b{prefix}|<{prefix.rstrip('_')}\.h>",
                         re.sub(r"(?s)/\*.*?\*/", " ", text))]


def test_includes_run_downwards():
    found = find_upward(files_of(SOURCE))
    assert not found, "upwards (the order is ROOMS here): " + "; ".join(found)


def test_no_two_modules_include_each_other():
    found = find_circles(include_graph(files_of(SOURCE)))
    assert not found, "a circle: " + "; ".join(found)


def test_no_two_modules_use_each_other():
    if not shutil.which("nm"):
        raise unittest.SkipTest("there is no nm")
    graph = symbol_graph(symbols_of(BUILD))
    if len(graph) < 50:
        raise unittest.SkipTest("these objects have no symbols that nm reads")
    found = find_upward_uses(graph)
    assert not found, "upwards (the order is ROOMS here): " + "; ".join(found)
    found = find_circles(graph)
    assert not found, "a circle: " + "; ".join(found)


def test_libraries_have_one_room_each():
    files = files_of(SOURCE)
    for library, room in (("gmime/", "milter/mail"), ("libxml/", "milter/mail"),
                          ("ldap.h", "schema"),
                          ("sqlite3.h", "schema"), ("libpq-fe.h", "schema"),
                          ("libmilter/", "milter")):
        found = find_foreign(files, library, room)
        assert not found, f"{library} belongs to {room}: {found}"
    # The rest of the room speaks to the store by sql.h, whatever it stands on.
    found = [name for name in find_naming(files, "sqlite3_")
             if not re.match(r"schema/(sql_sqlite|sql_functions|store_copy)", name)]
    assert not found, f"sqlite3_ stands outside of SQLite's driver: {found}"
    found = [name for name in find_naming(files, "PQ") if not name.startswith("schema/sql_postgres")]
    assert not found, f"libpq's functions stand outside of PostgreSQL's driver: {found}"
    # What decides is tested without the library.
    found = find_foreign(files, "libmilter/", "")
    assert found == ["milter/mlfi.c"], f"libmilter belongs to milter/mlfi.c: {found}"


def test_every_room_has_files():
    rooms = {room_of(name) for name in files_of(SOURCE)}
    assert rooms == set(ROOMS), rooms ^ set(ROOMS)


def test_no_source_stands_outside():
    if not (SOURCE / ".git").exists() or not shutil.which("git"):
        raise unittest.SkipTest("this is no checkout, or there is no git")
    listed = subprocess.run(["git", "-c", "safe.directory=*", "-C", str(SOURCE), "ls-files",
                             "*.[ch]"], capture_output=True, text=True, check=True).stdout.split()
    found = [name for name in listed if name.partition("/")[0] not in (*PROGRAM, "tests")]
    assert len(listed) > 300 and not found, f"in no room: {found}"


def test_tests_stand_in_the_room_they_test():
    tests = [path for top in PROGRAM for path in (SOURCE / "tests" / top).rglob("test_*.c")]
    lost = [str(path) for path in tests
            if path.parent.relative_to(SOURCE / "tests").as_posix() not in
            [room_of(name).removeprefix("tests/")
             for name in includes_of(path.read_text(encoding="utf-8"))]]
    assert len(tests) > 30 and not lost, f"they include nothing of their room: {lost}"


def find_unstable(files):
    """Characters that an editor or Git may turn into others: written as escapes, they stay."""
    return [f"{name}: U+{ord(c):04X}" for name, text in files.items() for c in text
            if unicodedata.normalize("NFC", c) != c]


def test_sources_have_no_character_with_two_codes():
    tests = {path.name: path.read_text(encoding="utf-8")
             for path in (SOURCE / "tests").rglob("*.[ch]") if "corpus" not in path.parts}
    found = find_unstable({**files_of(SOURCE), **tests})
    assert not found, found


# ---- this test can fail ----

def test_a_character_with_two_codes_is_found():
    assert find_unstable({"policy/x.c": "\u795e\ufa19"}) == ["policy/x.c: U+FA19"]


def test_an_include_upwards_is_found():
    files = {
        "policy/token.c": '#include "config.h"\n#include <glib.h>\n#include "policy/text.h"\n',
        "policy/text.c": '#include "policy/text.h"\n#include "conf/clock.h"\n',
        "milter/mail/header.c": '#include "schema/store.h"\n#include "conf/clock.h"\n',
        "milter/draft/times.h": '#  include "milter/intake/intake.h"\n',
        "milter/session.c": '#include "milter/intake/intake.h"\n#include "ctl/ctl.h"\n',
        "policy/day.c": '#include <conf/clock.h>\n',
        "policy/month.c": '#include"conf/log.h"\n',
        "policy/hours.c": '/* x */ #include /* y */ "conf/keyring.h"\n',
    }
    assert find_upward(files) == [
        "policy/text.c includes conf/clock.h",
        "milter/mail/header.c includes schema/store.h",
        "milter/draft/times.h includes milter/intake/intake.h",
        "milter/session.c includes ctl/ctl.h",
        "policy/day.c includes conf/clock.h",
        "policy/month.c includes conf/log.h",
        "policy/hours.c includes conf/keyring.h",
    ], find_upward(files)
    assert find_foreign({"milter/draft/text.c": "#include<gmime/gmime.h>\n"}, "gmime/",
                        "milter/mail") == ["milter/draft/text.c"]
    for hidden in ("#include NAME\n", '#include "policy/x.inc"\n'):
        try:
            includes_of(hidden)
        except AssertionError:
            continue
        raise AssertionError(f"{hidden} is followed")
    assert find_foreign(files, "glib.h", "conf") == ["policy/token.c"]
    assert find_naming({"schema/a.c": "sqlite3_stmt *s;\n", "schema/b.c": "#include <sqlite3.h>\n",
                        "schema/c.c": "/* sqlite3_step() */\n"},
                       "sqlite3_") == ["schema/a.c", "schema/b.c"]


def test_a_circle_is_found():
    pair = {
        "schema/store.c": '#include "schema/store.h"\n#include "schema/store_parts.h"\n',
        "schema/store_parts.h": '#include "schema/store.h"\n',
        "policy/day.c": '#include "policy/day.h"\n#include "policy/month.h"\n',
        "policy/month.h": '#include "policy/day.h"\n',
    }
    found = find_circles(include_graph(pair))
    assert found == ["policy/day.c includes policy/month.h, "
                     "policy/month.h includes policy/day.h"], found
    three = {"conf/a.c": '#include "conf/b.h"\n', "conf/b.c": '#include "conf/c.h"\n',
             "conf/c.h": '#include "conf/a.h"\n'}
    assert len(find_circles(include_graph(three))) == 1
    assert not find_circles(include_graph(
        {"conf/a.c": '#include "conf/b.h"\n#include "conf/c.h"\n',
         "conf/b.c": '#include "conf/c.h"\n'}))


def test_no_text_is_measured_to_see_its_start():
    """GLib's macro does, from 2.76: policy/text.h has another."""
    found = [name for name, text in files_of(SOURCE).items()
             if "g_str_has_prefix" in text]
    assert not found, found


def test_a_use_that_no_include_shows_is_found():
    graph = symbol_graph(["ctl/main.c T ctl_fail", "ctl/main.c U ctl_stop", "ctl/main.c U puts",
                          "ctl/stop.c T ctl_stop", "ctl/stop.c U ctl_fail",
                          "conf/log.c U ctl_fail", "ctl/stop.c t clear", "ctl/main.c U clear"])
    assert find_circles(graph) == ["ctl/main.c uses ctl_stop of ctl/stop.c, "
                                   "ctl/stop.c uses ctl_fail of ctl/main.c"], graph
    assert find_upward_uses(graph) == ["conf/log.c uses ctl_fail of ctl/main.c"], graph


if __name__ == "__main__":
    sys.exit(plain_tap.main(globals()))
