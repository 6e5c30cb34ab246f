"""Measure kairan on its own private Postfix, each figure beside what bounds it.

    make bench                              everything
    python3 tests/bench/bench.py release 1000 10000
    python3 tests/bench/bench.py delivered | urgent | sendmail | copies | foreign | drafts | joins
        | memory | bounces
    python3 tests/bench/bench.py residents 10000 100000

Machines are noisy: it says first how busy this one is, what counts are ratios within one run, of
medians of $KAIRAN_BENCH_ROUNDS (5), and there is none where the floor's own runs differ by more
than a third, unless $KAIRAN_BENCH_NOISY is set; the exit status is 1 then. Results stand in
bench.json beside the build, and in a table on standard output.
"""
import concurrent.futures
import email.policy
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from delivered import bench_delivered  # noqa: E402
from measure import (BUILD, MESSAGE, ROUNDS, Cpu, Smtp, addresses, configure_mta,  # noqa: E402
                     filtered_by, finish, in_threads, middle, note, say_how_busy, take, walls)
from release import (SHARD, bench_copies, bench_memory, bench_release,  # noqa: E402
                     bench_sendmail, peak, release_once, use_list)
from urgent import bench_urgent  # noqa: E402
import stack as s  # noqa: E402
import town  # noqa: E402

REPORTED = 50


def set_in_earnest(stack):
    """Without what the stack has for tests' sake alone: a clock that is read from a file, a look
    at the directory every two seconds, and a log of every question to slapd."""
    conf = pathlib.Path(stack.env["KAIRAN_CONF"])
    with open(conf, "a", encoding="utf-8") as file:
        file.write('test_clock = ""\nsnapshot_refresh = "60s"\n')
    slapd = conf.parent / "slapd.d" / "cn=config.ldif"
    text = slapd.read_text()
    stack.stop("milter", "slapd")
    slapd.write_text(text.replace("olcLogLevel: stats", "olcLogLevel: none"))
    stack.start()


# ---- mail that is none of our business ----

def foreign_once(stack, pid, count=2000, connections=4):
    def work(_):
        smtp = Smtp(int(stack.env["KAIRAN_MX_PORT"]))
        for _ in range(count // connections):
            smtp.send("a@elsewhere.example", ["b@phone.sink.example"], MESSAGE)
        smtp.close()

    with Cpu(stack, pid) as cpu:
        in_threads(connections, work)
    return cpu


def bench_foreign(stack):
    configure_mta(stack, defer_transports="sink")
    ours, noop, none = [], [], []
    for _ in range(ROUNDS):
        take(stack, ours, lambda: foreign_once(stack, stack.pid("milter")))
        with filtered_by(stack, 0) as pid:
            take(stack, noop, lambda: foreign_once(stack, pid))
        with filtered_by(stack):
            take(stack, none, lambda: foreign_once(stack, 0))

    def cost(measured):
        return statistics.median(one.filter + one.mta for one in measured)

    note("foreign mail, 2,000 on 4 connections", walls(noop),
         wall_of_noop=middle(ours) / middle(noop), cpu_of_noop=cost(ours) / cost(noop), wall_of_none=middle(ours) / middle(none),
         cpu_of_none=cost(ours) / cost(none), cpu_filter=middle(ours, "filter"),
         cpu_noop=middle(noop, "filter"))


# ---- drafts held ----

def make_drafts(count, mark):
    return [s.make_mail("bosai-staff1", town.BOSAI, f"{mark} {each}",
                        f"避難所を開設しました。{mark} {each}")
            .as_bytes(policy=email.policy.SMTP).rstrip() for each in range(count)]


def drafts_once(stack, connections, count, mark):
    """Drafts a second. Each connection has sent one before: what the MTA does for a new client,
    a login and processes of its own, is not ours."""
    port = int(stack.env["KAIRAN_SUBMISSION_PORT"])
    sessions = [Smtp(port, "bosai-staff1") for _ in range(connections)]
    each = count // connections
    mails = [make_drafts(each + 1, f"{mark} {number}") for number in range(connections)]

    def send(number, some):
        for mail in some:
            sessions[number].send("bosai-staff1@town.example", [town.BOSAI], mail)

    in_threads(connections, lambda number: send(number, mails[number][:1]))
    start = time.monotonic()
    in_threads(connections, lambda number: send(number, mails[number][1:]))
    rate = connections * each / (time.monotonic() - start)
    for session in sessions:
        session.close()
    return rate


def commits_once(stack, count=400):
    file = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / "commits.db"
    journal = "wal" if "journal mode wal" in stack.log() else "delete"
    done = subprocess.run([BUILD / "tests/bench/commits", file, journal, str(count)], check=True,
                          capture_output=True, text=True)
    file.unlink()
    return count / float(done.stdout)


def bench_drafts(stack):
    # The requests would be mailed at the same time, which is another measurement.
    for connections in (1, 4, 16):
        ours, bare = [], []
        for number in range(ROUNDS):
            bare.append(commits_once(stack))
            ours.append(drafts_once(stack, connections, 320, f"held {connections} {number}"))
            stack.wait_for(lambda: not stack.store("SELECT 1 FROM outbox WHERE state = 1"), 300,
                           "the notices")
        note(f"drafts held, {connections} connections", [1 / rate for rate in bare],
             a_second=statistics.median(ours), of_commits=statistics.median(ours) / statistics.median(bare))


# ---- residents who join ----

def reply_addresses(stack, mark):
    """From the answers that the residents got: whose, and where a reply goes to."""
    found = {}
    for file in stack.sink_files():
        head = file.read_bytes().partition(b"\n\n")[0].replace(b"\r", b"")
        to = re.search(rb"(?m)^Delivered-To: (%s\S+)" % mark, head)
        reply = re.search(rb"(?m)^Reply-To:\s*<?(confirm[^\s>]+)", head)
        if to and reply:
            found[to[1].decode()] = reply[1].decode()
    return found


def empty_mail(sender, to, number):
    return (f"From: {sender}\r\nTo: {to}\r\n"
            f"Message-ID: <{number}.{to}>\r\n\r\n").encode()


def in_sessions(stack, mails, connections=8, write=empty_mail):
    """Send something to each (sender, recipient), each connection its part; mails a second."""
    port = int(stack.env["KAIRAN_MX_PORT"])

    def work(number):
        smtp = Smtp(port)
        for at in range(number, len(mails), connections):
            sender, to = mails[at]
            smtp.send(sender, [to], write(sender, to, at))
        smtp.close()

    start = time.monotonic()
    in_threads(connections, work)
    return len(mails) / (time.monotonic() - start)


def count_joined(stack, of, mark):
    """Every one of them once: as a subscriber, in both mails, and in the reports' counts."""
    like = f"{mark}%"
    counts = [stack.store(query, like)[0][0] for query in (
        "SELECT count(*) FROM subscriber WHERE state = 1 AND source = 1 AND address LIKE ?",
        "SELECT count(*) FROM outbox WHERE kind = 'resident-join' AND mail LIKE ?",
        "SELECT count(*) FROM outbox WHERE kind = 'resident-welcome' AND mail LIKE ?",
        "SELECT count(*) FROM resident_request WHERE state = 2 AND address LIKE ?")]
    return counts + [stack.store("SELECT sum(joined) FROM subscriber_change"
                                 " WHERE list = ? AND gone = 0 AND joined = 1", of)[0][0]]


def bench_joins(stack, counts=(10000,), of="bosai"):
    stack.configure(limit_resident_host="0", limit_resident_all="0")
    for count in counts:
        mark = f"join{count}-"
        people = [f"{mark}{n}@docomo.sink.example" for n in range(count)]
        start = time.monotonic()
        # One in ten is impatient.
        asked = in_sessions(stack, [(who, f"join-{of}@{s.SERVICE}")
                                    for n, who in enumerate(people)
                                    for _ in range(2 if n % 10 == 0 else 1)])
        found = stack.wait_for(
            lambda: (lambda found: found if len(found) == count else None)(
                reply_addresses(stack, mark.encode()))
            if len(stack.sink_files()) >= count else None, 1800, "the answers")
        answered = count / (time.monotonic() - start)
        confirmed = in_sessions(stack, [*found.items(), *list(found.items())[::10]])
        joined = count_joined(stack, of, mark)
        if joined != [count] * 5:
            raise AssertionError(f"of {count} who joined: {joined}")
        note(f"{count} residents join", asked_a_second=asked, answered_a_second=answered,
             confirmed_a_second=confirmed, wall=time.monotonic() - start)


# ---- what comes back ----

def report_of(to, failed):
    """What a mail system writes of all who could not be reached."""
    groups = "\n".join(f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n"
                       "Diagnostic-Code: smtp; 550 5.1.1 user unknown\n" for address in failed)
    return (f"From: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: Undelivered Mail\n"
            "MIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n--b\n"
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
            f"{groups}\n--b--\n")


def deliver_reports(stack, to, groups):
    """Seconds for reports of these groups of recipients, one after the other."""
    start = time.monotonic()
    for failed in groups:
        stack.kairanctl("deliver", "--sender", "<>", "--recipient", to,
                        stdin=report_of(to, failed))
    return time.monotonic() - start


def send_what_fails(stack, count):
    """A broadcast to a list that has so many when the reports come: where they go to."""
    use_list(stack, 25)
    release_once(stack, "came back")
    mail = town.wait_broadcast(stack, "came back", 25)[0]
    file = stack.directory / "came-back.csv"
    file.write_text("address\n" + "\n".join(addresses(count)) + "\n")
    os.chmod(file, 0o644)
    stack.kairanctl("subscribers", "import", "--list", "bench25", "--new-list",
                    str(file.resolve()))
    return str(mail["Return-Path"]).strip("<>").replace('"', "")


def check_failed(stack, count):
    for table in ("bounce", "audit WHERE action = 'bounce'"):
        kept = stack.store(f"SELECT count(*) FROM {table}")[0][0]
        if kept != count:
            raise AssertionError(f"{kept} of {count} in {table}")


def bench_bounces(stack, counts=(100000,)):
    """All of a list fail: each is kept once, however often it is told."""
    for count in counts:
        to = send_what_fails(stack, count)
        failed = addresses(count)
        groups = [failed[at:at + SHARD] for at in range(0, count, SHARD)]
        alone = [[address] for address in failed[:200]]
        singly = deliver_reports(stack, to, alone)
        wall = deliver_reports(stack, to, groups)
        deliver_reports(stack, to, groups)
        check_failed(stack, count)
        note(f"bounces, {count}", seconds=wall, ms_each_in_a_report_of_many=1000 * wall / count,
             ms_each_in_a_report_of_its_own=1000 * singly / len(alone))


# ---- both at once ----

def bench_residents(stack, counts=(10000, 100000)):
    """Residents join while mail systems report a list's subscribers, by SMTP, some twice."""
    joining, failing = counts
    to = send_what_fails(stack, failing)
    failed = addresses(failing)
    groups = [failed[at:at + REPORTED] for at in range(0, failing, REPORTED)]
    groups += groups[::10]
    before = peak(stack)

    def write(_, to, number):
        return report_of(to, groups[number]).replace("\n", "\r\n").encode()

    def report():
        in_sessions(stack, [("", to)] * len(groups), 4, write)
        stack.wait_for(stack.mta_tools.queue_is_empty, 1800, "the reports")
        return time.monotonic() - start

    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        reports = pool.submit(report)
        bench_joins(stack, (joining,), "bench25")
        wall = reports.result()
    check_failed(stack, failing)
    note(f"{joining} join beside {failing} failures", failures_wall=wall,
         failures_a_second=failing / wall, mib_before=before, mib_after=peak(stack))


def main():
    benches = {"release": bench_release, "delivered": bench_delivered, "urgent": bench_urgent,
               "copies": bench_copies,
               "foreign": bench_foreign, "drafts": bench_drafts, "joins": bench_joins,
               "memory": bench_memory, "sendmail": bench_sendmail, "bounces": bench_bounces,
               "residents": bench_residents}
    chosen = sys.argv[1:2] or list(benches)
    numbers = (tuple(map(int, sys.argv[2:])),) if sys.argv[2:] else ()
    say_how_busy()
    for name in chosen:
        with s.Stack(mta="sendmail" if name == "sendmail" else "postfix") as stack:
            set_in_earnest(stack)
            benches[name](stack, *numbers)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
