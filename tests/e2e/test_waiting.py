"""Art. 13-1: a held draft is brought to mind, expires with a word to both sides, and may be
withdrawn until it goes out."""
import contextlib
import datetime
import signal
import sqlite3

import stack as s
import tap
import town
from tap import check_equal, check_in

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR
TEXT = "明日10時から防災訓練を行います。"


@contextlib.contextmanager
def settings(stack, text):
    """Lines at the end of kairan.conf, in force while the block runs."""
    conf = stack.env["KAIRAN_CONF"]
    with open(conf, encoding="utf-8") as file:
        before = file.read()
    try:
        put_settings(stack, conf, before + text)
        yield
    finally:
        put_settings(stack, conf, before)


def put_settings(stack, conf, text):
    reloads = stack.log().count("read anew")
    with open(conf, "w", encoding="utf-8") as file:
        file.write(text)
    stack.signal("milter", signal.SIGHUP)
    stack.wait_for(lambda: stack.log().count("read anew") > reloads, what="the reload")


def hold(stack, subject):
    town.draft(stack, "bosai-staff1", subject, TEXT)
    return town.request_for(stack, "bosai-chief", subject)


def sent(stack, subject):
    """How often people were reminded, as the store has it."""
    return stack.store("SELECT reminders FROM draft WHERE subject = ?", subject)[0][0]


def wait_sent(stack, subject, count):
    stack.wait_for(lambda: sent(stack, subject) == count, what=f"reminder {count} of {subject}")


def pass_a_round(stack):
    """Rounds have been walked since: another draft was held, and its own reminder sent."""
    subject = f"別の原稿{stack.now().timestamp()}"
    town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
    town.request_for(stack, "kosodate-chief", subject)


def reminders(stack, person, subject):
    return [mail for mail in town.notices(stack, person, subject)
            if "承認待ち" in str(mail["Subject"])]


def wait_reminders(stack, person, subject, count):
    return stack.wait_for(
        lambda: (lambda found: found if len(found) >= count else None)(
            reminders(stack, person, subject)), what=f"{count} reminders for {person}")


def mark_urgent(stack, subject):
    """As a draft that staff marked 【緊急】 is kept."""
    link = sqlite3.connect(stack.env["KAIRAN_STORE"], timeout=10)
    with contextlib.closing(link), link:
        link.execute("UPDATE draft SET urgent = 1, remind_at = submitted_at + 300"
                     " WHERE subject = ?", (subject,))


def test_twice(stack):
    subject = "二度の催促"
    request = hold(stack, subject)
    stack.move_clock(29 * MINUTE)
    pass_a_round(stack)
    check_equal(sent(stack, subject), 0, "after 29 minutes")
    stack.move_clock(MINUTE + 1)
    wait_sent(stack, subject, 1)
    stack.move_clock(HOUR)
    pass_a_round(stack)
    check_equal(sent(stack, subject), 1, "after an hour and a half")
    stack.move_clock(30 * MINUTE)
    wait_sent(stack, subject, 2)
    stack.move_clock(DAY)
    pass_a_round(stack)
    check_equal(sent(stack, subject), 2, "after a day")
    for person in ("bosai-chief", "bosai-deputy"):
        check_equal(len(wait_reminders(stack, person, subject, 2)), 2, person)
    check_equal(len(reminders(stack, "bosai-staff1", subject)), 0, "the author is not asked")
    check_equal([row["outcome"] for row in town.audit(stack, subject, "remind")],
                ["done", "done"], "audit rows")
    town.answer(stack, "bosai-chief", request, "差戻し 試験でした")


def test_what_it_says(stack):
    subject = "催促の内容"
    request = hold(stack, subject)
    submitted = stack.now()
    stack.move_clock(30 * MINUTE + 1)
    chief = wait_reminders(stack, "bosai-chief", subject, 1)[0]
    deputy = wait_reminders(stack, "bosai-deputy", subject, 1)[0]
    text = s.text_of(chief)
    for part in (TEXT, subject, "bosai-staff1@town.example", submitted.strftime("%H:"),
                 (submitted + datetime.timedelta(days=3)).strftime("%-m月%-d日"), "承認", "差戻し"):
        check_in(part, text, "reminder")
    addresses = {s.reply_address(mail) for mail in (chief, deputy)}
    check_equal(len(addresses), 2, "each has an address of their own")
    check_equal(all(each.startswith("decide+") for each in addresses), True, "to decide")
    town.answer(stack, "bosai-deputy", deputy, "承認")
    town.wait_state(stack, subject, town.RELEASED)
    town.answer(stack, "bosai-chief", request, "承認")
    check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS, "each once")


def test_none_after_the_decision(stack):
    subject = "決裁後の催促"
    request = hold(stack, subject)
    town.answer(stack, "bosai-chief", request, "差戻し 直してください")
    town.wait_state(stack, subject, town.SENT_BACK)
    stack.move_clock(3 * HOUR)
    pass_a_round(stack)
    check_equal(sent(stack, subject), 0)


def test_urgent(stack):
    subject = "緊急の催促"
    request = hold(stack, subject)
    mark_urgent(stack, subject)
    stack.move_clock(4 * MINUTE)
    pass_a_round(stack)
    check_equal(sent(stack, subject), 0, "after 4 minutes")
    stack.move_clock(MINUTE + 1)
    wait_sent(stack, subject, 1)
    stack.move_clock(25 * MINUTE)
    wait_sent(stack, subject, 2)
    stack.move_clock(90 * MINUTE)
    wait_sent(stack, subject, 3)
    check_equal(len(wait_reminders(stack, "bosai-deputy", subject, 3)), 3, "delegate")
    town.answer(stack, "bosai-chief", request, "差戻し 試験でした")


def test_one_after_hours_down(stack):
    subject = "停止していた間の催促"
    request = hold(stack, subject)
    stack.stop("milter")
    stack.move_clock(3 * HOUR)
    stack.start("milter")
    wait_sent(stack, subject, 1)
    wait_reminders(stack, "bosai-chief", subject, 1)
    stack.move_clock(HOUR)
    pass_a_round(stack)
    check_equal(sent(stack, subject), 1)
    check_equal(len(reminders(stack, "bosai-chief", subject)), 1)
    town.answer(stack, "bosai-chief", request, "差戻し 試験でした")


def test_killed_while_it_waits(stack):
    """What was planned is in the store."""
    subject = "強制終了後の催促"
    request = hold(stack, subject)
    stack.kill9("milter")
    stack.start("milter")
    stack.move_clock(30 * MINUTE + 1)
    wait_sent(stack, subject, 1)
    town.answer(stack, "bosai-chief", request, "差戻し 試験でした")


def test_not_at_night(stack):
    """Nobody is woken for what is not urgent; in the morning there is one reminder."""
    subject = "夜間の催促"
    with settings(stack, '\nquiet_hours = "21:00-07:00"\n'):
        stack.move_clock_to(20, 45)
        request = hold(stack, subject)
        urgent = "夜間の緊急"
        other = hold(stack, urgent)
        mark_urgent(stack, urgent)
        stack.move_clock_to(23, 30)
        wait_sent(stack, urgent, 1)
        check_equal(sent(stack, subject), 0, "at half past eleven")
        stack.move_clock_to(6, 58)
        pass_a_round(stack)
        check_equal(sent(stack, subject), 0, "at 06:58")
        stack.move_clock_to(7, 0)
        wait_sent(stack, subject, 1)
        stack.move_clock(4 * HOUR)
        pass_a_round(stack)
        check_equal(sent(stack, subject), 1, "one for the whole night")
        for mail in (request, other):
            town.answer(stack, "bosai-chief", mail, "差戻し 試験でした")


def test_put_off_by_the_night(stack):
    """Due in the evening, when the daemon was down; sent in the morning."""
    subject = "夜に起動"
    with settings(stack, '\nquiet_hours = "21:00-07:00"\n'):
        stack.move_clock_to(19)
        request = hold(stack, subject)
        stack.stop("milter")
        stack.move_clock_to(22)
        stack.start("milter")
        pass_a_round(stack)
        check_equal(sent(stack, subject), 0, "at night")
        stack.move_clock_to(7)
        wait_sent(stack, subject, 1)
        town.answer(stack, "bosai-chief", request, "差戻し 試験でした")


def test_expiry_tells_both_sides(stack):
    subject = "誰も決裁しない"
    hold(stack, subject)
    stack.move_clock(3 * DAY - HOUR)
    pass_a_round(stack)
    check_equal(town.state_of(stack, subject), town.HELD)
    stack.move_clock(HOUR + 1)
    town.wait_state(stack, subject, town.EXPIRED)
    for person in ("bosai-staff1", "bosai-chief", "bosai-deputy"):
        told = stack.wait_mail(person, lambda mail: subject in str(mail["Subject"])
                               and "期限切れ" in str(mail["Subject"]))
        for part in (TEXT, "新しいメールとして", town.BOSAI):
            check_in(part, s.text_of(told), person)
    request = town.request_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-chief", request, "承認")
    stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                    and "処理済" in str(mail["Subject"]))
    check_equal(town.state_of(stack, subject), town.EXPIRED)
    check_equal(len(town.broadcast(stack.sink(), subject)), 0, "mails")


def test_withdrawn_while_held(stack):
    subject = "承認前の取下げ"
    hold(stack, subject)
    receipt = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                              and "受付" in str(mail["Subject"]))
    check_in("配信が始まるまでは取り下げる", s.text_of(receipt))
    town.answer(stack, "bosai-staff1", receipt, "取下げ")
    town.wait_state(stack, subject, town.WITHDRAWN)
    stack.move_clock(3 * HOUR)
    pass_a_round(stack)
    check_equal(sent(stack, subject), 0, "reminders")


if __name__ == "__main__":
    tap.main(globals())
