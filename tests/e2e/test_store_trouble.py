#!/usr/bin/env python3
"""A disk that is full, and a store that somebody else does not let go of: everything waits,
nothing is lost or sent twice, and the administrators hear of it."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import time
import unittest

import stack as s
import tap
import town
from tap import check_equal, check_in

PLACE = "16m"
# How long a process waits for another one that has the store (schema/store.c).
LOCK_SECONDS = 20


def store_folder(stack):
    return pathlib.Path(stack.env["KAIRAN_STORE"]).parent


@contextlib.contextmanager
def small_disk(stack):
    """The store on a disk of its own, so small that it can be filled."""
    folder = store_folder(stack)
    aside = folder.with_name("store-aside")
    stack.stop("milter")
    shutil.copytree(folder, aside)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={PLACE},mode=0700", "tmpfs",
                              str(folder)], capture_output=True, text=True, check=False)
    try:
        if mounted.returncode != 0:
            raise unittest.SkipTest(f"no disk can be mounted here: {mounted.stderr.strip()}")
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, stack.env["KAIRAN_STACK_USER"])
        stack.start("milter")
        yield
        stack.stop("milter")
        shutil.copytree(folder, aside, dirs_exist_ok=True)
    finally:
        stack.stop("milter")
        if mounted.returncode == 0:
            subprocess.run(["umount", str(folder)], check=True)
            shutil.copytree(aside, folder, dirs_exist_ok=True)
            for path in folder.iterdir():
                shutil.chown(path, stack.env["KAIRAN_STACK_USER"])
        shutil.rmtree(aside)
        stack.start("milter")


@contextlib.contextmanager
def filled(stack):
    """Not an octet is left."""
    filler = store_folder(stack) / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (65536, 4096):
            with contextlib.suppress(OSError):
                while file.write(b"\0" * size):
                    pass
    try:
        yield
    finally:
        filler.unlink()


def final_of(stack, user, to, mail):
    """The reply that says what became of a mail."""
    replies = stack.submit(user, to, mail)
    recipient = replies.recipients[to]
    return recipient if recipient[0] >= 400 else replies.final


def submit_until_taken(stack, user, to, mail):
    """As a client whose outbox tries again: the next thing that happens is the time for it."""
    stack.wait_for(lambda: final_of(stack, user, to, mail)[0] == 250, 60, "the 250")


def check_whole(stack):
    check_equal(stack.kairanctl("audit", "verify", check=False).returncode, 0, "audit verify")
    check_equal(stack.store("PRAGMA integrity_check")[0][0], "ok")


def check_seen(stack):
    """A monitor sees it, though the store can be read; and then that it is mended."""
    stack.move_clock(61)
    told = pathlib.Path(stack.directory / "run" / "store-failing")
    stack.wait_for(told.exists, what="the file of the trouble")
    check_in("full", told.read_text(encoding="utf-8"))
    status = json.loads(stack.kairanctl("status", "--json", check=False).stdout)[0]
    check_equal(status["store"], False)
    check_in("full", status["trouble"])
    check_equal(stack.kairanctl("status", "--check", check=False).returncode, 2)


def test_a_full_disk_takes_no_draft(stack):
    subject = "満杯の原稿"
    mail = s.make_mail("bosai-staff1", town.BOSAI, subject, "避難所を開設しました。")
    with small_disk(stack):
        with filled(stack):
            code, text = final_of(stack, "bosai-staff1", town.BOSAI, mail)
            check_equal(code, 451, text)
            check_equal(stack.submit("bosai-staff1", "sysadmin@town.example",
                                     s.make_mail("bosai-staff1", "sysadmin@town.example",
                                                 "ほかのメール", "本文")).final[0], 250)
            check_equal(town.state_of(stack, subject), None)
            done = stack.kairanctl("suspend", "--reason", "試験", check=False)
            check_equal(done.returncode, os.EX_UNAVAILABLE)
            check_in("full", done.stderr)
            check_seen(stack)
        stack.move_clock(61)
        stack.wait_for(lambda: not (stack.directory / "run" / "store-failing").exists(),
                       what="the end of the trouble")
        submit_until_taken(stack, "bosai-staff1", town.BOSAI, mail)
        town.request_for(stack, "bosai-chief", subject)
        check_whole(stack)


def test_a_full_disk_takes_no_decision(stack):
    subject = "満杯の決裁"
    with small_disk(stack):
        town.draft(stack, "bosai-staff1", subject)
        request = town.request_for(stack, "bosai-chief", subject)
        to, mail = s.reply_address(request), town.answer_mail("bosai-chief", request, "承認")
        with filled(stack):
            code, text = final_of(stack, "bosai-chief", to, mail)
            check_equal(code, 451, text)
            check_equal(town.state_of(stack, subject), town.HELD)
        submit_until_taken(stack, "bosai-chief", to, mail)
        town.wait_state(stack, subject, town.RELEASED, 60)
        check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
        check_whole(stack)


def test_a_disk_that_fills_before_the_release(stack):
    """Approved, and due when nothing can be written: it goes out once there is room."""
    subject = "満杯の配信"
    with small_disk(stack):
        stack.move_clock_to(10)
        due = stack.now().strftime("%Y-%m-%d")
        town.draft(stack, "bosai-staff1", subject, f"配信日時: {due} 11:00\n避難所は学校です。")
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
        town.wait_state(stack, subject, town.APPROVED)
        before = len(stack.log())
        with filled(stack):
            stack.move_clock_to(11)
            stack.wait_for(lambda: "full" in stack.log()[before:], what="the failure")
            check_equal(town.state_of(stack, subject), town.APPROVED)
            told = len(stack.imap("sysadmin"))
            stack.move_clock(11 * 60)
            mail = stack.wait_for(
                lambda: next((mail for mail in stack.imap("sysadmin")[told:]
                              if "保存庫に書き込めない" in s.text_of(mail)), None),
                30, "the alarm")
            check_in("要確認", str(mail["Subject"]))
            stack.move_clock(11 * 60)
        stack.move_clock(60)
        town.wait_state(stack, subject, town.RELEASED, 60)
        check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
        # Whoever was told when the disk was full already is told once more, and no oftener.
        check_equal(all(len([mail for mail in town.notices(stack, who, subject)
                             if "承認" in str(mail["Subject"])]) <= 3
                        for who in ("bosai-staff1", "bosai-chief", "bosai-deputy")), True)
        stack.wait_for(lambda: "alarm store store: mended" in stack.log(), what="the mend")
        check_equal(len([mail for mail in stack.imap("sysadmin")
                         if "保存庫に書き込めない" in s.text_of(mail)]), 1, "told once")
        check_whole(stack)


def test_a_locked_store(stack):
    """Another program holds the store for longer than anybody waits."""
    subject = "施錠"
    mail = s.make_mail("bosai-staff1", town.BOSAI, subject, "避難所を開設しました。")
    with contextlib.closing(sqlite3.connect(stack.env["KAIRAN_STORE"],
                                            isolation_level=None)) as link:
        link.execute("BEGIN EXCLUSIVE")
        code, text = final_of(stack, "bosai-staff1", town.BOSAI, mail)
        check_equal(code, 451, text)
        check_in("locked", stack.log())
        # One has waited for all of them.
        before = time.monotonic()
        for number in range(5):
            check_equal(final_of(stack, "bosai-staff1", town.BOSAI, s.make_mail(
                "bosai-staff1", town.BOSAI, f"施錠 {number}", "本文"))[0], 451)
        check_equal(time.monotonic() - before < 5 * LOCK_SECONDS / 2, True, "each has waited")
        link.execute("ROLLBACK")
    check_equal(town.state_of(stack, subject), None)
    submit_until_taken(stack, "bosai-staff1", town.BOSAI, mail)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_state(stack, subject, town.RELEASED, 60)
    check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
    check_whole(stack)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("1..0 # SKIP only root can mount a disk")
    else:
        tap.main(globals())
