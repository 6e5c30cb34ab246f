#!/usr/bin/env python3
"""What mail systems report of a broadcast, with and without an envelope sender for each
recipient (VERP), and what the administrator sees of a release under way."""
import pathlib
import subprocess
import unittest

import stack as s
import tap
import town
from tap import check_equal, check_in

GONE = "Gone.Away@closed.example"


def release(stack, subject):
    town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
    town.answer(stack, "kosodate-chief", town.request_for(stack, "kosodate-chief", subject),
                "承認")
    town.wait_state(stack, subject, town.RELEASED)
    return town.draft_id(stack, subject)


def bounces(stack, draft):
    return stack.store("SELECT outcome, detail FROM audit WHERE action = 'bounce'"
                       " AND draft = ?", draft)


def wait_bounce(stack, draft):
    return stack.wait_for(lambda: bounces(stack, draft), what=f"the bounce of draft {draft}")


def senders(stack, subject):
    """The envelope senders as the subscribers' mailboxes have them."""
    return {str(mail["Return-Path"]) for mail in town.wait_broadcast(stack, subject)}


def test_a_subscriber_who_is_gone(stack):
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("gone.csv")
    file.write_text(f"address\n{GONE}\n", encoding="utf-8")
    file.chmod(0o644)
    stack.kairanctl("subscribers", "import", "--list", "kosodate", file)
    draft = release(stack, "戻ってくる配信")
    row = wait_bounce(stack, draft)[0]
    check_equal(row["outcome"], "failed")
    check_equal(row["detail"].lower(), f"{GONE.lower()} 5.1.2")
    check_equal(senders(stack, "戻ってくる配信"), {f"<bounce+r{draft}.1@info.town.example>"})


def test_xverp(stack):
    if not stack.mta_tools.KNOWS_XVERP:
        raise unittest.SkipTest("Postfix's")
    stack.configure(verp_broadcasts=town.KOSODATE)
    subject = "一人ずつの差出人"
    draft = release(stack, subject)
    found = senders(stack, subject)
    check_equal(len(found), town.SUBSCRIBERS, "senders")
    for sender in found:
        sender = sender.replace('"', "")
        check_in(f"<bounce+v{draft}.1+", sender)
        check_in(".sink.example@info.town.example>", sender)
    row = wait_bounce(stack, draft)[0]
    check_equal((row["outcome"], row["detail"]), ("failed", f"{GONE} 5.1.2"))
    stack.configure(verp_broadcasts="")


def test_every_second_release(stack):
    stack.configure(verp_every=2)
    kinds = []
    for number in range(4):
        subject = f"一つおき {number}"
        release(stack, subject)
        kinds.append(len(senders(stack, subject)) > 1)
    check_equal(sorted(kinds), [False, False, True, True])
    check_equal(kinds[0] != kinds[1] and kinds[1] != kinds[2], True, f"order {kinds}")
    stack.configure(verp_every=0)


REPORT = """\
From: MAILER-DAEMON@phone.sink.example
To: {to}
Subject: Delivery report
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Still trying.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; phone.sink.example

Final-Recipient: rfc822; late@phone.sink.example
Action: {action}
Status: {status}

--b--
"""


def test_a_delay_is_no_bounce(stack):
    draft = release(stack, "遅延の報告")
    wait_bounce(stack, draft)
    to = f"bounce+r{draft}.1@info.town.example"
    for action, status in (("delayed", "4.4.1"), ("failed", "5.1.1"), ("delivered", "2.0.0")):
        stack.inject("", to, REPORT.format(to=to, action=action, status=status).encode())
        stack.wait_for(lambda: (action, f"late@phone.sink.example {status}")
                       in [tuple(row) for row in bounces(stack, draft)], what=action)
    stack.inject("x@phone.sink.example", to, b"Subject: I am away\n\nUntil Monday.\n")
    stack.wait_for(lambda: "reply" in [row["outcome"] for row in bounces(stack, draft)],
                   what="the reply")


def test_watch(stack):
    subject = "見守る配信"
    town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
    draft = str(town.draft_id(stack, subject))
    request = town.request_for(stack, "kosodate-chief", subject)
    early = stack.kairanctl("watch", draft, check=False)
    check_equal((early.returncode, early.stdout), (65, "held\n"))
    stack.kairanctl("suspend", "--reason", "test")
    town.answer(stack, "kosodate-chief", request, "承認")
    town.wait_state(stack, subject, town.APPROVED)
    command = [f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", stack.env["KAIRAN_CONF"], "watch",
               draft]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        first = watching.stdout.readline()
        check_in("approved, goes out 20", first)
        stack.kairanctl("resume")
        rest = watching.stdout.read()
        check_equal(watching.wait(30), 0)
    check_in("[########################################] 26/26, 1/1 shards", rest)
    check_equal(stack.kairanctl("watch", "999", check=False).returncode, 66)
    check_equal(stack.kairanctl("watch", "x", check=False).returncode, 64)


def test_verp_by_shards(stack):
    """For MTAs that know no XVERP: each recipient is a hand-over of their own."""
    stack.configure(verp_broadcasts="*", verp_method="shards")
    subject = "一人ずつ渡す"
    draft = release(stack, subject)
    check_equal(len(senders(stack, subject)), town.SUBSCRIBERS, "senders")
    row = wait_bounce(stack, draft)[0]
    check_equal((row["outcome"], row["detail"]), ("failed", f"{GONE} 5.1.2"))
    check_equal(stack.store("SELECT count(*) FROM shard WHERE draft = ?", draft)[0][0],
                town.SUBSCRIBERS + 1, "shards")
    stack.configure(verp_broadcasts="")


if __name__ == "__main__":
    tap.main(globals())
