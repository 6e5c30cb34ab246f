#!/usr/bin/env python3
"""A newer kairan on the store of an older one: nothing is lost, nothing goes out again, what waits
can be approved by a reply to the request of then, and there is a way back."""
import contextlib
import datetime
import pathlib
import re
import shutil
import sqlite3

import stack as s
import tap
import town
from tap import check_equal, check_in

STORES = s.TOP / "tests/schema/stores"
# What the store of version 1 has: see there.
THEN = datetime.datetime(2026, 11, 27, 10, 5, tzinfo=s.JST)
SENT, WAITING, SENT_BACK = "大雨への備え", "避難訓練のお知らせ", "健診のお知らせ"
# The address in the approver's request for the draft that waits.
REQUEST = "decide+aeaaaaaaaiaacadlbtfj3yce7cdo7yplaglamkfwb4vohwzxr7odg@info.town.example"


def store_path(stack):
    return pathlib.Path(stack.env["KAIRAN_STORE"])


def kept_path(stack):
    return store_path(stack).with_name(store_path(stack).name + ".version-1")


def number(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchone()[0]


def put_back(stack):
    """The old store and its keys in the place of the stack's own; the daemon is stopped."""
    path = store_path(stack)
    for old in path.parent.glob(path.name + "*"):
        old.unlink()
    # Older ones had no mark.
    path.with_name("audit.key.mark").unlink()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript((STORES / "version-1.sql").read_text(encoding="utf-8"))
    keys = re.findall(r'(?m)^key_file = "(.*)"',
                      pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8"))[-1]
    shutil.copyfile(STORES / "version-1.keys", keys)
    shutil.chown(path, stack.env["KAIRAN_STACK_USER"])
    path.chmod(0o640)
    stack.move_clock((THEN - stack.now()).total_seconds())


def test_no_copy_no_upgrade(stack):
    """A daemon that cannot keep the store as it was leaves it as it is, and says so."""
    stack.stop("milter")
    put_back(stack)
    obstacle = kept_path(stack).with_name(kept_path(stack).name + ".new")
    obstacle.mkdir()
    try:
        done = stack.kairanctl("list", check=False)
        check_equal(done.returncode != 0, True, "kairanctl goes on")
        check_in(str(obstacle), done.stderr)
        check_equal(number(store_path(stack), "PRAGMA user_version"), 1)
    finally:
        obstacle.rmdir()


def test_the_store_is_brought_on(stack):
    stack.start("milter")
    check_in("made by an older kairan", stack.log())
    check_equal(number(store_path(stack), "PRAGMA user_version") > 1, True, "the version")
    check_equal(number(store_path(stack), "PRAGMA auto_vacuum"), 2, "it can shrink")
    check_equal([town.state_of(stack, subject) for subject in (SENT, WAITING, SENT_BACK)],
                [town.RELEASED, town.HELD, town.SENT_BACK])
    listed = stack.kairanctl("list").stdout
    for subject in (SENT, WAITING, SENT_BACK):
        check_in(subject, listed)
    check_in("25", stack.kairanctl("subscribers", "count").stdout)


def test_the_old_one_is_kept(stack):
    kept = kept_path(stack)
    check_equal(number(kept, "PRAGMA user_version"), 1)
    check_equal(number(kept, "SELECT count(*) FROM draft"), 3)
    check_equal(number(kept, "PRAGMA integrity_check"), "ok")
    check_equal(kept.stat().st_mode & 0o077, 0, "others may read it")
    written = kept.stat().st_mtime_ns
    stack.stop("milter")
    stack.start("milter")
    check_equal(kept.stat().st_mtime_ns, written, "a second start keeps nothing more")
    check_equal([path.name for path in kept.parent.glob("*.new")], [])


def test_its_trail_is_whole(stack):
    done = stack.kairanctl("audit", "verify", check=False)
    check_equal(done.returncode, 0, done.stdout + done.stderr)


def test_a_request_of_then_is_answered_now(stack):
    request = s.make_mail("kairan@info.town.example", "bosai-chief",
                          f"【承認依頼】{WAITING}（防災課）", "本文", Reply_To=REQUEST)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_broadcast(stack, WAITING)
    check_equal(len(town.broadcast(stack.sink(), WAITING)), town.SUBSCRIBERS)
    check_equal(town.broadcast(stack.sink(), SENT), [], "what had been sent")


if __name__ == "__main__":
    tap.main(globals())
