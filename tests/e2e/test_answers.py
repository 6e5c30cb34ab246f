#!/usr/bin/env python3
"""Where answers come to: other addresses than the one that the request asks for, written in
other ways than kairan writes them, and by other people."""
import re

import stack as s
import tap
import town
from tap import check_equal, check_in

KAIRAN = f"kairan@{s.SERVICE}"
FORGED = "aeaaaaaac4aaeaadm46timpwp3r7bnkdmzkkynsgwfsqayricas"
counter = iter(range(1, 10 ** 6))


def held(stack, person="bosai-chief"):
    """A draft that waits, and the request that a person got."""
    subject = f"宛先の試験{next(counter)}号"
    town.draft(stack, "bosai-staff1", subject)
    return subject, town.request_for(stack, person, subject)


def receipt_for(stack, subject):
    return stack.wait_mail("bosai-staff1", lambda mail: f"【受付】{subject}" in str(mail["Subject"]))


def id_of(refer):
    return refer if isinstance(refer, str) else str(refer["Message-ID"])


def reply(stack, person, to, words="承認", refer=None, **headers):
    """A reply to an address, that refers to a mail; what the MTA said of the recipient and of
    the mail."""
    octets = s.octets_of(s.make_mail(person, to, "Re: 返信", words, **headers))
    if refer is not None:
        # As clients write it; the library would make encoded words of a long id.
        octets = f"In-Reply-To: {id_of(refer)}\r\n".encode() + octets
    replies = stack.submit(person, to, octets)
    return replies.recipients[to], replies.final


def taken(stack, person, to, words="承認", refer=None, **headers):
    check_equal(reply(stack, person, to, words, refer, **headers)[1][0], 250, f"mail to {to}")


def told(stack, person):
    """The mails by which somebody was told that they wrote to the wrong address."""
    return [mail for mail in stack.imap(person)
            if "お返事は受け付けられていません" in str(mail["Subject"])]


def wait_told(stack, person, before, *parts):
    mail = stack.wait_for(lambda: told(stack, person)[before:], what=f"the mail to {person}")[0]
    for part in parts:
        check_in(part, s.text_of(mail))
    return mail


def rows(stack, outcome, uid="%"):
    return stack.store("SELECT * FROM audit WHERE action = 'reply' AND outcome = ? AND uid LIKE ?"
                       " ORDER BY seq", outcome, uid)


def token_of(mail):
    return re.match(r"[a-z]+[-+.]([a-z2-7]{53})@", s.reply_address(mail))[1]


def cut(address):
    """As a gateway leaves it that knows nothing of what stands behind the '+'."""
    return re.sub(r"[-+.].*@", "@", address)


def test_the_id_of_a_notice_has_its_token(stack):
    subject, request = held(stack)
    receipt = receipt_for(stack, subject)
    for mail, word in ((request, "decide"), (receipt, "draft")):
        check_equal(re.sub(r"\.\d+\.", ".N.", str(mail["Message-ID"])),
                    f"<notice.N.{word}.{token_of(mail)}@{s.SERVICE}>")


def test_an_answer_to_from(stack):
    for refer in (lambda own: own, lambda own: own.upper(), lambda own: f"Your mail {own}",
                  lambda own: f"<x@town.example>\r\n {own[:40]}\r\n {own[40:]}"):
        subject, request = held(stack)
        octets = s.octets_of(s.make_mail("bosai-chief", KAIRAN, "Re: 返信", "承認"))
        octets = b"In-Reply-To: " + refer(str(request["Message-ID"])).encode() + b"\r\n" + octets
        check_equal(stack.submit("bosai-chief", KAIRAN, octets).final[0], 250)
        town.wait_state(stack, subject, town.RELEASED)
        row = town.audit(stack, subject, "approve")[0]
        check_equal((row["uid"], row["role"]), ("bosai-chief", "approver"))


def test_references_alone(stack):
    subject, request = held(stack)
    taken(stack, "bosai-chief", KAIRAN, "差戻し\n日付が違います", References=
          f"<a@town.example> {request['Message-ID']} <b@town.example>")
    town.wait_state(stack, subject, town.SENT_BACK)


def test_an_id_in_encoded_words(stack):
    """So programs fold it that know no better way for a long word."""
    subject, request = held(stack)
    mail = s.make_mail("bosai-chief", KAIRAN, "Re: 返信", "承認",
                       In_Reply_To=str(request["Message-ID"]))
    check_in(b"In-Reply-To: =?utf-8?q?", s.octets_of(mail))
    check_equal(stack.submit("bosai-chief", KAIRAN, mail).final[0], 250)
    town.wait_state(stack, subject, town.RELEASED)


def test_in_reply_to_is_nearer_than_references(stack):
    first, one = held(stack)
    second, other = held(stack)
    taken(stack, "bosai-chief", KAIRAN, "承認", other, References=str(one["Message-ID"]))
    town.wait_state(stack, second, town.RELEASED)
    check_equal(town.state_of(stack, first), town.HELD)


def test_the_writer_takes_it_back(stack):
    subject, _ = held(stack)
    taken(stack, "bosai-staff1", KAIRAN, "取下げ", receipt_for(stack, subject))
    town.wait_state(stack, subject, town.WITHDRAWN)


def test_a_correction(stack):
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, "承認")
    report = stack.wait_mail("bosai-chief", lambda mail: f"【配信完了】{subject}"
                             in str(mail["Subject"]))
    taken(stack, "bosai-chief", KAIRAN, "正しくは明後日です。", report)
    town.wait_state(stack, f"【訂正】{subject}", town.HELD)


def test_an_answer_to_what_asked_back(stack):
    subject, request = held(stack)
    taken(stack, "bosai-chief", KAIRAN, "これは何ですか", request)
    asked = stack.wait_mail("bosai-chief", lambda mail: f"：{subject}" in str(mail["Subject"]))
    check_equal(town.state_of(stack, subject), town.HELD)
    taken(stack, "bosai-chief", KAIRAN, "承認", asked)
    town.wait_state(stack, subject, town.RELEASED)


def test_an_answer_to_nothing(stack):
    before = len(told(stack, "bosai-chief"))
    refused = len(rows(stack, "no-reference", "bosai-chief"))
    for number, refer in enumerate((None, f"<notice.1.1795739551@{s.SERVICE}>", "<a@b.example>")):
        taken(stack, "bosai-chief", KAIRAN, "承認", refer)
        mail = wait_told(stack, "bosai-chief", before + number, "佐藤", KAIRAN, "Re: 返信",
                         "宛先だけではどの原稿へのお返事か分かりません", "宛先を変えずに")
        check_equal(mail["Reply-To"], None)
    check_equal(len(rows(stack, "no-reference", "bosai-chief")), refused + 3, "audit rows")


def test_in_their_language(stack):
    dn = "uid=kosodate-deputy,ou=people,dc=town,dc=example"
    stack.ldapmodify(f"dn: {dn}\nchangetype: modify\nreplace: preferredLanguage\n"
                     "preferredLanguage: en\n")
    taken(stack, "kosodate-deputy", KAIRAN)
    mail = stack.wait_mail("kosodate-deputy", lambda mail: "another address" in str(mail["Subject"]))
    check_in("This address sends notices", s.text_of(mail))


def test_two_requests(stack):
    first, one = held(stack)
    second, other = held(stack)
    both = f"{one['Message-ID']} {other['Message-ID']}"
    before = len(told(stack, "bosai-chief"))
    taken(stack, "bosai-chief", KAIRAN, "承認", both)
    wait_told(stack, "bosai-chief", before, "二つ以上のメールへの返信")
    taken(stack, "bosai-chief", KAIRAN, "承認", References=both)
    wait_told(stack, "bosai-chief", before + 1, "二つ以上のメールへの返信")
    for subject in (first, second):
        check_equal(town.state_of(stack, subject), town.HELD)
    check_equal(len(rows(stack, "several-requests", "bosai-chief")), 2)


def test_two_notices_of_one_draft(stack):
    """They are different mails with one and the same token, or two for the same."""
    subject, request = held(stack)
    taken(stack, "bosai-chief", KAIRAN, "これは何ですか", request)
    asked = stack.wait_mail("bosai-chief", lambda mail: f"：{subject}" in str(mail["Subject"]))
    taken(stack, "bosai-chief", KAIRAN, "承認",
          f"{request['Message-ID']} {asked['Message-ID']}")
    town.wait_state(stack, subject, town.RELEASED)


def test_somebody_else(stack):
    subject, request = held(stack)
    for who in ("bosai-deputy", "kosodate-chief", "bosai-staff1", "sysadmin"):
        taken(stack, who, KAIRAN, "承認", request)
        stack.wait_mail(who, lambda mail: f"お返事は受け付けられません：{subject}"
                        in str(mail["Subject"]))
    check_equal([row["outcome"] for row in town.audit(stack, subject, "reply")],
                ["wrong-person"] * 4)
    check_equal(town.state_of(stack, subject), town.HELD)


def test_a_forged_reference(stack):
    subject, request = held(stack)
    token = token_of(request)
    flipped = token[:-5] + ("a" if token[-5] != "a" else "b") + token[-4:]
    own = str(request["Message-ID"])
    before = len(told(stack, "bosai-chief"))
    for number, refer in enumerate((own.replace(token, flipped), own.replace("decide", "draft"),
                                    own.replace("decide", "correct"))):
        forged = len(rows(stack, "forged-token", "bosai-chief"))
        rcpt, final = reply(stack, "bosai-chief", KAIRAN, "承認", refer)
        check_equal((rcpt[0], final[0]), (250, 550), refer)
        check_in("Art.14", final[1])
        check_equal(len(rows(stack, "forged-token", "bosai-chief")), forged + 1)
        wait_told(stack, "bosai-chief", before + number, "返信先のアドレスが正しくありません")
    check_equal(town.state_of(stack, subject), town.HELD)
    stack.wait_mail("sysadmin", lambda mail: "トークン" in s.text_of(mail))


def test_nobody_logged_in(stack):
    subject, request = held(stack)
    address = s.reply_address(request)
    count = "SELECT count(*) FROM audit WHERE action = 'reply'"
    before = stack.store(count)[0][0]
    for sender in ("bosai-chief@town.example", ""):
        mail = s.make_mail("bosai-chief", KAIRAN, "Re:", "承認",
                           In_Reply_To=str(request["Message-ID"]))
        for to in (KAIRAN, cut(address)):
            answer = stack.mx_send(sender, to, mail).recipients[to]
            check_equal((answer[0], "No such address" in answer[1]), (550, True), to)
    check_equal(stack.store(count)[0][0], before, "audit rows")
    # Half a token is no person's mistake here.
    broken = f"decide+x@{s.SERVICE}"
    check_equal(stack.mx_send("x@phone.sink.example", broken, b"").recipients[broken][0], 550)
    check_equal(rows(stack, "forged-token")[-1]["uid"], "")
    check_equal(town.state_of(stack, subject), town.HELD)


def test_known_by_their_domain(stack):
    """With authserv_id set, our own MTA's DKIM or DMARC pass says who it was."""
    stack.configure(authserv_id="mail.town.example")
    proof = b"Authentication-Results: mail.town.example; dmarc=pass header.from=town.example\r\n"
    try:
        subject, request = held(stack)
        mail = s.octets_of(town.answer_mail("bosai-chief", request, "承認"))
        stray = s.octets_of(s.make_mail("bosai-chief", KAIRAN, "Re:", "承認"))
        for octets in (mail, stray):
            check_equal(stack.mx_send("bosai-chief@town.example", KAIRAN, octets).final[0], 550)
        check_equal(stack.mx_send("", KAIRAN, proof + mail).recipients[KAIRAN][0], 550)
        before = len(told(stack, "bosai-chief"))
        check_equal(stack.mx_send("bosai-chief@town.example", KAIRAN, proof + stray).final[0], 250)
        wait_told(stack, "bosai-chief", before)
        check_equal(stack.mx_send("bosai-chief@town.example", KAIRAN, proof + mail).final[0], 250)
        town.wait_state(stack, subject, town.RELEASED)
    finally:
        stack.configure(authserv_id="")


def test_machines(stack):
    subject, request = held(stack)
    outbox = "SELECT count(*) FROM outbox WHERE kind <> 'alarm'"
    before = stack.store(outbox)[0][0]
    for refer in (request, None):
        taken(stack, "bosai-chief", KAIRAN, "承認", refer, Auto_Submitted="auto-replied")
        taken(stack, "bosai-chief", cut(s.reply_address(request)), "承認", refer,
              Auto_Submitted="auto-replied")
    check_equal([row["outcome"] for row in town.audit(stack, subject, "reply")],
                ["automatic"] * 2)
    check_equal(len([row for row in rows(stack, "automatic") if row["draft"] in (0, None)]), 2)
    # A return receipt of a mail program that logs in for it.
    mail = s.make_mail("bosai-chief", KAIRAN, "開封確認", "承認",
                       In_Reply_To=str(request["Message-ID"]))
    check_equal(stack.submit("bosai-chief", KAIRAN, mail, from_="").recipients[KAIRAN][0], 550)
    check_equal(stack.store(outbox)[0][0], before, "mails")
    check_equal(town.state_of(stack, subject), town.HELD)


def test_an_address_that_was_cut(stack):
    for shorten in (cut, lambda address: address.replace("@", "x@"),
                    lambda address: address[:30] + "@" + s.SERVICE,
                    lambda address: address.replace("+", "%2b")[:30] + "@" + s.SERVICE):
        subject, request = held(stack)
        address = shorten(s.reply_address(request))
        before = len(told(stack, "bosai-chief"))
        broken = len(rows(stack, "broken-token", "bosai-chief"))
        taken(stack, "bosai-chief", address, "承認")
        wait_told(stack, "bosai-chief", before, "宛先の一部が失われています", address)
        check_equal(len(rows(stack, "broken-token", "bosai-chief")), broken + 1)
        check_equal(town.state_of(stack, subject), town.HELD)
        taken(stack, "bosai-chief", address, "承認", request)
        town.wait_state(stack, subject, town.RELEASED)
        stack.move_clock(3601)


def test_a_cut_address_of_another_kind(stack):
    """It says what for, and the notice says another thing: nothing is guessed."""
    subject, request = held(stack)
    before = len(told(stack, "bosai-chief"))
    taken(stack, "bosai-chief", f"draft@{s.SERVICE}", "承認", request)
    wait_told(stack, "bosai-chief", before, "宛先の一部が失われています")
    check_equal(town.state_of(stack, subject), town.HELD)


def test_other_ways_to_write_an_address(stack):
    for write in (lambda word, token: f"{word}%2B{token}@{s.SERVICE}",
                  lambda word, token: f"{word}%2b{token}@{s.SERVICE}",
                  lambda word, token: f"{word}-{token}@{s.SERVICE}",
                  lambda word, token: f"{word}.{token}@{s.SERVICE}",
                  lambda word, token: f'"{word}+{token}"@{s.SERVICE}',
                  lambda word, token: f"{word}+{token}@{s.SERVICE}.",
                  lambda word, token: f"{word}+{token}@{s.SERVICE}".upper(),
                  lambda word, token: f'"{word}%2B{token}"@{s.SERVICE}.'.upper()):
        subject, request = held(stack)
        taken(stack, "bosai-chief", write("decide", token_of(request)), "承認")
        town.wait_state(stack, subject, town.RELEASED)


def test_other_ways_to_write_a_broadcast_address(stack):
    for to in ('"bosai"@info.town.example', "bosai@info.town.example.",
               "BOSAI@INFO.TOWN.EXAMPLE", '<"Bosai"@info.town.example.>'):
        subject = f"宛先の試験{next(counter)}号"
        mail = s.make_mail("bosai-staff1", town.BOSAI, subject, "本文です。")
        check_equal(stack.submit("bosai-staff1", to, mail).final[0], 250, to)
        check_equal(town.state_of(stack, subject), town.HELD, to)


def test_one_address_in_two_ways(stack):
    """It is one recipient, and gets one answer."""
    subject = f"宛先の試験{next(counter)}号"
    to = [town.BOSAI, '"bosai"@info.town.example', "BOSAI@info.town.example."]
    mail = s.make_mail("bosai-staff1", town.BOSAI, subject, "本文です。")
    check_equal(stack.submit("bosai-staff1", to, mail).final[0], 250)
    check_equal(len(stack.store("SELECT 1 FROM audit WHERE action = 'submit' AND draft = ?",
                                town.draft_id(stack, subject))), 1, "submissions")
    request = town.request_for(stack, "bosai-chief", subject)
    token = token_of(request)
    to = [KAIRAN, cut(s.reply_address(request)), f"decide+{token}@{s.SERVICE}",
          f"decide-{token}@{s.SERVICE}", f'"decide+{token}"@{s.SERVICE}.']
    mail = town.answer_mail("bosai-chief", request, "承認")
    check_equal(stack.submit("bosai-chief", to, mail).final[0], 250)
    town.wait_state(stack, subject, town.RELEASED)
    check_equal(len(town.audit(stack, subject, "approve")), 1)
    check_equal(len(town.audit(stack, subject, "reply")), 0)


def test_a_forged_token(stack):
    """Refused as ever; and whoever is logged in gets one mail for one message."""
    stack.move_clock(3601)
    before = len(told(stack, "bosai-deputy"))
    forged = len(rows(stack, "forged-token", "bosai-deputy"))
    addresses = [f"decide+{FORGED}{letter}a@{s.SERVICE}" for letter in "abc"]
    mail = s.make_mail("bosai-deputy", addresses[0], "Re:", "承認")
    replies = stack.submit("bosai-deputy", addresses, mail)
    for address in addresses:
        check_equal(replies.recipients[address][0], 550)
        check_in("Art.14", replies.recipients[address][1])
    check_equal(len(rows(stack, "forged-token", "bosai-deputy")), forged + 3)
    wait_told(stack, "bosai-deputy", before, "返信先のアドレスが正しくありません", addresses[0])
    taken(stack, "bosai-deputy", KAIRAN)
    wait_told(stack, "bosai-deputy", before + 1, "宛先だけでは")
    check_equal(len(told(stack, "bosai-deputy")), before + 2)


def test_no_end_of_answers(stack):
    """A rule of a mail program that answers whatever comes."""
    before = len(told(stack, "kosodate-staff1"))
    for _ in range(8):
        taken(stack, "kosodate-staff1", KAIRAN, "受け取りました。")
    stack.wait_for(lambda: stack.store("SELECT 1 FROM alarm WHERE name ="
                                       " 'refusals kosodate-staff1'"), what="the alarm")
    check_equal(len(rows(stack, "no-reference", "kosodate-staff1")), 8)
    stack.wait_for(lambda: len(told(stack, "kosodate-staff1")) == before + 5, what="five mails")
    check_equal(len(stack.store("SELECT 1 FROM outbox WHERE kind = 'misaddressed' AND mail ="
                                " 'kosodate-staff1@town.example'")), before + 5)


def test_what_cannot_be_read(stack):
    """Also with a copy to somebody else, where a refusal would be heard by nobody."""
    stack.move_clock(3601)
    deep = town.nested("bosai-deputy", KAIRAN)
    large = s.octets_of(s.make_mail("bosai-deputy", KAIRAN, "Re:", "承認")) + b"0123456789" * 2800000
    for octets, part in ((deep, "壊れていて"), (large, "大きすぎます")):
        for to in ([KAIRAN, s.address_of("bosai-staff2")], [KAIRAN]):
            before = len(told(stack, "bosai-deputy"))
            check_equal(stack.submit("bosai-deputy", to, octets).final[0], 250)
            wait_told(stack, "bosai-deputy", before, part, KAIRAN)
    for outcome in ("broken", "too-large"):
        check_equal(len(rows(stack, outcome, "bosai-deputy")), 2)


def test_the_same_mail_twice(stack):
    before = len(told(stack, "kosodate-chief"))
    mail = s.make_mail("kosodate-chief", KAIRAN, "Re: 返信", "承認")
    for _ in range(2):
        check_equal(stack.submit("kosodate-chief", KAIRAN, mail).final[0], 250)
    taken(stack, "kosodate-chief", KAIRAN)
    stack.wait_for(lambda: len(told(stack, "kosodate-chief")) >= before + 2, what="both answers")
    outcomes = stack.store("SELECT outcome FROM audit WHERE uid = 'kosodate-chief'"
                           " AND action = 'reply' ORDER BY seq")
    check_equal([row["outcome"] for row in outcomes][-3:],
                ["no-reference", "again", "no-reference"])
    check_equal(len(stack.store("SELECT 1 FROM outbox WHERE kind = 'misaddressed' AND mail ="
                                " 'kosodate-chief@town.example'")), before + 2)


def test_a_login_that_the_directory_does_not_have(stack):
    """Refused while it can be heard, though the mail goes to somebody else too."""
    stack.configure(ldap_person_filter="(&(objectClass=inetOrgPerson)(!(uid=kosodate-staff2)))")
    try:
        mail = s.make_mail("kosodate-staff2", KAIRAN, "Re: 返信", "承認")
        other = s.address_of("bosai-staff2")
        replies = stack.submit("kosodate-staff2", [KAIRAN, other], mail)
        check_equal((replies.recipients[KAIRAN][0], replies.recipients[other][0]), (550, 250))
        check_equal(len(rows(stack, "unknown-person", "kosodate-staff2")), 1)
    finally:
        stack.configure(ldap_person_filter="(objectClass=inetOrgPerson)")


def test_an_approver_answers_to_a_broadcast_address(stack):
    subject, request = held(stack)
    taken(stack, "bosai-chief", town.BOSAI, "承認", request)
    town.wait_state(stack, subject, town.RELEASED)
    # To a broadcast itself: that is no notice.
    mail = town.wait_broadcast(stack, subject)[0]
    rcpt, final = reply(stack, "bosai-chief", town.BOSAI, "間違いです", mail)
    check_equal((rcpt[0], final[0]), (250, 550))
    check_in("Art.4", final[1])
    stack.wait_mail("bosai-chief", lambda mail: "【受付できません】" in str(mail["Subject"])
                    and "起案できません" in s.text_of(mail) and "宛先を変えずに" in s.text_of(mail))
    row = stack.store("SELECT * FROM audit WHERE uid = 'bosai-chief' ORDER BY seq DESC")[0]
    check_equal((row["action"], row["outcome"]), ("submit", "approver-writes"))


def test_an_approver_answers_to_a_broadcast_address_with_a_correction(stack):
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, "承認")
    report = stack.wait_mail("bosai-chief", lambda mail: f"【配信完了】{subject}"
                             in str(mail["Subject"]))
    taken(stack, "bosai-chief", town.BOSAI, "正しくは明後日です。", report)
    town.wait_state(stack, f"【訂正】{subject}", town.HELD)


def test_staff_answer_to_a_broadcast_address(stack):
    """The word that takes a draft back does; all else is a draft."""
    subject, request = held(stack)
    receipt = receipt_for(stack, subject)
    taken(stack, "bosai-staff1", town.BOSAI, "取下げ", receipt)
    town.wait_state(stack, subject, town.WITHDRAWN)
    again, request = held(stack)
    town.answer(stack, "bosai-chief", request, "差戻し\n日付が違います")
    back = stack.wait_mail("bosai-staff1", lambda mail: f"【差戻し】{again}"
                           in str(mail["Subject"]))
    mail = s.make_mail("bosai-staff1", town.BOSAI, f"{again}の直し", "明後日は防災訓練です。",
                       In_Reply_To=str(back["Message-ID"]))
    check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250)
    check_equal(town.state_of(stack, f"{again}の直し"), town.HELD)
    # Somebody else's receipt takes nothing back.
    third, _ = held(stack)
    taken(stack, "bosai-staff2", town.BOSAI, "取下げ", receipt_for(stack, third))
    check_equal(town.state_of(stack, third), town.HELD)
    check_equal([row["outcome"] for row in town.audit(stack, third, "reply")], ["wrong-person"])


def test_a_draft_with_a_copy_to_kairan(stack):
    """It is answered as a draft."""
    subject = f"宛先の試験{next(counter)}号"
    before = stack.store("SELECT count(*) FROM outbox WHERE kind = 'misaddressed'")[0][0]
    to = [KAIRAN, town.BOSAI]
    mail = s.make_mail("bosai-staff2", to, subject, "本文です。")
    check_equal(stack.submit("bosai-staff2", to, mail).final[0], 250)
    check_equal(town.state_of(stack, subject), town.HELD)
    check_equal(stack.store("SELECT count(*) FROM outbox WHERE kind = 'misaddressed'")[0][0],
                before, "mails")
    check_equal(len(rows(stack, "no-reference", "bosai-staff2")), 1)


def test_past_the_milter(stack):
    """However an address is written, what came past the milter is delivered to nobody."""
    query = "SELECT count(*) FROM audit WHERE action = 'deliver' AND outcome = 'bypass'"
    for to in ('"bosai"@info.town.example', "BOSAI@info.town.example.", f'"kairan"@{s.SERVICE}.',
               f"decide-{FORGED}aa@{s.SERVICE}", f"decide@{s.SERVICE}"):
        before = stack.store(query)[0][0]
        stack.inject("bosai-staff1@town.example", to, b"Subject: x\n\nx\n")
        stack.wait_for(lambda: stack.store(query)[0][0] > before, what=f"the refusal of {to}")


def test_deliver(stack):
    """What mail systems write to, in each of the ways."""
    _, request = held(stack)
    sealed = str(request["Return-Path"]).strip("<>").partition("@")[0].partition("+")[2]
    for local in (f"bounce+{sealed}", f'"bounce+{sealed}"', f"BOUNCE-{sealed.upper()}",
                  f"bounce.{sealed}", f"bounce%2B{sealed}"):
        to = f"{local}@info.town.EXAMPLE."
        stack.kairanctl("deliver", "--sender", "<>", "--recipient", to,
                        stdin="Subject: Out of office\n\nx\n")
        row = stack.store("SELECT * FROM audit ORDER BY seq DESC")[0]
        check_equal((row["action"], row["outcome"], row["detail"]),
                    ("notice", "reply", "request to bosai-chief@town.example: reply"), to)
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, "承認")
    sender = str(town.wait_broadcast(stack, subject)[0]["Return-Path"]).strip("<>").replace('"', "")
    sealed = sender.partition("@")[0].partition("+")[2][1:]
    for local in (f"bounce+v{sealed}+A.1=a-b.sink.example",
                  f"BOUNCE-V{sealed}-A.1=a-b.sink.example"):
        stack.kairanctl("deliver", "--sender", "<>", "--recipient", f"{local}@{s.SERVICE}",
                        stdin="Subject: x\n\nundeliverable\n")
        row = stack.store("SELECT * FROM audit ORDER BY seq DESC")[0]
        check_equal((row["draft"], row["action"], row["outcome"]),
                    (town.draft_id(stack, subject), "bounce", "failed"), local)


def check_delimiter(stack, mark):
    """From the draft to the subscribers with another delimiter, and back by a bounce."""
    subject, request = held(stack)
    address = s.reply_address(request)
    check_equal(address[:7], f"decide{mark}")
    check_equal(s.reply_address(receipt_for(stack, subject))[:6], f"draft{mark}")
    check_equal(str(request["Return-Path"])[:9], f"<bounce{mark}n")
    check_in(f"mailto:{address.replace('+', '%2B')}?", s.text_of(request))
    town.answer(stack, "bosai-chief", request, "承認")
    mails = town.wait_broadcast(stack, subject)
    town.wait_state(stack, subject, town.RELEASED)
    draft = town.draft_id(stack, subject)
    stack.wait_for(lambda: town.audit(stack, subject, "receipt"), what="the receipt")
    sender = str(mails[0]["Return-Path"])[1:-1].replace('"', "")
    check_in(f"bounce{mark}", sender)
    stack.inject("", sender, b"Subject: Undelivered\n\nUser unknown\n")
    bounce = stack.wait_for(lambda: town.audit(stack, subject, "bounce"), what="the bounce")[0]
    check_equal(bounce["outcome"], "failed")
    return draft, sender, bounce["detail"]


def test_another_delimiter(stack):
    before, request = held(stack)
    for mark in "-.":
        stack.configure(address_delimiter=mark)
        draft, sender, _ = check_delimiter(stack, mark)
        check_in(f"bounce{mark}r{draft}.1.", sender)
    # Who got the request before answers to the address of then.
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, before, town.RELEASED)
    # VERP: Postfix puts the recipients behind it by itself.
    if stack.mta_tools.KNOWS_XVERP:
        stack.configure(verp_broadcasts="*")
        for mark in ".-":
            stack.configure(address_delimiter=mark)
            draft, sender, detail = check_delimiter(stack, mark)
            check_in(f"bounce{mark}v{draft}.1.", sender)
            check_in(f"={detail.split()[1]}@", sender)
            check_equal("+" in sender, False)
        stack.configure(verp_broadcasts="")
    stack.configure(address_delimiter="+")


if __name__ == "__main__":
    tap.main(globals())
