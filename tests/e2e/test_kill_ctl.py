#!/usr/bin/env python3
"""kairanctl is killed in the middle of what it does besides the store: a restore at each of its
points, after which the store is shut, says what to do, and the same command ends it; and a change
of the directory, which the trail has told of before."""
import collections
import contextlib
import os
import pathlib
import pwd
import signal
import sqlite3
import subprocess

from faults import build, folder, make_folder, want

import stack as s
import tap
import test_apply as apply
import test_store_kept as kept
import town
from killing import send_signal, state_of_process
from tap import check_equal, check_in

BEFORE, AFTER = "複製の前の原稿", "複製の後の原稿"


def start_kairanctl(stack, *args):
    user = pwd.getpwnam(stack.env["KAIRAN_STACK_USER"])
    become = ({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
              if os.geteuid() == 0 else {})
    return subprocess.Popen([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c",
                             stack.env["KAIRAN_CONF"], *map(str, args)],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **become)


@contextlib.contextmanager
def stopped_at(stack, point, number, *args):
    """kairanctl stands still at this pass of a point, and is killed then."""
    wanted = want(stack, f"ctl {point}", number)
    with start_kairanctl(stack, *args) as process:
        stack.wait_for(lambda: not wanted.exists() and state_of_process(process.pid) == "T"
                       or process.poll() is not None, what=f"{point} {number}")
        check_equal(process.poll(), None, f"{point} {number}: it went on")
        yield
        send_signal(process.pid, signal.SIGKILL)


def kill_at(stack, point, number, *args):
    with stopped_at(stack, point, number, *args):
        pass


def subjects_in(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute("SELECT subject FROM draft")]


def make_copy(stack):
    """A copy with the one draft, and a store that has the other as well."""
    if not folder(stack).exists():
        make_folder(stack)
        stack.stop("milter")
        stack.start("milter")
    copy = kept.store_path(stack).with_name("killed.db")
    if not copy.exists():
        town.draft(stack, "bosai-staff1", BEFORE)
        stack.kairanctl("backup", str(copy))
        town.draft(stack, "bosai-staff1", AFTER)
    return copy


def list_points(stack, copy):
    """(point, number) of a restore that nobody disturbs."""
    passed = folder(stack) / "passed"
    with kept.aside(stack):
        passed.unlink(missing_ok=True)
        stack.kairanctl("restore", str(copy))
        lines = passed.read_text(encoding="ascii").splitlines()
    seen = collections.Counter()
    for line in lines:
        seen[line] += 1
        if line.startswith("ctl restore."):
            yield line.split()[1], seen[line]


def check_shut(stack, subject):
    stack.start("milter")
    check_equal(kept.answer_to(stack, subject), 451)
    done = stack.kairanctl("list", check=False)
    check_in("a restore was broken off", done.stderr)
    stack.stop("milter")


def check_restored(stack, subject):
    stack.start("milter")
    check_equal(kept.answer_to(stack, subject), 250)
    check_equal(town.state_of(stack, AFTER), None, "what the copy has not")
    check_equal(town.state_of(stack, BEFORE), town.HELD)
    check_equal(stack.kairanctl("audit", "verify", check=False).returncode, 0, "verify")
    old = kept.store_path(stack).with_name(kept.store_path(stack).name + ".before-restore")
    check_in(AFTER, subjects_in(old))


def test_a_restore_that_is_killed(stack):
    copy = make_copy(stack)
    points = list(list_points(stack, copy))
    check_equal(len(points) >= 7, True, points)
    for point, number in points:
        with kept.aside(stack):
            kill_at(stack, point, number, "restore", copy)
            check_shut(stack, f"止まった {point} {number}")
            # Once more, and killed again; and then to its end.
            if point == "restore.place":
                kill_at(stack, "restore.move", 1, "restore", copy)
            said = stack.kairanctl("restore", str(copy)).stdout
            in_place = point in ("restore.placed", "restore.marked")
            check_equal("broken off" in said, in_place, f"{point}: {said}")
            check_restored(stack, f"終えた {point} {number}")
    tap.comment(f"killed at {len(points)} points")


def test_the_alarm_says_what_to_do(stack):
    copy = make_copy(stack)
    with kept.aside(stack):
        kill_at(stack, "restore.place", 1, "restore", copy)
        kept.check_shut(stack, "止まった復元", "復元が途中で止まっています")
        stack.stop("milter")
        stack.kairanctl("restore", str(copy))


def test_accepted_as_it_was(stack):
    """There is no copy any more: what was moved comes back."""
    copy = make_copy(stack)
    for point, number in (("restore.begun", 1), ("restore.move", 3), ("restore.place", 1)):
        with kept.aside(stack):
            kill_at(stack, point, number, "restore", copy)
            stack.kairanctl("store", "accept", "--reason", "複製がないため")
            stack.start("milter")
            check_equal(kept.answer_to(stack, f"認めた {point}"), 250)
            check_equal(town.state_of(stack, AFTER), town.HELD)


def test_a_restore_has_the_lock(stack):
    """While it stands still nobody takes the store, nor what it moves."""
    copy = make_copy(stack)
    with kept.aside(stack):
        with stopped_at(stack, "restore.place", 1, "restore", copy):
            done = stack.kairanctl("store", "accept", "--reason", "待てない", check=False)
            check_equal(done.returncode, 75, done.stderr)
        stack.kairanctl("restore", str(copy))


def test_an_application_that_is_killed(stack):
    """Others have the store while the directory is changed; the trail has what was begun."""
    make_copy(stack)
    args = ("form1", "--applicant", "bosai-chief", "--section", "防災課", "--staff",
            f"bosai-killed:{apply.mail_of('bosai-killed')}:切田 一", "--bind", apply.ADMIN[0],
            *apply.bind(stack))
    with stopped_at(stack, "apply.begun", 1, "apply", *args):
        town.draft(stack, "bosai-staff1", "登録の途中の原稿")
    check_equal(apply.entry(stack, apply.person("bosai-killed")), "")
    row = apply.applications(stack)[-1]
    check_equal(row["outcome"], "begun")
    check_in("bosai-killed", row["detail"])


if __name__ == "__main__":
    build()
    tap.main(globals())
