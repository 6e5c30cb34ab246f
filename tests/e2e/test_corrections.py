"""Art. 13-3: an error in what was sent is corrected by answering the report."""
import contextlib
import re

import stack as s
import tap
import town
from tap import check_equal, check_in

TEXT = "避難所は第一小学校です。"
RIGHT = "避難所は第二小学校です。"


def send(stack, subject, text=TEXT):
    """A broadcast that has gone all the way; the subscribers' first mail of it."""
    town.draft(stack, "bosai-staff1", subject, text)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    mails = town.wait_broadcast(stack, subject)
    town.wait_state(stack, subject, town.RELEASED)
    return mails[0]


def report_for(stack, person, subject):
    return stack.wait_mail(
        person, lambda mail: subject in str(mail["Subject"])
        and s.reply_address(mail).startswith("correct+"))


def request_of(stack, person, subject):
    return town.request_for(stack, person, "【訂正】" + subject)


def test_approver_corrects_and_confirms(stack):
    subject = "避難所のお知らせ1"
    first = send(stack, subject)
    stack.move_clock(1800)
    town.answer(stack, "bosai-chief", report_for(stack, "bosai-chief", subject), RIGHT)
    request = request_of(stack, "bosai-chief", subject)
    text = s.text_of(request)
    check_in(RIGHT, text, "the correction's text")
    check_in(f"起案番号 {town.draft_id(stack, subject)}", text, "what it corrects")
    check_equal(len(town.broadcast(stack.sink(), "【訂正】" + subject)), 0, "before 承認")
    town.answer(stack, "bosai-chief", request, "承認")
    mails = town.wait_broadcast(stack, "【訂正】" + subject)
    check_equal(len({s.receiver_of(mail) for mail in mails}), town.SUBSCRIBERS, "subscribers")
    check_equal(s.text_of(mails[0]).strip(), RIGHT)
    check_equal(str(mails[0]["In-Reply-To"]), str(first["Message-ID"]))
    check_equal(str(mails[0]["References"]), str(first["Message-ID"]))
    rows = town.audit(stack, "【訂正】" + subject, "released")
    corrected, seconds = re.fullmatch(r"corrects (\d+) after (\d+) s", rows[0]["detail"]).groups()
    check_equal(int(corrected), town.draft_id(stack, subject), "what was corrected")
    check_equal(int(seconds) // 600, 3, "ten minutes until the correction")
    report = report_for(stack, "bosai-chief", "【訂正】" + subject)
    check_in("0:3", s.text_of(report), "time until the correction")


def test_approver_gets_one_mail_of_each_kind(stack):
    subject = "一通だけのお知らせ"
    send(stack, subject)
    town.answer(stack, "bosai-chief", report_for(stack, "bosai-chief", subject), RIGHT)
    town.answer(stack, "bosai-chief", request_of(stack, "bosai-chief", subject), "承認")
    report_for(stack, "bosai-chief", "【訂正】" + subject)
    about = town.notices(stack, "bosai-chief", "【訂正】" + subject)
    check_equal(len(about), 2, "a request and a report")


def test_delegate_confirms(stack):
    subject = "避難所のお知らせ2"
    send(stack, subject)
    town.answer(stack, "bosai-chief", report_for(stack, "bosai-chief", subject), RIGHT)
    town.answer(stack, "bosai-deputy", request_of(stack, "bosai-deputy", subject), "承認")
    town.wait_broadcast(stack, "【訂正】" + subject)


def test_staff_corrects_and_cannot_confirm(stack):
    subject = "避難所のお知らせ3"
    send(stack, subject)
    town.answer(stack, "bosai-staff1", report_for(stack, "bosai-staff1", subject), RIGHT)
    request = request_of(stack, "bosai-chief", subject)
    replies = stack.submit("bosai-staff1", s.reply_address(request),
                           town.answer_mail("bosai-staff1", request, "承認"))
    check_equal(replies.final[0], 250, "the reply is taken, and answered")
    stack.wait_mail("bosai-staff1", lambda mail: "【無効】" in str(mail["Subject"]))
    check_equal(town.state_of(stack, "【訂正】" + subject), town.HELD)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_broadcast(stack, "【訂正】" + subject)


def test_correction_obeys_the_rules(stack):
    subject = "避難所のお知らせ4"
    send(stack, subject)
    report = report_for(stack, "bosai-chief", subject)
    replies = stack.submit("bosai-chief", s.reply_address(report),
                           town.answer_mail("bosai-chief", report, "あ" * 201))
    check_equal(replies.final[0], 554, "201 characters")
    check_in("Art.13-2(2)", replies.final[1], "the article")
    late = stack.submit("bosai-chief", s.reply_address(report),
                        town.answer_mail("bosai-chief", report, "配信日時: 明日\n" + RIGHT))
    check_equal(late.final[0], 554, "a time that does not exist")
    check_in("Art.13-2(1)", late.final[1], "the article")
    refusal = stack.wait_mail("bosai-chief",
                              lambda mail: "【受付できません】" in str(mail["Subject"])
                              and subject in str(mail["Subject"]))
    check_in("13条", s.text_of(refusal), "the article by mail")
    check_equal(town.state_of(stack, "【訂正】" + subject), None, "no correction is held")


def refusal_of(stack, person, subject):
    return stack.wait_mail(person, lambda mail: "【受付できません】" in str(mail["Subject"])
                           and subject in str(mail["Subject"]))


def test_a_refused_correction_is_mended_by_a_reply(stack):
    """The refusal advises what is allowed: neither is the approver staff, nor a correction a new
    mail."""
    subject = "直す訂正"
    send(stack, subject)
    report = report_for(stack, "bosai-chief", subject)
    stack.submit("bosai-chief", s.reply_address(report),
                 town.answer_mail("bosai-chief", report, "①" + RIGHT))
    refusal = refusal_of(stack, "bosai-chief", subject)
    text = s.text_of(refusal)
    check_in("このメールに、直した訂正文だけを書いて返信してください", text)
    check_in("①" + RIGHT, text, "what was sent")
    check_equal("新しいメール" in text, False, "advice that is not allowed")
    town.answer(stack, "bosai-chief", refusal, RIGHT)
    town.answer(stack, "bosai-chief", request_of(stack, "bosai-chief", subject), "承認")
    check_equal(s.text_of(town.wait_broadcast(stack, "【訂正】" + subject)[0]).strip(), RIGHT)


def test_a_correction_that_was_sent_back_is_mended_by_a_reply(stack):
    subject = "差し戻された訂正"
    send(stack, subject)
    report = report_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-chief", report, RIGHT)
    town.answer(stack, "bosai-deputy", request_of(stack, "bosai-deputy", subject), "差戻し 校名")
    told = s.text_of(stack.wait_mail(
        "bosai-chief", lambda mail: "【差戻し】【訂正】" + subject in str(mail["Subject"])))
    check_in(f"起案番号 {town.draft_id(stack, subject)} の配信完了", told, "the advice")
    check_equal("新しいメール" in told, False, "advice that is not allowed")
    town.answer(stack, "bosai-chief", report, "避難所は第三小学校です。")
    request = stack.wait_mail(
        "bosai-chief", lambda mail: "【訂正】" + subject in str(mail["Subject"])
        and s.reply_address(mail).startswith("decide+") and "第三小学校" in s.text_of(mail))
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_broadcast(stack, "【訂正】" + subject)


@contextlib.contextmanager
def quiet_nights(stack):
    """The town's own quiet hours, which the stack does not have."""
    conf = stack.env["KAIRAN_CONF"]
    before = open(conf, encoding="utf-8").read()

    def put(text):
        with open(conf, "w", encoding="utf-8") as file:
            file.write(text)
        stack.stop("milter")
        stack.start("milter")

    put(before.replace('quiet_hours = "none"', 'quiet_hours = "21:00-07:00"'))
    try:
        yield
    finally:
        put(before)


def correct_at_night(stack, subject, words, **headers):
    """By day it went out, at night the approver corrects it; the request for that."""
    stack.move_clock_to(12)
    send(stack, subject)
    report = report_for(stack, "bosai-chief", subject)
    stack.move_clock_to(22)
    mail = town.answer_mail("bosai-chief", report, words)
    for name, value in headers.items():
        mail.replace_header(name, value)
    replies = stack.submit("bosai-chief", s.reply_address(report), mail)
    check_equal(replies.final[0], 250, "the correction is taken")
    return request_of(stack, "bosai-chief", subject)


def check_goes_at_night(stack, subject, request):
    check_in("緊急の印が付いています", s.text_of(request), "the mark")
    check_equal("担当者が緊急" in s.text_of(request), False, "staff wrote nothing of this")
    town.answer(stack, "bosai-chief", request, "緊急承認 避難所が違うため")
    mail = town.wait_broadcast(stack, "【訂正】" + subject)[0]
    check_equal(s.text_of(mail).strip(), RIGHT, "without the mark")
    check_in(" 22:0", str(mail["Date"]), "at night")


def test_urgent_by_its_text(stack):
    subject = "夜の訂正1"
    with quiet_nights(stack):
        request = correct_at_night(stack, subject, "【緊急】\n" + RIGHT)
        check_goes_at_night(stack, subject, request)


def test_urgent_by_its_subject(stack):
    subject = "夜の訂正2"
    with quiet_nights(stack):
        request = correct_at_night(stack, subject, RIGHT,
                                   Subject="【緊急】Re: 【配信完了】" + subject)
        check_goes_at_night(stack, subject, request)


def test_not_urgent_waits(stack):
    subject = "夜の訂正3"
    with quiet_nights(stack):
        request = correct_at_night(stack, subject, RIGHT)
        check_equal("緊急の印が付いて" in s.text_of(request), False, "no mark")
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_state(stack, "【訂正】" + subject, town.APPROVED)
        stack.move_clock_to(7)
        town.wait_broadcast(stack, "【訂正】" + subject)


def test_decision_word_is_no_correction(stack):
    subject = "避難所のお知らせ5"
    send(stack, subject)
    town.answer(stack, "bosai-chief", report_for(stack, "bosai-chief", subject), "承認")
    answer = stack.wait_mail("bosai-chief", lambda mail: "【無効】" in str(mail["Subject"])
                             and subject in str(mail["Subject"]))
    check_in("訂正", s.text_of(answer))
    check_equal(town.state_of(stack, "【訂正】" + subject), None)


def test_somebody_else_s_report(stack):
    subject = "避難所のお知らせ6"
    send(stack, subject)
    report = report_for(stack, "bosai-chief", subject)
    town.answer(stack, "kosodate-staff1", report, RIGHT)
    stack.wait_mail("kosodate-staff1", lambda mail: subject in str(mail["Subject"]))
    check_equal(town.state_of(stack, "【訂正】" + subject), None)


def test_too_late(stack):
    subject = "避難所のお知らせ7"
    send(stack, subject)
    report = report_for(stack, "bosai-chief", subject)
    stack.move_clock(31 * 86400)
    town.answer(stack, "bosai-chief", report, RIGHT)
    stack.wait_mail("bosai-chief", lambda mail: "【無効】" in str(mail["Subject"])
                    and subject in str(mail["Subject"]))
    check_equal(town.state_of(stack, "【訂正】" + subject), None)


def test_correction_of_a_correction(stack):
    subject = "避難所のお知らせ8"
    send(stack, subject)
    town.answer(stack, "bosai-chief", report_for(stack, "bosai-chief", subject), RIGHT)
    town.answer(stack, "bosai-chief", request_of(stack, "bosai-chief", subject), "承認")
    second = town.wait_broadcast(stack, "【訂正】" + subject)[0]
    report = report_for(stack, "bosai-deputy", "【訂正】" + subject)
    town.answer(stack, "bosai-deputy", report, "避難所は第三小学校です。")
    request = stack.wait_mail(
        "bosai-chief", lambda mail: "【訂正】" + subject in str(mail["Subject"])
        and s.reply_address(mail).startswith("decide+") and "第三小学校" in s.text_of(mail))
    town.answer(stack, "bosai-chief", request, "承認")
    mails = stack.wait_for(
        lambda: [mail for mail in town.broadcast(stack.sink(), "【訂正】" + subject)
                 if "第三小学校" in s.text_of(mail)], 40, "the second correction")
    check_equal(str(mails[0]["In-Reply-To"]), str(second["Message-ID"]))


def test_another_person_must_confirm(stack):
    """The setting correction_by_other."""
    subject = "避難所のお知らせ9"
    with open(stack.env["KAIRAN_CONF"], "a", encoding="utf-8") as conf:
        conf.write("correction_by_other = yes\n")
    stack.stop("milter")
    stack.start("milter")
    send(stack, subject)
    town.answer(stack, "bosai-chief", report_for(stack, "bosai-chief", subject), RIGHT)
    town.answer(stack, "bosai-deputy", request_of(stack, "bosai-deputy", subject), "承認")
    town.wait_broadcast(stack, "【訂正】" + subject)
    asked = [mail for mail in town.notices(stack, "bosai-chief", "【訂正】" + subject)
             if s.reply_address(mail).startswith("decide+")]
    check_equal(len(asked), 0, "requests to the writer")


if __name__ == "__main__":
    tap.main(globals())
