"""What the measurements share: how busy the machine is, CPU seconds, the private MTA, a client,
and figures, which are given beside a floor of the same run."""
import base64
import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import threading
import time

import stack as s

BUILD = s.BUILD
ROUNDS = int(os.environ.get("KAIRAN_BENCH_ROUNDS", "5"))
NOISY = os.environ.get("KAIRAN_BENCH_NOISY", "") != ""
STEADY = 4 / 3
TICKS = os.sysconf("SC_CLK_TCK")
RESULTS = []


# ---- figures ----

def say(name, figures):
    print(f"{name:44}", "  ".join(f"{key} {value:.3f}" if isinstance(value, float)
                                  else f"{key} {value}" for key, value in figures.items()),
          flush=True)


def note(name, floor=(), **figures):
    """Figures of which those beside a floor mean nothing where the floor's own runs, in seconds,
    differ by more than a third. $KAIRAN_BENCH_NOISY: give them all the same."""
    if floor and max(floor) > STEADY * min(floor) and not NOISY:
        figures = {"refused": "the machine is not quiet: the floor's own runs took "
                              f"{min(floor):.3f} to {max(floor):.3f} s"}
    RESULTS.append({"name": name, **figures})
    say(name, figures)


def finish():
    """Keep the figures; the exit status says whether all could be given."""
    (BUILD / "bench.json").write_text(json.dumps(RESULTS, indent=1) + "\n")
    return 1 if any("refused" in one for one in RESULTS) else 0


def cpu_times():
    """Of all cores since the start: the seconds, and those in which they had nothing to do."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    ticks = list(map(int, fields))
    return sum(ticks) / TICKS, (ticks[3] + ticks[4]) / TICKS


def say_how_busy(seconds=3.0):
    """What others do on this machine before anything is measured."""
    before = cpu_times()
    time.sleep(seconds)
    passed, idle = (now - then for now, then in zip(cpu_times(), before))
    note("this machine, before", cores=os.cpu_count(), load=os.getloadavg()[0],
         busy=1 - idle / passed if passed else 0.0)


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


def take(stack, measured, work):
    empty_queue(stack)
    measured.append(work())
    empty_queue(stack)


def walls(measured):
    return [one.wall for one in measured]


def middle(measured, what="wall"):
    return statistics.median(getattr(one, what) for one in measured)
