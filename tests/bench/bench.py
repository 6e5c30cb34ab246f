"""Measure kairan on its own private Postfix, each figure beside what bounds it.

    make bench                              everything
    python3 tests/bench/bench.py release 1000 10000
    python3 tests/bench/bench.py sendmail | copies | foreign | drafts | joins | memory | bounces
    python3 tests/bench/bench.py residents 10000 100000

Machines are noisy: what counts are ratios within one run, of medians. Results stand in
bench.json beside the build, and in a table on standard output.
"""
import base64
import concurrent.futures
import contextlib
import email.policy
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e"))

import stack as s  # noqa: E402
import town  # noqa: E402

BUILD = s.BUILD
ROUNDS = int(os.environ.get("KAIRAN_BENCH_ROUNDS", "5"))
SHARD = 20000
REPORTED = 50
COPIES_AT_ONCE = 8
TICKS = os.sysconf("SC_CLK_TCK")
RESULTS = []


def note(name, **figures):
    RESULTS.append({"name": name, **figures})
    print(f"{name:44}", "  ".join(f"{key} {value:.3f}" if isinstance(value, float)
                                  else f"{key} {value}" for key, value in figures.items()),
          flush=True)


# ---- processes ----

def cpu_of(pid):
    """CPU seconds of a process, and of its children that have ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def cpu_of_mta(stack):
    master = stack.pid("mta")
    children = pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return cpu_of(master) + sum(cpu_of(child) for child in children)


class Cpu:
    """CPU seconds of a filter and of the MTA while something is done."""

    def __init__(self, stack, pid):
        self.stack, self.pid = stack, pid

    def __enter__(self):
        self.before = (cpu_of(self.pid), cpu_of_mta(self.stack))
        self.start = time.monotonic()
        return self

    def __exit__(self, *_):
        self.wall = time.monotonic() - self.start
        self.filter = cpu_of(self.pid) - self.before[0]
        self.mta = cpu_of_mta(self.stack) - self.before[1]


# ---- the stack ----

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


# ---- the MTA ----

def configure_mta(stack, **parameters):
    config = stack.env["KAIRAN_MTA_CONFIG"]
    subprocess.run(["postconf", "-c", config, "-e",
                    *(f"{name}={value}" for name, value in parameters.items())], check=True)
    subprocess.run(["postfix", "-c", config, "reload"], check=True, capture_output=True)


def empty_queue(stack):
    subprocess.run(["postsuper", "-c", stack.env["KAIRAN_MTA_CONFIG"], "-d", "ALL"], check=True,
                   capture_output=True)


@contextlib.contextmanager
def filtered_by(stack, *arguments):
    """The MTA asks another filter than kairan: "" for none, or the floor's arguments."""
    path = pathlib.Path(stack.env["KAIRAN_RUN"]) / "floor.sock"
    process = None
    if arguments:
        process = subprocess.Popen([BUILD / "tests/bench/floor", path, *map(str, arguments)],
                                   stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        os.chmod(path, 0o777)
    configure_mta(stack, smtpd_milters=f"unix:{path}" if process else "")
    try:
        yield process.pid if process else 0
    finally:
        configure_mta(stack, smtpd_milters=f"unix:{stack.env['KAIRAN_MILTER_SOCKET']}")
        if process:
            process.kill()
            process.communicate()


class Smtp:
    """As little of a client as there can be, so that its own cost stays small."""

    def __init__(self, port, user=None):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.file = self.socket.makefile("rb")
        self.replies(1)
        self.command("EHLO bench.example")
        if user is not None:
            login = base64.b64encode(f"\0{user}\0{user}-pass".encode()).decode()
            self.command(f"AUTH PLAIN {login}")

    def replies(self, count):
        while count > 0:
            line = self.file.readline()
            if line[:1] not in (b"2", b"3"):
                raise RuntimeError(line.decode())
            count -= line[3:4] == b" "

    def command(self, *lines):
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())
        self.replies(len(lines))

    def send(self, sender, recipients, octets):
        self.command(f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{to}>" for to in recipients), "DATA")
        self.socket.sendall(octets + b"\r\n.\r\n")
        self.replies(1)

    def close(self):
        self.socket.close()


MESSAGE = (b"From: a@town.example\r\nTo: b@town.example\r\nSubject: bench\r\n"
           b"Message-ID: <bench@town.example>\r\n\r\n" + b"0123456789abcdef\r\n" * 64)


def in_threads(count, work):
    failures = []

    def run(number):
        try:
            work(number)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def addresses(count):
    return [f"k{n}@{('phone', 'docomo', 'mail')[n % 3]}.sink.example" for n in range(count)]


# ---- 1. a release ----

def use_list(stack, count):
    """Let bosai@ send to a list of so many subscribers."""
    name = f"bench{count}"
    if not stack.store("SELECT 1 FROM subscriber WHERE list = ? LIMIT 1", name):
        file = stack.directory / f"{name}.csv"
        file.write_text("address\n" + "\n".join(addresses(count)) + "\n")
        os.chmod(file, 0o644)
        stack.kairanctl("subscribers", "import", "--list", name, "--new-list", str(file.resolve()))
    stack.ldapmodify("dn: cn=bosai,ou=broadcasts,dc=town,dc=example\nchangetype: modify\n"
                     f"replace: kairanList\nkairanList: {name}\n")
    stack.wait_for(lambda: stack.store("SELECT 1 FROM snapshot WHERE list = ?", name), 30,
                   "the snapshot")


def release_once(stack, subject):
    """From the approval's MAIL, which makes it due, to the last shard's 250 and its record."""
    town.draft(stack, "bosai-staff1", subject, f"避難所を開設しました。{subject}")
    request = town.request_for(stack, "bosai-chief", subject)
    answer = town.answer_mail("bosai-chief", request, "承認")
    draft = town.draft_id(stack, subject)
    address = s.reply_address(request)
    with stack.connect(int(stack.env["KAIRAN_SUBMISSION_PORT"]), "bosai-chief") as smtp, \
         Cpu(stack, stack.pid("milter")) as cpu:
        stack.converse(smtp, "bosai-chief@town.example", address, answer)
        stack.wait_for(lambda: stack.store(
            "SELECT 1 FROM draft WHERE id = ? AND state = 4", draft), 900, "the release")
    return cpu


def fill_once(stack, pid, count):
    """The same recipients, added by a filter that does nothing else, in the same shards."""
    shards = list(range((count + SHARD - 1) // SHARD))
    lock = threading.Lock()

    def work(_):
        smtp = Smtp(int(stack.env["KAIRAN_MX_PORT"]))
        while True:
            with lock:
                if not shards:
                    break
                shard = shards.pop()
            smtp.send("a@town.example", [f"fill-{shard}@phone.sink.example"], MESSAGE)
        smtp.close()

    with Cpu(stack, pid) as cpu:
        in_threads(2, work)
    return cpu


def rcpt_once(stack, count):
    """The same recipients as pipelined RCPTs, 1,000 a transaction."""
    all_of_them = addresses(count)
    with Cpu(stack, 0) as cpu:
        smtp = Smtp(int(stack.env["KAIRAN_MX_PORT"]))
        for start in range(0, count, 1000):
            smtp.send("a@town.example", all_of_them[start:start + 1000], MESSAGE)
        smtp.close()
    return cpu


def take(stack, measured, work):
    empty_queue(stack)
    measured.append(work())
    empty_queue(stack)


def middle(measured, what="wall"):
    return statistics.median(getattr(one, what) for one in measured)


def bench_release(stack, counts=(1000, 10000, 100000)):
    configure_mta(stack, defer_transports="sink", smtpd_recipient_limit=1000)
    per_recipient = {}
    for count in counts:
        use_list(stack, count)
        ours, floor, rcpt = [], [], []
        for number in range(ROUNDS):
            take(stack, ours, lambda: release_once(stack, f"bench {count} {number}"))
            with filtered_by(stack, min(count, SHARD)) as pid:
                take(stack, floor, lambda: fill_once(stack, pid, count))
            with filtered_by(stack):
                take(stack, rcpt, lambda: rcpt_once(stack, count))
        per_recipient[count] = middle(ours) / count
        note(f"release of {count}", seconds=middle(ours), of_floor=middle(ours) / middle(floor),
             of_rcpt=middle(ours) / middle(rcpt), cpu=middle(ours, "filter"),
             cpu_floor=middle(floor, "filter"), cpu_mta=middle(ours, "mta"))
    if 10000 in per_recipient and 100000 in per_recipient:
        note("growth from 10,000 to 100,000",
             per_recipient=per_recipient[100000] / per_recipient[10000])


def single_once(stack, count):
    """As many mails as recipients, by as many connections as kairan has."""
    left = addresses(count)
    lock = threading.Lock()

    def work(_):
        smtp = Smtp(int(stack.env["KAIRAN_MX_PORT"]))
        while True:
            with lock:
                if not left:
                    break
                address = left.pop()
            smtp.send("a@town.example", [address], MESSAGE)
        smtp.close()

    with Cpu(stack, 0) as cpu:
        in_threads(COPIES_AT_ONCE, work)
    return cpu


def bench_copies(stack, counts=(1000, 10000)):
    """Personal copies, eight at once as INSTALL says, beside a shared release, and beside as many
    mails that nobody filters. Their receipts, a process each, are left in the queue."""
    configure_mta(stack, defer_transports="sink kairan", smtpd_recipient_limit=1000)
    stack.configure(shards_at_once=COPIES_AT_ONCE)
    stack.stop("milter")
    stack.start("milter")
    per_recipient = {}
    for count in counts:
        use_list(stack, count)
        shared, personal, single = [], [], []
        for number in range(ROUNDS):
            stack.configure(copies="shared")
            take(stack, shared, lambda: release_once(stack, f"shared {count} {number}"))
            stack.configure(copies="personal", web_url="https://www.town.example/mail")
            take(stack, personal, lambda: release_once(stack, f"personal {count} {number}"))
            with filtered_by(stack):
                take(stack, single, lambda: single_once(stack, count))
        per_recipient[count] = middle(personal) / count
        note(f"personal copies for {count}", seconds=middle(personal),
             of_shared=middle(personal) / middle(shared),
             of_single=middle(personal) / middle(single), cpu=middle(personal, "filter"),
             cpu_mta=middle(personal, "mta"), cpu_mta_shared=middle(shared, "mta"))
    if len(counts) == 2:
        note("personal copies, growth", per_recipient=per_recipient[counts[1]]
             / per_recipient[counts[0]])


def remove_filter(stack):
    """Start Sendmail again without its filter: nobody of these recipients is ours."""
    config = stack.mta_tools.config
    text = config.read_text()
    stack.stop("mta")
    config.write_text(text.replace("O InputMailFilters=kairan", "O InputMailFilters="))
    stack.start("mta")
    return text


def bench_sendmail(stack, counts=(1000, 10000)):
    """A release on Sendmail, beside the same recipients as RCPTs."""
    stack.hold_sink(True)
    queue = stack.mta_tools.queue

    def measure(work):
        done = work()
        for file in queue.iterdir():
            file.unlink(missing_ok=True)
        return done

    for count in counts:
        use_list(stack, count)
        ours = [measure(lambda: release_once(stack, f"bench {count} {number}"))
                for number in range(ROUNDS)]
        text = remove_filter(stack)
        rcpt = [measure(lambda: rcpt_once(stack, count)) for _ in range(ROUNDS)]
        stack.stop("mta")
        stack.mta_tools.config.write_text(text)
        stack.start("mta")
        note(f"release of {count} on Sendmail", seconds=middle(ours),
             of_rcpt=middle(ours) / middle(rcpt), cpu=middle(ours, "filter"),
             cpu_mta=middle(ours, "mta"))


# ---- 2. mail that is none of our business ----

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

    note("foreign mail, 2,000 on 4 connections", wall_of_noop=middle(ours) / middle(noop),
         cpu_of_noop=cost(ours) / cost(noop), wall_of_none=middle(ours) / middle(none),
         cpu_of_none=cost(ours) / cost(none), cpu_filter=middle(ours, "filter"),
         cpu_noop=middle(noop, "filter"))


# ---- 3. drafts held ----

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
        note(f"drafts held, {connections} connections", a_second=statistics.median(ours),
             of_commits=statistics.median(ours) / statistics.median(bare))


# ---- 4. residents who join ----

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


# ---- 5. memory ----

def peak(stack):
    status = pathlib.Path(f"/proc/{stack.pid('milter')}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines()
                if line.startswith("VmHWM"))


def bench_memory(stack, counts=(100000, 1000000)):
    configure_mta(stack, defer_transports="sink")
    figures = {}
    for count in (0, *counts):
        stack.stop("milter")
        stack.start("milter")
        if count:
            use_list(stack, count)
            take(stack, [], lambda: release_once(stack, f"memory {count}"))
        figures[count] = peak(stack)
        note(f"memory, release of {count}" if count else "memory, idle",
             resident_mib=figures[count])
    if len(counts) == 2:
        note("memory, most beside least", ratio=figures[counts[1]] / figures[counts[0]])


# ---- 6. what comes back ----

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


# ---- 7. both at once ----

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
    benches = {"release": bench_release, "copies": bench_copies, "foreign": bench_foreign,
               "drafts": bench_drafts, "joins": bench_joins, "memory": bench_memory,
               "sendmail": bench_sendmail,
               "bounces": bench_bounces, "residents": bench_residents}
    chosen = sys.argv[1:2] or list(benches)
    numbers = (tuple(map(int, sys.argv[2:])),) if sys.argv[2:] else ()
    for name in chosen:
        with s.Stack(mta="sendmail" if name == "sendmail" else "postfix") as stack:
            set_in_earnest(stack)
            benches[name](stack, *numbers)
    (BUILD / "bench.json").write_text(json.dumps(RESULTS, indent=1) + "\n")


if __name__ == "__main__":
    main()
