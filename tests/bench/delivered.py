"""Delivered: from the approval's 250 until the first, the middle, the 99th of a hundred and the
last subscriber's carrier has the mail. They are in 50 domains, some slow, some strict; beside it
the MTA alone, which has the same mail in its queue already, and the same recipients as RCPTs. Then
once more while the domain of 40 % of them is dead, for the others alone."""
import contextlib
import math
import pathlib
import statistics
import subprocess
import time

from carriers import DEAD, Carrier, Carriers
from measure import ROUNDS, Smtp, configure_mta, empty_queue, filtered_by, note
from release import approval, use_list, wait_released
import stack as s

# Of 100 subscribers so many have one of the large ones, and all others share the rest.
LARGE = {"large.example": 40, "strict.example": 12, "slow.example": 8}
SMALL = [f"small{number}.example" for number in range(47)]
CARRIERS = {"large.example": Carrier(),
            "strict.example": Carrier(delay=2, connections=10, recipients=100),
            "slow.example": Carrier(delay=5, connections=10, recipients=100),
            **{domain: Carrier(delay=20 if number % 10 == 0 else 0)
               for number, domain in enumerate(SMALL)}}

# Where a real mail system has what Postfix comes with, and the private one is in a hurry.
IN_EARNEST = {"in_flow_delay": "1s", "queue_run_delay": "300s", "minimal_backoff_time": "300s",
              "maximal_backoff_time": "4000s", "transport_retry_time": "60s",
              "smtpd_relay_restrictions": "permit_mynetworks,reject"}
# Within what these carriers take: Postfix does not wait for the answer to QUIT, so that a session
# of theirs ends when the next one has begun.
SERVICES = ["fast/unix=fast unix - - n - 100 smtp",
            "careful/unix=careful unix - - n - 20 smtp -o smtp_connection_reuse_count_limit=2"]
LIMITS = {"default_destination_recipient_limit": "50",
          "careful_destination_concurrency_limit": "5"}
# Seconds without any arrival: what was deferred is tried again twice.
PATIENCE = 1200
DEAD_DOMAIN = "large.example"


def people(count):
    """So many addresses; each hundred of them has the same mix of domains."""
    mix = [domain for domain, of_hundred in LARGE.items() for _ in range(of_hundred)]
    small = 0
    for number in range(count):
        at = number * 37 % 100
        if at < len(mix):
            yield f"k{number}@{mix[at]}"
        else:
            yield f"k{number}@{SMALL[small % len(SMALL)]}"
            small += 1


def transports(carriers):
    """Each domain by the transport that suits its carrier."""
    return ", ".join(
        f"{domain}={'fast' if carrier == Carrier() else 'careful'}:[{carriers.hosts[domain]}]"
        f":{carriers.port}" for domain, carrier in CARRIERS.items())


@contextlib.contextmanager
def sent_to(stack, carriers):
    """The MTA sends mail for these domains to them."""
    tools = stack.mta_tools
    maps = f"inline:{{ {transports(carriers)} }}, {tools.postconf('-h', 'transport_maps')}"
    with tools.configured(SERVICES, transport_maps=maps, **IN_EARNEST, **LIMITS):
        yield


class Times:
    """When they had it, in seconds after a moment."""

    def __init__(self, start, times):
        self.times = sorted(at - start for at in times)
        self.first, self.last = self.times[0], self.times[-1]
        self.median = statistics.median(self.times)
        self.p99 = self.times[math.ceil(len(self.times) * 0.99) - 1]


def wait_arrivals(carriers, since, wanted, others=False):
    """When each of the wanted got it, who get it once; others may get something, too."""
    got, end, seen = {}, time.monotonic() + PATIENCE, since
    while len(got) < len(wanted):
        time.sleep(0.1)
        size = carriers.size()
        if size == seen:
            if time.monotonic() > end:
                raise TimeoutError(f"{len(got)} of {len(wanted)} had it")
            continue
        end = time.monotonic() + PATIENCE
        for arrival in carriers.arrivals(seen, size):
            if others and arrival.recipient not in wanted:
                continue
            if arrival.recipient in got or arrival.recipient not in wanted:
                raise AssertionError(f"not expected, or twice: {arrival.recipient}")
            got[arrival.recipient] = arrival.at
        seen = size
    return got.values()


def released_once(stack, carriers, wanted, subject):
    """A release, which the carriers get at once."""
    since = carriers.size()
    with approval(stack, subject) as approve:
        approve()
        start = time.monotonic()
    return Times(start, wait_arrivals(carriers, since, wanted))


@contextlib.contextmanager
def held(stack):
    """What goes out to subscribers is put on hold by the MTA, and no notice is."""
    table = pathlib.Path(stack.env["KAIRAN_MTA_CONFIG"]) / "hold"
    table.write_text(r"/^bounce\+[a-z][0-9]+\.[0-9]+\.[0-9]+@/ HOLD" "\n")
    configure_mta(stack, smtpd_sender_restrictions=f"check_sender_access regexp:{table}")
    yield
    configure_mta(stack, smtpd_sender_restrictions="")


def drained_once(stack, carriers, wanted, subject):
    """The same mail, which the MTA has in its queue already."""
    config = stack.env["KAIRAN_MTA_CONFIG"]
    with held(stack), approval(stack, subject) as approve:
        wait_released(stack, approve())
    since = carriers.size()
    start = time.monotonic()
    subprocess.run(["postsuper", "-c", config, "-H", "ALL"], check=True, capture_output=True)
    subprocess.run(["postqueue", "-c", config, "-f"], check=True)
    return Times(start, wait_arrivals(carriers, since, wanted))


def pipelined_once(stack, carriers, everybody, wanted):
    """The same recipients as RCPTs, 1,000 a transaction, of a mail as large, without a filter."""
    mail = b"Subject: bench\r\n\r\n" + b"0123456789abcdef\r\n" * 64
    since = carriers.size()
    with filtered_by(stack):
        start = time.monotonic()
        smtp = Smtp(int(stack.env["KAIRAN_MX_PORT"]))
        for at in range(0, len(everybody), 1000):
            smtp.send("bounce@town.example", everybody[at:at + 1000], mail)
        smtp.close()
        return Times(start, wait_arrivals(carriers, since, wanted))


def middle(measured, what):
    return statistics.median(getattr(one, what) for one in measured)


def times_of(measured):
    return {what: middle(measured, what) for what in ("first", "median", "p99", "last")}


def note_beside(name, ways, alone=()):
    """ways: the runs of kairan, of the drain and of RCPTs; alone: of kairan, without the dead."""
    ours, drained, pipelined = ways
    floor = [one.last for one in drained]
    ratios = {"last_of_drain": middle(ours, "last") / middle(drained, "last"),
              "last_of_rcpt": middle(ours, "last") / middle(pipelined, "last")}
    if alone:
        ratios["last_of_living_alone"] = middle(ours, "last") / middle(alone, "last")
    note(name, floor, **times_of(ours), **ratios)
    for way, measured in (("drained", drained), ("by RCPT", pipelined),
                          ("to the living alone", alone)):
        if measured:
            note(f"  {way}", floor, **times_of(measured))


def measure(stack, works):
    """The runs of each of some works, which take turns."""
    runs = tuple([] for _ in works)
    for number in range(ROUNDS):
        for work, done in zip(works, runs):
            empty_queue(stack)
            # What it has learnt of dead destinations is forgotten.
            stack.mta_tools.restart()
            done.append(work(number))
    empty_queue(stack)
    return runs


def ways_to(stack, carriers, everybody, name, dead=""):
    """The ways to everybody who is not in the dead domain."""
    wanted = {who for who in everybody if who.rpartition("@")[2] != dead}
    return (lambda number: released_once(stack, carriers, wanted, f"{name} {number} now"),
            lambda number: drained_once(stack, carriers, wanted, f"{name} {number} drain"),
            lambda _: pipelined_once(stack, carriers, everybody, wanted))


def measure_dead(stack, carriers, everybody, count):
    """While one domain refuses connections; and those outside of it, as a list of their own."""
    living = [who for who in everybody if not who.endswith(f"@{DEAD_DOMAIN}")]
    with carriers.changed({DEAD_DOMAIN: DEAD}):
        ways = measure(stack, ways_to(stack, carriers, everybody, f"dead {count}", DEAD_DOMAIN))
        use_list(stack, len(living), f"living{count}", living)
        alone = measure(stack, ways_to(stack, carriers, living, f"living {count}")[:1])
    note_beside(f"delivered to {count}, 40 % dead", ways, alone[0])


def bench_delivered(stack, counts=(1000, 10000, 100000)):
    with Carriers(stack.directory, CARRIERS) as carriers, sent_to(stack, carriers):
        for count in counts:
            everybody = list(people(count))
            use_list(stack, count, f"phones{count}", everybody)
            note_beside(f"delivered to {count}",
                        measure(stack, ways_to(stack, carriers, everybody, f"all {count}")))
            measure_dead(stack, carriers, everybody, count)
