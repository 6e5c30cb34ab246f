#!/usr/bin/env python3
"""Who reads residents' data or the audit trail stands in the trail, and administrators inspect it
(Art. 8)."""
import contextlib
import json
import os
import pathlib
import pwd
import shutil
import sqlite3
import subprocess
import unittest

import stack as s
import tap
import town
from tap import check_equal, check_in

OK, USAGE, DATAERR, NOPERM = 0, 64, 65, 77
DAY = 86400


def rows_of(stack, action):
    return stack.store("SELECT * FROM audit WHERE action = ? ORDER BY seq", action)


def last_row(stack, action):
    return rows_of(stack, action)[-1]


def folder_of(stack, name):
    """A folder that the stack's user may write to."""
    folder = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / name
    folder.mkdir(exist_ok=True)
    shutil.chown(folder, stack.env["KAIRAN_STACK_USER"])
    return folder


def broadcast(stack, subject):
    number = town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_broadcast(stack, subject)
    return number


# ---- readings ----

def test_readings_leave_rows(stack):
    broadcast(stack, "だれが見たか")
    number = str(town.draft_id(stack, "だれが見たか"))
    for command, draft, count in (
            (("subscribers", "list", "--list", "bosai"), 0, "`subscribers list bosai`: 25"),
            (("subscribers", "list", "--list", "bosai", "--state", "suspended"), 0,
             "`subscribers list bosai`: 0"),
            (("subscribers", "export", "--list", "kosodate"), 0,
             "`subscribers export kosodate`: 25"),
            (("drafts", "stop", "--list", number), int(number),
             "`drafts stop --list`: 25"),
            (("drafts", "recipients", number, "--csv"), int(number),
             "`drafts recipients --csv`: 25"),
            (("drafts", "show", number), int(number), "`drafts show`: "),
            (("audit", "list", "--user", "bosai-staff1"), 0,
             "`audit list --user bosai-staff1`: "),
            (("audit", "export", "--csv"), 0, "`audit export`: "),
            (("report", "--month", stack.now().strftime("%Y-%m"), "--json"), 0, "`report 20"),
            (("dormant",), 0, "`dormant`: ")):
        before = len(rows_of(stack, "read"))
        stack.kairanctl(*command)
        rows = rows_of(stack, "read")
        check_equal(len(rows), before + 1, command)
        check_in(count, rows[-1]["detail"], command)
        check_equal((rows[-1]["draft"], rows[-1]["role"], rows[-1]["outcome"]),
                    (draft, "administrator", "done"), command)


def test_how_many_rows_were_read(stack):
    shown = json.loads(stack.kairanctl("audit", "list", "--action", "submit", "--json").stdout)
    check_equal(len(shown) > 0, True)
    check_equal(last_row(stack, "read")["detail"],
                f"`audit list --action submit`: {len(shown)}")


def test_figures_leave_none(stack):
    before = len(rows_of(stack, "read"))
    for command in (("subscribers", "count"), ("drafts", "list"), ("status",),
                    ("drafts", "stop", "--list", "99999"), ("drafts", "recipients", "1"),
                    ("drafts", "recipients", "99999", "--csv")):
        stack.kairanctl(*command, check=False)
    check_equal(len(rows_of(stack, "read")), before)


def test_login_uid_counts_before_sudo(stack):
    """What anybody can set, and sudo's variable is such, does not hide who is logged in."""
    user = pwd.getpwnam(stack.env["KAIRAN_STACK_USER"])
    login = pathlib.Path("/proc/self/loginuid")
    if os.geteuid() != 0 or login.read_text(encoding="ascii") != "4294967295":
        raise unittest.SkipTest("the login uid cannot be set here")
    set_and_run = f"echo {user.pw_uid} > /proc/self/loginuid && exec \"$@\""
    done = subprocess.run(
        ["sh", "-c", set_and_run, "sh", f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c",
         stack.env["KAIRAN_CONF"], "subscribers", "list", "--list", "bosai"],
        env={"SUDO_USER": "hanako"}, capture_output=True, text=True, check=False)
    if "loginuid" in done.stderr:
        raise unittest.SkipTest("the login uid cannot be set here")
    check_equal(done.returncode, OK, done.stderr)
    check_equal(last_row(stack, "read")["uid"], user.pw_name)


# ---- who may only read ----

def reader_of(stack):
    """Settings of a copy of the store that its user may only read, and how to run kairanctl
    with them."""
    folder = folder_of(stack, "reader")
    copy = folder / "kairan.db"
    if not copy.exists():
        stack.kairanctl("backup", str(copy))
        shutil.chown(copy, "root" if os.geteuid() == 0 else None)
        copy.chmod(0o444)
    conf = folder / "kairan.conf"
    text = pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
    conf.write_text(text.replace(f'"{stack.env["KAIRAN_STORE"]}"', f'"{copy}"'),
                    encoding="utf-8")
    conf.chmod(0o644)
    check_in(str(copy), conf.read_text(encoding="utf-8"))
    user = pwd.getpwnam(stack.env["KAIRAN_STACK_USER"])
    become = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} \
        if os.geteuid() == 0 else {}

    def run(*words):
        return subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", conf, *words],
                              env={"LC_ALL": "C.UTF-8"}, capture_output=True, text=True,
                              check=False, **become)
    return copy, run


def test_reader_gets_what_needs_no_row(stack):
    copy, run = reader_of(stack)
    octets = copy.read_bytes()
    done = run("subscribers", "count")
    check_equal(done.returncode, OK, done.stderr)
    check_in("bosai", done.stdout)
    check_equal(run("drafts", "list").returncode, OK)
    done = run("audit", "verify")
    check_equal(done.returncode, OK, done.stderr)
    check_in("whole", done.stdout)
    check_in("could not be recorded", done.stderr)
    check_equal(copy.read_bytes() == octets, True, "the store stays as it is")


def test_reader_gets_no_residents_data(stack):
    _, run = reader_of(stack)
    for command in (("subscribers", "list", "--list", "bosai"),
                    ("subscribers", "export", "--list", "bosai"), ("audit", "list"),
                    ("audit", "export", "--json"), ("drafts", "show", "1"),
                    ("drafts", "stop", "--list", "1"),
                    ("drafts", "recipients", "1", "--csv"), ("report",), ("dormant",),
                    ("audit", "inspect", "--note", "確認")):
        done = run(*command)
        check_equal(done.returncode, NOPERM, f"{command}: {done.stderr}")
        check_equal(done.stdout, "", command)
        check_in("Art.8: ", done.stderr)
        check_in("may not write to the store", done.stderr)


# ---- verify ----

def test_verify_leaves_a_row(stack):
    count = stack.store("SELECT count(*) AS count FROM audit")[0]["count"]
    stack.kairanctl("audit", "verify")
    row = last_row(stack, "verify")
    check_equal((row["outcome"], row["detail"]), ("whole", f"rows 1 to {count}: whole"))


def change(copy, statements):
    with contextlib.closing(sqlite3.connect(copy)) as link:
        link.executescript(statements)


def test_verify_a_copy(stack):
    copy = folder_of(stack, "copies") / "copy.db"
    stack.kairanctl("backup", str(copy))
    octets = copy.read_bytes()
    before = len(rows_of(stack, "verify"))
    check_in("whole", stack.kairanctl("audit", "verify", str(copy)).stdout)
    check_equal(copy.read_bytes() == octets, True, "the copy stays as it is")
    check_equal(len(rows_of(stack, "verify")), before, "rows in the store")
    change(copy, "UPDATE audit SET uid = 'somebody' WHERE seq = 2")
    done = stack.kairanctl("audit", "verify", str(copy), check=False)
    check_equal(done.returncode, DATAERR)
    check_in("row 2 was changed", done.stderr)
    done = stack.kairanctl("audit", "verify", stack.env["KAIRAN_CONF"], check=False)
    check_equal(done.returncode, DATAERR)
    check_in("no store of kairan", done.stderr)


def test_a_wiped_trail_lacks_what_a_log_has(stack):
    line = next(line for line in stack.log().splitlines() if "action=submit" in line)
    digits = line.rsplit("hash=", 1)[1].split()[0]
    check_in(f"has the hash {digits}",
             stack.kairanctl("audit", "verify", "--hash", digits).stdout)
    copy = folder_of(stack, "copies") / "wiped.db"
    stack.kairanctl("backup", str(copy))
    change(copy, "DELETE FROM audit; DELETE FROM audit_mark")
    check_in("whole", stack.kairanctl("audit", "verify", str(copy)).stdout)
    done = stack.kairanctl("audit", "verify", str(copy), "--hash", digits, check=False)
    check_equal(done.returncode, DATAERR)
    check_in(f"Art.8: no row has the hash {digits}", done.stderr)
    for wrong in ("12ab", "no hash at all", "a" * 65):
        check_equal(stack.kairanctl("audit", "verify", "--hash", wrong,
                                    check=False).returncode, USAGE, wrong)


# ---- inspection ----

def test_inspect(stack):
    count = stack.store("SELECT count(*) AS count FROM audit")[0]["count"]
    check_in("whole", stack.kairanctl("audit", "inspect", "--note", "異常なし").stdout)
    row = last_row(stack, "inspect")
    check_equal((row["outcome"], row["detail"]),
                ("whole", f"regular, rows 1 to {count}: whole: 異常なし"))
    stack.kairanctl("audit", "inspect", "--note", "漏えいの疑い", "--occasion", "leak")
    check_in("leak, rows 1 to ", last_row(stack, "inspect")["detail"])
    for words in ((), ("--note", ""), ("--note", "x", "--occasion", "whim")):
        check_equal(stack.kairanctl("audit", "inspect", *words, check=False).returncode, USAGE,
                    words)


def test_inspection_falls_due(stack):
    """The administrators hear of it once, the report says so, and the inspection ends it."""
    month = stack.now().strftime("%Y-%m")
    check_in("前回の検査は", stack.kairanctl("report", "--month", month).stdout)
    before = len(stack.imap("sysadmin"))
    stack.configure(inspection_every="1s")
    try:
        stack.move_clock(DAY + 10)
        told = stack.wait_mail("sysadmin", lambda mail: "audit inspect" in s.text_of(mail))
        check_in("第8条第3項", s.text_of(told))
        check_in("検査の時期を過ぎています",
                 stack.kairanctl("report", "--month", month).stdout)
        stack.configure(inspection_every="92d")
        stack.kairanctl("audit", "inspect", "--note", "定期")
        check_equal(stack.store("SELECT name FROM alarm WHERE name LIKE 'inspection%'"), [])
        check_equal("検査の時期を過ぎています"
                    in stack.kairanctl("report", "--month", month).stdout, False)
    finally:
        stack.configure(inspection_every="92d")
    reminders = [mail for mail in stack.imap("sysadmin")[before:]
                 if "audit inspect" in s.text_of(mail)]
    check_equal(len(reminders), 1, "reminders")


if __name__ == "__main__":
    tap.main(globals())
