#!/usr/bin/env python3
"""Mixed mail for a while, and one server after the other killed at random: nothing is lost, nothing
comes twice, memory stays flat. A minute in the suite; make soak SOAK_SECONDS=1800 is the long
one. SOAK_SEED repeats a choice of victims."""
import collections
import email
import email.policy
import os
import pathlib
import random
import re
import statistics
import threading
import time

import killing
import stack as s
import tap
import town
from tap import check_equal

SECONDS = int(os.environ.get("SOAK_SECONDS", "60"))
SEED = int(os.environ.get("SOAK_SEED", time.time()))
# A kill a minute; as many in a short run as in one of ten minutes.
KILL_PAUSE = min(60, SECONDS / 10)
# What it needs from its tenth draft on, and may need at its end.
SPARE_KIB = 32 * 1024
SETTINGS = {"retry_first": "1s", "retry_most": "5s", "receipt_wait": "3s",
            "limit_drafts": "1000000", "limit_held": "1000000", "limit_replies": "1000000",
            "limit_resident_host": "0", "limit_resident_all": "0", "bounce_failures": "0"}
# Drafts on their way at a time: a machine that is slow gets fewer.
UNDER_WAY = 6
LEAST_DRAFTS = 10
# Not Dovecot: Postfix waits for a minute when logins cannot be asked for, and nobody writes then.
VICTIMS = ("milter", "milter", "mta", "slapd")
ANSWERS = ("承認", "承認します\n\niPhoneから送信", "OK", "ＯＫです。よろしくお願いします。",
           "承認\n\n--\n防災課 課長", "approve")
SEND_BACK = "差戻し 日付が違います"
# Subscribers whom the MTA knows no way to: what comes back of each broadcast.
GONE = [f"gone{number}@closed.example" for number in range(3)]


def phone_reply(person, request, words, style):
    """A reply as phones write it: with the original below, without, in the mail's old charset, or
    as HTML besides."""
    mail = town.answer_mail(person, request, words)
    if style == "whole":
        return mail
    text = f"{words}\n\niPhoneから送信\n"
    mail.set_content(text, charset="iso-2022-jp" if style == "old" else "utf-8")
    if style == "html":
        mail.add_alternative("<html><body dir='auto'><div>" + words.replace("\n", "<br>")
                             + "</div><br><div>iPhoneから送信</div></body></html>",
                             subtype="html")
    return mail


def mx_until_taken(stack, sender, to, mail):
    """As another mail system that tries again."""
    def is_taken():
        try:
            replies = stack.mx_send(sender, to, mail)
        except (OSError, s.smtplib.SMTPException):
            return False
        reply = replies.final or replies.recipients.get(to) or replies.mail
        if reply[0] >= 500:
            raise AssertionError(f"refused for good: {replies}")
        return reply[0] == 250
    stack.wait_for(is_taken, what="the 250")


class Soak:
    """The town at work. Each worker is a thread, and what one of them raises ends all."""

    def __init__(self, stack):
        self.stack = stack
        self.stopping = threading.Event()
        self.failures = []
        self.chance = random.Random(SEED)
        self.drafts = {}                      # subject: "approve", "send back", or None
        self.letters = set()                  # Message-IDs of what passes by
        self.joined = set()                   # residents who have asked, and agreed
        self.kills = collections.Counter()
        self.memory = []

    def worker(self, work):
        def run():
            try:
                work()
            except Exception as failure:
                self.failures.append(failure)
                self.stopping.set()
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def write(self, person):
        number = 0
        while not self.stopping.is_set():
            if self.count_under_way() >= UNDER_WAY:
                self.stopping.wait(0.2)
                continue
            number += 1
            subject = f"{person} の {number} 通目"
            self.drafts[subject] = None
            killing.submit_until_taken(
                self.stack, person, town.BOSAI,
                s.make_mail(person, town.BOSAI, subject, f"本日の連絡です。{subject}です。"))
            self.stopping.wait(0.5)

    def count_under_way(self):
        return self.stack.store("SELECT count(*) FROM draft WHERE state IN (?, ?, ?)", town.HELD,
                                town.APPROVED, town.RELEASING)[0][0]

    def letters_pass(self):
        """Mail that is none of kairan's business."""
        to = "kosodate-staff1@town.example"
        while not self.stopping.is_set():
            mail = s.make_mail("bosai-staff2", to, "会議の件", "午後からです。")
            killing.submit_until_taken(self.stack, "bosai-staff2", to, mail)
            self.letters.add(str(mail["Message-ID"]))
            self.stopping.wait(0.3)

    def reports_come(self):
        """What mail systems report, of what kairan sent and of what it never did."""
        number = 0
        while not self.stopping.is_set():
            number += 1
            try:
                self.stack.mx_send("", f"bounce+r{number}.1@info.town.example", report(number))
            except (OSError, s.smtplib.SMTPException):
                pass
            self.stopping.wait(0.5)

    def residents_join(self):
        """An empty mail, and an empty reply to what comes; also those that come late."""
        box = pathlib.Path(self.stack.env["KAIRAN_SINK"]) / "new"
        seen, asked = set(), set()
        while not self.stopping.is_set() or asked - self.joined:
            if not self.stopping.is_set() and len(asked - self.joined) < 3:
                address = f"resident{len(asked)}@phone.sink.example"
                mx_until_taken(self.stack, address, JOIN, empty_mail(address, JOIN))
                asked.add(address)
            for name in sorted(set(os.listdir(box)) - seen):
                seen.add(name)
                self.agree((box / name).read_bytes())
            if self.failures:
                return
            self.stopping.wait(1)

    def agree(self, octets):
        if b"confirm+" not in octets.split(b"\n\n", 1)[0]:
            return
        mail = s.parse_mail(octets)
        address, to = s.receiver_of(mail), s.reply_address(mail)
        mx_until_taken(self.stack, address, to,
                       empty_mail(address, to, f"In-Reply-To: {mail['Message-ID']}"))
        self.joined.add(address)

    def answer(self, mail):
        subject = next((name for name in list(self.drafts) if name in str(mail["Subject"])), None)
        if subject is None or self.drafts[subject] is not None:
            return
        back = self.chance.random() < 0.1
        words = SEND_BACK if back else self.chance.choice(ANSWERS)
        reply = phone_reply("bosai-chief", mail, words,
                            self.chance.choice(("whole", "bare", "old", "html")))
        # Some clients send twice.
        for _ in range(self.chance.choice((1, 1, 1, 2))):
            killing.submit_until_taken(self.stack, "bosai-chief", s.reply_address(mail), reply)
        self.drafts[subject] = "send back" if back else "approve"

    def decide(self):
        """Every request is answered, also those that come when the others have ended."""
        box = pathlib.Path(self.stack.env["KAIRAN_MAIL"]) / "bosai-chief@town.example" / "new"
        seen = set()
        with s.Watch([box]) as watch:
            while not self.stopping.is_set() or None in list(self.drafts.values()):
                for path in sorted(set(box.iterdir()) - seen):
                    seen.add(path)
                    mail = email.message_from_bytes(path.read_bytes(),
                                                    policy=email.policy.default)
                    if s.reply_address(mail).startswith("decide"):
                        self.answer(mail)
                if self.failures:
                    return
                watch.wait(1)

    def kill(self):
        while not self.stopping.wait(KILL_PAUSE):
            victim = self.chance.choice(VICTIMS)
            self.kills[victim] += 1
            if victim == "mta":
                killing.kill_mta(self.stack)
            else:
                self.stack.kill9(victim)
            self.stack.start()
            if self.stack.mta_tools.WAITS_WITH_TRIES:
                self.stack.flush()

    def measure(self):
        while not self.stopping.wait(SECONDS / 60):
            pid = self.stack.pid("milter")
            try:
                with open(f"/proc/{pid}/status", encoding="ascii") as file:
                    found = [line.split()[1] for line in file if line.startswith("VmRSS")]
            except FileNotFoundError:
                continue
            if found:
                self.memory.append(int(found[0]))

    def count_done(self):
        return sum(end is not None for end in list(self.drafts.values()))

    def run(self):
        works = [lambda: self.write("bosai-staff1"), lambda: self.write("bosai-staff2"),
                 self.letters_pass, self.reports_come, self.residents_join, self.decide, self.kill,
                 self.measure]
        threads = [self.worker(work) for work in works]
        self.stopping.wait(SECONDS)
        # A busy machine has done little by then.
        self.stack.wait_for(lambda: self.stopping.is_set() or self.count_done() >= LEAST_DRAFTS,
                            what="some drafts")
        self.stopping.set()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]


def report(number):
    """RFC 3464, as Postfix writes it."""
    return (f"From: MAILER-DAEMON@mail.example\r\nTo: bounce+r{number}.1@info.town.example\r\n"
            f"Subject: Undelivered\r\nMessage-ID: <{number}@mail.example>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\n\r\nIt came back.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mail.example\r\n\r\n"
            f"Final-Recipient: rfc822; nobody{number}@docomo.sink.example\r\nAction: failed\r\n"
            "Status: 5.1.1\r\n\r\n--b--\r\n").encode()


JOIN = f"join-kosodate@{s.SERVICE}"


def empty_mail(sender, to, *fields):
    lines = [f"From: {sender}", f"To: {to}", f"Message-ID: <{time.time_ns()}@phone.example>",
             "Date: Fri, 27 Nov 2026 09:00:00 +0900", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def is_settled(stack, soak):
    """Is all that was decided done, and told?"""
    done = {"approve": town.RELEASED, "send back": town.SENT_BACK}
    states = {row["subject"]: row["state"] for row in stack.store("SELECT subject, state FROM draft")}
    return (all(states.get(subject) == done[end] for subject, end in soak.drafts.items())
            and not stack.store("SELECT 1 FROM shard WHERE state < 4")
            and not stack.store("SELECT 1 FROM outbox WHERE state = 1"))


def queue_id_of(mail):
    """Under which the MTA had it. What was being delivered when the MTA was killed it delivers again:
    that is between it and the mailboxes. What kairan hands over twice has two."""
    return re.search(r"\bid (\w+)", str(mail["Received"]))[1]


def delivered(stack):
    """(subject, receiver): queue ids."""
    got = collections.defaultdict(set)
    for mail in stack.sink():
        got[str(mail["Subject"]), s.receiver_of(mail)].add(queue_id_of(mail))
    return got


def check_subscribers(stack, soak):
    """Each of them once for what was approved, and never for what was not."""
    got = {key: ids for key, ids in delivered(stack).items() if key[0] in soak.drafts}
    check_equal([key for key, ids in got.items() if len(ids) > 1], [], "mails that came twice")
    subjects = collections.Counter(subject for subject, _ in got)
    approved = {subject for subject, end in soak.drafts.items() if end == "approve"}
    check_equal(set(subjects) - approved, set(), "what nobody approved")
    check_equal({subject: subjects[subject] for subject in approved
                 if subjects[subject] != town.SUBSCRIBERS}, {}, "what was lost")


def check_residents(stack, soak):
    """Who has joined has joined once, and gets what goes out then; nothing is kept of others."""
    rows = [row["address_key"] for row in stack.store(
        "SELECT address_key FROM subscriber WHERE list = 'kosodate' AND state = 1"
        " AND address_key LIKE 'resident%'")]
    check_equal(sorted(rows), sorted(soak.joined), "who has joined")
    subject = "登録された方へ"
    killing.submit_until_taken(stack, "kosodate-staff1", town.KOSODATE, s.make_mail(
        "kosodate-staff1", town.KOSODATE, subject, "健診は予定どおりです。"))
    town.answer(stack, "kosodate-chief", town.request_for(stack, "kosodate-chief", subject), "承認")
    town.wait_broadcast(stack, subject, town.SUBSCRIBERS + len(soak.joined))
    got = collections.Counter(s.receiver_of(mail)
                              for mail in town.broadcast(stack.sink(), subject))
    check_equal([who for who, count in got.items() if count > 1], [], "who has it twice")
    check_equal(soak.joined - set(got), set(), "who did not get it")


def check_bounces(stack, soak):
    """What came back of each broadcast is in its history."""
    rows = {(row["subject"], row["address_key"]) for row in stack.store(
        "SELECT subject, address_key FROM bounce JOIN draft ON draft.id = bounce.draft")}
    wanted = {(subject, address) for subject, end in soak.drafts.items() if end == "approve"
              for address in GONE}
    check_equal(wanted - rows, set(), "what came back, and was lost")


def check_letters(stack, soak):
    box = pathlib.Path(stack.env["KAIRAN_MAIL"]) / "kosodate-staff1@town.example" / "new"
    found = {str(email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                 ["Message-ID"]) for path in box.iterdir()}
    check_equal(soak.letters - found, set(), "letters that were lost")


def subscribe_gone(stack):
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("gone.csv")
    file.write_text("\n".join(("address", *GONE, "")), encoding="utf-8")
    file.chmod(0o644)
    stack.kairanctl("subscribers", "import", "--list", "bosai", file)


def wait_to_settle(stack, condition, what):
    """What an MTA was delivering when it was killed one tries again by itself, the other is told
    to."""
    if stack.mta_tools.WAITS_WITH_TRIES:
        killing.wait_with_flushes(stack, condition, 300, what)
    else:
        stack.wait_for(condition, 300, what)


def tell_memory(soak):
    half = len(soak.memory) // 2
    early, late = (statistics.median(part) for part in (soak.memory[:half], soak.memory[half:]))
    tap.comment(f"memory KiB: first half {early:.0f}, second {late:.0f}, most {max(soak.memory)}")
    check_equal(late <= early + SPARE_KIB, True, "memory stays flat")


def test_soak(stack):
    stack.configure(**SETTINGS)
    subscribe_gone(stack)
    soak = Soak(stack)
    tap.comment(f"{SECONDS} s, seed {SEED}")
    soak.run()
    stack.start()
    wait_to_settle(stack, lambda: is_settled(stack, soak), "the end of all drafts")
    wait_to_settle(stack, stack.queue_is_empty, "an empty queue")
    check_subscribers(stack, soak)
    check_letters(stack, soak)
    check_bounces(stack, soak)
    check_residents(stack, soak)
    check_equal(stack.kairanctl("audit", "verify", check=False).returncode, 0, "audit verify")
    ends = collections.Counter(soak.drafts.values())
    tap.comment(f"drafts {dict(ends)}, letters {len(soak.letters)}, joins {len(soak.joined)},"
                f" kills {dict(soak.kills)}")
    tell_memory(soak)


if __name__ == "__main__":
    tap.main(globals())
