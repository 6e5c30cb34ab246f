#!/usr/bin/env python3
"""What the administrator does with kairanctl: status, drafts, subscribers, the audit trail
(Art. 8), the directory (Art. 4), instructions and dormant people (Art. 6), keys, backups."""
import contextlib
import datetime
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import sqlite3
import subprocess
import unittest

import stack as s
import tap
import town
from tap import check_equal, check_in

OK, DATAERR, NOINPUT, NOUSER, UNAVAILABLE, CANTCREAT, USAGE, TEMPFAIL, NOPERM, CONFIG = (
    0, 65, 66, 67, 69, 73, 64, 75, 77, 78)


def listed(stack, *args):
    return json.loads(stack.kairanctl(*args, "--json").stdout)


def scratch(stack, name):
    """A path in a folder that the stack's user may write to."""
    folder = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / "admin"
    if not folder.exists():
        folder.mkdir()
        shutil.chown(folder, stack.env["KAIRAN_STACK_USER"])
    return folder / name


def write(stack, name, octets):
    path = scratch(stack, name)
    path.write_bytes(octets)
    path.chmod(0o644)
    return str(path)


# ---- the command line ----

def test_help_in_two_languages(stack):
    program = [f"{stack.env['KAIRAN_BIN']}/kairanctl", "-h"]
    for locale, words in (("ja_JP.UTF-8", "使い方"), ("C.UTF-8", "usage"), ("ja", "使い方")):
        done = subprocess.run(program, env={"LC_ALL": locale}, capture_output=True, text=True,
                              check=True)
        check_in(words, done.stdout)
        for command in ("drafts list", "audit verify", "subscribers import", "backup"):
            check_in(command, done.stdout)


def test_wrong_commands_say_what_is_possible(stack):
    for args, words in (((), "status"), (("nonsense",), "nonsense"),
                        (("audit", "burn"), "audit verify"), (("drafts", "list", "--what"), "what"),
                        (("drafts", "show"), "ID"), (("drafts", "list", "asleep"), "released"),
                        (("subscribers", "count", "bosai"), "subscribers count"),
                        (("audit", "list", "--since", "gestern"), "2026-12-01")):
        done = stack.kairanctl(*args, check=False)
        check_equal(done.returncode, USAGE, f"{args}: {done.stderr}")
        check_in(words, done.stderr)
        check_equal(done.stdout, "", "standard output")


def test_every_command_has_help(stack):
    """On standard output, also where there are no settings yet."""
    for name in ("kairanctl", "kairan-milter"):
        program = f"{stack.env['KAIRAN_BIN']}/{name}"
        for option in ("-V", "--version"):
            done = subprocess.run([program, option], capture_output=True, text=True, check=True)
            check_in("kairan ", done.stdout)
        done = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
        check_in(name, done.stdout)
        done = subprocess.run([program, "--nonsense"], capture_output=True, text=True,
                              check=False)
        check_equal((done.returncode, done.stdout), (USAGE, ""))
        check_in(name, done.stderr)
    for line in stack.kairanctl("-w").stdout.splitlines():
        words = re.match(r"[a-z]+(?: [a-z]\w*)*", line)[0].split()
        for option in ("-h", "--help"):
            done = subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", "/nowhere",
                                   *words, option],
                                  env={"LC_ALL": "C"}, capture_output=True, text=True, check=False)
            check_equal((done.returncode, done.stderr), (OK, ""), line)
            check_in(f"usage: kairanctl {line}", done.stdout)
        done = stack.kairanctl(*words, "--nonsense", check=False)
        check_equal((done.returncode, done.stdout), (USAGE, ""), line)
        check_in(f"kairanctl {words[0]}", done.stderr)


def test_others_are_told_to_be_root(stack):
    if os.geteuid() != 0:
        raise unittest.SkipTest("root is not here")
    conf = scratch(stack, "roots.conf")
    conf.write_text("", encoding="utf-8")
    conf.chmod(0o600)
    nobody = pwd.getpwnam(stack.env["KAIRAN_STACK_USER"])
    for command in ("list", "status"):
        done = subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", conf, command],
                              user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[],
                              capture_output=True, text=True, check=False)
        check_equal(done.returncode, NOPERM, done.stderr)
        check_in("sudo", done.stderr)


def test_settings_are_checked_as_the_daemon(stack):
    """Root can read what the daemon cannot."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("root is not here")
    text = pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
    text = re.sub(r"(?m)^user =.*\n", "", text)
    secret = scratch(stack, "secret")
    secret.write_text("# nothing\n", encoding="utf-8")
    secret.chmod(0o600)
    conf = scratch(stack, "checked.conf")
    conf.touch(mode=0o640)
    os.chown(conf, -1, pwd.getpwnam(stack.env["KAIRAN_STACK_USER"]).pw_gid)
    for name, value, wanted in (("user", stack.env["KAIRAN_STACK_USER"], OK),
                                ("user", "nobody-of-that-name", CONFIG),
                                ("ldap_password_file", str(secret), CONFIG),
                                ("audit_key_file", str(secret), CONFIG),
                                ("protected_patterns", str(secret), CONFIG)):
        user = "" if name == "user" else f'user = "{stack.env["KAIRAN_STACK_USER"]}"\n'
        conf.write_text(re.sub(rf"(?m)^{name} =.*\n", "", text)
                        + f'\n{user}{name} = "{value}"\n', encoding="utf-8")
        done = subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairan-milter", "-c", conf, "-n"],
                              capture_output=True, text=True, check=False)
        check_equal(done.returncode, wanted, f"{name}: {done.stderr}")
        check_in(name, done.stdout if wanted == OK else done.stderr)


def test_a_value_may_read_like_an_option(stack):
    """Mail from an address "-h" is not help, and not lost."""
    done = subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c",
                           stack.env["KAIRAN_CONF"], "deliver", "--sender", "-h",
                           "--recipient", town.BOSAI], input=b"Subject: x\n\nx\n",
                          capture_output=True, check=False)
    check_equal(done.returncode, NOPERM, done.stderr)


# ---- status ----

def test_status(stack):
    status = listed(stack, "status")[0]
    for name in ("daemon", "mta", "directory", "store", "store_sound"):
        check_equal(status[name], True, name)
    check_equal(status["addresses_read"] is None, False, "the snapshot's age")
    check_equal(status["subscribers"], 2 * town.SUBSCRIBERS, "subscribers")
    check_equal(status["trouble"], "", "trouble")
    check_equal(status["urgent_mail"], "goes by a way of its own")
    stack.configure(mta_config="/nowhere")
    check_in("could not ask: ", listed(stack, "status")[0]["urgent_mail"])
    stack.configure(mta_config=stack.env["KAIRAN_MTA_CONFIG"])
    done = stack.kairanctl("status", "--check", check=False)
    check_equal(done.returncode, 0, done.stdout)
    check_in("KAIRAN OK", done.stdout)
    check_in("kairan_daemon_up 1", stack.kairanctl("status", "--prometheus").stdout)


def test_status_without_settings(stack):
    """A monitor knows four exit codes, and reads standard output."""
    missing = ("-c", str(stack.directory / "missing.conf"))
    done = stack.kairanctl(*missing, "status", "--check", check=False)
    check_equal(done.returncode, 3, done.stdout)
    check_in("KAIRAN UNKNOWN - ", done.stdout)
    check_in("missing.conf", done.stdout)
    done = stack.kairanctl(*missing, "status", check=False)
    check_equal((done.returncode, done.stdout), (78, ""), "exit code and output")


def test_status_of_what_is_down(stack):
    for server, name, code in (("milter", "daemon", 2), ("mta", "mta", 2),
                               ("slapd", "directory", 1)):
        stack.stop(server)
        try:
            done = stack.kairanctl("status", "--json", check=False)
            check_equal(done.returncode, UNAVAILABLE, server)
            check_equal(json.loads(done.stdout)[0][name], False, name)
            check_equal(json.loads(done.stdout)[0]["trouble"] != "", True, "trouble")
            check_equal(stack.kairanctl("status", "--check", check=False).returncode, code,
                        f"--check without {server}")
        finally:
            stack.start()


# ---- drafts ----

def test_drafts(stack):
    town.draft(stack, "bosai-staff1", "一覧の一", "一つ目の本文です。")
    town.draft(stack, "kosodate-staff1", "一覧の二", to=town.KOSODATE)
    rows = listed(stack, "drafts", "list", "held", "--broadcast", town.BOSAI)
    check_equal([row["subject"] for row in rows], ["一覧の一"])
    check_equal(listed(stack, "drafts", "list", "released"), [])
    check_equal(len(listed(stack, "list", "--limit", "1")), 1, "limit")
    check_equal(len(listed(stack, "drafts", "list", "--since", "1h")), 2, "since")
    shown = listed(stack, "drafts", "show", str(town.draft_id(stack, "一覧の一")))
    check_equal(shown["text"].strip(), "一つ目の本文です。")
    check_equal({person["login"] for person in shown["people"]},
                {"bosai-staff1", "bosai-chief", "bosai-deputy"})
    check_equal(shown["history"][0]["action"], "submit")
    text = stack.kairanctl("show", str(town.draft_id(stack, "一覧の一"))).stdout
    check_in("一つ目の本文です。", text)
    check_in("bosai-deputy", text)


def test_withdraw(stack):
    town.draft(stack, "bosai-staff1", "管理者が取下げ")
    request = town.request_for(stack, "bosai-chief", "管理者が取下げ")
    number = str(town.draft_id(stack, "管理者が取下げ"))
    stack.kairanctl("drafts", "withdraw", number, "--reason", "誤った宛先")
    check_equal(town.state_of(stack, "管理者が取下げ"), town.WITHDRAWN)
    told = stack.wait_mail("bosai-staff1",
                           lambda mail: "【取下げ】" in str(mail["Subject"])
                           and "管理者が取下げ" in str(mail["Subject"]))
    check_in("誤った宛先", s.text_of(told))
    check_equal("訂正" in s.text_of(told), False, "nothing was sent that could be corrected")
    town.answer(stack, "bosai-chief", request, "承認")
    stack.wait_mail("bosai-chief", lambda mail: "管理者が取下げ" in str(mail["Subject"])
                    and "取下げ" in s.text_of(mail))
    check_equal(town.state_of(stack, "管理者が取下げ"), town.WITHDRAWN, "after the reply")
    again = stack.kairanctl("drafts", "withdraw", number, check=False)
    check_equal(again.returncode, DATAERR, again.stderr)
    check_equal(stack.kairanctl("drafts", "withdraw", "9999", check=False).returncode, NOINPUT)


# ---- subscribers ----

def import_file(stack, octets, *options, name="list.csv"):
    return stack.kairanctl("subscribers", "import", "--list", "probe", "--new-list", *options,
                           write(stack, name, octets), check=False)


def addresses(stack, *options):
    return [row["address"] for row in
            listed(stack, "subscribers", "list", "--list", "probe", "--new-list", *options)]


def test_import(stack):
    bad = import_file(stack, b"address\na@sink.example\nno address\nb@sink.example\n\"x@y\n")
    check_equal(bad.returncode, DATAERR, bad.stderr)
    check_in("list.csv:3", bad.stderr)
    check_equal(addresses(stack), [], "nothing of a bad file")
    good = "\ufeffaddress,名前\r\na@sink.example,\"山田, 太郎\"\r\nb..c.@sink.example,\"二\n行\"\r\n"
    dry = import_file(stack, good.encode(), "--dry-run")
    check_equal(dry.returncode, OK, dry.stderr)
    check_in("2 would be new", dry.stdout)
    check_equal(addresses(stack), [], "nothing of a dry run")
    check_equal(import_file(stack, good.encode()).returncode, OK)
    check_equal(addresses(stack), ["a@sink.example", "b..c.@sink.example"])
    cp932 = "アドレス,名前\r\nc@sink.example,髙橋①\r\n".encode("cp932")
    check_equal(import_file(stack, cp932).returncode, OK)
    check_equal(len(addresses(stack)), 3, "CP932")
    neither = import_file(stack, b"address\nd@sink.example\n\xff\xff\xff\n")
    check_equal(neither.returncode, NOINPUT, neither.stderr)
    check_in("CP932", neither.stderr)


def test_suspend_and_delete(stack):
    probe = ("--list", "probe")
    stack.kairanctl("subscribers", "suspend", *probe, "A@Sink.Example")
    check_equal(addresses(stack, "--state", "suspended"), ["a@sink.example"])
    stack.kairanctl("subscribers", "resume", *probe, "a@sink.example")
    check_equal(addresses(stack, "--state", "suspended"), [])
    both = stack.kairanctl("subscribers", "delete", *probe, "a@sink.example",
                           "nobody@sink.example", check=False)
    check_equal(both.returncode, NOINPUT, both.stderr)
    check_equal(len(addresses(stack)), 3, "all or nothing")
    stack.kairanctl("subscribers", "delete", *probe, "a@sink.example")
    check_equal(addresses(stack), ["b..c.@sink.example", "c@sink.example"])
    counts = {row["list"]: row["active"] for row in listed(stack, "subscribers", "count")}
    check_equal(counts, {"bosai": 25, "kosodate": 25, "probe": 2})
    exported = stack.kairanctl("subscribers", "export", *probe, "--new-list").stdout
    check_equal(exported.startswith("\ufeffaddress,state,joined,source,"), True, exported)
    stack.kairanctl("subscribers", "delete", *probe, "b..c.@sink.example", "c@sink.example")
    check_equal(import_file(stack, exported.encode()).returncode, OK, "what is exported")
    check_equal(len(addresses(stack)), 2, "imported again")
    check_equal(len(listed(stack, "audit", "list", "--action", "delete-subscriber")), 2)


def test_a_list_that_no_broadcast_has(stack):
    """A misspelt name is no list of nobody."""
    file = write(stack, "wrong.csv", b"a@sink.example\n")
    for command in (("import", file), ("import", "--dry-run", file), ("list",), ("export",),
                    ("count",)):
        wrong = stack.kairanctl("subscribers", command[0], "--list", "bosia", *command[1:],
                                check=False)
        check_equal(wrong.returncode, NOINPUT, f"{command}: {wrong.stderr}")
        check_in("bosai kosodate", wrong.stderr, "the names there are")
        check_equal(wrong.stdout, "", f"{command}: what is said of no list")
    check_equal(stack.store("SELECT count(*) FROM subscriber WHERE list = 'bosia'")[0][0], 0)
    rows = listed(stack, "subscribers", "count", "--list", "bosai")
    check_equal([(row["list"], row["active"]) for row in rows], [("bosai", 25)])


def test_lists_while_the_directory_is_away(stack):
    """The daemon's last look at it serves."""
    stack.stop("slapd")
    try:
        wrong = stack.kairanctl("subscribers", "count", "--list", "bosia", check=False)
        check_equal(wrong.returncode, NOINPUT, wrong.stderr)
        check_in("25", stack.kairanctl("subscribers", "count", "--list", "bosai").stdout)
        check_in("probe", stack.kairanctl("subscribers", "count").stdout)
    finally:
        stack.start("slapd")


# ---- the audit trail ----

def test_audit_list_and_export(stack):
    number = str(town.draft_id(stack, "一覧の一"))
    rows = listed(stack, "audit", "list", "--draft", number)
    check_equal([row["action"] for row in rows][:1], ["submit"])
    check_equal(rows[0]["login"], "bosai-staff1")
    mine = listed(stack, "audit", "list", "--user", "bosai-staff1")
    check_equal({row["login"] for row in mine}, {"bosai-staff1"})
    check_equal(listed(stack, "audit", "list", "--since", "2030-01-01"), [])
    everything = stack.kairanctl("audit", "export", "--json").stdout.splitlines()
    count = stack.store("SELECT count(*) AS count FROM audit")[0]["count"]
    check_equal(len(everything), count, "rows")
    check_equal(json.loads(everything[-1])["row"], count, "last row")
    table = stack.kairanctl("audit", "export", "--csv").stdout
    check_equal(table.startswith("\ufeffrow,time,login"), True, table[:40])
    check_in("bosai-staff1", table)


def test_rows_go_to_the_log(stack):
    last = stack.store("SELECT seq, lower(hex(hash)) AS hash FROM audit WHERE action = 'submit'"
                       " ORDER BY seq DESC LIMIT 1")[0]
    line = next(line for line in stack.log().splitlines() if f"audit {last['seq']}:" in line)
    check_in(last["hash"][:16], line)


def operator_of(stack, action):
    return stack.store("SELECT uid FROM audit WHERE action = ? ORDER BY seq DESC LIMIT 1",
                       action)[0]["uid"]


def test_who_ran_it(stack):
    """Also through sudo: the person, not the user that kairanctl runs as. Who is logged in to
    the machine counts before that (tests/e2e/test_trail.py)."""
    user = pwd.getpwnam(stack.env["KAIRAN_STACK_USER"])
    command = [f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", stack.env["KAIRAN_CONF"],
               "subscribers", "suspend", "--list", "probe", "c@sink.example"]
    become = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} \
        if os.geteuid() == 0 else {}
    subprocess.run(command, env={"SUDO_USER": "hanako"}, check=True, capture_output=True, **become)
    login = pathlib.Path("/proc/self/loginuid").read_text(encoding="ascii").strip()
    check_equal(operator_of(stack, "suspend-subscriber"),
                "hanako" if login == "4294967295" else pwd.getpwuid(int(login)).pw_name)
    # What is left over would be found by "directory check".
    stack.kairanctl("subscribers", "delete", "--list", "probe", *addresses(stack))


@contextlib.contextmanager
def tampered(stack, *statements):
    """Somebody writes into the store, and it is put back afterwards."""
    path = pathlib.Path(stack.env["KAIRAN_STORE"])
    kept = scratch(stack, "kept.db")
    stack.stop("milter")
    shutil.copy(path, kept)
    try:
        with contextlib.closing(sqlite3.connect(path)) as db:
            for statement in statements:
                db.execute(statement)
            db.commit()
        shutil.chown(path, stack.env["KAIRAN_STACK_USER"])
        yield
    finally:
        stack.stop("milter")
        shutil.copy(kept, path)
        shutil.chown(path, stack.env["KAIRAN_STACK_USER"])
        stack.start("milter")


def test_tampering_is_found(stack):
    check_in("whole", stack.kairanctl("audit", "verify").stdout)
    last = stack.store("SELECT max(seq) AS seq FROM audit")[0]["seq"]
    for statement, words in (
            ("UPDATE audit SET uid = 'nobody' WHERE seq = 4", "row 4 was changed"),
            ("DELETE FROM audit WHERE seq BETWEEN 4 AND 6", "rows 4 to 6 were removed"),
            (f"DELETE FROM audit WHERE seq = {last}", "removed from the end"),
            ("UPDATE audit SET seal = zeroblob(32) WHERE seq = 5", "row 5 has a wrong seal")):
        with tampered(stack, statement):
            done = stack.kairanctl("audit", "verify", check=False)
            check_equal(done.returncode, DATAERR, statement)
            check_in("Art.8", done.stderr)
            check_in(words, done.stderr)


def test_the_daemon_finds_it_too(stack):
    before = len(stack.imap("sysadmin"))
    with tampered(stack, "UPDATE audit SET detail = 'x' WHERE seq = 1", "DELETE FROM alarm"):
        stack.start("milter")
        told = stack.wait_mail("sysadmin", lambda mail: "第8条" in s.text_of(mail))
        check_in("1 行目が書き換えられています", s.text_of(told))
    check_equal(len(stack.imap("sysadmin")), before + 1, "mails")


# ---- people ----

def test_directory_check(stack):
    check_in("in order", stack.kairanctl("directory", "check").stdout)
    section = "ou=bosai,ou=sections,dc=town,dc=example"
    chief = "uid=bosai-chief,ou=people,dc=town,dc=example"
    nobody = "uid=nobody,ou=people,dc=town,dc=example"
    stack.ldapmodify(f"dn: {section}\nchangetype: modify\nadd: kairanStaff\n"
                     f"kairanStaff: {chief}\nkairanStaff: {nobody}\n")
    try:
        done = stack.kairanctl("directory", "check", "--json", check=False)
        check_equal(done.returncode, DATAERR, done.stderr)
        found = {(row["finding"], row["entry"]) for row in json.loads(done.stdout)}
        check_equal(found, {("both-duties", chief), ("no-such-entry", nobody)})
        check_equal({row["article"] for row in json.loads(done.stdout)}, {"3", "4"})
    finally:
        stack.ldapmodify(f"dn: {section}\nchangetype: modify\ndelete: kairanStaff\n"
                         f"kairanStaff: {chief}\nkairanStaff: {nobody}\n")


def test_directory_that_is_silent(stack):
    stack.stop("slapd")
    try:
        check_equal(stack.kairanctl("directory", "check", check=False).returncode, UNAVAILABLE)
    finally:
        stack.start()


def test_instruct(stack):
    done = stack.kairanctl("instruct", "bosai-staff2", "--reason", "誤配信が続いた")
    check_in("bosai-chief@town.example", done.stdout)
    told = stack.wait_mail("bosai-chief", lambda mail: "改善指示" in str(mail["Subject"]))
    check_in("誤配信が続いた", s.text_of(told))
    check_in("bosai-staff2", s.text_of(told))
    check_in("第6条", s.text_of(told))
    check_in("bosai-staff2", listed(stack, "audit", "list", "--action", "instruct")[0]["detail"])
    for login in ("bosai-chief", "nobody"):
        done = stack.kairanctl("instruct", login, "--reason", "x", check=False)
        check_equal(done.returncode, NOUSER, done.stderr)


def test_dormant(stack):
    stack.move_clock(200 * 86400)
    try:
        everybody = {row["login"] for row in listed(stack, "dormant", "--days", "30")}
        check_equal("bosai-staff1" in everybody, True, everybody)
        check_equal("sysadmin" in everybody, False, everybody)
        check_equal("bosai-staff1" in
                    {row["login"] for row in listed(stack, "dormant", "--days", "300")}, False)
    finally:
        stack.move_clock(-200 * 86400)


# ---- keys and copies ----

def test_rotated_keys_keep_replies(stack):
    town.draft(stack, "bosai-staff1", "鍵の交換")
    request = town.request_for(stack, "bosai-chief", "鍵の交換")
    check_equal(stack.kairanctl("keys", "make", check=False).returncode, CANTCREAT)
    check_in("key 2", stack.kairanctl("keys", "rotate").stdout)
    before = stack.log().count("read anew")
    stack.signal("milter", signal.SIGHUP)
    stack.wait_for(lambda: stack.log().count("read anew") > before, what="the reload")
    town.draft(stack, "bosai-staff1", "新しい鍵")
    fresh = town.request_for(stack, "bosai-chief", "新しい鍵")
    for subject, mail in (("鍵の交換", request), ("新しい鍵", fresh)):
        town.answer(stack, "bosai-chief", mail, "承認")
        town.wait_broadcast(stack, subject)


def test_backup_and_restore(stack):
    town.draft(stack, "bosai-staff1", "複製の前")
    request = town.request_for(stack, "bosai-chief", "複製の前")
    copy = str(scratch(stack, "copy.db"))
    stack.kairanctl("backup", copy)
    check_equal(stack.kairanctl("backup", copy, check=False).returncode, CANTCREAT, "again")
    town.draft(stack, "bosai-staff1", "複製の後")
    check_equal(stack.kairanctl("restore", copy, check=False).returncode, TEMPFAIL, "running")
    stack.stop("milter")
    try:
        broken = write(stack, "broken.db", b"no store at all")
        check_equal(stack.kairanctl("restore", broken, check=False).returncode, DATAERR)
        forged = str(scratch(stack, "forged.db"))
        shutil.copy(copy, forged)
        with contextlib.closing(sqlite3.connect(forged)) as db:
            db.execute("UPDATE audit SET uid = 'somebody' WHERE seq = 3")
            db.commit()
        shutil.chown(forged, stack.env["KAIRAN_STACK_USER"])
        done = stack.kairanctl("restore", forged, check=False)
        check_equal(done.returncode, DATAERR, done.stderr)
        check_in("row 3", done.stderr)
        stack.kairanctl("restore", copy)
    finally:
        stack.start()
    check_equal(town.state_of(stack, "複製の後"), None, "after the copy")
    check_equal(stack.kairanctl("audit", "verify").returncode, OK)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_broadcast(stack, "複製の前")


def test_a_store_that_root_makes_is_kairans(stack):
    """INSTALL has the subscribers come before the daemon's first start; root may do it."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("root is not here")
    path = scratch(stack, "first.db")
    text = pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
    user = stack.env["KAIRAN_STACK_USER"]
    conf, key = scratch(stack, "first.conf"), scratch(stack, "first.key")
    shutil.copyfile(pathlib.Path(stack.env["KAIRAN_STORE"]).with_name("audit.key"), key)
    key.chmod(0o600)
    shutil.chown(key, user)
    conf.write_text(re.sub(r"(?m)^(store_path|audit_key_file|user) =.*\n", "", text)
                    + f'\nstore_path = "{path}"\naudit_key_file = "{key}"\nuser = "{user}"\n',
                    encoding="utf-8")
    for words in (("store", "init"), ("subscribers", "import", "--list", "bosai",
                                      write(stack, "first.csv", b"a@sink.example\n"))):
        subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", conf, *words], check=True,
                       stdout=subprocess.DEVNULL)
    for made in (*path.parent.glob("first.db*"), pathlib.Path(f"{key}.mark")):
        check_equal((made.owner(), made.stat().st_mode & 0o007), (user, 0), str(made))


def test_restore_holds_back_what_was_on_its_way(stack):
    """What was approved when the copy was made may have gone out since: nobody gets it
    twice."""
    when = (stack.now() + datetime.timedelta(days=1)).strftime("%Y-%m-%d 12:00")
    town.draft(stack, "bosai-staff1", "二度は送らない", f"配信日時: {when}\n本文です。")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", "二度は送らない"),
                "承認")
    town.wait_state(stack, "二度は送らない", town.APPROVED)
    copy = str(scratch(stack, "approved.db"))
    stack.kairanctl("backup", copy)
    stack.move_clock(2 * 86400)
    town.wait_broadcast(stack, "二度は送らない")
    stack.stop("milter")
    try:
        check_in("suspended", stack.kairanctl("restore", copy).stdout)
    finally:
        stack.start()
    check_in("restored", stack.kairanctl("suspend", "--list").stdout)
    number = str(town.draft_id(stack, "二度は送らない"))
    check_equal(town.state_of(stack, "二度は送らない"), town.APPROVED)
    stack.kairanctl("withdraw", number, "--reason", "配信済み")
    stack.kairanctl("resume")
    town.draft(stack, "bosai-staff1", "再開後")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", "再開後"), "承認")
    town.wait_broadcast(stack, "再開後")
    check_equal(len(town.broadcast(stack.sink(), "二度は送らない")), town.SUBSCRIBERS, "mails")


# ---- the language ----

# Names, addresses, commands and settings are the same in both languages.
SAME = re.compile(r"`.*?`|「kairanctl .*?」|https?:\S+|[\w.+*-]+@[\w.-]+|--?[a-z]+|/\S+|[a-z]+-[a-z0-9-]+"
                  r"|\b(?:ou|dc|uid|cn)=[\w-]+|CSV|HTML|LDAP|ISO-2022-JP|JSON|kairan\w*|\bID\b|\bhtml\b|\d+h|TIME|JST")


def speak(stack, *args, code=OK):
    """What a command says in Japanese, after looking for English in it."""
    done = stack.kairanctl(*args, check=False, LC_ALL="ja_JP.UTF-8")
    check_equal(done.returncode, code, f"{args}: {done.stdout}{done.stderr}")
    # What the log says about the tests' clock is not the command's.
    said = done.stdout + re.sub(r"(?m)^\d{4}-.*kairanctl\[.*\n", "", done.stderr)
    for row in stack.store("SELECT DISTINCT queue_id FROM audit WHERE queue_id <> ''"):
        said = said.replace(row["queue_id"], "")
    english = re.findall(r"[A-Za-z]*[a-z]{2,}[A-Za-z]*", SAME.sub("", said))
    if set(english) - {"bosai", "kosodate", "root", "nobody", "probe", "Nguyen", "Thi", "Lan", "From", "FILE", "LOGIN", "kairan"}:
        raise AssertionError(f"{args}: {english}: {said}")
    return said


def test_speaks_japanese(stack):
    """Headings, words and sentences; what programs read stays as it is."""
    town.draft(stack, "bosai-staff1", "日本語", "明日です。")
    draft = str(town.draft_id(stack, "日本語"))
    check_in("承認待ち", speak(stack, "list", "承認待ち"))
    check_equal(speak(stack, "list", "差戻し"), "")
    check_in("状態「眠り」はありません", speak(stack, "list", "眠り", code=USAGE))
    for words in ("起案番号", "配信担当者", "配信責任者", "役割", "キュー ID", "起案する"):
        check_in(words, speak(stack, "show", draft))
    for words in ("デーモン         はい", "保存庫の健全性"):
        check_in(words, speak(stack, "status"))
    said = speak(stack, "explain", draft, "--to", town.BOSAI, "--from", "bosai-staff1")
    for words in ("第13条-2(2)", "文字（上限 200 文字）", "「防災課」の配信担当者", "この原稿は受け付けられます"):
        check_in(words, said)
    check_in("原稿 999999 はありません", speak(stack, "show", "999999", code=NOINPUT))
    check_in("ログに異常はありません", speak(stack, "audit", "verify"))
    check_in("操作", speak(stack, "audit", "list", "--draft", draft, "--action", "起案する"))
    check_in("配信中", speak(stack, "subscribers", "list", "--list", "bosai", "--state", "配信中"))
    check_in("退会", speak(stack, "subscribers", "count"))
    check_in("ディレクトリの登録に矛盾はありません", speak(stack, "directory", "check"))
    check_in("再開の操作", speak(stack, "suspend", town.BOSAI, "--reason", "点検"))
    check_in("一時停止はありません", speak(stack, "resume", town.BOSAI))
    check_in("最後の操作", speak(stack, "dormant", "--days", "1"))
    check_in("取り下げました", speak(stack, "withdraw", draft))
    check_in("「取下げ」のため", speak(stack, "stop", draft, code=DATAERR))
    done = stack.kairanctl("show", draft, "--json", LC_ALL="ja_JP.UTF-8")
    check_equal(json.loads(done.stdout)["state"], "withdrawn")
    done = stack.kairanctl("status", "--json", LC_ALL="ja_JP.UTF-8")
    check_equal(json.loads(done.stdout)[0]["daemon"], True)
    # A file that is broken or is not there costs no command.
    conf = scratch(stack, "words.conf")
    text = pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
    conf.write_text(re.sub(r"(?m)^template_dir.*$", "", text) + '\ntemplate_dir = "/nowhere"\n',
                    encoding="utf-8")
    shutil.copystat(stack.env["KAIRAN_CONF"], conf)
    shutil.chown(conf, stack.env["KAIRAN_STACK_USER"])
    done = subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", conf, "list", "withdrawn"],
                          env={"LC_ALL": "ja_JP.UTF-8"}, capture_output=True, text=True,
                          check=True)
    check_in("withdrawn", done.stdout)
    check_in("/nowhere/ja/kairanctl.txt", done.stderr)


if __name__ == "__main__":
    tap.main(globals())
