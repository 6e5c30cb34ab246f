"""What happens when something is down, dies, or comes twice."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import threading
import unittest

import second_daemon
import stack as s
import tap
import town
from tap import check_equal, check_in


def test_the_same_mail_twice_is_one_draft(stack):
    subject = "二重の送信"
    mail = town.draft(stack, "bosai-staff1", subject)
    octets = b"Received: from relay.example\r\n" + s.octets_of(mail)
    check_equal(stack.submit("bosai-staff1", town.BOSAI, octets).final[0], 250)
    check_equal(stack.store("SELECT count(*) FROM draft WHERE subject = ?", subject)[0][0], 1)
    town.request_for(stack, "bosai-chief", subject)
    check_equal(stack.store("SELECT count(*) FROM outbox WHERE kind = 'request' AND draft = ?",
                            town.draft_id(stack, subject))[0][0], 2, "requests")


def test_the_same_mail_after_the_decision(stack):
    subject = "決裁後の再送"
    mail = town.draft(stack, "bosai-staff1", subject)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject),
                "差戻し 不要です")
    town.wait_state(stack, subject, town.SENT_BACK)
    check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250)
    stack.wait_mail("bosai-staff1", lambda told: subject in str(told["Subject"])
                    and "再送" in str(told["Subject"]))
    check_equal(stack.store("SELECT count(*) FROM draft WHERE subject = ?", subject)[0][0], 1)


def test_milter_down(stack):
    subject = "ミルター停止"
    mail = s.make_mail("bosai-staff1", town.BOSAI, subject, "本文")
    stack.stop("milter")
    try:
        check_equal(400 <= submission_reply(stack, mail) < 500, True, "submission defers")
        reply = stack.mx_send("x@phone.sink.example", town.BOSAI, mail).mail
        check_equal(400 <= reply[0] < 500, True, f"MX defers: {reply}")
    finally:
        stack.start("milter")
    check_equal(len(town.broadcast(stack.sink(), subject)), 0, "nothing leaks")
    check_equal(town.state_of(stack, subject), None)
    check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250, "afterwards")
    town.request_for(stack, "bosai-chief", subject)


def submission_reply(stack, mail):
    """The code with which a submission ends, at whichever command that is."""
    try:
        replies = stack.submit("bosai-staff1", town.BOSAI, mail)
    except smtplib.SMTPResponseException as refused:
        return refused.smtp_code
    return (replies.final or replies.recipients.get(town.BOSAI) or replies.mail)[0]


def test_milter_down_during_the_release(stack):
    """Approved, and the daemon dies at once: the broadcast goes out when it is back."""
    subject = "承認直後の停止"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-chief", request, "承認")
    stack.kill9("milter")
    stack.start("milter")
    town.wait_state(stack, subject, town.RELEASED, 90)
    check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS, "each once")


def test_ldap_down(stack):
    subject = "LDAP停止"
    mail = s.make_mail("bosai-staff1", town.BOSAI, subject, "本文")
    with stack.connect(int(stack.env["KAIRAN_SUBMISSION_PORT"]), "bosai-staff1") as smtp:
        stack.stop("slapd")
        try:
            smtp.mail("bosai-staff1@town.example")
            code, text = smtp.rcpt(town.BOSAI)
            check_equal(code, 451, "reply to RCPT")
            check_in("4.3.0", text.decode())
            smtp.rset()
            smtp.mail("bosai-staff1@town.example")
            check_equal(smtp.rcpt("sysadmin@town.example")[0], 250, "other mail goes on")
            smtp.rset()
        finally:
            stack.start("slapd")
    check_equal(town.state_of(stack, subject), None)
    check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250, "afterwards")


def test_ldap_down_at_the_decision(stack):
    subject = "決裁時のLDAP停止"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    address = s.reply_address(request)
    mail = s.octets_of(town.answer_mail("bosai-chief", request, "承認"))
    with stack.connect(int(stack.env["KAIRAN_SUBMISSION_PORT"]), "bosai-chief") as smtp:
        stack.stop("slapd")
        try:
            replies = stack.converse(smtp, "bosai-chief@town.example", address, mail)
            refused = replies.final or replies.recipients[address]
            check_equal(refused[0], 451, "the client keeps it and tries again")
        finally:
            stack.start("slapd")
    check_equal(town.state_of(stack, subject), town.HELD)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.RELEASED)


def test_a_start_without_ldap(stack):
    """The broadcast addresses of the last run are known, so that other mail flows and a
    broadcast address is recognised; who writes to it without a login cannot be asked."""
    stack.stop("milter", "slapd")
    try:
        stack.start("milter")
        with stack.connect(int(stack.env["KAIRAN_MX_PORT"])) as smtp:
            smtp.mail("someone@phone.sink.example")
            code, text = smtp.rcpt(town.BOSAI)
            check_equal(code, 451, "broadcast address")
            check_in("directory", text.decode())
            check_equal(smtp.rcpt("sysadmin@town.example")[0], 250, "other mail")
    finally:
        stack.start("slapd")
        stack.start("milter")


def test_killed_right_after_the_250(stack):
    for number in range(5):
        subject = f"直後の強制終了{number}"
        town.draft(stack, "bosai-staff1", subject)
        stack.kill9("milter")
        stack.start("milter")
        check_equal(town.state_of(stack, subject), town.HELD)
        town.request_for(stack, "bosai-chief", subject)
        asked = stack.store("SELECT count(*) FROM outbox WHERE draft = ? AND kind = 'request'"
                            " AND mail LIKE 'bosai-chief@%'", town.draft_id(stack, subject))
        check_equal(asked[0][0], 1, "asked once")


def test_sigterm_and_sighup(stack):
    stack.signal("milter", signal.SIGHUP)
    stack.wait_for(lambda: "read anew" in stack.log(), what="the reload")
    pid = stack.pid("milter")
    town.draft(stack, "bosai-staff1", "読み直しの後")
    check_equal(stack.pid("milter"), pid, "still the same process")
    stack.signal("milter", signal.SIGTERM)
    stack.wait_for(lambda: stack.pid("milter") is None, 10, "the end")
    stack.start("milter")


def restart_with_drain(stack, seconds):
    """The time that the daemon gives to messages under way is read when it starts."""
    stack.stop("milter")
    with open(stack.env["KAIRAN_CONF"], "a", encoding="utf-8") as file:
        file.write(f'drain_timeout = "{seconds}s"\n')
    stack.start("milter")


def test_sigterm_lets_messages_end(stack):
    """What the daemon has begun to take is taken; what begins afterwards is put off."""
    subject = "停止の間際の起案"
    octets = s.octets_of(s.make_mail("bosai-staff1", town.BOSAI, subject, "本文"))
    port = int(stack.env["KAIRAN_SUBMISSION_PORT"])
    restart_with_drain(stack, 120)
    stopping = stack.log().count("stopping")
    with stack.connect(port, "bosai-staff1") as smtp, \
         stack.connect(port, "bosai-staff2") as other:
        smtp.mail("bosai-staff1@town.example")
        check_equal(smtp.rcpt(town.BOSAI)[0], 250)
        check_equal(smtp.docmd("DATA")[0], 354)
        smtp.send(octets[:100])
        stack.signal("milter", signal.SIGTERM)
        stack.wait_for(lambda: stack.log().count("stopping") > stopping, what="the signal")

        def is_put_off():
            other.rset()
            other.mail("bosai-staff2@town.example")
            return 400 <= other.rcpt(town.BOSAI)[0] < 500

        stack.wait_for(is_put_off, what="4xx for a new message")
        smtp.send(octets[100:] + b"\r\n.\r\n")
        check_equal(smtp.getreply()[0], 250, "the message under way")
    stack.wait_for(lambda: stack.pid("milter") is None, 30, "the end")
    check_equal(town.state_of(stack, subject), town.HELD)
    restart_with_drain(stack, 5)
    town.request_for(stack, "bosai-chief", subject)


def test_sighup_before_it_is_ready(stack):
    """Log rotation asks for nothing less than a daemon that has just been started."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        conf = second_daemon.settings(stack, ldap_timeout="60s",
                               ldap_uri=f"ldap://127.0.0.1:{silent.getsockname()[1]}")
        daemon = second_daemon.start(stack, conf)
        link, _ = silent.accept()
        daemon.send_signal(signal.SIGHUP)
        silent.close()
        link.close()
    try:
        lines = []
        for line in daemon.stderr:
            lines.append(line)
            if "read anew" in line:
                break
        check_in("read anew", "".join(lines), "what the daemon said")
        daemon.send_signal(signal.SIGTERM)
        daemon.stderr.read()
        check_equal(daemon.wait(60), 0, "exit status")
    finally:
        daemon.kill()
        daemon.wait()


# GMime says that it is another version, as after an upgrade of the system.
OTHER_GMIME = "const unsigned gmime_micro_version = 99;"


def test_a_library_that_it_was_not_built_for(stack):
    """Nothing is read with it, and nothing is lost: the sentence says what to do."""
    if b"__asan_init" in (s.BUILD / "kairan-milter").read_bytes():
        raise unittest.SkipTest("the sanitizer's library must be the first")
    env = second_daemon.preload(stack, "other-gmime", OTHER_GMIME)
    for words in ((), ("-n",)):
        done = subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairan-milter", "-c",
                               stack.env["KAIRAN_CONF"], *words], env={**os.environ, **env},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=False)
        check_equal((done.returncode, done.stdout), (69, ""), done.stderr)
        check_in("kairan was built for GMime 3.", done.stderr)
        check_in("build again", done.stderr)
    done = stack.kairanctl("explain", "/dev/null", check=False, **env)
    check_equal(done.returncode, 69, done.stderr)
    check_in("build again", done.stderr)
    deliver = ("deliver", "--sender", "<>", "--recipient", "bounce+n1@info.town.example")
    mail = "Subject: a bounce\n\nNo.\n"
    done = stack.kairanctl(*deliver, stdin=mail, check=False, **env)
    check_equal(done.returncode, 75, "the MTA keeps it")
    check_equal(done.stderr[:6], "4.3.0 ", done.stderr)
    check_equal(stack.kairanctl(*deliver, stdin=mail).returncode, 0, "afterwards")


def test_a_bad_reload_changes_nothing(stack):
    conf = stack.env["KAIRAN_CONF"]
    with open(conf, encoding="utf-8") as file:
        good = file.read()
    try:
        with open(conf, "w", encoding="utf-8") as file:
            file.write(good + "no_such_setting = 1\n")
        stack.signal("milter", signal.SIGHUP)
        stack.wait_for(lambda: "no_such_setting" in stack.log(), what="the complaint")
        town.draft(stack, "bosai-staff1", "悪い設定の後")
    finally:
        with open(conf, "w", encoding="utf-8") as file:
            file.write(good)


def test_mta_down_while_notices_wait(stack):
    """The MTA goes away after the draft was taken: the notice waits, and is not lost."""
    subject = "MTA停止"
    town.draft(stack, "bosai-staff1", subject)
    stack.stop("mta")
    stack.start("mta")
    town.request_for(stack, "bosai-chief", subject)



def test_somebody_who_cannot_be_reached(stack):
    """An approver whose mailbox the MTA refuses: the administrators are told, once."""
    subject = "届かない依頼"
    chief = "uid=bosai-chief,ou=people,dc=town,dc=example"
    change = f"dn: {chief}\nchangetype: modify\nreplace: mail\nmail: "
    stack.ldapmodify(change + "gone@town.example\n")
    try:
        town.draft(stack, "bosai-staff1", subject)
        town.draft(stack, "bosai-staff1", subject + "二")
        told = stack.wait_mail("sysadmin", lambda mail: "gone@town.example" in s.text_of(mail))
        check_in("要確認", str(told["Subject"]))
        check_in("refused by the MTA: 550 5.1.1", stack.log())
    finally:
        stack.ldapmodify(change + "bosai-chief@town.example\n")
    town.request_for(stack, "bosai-deputy", subject + "二")
    check_equal(len([mail for mail in stack.imap("sysadmin")
                     if "gone@town.example" in s.text_of(mail)]), 1)


class Filter(threading.Thread):
    """An SMTP server that takes every recipient, and refuses at the end every mail that has this."""

    def __init__(self, part=b""):
        super().__init__(daemon=True)
        self.part = part
        self.taken = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.refused = 0

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                with contextlib.suppress(ConnectionError, ValueError):
                    self.converse(self.server.accept()[0])

    def converse(self, link):
        with link, link.makefile("rwb") as lines:
            def say(text):
                lines.write(text + b"\r\n")
                lines.flush()
            say(b"220 filter")
            for line in lines:
                if line.upper().startswith(b"DATA"):
                    say(b"354 go on")
                    mail = b"".join(iter(lines.readline, b".\r\n"))
                    if self.part in mail:
                        self.refused += 1
                        say(b"554 5.7.1 Message contains spam words")
                    else:
                        self.taken.append(s.parse_mail(mail))
                        say(b"250 fine")
                else:
                    say(b"250 fine")


def test_a_filter_that_refuses_the_mail(stack):
    """What is refused at the end of the data is no fault of the person's: it is kept, tried again,
    and goes out when that is mended. There is one alarm, with the filter's words."""
    subject = "迷惑メール扱いの依頼"
    conf = pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
    url = re.findall(r'(?m)^mta_url = "(.*)"', conf)[-1]
    spam = Filter()
    spam.start()
    stack.configure(mta_url=f"smtp://127.0.0.1:{spam.server.getsockname()[1]}")
    town.draft(stack, "bosai-staff1", subject)
    stack.wait_for(lambda: spam.refused >= 4, what="refusals, and further tries")
    check_equal(len(stack.store("SELECT 1 FROM outbox WHERE state = 3 AND draft = ?",
                                town.draft_id(stack, subject))), 0, "none is given up")
    stack.configure(mta_url=url)
    spam.server.close()
    stack.move_clock(600)
    town.request_for(stack, "bosai-chief", subject)
    told = stack.wait_mail("sysadmin", lambda mail: "Message contains spam words" in s.text_of(mail))
    check_in("受け付けられないお知らせ", str(told["Subject"]))
    stack.wait_for(lambda: "alarm unsent mail: over" in stack.log(), what="the alarm's end")
    check_equal("alarm mail bosai-chief" in stack.log(), False, "nobody's address is blamed")


def test_a_request_that_is_too_much(stack):
    """What a filter does not like is in the writer's mail: the request goes without it."""
    subject = "元のメールが受け付けられない"
    conf = pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
    url = re.findall(r'(?m)^mta_url = "(.*)"', conf)[-1]
    spam = Filter(b"message/rfc822")
    spam.start()
    stack.configure(mta_url=f"smtp://127.0.0.1:{spam.server.getsockname()[1]}")
    town.draft(stack, "bosai-staff1", subject)

    def requests():
        return [mail for mail in spam.taken if str(mail["Reply-To"] or "").startswith("decide+")]
    stack.wait_for(lambda: len(requests()) == 2, what="both requests")
    check_in("添付していません", s.text_of(requests()[0]))
    stack.configure(mta_url=url)
    spam.server.close()
    town.answer(stack, "bosai-chief", [mail for mail in requests() if
                                       "bosai-chief" in str(mail["To"])][0], "承認")
    town.wait_broadcast(stack, subject)


def test_a_release_that_is_stuck(stack):
    """The MTA takes nothing for a while: it goes out afterwards, and the administrators
    hear of it."""
    subject = "渡せない配信"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-deputy", subject)
    stack.kairanctl("suspend", "--reason", "test")
    town.answer(stack, "bosai-deputy", request, "承認")
    town.wait_state(stack, subject, town.APPROVED)
    stack.stop("mta")
    stack.kairanctl("resume")
    town.wait_state(stack, subject, town.RELEASING)
    stack.move_clock(11 * 60)
    stack.wait_for(lambda: "alarm release" in stack.log(), what="the alarm")
    stack.start("mta")
    stack.move_clock(11 * 60)
    check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
    stack.wait_mail("sysadmin", lambda mail: "渡せない状態" in s.text_of(mail)
                    and subject in s.text_of(mail))


if __name__ == "__main__":
    tap.main(globals())
