#!/usr/bin/env python3
"""Addresses as people in Japan have them, and by what they are subscribers (Art. 2(2)): they are
registered once, and get their mail from both MTAs, over SMTP, as it goes to a carrier."""
import contextlib
import csv
import fcntl
import io
import json
import os
import pathlib
import pwd
import sqlite3
import subprocess
import termios

import smtp_server
import stack as s
import tap
import test_residents as residents
import town
from tap import check_equal, check_in

CARRIER = "docomo.example"
LOCALS = ["a..b.", "-everyone..", ".first", "last.", "mid..dle", "-dash", "plain", "Mixed.Case",
          "with+tag", "_under_", "a/b", "it's", "equal=sign", "...", "-"]


class Carrier(smtp_server.Session):
    """A carrier's mail server: takes everything, and keeps what RCPT said."""

    def answer(self, line):
        verb = line[:4].upper()
        if verb == "RCPT":
            self.server.recipients.append(smtp_server.path_of(line))
        if verb == "DATA":
            self.pass_over_text()
        self.say("221 bye" if verb == "QUIT" else "250 ok")


@contextlib.contextmanager
def carrier(stack):
    """CARRIER's mail goes to a server of ours, whose .recipients are what it was told."""
    with smtp_server.serving(Carrier, recipients=[]) as server, \
            stack.mta_tools.routed({CARRIER: "127.0.0.1"}, server.port):
        yield server


def write(stack, octets):
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("addresses.csv")
    file.write_bytes(octets)
    file.chmod(0o644)
    return file


def run_import(stack, octets, *options, to="probe", check=True, **env):
    return stack.kairanctl("subscribers", "import", "--list", to, "--new-list", *options,
                           write(stack, octets), check=check, **env)


def rows(stack, to="probe"):
    """What is kept of a list's addresses."""
    listed = stack.kairanctl("subscribers", "list", "--list", to, "--new-list", "--json").stdout
    return {row["address"]: row for row in json.loads(listed)}


def exported(stack, of="probe"):
    """The same as CSV, as a spreadsheet reads it."""
    text = stack.kairanctl("subscribers", "export", "--list", of, "--new-list").stdout
    return {row["address"]: row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))}


def clear(stack, to="probe"):
    known = list(rows(stack, to))
    if known:
        stack.kairanctl("subscribers", "delete", "--list", to, "--", *known)


def unquoted(recipient):
    local, _, domain = recipient.rpartition("@")
    return f"{local.strip(chr(34))}@{domain}"


def check_writes_from(stack, names):
    """Whoever has such an address can write to us: kairan answers, and not the MTA."""
    for local in names:
        for path in (f"{local}@{CARRIER}", f'"{local}"@{CARRIER}'):
            mail = s.make_mail("x@y.example", town.KOSODATE, "x", "x")
            replies = stack.mx_send(path, town.KOSODATE, mail)
            check_equal(replies.mail[0], 250, f"{path}: {replies}")
            check_equal(replies.final[0] in (250, 550), True, f"{path}: {replies}")


def release(stack, subject):
    town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
    town.answer(stack, "kosodate-chief", town.request_for(stack, "kosodate-chief", subject),
                "承認")
    town.wait_state(stack, subject, town.RELEASED)


def test_every_form_may_join(stack):
    """The answer to an empty mail goes to each, quoted or not, and is confirmed."""
    wanted = sorted(f"{local}@{CARRIER}" for local in LOCALS)
    with carrier(stack) as server:
        for number, local in enumerate(LOCALS):
            path = f'"{local}"@{CARRIER}' if number % 2 else f"{local}@{CARRIER}"
            mail = (f"From: {path}\r\nTo: join-kosodate@{s.SERVICE}\r\nSubject:\r\n"
                    f"Message-ID: <wild{number}@phone.example>\r\n\r\n").encode()
            replies = stack.mx_send(path, f"join-kosodate@{s.SERVICE}", mail)
            check_equal(replies.final and replies.final[0], 250, f"{path}: {replies}")
        stack.wait_for(lambda: len(server.recipients) >= len(LOCALS), what="every answer")
        check_equal(sorted(map(unquoted, server.recipients)), wanted)


def test_every_form_is_delivered(stack):
    """Quoted or not: one row; with a '-' before it, too; each gets the broadcast once."""
    octets = "".join(f"{local}@{CARRIER}\n" for local in LOCALS).encode()
    quoted = "".join(f'"""{local.upper()}""@{CARRIER}."\n' for local in LOCALS).encode()
    wanted = sorted(f"{local}@{CARRIER}" for local in LOCALS)
    run_import(stack, octets + quoted, to="kosodate")
    check_equal(sorted(a for a in rows(stack, "kosodate") if a.endswith(CARRIER)), wanted)
    with carrier(stack) as server:
        release(stack, "点の多い宛先")
        stack.wait_for(lambda: len(server.recipients) >= len(LOCALS), what="every address")
        stack.wait_for(stack.queue_is_empty, what="an empty queue")
        check_equal(sorted(map(unquoted, server.recipients)), wanted)
        check_writes_from(stack, LOCALS)
        # With an envelope sender for each (VERP), too.
        server.recipients.clear()
        stack.configure(verp_broadcasts="*")
        release(stack, "一人ずつの差出人で")
        stack.wait_for(lambda: len(server.recipients) >= len(LOCALS), what="every address")
        check_equal(sorted(map(unquoted, server.recipients)), wanted)
        stack.configure(verp_broadcasts="")
    stack.kairanctl("subscribers", "delete", "--list", "kosodate", "--", *wanted)


def test_who_recognised_them(stack):
    """Art. 2(2): each row says by what somebody is a subscriber."""
    check_equal(run_import(stack, b"a@sink.example\n", "--reason", "", check=False).returncode, 64)
    run_import(stack, b"a@sink.example\nold@sink.example\n")
    run_import(stack, b"A@sink.example\nb@sink.example\n", "--reason", '電話で"申込み", 12月')
    found = exported(stack)
    check_equal(rows(stack)["b@sink.example"]["source"], "recognised")
    check_in("電話で", rows(stack)["b@sink.example"]["detail"])
    for address in ("a@sink.example", "b@sink.example"):
        row = found[address]
        check_equal((row["source"], row["reason"]), ("recognised", '電話で"申込み", 12月'))
        check_equal(bool(row["by"]), True, "who it was")
    check_equal(found["old@sink.example"]["source"], "imported")
    trail = stack.kairanctl("audit", "list", "--action", "import", "--json").stdout
    check_in("recognised: 電話で", json.loads(trail)[-1]["detail"])
    check_in("管理者の承認", stack.kairanctl("subscribers", "list", "--list", "probe", "--new-list",
                                       LC_ALL="ja_JP.UTF-8").stdout)
    clear(stack)


def test_an_import_brings_nobody_back(stack):
    run_import(stack, b"a@sink.example\nb@sink.example\n")
    stack.kairanctl("subscribers", "suspend", "--list", "probe", "a@sink.example")
    check_equal(rows(stack)["a@sink.example"]["reason"], "admin")
    again = run_import(stack, b"A@sink.example\nb@sink.example\nc@sink.example\n").stdout
    check_in("3 addresses read, 1 new", again)
    check_in("0 have left, 1 are suspended", again)
    check_equal(rows(stack)["a@sink.example"]["state"], "suspended")
    stack.kairanctl("subscribers", "resume", "--list", "probe", "a@sink.example")
    check_equal(rows(stack)["a@sink.example"]["state"], "active")
    trail = stack.kairanctl("audit", "list", "--json").stdout
    check_equal([row["detail"] for row in json.loads(trail)
                 if row["action"] in ("suspend-subscriber", "resume-subscriber")],
                ["probe: 1", "probe: 1"], "no address of a resident")
    clear(stack)


def test_who_came_by_mail(stack):
    """Joins and leaves by mail: shown and exported; an import, a suspension and a sync let who
    has left be, and a reason brings them back."""
    address = residents.resident()
    for word, subject in (("join", "登録の確認"), ("leave", "登録をやめる確認")):
        residents.ask(stack, address, f"{word}-kosodate@{s.SERVICE}")
        mail = residents.wait_mail(stack, address, subject)
        check_equal(residents.confirm(stack, mail)[0], 250)
        row = exported(stack, "kosodate")[address]
        check_equal((row["source"], row["terms"], row["language"], row["by"], row["reason"]),
                    ("consent", "1", "ja", "", ""))
        check_in("@phone.example>", row["consent"])
        check_in(f"terms 1, {row['consent']}", rows(stack, "kosodate")[address]["detail"])
    check_equal(row["state"], "left")
    check_in("1 have left", run_import(stack, address.encode(), "--reason", "x",
                                       to="kosodate").stdout)
    everybody = "\n".join(rows(stack, "kosodate")).encode()
    check_in("1 have left", stack.kairanctl("subscribers", "sync", "--list", "kosodate",
                                            write(stack, everybody)).stdout)
    of = ("--list", "kosodate")
    for command in ("suspend", "resume"):
        no = stack.kairanctl("subscribers", command, *of, address, check=False)
        check_equal(no.returncode, 66, f"{command}: {no.stderr}")
    check_equal(exported(stack, "kosodate")[address]["source"], "consent")
    stack.kairanctl("subscribers", "resume", *of, "--reason", "窓口で申出", address)
    row = exported(stack, "kosodate")[address]
    check_equal((row["state"], row["source"], row["reason"], row["terms"], row["consent"]),
                ("active", "recognised", "窓口で申出", "", ""))
    stack.kairanctl("subscribers", "delete", *of, address)


EXPORT = '''配信先一覧,,,
作成日,2026/11/01,,
No.,氏名,ﾒｰﾙ　ｱﾄﾞﾚｽ,区分
1,"髙橋, 一郎",Taro.Yamada@Docomo.Example,防災
2,山田①,ａ．．ｂ．＠docomo.example,防災
3,鈴木,taro.yamada@docomo.example,子育て
4,佐藤,,防災
No.,氏名,メールアドレス,区分
5,田中,"""x..""@日本語.example",防災
合計,4
'''


def test_columns_of_other_services(stack):
    """A title, headings that stand twice, CP932, one person in two cases, an IDN."""
    octets = EXPORT.replace("\n", "\r\n").encode("cp932")
    unnamed = run_import(stack, octets, check=False)
    check_equal(unnamed.returncode, 65, unnamed.stderr)
    check_in("--address-column NAME names one of: No., 氏名, ﾒｰﾙ　ｱﾄﾞﾚｽ, 区分", unnamed.stderr)
    wrong = run_import(stack, octets, "--address-column", "メール", check=False)
    check_equal(wrong.returncode, 65, wrong.stderr)
    check_in("there are: No., 氏名, ﾒｰﾙ　ｱﾄﾞﾚｽ, 区分", wrong.stderr)
    done = run_import(stack, octets, "--address-column", "メールアドレス")
    check_in("3 addresses read, 3 new", done.stdout)
    check_in("2 lines without an address, 1 that stand there already", done.stdout)
    wanted = ["Taro.Yamada@docomo.example", "a..b.@docomo.example", "x..@xn--wgv71a119e.example"]
    check_equal(list(rows(stack)), sorted(wanted, key=str.lower))
    clear(stack)
    run_import(stack, b"1,a@sink.example\n2,b@sink.example\n", "--address-column", "2")
    check_equal(list(rows(stack)), ["a@sink.example", "b@sink.example"])
    many = run_import(stack, b"1,a@sink.example\n", "--address-column", "7")
    check_in("0 addresses read", many.stdout)
    clear(stack)


def test_what_was_exported_comes_back(stack):
    """With quotes in the reason; who was not active is not made so."""
    run_import(stack, b"a@sink.example\nb@sink.example\n", "--reason", 'said "yes", once')
    stack.kairanctl("subscribers", "suspend", "--list", "probe", "a@sink.example")
    text = stack.kairanctl("subscribers", "export", "--list", "probe", "--new-list").stdout
    clear(stack)
    check_in("1 that are not active in the file", run_import(stack, text.encode()).stdout)
    check_equal(list(rows(stack)), ["b@sink.example"])
    clear(stack)


def test_roles_and_own_domains_are_refused(stack):
    stack.configure(refused_domains="town.example")
    octets = ("a@sink.example\nPostmaster@sink.example\nbosai@info.town.example\n"
              "sysadmin@town.example\n").encode()
    done = run_import(stack, octets, check=False)
    check_equal(done.returncode, 65, done.stderr)
    for line, why in ((2, "refused_roles"), (3, "service_domain"), (4, "refused_domains")):
        check_in(why, next(said for said in done.stderr.splitlines() if f"csv:{line}:" in said))
    check_equal(rows(stack), {}, "nothing of it")
    said = run_import(stack, octets, check=False, LC_ALL="ja_JP.UTF-8").stderr
    check_in("役割用のアドレスは登録できません", said)
    stack.configure(refused_domains="", refused_roles="")
    check_equal(run_import(stack, octets, check=False).returncode, 65)
    run_import(stack, octets.replace(b"bosai@info.town.example\n", b""))
    check_equal(len(rows(stack)), 3)
    clear(stack)
    stack.configure(refused_roles="postmaster")


def sync(stack, source, *options, check=True, **env):
    return stack.kairanctl("subscribers", "sync", "--list", "probe", "--new-list", *options,
                           source, check=check, **env)


def states(stack):
    return {address: row["state"] for address, row in rows(stack).items()}


def test_sync_with_a_file(stack):
    """Removals included, within a bound; who has left stays away."""
    many = [f"r{number:02}@sink.example" for number in range(20)]
    sync(stack, write(stack, "\n".join(many).encode()))
    check_equal(sorted(states(stack)), many)
    stack.kairanctl("subscribers", "suspend", "--list", "probe", many[0])
    rest = write(stack, ("番号,メール\n" + "".join(
        f"1,{one.upper()}\n" for one in [*many[:17], "new@sink.example"])).encode("cp932"))
    column = ("--address-column", "メール")
    before = states(stack)
    refused = sync(stack, rest, *column, check=False)
    check_equal(refused.returncode, 65, refused.stdout)
    check_in("3 of 20 would vanish, and 2 may at once", refused.stderr)
    check_equal(states(stack), before, "nothing of it")
    dry = sync(stack, rest, *column, "--most", "3", "--dry-run").stdout
    check_in("18 addresses in the source, 1 new, 3 gone (0 of them had agreed by mail)", dry)
    check_equal(states(stack), before, "a dry run")
    check_in("1 are suspended or pause", sync(stack, rest, *column, "--most", "3").stdout)
    found = states(stack)
    check_equal(sorted(found), sorted([*many[:17], "NEW@sink.example"], key=str.lower))
    check_equal(found[many[0]], "suspended")
    changes = stack.store("SELECT joined, gone FROM subscriber_change WHERE list = 'probe'"
                          " ORDER BY rowid DESC LIMIT 1")[0]
    check_equal((changes["joined"], changes["gone"]), (1, 3), "for the report")
    trail = json.loads(stack.kairanctl("audit", "list", "--action", "sync", "--json").stdout)
    check_equal([row["detail"] for row in trail if "list probe:" in row["detail"]],
                ["list probe: 20 addresses, 20 new, 0 gone",
                 "list probe: 18 addresses, 1 new, 3 gone"])
    stack.kairanctl("subscribers", "forget", many[1])
    check_in("1 were forgotten", sync(stack, rest, *column, "--most", "3").stdout)
    check_equal(many[1] in states(stack), False)
    found = states(stack)
    for octets in (b"", b"r01@sink.example\nno address\n"):
        check_equal(sync(stack, write(stack, octets), check=False).returncode, 65, octets)
    check_equal(states(stack), found, "an empty or a broken source")
    clear(stack)


def test_sync_with_the_directory(stack):
    chiefs = "ldap:(uid=*-chief)"
    done = sync(stack, chiefs, "--reason", "課長は全員")
    check_in("2 addresses in the source, 2 new, 0 gone", done.stdout)
    check_equal(sorted(states(stack)), ["bosai-chief@town.example", "kosodate-chief@town.example"])
    check_equal(rows(stack)["bosai-chief@town.example"]["source"], "recognised")
    check_in("1 gone", sync(stack, "ldap:(uid=bosai-chief)").stdout)
    check_equal(list(states(stack)), ["bosai-chief@town.example"])
    # A source that is not there, cannot be asked, or has not understood.
    broken = sync(stack, "ldap:(uid=", check=False)
    check_equal(broken.returncode, 69, broken.stderr)
    nobody = sync(stack, "ldap:(uid=nobody-at-all)", check=False)
    check_equal(nobody.returncode, 65, nobody.stderr)
    stack.stop("slapd")
    away = sync(stack, chiefs, check=False)
    check_equal(away.returncode, 69, away.stderr)
    stack.start("slapd")
    check_equal(list(states(stack)), ["bosai-chief@town.example"])
    clear(stack)


def test_sync_with_many_entries(stack):
    """They come in pages; a server that stops in the middle is no source."""
    base = stack.env["KAIRAN_LDAP_BASE"]
    stack.ldapmodify("\n".join(
        f"dn: uid=many{number:04},ou=people,{base}\nchangetype: add\n"
        f"objectClass: inetOrgPerson\nuid: many{number:04}\ncn: m\nsn: m\n"
        + (f"mail: many{number:04}@sink.example\n" if number else "") for number in range(1201)))
    done = sync(stack, "ldap:(uid=many*)")
    check_in("1200 addresses in the source, 1200 new", done.stdout)
    database = "dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nreplace: olcLimits\n"
    account = f"olcLimits: {{0}}dn.exact=\"cn=kairan,ou=services,{base}\""
    stack.ldapmodify(f"{database}{account} size=700\n")
    try:
        part = sync(stack, "ldap:(uid=many*)", "--most", "1000", check=False)
    finally:
        stack.ldapmodify(f"{database}{account} size=unlimited time=unlimited\n")
    check_equal(part.returncode, 69, part.stdout)
    check_in("no more than a part", part.stderr)
    check_equal(len(states(stack)), 1200)
    clear(stack)


def unread(pipe):
    """How many octets are waiting to be read."""
    count = fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4)
    return int.from_bytes(count, "little")


def test_nobody_waits_for_a_pager(stack):
    """Who does not read on what is printed does not keep the store from others."""
    many = "address\n" + "".join(f"reader{n}@sink.example\n" for n in range(1500))
    run_import(stack, many.encode(), to="pager")
    user = pwd.getpwnam(stack.env["KAIRAN_STACK_USER"])
    become = ({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
              if os.geteuid() == 0 else {})
    with subprocess.Popen([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", stack.env["KAIRAN_CONF"],
                           "subscribers", "export", "--list", "pager", "--new-list"],
                          stdout=subprocess.PIPE, pipesize=4096, **become) as export:
        stack.wait_for(lambda: unread(export.stdout) > 0, what="the first addresses")
        stack.peek(lambda: unread(export.stdout) == 4096, 10, what="a full pipe")
        link = sqlite3.connect(stack.env["KAIRAN_STORE"], timeout=0.5, isolation_level=None)
        with contextlib.closing(link):
            link.execute("BEGIN IMMEDIATE")
            link.execute("ROLLBACK")
        check_equal(export.stdout.read().count(b"@sink.example"), 1500)
    check_equal(export.returncode, 0)


if __name__ == "__main__":
    tap.main(globals())
