"""Slips that an approver is warned of, at the top of the request."""
import contextlib
import datetime
import os
import random
import sqlite3
import threading
import time

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


LONG = 330000  # characters; a megabyte
EARLIER = 20
# Level 1 of JIS X 0208.
KANJI = bytes(octet for row in range(0xb0, 0xcf) for cell in range(0xa1, 0xff)
              for octet in (row, cell)).decode("euc_jp")


def long_text(seed):
    """Characters that no other such text has in this order."""
    choose = random.Random(seed)
    line = "".join(choose.choice(KANJI) for _ in range(1000))
    return "\n".join(line[n:] + line[:n] for n in choose.sample(range(1000), LONG // 1000))


def add_long_ones(stack, like):
    """Earlier broadcasts, each as this one but for a long text of its own."""
    link = sqlite3.connect(stack.env["KAIRAN_STORE"], timeout=60, isolation_level=None)
    link.row_factory = sqlite3.Row
    with contextlib.closing(link):
        row = dict(link.execute("SELECT * FROM draft WHERE subject = ?", (like,)).fetchone())
        del row["id"]
        names = ", ".join(row)
        for number in range(EARLIER):
            row.update(text=long_text(number), submit_key=os.urandom(len(row["submit_key"])),
                       subject=f"長い配信{number}")
            link.execute(f"INSERT INTO draft ({names}) VALUES ({', '.join('?' * len(row))})",
                         tuple(row.values()))


def test_nobody_waits_while_it_is_compared(stack):
    """A megabyte is compared with others as long; drafts of other people are answered meanwhile."""
    stack.configure(character_limit="400000")
    stack.move_clock(8 * 86400)
    town.draft(stack, "bosai-staff1", "短い配信", "橋を通れません。")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", "短い配信"), "承認")
    town.wait_state(stack, "短い配信", town.RELEASED)
    add_long_ones(stack, "短い配信")
    took = []

    def send_long():
        begin = time.monotonic()
        town.draft(stack, "bosai-staff1", "とても長い", long_text("new"))
        took.append(time.monotonic() - begin)

    sender = threading.Thread(target=send_long)
    sender.start()
    waits = []
    while sender.is_alive():
        begin = time.monotonic()
        town.draft(stack, "kosodate-staff1", f"短い{len(waits)}", "園は休みです。", town.KOSODATE)
        waits.append(time.monotonic() - begin)
    tap.comment(f"{took[0]:.1f} s; {len(waits)} others, {max(waits):.1f} s at most")
    check_equal(max(waits) < took[0] / 2, True, f"{waits} of {took}")
    request = town.request_for(stack, "bosai-chief", "とても長い")
    check_equal("よく似ています" in s.text_of(request), False, "it is like none of them")


if __name__ == "__main__":
    tap.main(globals())
