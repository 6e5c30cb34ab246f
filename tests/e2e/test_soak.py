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
import statistics
import threading
import time
import unittest

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
            "limit_drafts": "1000000", "limit_held": "1000000", "limit_replies": "1000000"}
# Not Dovecot: Postfix waits for a minute when logins cannot be asked for, and nobody writes then.
VICTIMS = ("milter", "milter", "mta", "slapd")
ANSWERS = ("承認", "承認します\n\niPhoneから送信", "OK", "ＯＫです。よろしくお願いします。",
           "承認\n\n--\n防災課 課長", "approve")
SEND_BACK = "差戻し 日付が違います"


class Soak:
    """The town at work. Each worker is a thread, and what one of them raises ends all."""

    def __init__(self, stack):
        self.stack = stack
        self.stopping = threading.Event()
        self.failures = []
        self.chance = random.Random(SEED)
        self.drafts = {}                      # subject: "approve", "send back", or None
        self.letters = set()                  # Message-IDs of what passes by
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
            number += 1
            subject = f"{person} の {number} 通目"
            self.drafts[subject] = None
            killing.submit_until_taken(
                self.stack, person, town.BOSAI,
                s.make_mail(person, town.BOSAI, subject, f"本日の連絡です。{subject}です。"))
            self.stopping.wait(0.5)

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

    def answer(self, mail):
        subject = next((name for name in list(self.drafts) if name in str(mail["Subject"])), None)
        if subject is None or self.drafts[subject] is not None:
            return
        back = self.chance.random() < 0.1
        words = SEND_BACK if back else self.chance.choice(ANSWERS)
        killing.submit_until_taken(self.stack, "bosai-chief", s.reply_address(mail),
                                   town.answer_mail("bosai-chief", mail, words))
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

    def run(self):
        works = [lambda: self.write("bosai-staff1"), lambda: self.write("bosai-staff2"),
                 self.letters_pass, self.reports_come, self.decide, self.kill, self.measure]
        threads = [self.worker(work) for work in works]
        self.stopping.wait(SECONDS)
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


def is_settled(stack, soak):
    """Is all that was decided done, and told?"""
    done = {"approve": town.RELEASED, "send back": town.SENT_BACK}
    states = {row["subject"]: row["state"] for row in stack.store("SELECT subject, state FROM draft")}
    return (all(states.get(subject) == done[end] for subject, end in soak.drafts.items())
            and not stack.store("SELECT 1 FROM shard WHERE state < 4")
            and not stack.store("SELECT 1 FROM outbox WHERE state = 1"))


def check_subscribers(stack, soak):
    """Each of them once for what was approved, and never for what was not."""
    got = collections.Counter()
    for mail in stack.sink():
        got[str(mail["Subject"]), s.receiver_of(mail)] += 1
    twice = [what for what, count in got.items() if count > 1]
    check_equal(twice, [], "mails that came twice")
    subjects = collections.Counter(subject for subject, _ in got)
    approved = {subject for subject, end in soak.drafts.items() if end == "approve"}
    check_equal(set(subjects) - approved, set(), "what nobody approved")
    check_equal({subject: subjects[subject] for subject in approved
                 if subjects[subject] != town.SUBSCRIBERS}, {}, "what was lost")


def check_letters(stack, soak):
    box = pathlib.Path(stack.env["KAIRAN_MAIL"]) / "kosodate-staff1@town.example" / "new"
    found = {str(email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                 ["Message-ID"]) for path in box.iterdir()}
    check_equal(soak.letters - found, set(), "letters that were lost")


def test_soak(stack):
    if stack.mta != "postfix":
        raise unittest.SkipTest("runs over a queue that is held leave Sendmail no time for more")
    stack.configure(**SETTINGS)
    # What an MTA delivers again after a kill is between it and the mailboxes; what kairan hands
    # over twice is seen when all of it goes out at the end.
    stack.hold_sink(True)
    soak = Soak(stack)
    tap.comment(f"{SECONDS} s, seed {SEED}")
    soak.run()
    stack.start()
    killing.wait_with_flushes(stack, lambda: is_settled(stack, soak), 300, "the end of all drafts")
    stack.hold_sink(False)
    killing.wait_with_flushes(stack, stack.queue_is_empty, 300, "an empty queue")
    check_subscribers(stack, soak)
    check_letters(stack, soak)
    check_equal(stack.kairanctl("audit", "verify", check=False).returncode, 0, "audit verify")
    ends = collections.Counter(soak.drafts.values())
    tap.comment(f"drafts {dict(ends)}, letters {len(soak.letters)}, kills {dict(soak.kills)}")
    half = len(soak.memory) // 2
    early, late = (statistics.median(part) for part in (soak.memory[:half], soak.memory[half:]))
    tap.comment(f"memory KiB: first half {early:.0f}, second {late:.0f}, most {max(soak.memory)}")
    check_equal(late <= early + SPARE_KIB, True, "memory stays flat")
    check_equal(sum(ends.values()) >= 10, True, "drafts")


if __name__ == "__main__":
    tap.main(globals())
