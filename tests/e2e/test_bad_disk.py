#!/usr/bin/env python3
"""A disk that is full, read-only or broken from one write on, at writes from a draft's arrival to
the last notice. What could not be written was not taken and not sent; once the disk is well it goes
on by itself, and the end is always the same.

Some writes are tried, evenly from the first to the last; KAIRAN_KILL_ALL=1 takes every one."""
import collections
import os
import threading
import unittest

import bad_disk
import killing
import stack as s
import tap
import town
from tap import check_equal

TRIES = 24  # for a full disk; fewer for the others


def play(stack, subject):
    """People whose clients try again."""
    killing.submit_until_taken(stack, "bosai-staff1", town.BOSAI,
                               s.make_mail("bosai-staff1", town.BOSAI, subject, "明日の訓練です。"))
    request = town.request_for(stack, "bosai-chief", subject)
    killing.submit_until_taken(stack, "bosai-chief", s.reply_address(request),
                               town.answer_mail("bosai-chief", request, "承認"))


def is_done(stack, subject):
    return (town.state_of(stack, subject) == town.RELEASED
            and not stack.store("SELECT 1 FROM shard WHERE state < 4")
            and not stack.store("SELECT 1 FROM outbox WHERE state = 1"))


def wait_done(stack, subject):
    """What failed is tried again in some seconds, which need not be waited for."""
    def look():
        try:
            return stack.peek(lambda: is_done(stack, subject), 2)
        except TimeoutError:
            stack.move_clock(10)
            return False
    stack.wait_for(look, what="the end of the release")


def check_end(stack, subject):
    got = collections.Counter(s.receiver_of(mail) for mail in town.wait_broadcast(stack, subject))
    check_equal((len(got), sum(got.values())), (town.SUBSCRIBERS, town.SUBSCRIBERS), "mails")
    check_equal(len(stack.store("SELECT 1 FROM draft WHERE subject = ?", subject)), 1, "drafts")
    rows = stack.store("SELECT kind, count(*) AS count FROM outbox WHERE draft = ? AND kind IN"
                       " ('receipt', 'request') GROUP BY kind", town.draft_id(stack, subject))
    check_equal({row["kind"]: row["count"] for row in rows}, {"receipt": 1, "request": 2}, "asked")


def run_once(stack, disk, subject, number, error):
    """Did the way come as far as this write?"""
    failures = []

    def run():
        try:
            play(stack, subject)
            wait_done(stack, subject)
        except Exception as failure:
            failures.append(failure)
    stack.clear_sink()
    disk.break_at(number, error)
    player = threading.Thread(target=run, daemon=True)
    player.start()
    stack.wait_for(lambda: disk.failed() > 0 or not player.is_alive(), what="the write")
    met = disk.failed()
    # Others run into it, too.
    if met:
        try:
            stack.peek(lambda: disk.failed() > met or not player.is_alive(), 1)
        except TimeoutError:
            pass
    disk.mend()
    player.join()
    if failures:
        raise failures[0]
    check_end(stack, subject)
    return met > 0


def check_everywhere(stack, error, tries):
    if b"__asan_init" in (s.BUILD / "kairan-milter").read_bytes():
        raise unittest.SkipTest("the sanitizer's library must be the first")
    stack.configure(receipt_wait="3s")
    name = os.strerror(error)
    failures, reached = [], 0
    with bad_disk.BadDisk(stack) as disk:
        run_once(stack, disk, f"{name} 0", 0, error)
        writes = disk.passed()
        step = 1 if os.environ.get("KAIRAN_KILL_ALL") else max(writes // tries, 1)
        numbers = range(1, writes + 1, step)
        for number in numbers:
            try:
                reached += run_once(stack, disk, f"{name} {number}", number, error)
            except Exception as failure:
                failures.append(f"{number}: {failure}")
        tap.comment(f"{name}: {writes} writes; stopped at {reached} of {len(numbers)}")
    check_equal(failures, [], "what ended differently")
    # How many there are depends on what is committed together.
    check_equal(reached >= len(numbers) // 2, True, "writes were reached")
    check_equal(stack.kairanctl("audit", "verify", check=False).returncode, 0, "audit verify")
    check_equal(stack.store("PRAGMA integrity_check")[0][0], "ok")


def test_full(stack):
    check_everywhere(stack, bad_disk.FULL, TRIES)


def test_read_only(stack):
    check_everywhere(stack, bad_disk.READ_ONLY, TRIES // 2)


def test_broken(stack):
    check_everywhere(stack, bad_disk.BROKEN, TRIES // 2)


if __name__ == "__main__":
    tap.main(globals())
