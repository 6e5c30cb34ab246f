"""Who may not, and what does not count: nothing changes, and it is recorded."""
import re

import stack as s
import tap
import town
from tap import check_equal, check_in


def refused_at_rcpt(stack, replies, code, words):
    reply = replies.recipients[town.BOSAI]
    check_equal(reply[0], code, "reply to RCPT")
    check_in("5.7.1", reply[1])
    check_in(words, reply[1])


def wait_explained(stack, who, *parts):
    """The mail that explains a refusal of a draft to the broadcast address."""
    told = stack.wait_mail(who, lambda mail: "【受付できません】" in str(mail["Subject"])
                           and town.BOSAI in str(mail["Subject"]))
    for part in parts:
        check_in(part, s.text_of(told))
    check_equal("お送りになった" in s.text_of(told), False, "nothing was read yet")


def count_drafts(stack):
    return stack.store("SELECT count(*) FROM draft")[0][0]


def test_staff_of_the_other_section(stack):
    before = count_drafts(stack)
    mail = s.make_mail("kosodate-staff1", town.BOSAI, "他の課", "本文")
    refused_at_rcpt(stack, stack.submit("kosodate-staff1", town.BOSAI, mail), 550, "Art.13-1(2)")
    check_equal(count_drafts(stack), before, "drafts")
    row = stack.store("SELECT * FROM audit WHERE uid = 'kosodate-staff1' ORDER BY seq DESC")[0]
    check_equal((row["action"], row["outcome"]), ("submit", "not-staff"))
    wait_explained(stack, "kosodate-staff1", "所管する課の配信担当者だけ", "第13条-1(2)")


def test_a_resident(stack):
    """Is told whom to ask (tests/e2e/test_lists.py), and writes no draft."""
    before = count_drafts(stack)
    finals = [stack.mx_send("someone@phone.sink.example", town.BOSAI,
                            s.make_mail("someone@phone.sink.example", town.BOSAI, "迷惑", "本文")
                            ).final for _ in range(2)]
    check_equal(finals[0][0], 250)
    final = finals[1]
    check_equal(final[0], 550)
    check_in("log in", final[1])
    check_equal(count_drafts(stack), before, "drafts")


def test_a_resident_who_claims_to_be_staff(stack):
    mail = s.make_mail("bosai-staff1", town.BOSAI, "なりすまし", "本文")
    refused_at_rcpt(stack, stack.mx_send("bosai-staff1@town.example", town.BOSAI, mail), 550,
                    "log in")


def test_an_approver_writes(stack):
    for who in ("bosai-chief", "bosai-deputy"):
        mail = s.make_mail(who, town.BOSAI, "責任者の起案", "本文")
        # They may be answering a request: the header tells, after RCPT.
        final = stack.submit(who, town.BOSAI, mail).final
        check_equal(final[0], 550)
        check_in("Art.4", final[1])
        wait_explained(stack, who, "起案できません", "第4条")


def test_the_administrator_writes(stack):
    mail = s.make_mail("sysadmin", town.BOSAI, "管理者の起案", "本文")
    refused_at_rcpt(stack, stack.submit("sysadmin", town.BOSAI, mail), 550, "Art.13-1(2)")


def test_spoofed_from(stack):
    before = count_drafts(stack)
    for claimed in ("bosai-staff2@town.example", "mayor@town.example",
                    '"bosai-staff1@town.example" <bosai-staff2@town.example>'):
        mail = s.make_mail("bosai-staff1", town.BOSAI, "差出人", "本文")
        octets = s.octets_of(mail).replace(b"From: bosai-staff1@town.example",
                                           f"From: {claimed}".encode())
        replies = stack.submit("bosai-staff1", town.BOSAI, octets)
        check_equal(replies.final[0], 550, claimed)
        check_in("Art.14", replies.final[1])
    two = s.octets_of(s.make_mail("bosai-staff1", town.BOSAI, "差出人二つ", "本文"))
    two = b"From: bosai-staff2@town.example\r\n" + two
    check_equal(stack.submit("bosai-staff1", town.BOSAI, two).final[0], 550, "two From:")
    check_equal(count_drafts(stack), before, "drafts")


def test_foreign_envelope_sender(stack):
    mail = s.make_mail("bosai-staff1", town.BOSAI, "封筒", "本文")
    for sender in ("bosai-staff2@town.example", "someone@phone.sink.example", ""):
        refused_at_rcpt(stack, stack.submit("bosai-staff1", town.BOSAI, mail, from_=sender), 550,
                        "Art.14")


def test_mixed_recipients(stack):
    subject = "同報"
    to = [town.BOSAI, "sysadmin@town.example", "friend@phone.sink.example"]
    mail = s.make_mail("bosai-staff1", to, subject, "本文")
    check_equal(stack.submit("bosai-staff1", to, mail).final[0], 250)
    got = stack.wait_mail("sysadmin", town.subject_is(subject))
    check_equal(s.text_of(got).strip(), "本文")
    town.wait_broadcast(stack, subject, 1)
    request = town.request_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-chief", request, "承認")
    mails = town.wait_broadcast(stack, subject, town.SUBSCRIBERS + 1)
    check_equal(len(mails), town.SUBSCRIBERS + 1, "subscribers and the friend")


def test_an_address_in_two_spellings(stack):
    subject = "二つの書き方"
    to = [town.BOSAI, town.BOSAI.upper(), "sysadmin@town.example"]
    mail = s.make_mail("bosai-staff1", to, subject, "本文")
    check_equal(stack.submit("bosai-staff1", to, mail).final[0], 250)
    stack.wait_mail("sysadmin", town.subject_is(subject))
    town.request_for(stack, "bosai-chief", subject)
    stack.wait_for(stack.queue_is_empty, what="nothing left in the queue")
    rows = stack.store("SELECT count(*) FROM audit JOIN draft ON draft.id = audit.draft"
                       " WHERE subject = ? AND action = 'submit'", subject)
    check_equal(rows[0][0], 1, "submitted once")


def test_mixed_recipients_with_a_refused_draft(stack):
    subject = "長すぎる同報"
    to = [town.BOSAI, "sysadmin@town.example"]
    mail = s.make_mail("bosai-staff1", to, subject, "あ" * 201)
    check_equal(stack.submit("bosai-staff1", to, mail).final[0], 250, "the others get theirs")
    stack.wait_mail("sysadmin", town.subject_is(subject))
    told = stack.wait_mail("bosai-staff1", lambda mail: subject in s.text_of(mail))
    check_in("201", s.text_of(told))
    check_equal(town.state_of(stack, subject), None, "no draft")


def test_mixed_recipients_where_the_broadcast_is_refused(stack):
    to = [town.BOSAI, "sysadmin@town.example"]
    subject = "片方だけ"
    mail = s.make_mail("kosodate-staff1", to, subject, "本文")
    replies = stack.submit("kosodate-staff1", to, mail)
    check_equal(replies.recipients[town.BOSAI][0], 550)
    check_equal(replies.final[0], 250)
    stack.wait_mail("sysadmin", town.subject_is(subject))


def test_text_rules(stack):
    cases = (
        ("長い", "あ" * 201, 554, "243 characters, limit 200".replace("243", "201")),
        ("空", " \n\n", 554, "Art.13-2(2)"),
    )
    for subject, text, code, words in cases:
        mail = s.make_mail("bosai-staff1", town.BOSAI, subject, text)
        replies = stack.submit("bosai-staff1", town.BOSAI, mail)
        check_equal(replies.final[0], code, subject)
        check_in(words, replies.final[1])
    just = s.make_mail("bosai-staff1", town.BOSAI, "ちょうど", "あ" * 199 + "か\u3099")
    check_equal(stack.submit("bosai-staff1", town.BOSAI, just).final[0], 250, "200 characters")


def test_attachments_are_refused_by_name(stack):
    mail = s.make_mail("bosai-staff1", town.BOSAI, "添付", "本文")
    mail.add_attachment(b"x" * 100, maintype="application", subtype="pdf", filename="案内.pdf")
    replies = stack.submit("bosai-staff1", town.BOSAI, mail)
    check_equal(replies.final[0], 554)
    check_in("Art.13-2(3)", replies.final[1])
    stack.wait_mail("bosai-staff1", lambda told: "案内.pdf" in s.text_of(told))


def reply_outcomes(stack, subject):
    return [row["outcome"] for row in town.audit(stack, subject, "reply")]


def test_a_reply_by_the_wrong_person(stack):
    subject = "別人の返信"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    for who in ("bosai-deputy", "bosai-staff1", "kosodate-chief"):
        town.answer(stack, who, request, "承認")
        told = stack.wait_mail(who, lambda mail: subject in str(mail["Subject"])
                               and "無効" in str(mail["Subject"]))
        check_equal(s.reply_address(told).startswith("decide+"), False, "no token for others")
    check_equal(town.state_of(stack, subject), town.HELD)
    check_equal(reply_outcomes(stack, subject), ["wrong-person"] * 3)
    # What each of them is, not what the one is whom the token was made for (Art. 8).
    check_equal([(row["uid"], row["role"]) for row in town.audit(stack, subject, "reply")],
                [("bosai-deputy", "delegate"), ("bosai-staff1", "staff"), ("kosodate-chief", "")])


def test_a_reply_without_login(stack):
    subject = "ログインなし"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    address = s.reply_address(request)
    mail = town.answer_mail("bosai-chief", request, "承認")
    replies = stack.mx_send("bosai-chief@town.example", address, mail)
    check_equal(replies.recipients[address][0], 550)
    check_equal(town.state_of(stack, subject), town.HELD)


def test_forged_and_altered_tokens(stack):
    subject = "偽のトークン"
    town.draft(stack, "bosai-staff1", subject)
    address = s.reply_address(town.request_for(stack, "bosai-chief", subject))
    local, _, domain = address.partition("@")
    token = local.partition("+")[2]
    other = s.reply_address(town.request_for(stack, "bosai-deputy", subject))
    swapped = token[:20] + other.partition("+")[2].partition("@")[0][20:]
    flipped = token[:-5] + ("a" if token[-5] != "a" else "b") + token[-4:]
    receipt = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                              and s.reply_address(mail).startswith("draft+"))
    authors = s.reply_address(receipt).partition("+")[2].partition("@")[0]
    before = stack.store("SELECT count(*) FROM audit WHERE outcome = 'forged-token'")[0][0]
    cases = (f"decide+{flipped}@{domain}", f"decide+{swapped}@{domain}",
             f"decide+{'a' * 53}@{domain}",
             f"decide+{authors}@{domain}", f"draft+{token}@{domain}",
             f"release+{token}@{domain}")
    for forged in cases:
        mail = s.make_mail("bosai-chief", forged, "Re:", "承認")
        check_equal(stack.submit("bosai-chief", forged, mail).recipients[forged][0], 550, forged)
    after = stack.store("SELECT count(*) FROM audit WHERE outcome = 'forged-token'")[0][0]
    check_equal(after - before, len(cases), "audit rows")
    check_equal(town.state_of(stack, subject), town.HELD)


def test_expired_token(stack):
    subject = "期限切れ"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    stack.move_clock(3 * 86400 + 60)
    town.wait_state(stack, subject, town.EXPIRED)
    for who in ("bosai-staff1", "bosai-chief", "bosai-deputy"):
        stack.wait_mail(who, lambda mail: subject in str(mail["Subject"])
                        and "期限" in str(mail["Subject"]))
    town.answer(stack, "bosai-chief", request, "承認")
    stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                    and "処理済" in str(mail["Subject"]))
    check_equal(town.state_of(stack, subject), town.EXPIRED)
    check_equal(len(town.broadcast(stack.sink(), subject)), 0, "mails")


def test_a_delegate_who_was_removed_meanwhile(stack):
    subject = "委任の取消"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-deputy", subject)
    section = stack.store("SELECT section FROM draft WHERE subject = ?", subject)[0][0]
    deputy = stack.store("SELECT dn FROM party WHERE uid = 'bosai-deputy'")[0][0]
    stack.ldapmodify(f"dn: {section}\nchangetype: modify\ndelete: kairanDelegate\n"
                     f"kairanDelegate: {deputy}\n")
    try:
        town.answer(stack, "bosai-deputy", request, "承認")
        stack.wait_mail("bosai-deputy", lambda mail: subject in str(mail["Subject"])
                        and "無効" in str(mail["Subject"]))
        check_equal(town.state_of(stack, subject), town.HELD)
        check_in("not-approver", reply_outcomes(stack, subject))
    finally:
        stack.ldapmodify(f"dn: {section}\nchangetype: modify\nadd: kairanDelegate\n"
                         f"kairanDelegate: {deputy}\n")


def test_a_suspended_approver(stack):
    subject = "一時停止中"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-deputy", subject)
    section = stack.store("SELECT section FROM draft WHERE subject = ?", subject)[0][0]
    change = f"dn: {section}\nchangetype: modify\nreplace: kairanApproverStatus\n"
    stack.ldapmodify(change + "kairanApproverStatus: suspended\n")
    try:
        town.answer(stack, "bosai-deputy", request, "承認")
        stack.wait_mail("bosai-deputy", lambda mail: subject in str(mail["Subject"])
                        and "無効" in str(mail["Subject"]))
        check_equal(town.state_of(stack, subject), town.HELD)
    finally:
        stack.ldapmodify(change + "kairanApproverStatus: active\n")
    town.answer(stack, "bosai-deputy", request, "承認")
    town.wait_state(stack, subject, town.RELEASED)


def test_replies_that_do_not_decide(stack):
    subject = "判断のない返信"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    address = s.reply_address(request)
    town.answer(stack, "bosai-chief", request, "承認できません。日付が違います。")
    told = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                           and "承認できません。" in s.text_of(mail))
    check_equal(s.reply_address(told), address, "the answer can be answered")
    html = s.make_mail("bosai-chief", address, "Re:", "x")
    html.set_content("<p>承認<br>ただし日付を直してください</p>", subtype="html")
    check_equal(stack.submit("bosai-chief", address, html).final[0], 250)
    quoted = town.answer_mail("bosai-chief", request, "")
    check_equal(stack.submit("bosai-chief", address, quoted).final[0], 250)
    check_equal(town.state_of(stack, subject), town.HELD)
    check_equal(reply_outcomes(stack, subject), ["unclear"] * 3)


def test_past_the_milter(stack):
    """Mail that the MTA makes or takes without the milter is refused by kairanctl deliver."""
    before = count_drafts(stack)
    for address in (town.BOSAI, "decide+" + "a" * 53 + "@info.town.example",
                    "nobody@info.town.example"):
        mail = s.make_mail("bosai-staff1", address, f"素通り {address[:6]}", "本文")
        stack.inject("bosai-staff1@town.example", address, mail)
        stack.wait_mail("bosai-staff1", lambda mail: stack.mta_tools.BOUNCE_SUBJECT
                        in str(mail["Subject"])
                        and address in mail.as_string())
    check_equal(count_drafts(stack), before, "drafts")


def count_searches(stack):
    """How many questions kairan has put to slapd so far."""
    lines = stack.log("slapd").splitlines()
    ours = {line.split("conn=")[1].split()[0] for line in lines
            if 'BIND dn="cn=kairan,' in line}
    return sum(1 for line in lines if " SRCH base=" in line
               and line.split("conn=")[1].split()[0] in ours)


def test_foreign_mail_asks_nobody(stack):
    """Mail that is none of our business costs no look-up. What kairan asks by the clock is
    less than one for each mail."""
    stack.configure(snapshot_refresh="1h")
    subject = "外からの便り"
    mail = s.make_mail("x@phone.sink.example", "bosai-staff1@town.example", subject, "本文")
    before = count_searches(stack)
    check_equal(before > 0, True, "kairan's connection was found")
    with stack.connect(int(stack.env["KAIRAN_MX_PORT"])) as smtp:
        for _ in range(100):
            replies = stack.converse(smtp, "x@phone.sink.example", "bosai-staff1@town.example",
                                     mail)
            check_equal(replies.final[0], 250)
    check_equal(count_searches(stack) - before < 100, True, "searches")
    stack.configure(snapshot_refresh="2s")


def test_unknown_service_address(stack):
    address = "nobody@info.town.example"
    mail = s.make_mail("bosai-staff1", address, "宛先なし", "本文")
    reply = stack.submit("bosai-staff1", address, mail).recipients[address]
    check_equal(reply[0], 550)
    check_in("5.1.1", reply[1])


def test_release_address_sends_nothing_else(stack):
    """Somebody who read a release address in a log cannot use it."""
    subject = "再利用"
    town.draft(stack, "bosai-staff1", subject)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_state(stack, subject, town.RELEASED)
    found = stack.wait_for(lambda: re.findall(r"receipt\+[^\s<>]+", stack.mta_log()),
                           what="the receipt in the log")
    release = found[-1].replace("receipt+", "release+")
    mail = s.make_mail("bosai-staff1", release, "偽の配信", "本文")
    check_equal(stack.mx_send("x@phone.sink.example", release, mail).recipients[release][0], 550)


def test_the_audit_chain_is_whole(stack):
    import hashlib
    previous = bytes(32)
    rows = stack.store("SELECT * FROM audit ORDER BY seq")
    check_equal(len(rows) > 20, True, "rows")
    for expected, row in enumerate(rows, 1):
        check_equal(row["seq"], expected, "sequence")
        fields = [row[name] for name in ("seq", "at", "uid", "role", "draft", "action",
                                         "outcome", "detail", "queue_id")]
        octets = previous
        for field in fields:
            value = str(field).encode()
            octets += str(len(value)).encode() + b":" + value + b","
        previous = hashlib.sha256(octets).digest()
        check_equal(row["hash"], previous, f"hash of row {expected}")


def test_an_alarm_is_one_mail_until_it_is_over(stack):
    """However its details change; then one more says so, with how often it was."""
    def told(mark):
        return [mail for mail in stack.imap("sysadmin")
                if str(mail["Subject"]) == f"【{mark}】偽の宛先へのメール"]

    def count():
        rows = stack.store("SELECT count FROM alarm WHERE name = 'tokens forged'")
        return rows[0][0] if rows else 0

    stack.move_clock(2 * 86400)
    stack.wait_for(lambda: count() == 0, what="the end of earlier tests' alarm")
    before, ended = len(told("要確認")), len(told("解消"))
    for number in range(30):
        forged = f"decide+{'abcdefghijklmnopqrstuvwxyz234567'[number] * 53}@info.town.example"
        mail = s.make_mail("bosai-chief", forged, "Re:", "承認")
        check_equal(stack.submit("bosai-chief", forged, mail).recipients[forged][0], 550, forged)
    alarm = stack.wait_for(lambda: told("要確認")[before:], what="the alarm")[0]
    check_in("偽の、または改変された宛先", s.text_of(alarm))
    stack.wait_for(lambda: count() == 28, what="all of them counted, from the third on")
    stack.move_clock(86400 + 60)
    over = stack.wait_for(lambda: told("解消")[ended:], what="its end")[0]
    check_in("28 回", s.text_of(over))
    check_equal(len(told("要確認")) - before, 1, "mails about 30 forged tokens")
    check_equal(len(told("解消")) - ended, 1, "mails about the end")


if __name__ == "__main__":
    tap.main(globals())
