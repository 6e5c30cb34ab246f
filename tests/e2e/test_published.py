"""What went out is told beside the mail as well: by Atom feeds, CAP files and the administrator's
program (Art. 2(5)); corrections and stops are of the same entry. Whatever fails or is killed, mail
goes out, and nothing is told that did not."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ET

import stack as s
import tap
import town
from tap import check_equal, check_in

try:
    import feedparser
except ImportError:
    feedparser = None

SCHEMA = pathlib.Path(__file__).with_name("cap.rng")
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ENTRY = "dn: cn=bosai,ou=broadcasts,dc=town,dc=example\nchangetype: modify\n"
WEB = "https://www.town.example/mail"

PROGRAM = """#!/bin/sh
# Notes what it is told, and then does as the file "mode" says.
cd "$1" || exit 9
mkdir running 2>/dev/null || echo "$$" >>twice
{ cat; echo; } >>told
case $(cat mode) in
refuse) rmdir running; printf 'the web page\\ndoes not answer' >&2; exit 3 ;;
flood) yes 'a very long complaint' | head -c 30000000; yes 'and another' | head -c 3000000 >&2 ;;
signal) rmdir running; kill -KILL $$ ;;
hang) trap '' TERM; rmdir running; while :; do sleep 1; done ;;
wait) until [ -e go ]; do sleep 0.1; done ;;
leave) sleep 1000 & ;;
esac
rmdir running
"""


def place(stack, name):
    """A new folder that the daemon may write to, beside the store."""
    folder = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, stack.env["KAIRAN_STACK_USER"])
    return folder


@contextlib.contextmanager
def told_by(stack, **settings):
    """The channels, for a while."""
    stack.configure(**settings)
    try:
        yield
    finally:
        stack.configure(feed_folder="", cap_folder="", on_release="", on_release_timeout="60s",
                        on_release_attempts="1d", retry_first="5s", shard_size="1000",
                        first_shard_size="200")


def send(stack, subject, text="明日は防災訓練です。", to=town.BOSAI, **headers):
    chief, staff = [f"{to.partition('@')[0]}-{who}" for who in ("chief", "staff1")]
    town.draft(stack, staff, subject, text, to=to, **headers)
    town.answer(stack, chief, town.request_for(stack, chief, subject), "承認")
    town.wait_state(stack, subject, town.RELEASED, 60)


def correct(stack, subject, text):
    report = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct+"))
    town.answer(stack, "bosai-chief", report, text)
    request = town.request_for(stack, "bosai-chief", "【訂正】" + subject)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, "【訂正】" + subject, town.RELEASED, 60)


def read_feed(path):
    """As a reader has it; it must be sound. None: there is no such file."""
    if not path.exists():
        return None
    if feedparser is None:
        raise unittest.SkipTest("there is no feedparser (python3-feedparser)")
    feed = feedparser.parse(path.read_bytes())
    check_equal((feed.bozo, feed.version), (False, "atom10"), str(path))
    for want in ("id", "title", "updated", "author"):
        check_equal(bool(feed.feed.get(want)), True, f"{path}: {want}")
    for entry in feed.entries:
        for want in ("id", "title", "updated", "published", "author", "content"):
            check_equal(bool(entry.get(want)), True, f"{path}: {want} of an entry")
    return feed


def entry_of(path, word):
    """The entry whose title has the word; None: there is none (yet)."""
    feed = read_feed(path)
    found = [entry for entry in feed.entries if word in entry.title] if feed else []
    check_equal(len(found) < 2, True, f"entries {word}: {found}")
    return found[0] if found else None


def wait_entry(stack, path, word):
    return stack.wait_for(lambda: entry_of(path, word), what=f"an entry {word}")


def text_of(entry):
    return entry.content[0].value


def terms_of(entry):
    return {tag.term for tag in entry.tags}


def alerts_of(folder, word):
    """The alerts with a word in a headline, in the order in which they were sent, all of them
    valid."""
    found = []
    for path in folder.glob("*.xml"):
        checked = subprocess.run(["xmllint", "--noout", "--relaxng", SCHEMA, path],
                                 capture_output=True, text=True, check=False)
        check_equal(checked.returncode, 0, checked.stderr)
        root = ET.parse(path).getroot()
        check_equal(value(root, "identifier") + ".xml", path.name)
        if any(word in node.text for node in root.iter(CAP + "headline")):
            found.append(root)
    return sorted(found, key=lambda root: (value(root, "sent"), len(value(root, "references"))))


def value(node, name):
    return node.findtext(CAP + name, "")


def values(node, *names):
    return tuple(value(node, name) for name in names)


def reference(alert):
    return ",".join(values(alert, "sender", "identifier", "sent"))


def prepare_program(stack, mode="take"):
    folder = place(stack, "program")
    path = folder / "tell"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    (folder / "mode").write_text(mode)
    return folder


def command(folder):
    return f"{folder}/tell '{folder}'"


def told(folder):
    file = folder / "told"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def told_of(folder, subject):
    return [row for row in told(folder) if subject in row["texts"][0]["subject"]]


def wait_told(stack, folder, subject, count=1):
    return stack.wait_for(
        lambda: (lambda rows: rows if len(rows) >= count else None)(told_of(folder, subject)),
        40, f"the program's call {count} of {subject}")


def rows_of(stack, subject):
    return [tuple(row) for row in stack.store(
        "SELECT event, channel, state FROM publication WHERE draft = ? ORDER BY id",
        town.draft_id(stack, subject))]


def wait_rows(stack, subject, *rows):
    stack.wait_for(lambda: rows_of(stack, subject) == list(rows),
                   what=f"the publications of {subject}")


def wait_alarm(stack, reason):
    return stack.wait_for(lambda: stack.store(
        "SELECT * FROM alarm WHERE name LIKE 'publishing %' AND reason = ?", reason),
        40, f"the alarm {reason}")[0]


def wait_no_alarm(stack):
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM alarm WHERE name LIKE 'publishing %'"),
                   40, "the end of the alarm")


# ---- feeds and CAP ----

def test_release_and_correction(stack):
    """Every channel has it, as approved; a correction is the same entry, and refers to what it
    corrects. What went out before is told by none, and nobody's name is."""
    feed, cap, program = place(stack, "feed"), place(stack, "cap"), prepare_program(stack)
    send(stack, "公開の前のお知らせ")
    with told_by(stack, feed_folder=feed, feed_url=WEB, cap_folder=cap, cap_area="見本町",
                 on_release=command(program)):
        subject, text = "断水 <一部> & 給水", "水が出ません。\n給水車は\"役場\"です。"
        send(stack, subject, text)
        entry = wait_entry(stack, feed / "all.atom", subject)
        check_equal(entry.title, subject)
        check_equal(text_of(entry), text)
        check_equal((entry.author, entry.content[0].language), ("防災課", "ja"))
        check_equal(terms_of(entry), {town.BOSAI})
        check_equal(entry.published, entry.updated)
        check_in("+09:00", entry.updated)
        own = read_feed(feed / f"{town.BOSAI}.atom")
        check_equal([one.id for one in own.entries], [entry.id], "the broadcast's own feed")
        check_equal({link.rel: link.href for link in own.feed.links},
                    {"self": f"{WEB}/{town.BOSAI}.atom"})
        check_equal(own.feed.id == read_feed(feed / "all.atom").feed.id, False, "each its own id")
        wait_told(stack, program, subject)
        wait_rows(stack, subject, (1, 1, 2), (1, 2, 2), (1, 3, 2))
        alert, = alerts_of(cap, subject)
        check_equal(values(alert, "sender", "status", "msgType", "scope", "references"),
                    (town.BOSAI, "Actual", "Alert", "Public", ""))
        info, = alert.findall(CAP + "info")
        check_equal(values(info, "language", "category", "urgency", "severity", "certainty"),
                    ("ja", "Other", "Unknown", "Minor", "Unknown"))
        check_equal(values(info, "senderName", "headline", "description"),
                    ("防災課", subject, text))
        check_equal(info.findtext(f"{CAP}area/{CAP}areaDesc"), "見本町")

        stack.move_clock(600)
        right = "水が出ます。"
        correct(stack, subject, right)
        stack.wait_for(lambda: text_of(entry_of(feed / "all.atom", subject)) == right,
                       what="the corrected entry")
        later = entry_of(feed / "all.atom", subject)
        check_equal((later.id, later.published), (entry.id, entry.published), "the same entry")
        check_equal(later.updated > entry.updated, True, (later.updated, entry.updated))
        check_equal(later.title, "【訂正】" + subject)
        check_equal(terms_of(later), {town.BOSAI, "correction"})
        wait_told(stack, program, subject, 2)
        wait_rows(stack, "【訂正】" + subject, (1, 1, 2), (1, 2, 2), (1, 3, 2))
        first, second = alerts_of(cap, subject)
        check_equal(values(second, "msgType", "references"), ("Update", reference(first)))
        check_equal(second.findtext(f"{CAP}info/{CAP}description"), right)
        first, second = told_of(program, subject)
        check_equal((first["event"], second["event"]), ("release", "correction"))
        check_equal((first["draft"], second["draft"]),
                    (town.draft_id(stack, subject), town.draft_id(stack, "【訂正】" + subject)))
        check_equal((first["entry"], second["entry"]), (first["id"], first["id"]))
        check_equal(first["texts"], [{"language": "ja", "list": "bosai", "broadcast": "防災情報",
                                      "section": "防災課", "subject": subject, "text": text}])
        check_equal((first["version"], first["urgent"], first["address"]),
                    (1, False, town.BOSAI))
    check_equal(told_of(program, "公開の前"), [], "what went out before")
    for path in [*feed.iterdir(), *cap.iterdir(), program / "told"]:
        words = path.read_text(encoding="utf-8")
        for name in ("bosai-staff1", "bosai-chief", "公開の前"):
            check_equal(name in words, False, f"{name} in {path}")
    for path in [*feed.iterdir(), *cap.iterdir()]:
        check_equal(path.stat().st_mode & 0o777, 0o644, f"permissions of {path}")
        check_equal(path.name.startswith("."), False, "what was written beside")


def test_urgent_and_categories(stack):
    cap = place(stack, "cap")
    with told_by(stack, cap_folder=cap, cap_categories="kosodate Health, * Met",
                 cap_urgent="Expected, Extreme, Likely"):
        send(stack, "【緊急】避難の指示")
        send(stack, "予防接種の日", to=town.KOSODATE)
        for subject, wanted in (("避難の指示", ("Met", "Expected", "Extreme", "Likely")),
                                ("予防接種", ("Health", "Unknown", "Minor", "Unknown"))):
            alert, = stack.wait_for(lambda: alerts_of(cap, subject), what="the alert")
            check_equal(values(alert.find(CAP + "info"), "category", "urgency", "severity",
                               "certainty"), wanted)
    stack.configure(cap_categories="", cap_urgent="Immediate, Severe, Unknown", cap_area="")


def register(stack, name, *addresses):
    file = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / "published.csv"
    file.write_text("".join(f"{address}\n" for address in addresses))
    file.chmod(0o644)
    stack.kairanctl("subscribers", "import", "--list", name, str(file))


def stop_midway(stack, subject, is_told):
    """A broadcast that is stopped after it has been told of, and some have not had it."""
    register(stack, "kosodate", *(f"stop{number}@docomo.sink.example" for number in range(400)))
    stack.configure(shard_size="2", first_shard_size="2")
    town.draft(stack, "kosodate-staff1", subject, "休園です。", to=town.KOSODATE)
    town.answer(stack, "kosodate-chief", town.request_for(stack, "kosodate-chief", subject),
                "承認")
    stack.wait_for(is_told, what=f"what tells of {subject}")
    stack.kairanctl("stop", str(town.draft_id(stack, subject)), "--reason", "誤報")
    check_equal(town.state_of(stack, subject), town.STOPPED)


def test_stop(stack):
    """It is told as soon as the first have it; then nobody is to go by it any more."""
    feed, cap, program = place(stack, "feed"), place(stack, "cap"), prepare_program(stack)
    subject = "止める公開"
    with told_by(stack, feed_folder=feed, cap_folder=cap, on_release=command(program)):
        stop_midway(stack, subject, lambda: told_of(program, subject))
        wait_told(stack, program, subject, 2)
        wait_rows(stack, subject, (1, 1, 2), (1, 2, 2), (1, 3, 2), (2, 1, 2), (2, 2, 2),
                  (2, 3, 2))
        entry = entry_of(feed / f"{town.KOSODATE}.atom", subject)
        check_equal(entry.title, f"【配信停止】{subject}")
        check_equal("休園" in text_of(entry), False, "the text that was stopped")
        check_in("停止しました", text_of(entry))
        check_in("stopped", terms_of(entry))
        first, second = alerts_of(cap, subject)
        check_equal(values(first, "msgType"), ("Alert",))
        check_equal(values(second, "msgType", "references"), ("Cancel", reference(first)))
        released, stopped = told_of(program, subject)
        check_equal((released["event"], stopped["event"]), ("release", "stop"))
        check_equal(released["id"], stopped["id"])
        check_equal("休園" in stopped["texts"][0]["text"], False)


def test_a_stop_of_what_may_have_been_told(stack):
    """The program fails, so nobody knows what came of it: it is told of the stop, and not of the
    release any more."""
    program = prepare_program(stack, "refuse")
    subject = "知らせる前に止める"
    with told_by(stack, on_release=command(program)):
        stop_midway(stack, subject, lambda: told_of(program, subject))
        (program / "mode").write_text("take")
        stack.wait_for(lambda: [row["event"] for row in told_of(program, subject)][-1:]
                       == ["stop"], 40, "the stop")
        wait_rows(stack, subject, (1, 3, 3), (2, 3, 2))
        wait_no_alarm(stack)


def test_languages(stack):
    """Each language has a feed and an info of its own."""
    feed, cap = place(stack, "feed"), place(stack, "cap")
    stack.ldapmodify(ENTRY + "add: kairanTwin\nkairanTwin: en bosai-en\n")
    stack.wait_for(lambda: stack.store("SELECT 1 FROM snapshot WHERE twins = 'en bosai-en'"),
                   what="the new language")
    try:
        register(stack, "bosai-en", "english@mail.sink.example")
        with told_by(stack, feed_folder=feed, cap_folder=cap):
            send(stack, "避難所", "学校です。\n=== 英語 ===\nSubject: Shelter\nAt the school.")
            english = wait_entry(stack, feed / "all.en.atom", "Shelter")
            check_equal(text_of(english), "At the school.")
            japanese = wait_entry(stack, feed / "all.atom", "避難所")
            check_equal(text_of(japanese), "学校です。")
            check_equal(english.id, japanese.id + "/en")
            check_equal(entry_of(feed / "all.atom", "Shelter"), None)
            alert, = stack.wait_for(lambda: alerts_of(cap, "Shelter"), what="the alert")
            check_equal([values(info, "language", "headline") for info in
                         alert.findall(CAP + "info")], [("ja", "避難所"), ("en", "Shelter")])
    finally:
        stack.ldapmodify(ENTRY + "delete: kairanTwin\n")
        stack.wait_for(lambda: not stack.store("SELECT 1 FROM snapshot WHERE twins <> ''"),
                       what="the end of the language")


def test_old_entries_and_files_go(stack):
    feed, cap = place(stack, "feed"), place(stack, "cap")
    with told_by(stack, feed_folder=feed, cap_folder=cap, feed_entries="2"):
        subjects = [f"順に出すもの{number}" for number in range(3)]
        for subject in subjects:
            send(stack, subject)
            wait_entry(stack, feed / "all.atom", subject)
        check_equal([entry.title for entry in read_feed(feed / "all.atom").entries],
                    subjects[:0:-1], "the newest two, newest first")
        stack.wait_for(lambda: len(alerts_of(cap, "順に出すもの")) == 3, what="three alerts")
        other = cap / "other.xml"
        other.write_text("the administrator's own")
        stack.move_clock(31 * 86400)
        stack.wait_for(lambda: list(cap.glob("*.xml")) == [other], what="the end of the files")
        check_equal(len(read_feed(feed / "all.atom").entries), 2, "entries stay")
    stack.configure(feed_entries="50")


# ---- what fails ----

def test_folders_that_cannot_be_written(stack):
    """Mail goes out, the administrators hear of it, and what is missing comes by itself."""
    feed, cap = place(stack, "feed"), place(stack, "cap")
    shutil.rmtree(feed)
    shutil.rmtree(cap)
    subject = "書けないフォルダー"
    with told_by(stack, feed_folder=feed, cap_folder=cap):
        send(stack, subject)
        check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
        check_in("No such file", wait_alarm(stack, "feed-folder")["detail"])
        wait_alarm(stack, "cap-folder")
        mail = stack.wait_mail("sysadmin", lambda mail: "配信内容の公開" in str(mail["Subject"])
                               and "feed_folder" in s.text_of(mail))
        check_in("メールの配信には影響しません", s.text_of(mail))
        place(stack, "feed")
        place(stack, "cap")
        stack.move_clock(120)
        wait_entry(stack, feed / "all.atom", subject)
        stack.wait_for(lambda: alerts_of(cap, subject), what="the alert")
        wait_no_alarm(stack)


def test_files_that_somebody_removed(stack):
    feed = place(stack, "feed")
    with told_by(stack, feed_folder=feed):
        send(stack, "消されるもの")
        wait_entry(stack, feed / "all.atom", "消されるもの")
        before = (feed / "all.atom").stat()
        (feed / f"{town.BOSAI}.atom").unlink()
        stack.configure(feed_folder=feed)
        wait_entry(stack, feed / f"{town.BOSAI}.atom", "消されるもの")
        check_equal((feed / "all.atom").stat().st_ino, before.st_ino, "what is right stays")


def test_programs_that_fail(stack):
    """Refuses, is killed, hangs: told, and run again; how much it says does not matter."""
    program = prepare_program(stack)
    with told_by(stack, on_release=command(program), on_release_timeout="2s", retry_first="1s"):
        for mode, words in (("refuse", "ended with status 3: the web page does not answer"),
                            ("signal", "was ended by signal 9"),
                            ("hang", "took longer than 2 s")):
            subject = f"失敗する{mode}"
            (program / "mode").write_text(mode)
            send(stack, subject)
            check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
            stack.wait_for(lambda: words in wait_alarm(stack, "on-release")["detail"], 40, words)
            wait_told(stack, program, subject, 2)
            (program / "mode").write_text("take")
            wait_rows(stack, subject, (1, 3, 2))
            check_equal(len({row["id"] for row in told_of(program, subject)}), 1, "one id")
            wait_no_alarm(stack)
        mail = stack.wait_mail("sysadmin", lambda mail: "配信内容の公開" in str(mail["Subject"])
                               and "終了コード 3" in s.text_of(mail))
        check_in("くり返し実行します", s.text_of(mail))
        for mode in ("flood", "leave"):
            subject = f"多弁な{mode}"
            (program / "mode").write_text(mode)
            send(stack, subject)
            wait_rows(stack, subject, (1, 3, 2))
            check_equal(len(told_of(program, subject)), 1)
        check_equal((program / "twice").exists(), False, "two at once")


def test_a_program_that_cannot_be_started(stack):
    """In vain for longer than its time, it is given up, and the next one is tried."""
    program = prepare_program(stack)
    with told_by(stack, on_release=f"{program}/nothing", on_release_attempts="1h"):
        send(stack, "届かない知らせ")
        check_in("No such file", wait_alarm(stack, "on-release")["detail"])
        stack.move_clock(7200)
        wait_rows(stack, "届かない知らせ", (1, 3, 4))
        wait_alarm(stack, "on-release-given-up")
        stack.configure(on_release=command(program))
        send(stack, "届く知らせ")
        wait_rows(stack, "届く知らせ", (1, 3, 2))
        wait_no_alarm(stack)
    check_equal(told_of(program, "届かない"), [])


def test_a_setting_that_is_none(stack):
    for setting in ('on_release = "tell us"', 'on_release = "/bin/tell \'us"',
                    'cap_urgent = "Soon, Severe, Unknown"', 'cap_categories = "bosai"'):
        conf = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("wrong.conf")
        conf.write_text(pathlib.Path(stack.env["KAIRAN_CONF"]).read_text() + setting + "\n")
        conf.chmod(0o600)
        said = subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairan-milter", "-n", "-c", conf],
                              capture_output=True, text=True, check=False)
        check_equal(said.returncode != 0, True, setting)
        check_in(setting.partition(" ")[0], said.stderr)


# ---- the daemon ends ----

def test_killed_while_the_program_runs(stack):
    """The program lives on; another daemon does not run a second one beside it, and then tells once
    more what it cannot know was told."""
    program = prepare_program(stack, "wait")
    subject = "落ちる間の知らせ"
    with told_by(stack, on_release=command(program), retry_first="1s"):
        send(stack, subject)
        wait_told(stack, program, subject)
        stack.kill9("milter")
        stack.start("milter")
        # Its claim is over, and it is found to be running; and so it is a while later.
        stack.move_clock(200)
        stack.wait_for(lambda: "still runs" in stack.log(), what="the lock")
        stack.move_clock(100)
        wait_alarm(stack, "on-release-running")
        check_equal(len(told_of(program, subject)), 1, "calls while the first one lives")
        (program / "go").touch()
        wait_told(stack, program, subject, 2)
        wait_rows(stack, subject, (1, 3, 2))
        check_equal(len({row["id"] for row in told_of(program, subject)}), 1, "one id")
        check_equal((program / "twice").exists(), False, "two at once")
        wait_no_alarm(stack)


def test_ended_while_the_program_runs(stack):
    """It is ended with the daemon, and run again."""
    program = prepare_program(stack, "wait")
    subject = "止まる間の知らせ"
    with told_by(stack, on_release=command(program)):
        send(stack, subject)
        wait_told(stack, program, subject)
        stack.stop("milter")
        shutil.rmtree(program / "running")
        (program / "mode").write_text("take")
        stack.start("milter")
        wait_told(stack, program, subject, 2)
        wait_rows(stack, subject, (1, 3, 2))


def test_down_while_it_goes_out(stack):
    """What went out while nobody could tell of it is told at the next start."""
    feed = place(stack, "feed")
    subject = "起動してからの公開"
    with told_by(stack, feed_folder=feed):
        town.draft(stack, "bosai-staff1", subject)
        request = town.request_for(stack, "bosai-chief", subject)
        feed.chmod(0o555)
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_state(stack, subject, town.RELEASED, 60)
        stack.kill9("milter")
        feed.chmod(0o755)
        stack.start("milter")
        wait_entry(stack, feed / "all.atom", subject)
        wait_rows(stack, subject, (1, 1, 2))


if __name__ == "__main__":
    tap.main(globals())
