#!/usr/bin/env python3
"""kairanctl setup on machines as Debian makes them, with the real servers: it shows before it
writes, keeps what was there, changes nothing a second time, stops nobody's mail, and what it
wrote carries a broadcast.

$SRCDIR and $KAIRAN_BUILD_DIR are make check's. Speaks TAP."""
import json
import os
import pathlib
import re
import shutil
import smtplib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
import machine
import plain_tap
import stack as s
from tap import check_equal, check_in

EX_TEMPFAIL = 75
EX_CONFIG = 78
FIRST = ("--domain", "town.example", "--admin", "sysadmin", "--yes")
BOSAI = "bosai@info.town.example"


def everything():
    """All of /etc and the directory, to compare."""
    files = {str(path): path.read_bytes() for path in pathlib.Path("/etc").rglob("*")
             if path.is_file() and not path.is_relative_to("/etc/ldap/slapd.d")}
    return files, machine.run("slapcat", "-n", "0").stdout, machine.run("slapcat", "-n", "1").stdout


def names_changed(before, after):
    return {name for name in before[0].keys() | after[0].keys()
            if before[0].get(name) != after[0].get(name)}


def test_prints_and_changes_nothing():
    machine.install()
    machine.start_slapd()
    before = everything()
    done = machine.kairanctl("setup", *FIRST[:4], "--print", check=False)
    check_equal(done.returncode, 0, done.stdout + done.stderr)
    for part in ("+++ /etc/kairan/kairan.conf", '+service_domain = "info.town.example"',
                 "+++ /etc/postfix/main.cf", "+kairan     unix", "+submission", "usermod -a -G",
                 "dn: cn=kairan,ou=services,dc=town,dc=example", "olcOverlay: ppolicy",
                 "smtpd_milters = unix:/run/kairan/milter.sock", "passdb"):
        check_in(part, done.stdout)
    check_equal(re.findall(r"(?m)^\+?(?:userPassword: |dnpass = |ldap_auth_dn_password = )(.*)$",
                           done.stdout).count("********"), 3 + 1, done.stdout)
    check_equal(names_changed(before, everything()), set())
    check_equal(everything()[1:], before[1:])


def test_speaks_both_languages_of_dovecot():
    """What a 2.4 would get: here is a program that says so of itself."""
    fake = pathlib.Path("/srv/fake/dovecot")
    fake.parent.mkdir()
    for version, wanted, unwanted in (("2.4.1-4", "+passdb ldap {", "driver = ldap"),
                                      ("2.3.21 (47349e2482)", "+  driver = ldap", "passdb ldap")):
        fake.write_text(f"#!/bin/sh\necho '{version}'\n", encoding="ascii")
        fake.chmod(0o755)
        done = machine.kairanctl("setup", *FIRST[:4], "--print",
                                 PATH=f"{fake.parent}:{os.environ['PATH']}")
        check_in(wanted, done.stdout)
        check_in("cn=dovecot,ou=services,dc=town,dc=example", done.stdout)
        assert unwanted not in done.stdout, done.stdout


def log_named():
    """What setup would write, and to which group it would add kairan for it."""
    done = machine.kairanctl("setup", *FIRST[:4], "--print")
    named = re.search(r'(?m)^\+mta_log = "(.*)"$', done.stdout)
    group = re.search(r"usermod -a -G (adm|systemd-journal) kairan", done.stdout)
    return named and named[1], group and group[1]


def test_names_the_mail_systems_log():
    """Where kairan can read it, or can in its group."""
    own = pathlib.Path("/var/log/own.log")
    syslog = pathlib.Path("/var/log/mail.log")
    journal = pathlib.Path("/var/log/journal/machine/system.journal")
    before = machine.run("postconf", "-h", "maillog_file").stdout.strip()
    kept = syslog.read_bytes() if syslog.exists() else None
    machine.run("postconf", "-e", f"maillog_file = {own}")
    check_equal(log_named(), (None, None), "none is there")
    own.touch()
    for mode, group, found in ((0o600, "adm", (None, None)), (0o640, "root", (None, None)),
                               (0o640, "adm", (str(own), "adm")), (0o644, "root", (str(own), None))):
        own.chmod(mode)
        shutil.chown(own, "root", group)
        check_equal(log_named(), found, f"{mode:o} {group}")
    machine.run("postconf", "-e", "maillog_file =")
    syslog.touch()
    syslog.chmod(0o640)
    shutil.chown(syslog, "root", "adm")
    check_equal(log_named(), (str(syslog), "adm"))
    journal.parent.mkdir(parents=True)
    journal.touch(0o640)
    shutil.chown(journal, "root", "systemd-journal")
    check_equal(log_named(), ("journal", "systemd-journal"))
    shutil.rmtree(journal.parents[1])
    own.unlink()
    if kept is None:
        syslog.unlink()
    machine.run("postconf", "-e", f"maillog_file = {before}")


def test_refuses_what_it_cannot_write():
    for words, said in ((("--yes",), "--domain"), (("--domain", "a b", "--yes"), "no domain"),
                        (("--domain", "x.example", "--admin", "o'x", "--yes"), "no login"),
                        (("--mta", "exim"), "usage"), (("now",), "usage")):
        done = machine.kairanctl("setup", *words, check=False)
        check_in(said, done.stderr)
        assert done.returncode != 0, done.stdout
    check_equal(machine.CONF.exists(), False, "kairan.conf")


def test_a_terminal_is_asked():
    """Each answer by itself; a no ends it, and changes nothing."""
    before = everything()
    words = " ".join([str(machine.BIN / "kairanctl"), "-c", str(machine.CONF), "setup"])
    done = machine.run("script", "-qec", words, "/dev/null", LC_ALL="ja_JP.UTF-8",
                       stdin="\ntown.example\n\nboss\n\nn\n", check=False)
    for question in ("名簿（LDAP）のベース [dc=town,dc=example]", "[info.town.example]",
                     "[boss@town.example]", "このとおり変更しますか"):
        check_in(question, done.stdout)
    check_equal(names_changed(before, everything()), set())


def test_sets_up_all_but_the_last_step():
    """Postfix runs meanwhile, and goes on taking mail."""
    machine.run("postfix", "start")
    machine.wait_for(lambda: machine.port_answers(25), "Postfix")
    before = everything()
    done = machine.kairanctl("setup", *FIRST, check=False)
    check_equal(done.returncode, EX_TEMPFAIL, done.stdout + done.stderr)
    for part in ("postconf -c /etc/postfix -e 'smtpd_milters = unix:/run/kairan/milter.sock'",
                 "postconf -c /etc/postfix -e 'smtpd_milters = '", "systemctl restart dovecot postfix",
                 "The first password of sysadmin"):
        check_in(part, done.stdout)
    machine.first_password = re.search(r"first password of sysadmin is (\w+)", done.stdout)[1]
    check_equal(machine.run("postconf", "-h", "smtpd_milters").stdout.strip(), "")
    for name in names_changed(before, everything()) & before[0].keys() - {"/etc/group",
                                                                          "/etc/gshadow"}:
        if not name.endswith("-"):
            check_equal(pathlib.Path(f"{name}.before-kairan").read_bytes(), before[0][name], name)
    check_equal(pathlib.Path("/etc/kairan/slapd-config.before-kairan.ldif").stat().st_mode & 0o777,
                0o600)
    for path, mode, group in (("/etc/kairan/kairan.conf", 0o640, "kairan"),
                              ("/etc/kairan/ldap.password", 0o640, "kairan")):
        path = pathlib.Path(path)
        check_equal((path.stat().st_mode & 0o777, path.group()), (mode, group), path)
    with machine.connect(25) as client:
        client.sendmail("x@phone.example", ["boss@town.example"], b"Subject: as ever\r\n\r\nx\r\n")
    machine.wait_for(lambda: machine.mails("boss"), "mail as ever")
    machine.run("postfix", "stop")


def test_waits_while_kairan_is_away():
    """A second run before the daemon runs changes nothing."""
    before = everything()
    done = machine.kairanctl("setup", "--yes", check=False)
    check_equal(done.returncode, EX_TEMPFAIL, done.stdout + done.stderr)
    check_equal(names_changed(before, everything()), set(), done.stdout)
    check_equal(everything()[1:], before[1:])


def register_section():
    """The administrator takes a password of their own, and registers the section; the first
    passwords that were printed."""
    password("sysadmin", machine.first_password, "sysadmin-own-1")
    secret = pathlib.Path("/srv/password")
    secret.write_text("sysadmin-own-1\n", encoding="utf-8")
    secret.chmod(0o600)
    done = machine.kairanctl(
        "apply", "form1", "--applicant", "chief", "--section", "bosai", "--section-name",
        "防災課:Disaster Section", "--approver", "chief:chief@town.example:課長 一郎", "--staff",
        "staff:staff@town.example:係 花子", "--broadcast", BOSAI, "--broadcast-name",
        "防災:Disasters", "--list", "bosai", "--bind", "sysadmin", "--bind-password", secret)
    return dict(re.findall(r"([a-z]+)\)?:? +((?:[a-z0-9]{5}-){2}[a-z0-9]{5})", done.stdout))


def password(person, old, new):
    """Somebody changes the password that they were given."""
    machine.run("ldappasswd", "-x", "-D", f"uid={person},ou=people,{machine.BASE}", "-w", old,
                "-s", new, "-H", "ldapi:///")


def test_the_last_step_when_kairan_answers():
    with open(machine.CONF, "a", encoding="utf-8") as conf:
        conf.write('template_dir = "/srv/templates"\nlog_target = "stderr"\n'
                   'quiet_hours = "none"\n')
    first = register_section()
    # What is set at once after the registration is the registrar's (policy/password.c).
    registered = time.time()
    machine.wait_for(lambda: time.time() > registered + 7, "the end of the registration")
    for person in ("chief", "staff"):
        password(person, first[person], f"{person}-own-1")
    pathlib.Path("/srv/bosai.csv").write_text("taro@phone.example\nhana@phone.example\n")
    machine.kairanctl("subscribers", "import", "--list", "bosai", "/srv/bosai.csv")
    machine.start_mail()
    machine.start_kairan()
    machine.wait_for(lambda: machine.kairanctl("status", check=False).returncode == 0,
                     "a green status")
    done = machine.kairanctl("setup", "--yes", check=False)
    check_equal(done.returncode, 0, done.stdout + done.stderr)
    check_in("+smtpd_milters = unix:/run/kairan/milter.sock", done.stdout)
    check_equal(machine.run("postconf", "-h", "smtpd_milters").stdout.strip(),
                "unix:/run/kairan/milter.sock")
    check_equal(machine.kairanctl("directory", "check").returncode, 0)


def test_nothing_is_left_to_change():
    before = everything()
    done = machine.kairanctl("setup", "--yes", check=False)
    check_equal(done.returncode, 0, done.stdout + done.stderr)
    check_in("Nothing is to be changed.", done.stdout)
    kept = json.loads(machine.kairanctl("audit", "list", "--action", "setup", "--json").stdout)
    check_equal(len(kept), 2, "who set it up, and took the last step (Art. 8)")
    check_equal(names_changed(before, everything()), set())
    check_equal(everything()[1:], before[1:])


def test_setup_check_finds_nothing_missing():
    """What setup wrote is what setup check wants; there is no DNS to ask."""
    secret = pathlib.Path("/srv/password")
    secret.write_text("staff-own-1\n", encoding="utf-8")
    done = machine.kairanctl("setup", "check", "--login", "staff", "--password-file", secret,
                             "--json", check=False)
    rows = json.loads(done.stdout)
    wrong = [row for row in rows if row["status"] != "ok" and not row["name"].startswith("dns-")]
    assert len(rows) > 10 and not wrong, wrong


def submit(user, to, mail):
    with machine.connect(587, user, f"{user}-own-1") as client:
        client.sendmail(f"{user}@town.example", [to], s.octets_of(mail))


def test_a_broadcast():
    try:
        with machine.connect(587, "staff", "wrong"):
            raise AssertionError("a wrong password logs in")
    except smtplib.SMTPAuthenticationError:
        pass
    submit("staff", BOSAI, s.make_mail("staff", BOSAI, "避難訓練", "明日は防災訓練です。"))
    request = machine.wait_for(
        lambda: next((mail for mail in machine.mails("chief")
                      if s.reply_address(mail).startswith("decide")), None), "the request")
    reply = s.make_mail("chief", s.reply_address(request), f"Re: {request['Subject']}", "承認\n",
                        In_Reply_To=str(request["Message-ID"]))
    submit("chief", s.reply_address(request), reply)
    for person in ("taro", "hana"):
        got = machine.wait_for(lambda: machine.mails(person), f"the broadcast for {person}")
        check_equal(len(got), 1)
        check_in("防災訓練", s.text_of(got[0]))


def test_past_the_milter_nothing_arrives():
    """What sendmail(1) puts into the queue meets the pipe."""
    machine.run("/usr/sbin/sendmail", "-f", "staff@town.example", BOSAI,
                stdin="Subject: past\n\nx\n")
    machine.wait_for(lambda: [mail for mail in machine.mails("staff") if "Undelivered" in
                              str(mail["Subject"])], "the bounce")
    check_equal(len(machine.mails("taro")), 1)


if __name__ == "__main__":
    WHY = machine.what_is_missing()
    if WHY:
        print(f"1..0 # SKIP {WHY}")
        sys.exit(0)
    if not machine.is_inside():
        machine.enter()
    STATUS = plain_tap.main(globals())
    if STATUS:
        machine.print_logs()
    sys.exit(STATUS)
