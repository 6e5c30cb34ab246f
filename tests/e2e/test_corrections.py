"""Art. 13-3: an error in what was sent is corrected by answering the report."""
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
    return town.wait_broadcast(stack, subject)[0]


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
