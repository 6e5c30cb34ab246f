"""The private stack, as an end-to-end test sees it: start and stop it, submit mail as a
person, read mail as a person, move the clock, break servers.

Every wait is for an event (inotify on mailboxes, logs and store) with a deadline. Mails
are email.message.EmailMessage, parsed with the library's default policy.
"""
import collections
import contextlib
import ctypes
import datetime
import email
import email.message
import email.policy
import email.utils
import imaplib
import math
import json
import os
import pathlib
import pwd
import random
import re
import select
import shlex
import signal
import smtplib
import socket
import sqlite3
import subprocess
import time

import mta

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("KAIRAN_BUILD_DIR", TOP / "build"))
DOMAIN = "town.example"
SERVICE = "info.town.example"
JST = datetime.timezone(datetime.timedelta(hours=9), "JST")

# What an SMTP conversation said: the reply to MAIL, to each RCPT, and to the end of the
# data (None: it did not come to that). A reply is a pair of code and text.
Replies = collections.namedtuple("Replies", "mail recipients final")


def address_of(person):
    """The mail address of a person of the sample town."""
    return person if "@" in person else f"{person}@{DOMAIN}"


def make_mail(sender, to, subject, text, charset="utf-8", **headers):
    """A mail as a person's client would write it. Header names in keywords are written
    with underscores."""
    mail = email.message.EmailMessage()
    mail["From"] = address_of(sender)
    mail["To"] = to if isinstance(to, str) else ", ".join(to)
    mail["Subject"] = subject
    mail["Date"] = email.utils.formatdate(localtime=True)
    mail["Message-ID"] = email.utils.make_msgid(domain=DOMAIN)
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text, charset=charset)
    return mail


def text_of(mail):
    """The plain text of a mail, with lines that end in LF."""
    part = mail.get_body(("plain",))
    return part.get_content().replace("\r\n", "\n") if part is not None else ""


def receiver_of(mail):
    """To whom a mail in the sink was delivered. Postfix quotes local parts with wild dots
    there, as RFC 5322 wants."""
    local, _, domain = str(mail["Delivered-To"]).strip().rpartition("@")
    return f"{local.strip(chr(34))}@{domain}"


def reply_address(mail):
    """Where a client sends the answer to this mail."""
    return email.utils.parseaddr(str(mail["Reply-To"] or mail["From"]))[1]


def parse_mail(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


def octets_of(message):
    if isinstance(message, bytes):
        return message
    return message.as_bytes(policy=email.policy.SMTP)


PORTS = range(20000, 32000, 16)
GUARDS = []


def free_ports(count):
    """Ports on loopback for this process alone. A server that is down for a moment must find its
    port free again: so they are below those that the kernel gives to anybody, and of each 16
    the last one is held, as a sign to other tests, until this process ends."""
    for base in random.sample(PORTS, len(PORTS)):
        guard = socket.socket()
        try:
            guard.bind(("127.0.0.1", base + 15))
            with contextlib.ExitStack() as held:
                for port in range(base, base + count):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
        except OSError:
            guard.close()
            continue
        GUARDS.append(guard)
        return list(range(base, base + count))
    raise RuntimeError("no free ports")


class Watch:
    """Wakes when something happens in one of some folders (inotify)."""

    EVENTS = 0x2 | 0x8 | 0x80 | 0x100  # modify, close after writing, moved to, create

    def __init__(self, folders):
        libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
        for folder in folders:
            # A folder that cannot be watched is covered by the longest pause.
            libc.inotify_add_watch(self.descriptor, os.fsencode(folder), self.EVENTS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.descriptor)

    def wait(self, seconds):
        """Did something happen?"""
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return False
        with contextlib.suppress(BlockingIOError):
            while os.read(self.descriptor, 65536):
                pass
        return True


class Row(dict):
    """Like sqlite3.Row: its columns by name or number."""

    def __init__(self, columns):
        super().__init__({name: bytes.fromhex(value[2:])
                          if isinstance(value, str) and value.startswith("\\x") else value
                          for name, value in columns.items()})

    def __getitem__(self, key):
        return list(self.values())[key] if isinstance(key, int) else super().__getitem__(key)

    def __iter__(self):
        return iter(self.values())


class Stack:
    """A stack of its own, or (attach) the one that somebody has started."""

    def __init__(self, directory=None, mta=None, companions=""):
        self.directory = pathlib.Path(directory or BUILD / f"stack-{os.getpid()}")
        self.mta = mta or os.environ.get("KAIRAN_TEST_MTA", "postfix")
        self.companions = ["--with", companions] if companions else []
        self.database = ["--store", os.environ.get("KAIRAN_TEST_STORE", "sqlite")]
        names = ("KAIRAN_SUBMISSION_PORT", "KAIRAN_MX_PORT", "KAIRAN_IMAP_PORT")
        self.choices = dict(zip(names, map(str, free_ports(len(names)))))
        self.choices["KAIRAN_STACK_DIR"] = str(self.directory)
        self.env = {}

    @classmethod
    def attach(cls, directory):
        stack = cls(directory)
        stack.choices = {"KAIRAN_STACK_DIR": str(directory)}
        stack.load()
        stack.mta = stack.env["KAIRAN_STACK_MTA"]
        stack.database = ["--store", stack.env["KAIRAN_STACK_STORE"]]
        return stack

    def load(self):
        """Read the stack's env file, which is plain `export NAME='value'` lines."""
        for line in (self.directory / "env").read_text().splitlines():
            words = shlex.split(line)
            if words[0] == "export":
                name, _, value = words[1].partition("=")
                self.env[name] = value

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    # The servers.

    def quickstart(self, *args):
        done = subprocess.run(
            [str(TOP / "quickstart"), "--mta", self.mta, *self.companions, *self.database,
             *args],
            env={**os.environ, **self.choices}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"quickstart {' '.join(args)}: {done.stdout}")
        return done.stdout

    def start(self, *servers):
        """Start everything, or the servers named (slapd, dovecot, mta, milter)."""
        self.quickstart("up", *map(self.server_name, servers))
        self.load()

    @contextlib.contextmanager
    def milter_by(self, *words):
        """The daemon is run by a command with these words before it, for a while."""
        self.stop("milter")
        self.choices["KAIRAN_MILTER_BEFORE"] = " ".join(words)
        try:
            self.start("milter")
            yield
        finally:
            del self.choices["KAIRAN_MILTER_BEFORE"]
            self.stop("milter")
            self.start("milter")

    def stop(self, *servers):
        """End everything and remove it, or end the servers named."""
        self.quickstart("down", *map(self.server_name, servers))

    @staticmethod
    def server_name(name):
        return "mta" if name in ("postfix", "sendmail") else name

    def pid(self, server):
        """Process id of a server, or None."""
        path = self.directory / "pid" / f"{self.server_name(server)}.pid"
        try:
            pid, started = path.read_text().split()
            status = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # ValueError: it is being written.
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        return int(pid) if status[19] == started and status[0] != "Z" else None

    def signal(self, server, number):
        pid = self.pid(server)
        if pid is None:
            raise RuntimeError(f"{server} does not run")
        os.kill(pid, number)

    def kill9(self, server):
        """Kill a server as a crash would, and wait until it is gone."""
        self.signal(server, signal.SIGKILL)
        self.wait_for(lambda: self.pid(server) is None, 10, f"the end of {server}")

    # Mail in.

    @contextlib.contextmanager
    def connect(self, port, user=None, password=None, source="127.0.0.1"):
        """An SMTP session, logged in when a user is given; from another address for those who
        would be outside."""
        with smtplib.SMTP("127.0.0.1", port, "client.example", timeout=300,
                          source_address=(source, 0)) as smtp:
            smtp.ehlo_or_helo_if_needed()
            if user is not None:
                smtp.login(user, password or f"{user.partition('@')[0]}-pass")
            yield smtp

    @staticmethod
    def converse(smtp, sender, to, message, options=()):
        """One transaction in an open session."""
        replies = {}
        final = None
        mail = smtp.mail(sender, options)
        if mail[0] < 400:
            for recipient in [to] if isinstance(to, str) else to:
                replies[recipient] = smtp.rcpt(recipient)
            if any(code < 400 for code, _ in replies.values()):
                try:
                    final = smtp.data(octets_of(message))
                except smtplib.SMTPDataError as refused:
                    final = (refused.smtp_code, refused.smtp_error)
        smtp.rset()
        return Stack.as_text(mail, replies, final)

    @staticmethod
    def as_text(mail, replies, final):
        def text(reply):
            return None if reply is None else (reply[0], reply[1].decode("utf-8", "replace"))

        return Replies(text(mail), {who: text(what) for who, what in replies.items()},
                       text(final))

    def submit(self, user, to, message, from_=None, password=None):
        """Submit a mail as a person who has logged in. from_ is the envelope's sender;
        their own address when it is not given."""
        sender = address_of(user) if from_ is None else from_
        with self.connect(int(self.env["KAIRAN_SUBMISSION_PORT"]), user, password) as smtp:
            return self.converse(smtp, sender, to, message)

    def mx_send(self, sender, to, message, options=(), source="127.0.0.1"):
        """Send a mail as another mail server would, without a login."""
        with self.connect(int(self.env["KAIRAN_MX_PORT"]), source=source) as smtp:
            return self.converse(smtp, sender, to, message, options)

    def inject(self, sender, to, message):
        """Put a mail into the queue with sendmail(1): past smtpd and past the milter."""
        recipients = [to] if isinstance(to, str) else to
        subprocess.run([*self.mta_tools.sendmail(), "-i", "-f", sender or "<>", "--",
                        *recipients],
                       input=octets_of(message).replace(b"\r\n", b"\n"), check=True)

    # Mail out.

    def imap(self, user, password=None):
        """All mails in a person's inbox, oldest first."""
        box = imaplib.IMAP4("127.0.0.1", int(self.env["KAIRAN_IMAP_PORT"]), timeout=300)
        try:
            box.login(user, password or f"{user.partition('@')[0]}-pass")
            box.select("INBOX", readonly=True)
            numbers = box.search(None, "ALL")[1][0].split()
            if not numbers:
                return []
            parts = box.fetch(b",".join(numbers), "(BODY.PEEK[])")[1]
            return [parse_mail(part[1]) for part in parts if isinstance(part, tuple)]
        finally:
            box.logout()

    def sink_files(self):
        """One file for each mail that a subscriber got."""
        sink = pathlib.Path(self.env["KAIRAN_SINK"])
        return [*(sink / "new").iterdir(), *(sink / "cur").iterdir()]

    def sink(self, besides=()):
        """The subscribers' mails; receiver_of(mail) says whose. besides: files to leave
        out."""
        return [parse_mail(file.read_bytes()) for file in self.sink_files()
                if file not in besides]

    def clear_sink(self):
        for file in self.sink_files():
            file.unlink()

    # Waiting.

    def folders(self):
        mail = pathlib.Path(self.env["KAIRAN_MAIL"])
        return [*mail.glob("*/new"), self.env["KAIRAN_LOG"],
                pathlib.Path(self.env["KAIRAN_STORE"]).parent, self.directory / "run"]

    # A busy machine may do nothing at all for so long, and something else for so long.
    STILL, BUSY = 60, 300

    def wait_for(self, predicate, timeout=20, what="what was waited for"):
        """The first true value of predicate(), asked again whenever something happens in
        a mailbox, in a log or in the store. It waits for progress: the time begins anew
        whenever something happens."""
        return self.peek(predicate, max(timeout, self.STILL), max(timeout, self.BUSY), what)

    def peek(self, predicate, still, busy=0, what="what was looked for"):
        """As wait_for(), with an end when nothing has happened for so many seconds; with busy
        0 also when something has."""
        begin = time.monotonic()
        end = begin + still
        with Watch(self.folders()) as watch:
            while True:
                value = predicate()
                if value:
                    return value
                now = time.monotonic()
                if now >= end:
                    raise TimeoutError(f"{what} did not come within {now - begin:.0f} s")
                if watch.wait(min(end - now, 1.0)):
                    end = max(end, min(time.monotonic() + still, begin + busy))

    def wait_mail(self, user, predicate=lambda mail: True, timeout=20):
        """The newest mail in a person's inbox for which the predicate is true."""
        return self.wait_for(
            lambda: next((mail for mail in reversed(self.imap(user)) if predicate(mail)), None),
            timeout, f"mail for {user}")

    def wait_sink(self, count, timeout=30, besides=()):
        """The subscribers' mails, as soon as there are so many."""
        self.wait_for(lambda: len(self.sink_files()) - len(besides) >= count, timeout,
                      f"mail for {count} subscribers")
        return self.sink(besides)

    # Inside.

    def configure(self, **settings):
        """Set these settings, and wait until the daemon has them. What was said earlier of
        a setting no longer counts."""
        with open(self.env["KAIRAN_CONF"], "a", encoding="utf-8") as conf:
            for name, value in settings.items():
                conf.write(f'{name} = "{value}"\n')
        before = self.log().count("read anew from")
        self.signal("milter", signal.SIGHUP)
        self.wait_for(lambda: self.log().count("read anew from") > before,
                      what="the reload of the settings")

    @contextlib.contextmanager
    def silent_mta(self):
        """kairan's way out is a mail system that takes connections, and says nothing."""
        conf = pathlib.Path(self.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
        url = re.findall(r'(?m)^mta_url = "(.*)"', conf)[-1]
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.settimeout(60)
            self.configure(mta_url=f"smtp://127.0.0.1:{silent.getsockname()[1]}")
            yield silent
        self.configure(mta_url=url)

    def kairanctl(self, *args, stdin=None, check=True, **env):
        """Run kairanctl as the user that the daemon runs as. env: besides its environment."""
        command = [f"{self.env['KAIRAN_BIN']}/kairanctl", "-c", self.env["KAIRAN_CONF"], *args]
        become = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam(self.env["KAIRAN_STACK_USER"])
            become = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=check,
                              env={**os.environ, **env}, **become)

    def store(self, query, *values):
        """Rows of a read-only question to the store. A journal that a killed program left
        is rolled back by the next one that may write; until then nobody can read."""
        end = time.monotonic() + self.STILL
        with Watch([pathlib.Path(self.env["KAIRAN_STORE"]).parent]) as watch:
            while True:
                try:
                    return self.ask_store(query, values)
                except sqlite3.OperationalError as error:
                    if "readonly" not in str(error) or time.monotonic() > end:
                        raise
                watch.wait(1.0)

    def ask_database(self, query, values):
        """The same of PostgreSQL, whose rows come as JSON."""
        for value in values:
            literal = "'" + str(value).replace("'", "''") + "'" if isinstance(value, str) \
                else str(value)
            query = query.replace("?", literal, 1)
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"))[-1]
        done = subprocess.run(
            [programs, "-h", self.env["KAIRAN_RUN"], "-U", "kairan", "-X", "-q", "-A", "-t", "-c",
             f"SELECT row_to_json(found) FROM ({query}) AS found", "postgres"],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise sqlite3.OperationalError(done.stderr)
        return [Row(json.loads(line)) for line in done.stdout.splitlines()]

    def ask_store(self, query, values):
        if self.env["KAIRAN_STACK_STORE"] == "postgres":
            return self.ask_database(query, values)
        link = sqlite3.connect(f"file:{self.env['KAIRAN_STORE']}?mode=ro", uri=True,
                               timeout=self.STILL)
        link.row_factory = sqlite3.Row
        with contextlib.closing(link):
            return link.execute(query, values).fetchall()

    def ldapmodify(self, ldif, relax=False):
        """Apply LDIF as the directory's administrator. relax allows attributes that
        servers maintain, such as pwdChangedTime, and a mail address that somebody has."""
        done = self.ldap("ldapmodify", self.env["KAIRAN_LDAP_ADMIN_DN"],
                         self.env["KAIRAN_LDAP_ADMIN_PASSWORD"],
                         *(["-e", "relax"] if relax else []), stdin=ldif)
        if done.returncode != 0:
            raise RuntimeError(f"ldapmodify: {done.stderr}{ldif}")

    def ldap(self, tool, dn, password, *args, stdin=None):
        """Run one of the LDAP tools as somebody."""
        return subprocess.run([tool, "-x", "-H", self.env["LDAPURI"], "-D", dn, "-w", password,
                               *args], input=stdin, text=True, capture_output=True, check=False)

    def clock_offset(self):
        return int(self.read_clock()[0])

    def read_clock(self):
        """Its words; conf/clock.h says which."""
        with open(self.env["KAIRAN_CLOCK"], encoding="ascii") as file:
            return file.readline().split()

    def now(self):
        """The time as kairan sees it."""
        return datetime.datetime.now(JST) + datetime.timedelta(seconds=self.clock_offset())

    def move_clock(self, seconds):
        """Move kairan's clock on, and tell the daemon. What the machine's has jumped stays."""
        jumped = self.clock_jump()
        offset = f"{self.clock_offset() + int(seconds)}"
        self.write_clock(f"{offset} jump {jumped}" if jumped else offset)

    def clock_jump(self):
        """How much of it is a jump of the machine's clock (conf/clock.h)."""
        words = self.read_clock()
        return int((words + words[:1])[2]) if "jump" in words else 0

    def write_clock(self, line):
        # One write of a fixed length: a reader never meets an empty file.
        descriptor = os.open(self.env["KAIRAN_CLOCK"], os.O_WRONLY)
        try:
            os.pwrite(descriptor, f"{line:<40}\n".encode(), 0)
        finally:
            os.close(descriptor)
        if self.pid("milter") is not None:
            self.signal("milter", signal.SIGHUP)

    def move_clock_to(self, hour, minute=0):
        """Move kairan's clock on to the next such time of day in Japan."""
        now = self.now()
        then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if then < now:
            then += datetime.timedelta(days=1)
        self.move_clock(math.ceil((then - now).total_seconds()))

    @property
    def mta_tools(self):
        """What differs between the MTAs, for tests."""
        return mta.TOOLS[self.mta](self)

    def queue_is_empty(self):
        return self.mta_tools.queue_is_empty()

    def flush(self):
        """Have the MTA try everything that waits, now."""
        self.mta_tools.flush()

    def hold_sink(self, held):
        """Keep the subscribers' mail in the MTA's queue, or let it go."""
        self.mta_tools.hold_sink(held)
        if not held:
            self.flush()

    def mta_log(self):
        return self.log(self.mta)

    def log(self, name="milter"):
        """A log's whole text: milter, postfix, dovecot or slapd."""
        path = pathlib.Path(self.env["KAIRAN_LOG"]) / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def tail(self, lines=25):
        """The last lines of the logs that tell why something went wrong."""
        return "\n".join(
            f"{name}: {line}" for name in (self.mta, "milter")
            for line in self.log(name).splitlines()[-lines:])
