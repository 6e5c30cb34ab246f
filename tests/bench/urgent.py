"""Urgent: while an ordinary broadcast waits for slow carriers, one that is urgent goes to the same
ones: from its approval's 250 until its last subscriber's carrier has it, beside the time that it
takes alone. Mail leaves as conf/postfix/main.cf.sample and carriers.sample have it, by its sender;
so these domains are names of loopback addresses, which are found without a DNS."""
import contextlib
import time

from carriers import Carrier, Carriers
from delivered import IN_EARNEST, Times, middle, times_of, wait_arrivals
from measure import ROUNDS, empty_queue, note
from release import approval, use_list, wait_released

# A session of theirs ends when the next one has begun (Postfix does not wait for the answer to QUIT):
# so these are the connections that both transports have together, twice.
CARRIER = Carrier(delay=100, connections=40, recipients=100)
CARRIERS = {f"0x7f.0.1.0x{number:x}": CARRIER for number in range(1, 6)}
PART = 10  # the urgent list is so much smaller: else nothing waits any more when it is through


def people(count, mark):
    domains = list(CARRIERS)
    return [f"{mark}{number}@{domains[number % len(domains)]}" for number in range(count)]


@contextlib.contextmanager
def sent_by_sender(stack, carriers):
    """The MTA sends to them as the samples have it."""
    tools = stack.mta_tools
    services, parameters = tools.carriers_sample()
    with tools.configured(services, smtp_tcp_port=str(carriers.port), **IN_EARNEST, **parameters):
        yield


def release_urgent(stack, carriers, wanted, subject):
    since = carriers.size()
    with approval(stack, f"【緊急】{subject}") as approve:
        approve()
        start = time.monotonic()
    return Times(start, wait_arrivals(carriers, since, wanted, others=True))


def alone(stack, carriers, wanted, subject):
    return release_urgent(stack, carriers, wanted, f"{subject} alone")


def behind_what_waits(stack, carriers, wanted, subject):
    """The MTA has all of the other already."""
    since = carriers.size()
    with approval(stack, f"{subject} ordinary", "kosodate") as approve:
        wait_released(stack, approve())
    stack.wait_for(lambda: carriers.size() > since, 60, "the first that is delivered")
    return release_urgent(stack, carriers, wanted, f"{subject} waits")


def behind_what_begins(stack, carriers, wanted, subject):
    """The other was approved just before."""
    with approval(stack, f"{subject} before", "kosodate") as approve:
        approve()
    return release_urgent(stack, carriers, wanted, f"{subject} begins")


WAYS = {"alone": alone, "behind what waits": behind_what_waits,
        "behind what begins": behind_what_begins}


def measure(stack, carriers, wanted, name):
    runs = {way: [] for way in WAYS}
    for number in range(ROUNDS):
        for way, work in WAYS.items():
            empty_queue(stack)
            # What it has learnt of destinations is forgotten, and nothing goes on.
            stack.mta_tools.restart()
            runs[way].append(work(stack, carriers, wanted, f"{name} {number}"))
    empty_queue(stack)
    return runs


def note_all(name, runs):
    floor = [one.last for one in runs["alone"]]
    for way, measured in runs.items():
        note(f"{name}, {way}", floor, **times_of(measured),
             last_of_alone=middle(measured, "last") / middle(runs["alone"], "last"))


def bench_urgent(stack, counts=(10000, 100000)):
    with Carriers(stack.directory, CARRIERS) as carriers, sent_by_sender(stack, carriers):
        for count in counts:
            use_list(stack, count, f"waiting{count}", people(count, "k"), "kosodate")
            wanted = people(count // PART, "u")
            use_list(stack, len(wanted), f"urgent{count}", wanted)
            note_all(f"urgent to {len(wanted)} beside {count}",
                     measure(stack, carriers, set(wanted), f"urgent {count}"))
