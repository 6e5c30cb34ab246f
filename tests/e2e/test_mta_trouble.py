#!/usr/bin/env python3
"""A mail system that goes wrong on kairan's way out: it never says what became of a mail, it hangs
up, it does not like what a mail contains, it refuses some of its recipients. Nothing is lost,
nobody gets a broadcast twice, and the administrators hear what it said."""
import contextlib
import pathlib
import re

import proxy as p
import stack as s
import tap
import town
from tap import check_equal, check_in

# How the end of a mail's data is treated, besides HANG and RESET (its answer).
KEEP, REFUSE = "keep", "refuse"
# Every recipient is refused, by a rule that has nothing to do with them.
BAR = "bar"
RULES = ("554 5.7.1 <kairan@info.town.example>: Sender address rejected: Access denied",
         "550 5.1.0 <kairan@info.town.example>: Sender address rejected: User unknown",
         "550 5.1.8 <kairan@info.town.example>: Sender address rejected: Domain not found",
         "550 5.7.1 Relaying denied")
TIMEOUT = 5  # mta_timeout
RECEIPT_WAIT = 30
WORDS = "554 5.7.1 This looks like advertising"


class MailLink(p.Link):
    """A session of the courier's: each command waits for the answer to the one before."""

    def __init__(self, *args):
        super().__init__(*args)
        self.recipient = b""
        self.in_data = False
        self.at_end = False  # the next answer says what becomes of the mail
        self.last = b""

    def is_meant(self):
        return self.proxy.way != p.PASS and self.proxy.meant in self.recipient

    def ask(self, octets):
        if self.in_data:
            self.ask_data(octets)
            return
        if octets.upper().startswith(b"RCPT"):
            self.recipient = octets
            if self.is_meant() and self.proxy.way == BAR:
                self.proxy.met += 1
                self.asker.sendall(self.proxy.rule.encode() + b"\r\n")
                return
        self.in_data = octets.upper().startswith(b"DATA")
        self.server.sendall(octets)

    def ask_data(self, octets):
        self.last = (self.last + octets)[-5:]
        self.at_end = self.last == b"\r\n.\r\n"
        self.in_data = not self.at_end
        if self.at_end and self.is_meant() and self.proxy.way in (KEEP, REFUSE):
            self.proxy.met += 1
            if self.proxy.way == REFUSE:
                self.asker.sendall(WORDS.encode() + b"\r\n")
                raise ConnectionError
        else:
            self.server.sendall(octets)

    def answer(self, octets):
        if not (self.at_end and self.is_meant()):
            self.at_end = False
            self.asker.sendall(octets)
            return
        self.at_end = False
        self.proxy.met += 1
        if self.proxy.way == p.RESET:
            self.reset()


class MailProxy(p.Proxy):
    """meant: what the recipient's address has in it, of the mails that are treated so."""
    link_class = MailLink
    meant = b""
    rule = RULES[0]


@contextlib.contextmanager
def between(stack, way, meant):
    conf = pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
    url = re.findall(r'(?m)^mta_url = "(.*)"', conf)[-1]
    with MailProxy(int(stack.env["KAIRAN_MX_PORT"])) as proxy:
        stack.configure(mta_url=f"smtp://127.0.0.1:{proxy.port}", mta_timeout=f"{TIMEOUT}s",
                        receipt_wait=f"{RECEIPT_WAIT}s")
        proxy.meant = meant
        proxy.set_way(way)
        try:
            yield proxy
        finally:
            proxy.set_way(p.PASS)
            stack.configure(mta_url=url, mta_timeout="10m")


def approve(stack, subject):
    town.draft(stack, "bosai-staff1", subject)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")


def check_once(stack, subject):
    """Also when one that was sent later has come."""
    town.wait_state(stack, subject, town.RELEASED)
    town.wait_broadcast(stack, subject)
    later = f"その後の {subject}"
    approve(stack, later)
    town.wait_broadcast(stack, later)
    mails = town.broadcast(stack.sink(), subject)
    check_equal(len(mails), town.SUBSCRIBERS, "mails")
    check_equal(len({s.receiver_of(mail) for mail in mails}), town.SUBSCRIBERS, "subscribers")
    check_equal(stack.kairanctl("audit", "verify", check=False).returncode, 0, "audit verify")


def check_unknown_end(stack, subject, way):
    """The MTA has it, and kairan does not hear of it."""
    with between(stack, way, b"release+") as proxy:
        approve(stack, subject)
        stack.wait_for(lambda: proxy.met, what="the hand-over")
        town.wait_broadcast(stack, subject)
        town.wait_state(stack, subject, town.RELEASED, 60)
        stack.move_clock(RECEIPT_WAIT + TIMEOUT + 1)
        check_equal(proxy.met, 1, "hand-overs")
    check_once(stack, subject)


def test_no_answer_after_the_data(stack):
    check_unknown_end(stack, "答えのない引渡し", p.HANG)


def test_hung_up_on_after_the_data(stack):
    check_unknown_end(stack, "切られた引渡し", p.RESET)


def test_the_end_of_the_data_never_arrives(stack):
    """kairan cannot know that: it waits for the receipt in vain, and hands over again."""
    subject = "終わりの届かない引渡し"
    with between(stack, KEEP, b"release+") as proxy:
        approve(stack, subject)
        stack.wait_for(lambda: "waiting for its receipt" in stack.log(), what="the time-out")
        check_equal(town.broadcast(stack.sink(), subject), [])
        proxy.set_way(p.PASS)
        stack.wait_for(lambda: stack.move_clock(RECEIPT_WAIT + TIMEOUT)
                       or town.state_of(stack, subject) == town.RELEASED, what="the release")
    check_once(stack, subject)


def test_no_answer_to_a_notice(stack):
    """It may come twice, and is one mail to who looks at its Message-ID."""
    subject = "答えのない依頼"
    with between(stack, p.HANG, b"bosai-chief") as proxy:
        town.draft(stack, "bosai-staff1", subject)
        stack.wait_for(lambda: proxy.met >= 2, what="two tries")
        proxy.set_way(p.PASS)
        stack.wait_for(lambda: not stack.store(
            "SELECT 1 FROM outbox WHERE state = 1 AND draft = ?", town.draft_id(stack, subject)),
            what="the end of all notices")
        requests = stack.wait_for(lambda: (lambda mails: len(mails) >= 2 and mails)(
            town.notices(stack, "bosai-chief", subject)), what="both")
        check_equal(len({str(mail["Message-ID"]) for mail in requests}), 1, "Message-IDs")
        for mail in requests[:2]:
            town.answer(stack, "bosai-chief", mail, "承認")
    check_once(stack, subject)


def test_a_rule_that_refuses_everybody(stack):
    """An MTA waits with it until RCPT: it says nothing of the person. The request, the receipt and
    the alarm itself go out when the rule is mended."""
    for number, rule in enumerate(RULES):
        subject = f"規則で断られた依頼 {number}"
        told = len(stack.imap("sysadmin"))
        with between(stack, BAR, b"@") as proxy:
            proxy.rule = rule
            town.draft(stack, "bosai-staff1", subject)
            stack.wait_for(lambda: stack.store(
                "SELECT 1 FROM outbox WHERE kind = 'alarm' AND state = 1 AND tries > 0"),
                what="the alarm's first try")
            check_equal(stack.store("SELECT mail FROM outbox WHERE state = 3"), [])
        for person in ("bosai-chief", "bosai-deputy", "bosai-staff1"):
            stack.wait_for(lambda who=person: town.notices(stack, who, subject)
                           or stack.move_clock(60), what=f"the notice to {person}")
        stack.wait_for(lambda: any(rule in s.text_of(mail)
                                   for mail in stack.imap("sysadmin")[told:]), what="the alarm")
        stack.wait_for(lambda: not stack.store("SELECT 1 FROM alarm WHERE reason = 'unsent'")
                       or stack.move_clock(60), what="the end of the alarm")


def test_a_broadcast_that_is_not_liked(stack):
    """A filter's word on what it contains: told at once, with its words, and gone out when the
    filter is mended."""
    subject = "広告と思われた配信"
    told = len(stack.imap("sysadmin"))
    with between(stack, REFUSE, b"release+") as proxy:
        approve(stack, subject)
        stack.wait_for(lambda: proxy.met >= 3, what="further tries")
        mail = stack.wait_for(lambda: next(
            (mail for mail in stack.imap("sysadmin")[told:] if subject in s.text_of(mail)), None),
            what="the alarm")
        check_in(WORDS, s.text_of(mail))
        check_equal(town.state_of(stack, subject), town.RELEASING)
    stack.move_clock(60)
    check_once(stack, subject)
    name = f"release {town.draft_id(stack, subject)}"
    stack.wait_for(lambda: f"alarm {name}: over" in stack.log(), what="the end of the alarm")
    alarms = [mail for mail in stack.imap("sysadmin")[told:] if WORDS in s.text_of(mail)
              and "要確認" in str(mail["Subject"])]
    check_equal(len(alarms), 1, "told once")


def test_a_broadcast_that_is_not_liked_is_stopped(stack):
    """Nothing is left of it that could be mended: the alarm is over a day later."""
    subject = "止めた広告"
    with between(stack, REFUSE, b"release+"):
        town.draft(stack, "bosai-staff1", subject)
        request = town.request_for(stack, "bosai-chief", subject)
        town.answer(stack, "bosai-chief", request, "承認")
        name = f"release {town.draft_id(stack, subject)}"
        stack.wait_for(lambda: f"alarm {name}" in stack.log(), what="the alarm")
        town.answer(stack, "bosai-chief", request, "停止")
        town.wait_state(stack, subject, town.STOPPED)
    stack.move_clock(86401)
    stack.wait_for(lambda: f"alarm {name}: over" in stack.log(), what="the end of the alarm")
    check_equal(town.broadcast(stack.sink(), subject), [])


GONE = ("gone1@closed.example", "phone1@phone.sink.example", "gone2@closed.example")


def test_some_recipients_are_refused(stack):
    """Those whom the MTA knows no way to: the others get theirs, and nobody's comes again."""
    subject = "受け付けられない宛先のある配信"
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("gone.csv")
    file.write_text("address\n" + "".join(f"{address}\n" for address in GONE), encoding="utf-8")
    file.chmod(0o644)
    stack.kairanctl("subscribers", "import", "--list", "bosai", file)
    approve(stack, subject)
    town.wait_state(stack, subject, town.RELEASED)
    stack.wait_for(lambda: len(stack.store(
        "SELECT 1 FROM audit WHERE action = 'bounce' AND draft = ? AND outcome = 'failed'",
        town.draft_id(stack, subject))) == 2, what="the two that came back")
    mails = town.wait_broadcast(stack, subject, town.SUBSCRIBERS + 1)
    check_equal(len({s.receiver_of(mail) for mail in mails}), town.SUBSCRIBERS + 1)
    for address in GONE:
        stack.kairanctl("subscribers", "delete", "--list", "bosai", address)
    check_once_more(stack, subject, mails)


def check_once_more(stack, subject, mails):
    later = f"その後の {subject}"
    approve(stack, later)
    town.wait_broadcast(stack, later)
    check_equal(len(town.broadcast(stack.sink(), subject)), len(mails), "mails")


if __name__ == "__main__":
    tap.main(globals())
