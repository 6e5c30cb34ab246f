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
    told = len(stack.imap("sysadmin"))
    stack.start("milter")
    check_refused(stack, subject, words, told)


def check_refused(stack, subject, words, told):
    """Ours is put off, other mail passes, a monitor and the administrators are told: words, and
    behind the mails that they had."""
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


# ---- another one comes over it while the daemon runs ----

def mark_of(stack):
    return pathlib.Path(str(store_path(stack).with_name("audit.key")) + ".mark")


def rename_over(stack, copy):
    """The store that was there, under the name that is returned."""
    was = store_path(stack).with_name("was.db")
    os.link(store_path(stack), was)
    fresh = copy_for_user(stack, copy, "fresh.db")
    fresh.rename(store_path(stack))
    return was


def point_elsewhere(stack, copy):
    """The store's name is a symbolic link, whose end is exchanged."""
    was = store_path(stack).with_name("was.db")
    store_path(stack).rename(was)
    store_path(stack).symlink_to(copy_for_user(stack, copy, "fresh.db"))
    return was


def write_over(stack, copy):
    """The same file, with other octets, as cp does; while the daemon writes nothing, or both would be
    mixed (tests/schema/test_known.c)."""
    with contextlib.closing(sqlite3.connect(store_path(stack), timeout=20,
                                            isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        shutil.copyfile(copy, store_path(stack))


def remove_and_put(stack, copy):
    before = len(stack.log())
    store_path(stack).unlink()
    stack.wait_for(lambda: "the store is shut" in stack.log()[before:], what="its absence")
    copy_for_user(stack, copy, store_path(stack).name)


def copy_for_user(stack, copy, name):
    target = store_path(stack).with_name(name)
    shutil.copyfile(copy, target)
    target.chmod(0o640)
    shutil.chown(target, stack.env["KAIRAN_STACK_USER"])
    return target


def put_back(stack, was):
    """The very store that was there."""
    was.rename(store_path(stack))
    stack.wait_for(lambda: stack.move_clock(11) or answer_to(stack, "戻った保存庫") == 250,
                   what="the 250")
    wait_open(stack)


def older_by(stack, scheduled, asked):
    """Of one draft that waits for its hour and another that waits for its approver: a copy, and the
    mark as it was then. Then both have gone out, and all of it is delivered."""
    stack.move_clock_to(10)
    hour = stack.now().strftime("配信日時: %Y-%m-%d 11:00\n")
    town.draft(stack, "bosai-staff1", scheduled, f"{hour}避難所は学校です。")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", scheduled), "承認")
    town.wait_state(stack, scheduled, town.APPROVED)
    town.draft(stack, "bosai-staff1", asked)
    request = town.request_for(stack, "bosai-chief", asked)
    copy = store_path(stack).with_name(f"{asked}.db")
    stack.kairanctl("backup", str(copy))
    mark = mark_of(stack).read_bytes()
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, asked, town.RELEASED)
    stack.move_clock_to(11)
    town.wait_state(stack, scheduled, town.RELEASED)
    for subject in (scheduled, asked):
        town.wait_broadcast(stack, subject)
    stack.wait_for(stack.queue_is_empty, what="an empty queue")
    return copy, mark, request


def wait_older(stack, before):
    """It has been looked at again, and found to be an older one."""
    stack.wait_for(lambda: stack.move_clock(11) or "the store is shut: store-shut: store: it is "
                   "older than it was" in stack.log()[before:], what="the older one to be seen")


def go_on(stack, scheduled):
    """With an older one: what was on its way in it waits until somebody has looked."""
    before = len(stack.log())
    wait_open(stack)
    stack.wait_for(lambda: stack.move_clock(11) or "deferred: Art.7: suspended" in
                   stack.log()[before:] or answer_to(stack, "一時停止中") == 250,
                   what="the suspension")
    check_equal(town.state_of(stack, scheduled), town.APPROVED)
    stack.kairanctl("drafts", "withdraw", str(town.draft_id(stack, scheduled)),
                    "--reason", "配信済み")
    stack.kairanctl("resume")
    stack.wait_for(lambda: answer_to(stack, f"再開 {scheduled}") == 250, what="the 250")
    town.request_for(stack, "bosai-chief", f"再開 {scheduled}")


def check_once(stack, *subjects):
    """Nobody has had it twice, now that the mail system has nothing more to do."""
    stack.wait_for(stack.queue_is_empty, what="an empty queue")
    for subject in subjects:
        check_equal(len(town.broadcast(stack.sink(), subject)), town.SUBSCRIBERS, subject)


def test_an_older_one_over_it(stack):
    """In whatever way it comes there, and though the mark has not come forward since it was made:
    what has gone out since does not go out again, and a decision is not taken again."""
    scheduled, asked = "時刻の前の複製", "決裁の前の複製"
    with aside(stack):
        stack.start("milter")
        copy, mark, request = older_by(stack, scheduled, asked)
        for way in (rename_over, point_elsewhere, write_over):
            told, before = len(stack.imap("sysadmin")), len(stack.log())
            mark_of(stack).write_bytes(mark)
            was = way(stack, copy)
            check_refused(stack, f"古い保存庫 {way.__name__}", "以前のものと違います", told)
            wait_older(stack, before)
            check_equal(final_of_answer(stack, request), 451)
            if was is not None:
                put_back(stack, was)
        check_once(stack, scheduled, asked)
        done = stack.kairanctl("store", "accept", "--reason", "手で戻した")
        check_in("is suspended", done.stdout)
        go_on(stack, scheduled)
        check_once(stack, scheduled, asked)
    copy.unlink()


def final_of_answer(stack, request):
    """To an approval, which has been made before."""
    to = s.reply_address(request)
    replies = stack.submit("bosai-chief", to, town.answer_mail("bosai-chief", request, "承認"))
    return replies.recipients[to][0] if replies.recipients[to][0] >= 400 else replies.final[0]


def test_an_older_one_where_it_was_removed(stack):
    """Restored by the command then, while the daemon runs without a store."""
    scheduled, asked = "消えた時刻の前", "消えた決裁の前"
    with aside(stack):
        stack.start("milter")
        copy, mark, request = older_by(stack, scheduled, asked)
        told, before = len(stack.imap("sysadmin")), len(stack.log())
        mark_of(stack).write_bytes(mark)
        remove_and_put(stack, copy)
        check_refused(stack, "消えた保存庫", "以前のものと違います", told)
        wait_older(stack, before)
        check_equal(final_of_answer(stack, request), 451)
        stack.wait_for(lambda: stack.kairanctl("restore", str(copy), check=False).returncode == 0,
                       what="the restore")
        go_on(stack, scheduled)
        check_once(stack, scheduled, asked)
    copy.unlink()


def commits_of(stack):
    rows = stack.store("SELECT value FROM position WHERE name = 'store-commits'")
    return int(rows[0]["value"])


def last_row(stack):
    return stack.store("SELECT max(seq) AS seq FROM audit")[0]["seq"]


def test_an_older_one_without_a_row_in_between(stack):
    """What leaves no row in the trail is known as well: which shards were handed over."""
    with aside(stack):
        stack.start("milter")
        check_equal(answer_to(stack, "行のない間"), 250)
        town.request_for(stack, "bosai-chief", "行のない間")
        stack.wait_for(lambda: not stack.store("SELECT 1 FROM outbox WHERE state = 0"),
                       what="the notices")
        copy = store_path(stack).with_name("rowless.db")
        stack.kairanctl("backup", str(copy))
        mark = mark_of(stack).read_bytes()
        before, row = commits_of(stack), last_row(stack)
        stack.wait_for(lambda: stack.move_clock(61) or commits_of(stack) > before,
                       what="a commit")
        check_equal(last_row(stack), row)
        told = len(stack.imap("sysadmin"))
        mark_of(stack).write_bytes(mark)
        write_over(stack, copy)
        check_refused(stack, "行のない古い保存庫", "その後に行われたことが残っていません", told)
        # Whoever comes after this daemon knows it from the mark.
        stack.stop("milter")
        told = len(stack.imap("sysadmin"))
        stack.start("milter")
        check_refused(stack, "次の常駐", "その後に行われたことが残っていません", told)
    copy.unlink()


def test_an_emptied_one(stack):
    """Not an octet is left of it; then another one stands there."""
    with aside(stack) as kept:
        stack.start("milter")
        check_equal(answer_to(stack, "空にする前"), 250)
        told = len(stack.imap("sysadmin"))
        empty = kept.with_name("empty.db")
        empty.touch()
        write_over(stack, empty)
        check_refused(stack, "空にした保存庫", "が空です", told)
        check_equal(store_path(stack).stat().st_size, 0, "it was made a store")
        other = kept.with_name("other.db")
        shutil.copyfile(kept, other)
        with contextlib.closing(sqlite3.connect(other)) as db:
            db.execute("UPDATE position SET value = replace(value, substr(value, 1, 1), 'f')"
                       " WHERE name = 'store-id'")
            db.commit()
        before = len(stack.log())
        write_over(stack, other)
        stack.wait_for(lambda: stack.move_clock(11) or "this is another store" in
                       stack.log()[before:], what="the other store to be seen")
        check_equal(answer_to(stack, "よその保存庫"), 451)
        other.unlink()
        empty.unlink()


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
