#!/usr/bin/env python3
"""kairanctl setup on Sendmail: Debian's sendmail.mc with what setup put into it, made into a
sendmail.cf, starts; it asks kairan, and routes the service domain to the pipe.

$SRCDIR and $KAIRAN_BUILD_DIR are make check's. Speaks TAP."""
import os
import pathlib
import shutil
import smtplib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
import machine
import plain_tap
from tap import check_equal, check_in
from test_setup import EX_TEMPFAIL, everything, names_changed

ROOT = machine.BUILD / "sendmail"
SENDMAIL = ROOT / "usr/libexec/sendmail/sendmail"
MC = pathlib.Path("/etc/mail/sendmail.mc")
BOSAI = "bosai@info.town.example"


def install_sendmail():
    """What Debian's packages leave behind, and no Postfix."""
    pathlib.Path("/etc/postfix/main.cf").unlink()
    shutil.copytree(ROOT / "usr/share/sendmail", "/usr/share/sendmail")
    shutil.copytree(ROOT / "etc/mail", "/etc/mail", dirs_exist_ok=True)
    shutil.copy("/usr/share/sendmail/cf/debian/sendmail.mc", MC)
    for name in ("m4/dialup.m4", "m4/provider.m4", "local-host-names", "trusted-users", "access"):
        pathlib.Path("/etc/mail", name).touch()
    for name in ("smmta", "smmsp"):
        machine.run("useradd", "--system", "--user-group", name)
    for name in ("/var/spool/mqueue", "/var/lib/sendmail/host_status"):
        os.makedirs(name, 0o700)


def make_cf():
    """As sendmailconfig does, and its tables."""
    made = machine.run("m4", MC)
    pathlib.Path("/etc/mail/sendmail.cf").write_text(made.stdout, encoding="utf-8")
    for name in ("mailertable", "access"):
        machine.run(ROOT / "usr/libexec/sendmail/makemap", "hash", f"/etc/mail/{name}.db",
                    stdin=pathlib.Path("/etc/mail", name).read_text(encoding="utf-8"))


def start_sendmail():
    """Also where the machine has more to do than Sendmail likes."""
    return machine.start(SENDMAIL, "-C", "/etc/mail/sendmail.cf", "-bD", "-X", "/var/log/x.log",
                         "-O", "RefuseLA=1000", "-O", "QueueLA=1000",
                         ready=lambda: machine.port_answers(25))


def test_sets_up_all_but_the_last_step():
    """By an administrator who takes what is proposed, and says yes to each part."""
    machine.install()
    machine.start_slapd()
    install_sendmail()
    before = everything()
    words = f"{machine.BIN}/kairanctl -c {machine.CONF} setup"
    done = machine.run("script", "-qec", words, "/dev/null", LC_ALL="C.UTF-8",
                       stdin="\n" * 5 + "y\n" * 4, check=False)
    check_equal(done.stdout.count("Make these changes?"), 4, done.stdout)
    check_equal(done.returncode, EX_TEMPFAIL, done.stdout + done.stderr)
    text = MC.read_text(encoding="utf-8")
    for line in ("FEATURE(`mailertable')dnl\n", "RELAY_DOMAIN(`info.town.example')dnl\n"):
        check_in(line, text)
        assert text.index(line) < text.index("MAILER_DEFINITIONS"), text
    check_equal(pathlib.Path("/var/spool/mqueue/urgent").stat().st_mode & 0o777, 0o700)
    assert "kairan.m4" not in text, "the last step is made too early"
    check_in("sendmailconfig", done.stdout)
    check_equal(pathlib.Path("/etc/mail/sendmail.mc.before-kairan").read_bytes(),
                before[0]["/etc/mail/sendmail.mc"])
    check_in('shard_size = "1000"', machine.CONF.read_text(encoding="utf-8"))
    check_equal(pathlib.Path("/etc/saslauthd.conf").stat().st_mode & 0o777, 0o600)
    machine.run("ldapwhoami", "-x", "-H", "ldapi:///", "-D",
                f"cn=dovecot,ou=services,{machine.BASE}", "-w",
                pathlib.Path("/etc/saslauthd.conf").read_text().split("ldap_bind_pw: ")[1]
                .split("\n")[0])


def test_the_last_step_when_kairan_answers():
    with open(machine.CONF, "a", encoding="utf-8") as conf:
        conf.write('template_dir = "/srv/templates"\nlog_target = "stderr"\n')
    make_cf()
    server = start_sendmail()
    machine.start_kairan()
    machine.wait_for(lambda: machine.kairanctl("status", check=False).returncode == 0,
                     "a green status")
    done = machine.kairanctl("setup", "--yes", check=False)
    check_equal(done.returncode, 0, done.stdout + done.stderr)
    text = MC.read_text(encoding="utf-8")
    assert text.index("include(`/etc/mail/kairan.m4')dnl") < text.index("MAILER_DEFINITIONS")
    server.terminate()
    server.wait(30)
    make_cf()
    start_sendmail()


def test_nothing_is_left_to_change():
    before = everything()
    done = machine.kairanctl("setup", "--yes", check=False)
    check_equal(done.returncode, 0, done.stdout + done.stderr)
    check_in("Nothing is to be changed.", done.stdout)
    check_equal(names_changed(before, everything()), set())
    check_equal(everything()[1:], before[1:])


def test_the_pipe_has_the_service_domain():
    said = machine.run(SENDMAIL, "-C", "/etc/mail/sendmail.cf", "-bv", BOSAI).stdout
    check_in("mailer kairan", said)


def test_kairan_is_asked():
    """It knows which addresses there are; nobody has registered one."""
    with machine.connect(25) as client:
        try:
            client.sendmail("x@mail.town.example", [BOSAI], b"Subject: x\r\n\r\nx\r\n")
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError,
                smtplib.SMTPSenderRefused) as refused:
            check_in("No such address here", str(refused))
        else:
            raise AssertionError("the mail is taken")


if __name__ == "__main__":
    WHY = machine.what_is_missing() or (None if SENDMAIL.exists() else
                                        "there is no Sendmail: ./quickstart fetch")
    if WHY:
        print(f"1..0 # SKIP {WHY}")
        sys.exit(0)
    if not machine.is_inside():
        machine.enter()
    STATUS = plain_tap.main(globals())
    if STATUS:
        machine.print_logs()
    sys.exit(STATUS)
