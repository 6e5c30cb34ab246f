#!/usr/bin/env python3
"""What the MTA's log says of releases (setting mta_log): when subscribers' mail systems took them,
and which do not."""
import contextlib
import csv
import datetime
import json
import pathlib
import re
import socket
import subprocess
import unittest

import smtp_server
import stack as s
import tap
import town
from tap import check_equal, check_in

REFUSAL = "450 4.7.1 too much at once, come back later"
GONE = "gone@closed.example"


class Carrier(smtp_server.Session):
    """A carrier's mail server: .refusal is what it says to each RCPT in the domains .refused,
    None: it takes it."""

    def answer(self, line):
        verb = line[:4].upper()
        if verb == "DATA":
            self.pass_over_text()
        if verb == "RCPT" and self.server.refusal is not None \
                and smtp_server.path_of(line).endswith(self.server.refused):
            self.say(self.server.refusal)
        else:
            self.say("221 bye" if verb == "QUIT" else "250 2.0.0 ok")


@contextlib.contextmanager
def carrier(stack, *domains):
    """The domains' mail goes to a server of ours."""
    with smtp_server.serving(Carrier, refusal=None, refused=domains) as server, \
            stack.mta_tools.routed(dict.fromkeys(domains, "127.0.0.1"), server.port):
        yield server


def log_of(stack):
    return pathlib.Path(stack.env["KAIRAN_LOG"]) / f"{stack.mta_tools.LOG}.log"


@contextlib.contextmanager
def read_log(stack):
    stack.configure(mta_log=log_of(stack))
    stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'mta-log'"),
                   what="the first look into the log")
    yield
    stack.configure(mta_log="")


@contextlib.contextmanager
def subscribed(stack, *addresses):
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("mta_log.csv")
    file.write_text("\n".join(("address", *addresses, "")), encoding="utf-8")
    file.chmod(0o644)
    stack.kairanctl("subscribers", "import", "--list", "kosodate", file)
    yield
    stack.kairanctl("subscribers", "delete", "--list", "kosodate", *addresses)


def release(stack, subject, words="承認"):
    town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
    town.answer(stack, "kosodate-chief", town.request_for(stack, "kosodate-chief", subject), words)
    town.wait_state(stack, subject, town.RELEASED)
    return town.draft_id(stack, subject)


def delivery(stack, draft):
    return json.loads(stack.kairanctl("show", str(draft), "--json").stdout)["delivery"] or {}


def recipients(stack, draft, *options):
    """By domain."""
    return json.loads(stack.kairanctl("drafts", "recipients", str(draft), "--json",
                                      *options).stdout)


def without_it(stack, draft):
    """Domain, address and state of each."""
    text = stack.kairanctl("drafts", "recipients", str(draft), "--undelivered", "--csv").stdout
    return [row[:3] for row in csv.reader(text.splitlines())][1:]


def wait_delivered(stack, draft, count=town.SUBSCRIBERS):
    return stack.wait_for(lambda: (lambda now: now if now.get("delivered", 0) >= count else None)(
        delivery(stack, draft)), what=f"{count} deliveries of draft {draft}")


def test_when_they_had_it(stack):
    subject = "届いた時刻"
    with subscribed(stack, GONE), read_log(stack):
        draft = release(stack, subject)
        watched = stack.kairanctl("watch", str(draft), "--delivered").stdout
        check_in(f"delivered {town.SUBSCRIBERS}/{town.SUBSCRIBERS + 1}, failed 1",
                 watched.splitlines()[-1])
        found = delivery(stack, draft)
        check_equal((found["delivered"], found["failed"], found["waiting"]),
                    (town.SUBSCRIBERS, 1, 0))
        times = [found[name] for name in ("first_after_seconds", "half_after_seconds",
                                          "99_percent_after_seconds", "last_after_seconds")]
        check_equal(times, sorted(times))
        check_equal(found["first_delivery"] <= found["last_delivery"], True, "first and last")
        check_in("99 percent after seconds", stack.kairanctl("show", str(draft)).stdout)
        metrics = stack.kairanctl("status", "--prometheus").stdout
        for name, value in (("draft", draft), ("delivered", town.SUBSCRIBERS), ("failed", 1),
                            ("waiting", 0), *zip(("first_seconds", "half_seconds",
                                                  "99_percent_seconds", "last_seconds"), times,
                                                 strict=True)):
            check_in(f"\nkairan_delivery_{name} {value}\n", metrics)
        rows = {row["domain"]: row for row in recipients(stack, draft)}
        check_equal(sum(row["delivered"] for row in rows.values()), town.SUBSCRIBERS)
        check_equal([rows["closed.example"][name] for name in
                     ("recipients", "delivered", "failed", "waiting")], [1, 0, 1, 0])
        check_equal([row["domain"] for row in recipients(stack, draft, "--undelivered")],
                    ["closed.example"])
        # Of recipients, no more than their domains came into the store.
        rows = [row["domain"] for row in stack.store("SELECT domain FROM delivery_domain"
                                                     " WHERE draft = ? ORDER BY domain", draft)]
        # Sendmail does not say whom it refuses by itself.
        check_equal([row for row in rows if row != "closed.example"],
                    ["docomo.sink.example", "mail.sink.example",
                     "phone.sink.example"])
        # A day later it stands in the report, whether something came back or not.
        stack.wait_for(lambda: stack.store("SELECT 1 FROM bounce WHERE draft = ?", draft),
                       what="what came back")
        check_equal(without_it(stack, draft), [["closed.example", GONE, "failed"]])
        stack.move_clock(86400 + 60)
        for person in ("kosodate-staff1", "kosodate-chief"):
            mail = stack.wait_mail(person,
                                   lambda mail: f"【配信結果】{subject}" in str(mail["Subject"]))
            text = s.text_of(mail)
            check_in(f"到達     {town.SUBSCRIBERS} 人（相手のメールサーバーが受け取った方）", text)
            check_in("不達     1 人", text)
            for name in ("最初の方", "半数    ", "99％    ", "最後の方"):
                check_equal(re.search(rf"(?m)^  {name} \d+:\d\d:\d\d", text) is not None, True,
                            f"{name} in {text}")


def test_of_a_month(stack):
    """The monthly report has the same of all its broadcasts, as figures, text and HTML."""
    month = ("report", "--month", stack.now().strftime("%Y-%m"))
    with read_log(stack):
        wait_delivered(stack, release(stack, "月報に載る配信"))
    found = json.loads(stack.kairanctl(*month, "--json").stdout)
    since = datetime.datetime.fromisoformat(found["since"]).timestamp()
    rows = stack.store("SELECT count(DISTINCT draft) AS broadcasts, sum(sent) AS delivered"
                       " FROM delivery_domain"
                       " WHERE draft IN (SELECT id FROM draft WHERE due_at >= ?)", since)[0]
    check_equal({name: found["arrivals"][name] for name in ("broadcasts", "delivered")},
                dict(rows))
    for which in ("median", "longest"):
        times = [found["arrivals"][name][which] for name in ("first", "half", "most", "last")]
        check_equal(times, sorted(times), which)
    file = pathlib.Path(stack.env["KAIRAN_STORE"]).with_name("month.html")
    stack.kairanctl(*month, "--html", file, LC_ALL="ja_JP.UTF-8")
    for text in (stack.kairanctl(*month, LC_ALL="ja_JP.UTF-8").stdout,
                 file.read_text(encoding="utf-8")):
        for words in ("利用者に届くまで", "最初の方", "最後の方"):
            check_in(words, text)


def test_urgent_ones(stack):
    """They have envelope senders of their own."""
    with read_log(stack):
        wait_delivered(stack, release(stack, "【緊急】大雨", "緊急承認 大雨のため"))
        stack.wait_for(lambda: "from=<bounce+ur" in log_of(stack).read_text("utf-8"),
                       what="its envelope sender")


def test_the_log_is_rotated(stack):
    """What stood in the old file is read to its end; nothing is counted twice."""
    with read_log(stack):
        stack.hold_sink(True)
        # A reload takes its time.
        stack.mta_tools.restart()
        draft = release(stack, "回転するログ")
        stack.wait_for(lambda: stack.store("SELECT 1 FROM delivery_queue WHERE draft = ?", draft),
                       what="its queue id")
        check_equal(delivery(stack, draft).get("delivered", 0), 0)
        stack.stop("milter")
        file = log_of(stack)
        file.rename(file.with_name(file.name + ".1"))
        stack.mta_tools.reopen_log()
        stack.hold_sink(False)
        stack.wait_for(lambda: file.exists() and file.stat().st_size > 0, what="the new file")
        stack.start("milter")
        wait_delivered(stack, draft)
        town.wait_broadcast(stack, "回転するログ")
        check_equal(delivery(stack, draft)["delivered"], town.SUBSCRIBERS)
        # Sendmail says that it has nothing more of it with a higher LogLevel only.
        if stack.mta == "postfix":
            stack.wait_for(lambda: not stack.store("SELECT 1 FROM delivery_queue WHERE draft = ?",
                                                   draft), what="the end of its queue id")


@contextlib.contextmanager
def journal(stack):
    """A journal: the folder of its files, and what sends it a line of the MTA's log."""
    program = pathlib.Path("/lib/systemd/systemd-journald")
    if not program.exists():
        raise unittest.SkipTest("there is no journald here")
    folder = stack.directory.resolve() / "run" / "journal"
    socket_path = folder / "socket/dev-log"
    script = pathlib.Path(__file__).resolve().parents[1] / "stack/journald.sh"
    with subprocess.Popen(["/bin/sh", script, folder], stderr=subprocess.DEVNULL) as server, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        try:
            stack.wait_for(socket_path.exists, what="journald")
            link.connect(str(socket_path))

            def send(line):
                link.send(b"<22>" + line.encode())
            send("kairan-test[1]: the first line")
            file, = stack.wait_for(lambda: list(folder.glob("log/*/system.journal")),
                                   what="the journal's file")
            for path in (file, *file.parents[:2]):
                path.chmod(0o755)
            yield folder / "log", send
        finally:
            server.terminate()


def entries(text):
    """The lines of a log without time and host, as programs give them to syslog."""
    return [line.partition(" mail ")[2] for line in text.splitlines()]


def place(stack):
    return stack.store("SELECT value FROM position WHERE name = 'mta-log'")[0]["value"]


def test_the_journal(stack):
    """Where Debian has no other log: what stands there before is not read, and nothing twice."""
    with journal(stack) as (folder, send):
        draft = release(stack, "ジャーナル")
        town.wait_broadcast(stack, "ジャーナル")
        lines = stack.wait_for(
            lambda: (lambda all_: all_ if sum(line.count("kosodate-") for line in all_
                                              if "Sent" in line or "status=sent" in line)
                     >= town.SUBSCRIBERS else None)(entries(log_of(stack).read_text("utf-8"))),
            what="its lines")
        for line in lines[:len(lines) // 2]:
            if "sink.example" in line:
                send(line)
        stack.configure(mta_log=f"journal:{folder}")
        stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'mta-log' AND"
                                           " value LIKE '% journal:%'"), what="the first look")
        check_equal(delivery(stack, draft), {})
        for number in range(2):
            # The daemon goes on where it was.
            stack.stop("milter")
            for line in lines if number == 0 else ["kairan-test[1]: the last line"]:
                send(line)
            before = place(stack)
            stack.start("milter")
            stack.wait_for(lambda: place(stack) != before, what="the next look")
            wait_delivered(stack, draft)
        stack.wait_for(lambda: "is read" in stack.kairanctl("status", check=False).stdout,
                       what="the word in status")
        check_equal(delivery(stack, draft)["delivered"], town.SUBSCRIBERS)
        stack.configure(mta_log="journal:/nonexistent")
        stack.wait_for(lambda: "unknown: /nonexistent/*/system.journal: No such file"
                       in stack.kairanctl("status", check=False).stdout, what="the fault")
        stack.configure(mta_log="")


def test_a_carrier_that_refuses(stack):
    """The administrators hear who it is and what is said there, as long as it is so."""
    many = [f"n{number}@docomo.ne.jp" for number in range(12)]
    subject = "断る携帯会社"
    with read_log(stack), subscribed(stack, *many), carrier(stack, "docomo.ne.jp") as server:
        server.refusal = REFUSAL
        draft = release(stack, subject)
        stack.wait_for(lambda: [row for row in delivery(stack, draft).get("domains", [])
                                if row["domain"] == "docomo.ne.jp"
                                and "too much at once" in row["answer"]], what="the refusals")
        stack.move_clock(70)
        alarm = stack.wait_mail("sysadmin", lambda mail: "ドコモ が配信を受け付けません"
                                in str(mail["Subject"]))
        text = s.text_of(alarm)
        check_in(f"{draft}: 12/12: ", text)
        check_in("too much at once, come back later", text)
        check_in("ドコモ（docomo.ne.jp）", text)
        check_equal([who for who in many if who in text], [])
        check_equal(sorted(without_it(stack, draft)),
                    sorted(["docomo.ne.jp", who, "waiting"] for who in many))
        row, = recipients(stack, draft, "--undelivered")
        check_equal([row[name] for name in ("recipients", "sent", "delivered", "waiting")],
                    [12, 12, 0, 12])
        check_in("too much at once", row["last_answer"])
        server.refusal = None
        stack.flush()
        wait_delivered(stack, draft, town.SUBSCRIBERS + 12)
        check_equal(without_it(stack, draft), [])
        over = stack.wait_mail("sysadmin", lambda mail: "【解消】" in str(mail["Subject"])
                               and "docomo.ne.jp" in s.text_of(mail))
        check_in("ドコモ が配信を受け付けません", str(over["Subject"]))
        check_equal(delivery(stack, draft)["domains"], [])


def test_one_carrier_with_two_domains(stack):
    """au is told once, and is over when both of its domains take mail again."""
    many = [f"n{number}@{domain}" for domain in ("au.com", "ezweb.ne.jp") for number in range(12)]
    subject = "二つのドメイン"

    def refusing():
        return {row["domain"] for row in stack.store(
            "SELECT domain FROM delivery_domain WHERE draft = ? AND told = 1", draft)}

    def alarms(mark=""):
        return [mail for mail in stack.imap("sysadmin") if mark in str(mail["Subject"])
                and "au が配信を受け付けません" in str(mail["Subject"])]

    with read_log(stack), subscribed(stack, *many), \
            carrier(stack, "au.com", "ezweb.ne.jp") as server:
        server.refusal = REFUSAL
        draft = release(stack, subject)
        stack.wait_for(lambda: len(delivery(stack, draft).get("domains", [])) == 2,
                       what="the refusals")
        stack.move_clock(140)
        stack.wait_for(lambda: refusing() == {"au.com", "ezweb.ne.jp"}, what="both")
        alarm, = stack.wait_for(alarms, what="the alarm")
        check_in("too much at once, come back later", s.text_of(alarm))
        server.refused = ("ezweb.ne.jp",)
        stack.flush()
        stack.wait_for(lambda: refusing() == {"ezweb.ne.jp"}, what="one that takes mail again")
        server.refusal = None
        stack.flush()
        wait_delivered(stack, draft, town.SUBSCRIBERS + len(many))
        stack.wait_for(lambda: alarms("【解消】"), what="its end")
        check_equal(len(alarms()), 2, "mails of one alarm")


def test_a_log_that_cannot_be_read(stack):
    stack.configure(mta_log="/nonexistent/mail.log")
    stack.wait_for(lambda: "unknown: /nonexistent/mail.log: No such file"
                   in stack.kairanctl("status", check=False).stdout, what="the word in status")
    subject = "ログなし"
    draft = release(stack, subject)
    town.wait_broadcast(stack, subject)
    check_equal(delivery(stack, draft), {})
    stack.configure(mta_log=log_of(stack))
    stack.wait_for(lambda: "is read" in stack.kairanctl("status", check=False).stdout,
                   what="the other word")
    stack.configure(mta_log="")
    done = stack.kairanctl("watch", str(draft), "--delivered", check=False)
    check_equal(done.returncode, 78)
    check_in("kairanctl: --delivered wants the setting mta_log\n", done.stderr)


if __name__ == "__main__":
    tap.main(globals())
