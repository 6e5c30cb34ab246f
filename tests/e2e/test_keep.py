"""An end for personal data: what is kept of a resident is told, and forgotten when they ask for it;
what is past its time goes by itself, whatever is killed meanwhile. What the town must keep stays,
and the audit trail is whole (Art. 8)."""
import contextlib
import json
import os
import pathlib
import re
import signal
import sqlite3

import stack as s
import tap
import town
from tap import check_equal, check_in

DAY = 86400
NOINPUT, USAGE = 66, 64
MANY = 300000


def broadcast(stack, subject, text="明日は防災訓練です。", to=town.BOSAI):
    chief = "bosai-chief" if to == town.BOSAI else "kosodate-chief"
    staff = "bosai-staff1" if to == town.BOSAI else "kosodate-staff1"
    town.draft(stack, staff, subject, text, to=to)
    town.answer(stack, chief, town.request_for(stack, chief, subject), "承認")
    town.wait_state(stack, subject, town.RELEASED, timeout=60)
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM outbox WHERE state = 1"),
                   what="the end of the notices")


def show(stack, address):
    return json.loads(stack.kairanctl("subscribers", "show", address, "--json").stdout)


def tables_with(stack, word):
    """Table and column wherever a word stands, in any case."""
    found = set()
    for table in stack.store("SELECT name FROM sqlite_schema WHERE type = 'table'"):
        for column in stack.store("SELECT name FROM pragma_table_info(?)", table["name"]):
            where = f"instr(lower(CAST({column['name']} AS TEXT)), ?)"
            if stack.store(f"SELECT 1 FROM {table['name']} WHERE {where} LIMIT 1",
                           word.lower()):
                found.add(f"{table['name']}.{column['name']}")
    return found


def stands_in_the_file(stack, word):
    octets = pathlib.Path(stack.env["KAIRAN_STORE"]).read_bytes().lower()
    return word.lower().encode() in octets


def check_whole(stack):
    check_equal(stack.kairanctl("audit", "verify").returncode, 0)
    check_equal([row[0] for row in stack.store("PRAGMA integrity_check")], ["ok"])


def actions(stack, action):
    return [row["detail"] for row in
            stack.store("SELECT detail FROM audit WHERE action = ? ORDER BY seq", action)]


def import_list(stack, name, *addresses):
    file = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / "keep.csv"
    file.write_text("".join(f"{address}\n" for address in addresses))
    os.chmod(file, 0o644)
    return stack.kairanctl("subscribers", "import", "--list", name, str(file)).stdout


# ---- what is kept of somebody ----

def test_show(stack):
    import_list(stack, "kosodate", "Bosai-01@docomo.sink.example")
    broadcast(stack, "照会のための配信")
    found = show(stack, "BOSAI-01@Docomo.sink.example")
    check_equal([(row["list"], row["state"], row["source"]) for row in found["lists"]],
                [("bosai", "active", "imported"), ("kosodate", "active", "imported")])
    check_equal([(row["draft"], row["state"]) for row in found["releases"]],
                [(town.draft_id(stack, "照会のための配信"), "sent")])
    check_equal((found["places"], found["forgotten"]), ([], False))
    # Of whom nothing is kept; and of an official, what is kept of those.
    check_equal(show(stack, "nobody@docomo.sink.example"),
                {"address": "nobody@docomo.sink.example", "lists": [], "releases": [],
                 "places": [], "forgotten": False})
    places = {row["place"]: row for row in show(stack, "bosai-chief@town.example")["places"]}
    check_equal(places["people with a duty"]["goes_when_forgotten"], False)
    check_equal(places["notices to it"]["rows"] > 0, True, places)


def test_show_to_people(stack):
    said = stack.kairanctl("subscribers", "show", "bosai-01@docomo.sink.example",
                           LC_ALL="ja_JP.UTF-8", LANGUAGE="ja").stdout
    for words in ("登録の根拠", "旧システムから移行", "配信中", "送信済み"):
        check_in(words, said)
    said = stack.kairanctl("subscribers", "show", "nobody@docomo.sink.example").stdout
    check_in("nothing is kept of nobody@docomo.sink.example", said)
    wrong = stack.kairanctl("subscribers", "show", "nobody", check=False)
    check_equal(wrong.returncode, USAGE, wrong.stderr)


def test_who_asks_is_recorded_and_not_about_whom(stack):
    check_in("`subscribers show`: 3", actions(stack, "read"))
    check_equal([detail for detail in actions(stack, "read") if "@" in detail], [])


# ---- forgetting ----

def test_forget(stack):
    mine, other = "bosai-02@mail.sink.example", "x.bosai-02@mail.sink.example"
    import_list(stack, "kosodate", mine, other)
    broadcast(stack, "忘れる前の配信")
    check_equal(len(show(stack, mine)["lists"]), 2)
    said = stack.kairanctl("subscribers", "forget", "Bosai-02@mail.sink.example").stdout
    check_in("1 addresses forgotten, 2 subscriptions removed", said)
    found = show(stack, mine)
    check_equal((found["lists"], found["releases"], found["places"], found["forgotten"]),
                ([], [], [], True))
    check_equal(stands_in_the_file(stack, other), True, "the other one is kept")
    stack.kairanctl("subscribers", "forget", other)
    check_equal(tables_with(stack, "bosai-02@"), set(), "nowhere")
    check_equal(stands_in_the_file(stack, "bosai-02@"), False, "not in the file's free pages")
    check_equal(actions(stack, "forget-subscriber"),
                ["1 addresses, 2 subscriptions", "1 addresses, 1 subscriptions"])
    check_whole(stack)


def test_no_import_brings_it_back(stack):
    mine = "bosai-02@mail.sink.example"
    check_in("1 were forgotten", import_list(stack, "bosai", mine, "new-1@mail.sink.example"))
    check_equal(len(show(stack, mine)["lists"]), 0)
    check_equal(len(show(stack, "new-1@mail.sink.example")["lists"]), 1)
    stack.clear_sink()
    broadcast(stack, "忘れた後の配信")
    got = {s.receiver_of(mail) for mail in town.wait_broadcast(stack, "忘れた後の配信", 25)}
    check_equal((mine in got, "new-1@mail.sink.example" in got), (False, True))
    stack.kairanctl("subscribers", "forget", "--undo", mine)
    import_list(stack, "bosai", mine)
    check_equal(len(show(stack, mine)["lists"]), 1)
    again = stack.kairanctl("subscribers", "forget", "--undo", mine, check=False)
    check_equal((again.returncode, "was not forgotten" in again.stderr), (NOINPUT, True))


def test_a_release_under_way_keeps_its_recipients(stack):
    """Each shard goes out as it was cut; the address goes when the release has ended."""
    subject, mine = "配信の途中で", "bosai-04@docomo.sink.example"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    count = len(stack.store("SELECT 1 FROM subscriber WHERE list = 'bosai' AND state = 1"))
    with stack.silent_mta():
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_state(stack, subject, town.RELEASING)
        said = stack.kairanctl("subscribers", "forget", mine).stdout
        check_in("is under way", said)
        check_equal(len(show(stack, mine)["lists"]), 0)
        check_equal([row["draft"] for row in show(stack, mine)["releases"]],
                    [town.draft_id(stack, subject)])
    town.wait_state(stack, subject, town.RELEASED, timeout=60)
    got = {s.receiver_of(mail) for mail in town.wait_broadcast(stack, subject, count)}
    check_equal(mine in got, True, "as it was cut")
    stack.wait_for(lambda: tables_with(stack, mine) == set(), what="the end of the address")
    check_equal(stack.store("SELECT * FROM forgetting"), [])
    check_whole(stack)


def test_kairanctl_is_killed_while_it_forgets(stack):
    """What it has begun the daemon ends."""
    mine = "bosai-05@mail.sink.example"
    stack.stop("milter")
    with contextlib.closing(sqlite3.connect(stack.env["KAIRAN_STORE"], timeout=20)) as link, link:
        # As kairanctl leaves it when it is killed behind its first transaction.
        link.execute("DELETE FROM subscriber WHERE address_key = ?", (mine,))
        link.execute("INSERT INTO forgetting VALUES (?, 1)", (mine,))
    check_equal("shard_recipient.address" in tables_with(stack, mine), True, "it is left over")
    stack.start("milter")
    stack.wait_for(lambda: tables_with(stack, mine) == set(), what="the end of the address")
    check_whole(stack)


def test_a_restored_copy_forgets_again(stack):
    mine = "bosai-07@docomo.sink.example"
    copy = pathlib.Path(stack.env["KAIRAN_STORE"]).with_name("copy.db")
    stack.kairanctl("backup", str(copy))
    stack.kairanctl("subscribers", "forget", mine)
    stack.stop("milter")
    said = stack.kairanctl("restore", str(copy)).stdout
    check_in("1 addresses of the copy were forgotten since", said)
    check_equal(len(show(stack, mine)["lists"]), 0)
    check_equal("shard_recipient.address" in tables_with(stack, mine), True, "it was restored")
    stack.start("milter")
    stack.wait_for(lambda: tables_with(stack, mine) == set(), what="the end of the address")
    check_equal(show(stack, mine)["forgotten"], True)
    check_whole(stack)


# ---- what is past its time ----

def counts(stack):
    return {name: stack.store(f"SELECT count(*) FROM {name}")[0][0]
            for name in ("shard_recipient", "original", "shard")}


def set_clock(stack, words):
    descriptor = os.open(stack.env["KAIRAN_CLOCK"], os.O_WRONLY)
    with open(descriptor, "wb", buffering=0) as file:
        file.write(words.ljust(20).encode() + b"\n")
    stack.signal("milter", signal.SIGHUP)


def test_nothing_goes_by_a_clock_that_has_jumped(stack):
    before, offset = counts(stack), stack.clock_offset()
    check_equal(before["shard_recipient"] > 0, True, before)
    # The machine's clock, not time that goes by.
    set_clock(stack, f"{offset + 200 * DAY} jump")
    # The administrators are told at the end of the rounds.
    stack.wait_mail("sysadmin", lambda mail: "clock confirm" in s.text_of(mail))
    check_equal(counts(stack), before)
    set_clock(stack, f"{offset}")
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM alarm WHERE reason LIKE 'clock%'"),
                   what="the end of the alarm")


def test_what_is_past_its_time_goes(stack):
    stack.configure(password_max_age="9999d")
    before = counts(stack)
    number = town.draft_id(stack, "照会のための配信")
    kept = stack.store("SELECT text, recipients, decided_by FROM draft WHERE id = ?", number)[0]
    check_equal(before["shard_recipient"] > 25 and before["original"] > 0, True, before)
    stack.move_clock(88 * DAY)
    town.draft(stack, "bosai-staff1", "まだ新しい原稿")
    stack.move_clock(3 * DAY)
    stack.wait_for(lambda: actions(stack, "prune-data"), what="the end of what is old")
    check_equal(counts(stack), {**before, "shard_recipient": 0, "original": 1})
    check_in(f"{before['shard_recipient']} recipients, {before['original']} originals",
             actions(stack, "prune-data")[0])
    after = stack.store("SELECT text, recipients, decided_by FROM draft WHERE id = ?", number)[0]
    check_equal(tuple(after), tuple(kept), "the draft, its decision and its counts")
    check_equal(stack.store("PRAGMA freelist_count")[0][0], 0, "the file gave pages back")
    gone = stack.kairanctl("explain", str(number), check=False)
    check_equal((gone.returncode, "keep_originals" in gone.stderr), (NOINPUT, True), gone.stderr)
    check_whole(stack)


def test_the_daemon_is_killed_in_the_middle(stack):
    """Again and again, at no chosen moment: in the end all is gone, and counted once."""
    broadcast(stack, "消える宛先")
    number = town.draft_id(stack, "消える宛先")
    stack.stop("milter")
    with contextlib.closing(sqlite3.connect(stack.env["KAIRAN_STORE"], timeout=20)) as link, link:
        link.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO shard_recipient SELECT ?, 1, i, 'n' || i || '@gone.example' FROM n",
            (999 + MANY, number))
    everything = counts(stack)["shard_recipient"]
    told = len(actions(stack, "prune-data"))
    stack.move_clock(91 * DAY)
    found = []
    for part in (0.9, 0.6, 0.3):
        stack.start("milter")
        # A fast machine may be done before this is looked at.
        found.append(stack.wait_for(
            lambda: (lambda left: (left,) if left < part * everything else None)(
                counts(stack)["shard_recipient"]), what=f"the last {part} of the recipients")[0])
        stack.kill9("milter")
    check_equal(found[0] > 0, True, "it was in the middle")
    stack.start("milter")
    stack.wait_for(lambda: counts(stack)["shard_recipient"] == 0
                   and len(actions(stack, "prune-data")) > told, what="the end of the recipients")
    check_equal(sum(int(count) for row in actions(stack, "prune-data")[told:]
                    for count in re.findall(r"(\d+) recipients", row)), everything, "counted once")
    check_equal(stands_in_the_file(stack, "@gone.example"), False)
    check_whole(stack)


def test_drafts_go_with_the_trail(stack):
    """To the end of the following fiscal year (Art. 8)."""
    check_equal(town.draft_id(stack, "照会のための配信") is not None, True)
    stack.move_clock(2 * 366 * DAY)
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM draft"), what="the end of the drafts")
    for name in ("shard", "party", "original", "urgency"):
        check_equal(stack.store(f"SELECT * FROM {name}"), [], name)
    check_whole(stack)


if __name__ == "__main__":
    tap.main(globals())
