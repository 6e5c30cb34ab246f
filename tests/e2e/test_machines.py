#!/usr/bin/env python3
"""Who is a machine, and who only looks like one; and one answer for each reply of a person."""
import re
import urllib.parse

import stack as s
import tap
import town
from tap import check_equal, check_in

counter = iter(range(1, 10 ** 6))
INCIDENT = "incident@info.town.example"


def held(stack, person="bosai-chief"):
    """A draft that waits, and the request that a person got."""
    subject = f"機械の試験{next(counter)}号"
    town.draft(stack, "bosai-staff1", subject)
    return subject, town.request_for(stack, person, subject)


def reply(stack, request, words, person="bosai-chief", from_=None, **headers):
    """Answer with these headers from the person's own login; what the MTA said."""
    mail = town.answer_mail(person, request, words, **headers)
    if from_ is not None:
        mail.replace_header("From", from_)
    return mail, stack.submit(person, s.reply_address(request), mail).final


def outcomes(stack, subject):
    return [row["outcome"] for row in town.audit(stack, subject, "reply")]


def answers(stack, person, subject):
    """The mails that say that nothing came of a reply."""
    return [mail for mail in stack.imap(person) if subject in str(mail["Subject"]) and
            str(mail["Subject"]).startswith(("【確認】", "【無効】"))]


def wait_answers(stack, person, subject, count):
    return stack.wait_for(lambda: (lambda found: found if len(found) >= count else None)(
        answers(stack, person, subject)), 30, f"{count} answers about {subject}")


def send(stack, request, words, subject=None, person="bosai-chief", **headers):
    """A reply, as it is submitted; the mail that was."""
    address = s.reply_address(request)
    mail = s.make_mail(person, address, subject or f"Re: {request['Subject']}", words, **headers)
    return submit(stack, address, mail, person)


def submit(stack, address, mail, person="bosai-chief"):
    check_equal(stack.submit(person, address, mail).final[0], 250)
    return mail


def outbox(stack, subject, kind):
    return stack.store("SELECT * FROM outbox WHERE draft = ? AND kind = ?",
                       town.draft_id(stack, subject), kind)


def test_perhaps_a_machine_decides(stack):
    """Exchange and gateways put these on ordinary mail; login and token outrank them."""
    for headers in ({"X_Auto_Response_Suppress": "All"}, {"List_Id": "<bosai.town.example>"},
                    {"Precedence": "bulk"}, {"Precedence": "list"}):
        subject, request = held(stack)
        check_equal(reply(stack, request, "承認", **headers)[1][0], 250, str(headers))
        town.wait_state(stack, subject, town.RELEASED)


def test_a_draft_about_absence_is_approved(stack):
    """The words of the draft's own subject, which the answer quotes, are nobody's absence."""
    subject = f"【不在】市長の休暇中のお知らせ（自動返信）{next(counter)}"
    town.draft(stack, "bosai-staff1", subject)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_state(stack, subject, town.RELEASED)


def test_words_of_absence_are_no_approval(stack):
    for words in ("承認\nただいま出張のため不在にしております。",
                  "OK\nThis is an automatic reply. I am out of the office."):
        subject, request = held(stack)
        check_equal(reply(stack, request, words)[1][0], 250)
        told = wait_answers(stack, "bosai-chief", subject, 1)[0]
        check_in("不在", s.text_of(told))
        check_equal(town.state_of(stack, subject), town.HELD)


def test_from_must_belong_to_the_login(stack):
    """A rule of a mail program answers as somebody else."""
    for from_ in ("MAILER-DAEMON@town.example", "kosodate-chief@town.example",
                  "stranger@elsewhere.example"):
        subject, request = held(stack)
        check_equal(reply(stack, request, "承認", from_=from_)[1][0], 250, from_)
        told = wait_answers(stack, "bosai-chief", subject, 1)[0]
        check_in(from_, s.text_of(told))
        check_equal(outcomes(stack, subject), ["sender-foreign"])
        check_equal(town.state_of(stack, subject), town.HELD)
        reply(stack, request, "承認")
        town.wait_state(stack, subject, town.RELEASED)


def test_each_reply_has_its_answer(stack):
    subject, request = held(stack)
    reply(stack, request, "これは何ですか")
    wait_answers(stack, "bosai-chief", subject, 1)
    reply(stack, request, "いつ配信されますか")
    wait_answers(stack, "bosai-chief", subject, 2)
    check_equal(outcomes(stack, subject), ["unclear"] * 2)


def test_the_same_mail_has_one_answer(stack):
    subject, request = held(stack)
    mail, _ = reply(stack, request, "これは何ですか")
    check_equal(stack.submit("bosai-chief", s.reply_address(request), mail).final[0], 250)
    reply(stack, request, "別の返信です")
    wait_answers(stack, "bosai-chief", subject, 2)
    check_equal(outcomes(stack, subject), ["unclear", "again", "unclear"])
    check_equal(len(answers(stack, "bosai-chief", subject)), 2)


def test_the_same_decision_twice_is_no_second_mail(stack):
    subject, request = held(stack)
    mail, _ = reply(stack, request, "承認")
    town.wait_state(stack, subject, town.RELEASED)
    check_equal(stack.submit("bosai-chief", s.reply_address(request), mail).final[0], 250)
    reply(stack, request, "これは何ですか")
    stack.wait_for(lambda: len(outcomes(stack, subject)) == 2, 20, "both audit rows")
    check_equal(outcomes(stack, subject)[0], "again")


def test_without_end_the_administrators_are_told(stack):
    subject, request = held(stack)
    for number in range(6):
        check_equal(reply(stack, request, f"自動で返事をします {number}")[1][0], 250)
    told = stack.wait_mail("sysadmin", lambda mail: "bosai-chief" in s.text_of(mail)
                           and subject in s.text_of(mail))
    check_in("自動応答", s.text_of(told))
    wait_answers(stack, "bosai-chief", subject, 5)
    check_equal(outcomes(stack, subject), ["unclear"] * 5 + ["unanswered"])
    # Another sees it as before, and the person's own decision ends it.
    check_equal(len(answers(stack, "bosai-chief", subject)), 5)
    reply(stack, request, "承認")
    town.wait_state(stack, subject, town.RELEASED)
    check_equal(stack.store("SELECT count(*) AS n FROM alarm WHERE name LIKE 'replies %'")[0]["n"], 0)


def test_stop_while_it_waits_sends_back(stack):
    subject, request = held(stack)
    check_equal(reply(stack, request, "停止\n時刻を確かめます")[1][0], 250)
    town.wait_state(stack, subject, town.SENT_BACK)
    for person in ("bosai-staff1", "bosai-chief"):
        told = stack.wait_mail(person, lambda mail: subject in str(mail["Subject"]) and
                               str(mail["Subject"]).startswith("【差戻し】"))
        check_in("承認を待っている間に「停止」", s.text_of(told))
        check_in("時刻を確かめます", s.text_of(told))
    check_equal(len(town.audit(stack, subject, "stop")), 1)


def test_the_ready_replies_are_read(stack):
    """As the link has them: one word in ASCII, one in Japanese."""
    subject, request = held(stack)
    links = [urllib.parse.urlsplit(line.strip()) for line in s.text_of(request).splitlines()
             if line.strip().startswith("mailto:")]
    bodies = [urllib.parse.parse_qs(link.query)["body"][0] for link in links]
    check_equal(bodies, ["OK 承認", "reject 差戻し"])
    reply(stack, request, f"{bodies[1]} 時刻が違います")
    town.wait_state(stack, subject, town.SENT_BACK)
    check_equal(stack.store("SELECT reason FROM draft WHERE subject = ?", subject)[0]["reason"],
                "時刻が違います")
    subject, request = held(stack)
    garbled = bodies[0].encode().decode("cp932", "replace")
    check_equal("承認" in garbled, False)
    reply(stack, request, garbled)
    town.wait_state(stack, subject, town.RELEASED)


def test_a_draft_is_no_machine_for_a_header(stack):
    for name, value in (("X_Auto_Response_Suppress", "All"), ("Precedence", "bulk")):
        subject = f"見出しの試験{next(counter)}号"
        town.draft(stack, "bosai-staff1", subject, **{name: value})
        check_equal(town.state_of(stack, subject), town.HELD)
    mail = s.make_mail("bosai-staff1", town.BOSAI, "自動の原稿", "本文", Auto_Submitted="auto-replied")
    check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 550)


def test_an_incident_is_passed_on(stack):
    """An incident is never dropped for what a mail server wrote into its header."""
    for name, value in (("X_Auto_Response_Suppress", "DR, OOF"), ("Precedence", "list")):
        subject = f"漏えいのおそれ{next(counter)}"
        mail = s.make_mail("bosai-staff1", INCIDENT, subject, "宛先を誤りました。", **{name: value})
        check_equal(stack.submit("bosai-staff1", INCIDENT, mail).final[0], 250)
        stack.wait_mail("sysadmin", lambda mail, of=subject: of in s.text_of(mail))
        stack.wait_mail("bosai-staff1", lambda mail, of=subject: of in s.text_of(mail))


def test_an_incident_that_comes_twice(stack):
    subject = f"二度届く報告{next(counter)}"
    mail = s.make_mail("bosai-staff1", INCIDENT, subject, "同じ報告です。")
    for _ in range(2):
        check_equal(stack.submit("bosai-staff1", INCIDENT, mail).final[0], 250)
    after = f"次の報告{next(counter)}"
    stack.submit("bosai-staff1", INCIDENT, s.make_mail("bosai-staff1", INCIDENT, after, "x"))
    stack.wait_mail("sysadmin", lambda mail: after in s.text_of(mail))
    check_equal(len([mail for mail in stack.imap("sysadmin") if subject in s.text_of(mail)]), 1)


def test_marks_of_gateways_without_a_decision(stack):
    for number, name in enumerate(("X-Auto-Response-Suppress", "List-Id", "Precedence")):
        subject, request = held(stack)
        send(stack, request, f"{number}番について、あとで見ます。", **{name: "list"})
        told = wait_answers(stack, "bosai-chief", subject, 1)
        check_in(f"{number}番について", s.text_of(told[0]))
        send(stack, request, "承認", **{name: "list"})
        town.wait_state(stack, subject, town.RELEASED)


def test_machines_get_no_answer(stack):
    subject, request = held(stack)
    marks = (("Auto-Submitted", "auto-replied"), ("Auto-Submitted", "auto-generated"),
             ("X-Auto-Reply", "yes"), ("X-Autoreply", "yes"), ("X-Autorespond", "request"),
             ("X-Autoresponder", "1"), ("X-POST-MessageClass", "9; Autoresponder"),
             ("X-FC-MachineGenerated", "true"), ("X-Mailer", "vacation 1.2.7"),
             ("X-MS-Exchange-Inbox-Rules-Loop", "bosai-chief@town.example"),
             ("Precedence", "auto_reply"))
    for name, value in marks:
        send(stack, request, "承認", **{name: value})
    for title, name in (("自動応答: 大雨への備え", "X-Auto-Response-Suppress"),
                        ("Re: 大雨への備え（自動返信）", "Precedence"),
                        ("Out of Office: request", "X-Loop"),
                        ("開封済み: 承認依頼", "Disposition")):
        send(stack, request, "承認", title, **{name: "list"})
    report = s.octets_of(s.make_mail("bosai-chief", s.reply_address(request), "開封済み", "承認"))
    report = report.replace(b"Content-Type: text/plain; charset=\"utf-8\"",
                            b"Content-Type: multipart/report; boundary=b", 1)
    submit(stack, s.reply_address(request), report)
    check_equal(outcomes(stack, subject), ["automatic"] * (len(marks) + 5), "audit rows")
    check_equal(town.state_of(stack, subject), town.HELD)
    check_equal(outbox(stack, subject, "unclear"), [], "answers")


def test_the_null_sender(stack):
    subject, request = held(stack)
    address = s.reply_address(request)
    mail = s.make_mail("bosai-chief", address, "Re: x", "承認")
    check_equal(stack.mx_send("<>", address, mail).final[0], 250)
    check_equal(outcomes(stack, subject), ["automatic"])


def test_subjects_of_machines_approve_nothing(stack):
    """Without any mark in the header it may be a person: asked once, and no more."""
    for title in ("【不在】Re: 承認依頼", "Re: 承認依頼（自動返信）", "休暇中です: 承認依頼",
                  "受信確認: 承認依頼", "Vacation: request", "自動応答: 承認依頼",
                  "Automatische Antwort: Anfrage", "Réponse automatique : demande"):
        subject, request = held(stack)
        send(stack, request, "承認", title)
        wait_answers(stack, "bosai-chief", subject, 1)
        check_equal(town.state_of(stack, subject), town.HELD, title)
        send(stack, request, "承認", title)
        check_equal(outcomes(stack, subject), ["unclear", "unanswered"], title)
        check_equal(len(outbox(stack, subject, "unclear")), 1, title)
        send(stack, request, "差戻し", title)
        town.wait_state(stack, subject, town.SENT_BACK)


def test_one_id_for_two_replies(stack):
    """A client that writes two replies under one Message-ID has written two."""
    subject, request = held(stack)
    mail = send(stack, request, "見ました。")
    other = s.make_mail("bosai-chief", s.reply_address(request), "Re: x", "読みました。")
    other.replace_header("Message-ID", mail["Message-ID"])
    submit(stack, s.reply_address(request), other)
    wait_answers(stack, "bosai-chief", subject, 2)


def test_an_hour_later(stack):
    subject, request = held(stack)
    for number in range(6):
        send(stack, request, f"{number + 1}通目のお返事です。")
    name = f"replies {town.draft_id(stack, subject)} bosai-chief"
    stack.wait_for(lambda: stack.store("SELECT * FROM alarm WHERE name = ? AND told_at > 0",
                                       name), what="the alarm")
    stack.move_clock(3700)
    stack.wait_for(lambda: not stack.store("SELECT * FROM alarm WHERE name = ?", name),
                   what="the alarm's end")
    send(stack, request, "また質問です。")
    check_equal(outcomes(stack, subject), ["unclear"] * 5 + ["unanswered", "unclear"])


def test_a_loop_ends(stack):
    """A rule of a mail program answers each of our answers, from the person's own login."""
    subject, request = held(stack)
    latest = request
    for number in range(12):
        before = len(answers(stack, "bosai-chief", subject))
        send(stack, latest, f"ただいま席を外しております（{number}）。")
        if outcomes(stack, subject)[-1] == "unanswered":
            break
        latest = wait_answers(stack, "bosai-chief", subject, before + 1)[-1]
    check_equal(outcomes(stack, subject), ["unclear"] * 5 + ["unanswered"])


def test_who_sends_back_is_answered(stack):
    subject, request = held(stack)
    send(stack, request, "差戻し\n時刻が違います。")
    told = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                           and str(mail["Subject"]).startswith("【差戻し】"))
    check_in("時刻が違います。", s.text_of(told), "the reason as it was understood")


def test_a_broken_reply_is_answered(stack):
    subject, request = held(stack)
    address = s.reply_address(request)
    mail = s.octets_of(s.make_mail("bosai-chief", address, "Re: x", "承認"))
    submit(stack, address, town.nested("bosai-chief", address))
    submit(stack, address, mail + b"0123456789" * 7 * 400000)
    told = "".join(map(s.text_of, wait_answers(stack, "bosai-chief", subject, 2)))
    check_in("壊れていて", told)
    check_in("大きすぎます", told)
    check_equal(outcomes(stack, subject), ["broken", "too-large"])


def test_several_from(stack):
    subject, request = held(stack)
    address = s.reply_address(request)
    octets = s.octets_of(s.make_mail("bosai-chief", address, "Re: x", "承認"))
    submit(stack, address, b"From: kosodate-chief@town.example\r\n" + octets)
    octets = s.octets_of(s.make_mail("bosai-chief", address, "Re: x", "承認"))
    group = octets.replace(b"From: bosai-chief@town.example",
                           b"From: bosai-chief@town.example, bosai-staff1@town.example")
    submit(stack, address, group)
    check_equal(outcomes(stack, subject), ["sender-foreign"] * 2)
    wait_answers(stack, "bosai-chief", subject, 2)
    check_equal(town.state_of(stack, subject), town.HELD)


def test_corrections_with_marks_of_gateways(stack):
    subject, request = held(stack)
    send(stack, request, "承認")
    report = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct+"))
    send(stack, report, "訂正です。避難所は第二小学校です。",
          **{"X-Auto-Response-Suppress": "All", "List-Id": "<x.town.example>"})
    town.request_for(stack, "bosai-deputy", "【訂正】" + subject)


def test_a_machine_corrects_nothing(stack):
    subject, request = held(stack)
    send(stack, request, "承認")
    report = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct+"))
    send(stack, report, "ただいま休暇中です。", "自動応答: 配信完了")
    stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                    and "自動送信" in s.text_of(mail))
    check_equal(town.state_of(stack, "【訂正】" + subject), None)


def test_an_incident_that_cannot_be_read(stack):
    submit(stack, INCIDENT, town.nested("bosai-chief", INCIDENT))
    for person, mark in (("sysadmin", r"【障害等の連絡\d+】"), ("bosai-chief", r"【受付\d+】")):
        told = stack.wait_mail(person, lambda mail, title=mark:
                               re.fullmatch(title, str(mail["Subject"]).strip()))
        check_in("壊れていて", s.text_of(told), person)
    automatic = s.make_mail("bosai-chief", INCIDENT, "自動", "自動です。", Auto_Submitted="auto-replied")
    submit(stack, INCIDENT, automatic)
    rows = stack.store("SELECT outcome FROM audit WHERE action = 'incident' ORDER BY seq")
    check_equal([row[0] for row in rows][-2:], ["reported", "automatic"])


if __name__ == "__main__":
    tap.main(globals())
