#!/usr/bin/env python3
"""What mail systems report of a broadcast, with and without an envelope sender for each
recipient (VERP), and what the administrator sees of a release under way."""
import pathlib
import re
import smtplib
import subprocess
import unittest

import stack as s
import tap
import town
from tap import check_equal, check_in

GONE = "Gone.Away@closed.example"
# Too long to stand in a local part, as VERP has it.
LONG = "somebody.with.a.name.that.is.as.long.as.names.may.be@closed.example"
# policy/bounce.h
NO_USER, NO_DOMAIN = 2, 3


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


def kept(stack, draft):
    """What is kept of the recipients: address, kind, proven."""
    return {row["address_key"]: (row["kind"], row["proven"]) for row in
            stack.store("SELECT * FROM bounce WHERE draft = ?", draft)}


def senders(stack, subject):
    """The envelope senders as the subscribers' mailboxes have them."""
    return {str(mail["Return-Path"]) for mail in town.wait_broadcast(stack, subject)}


def subscribe(stack, *addresses):
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("gone.csv")
    file.write_text("\n".join(("address", *addresses, "")), encoding="utf-8")
    file.chmod(0o644)
    stack.kairanctl("subscribers", "import", "--list", "kosodate", file)


def test_a_subscriber_who_is_gone(stack):
    subscribe(stack, GONE)
    draft = release(stack, "戻ってくる配信")
    row = wait_bounce(stack, draft)[0]
    check_equal(row["outcome"], "failed")
    # The audit trail names no resident.
    check_equal(row["detail"], "no-domain closed.example 5.1.2")
    sender, = senders(stack, "戻ってくる配信")
    check_equal(re.fullmatch(rf"<bounce\+r{draft}\.1\.[0-9]{{9}}@info\.town\.example>", sender)
                is not None, True, sender)
    # It is our own MTA's word.
    check_equal(kept(stack, draft), {GONE.lower(): (NO_DOMAIN, 1)})


def test_xverp(stack):
    if not stack.mta_tools.KNOWS_XVERP:
        raise unittest.SkipTest("Postfix's")
    stack.configure(verp_broadcasts=town.KOSODATE)
    subscribe(stack, LONG)
    subject = "一人ずつの差出人"
    draft = release(stack, subject)
    found = senders(stack, subject)
    check_equal(len(found), town.SUBSCRIBERS, "senders")
    for sender in found:
        sender = sender.replace('"', "")
        check_in(f"<bounce+v{draft}.1.", sender)
        check_in(".sink.example@info.town.example>", sender)
    row = wait_bounce(stack, draft)[0]
    check_equal((row["outcome"], row["detail"]), ("failed", "no-domain closed.example 5.1.2"))
    stack.wait_for(lambda: kept(stack, draft) == {GONE.lower(): (NO_DOMAIN, 1),
                                                  LONG: (NO_DOMAIN, 1)}, what="both")
    stack.kairanctl("subscribers", "delete", "--list", "kosodate", LONG)
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

Final-Recipient: rfc822; {who}
Action: {action}
Status: {status}

--b--
"""


def subscriber(stack, after=""):
    """The first one, or the next, that broadcasts reach."""
    return stack.store("SELECT min(address_key) AS a FROM subscriber WHERE list = 'kosodate'"
                       " AND state = 1 AND domain LIKE '%.sink.example' AND address_key > ?",
                       after)[0]["a"]


def sender_of(stack, subject):
    """The envelope sender, as each subscriber knows it but for those who get one of their own."""
    return min(senders(stack, subject)).strip("<>").replace('"', "")


def test_a_delay_is_no_bounce(stack):
    draft = release(stack, "遅延の報告")
    wait_bounce(stack, draft)
    who = subscriber(stack)
    domain = who.partition("@")[2]
    to = sender_of(stack, "遅延の報告")
    for action, status, why in (("delayed", "4.4.1", "delayed"), ("delivered", "2.0.0", "delivered"),
                                ("failed", "5.1.1", "no-user")):
        stack.inject("", to, REPORT.format(to=to, action=action, status=status, who=who).encode())
        stack.wait_for(lambda: (action, f"{why} {domain} {status}")
                       in [tuple(row) for row in bounces(stack, draft)], what=action)
    # Whoever has the broadcast can write such a report: it is kept, and proves nothing.
    check_equal(kept(stack, draft), {GONE.lower(): (NO_DOMAIN, 1), who: (NO_USER, 0)})
    # However it comes: by SMTP it passes the filter.
    other = subscriber(stack, who)
    text = REPORT.format(to=to, action="failed", status="5.1.1", who=other)
    octets = text.replace("\n", "\r\n").encode()
    with smtplib.SMTP("127.0.0.1", int(stack.env["KAIRAN_MX_PORT"])) as smtp:
        smtp.sendmail("", [to], octets)
    stack.wait_for(lambda: kept(stack, draft).get(other) == (NO_USER, 0), what="the report by SMTP")
    stack.inject("x@phone.sink.example", to, b"Subject: I am away\n\nUntil Monday.\n")
    stack.wait_for(lambda: "reply" in [row["outcome"] for row in bounces(stack, draft)],
                   what="the reply")
    check_equal(len(kept(stack, draft)), 3, "after a vacation's answer")


def test_a_forged_address(stack):
    """Who does not know the seal reports nothing; who is not registered is nobody's failure."""
    draft = release(stack, "偽の報告")
    wait_bounce(stack, draft)
    who = subscriber(stack)
    to = sender_of(stack, "偽の報告")
    local, _, domain = to.partition("@")
    wrong = f"{local[:-1]}{(int(local[-1]) + 1) % 10}@{domain}"
    for forged in (f"bounce+r{draft}.1@{domain}", wrong, f"bounce+v{draft}.1+{who.replace('@', '=')}"
                   f"@{domain}"):
        stack.kairanctl("deliver", "--sender", "<>", "--recipient", forged,
                        stdin=REPORT.format(to=forged, action="failed", status="5.1.1", who=who))
    check_equal(kept(stack, draft), {GONE.lower(): (NO_DOMAIN, 1)})
    check_equal(len(bounces(stack, draft)), 1, "rows of the trail")
    stack.kairanctl("deliver", "--sender", "<>", "--recipient", to,
                    stdin=REPORT.format(to=to, action="failed", status="5.1.1",
                                        who="nobody@phone.sink.example"))
    check_equal(kept(stack, draft), {GONE.lower(): (NO_DOMAIN, 1)})


def bounce_request(stack, request, subject):
    """Let the deputy's request come back, as the MTA reports it, or another one would."""
    to = str(request["Return-Path"]).strip("<>").replace('"', "")
    stack.inject("", to, REPORT.format(to=to, action="failed", status="5.1.1",
                                       who="kosodate-deputy@town.example").encode())
    stack.wait_for(lambda: came_back(stack, subject), what="what came back")


def came_back(stack, subject):
    return [row["detail"] for row in town.audit(stack, subject, "notice")
            if row["outcome"] == "bounced"]


def check_not_reached(stack, subject, why):
    """The writer, the others who may decide and the administrators hear of it, once each."""
    for person in ("kosodate-staff1", "kosodate-chief"):
        mail = stack.wait_mail(person, lambda mail: "【届かない依頼】" in str(mail["Subject"])
                               and subject in str(mail["Subject"]))
        check_in("kosodate-deputy@town.example", s.text_of(mail))
        check_in(why, s.text_of(mail))
    check_equal(s.reply_address(mail)[:6], "decide")
    check_equal([note for note in town.notices(stack, "kosodate-deputy", subject)
                 if "【届かない依頼】" in str(note["Subject"])], [])
    alarm = stack.wait_mail("sysadmin", lambda mail: "戻ってきたお知らせ" in str(mail["Subject"]))
    check_in("kosodate-deputy@town.example", s.text_of(alarm))
    check_in("bounced", stack.kairanctl("show", str(town.draft_id(stack, subject))).stdout)
    return mail


def test_a_request_that_bounces_later(stack):
    subject = "届かない承認依頼"
    town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
    request = town.request_for(stack, "kosodate-deputy", subject)
    bounce_request(stack, request, subject)
    check_equal(came_back(stack, subject),
                ["request to kosodate-deputy@town.example: no-user"])
    mail = check_not_reached(stack, subject, "そのアドレスがありません")
    count = len(stack.store("SELECT 1 FROM outbox"))
    # The same once more is no news, nor is what a program answers in somebody's place.
    to = str(request["Return-Path"]).strip("<>").replace('"', "")
    for octets in (REPORT.format(to=to, action="failed", status="5.1.1",
                                 who="kosodate-deputy@town.example"),
                   "Subject: out of office\n\nx\n"):
        stack.kairanctl("deliver", "--sender", "<>", "--recipient", to, stdin=octets)
    check_equal(len(came_back(stack, subject)), 1)
    check_equal(len(stack.store("SELECT 1 FROM outbox")), count)
    # The mail that tells of it can be answered, and what is decided goes on as ever.
    town.answer(stack, "kosodate-chief", mail, "承認")
    town.wait_state(stack, subject, town.RELEASED)


def test_a_request_that_the_mta_returns(stack):
    """Taken at RCPT, since the address is rewritten behind it, and then returned."""
    if not hasattr(stack.mta_tools, "postconf"):
        raise unittest.SkipTest("Postfix's; the report is the other's in the test above")
    subject = "後で戻る承認依頼"
    aliases = ("inline:{ postmaster@town.example=sysadmin@town.example,"
               " kosodate-deputy@town.example=gone@closed.example }")
    with stack.mta_tools.configured(virtual_alias_maps=aliases):
        town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
        found = stack.wait_for(lambda: came_back(stack, subject), what="what came back")
        check_equal(found, ["request to kosodate-deputy@town.example: no-domain: this private"
                            " server sends nothing to a network"])
        check_not_reached(stack, subject, "そのドメインがありません")


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
    check_equal((row["outcome"], row["detail"]), ("failed", "no-domain closed.example 5.1.2"))
    check_equal(kept(stack, draft), {GONE.lower(): (NO_DOMAIN, 1)})
    check_equal(stack.store("SELECT count(*) FROM shard WHERE draft = ?", draft)[0][0],
                town.SUBSCRIBERS + 1, "shards")
    stack.configure(verp_broadcasts="")



# ---- what becomes of it ----

def standing(stack, address):
    row, = stack.store("SELECT state, state_reason FROM subscriber WHERE list = 'kosodate'"
                       " AND address_key = ?", address.lower())
    return tuple(row)


def report(stack, to, who):
    """A report that somebody outside has written."""
    stack.kairanctl("deliver", "--sender", "<>", "--recipient", to,
                    stdin=REPORT.format(to=to, action="failed", status="5.1.1", who=who))


def sender_for(stack, subject, who):
    """The envelope sender of the mail that one subscriber has got."""
    mail, = [mail for mail in town.wait_broadcast(stack, subject)
             if s.receiver_of(mail).lower() == who]
    return str(mail["Return-Path"]).strip("<>").replace('"', "")


def shard_of(stack, draft, who):
    return stack.store("SELECT shard FROM shard_recipient WHERE draft = ? AND lower(address) = ?",
                       draft, who)[0]["shard"]


def hour_later(stack):
    stack.move_clock(3700)


def test_suspended(stack):
    """What is proven suspends, and what anybody may have written does not, until it is."""
    subscribe(stack, GONE)
    stack.configure(bounce_failures=2, bounce_span="0s")
    who = subscriber(stack)
    for subject in ("消えた宛先 一", "消えた宛先 二"):
        draft = release(stack, subject)
        wait_bounce(stack, draft)
        report(stack, sender_of(stack, subject), who)
        check_equal(kept(stack, draft)[who], (NO_USER, 0))
    check_equal(standing(stack, GONE), (1, ""))
    hour_later(stack)
    stack.wait_for(lambda: standing(stack, GONE) == (2, "bounce"), what="the suspension")
    check_equal(standing(stack, who), (1, ""))
    row = stack.store("SELECT * FROM audit WHERE action = 'suspend-subscriber'"
                      " ORDER BY seq DESC")[0]
    check_equal((row["uid"], row["outcome"], row["detail"]),
                ("kairan", "bounce", "kosodate: 1 at closed.example"))
    # The next one goes to the suspect alone, with an envelope sender that nobody else sees.
    draft = release(stack, "消えた宛先 三")
    to = sender_for(stack, "消えた宛先 三", who)
    shard = shard_of(stack, draft, who)
    check_equal(len(stack.store("SELECT 1 FROM shard_recipient WHERE draft = ? AND shard = ?",
                                draft, shard)), 1, "recipients")
    check_in(f"r{draft}.{shard}.", to)
    check_equal(shard > 1, True, "a hand-over of its own")
    check_equal(kept(stack, draft), {})
    report(stack, to, who)
    check_equal(kept(stack, draft), {who: (NO_USER, 1)})
    hour_later(stack)
    stack.wait_for(lambda: standing(stack, who) == (2, "bounce"), what="the suspension")
    check_in("bounce", stack.kairanctl("subscribers", "list", "--list", "kosodate", "--json",
                                       "--state", "suspended").stdout)
    # Who is back begins anew.
    stack.kairanctl("subscribers", "resume", "--list", "kosodate", who)
    hour_later(stack)
    draft = release(stack, "消えた宛先 四")
    check_equal(standing(stack, who), (1, ""))
    check_equal(shard_of(stack, draft, who), 1, "shard")
    stack.configure(bounce_failures=3, bounce_span="7d")


def test_one_report_of_many(stack):
    """Of all who could not be reached the MTA writes one report; each is kept, and once."""
    many = [f"m{number}@many.example" for number in range(600)]
    subscribe(stack, *many)
    draft = release(stack, "大勢の不達")
    stack.wait_for(lambda: len([who for who in kept(stack, draft) if who in many]) == 600, 60,
                   "all of them")
    to = sender_of(stack, "大勢の不達")
    before = len(bounces(stack, draft))
    for who in many[:3]:
        report(stack, to, who)
    check_equal(len(bounces(stack, draft)), before, "told twice")
    stack.kairanctl("subscribers", "delete", "--list", "kosodate", *many)


def test_a_domain_that_refuses(stack):
    """An alarm, and nobody is suspended; a day later the people of the draft hear of it."""
    stack.configure(bounce_failures=1, bounce_span="0s")
    many = [f"n{number}@refusing.example" for number in range(12)]
    subscribe(stack, *many)
    subject = "断られた配信"
    draft = release(stack, subject)
    stack.wait_for(lambda: len([who for who in kept(stack, draft) if who in many]) == 12,
                   what="twelve failures")
    stack.move_clock(70)
    alarm = stack.wait_mail("sysadmin",
                            lambda mail: "refusing.example が配信を受け付けません" in str(mail["Subject"])
                            and "refusing.example" in s.text_of(mail))
    check_in(f"{draft}: 12/12: no-domain 12", s.text_of(alarm))
    hour_later(stack)
    stack.wait_for(lambda: [row["judged"] for row in stack.store(
        "SELECT DISTINCT judged FROM bounce WHERE draft = ?", draft)] == [2], what="judged")
    check_equal({standing(stack, who) for who in many}, {(1, "")})
    stack.move_clock(86400)
    for person in ("kosodate-staff1", "kosodate-chief"):
        mail = stack.wait_mail(person, lambda mail: f"【配信結果】{subject}" in str(mail["Subject"]))
        text = s.text_of(mail)
        check_in("不達     12 人", text)
        check_in("refusing.example  12 人（ドメインなし 12）／宛先 12 人", text)
        check_equal([who for who in many if who in text], [])
        check_equal(mail["Reply-To"], None)
    check_in("failed 12", stack.kairanctl("show", str(draft)).stdout)
    stack.kairanctl("subscribers", "delete", "--list", "kosodate", *many)
    stack.configure(bounce_failures=3, bounce_span="7d")


if __name__ == "__main__":
    tap.main(globals())
