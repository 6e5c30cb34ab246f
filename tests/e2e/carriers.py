"""Mail servers of many domains on loopback (tests/bench/carriers.c), each at an address of its
own, 127.0.1.N, at one port; and which recipients they got, from whom, and when."""
import collections
import contextlib
import os
import subprocess

import stack as s

# As carriers have them: milliseconds before each answer, connections at a time, recipients in a
# session; 0 for no limit. None is one where nobody listens.
Carrier = collections.namedtuple("Carrier", "delay connections recipients", defaults=(0, 0, 0))
DEAD = None

Arrival = collections.namedtuple("Arrival", "at sender recipient")


class Carriers:
    """carriers: {domain: Carrier or DEAD}. ".hosts" says where each domain's server is."""

    def __init__(self, folder, carriers):
        self.carriers = dict(carriers)
        self.hosts = {domain: f"127.0.1.{number}"
                      for number, domain in enumerate(self.carriers, 1)}
        self.port = s.free_ports(1)[0]
        self.file = folder / f"arrivals-{self.port}"
        self.process = None

    def __enter__(self):
        living = [f"{self.hosts[domain]}:{':'.join(map(str, carrier))}"
                  for domain, carrier in self.carriers.items() if carrier is not DEAD]
        self.process = subprocess.Popen([s.BUILD / "tests/bench/carriers", self.file,
                                         str(self.port), *living],
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("the carriers do not start")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    @contextlib.contextmanager
    def changed(self, carriers):
        """Others for a while, by domain; their addresses stay."""
        before = self.carriers
        self.__exit__()
        self.carriers = {**before, **carriers}
        with self:
            yield self
        self.carriers = before
        self.__enter__()

    def size(self):
        """Where in the record the next arrival will be: behind its last whole line."""
        with open(self.file, "rb") as record:
            start = max(0, record.seek(0, os.SEEK_END) - 1024)
            record.seek(start)
            return start + record.read().rfind(b"\n") + 1

    def arrivals(self, since=0, until=None):
        """What came between two places of the record; all of it to its end without the second."""
        with open(self.file, "rb") as record:
            record.seek(since)
            octets = record.read((self.size() if until is None else until) - since)
        for line in octets.decode("ascii").splitlines():
            at, sender, recipient = line.split()
            yield Arrival(float(at), sender[1:-1], recipient[1:-1])
