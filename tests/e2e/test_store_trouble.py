#!/usr/bin/env python3
"""A disk that is full, and a store that somebody else does not let go of: everything waits,
nothing is lost or sent twice, and the administrators hear of it."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import threading
import time
import unittest

import stack as s
import tap
import test_apply
import test_bounces
import test_incidents
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


class Outbox(threading.Thread):
    """A client that tries again each second, until its mail is taken."""

    def __init__(self, stack, user, to, mail):
        super().__init__(daemon=True)
        self.words, self.refusals, self.failure = (stack, user, to, mail), [], None
        self.unlocked = threading.Event()

    def run(self):
        try:
            while (answer := final_of(*self.words))[0] != 250:
                self.refusals.append(answer)
                self.unlocked.wait(1)
        except Exception as failure:
            self.failure = failure


def test_a_store_locked_for_a_minute(stack):
    """Drafts and decisions come all the time: each is put off at once, behind the one that has waited
    for all, and each is taken once when the store is free again."""
    decided = [f"一分の決裁 {number}" for number in range(2)]
    written = [f"一分の原稿 {number}" for number in range(4)]
    outboxes = []
    for subject in decided:
        town.draft(stack, "bosai-staff1", subject)
        request = town.request_for(stack, "bosai-chief", subject)
        outboxes.append(Outbox(stack, "bosai-chief", s.reply_address(request),
                               town.answer_mail("bosai-chief", request, "承認")))
    outboxes += [Outbox(stack, "bosai-staff1", town.BOSAI, s.make_mail(
        "bosai-staff1", town.BOSAI, subject, "避難所を開設しました。")) for subject in written]
    with contextlib.closing(sqlite3.connect(stack.env["KAIRAN_STORE"],
                                            isolation_level=None)) as link:
        link.execute("BEGIN EXCLUSIVE")
        since = time.monotonic()
        for outbox in outboxes:
            outbox.start()
        stack.wait_for(lambda: all(outbox.refusals or outbox.failure for outbox in outboxes)
                       and time.monotonic() - since >= 60, what="a minute of refusals")
        link.execute("ROLLBACK")
    for outbox in outboxes:
        outbox.unlocked.set()
        outbox.join()
    check_equal([outbox.failure for outbox in outboxes if outbox.failure], [])
    check_equal({code for outbox in outboxes for code, _ in outbox.refusals}, {451})
    # Had each waited for itself, the minute would have been over with three of each.
    check_equal(min(len(outbox.refusals) for outbox in outboxes) > 60 / LOCK_SECONDS, True,
                [len(outbox.refusals) for outbox in outboxes])
    for subject in decided:
        town.wait_state(stack, subject, town.RELEASED, 60)
        check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
        check_equal(len(town.audit(stack, subject, "approve")), 1)
    for subject in written:
        town.request_for(stack, "bosai-chief", subject)
        check_equal(len(stack.store("SELECT 1 FROM draft WHERE subject = ?", subject)), 1)
    check_whole(stack)


# ---- kairanctl's own writes ----

NEW = "newcomer@subscribers.example"
PAUSED = "bosai-01@docomo.sink.example"
BOUNCE = test_bounces.REPORT.format(to="bounce@info.town.example", action="failed", status="5.1.1",
                                    who="bosai-chief@town.example")


def fill_store(stack, copy):
    """Of everything that a command changes there is one; the daemon is stopped then. Numbers of
    drafts: one to ask for, one to take back, one to stop; and the sender of a request."""
    subjects = [f"命令 {what}" for what in ("再依頼", "取下げ", "停止")]
    stack.move_clock_to(9)
    hour = stack.now().strftime("配信日時: %Y-%m-%d 11:00\n")
    for subject in subjects:
        town.draft(stack, "bosai-staff1", subject, f"{hour}避難所は学校です。")
        request = town.request_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subjects[2], town.APPROVED)
    test_incidents.report(stack, "命令の障害")
    stack.kairanctl("suspend", town.KOSODATE, "--reason", "点検")
    stack.kairanctl("subscribers", "suspend", "--list", "bosai", PAUSED)
    stack.stop("milter")
    with contextlib.closing(sqlite3.connect(stack.env["KAIRAN_STORE"], timeout=20)) as db:
        db.execute("INSERT INTO signature VALUES ('bosai-chief', '', ?, '防災課', 1, 1, 1, 'q')",
                   ("a" * 64,))
        db.execute("INSERT OR REPLACE INTO position VALUES ('clock-jump', '86400')")
        db.commit()
    copy.unlink(missing_ok=True)
    stack.kairanctl("backup", str(copy))
    back = str(request["Return-Path"]).strip("<>").replace('"', "")
    return [str(town.draft_id(stack, subject)) for subject in subjects], back


def files_beside(stack):
    """CSV files and a password, where there is room."""
    folder = stack.directory / "beside"
    folder.mkdir(exist_ok=True)
    (folder / "new.csv").write_text(f"{NEW}\n", encoding="utf-8")
    old = [row["address"] for row in stack.store(
        "SELECT address FROM subscriber WHERE list = 'bosai' AND address <> ?", PAUSED)]
    (folder / "all.csv").write_text("".join(f"{one}\n" for one in [*old, PAUSED, NEW]), encoding="utf-8")
    (folder / "bind").write_text("sysadmin-pass\n", encoding="utf-8")
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, stack.env["KAIRAN_STACK_USER"])
        path.chmod(0o700 if path.is_dir() else 0o600)
    return folder, old


def writing_commands(stack, drafts, back, copy):
    """Each that writes. Those of the other list are not tried where all is well: they change the
    directory, or replace the store. back: where what does not reach the approver comes back to."""
    beside, old = files_beside(stack)
    ask, withdraw, stop = drafts
    incident = str(test_incidents.number_of(stack, "命令の障害"))
    bosai = ("--list", "bosai")
    bind = ("--bind", test_apply.ADMIN[0], "--bind-password", str(beside / "bind"))
    folder = store_folder(stack)
    good = [
        ("suspend", town.BOSAI, "--reason", "点検"), ("resume", town.KOSODATE),
        ("drafts", "ask", ask), ("drafts", "withdraw", withdraw, "--reason", "重複"),
        ("drafts", "stop", stop, "--reason", "誤報"),
        ("drafts", "show", ask),
        ("subscribers", "list", *bosai), ("subscribers", "export", *bosai),
        ("subscribers", "show", old[0]),
        ("subscribers", "import", *bosai, str(beside / "new.csv")),
        ("subscribers", "sync", *bosai, str(beside / "all.csv")),
        ("subscribers", "suspend", *bosai, old[1]), ("subscribers", "resume", *bosai, PAUSED),
        ("subscribers", "delete", *bosai, old[2]), ("subscribers", "forget", old[3]),
        ("subscribers", "reconfirm", *bosai, "--all"),
        ("audit", "list"), ("audit", "export", "--json"), ("audit", "verify"),
        ("audit", "inspect", "--note", "異常なし"),
        ("incidents", "show", incident),
        ("incidents", "note", incident, "--text", "確認中"),
        ("incidents", "close", incident, "--cause", "誤送信", "--measure", "確認の徹底"),
        ("instruct", "bosai-staff2", "--reason", "誤配信が続いた"), ("dormant",),
        ("people", "signatures", "forget", "bosai-chief", "--all"),
        ("report",), ("report", "--html", str(folder / "report.html")),
        ("subscribers", "poster", "bosai", "--html", str(folder / "poster.html")),
        ("clock", "confirm"), ("keys", "rotate"), ("backup", str(folder / "again.db")),
    ]
    others = [
        ("apply", "form1", "--applicant", "zeimu-chief", *test_apply.SECTION, "--approver",
         test_apply.CHIEF, *test_apply.BROADCAST, *bind),
        ("apply", "form2", "--applicant", "kosodate-chief", "--section", "kosodate", *bind),
        ("apply", "form3", "--applicant", "bosai-chief", "--person", "bosai-staff2", *bind),
        ("restore", str(copy)),
        ("deliver", "--sender", "<>", "--recipient", back),
    ]
    return good, others


def dump(stack):
    """All that stands in the store, and beside it."""
    with contextlib.closing(sqlite3.connect(stack.env["KAIRAN_STORE"], timeout=20)) as db:
        rows = list(db.iterdump())
    return rows, sorted(path.name for path in store_folder(stack).iterdir()), [
        path.read_bytes() for path in sorted(store_folder(stack).glob("*key*"))]


def run_at_once(stack, commands):
    """Whoever waits for a lock waits beside the others."""
    with concurrent.futures.ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(lambda words: stack.kairanctl(
            *words, stdin=BOUNCE, check=False, LC_ALL="C.UTF-8"), commands))


def check_none(stack, commands, *words):
    """Each fails, says why, and shows nothing that was to be recorded."""
    wrong = []
    for command, done in zip(commands, run_at_once(stack, commands)):
        code, said = done.returncode, done.stderr.rpartition("mail is sent\n")[2]
        # What verify has found it says in any case.
        if (not (code == 75 if command[0] == "deliver" else 64 <= code <= 78)
                or done.stdout and command[:2] != ("audit", "verify") or not any(word in said for word in words)):
            wrong.append(f"{' '.join(command)}: {code} {said}{done.stdout[:200]}")
    check_equal(wrong, [])


@contextlib.contextmanager
def read_only(stack):
    folder = str(store_folder(stack))
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)


def test_kairanctl_writes_all_or_nothing(stack):
    """Each command that writes, on a disk that is full or read-only, and beside somebody who does not
    let go of the store: it fails, says why, and has changed nothing; where all is well it works."""
    copy = stack.directory / "beside.db"
    with small_disk(stack):
        drafts, back = fill_store(stack, store_folder(stack) / "copy.db")
        shutil.move(store_folder(stack) / "copy.db", copy)
        shutil.chown(copy, stack.env["KAIRAN_STACK_USER"])
        good, others = writing_commands(stack, drafts, back, copy)
        before, entries = dump(stack), test_apply.entry(stack, test_apply.section("kosodate"))
        with filled(stack):
            check_none(stack, good + others, "full", "No space left", "cannot be written",
                       "will be tried again")
        check_equal(dump(stack), before, "on a full disk")
        with read_only(stack):
            # Whoever cannot write may verify it all the same, and is told that this is not noted.
            check_none(stack, [one for one in good + others if one != ("audit", "verify")],
                       "may not write", "readonly", "Read-only",
                       "cannot be written", "will be tried again")
        check_equal(dump(stack), before, "on a disk that is read only")
        # What has nothing to do with the store's lock, or takes a file's place that is locked.
        locked = [one for one in good + others
                  if one[:2] not in (("keys", "rotate"), ("subscribers", "poster"))
                  and one[0] != "restore"]
        with contextlib.closing(sqlite3.connect(stack.env["KAIRAN_STORE"],
                                                isolation_level=None)) as link:
            link.execute("BEGIN EXCLUSIVE")
            check_none(stack, locked, "locked", "will be tried again")
            link.execute("ROLLBACK")
        check_equal(dump(stack), before, "of a locked store")
        check_equal(test_apply.entry(stack, test_apply.section("zeimu")), "")
        check_equal(test_apply.entry(stack, test_apply.section("kosodate")), entries)
        rows = before
        wrong = []
        for command in good:
            done = stack.kairanctl(*command, check=False, LC_ALL="C.UTF-8")
            now = dump(stack)
            if done.returncode != 0 or now == rows:
                wrong.append(f"{' '.join(command)}: {done.returncode} {done.stderr}")
            rows = now
        check_equal(wrong, [])
        check_whole(stack)
    copy.unlink()


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("1..0 # SKIP only root can mount a disk")
    else:
        tap.main(globals())
