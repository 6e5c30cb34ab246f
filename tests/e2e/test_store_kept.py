#!/usr/bin/env python3
"""A store that is away, or is not the one that it was: nothing is taken and nothing goes out,
other mail passes, the administrators hear of it, and it goes on by itself once the store is back
or was accepted as it is."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3

import stack as s
import tap
import town
from tap import check_equal, check_in

DATAERR = 65
UNAVAILABLE = 69
CANTCREAT = 73


def store_path(stack):
    return pathlib.Path(stack.env["KAIRAN_STORE"])


def files_of(stack):
    """The store, and what SQLite has beside it; not the keys, nor their mark."""
    path = store_path(stack)
    return [one for one in (path, *(path.with_name(path.name + end)
                                    for end in ("-journal", "-wal", "-shm"))) if one.exists()]


def put(stack, source):
    """A file in the store's place, as if somebody had copied it there; the daemon is stopped."""
    for one in files_of(stack):
        one.unlink()
    shutil.copy(source, store_path(stack))
    shutil.chown(store_path(stack), stack.env["KAIRAN_STACK_USER"])


def run_sql(stack, *statements):
    with contextlib.closing(sqlite3.connect(store_path(stack), timeout=20)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def draft_mail(subject):
    return s.make_mail("bosai-staff1", town.BOSAI, subject, "避難所を開設しました。")


def answer_to(stack, subject):
    replies = stack.submit("bosai-staff1", town.BOSAI, draft_mail(subject))
    recipient = replies.recipients[town.BOSAI]
    return recipient[0] if recipient[0] >= 400 else replies.final[0]


@contextlib.contextmanager
def aside(stack):
    """The store as it is, kept while something else happens to it."""
    kept = store_path(stack).with_name("kept")
    kept.mkdir()
    stack.stop("milter")
    mark = pathlib.Path(str(store_path(stack).with_name("audit.key")) + ".mark")
    for one in (*files_of(stack), mark):
        shutil.copy2(one, kept)
    try:
        yield kept / store_path(stack).name
    finally:
        stack.stop("milter")
        for one in files_of(stack):
            one.unlink()
        for one in kept.iterdir():
            target = store_path(stack).with_name(one.name)
            shutil.copy2(one, target)
            shutil.chown(target, stack.env["KAIRAN_STACK_USER"])
        shutil.rmtree(kept)
        stack.start("milter")


def check_shut(stack, subject, words):
    """Ours is put off, other mail passes, a monitor and the administrators are told."""
    told = len(stack.imap("sysadmin"))
    stack.start("milter")
    check_equal(answer_to(stack, subject), 451)
    check_equal(stack.submit("bosai-staff1", "sysadmin@town.example",
                             s.make_mail("bosai-staff1", "sysadmin@town.example",
                                         f"ほか {subject}", "本文")).final[0], 250)
    mail = stack.wait_for(
        lambda: next((mail for mail in stack.imap("sysadmin")[told:]
                      if "保存庫" in s.text_of(mail) and "要確認" in str(mail["Subject"])), None),
        what="the alarm")
    check_in(words, s.text_of(mail))
    check_in("store accept", s.text_of(mail))
    done = stack.kairanctl("status", "--check", check=False)
    check_equal(done.returncode, 2, done.stdout)


def wait_open(stack):
    stack.wait_for(lambda: not (stack.directory / "run" / "store-failing").exists()
                   or stack.move_clock(61), what="the end of the trouble")


def test_a_missing_store_is_not_a_new_one(stack):
    town.draft(stack, "bosai-staff1", "保存庫があるとき")
    with aside(stack) as kept:
        for one in files_of(stack):
            one.unlink()
        check_shut(stack, "保存庫がない", "がありません")
        check_equal(store_path(stack).exists(), False, "a store was made")
        done = stack.kairanctl("subscribers", "count", check=False)
        check_equal(done.returncode, UNAVAILABLE, done.stderr)
        check_in("store init", done.stderr)
        done = stack.kairanctl("store", "init", check=False)
        check_equal(done.returncode, CANTCREAT, done.stderr)
        check_in("there was a store", done.stderr)
        # The disk is mounted: the daemon finds it by itself.
        shutil.copy(kept, store_path(stack))
        shutil.chown(store_path(stack), stack.env["KAIRAN_STACK_USER"])
        stack.move_clock(11)
        stack.wait_for(lambda: "the store is open again" in stack.log(), what="the store")
        stack.wait_for(lambda: answer_to(stack, "戻った保存庫") == 250, what="the 250")
        town.request_for(stack, "bosai-chief", "戻った保存庫")
        wait_open(stack)


def test_another_store_is_not_this_one(stack):
    """Empty, or with subscribers and drafts of its own."""
    with aside(stack) as kept:
        other = kept.with_name("other.db")
        shutil.copy(kept, other)
        with contextlib.closing(sqlite3.connect(other)) as db:
            db.execute("UPDATE position SET value = replace(value, substr(value, 1, 1), 'f')"
                       " WHERE name = 'store-id'")
            db.commit()
        put(stack, other)
        check_shut(stack, "よその保存庫", "とは別の保存庫です")
        stack.stop("milter")
        for one in files_of(stack):
            one.unlink()
        store_path(stack).touch(mode=0o640)
        shutil.chown(store_path(stack), stack.env["KAIRAN_STACK_USER"])
        check_shut(stack, "空の保存庫", "が空です")
        check_equal(store_path(stack).stat().st_size, 0, "it was made a store")


def test_an_older_one_is_accepted_with_a_reason(stack):
    copy = store_path(stack).with_name("older.db")
    stack.kairanctl("backup", str(copy))
    town.draft(stack, "bosai-staff1", "複製より後")
    with aside(stack):
        put(stack, copy)
        check_shut(stack, "古い保存庫", "以前より古い")
        done = stack.kairanctl("audit", "verify", check=False)
        check_equal(done.returncode, DATAERR, done.stdout)
        check_in("warning", done.stderr)
        check_in("store accept", done.stderr)
        check_equal(stack.kairanctl("store", "accept", check=False).returncode, 64)
        check_in("is accepted", stack.kairanctl("store", "accept", "--reason",
                                                "手で戻した").stdout)
        stack.move_clock(11)
        stack.wait_for(lambda: answer_to(stack, "認めた保存庫") == 250, what="the 250")
        row = stack.store("SELECT * FROM audit WHERE action = 'store-accept'")[0]
        check_equal(row["detail"], "手で戻した")
        done = stack.kairanctl("audit", "verify")
        check_in("whole", done.stdout)
        check_in("an administrator has accepted it", done.stdout)
        check_in("nothing to accept",
                 stack.kairanctl("store", "accept", "--reason", "もう一度").stdout)
        wait_open(stack)
    copy.unlink()


def test_a_wiped_trail_is_no_new_one(stack):
    """Rows and marks are gone together, while the daemon runs."""
    with aside(stack):
        stack.start("milter")
        town.draft(stack, "bosai-staff1", "消される前")
        check_in("whole", stack.kairanctl("audit", "verify").stdout)
        run_sql(stack, "DELETE FROM audit", "DELETE FROM audit_mark")
        done = stack.kairanctl("audit", "verify", check=False)
        check_equal(done.returncode, DATAERR, done.stdout)
        check_in("were removed", done.stderr)
        before = len(stack.log())
        stack.wait_for(lambda: stack.move_clock(61) or "the store is shut" in stack.log()[before:],
                       what="the daemon to find it")
        check_equal(answer_to(stack, "消された後"), 451)


def test_a_removed_file_takes_nothing(stack):
    """The daemon has it open, and could go on writing to what nobody will find again."""
    with aside(stack):
        stack.start("milter")
        check_equal(answer_to(stack, "消す前"), 250)
        for one in files_of(stack):
            one.unlink()
        check_equal(answer_to(stack, "消した後"), 451)


def flip(stack):
    """Eight octets at the beginning of each page but the first."""
    size = store_path(stack).stat().st_size
    with open(store_path(stack), "r+b") as file:
        for page in range(4, size // 4096):
            file.seek(page * 4096)
            octets = file.read(8)
            file.seek(page * 4096)
            file.write(bytes(octet ^ 0xff for octet in octets))


def test_a_damaged_file_takes_nothing(stack):
    """Two hundred octets are flipped where the drafts are; a copy is restored."""
    copy = store_path(stack).with_name("sound.db")
    stack.kairanctl("backup", str(copy))
    with aside(stack):
        flip(stack)
        check_shut(stack, "壊れた保存庫", "保存庫")
        done = stack.kairanctl("store", "accept", "--reason", "壊れたまま", check=False)
        check_equal(done.returncode != 0, True, done.stdout)
        stack.stop("milter")
        stack.kairanctl("restore", str(copy))
        stack.start("milter")
        check_equal(answer_to(stack, "戻した保存庫"), 250)
        check_equal(stack.kairanctl("audit", "verify", check=False).returncode, 0, "verify")
    copy.unlink()


def test_damage_while_it_runs(stack):
    """Found by the day's check on the disk, though the daemon has sound pages in memory."""
    with aside(stack):
        stack.start("milter")
        check_equal(answer_to(stack, "壊れる前"), 250)
        town.request_for(stack, "bosai-chief", "壊れる前")
        before = len(stack.log())
        flip(stack)
        stack.move_clock(86401)
        stack.wait_for(lambda: "the store is shut" in stack.log()[before:],
                       what="the daemon to find it")
        check_equal(answer_to(stack, "壊れた後"), 451)


def test_a_folder_that_cannot_be_written(stack):
    """The daemon starts, and lets other mail pass."""
    folder = store_path(stack).parent
    with aside(stack):
        lock = store_path(stack).with_name(store_path(stack).name + ".lock")
        owner = [(path, path.stat()) for path in (folder, store_path(stack), lock)
                 if path.exists()]
        for path, _ in owner:
            os.chown(path, 0, 0)
            path.chmod(0o755 if path.is_dir() else 0o640)
        try:
            check_shut(stack, "書けない保存庫", "保存庫")
        finally:
            for path, was in owner:
                os.chown(path, was.st_uid, was.st_gid)
                path.chmod(was.st_mode & 0o777)
        stack.move_clock(11)
        stack.wait_for(lambda: stack.move_clock(11) or answer_to(stack, "書ける保存庫") == 250,
                       what="the 250")


def test_a_store_is_made_once(stack):
    done = stack.kairanctl("store", "init", check=False)
    check_equal(done.returncode, CANTCREAT, done.stderr)
    check_in("already", done.stderr)
    check_equal(json.loads(stack.kairanctl("status", "--json", check=False).stdout)[0]["store"],
                True)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("1..0 # SKIP only root can take a store away")
    else:
        tap.main(globals())
