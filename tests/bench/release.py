"""A release: how long until the MTA has all of it, what it costs, and what memory it takes."""
import contextlib
import os
import pathlib
import threading

from measure import (ROUNDS, Cpu, MESSAGE, Smtp, addresses, configure_mta, filtered_by, in_threads,
                     middle, note, take, walls)
import stack as s
import town

SHARD = 20000
COPIES_AT_ONCE = 8


def use_list(stack, count, name=None, people=None, broadcast="bosai"):
    """Let a broadcast address send to a list of so many subscribers, or of these people."""
    name = name or f"bench{count}"
    if not stack.store("SELECT 1 FROM subscriber WHERE list = ? LIMIT 1", name):
        file = stack.directory / f"{name}.csv"
        file.write_text("address\n" + "\n".join(people or addresses(count)) + "\n")
        os.chmod(file, 0o644)
        stack.kairanctl("subscribers", "import", "--list", name, "--new-list", str(file.resolve()))
    stack.ldapmodify(f"dn: cn={broadcast},ou=broadcasts,dc=town,dc=example\nchangetype: modify\n"
                     f"replace: kairanList\nkairanList: {name}\n")
    stack.wait_for(lambda: stack.store("SELECT 1 FROM snapshot WHERE list = ?", name), 30,
                   "the snapshot")


@contextlib.contextmanager
def approval(stack, subject, broadcast="bosai"):
    """A draft that waits; what is given approves it, and returns its number with the 250."""
    chief = f"{broadcast}-chief"
    town.draft(stack, f"{broadcast}-staff1", subject, f"避難所を開設しました。{subject}",
               to=f"{broadcast}@{s.SERVICE}")
    request = town.request_for(stack, chief, subject)
    answer = town.answer_mail(chief, request, "承認")
    draft = town.draft_id(stack, subject)
    address = s.reply_address(request)

    def approve():
        replies = stack.converse(smtp, s.address_of(chief), address, answer)
        if replies.final is None or replies.final[0] != 250:
            raise RuntimeError(f"the approval was not taken: {replies}")
        return draft

    with stack.connect(int(stack.env["KAIRAN_SUBMISSION_PORT"]), chief) as smtp:
        yield approve


def wait_released(stack, draft):
    stack.wait_for(lambda: stack.store("SELECT 1 FROM draft WHERE id = ? AND state = 4", draft),
                   900, "the release")


def release_once(stack, subject):
    """From the approval's MAIL, which makes it due, to the last shard's 250 and its record."""
    with approval(stack, subject) as approve, Cpu(stack, stack.pid("milter")) as cpu:
        wait_released(stack, approve())
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
        note(f"release of {count}", walls(floor), seconds=middle(ours),
             of_floor=middle(ours) / middle(floor), of_rcpt=middle(ours) / middle(rcpt), cpu=middle(ours, "filter"),
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
        note(f"personal copies for {count}", walls(single), seconds=middle(personal),
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
        note(f"release of {count} on Sendmail", walls(rcpt), seconds=middle(ours),
             of_rcpt=middle(ours) / middle(rcpt), cpu=middle(ours, "filter"),
             cpu_mta=middle(ours, "mta"))


# ---- memory ----

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
