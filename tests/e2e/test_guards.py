"""Slips that an approver is warned of, at the top of the request."""
import datetime

import stack as s
import tap
import town
from tap import check_equal, check_in


def request_with(stack, subject, text):
    town.draft(stack, "bosai-staff1", subject, text)
    return town.request_for(stack, "bosai-chief", subject)


def check_warned(request, words):
    check_in("【要確認】", str(request["Subject"]), "subject")
    first = s.text_of(request).strip().splitlines()
    check_equal(set(first[0]), {"━"}, "the first line")
    box = "\n".join(first[:first.index(first[0], 1)])
    check_in(words, box, "the warning")
    check_in(words, request.get_body(("html",)).get_content(), "the warning in HTML")


def test_nothing_to_warn_of(stack):
    request = request_with(stack, "図書館のお知らせ", "図書館は休館です。")
    check_equal("【要確認】" in str(request["Subject"]), False, "mark in the subject")
    check_equal("━" in s.text_of(request), False, "rule in the text")


def test_drill(stack):
    check_warned(request_with(stack, "サイレンについて", "防災訓練のサイレンが鳴ります。"), "訓練")


def test_past_date(stack):
    day = stack.now() - datetime.timedelta(days=3)
    check_warned(request_with(stack, "説明会について", f"{day.month}月{day.day}日に開きます。"),
                 f"{day.month}月{day.day}日")


def test_wrong_weekday(stack):
    day = stack.now() + datetime.timedelta(days=5)
    weekday = "月火水木金土日"[(day.weekday() + 1) % 7]
    check_warned(request_with(stack, "健診について",
                              f"{day.month}月{day.day}日（{weekday}）に行います。"), "曜日")


def test_duplicate(stack):
    text = "水道の工事のため、本町では十時から十二時まで水が出ません。ご協力をお願いします。"
    subject = "断水のお知らせ"
    request = request_with(stack, subject, text)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.RELEASED)
    again = request_with(stack, "断水のお知らせ（再）", text.replace("十二時", "十三時"))
    check_warned(again, "よく似ています")
    check_in(f"起案番号 {town.draft_id(stack, subject)}", s.text_of(again), "which one")
    stack.move_clock(8 * 86400)
    later = request_with(stack, "断水のお知らせ（翌週）", text)
    check_equal("よく似ています" in s.text_of(later), False, "after the window")


if __name__ == "__main__":
    tap.main(globals())
