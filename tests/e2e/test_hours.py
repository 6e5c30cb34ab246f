"""Art. 13-2(1): nothing goes out at night, unless it is urgent; staff may ask for a time."""
import datetime
import json
import time

import stack as s
import tap
import town
from tap import check_equal, check_in

NIGHT = 22
MORNING = 7


def prepare(stack):
    """The town's own quiet hours; the stack has none, so that other tests do not wait."""
    text = open(stack.env["KAIRAN_CONF"], encoding="utf-8").read()
    if "21:00-07:00" in text:
        return
    with open(stack.env["KAIRAN_CONF"], "w", encoding="utf-8") as conf:
        conf.write(text.replace('quiet_hours = "none"', 'quiet_hours = "21:00-07:00"'))
    stack.stop("milter")
    stack.start("milter")


def hold(stack, hour, subject, text="川の水位に注意してください。", **headers):
    """A draft that is held at an hour of the day; the approver's request."""
    prepare(stack)
    stack.move_clock_to(hour)
    town.draft(stack, "bosai-staff1", subject, text, **headers)
    return town.request_for(stack, "bosai-chief", subject)


def approved_notice(stack, person, subject):
    return s.text_of(stack.wait_mail(person, lambda mail: "【承認済み】" in str(mail["Subject"])
                                     and subject in str(mail["Subject"])))


def due_of(stack, subject):
    at = stack.store("SELECT due_at FROM draft WHERE subject = ?", subject)[0]["due_at"]
    return datetime.datetime.fromtimestamp(at, s.JST)


def check_waits(stack, subject):
    check_equal(town.state_of(stack, subject), town.APPROVED, "state")
    check_equal(due_of(stack, subject).strftime("%H:%M:%S"), "07:00:00", "due")
    check_equal(len(town.broadcast(stack.sink(), subject)), 0, "mails at night")


def test_day(stack):
    subject = "昼のお知らせ"
    request = hold(stack, 12, subject)
    check_in("承認され次第", s.text_of(request))
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_broadcast(stack, subject)


def test_night_waits_until_the_morning(stack):
    subject = "夜のお知らせ"
    request = hold(stack, NIGHT, subject)
    check_in("07:00（夜間・早朝を避けるため", s.text_of(request))
    town.answer(stack, "bosai-chief", request, "承認")
    for person in ("bosai-chief", "bosai-deputy", "bosai-staff1"):
        check_in("07:00", approved_notice(stack, person, subject), f"when, for {person}")
    check_waits(stack, subject)
    stack.move_clock_to(MORNING)
    mails = town.wait_broadcast(stack, subject)
    check_in("07:00:00 +0900", str(mails[0]["Date"]), "date of the broadcast")


def test_what_is_late_waits_for_the_morning(stack):
    """Nobody was there to send it at its time, and now it is night."""
    subject = "遅れたお知らせ"
    at = (stack.now() + datetime.timedelta(days=1)).strftime("%Y-%m-%d 20:30")
    request = hold(stack, 12, subject, f"配信日時: {at}\n川の水位に注意してください。")
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.APPROVED)
    stack.stop("milter")
    stack.move_clock_to(20)
    stack.move_clock_to(NIGHT)
    while due_of(stack, subject) > stack.now():
        stack.move_clock(86400)
    stack.start("milter")
    told = stack.wait_mail("bosai-chief", lambda mail: "【承認済み】" in str(mail["Subject"])
                           and subject in str(mail["Subject"]) and "朝まで待ちます" in s.text_of(mail))
    check_in("07:00", s.text_of(told), "when")
    check_waits(stack, subject)
    stack.move_clock_to(MORNING)
    town.wait_broadcast(stack, subject)


def test_called_off_while_it_waits(stack):
    """Who sends back what is approved already is told how to stop it, and can."""
    subject = "取りやめるお知らせ"
    request = hold(stack, NIGHT, subject)
    check_in("承認後に止めたいとき 「停止」", s.text_of(request))
    town.answer(stack, "bosai-chief", request, "承認")
    check_in("「停止」と書いて返信", approved_notice(stack, "bosai-chief", subject))
    check_in("「取下げ」と書いて返信", approved_notice(stack, "bosai-staff1", subject))
    town.answer(stack, "bosai-chief", request, "差戻し 場所が違います")
    told = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                           and "処理済" in str(mail["Subject"]))
    check_in("「停止」と書いて返信", s.text_of(told))
    town.answer(stack, "bosai-chief", told, "停止")
    town.wait_state(stack, subject, town.WITHDRAWN)


def test_withdrawn_while_it_waits(stack):
    subject = "取下げるお知らせ"
    request = hold(stack, NIGHT, subject)
    town.answer(stack, "bosai-chief", request, "承認")
    check_waits(stack, subject)
    receipt = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                              and s.reply_address(mail).startswith("draft+"))
    town.answer(stack, "bosai-staff1", receipt, "取下げ")
    town.wait_state(stack, subject, town.WITHDRAWN)


def test_urgent_with_reason_passes(stack):
    subject = "【緊急】避難指示1"
    request = hold(stack, NIGHT, subject)
    check_in("緊急の印", s.text_of(request))
    check_in("緊急承認", s.text_of(request))
    town.answer(stack, "bosai-chief", request, "緊急承認 堤防が切れるおそれがあるため")
    town.wait_broadcast(stack, subject)
    rows = town.audit(stack, subject, "approve-urgent")
    check_in("堤防", rows[0]["detail"], "the reason in the audit trail")


def test_urgent_without_reason(stack):
    subject = "【緊急】避難指示2"
    request = hold(stack, NIGHT, subject)
    town.answer(stack, "bosai-chief", request, "緊急承認")
    told = stack.wait_mail("bosai-chief", lambda mail: "【無効】" in str(mail["Subject"])
                           and subject in str(mail["Subject"]))
    check_in("理由", s.text_of(told))
    check_equal(town.state_of(stack, subject), town.HELD)
    town.answer(stack, "bosai-chief", request, "緊急承認\n川があふれたため")
    town.wait_broadcast(stack, subject)


def test_plain_approval_of_urgent_waits_then_goes(stack):
    subject = "避難指示3"
    request = hold(stack, NIGHT, subject, Importance="high")
    town.answer(stack, "bosai-chief", request, "承認")
    check_in("緊急承認", approved_notice(stack, "bosai-chief", subject), "how to send it now")
    check_waits(stack, subject)
    town.answer(stack, "bosai-deputy", town.request_for(stack, "bosai-deputy", subject),
                "緊急承認 川があふれたため")
    town.wait_broadcast(stack, subject)
    report = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                             and "配信完了" in str(mail["Subject"]))
    check_in("鈴木 由美", s.text_of(report), "by whose decision it went out at night")
    check_equal("佐藤" in s.text_of(report), False, "by whose it did not")


def confirmations(stack, person, subject):
    return [mail for mail in town.notices(stack, person, subject)
            if "【確認】" in str(mail["Subject"])]


def wait_confirmation(stack, person, subject):
    return stack.wait_mail(person, lambda mail: subject in str(mail["Subject"])
                           and "【確認】" in str(mail["Subject"]))


def confirm(stack, asked, words):
    """Say it again, after the time that reading takes."""
    stack.move_clock(30)
    town.answer(stack, "bosai-chief", asked, words)


def count_urgent(stack):
    """Urgent broadcasts in the figures of the month."""
    month = stack.now().strftime("%Y-%m")
    done = stack.kairanctl("report", "--month", month, "--json")
    return json.loads(done.stdout)["total"]["urgent"]


def test_two_mails_of_one_moment_confirm_nothing(stack):
    """A mail program that sends twice: nobody can have read the question between the two."""
    subject = "二度送られた緊急承認"
    request = hold(stack, NIGHT, subject)
    for _ in range(2):
        town.answer(stack, "bosai-chief", request, "緊急承認 道路が陥没したため")
    asked = wait_confirmation(stack, "bosai-chief", subject)
    check_equal(town.state_of(stack, subject), town.HELD)
    before = count_urgent(stack)
    confirm(stack, asked, "緊急承認")
    town.wait_broadcast(stack, subject)
    town.wait_state(stack, subject, town.RELEASED)
    check_equal(count_urgent(stack), before + 1, "it went out as urgent, without a mark")


def test_unmarked_urgent_approval_is_said_twice(stack):
    """The same mail that comes twice says it once; the word of one decider is not another's."""
    subject = "印のないお知らせ"
    request = hold(stack, NIGHT, subject)
    check_in("緊急で、朝まで待てないとき", s.text_of(request), "that it can be")
    first = town.answer_mail("bosai-chief", request, "緊急承認 川があふれたため")
    for _ in range(2):
        check_equal(stack.submit("bosai-chief", s.reply_address(request), first).final[0], 250)
    asked = wait_confirmation(stack, "bosai-chief", subject)
    check_in("緊急の印", s.text_of(asked), "why")
    check_in("「承認」と書いて返信", s.text_of(asked), "the other way")
    town.answer(stack, "bosai-deputy", town.request_for(stack, "bosai-deputy", subject),
                "緊急承認 早く知らせたいため")
    wait_confirmation(stack, "bosai-deputy", subject)
    check_equal(town.state_of(stack, subject), town.HELD, "nothing is decided yet")
    check_equal(len(confirmations(stack, "bosai-chief", subject)), 1, "asked once")
    confirm(stack, asked, "緊急承認")
    town.wait_broadcast(stack, subject)
    check_equal([row["detail"] for row in town.audit(stack, subject, "approve-urgent")],
                ["川があふれたため"], "the reason, which was given the first time")
    check_equal([row["outcome"] for row in town.audit(stack, subject, "reply")],
                ["confirm", "again", "confirm"], "the trail")


def test_unmarked_urgent_approval_wants_a_reason(stack):
    subject = "理由のない緊急承認"
    request = hold(stack, NIGHT, subject)
    town.answer(stack, "bosai-chief", request, "緊急承認")
    asked = wait_confirmation(stack, "bosai-chief", subject)
    confirm(stack, asked, "緊急承認")
    told = stack.wait_mail("bosai-chief", lambda mail: "【無効】" in str(mail["Subject"])
                           and subject in str(mail["Subject"]))
    check_in("理由", s.text_of(told))
    check_equal(town.state_of(stack, subject), town.HELD)
    confirm(stack, asked, "緊急承認 堤防が危ないため")
    town.wait_broadcast(stack, subject)


def test_unmarked_that_waits_goes_at_night(stack):
    """It was approved for the morning; then the river rises."""
    subject = "朝を待っていたお知らせ"
    request = hold(stack, NIGHT, subject)
    town.answer(stack, "bosai-chief", request, "承認")
    check_waits(stack, subject)
    town.answer(stack, "bosai-chief", request, "緊急承認 川があふれたため")
    asked = wait_confirmation(stack, "bosai-chief", subject)
    check_in("お返事は要りません", s.text_of(asked))
    check_waits(stack, subject)
    confirm(stack, asked, "緊急承認 川があふれたため")
    town.wait_broadcast(stack, subject)


def test_broadcast_with_hours_of_its_own(stack):
    subject = "静かな時間のないお知らせ"
    prepare(stack)
    change = "dn: cn=kosodate,ou=broadcasts,dc=town,dc=example\nchangetype: modify\n"
    stack.ldapmodify(change + "replace: kairanQuietHours\nkairanQuietHours: none\n")
    stack.wait_for(lambda: stack.store(
        "SELECT 1 FROM snapshot WHERE list = 'kosodate' AND quiet_hours = 'none'"), 20,
        "the snapshot")
    stack.move_clock_to(NIGHT)
    town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
    town.answer(stack, "kosodate-chief", town.request_for(stack, "kosodate-chief", subject),
                "承認")
    town.wait_broadcast(stack, subject)
    stack.ldapmodify(change + "replace: kairanUrgency\nkairanUrgency: urgent\n"
                     "-\ndelete: kairanQuietHours\n")
    stack.wait_for(lambda: stack.store(
        "SELECT 1 FROM snapshot WHERE list = 'kosodate' AND urgent = 1"), 20, "the snapshot")
    subject = "いつも緊急の宛先"
    town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
    check_in("緊急の印", s.text_of(town.request_for(stack, "kosodate-chief", subject)))


def asked_time(stack, days, hour):
    day = stack.now() + datetime.timedelta(days=days)
    return day.replace(hour=hour, minute=30)


def test_time_that_was_asked_for(stack):
    subject = "日時を指定したお知らせ"
    prepare(stack)
    stack.move_clock_to(12)
    at = asked_time(stack, 2, 9)  # hold() moves on to the next noon
    request = hold(stack, 12, subject,
                   f"配信日時：{at.year}年{at.month}月{at.day}日 9時30分\n\n朝のお知らせです。")
    text = s.text_of(request)
    check_in("09:30（希望された日時）", text)
    check_equal("配信日時：" in text, False, "the line is not what residents get")
    town.answer(stack, "bosai-chief", request, "承認")
    check_in("09:30", approved_notice(stack, "bosai-staff1", subject))
    check_equal(due_of(stack, subject).strftime("%H:%M"), "09:30")
    stack.move_clock_to(9, 30)
    mails = town.wait_broadcast(stack, subject)
    check_equal(s.text_of(mails[0]).strip(), "朝のお知らせです。")


def refuse_time(stack, first_line, part):
    prepare(stack)
    stack.move_clock_to(12)
    subject = f"受け付けない日時 {time.monotonic_ns()}"
    mail = s.make_mail("bosai-staff1", town.BOSAI, subject, f"{first_line}\nお知らせです。")
    replies = stack.submit("bosai-staff1", town.BOSAI, mail)
    check_equal(replies.final[0], 554, first_line)
    check_in("Art.13-2(1)", replies.final[1])
    told = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"]))
    check_in(part, s.text_of(told))


def test_times_that_are_refused(stack):
    prepare(stack)
    now = stack.now()
    refuse_time(stack, "配信日時: 明日の朝", "読み取れません")
    refuse_time(stack, "お知らせします。\n配信日時: 2099-12-01 09:00", "一行目に")
    refuse_time(stack, f"配信日時: {now.year - 1}-12-01 09:00", "過ぎています")
    tomorrow = asked_time(stack, 1, 23)
    refuse_time(stack, tomorrow.strftime("Send-At: %Y-%m-%d 23:00"), "時間帯")
    refuse_time(stack, asked_time(stack, 120, 9).strftime("Send-At: %Y-%m-%d 09:00"), "先すぎます")


if __name__ == "__main__":
    tap.main(globals())
