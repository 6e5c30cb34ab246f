"""What differs between the MTAs, as far as tests must know it. tests/stack/mta-NAME.sh starts
them."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

CONF = pathlib.Path(__file__).resolve().parents[2] / "conf"
PLACE = pathlib.Path(__file__).resolve().parents[1] / "stack/sendmail_place.sh"


class Postfix:
    LOG = "postfix"  # where its deliveries stand
    BOUNCE_SUBJECT = "Undelivered"
    KNOWS_XVERP = True
    SHARD_SIZE = NARROW_SHARD = 20000
    NARROW = 2  # connections that ordinary mail has to a carrier, in narrow()
    WIDE = 10  # are certainly more
    # What cannot be delivered at once is tried again after minutes.
    WAITS_WITH_TRIES = True

    def __init__(self, stack):
        self.stack = stack
        self.config = stack.env["KAIRAN_MTA_CONFIG"]

    def sendmail(self):
        """sendmail(1) with the stack's configuration."""
        return ["/usr/sbin/sendmail", "-C", self.config]

    def queue_is_empty(self):
        done = subprocess.run(["postqueue", "-c", self.config, "-j"], check=True,
                              capture_output=True)
        return not done.stdout

    def waiting(self):
        """All recipients of the mails in the queue."""
        done = subprocess.run(["postqueue", "-c", self.config, "-j"], check=True,
                              capture_output=True, text=True)
        return [recipient["address"] for line in done.stdout.splitlines()
                for recipient in json.loads(line)["recipients"]]

    def flush(self):
        subprocess.run(["postqueue", "-c", self.config, "-f"], check=True)

    def hold_sink(self, held):
        subprocess.run(["postconf", "-c", self.config, "-e",
                        f"defer_transports={'sink' if held else ''}"], check=True)
        self.stack.signal("mta", signal.SIGHUP)


    @contextlib.contextmanager
    def configured(self, services=(), **parameters):
        """Other lines of main.cf, and more of master.cf (name/type=line), for a while."""
        files = [pathlib.Path(self.config) / name for name in ("main.cf", "master.cf")]
        before = [file.read_bytes() for file in files]
        self.postconf("-e", *(f"{name}={value}" for name, value in parameters.items()))
        for service in services:
            self.postconf("-M", service)
        self.restart()
        try:
            yield
        finally:
            for file, octets in zip(files, before):
                file.write_bytes(octets)
            self.restart()

    def routed(self, hosts, port):
        """Mail for these domains goes by SMTP to their hosts at this port, for a while."""
        return self.configured(
            ["smtp/unix=smtp unix - - n - - smtp"],
            # kairan's own mail to residents goes there, too.
            smtpd_relay_restrictions="permit_mynetworks,reject_unauth_destination",
            transport_maps="inline:{ " + ", ".join(
                f"{domain}=smtp:[{host}]:{port}" for domain, host in hosts.items()) + " }, "
                           + self.postconf("-h", "transport_maps"))

    def narrow(self, _, port):
        """The same for all domains that are nobody else's, with few connections for mail that is
        not urgent."""
        return self.configured(
            ["smtp/unix=smtp unix - - n - - smtp"],
            default_transport="smtp", relayhost=f"[127.0.0.1]:{port}",
            smtp_destination_recipient_limit=2, smtp_initial_destination_concurrency=self.NARROW,
            smtp_destination_concurrency_limit=self.NARROW)

    def postconf(self, *args):
        return subprocess.run(["postconf", "-c", self.config, *args], check=True,
                              stdout=subprocess.PIPE, text=True).stdout.strip()

    def reopen_log(self):
        """Its log was renamed. By itself it makes one that nobody else may read."""
        log = pathlib.Path(self.stack.env["KAIRAN_LOG"]) / f"{self.LOG}.log"
        log.touch(0o644)
        shutil.chown(log, "postfix")
        self.stack.signal("mta", signal.SIGHUP)

    def restart(self):
        """A reload leaves processes that are at work with what they have read."""
        self.stack.stop("mta")
        self.stack.start("mta")

    def as_carriers_want(self, domain, port):
        """Broadcasts leave as conf/postfix/carriers.sample has it, to this port, for a while."""
        services, parameters = self.carriers_sample(f"[127.0.0.1]:{port}")
        return self.configured(services, **parameters)

    def carriers_sample(self, next_host=""):
        """What conf/postfix/carriers.sample adds to master.cf and main.cf."""
        sample = (CONF / "postfix/carriers.sample").read_text(encoding="utf-8")
        table = pathlib.Path(self.config) / "broadcast"
        table.write_text((CONF / "postfix/broadcast").read_text(encoding="utf-8").replace(
            "\tbroadcast:", f"\tbroadcast:{next_host}"), encoding="utf-8")
        parameters = dict(re.findall(r"(?m)^(\w+) = (.*)$", sample))
        before = self.postconf("-h", "sender_dependent_default_transport_maps")
        parameters["sender_dependent_default_transport_maps"] = f"{before}, regexp:{table}"
        service = (CONF / "postfix/carriers.master.sample").read_text(encoding="utf-8")
        words = " ".join(re.sub(r"(?m)^#.*", "", service).split())
        # No chroot is made in the stack.
        return ["broadcast/unix=" + words.replace(" - - y ", " - - n ")], parameters


class Sendmail:
    LOG = "maillog"
    BOUNCE_SUBJECT = "Returned mail"
    KNOWS_XVERP = False
    SHARD_SIZE = 1000
    NARROW_SHARD = 4
    NARROW = 1  # mails that wait for a carrier at first, in narrow(); then one more with each run
    WIDE = 30  # that are all of them
    WAITS_WITH_TRIES = False

    def __init__(self, stack):
        self.stack = stack
        self.config = pathlib.Path(stack.env["KAIRAN_MTA_CONFIG"]) / "sendmail.cf"
        self.queue = pathlib.Path(stack.env["KAIRAN_LOG"]).parent / "spool" / "mqueue"

    def sendmail(self):
        return ["/bin/sh", str(PLACE), str(pathlib.Path(self.stack.env["KAIRAN_LOG"]).parent / "run"),
                self.stack.env["KAIRAN_SENDMAIL"], "-C", str(self.config)]

    def queue_is_empty(self):
        """A Sendmail that was killed leaves data files that no control file (qf) names."""
        return not any(name.startswith("qf") for folder in (self.queue, self.queue / "urgent")
                       for name in os.listdir(folder))

    def waiting(self):
        """All recipients of the mails in the queue."""
        found = []
        for file in (*self.queue.glob("qf*"), *self.queue.glob("urgent/qf*")):
            with contextlib.suppress(FileNotFoundError):
                found += re.findall(r"(?m)^R[^:\n]*:<?([^<>\n]+)>?$",
                                    file.read_text("utf-8", "replace"))
        return found

    def flush(self):
        subprocess.run([*self.sendmail(), "-q"], check=True, capture_output=True)

    @contextlib.contextmanager
    def configured(self, lines):
        """More lines of sendmail.mc, before its mailers, for a while."""
        source = self.config.with_suffix(".mc").read_text(encoding="utf-8")
        folder = pathlib.Path(self.stack.env["KAIRAN_SENDMAIL"]).parents[2] / "share/sendmail/cf"
        made = subprocess.run(
            ["m4", f"-D_CF_DIR_={folder}/", str(folder / "m4/cf.m4"), "-"], check=True, text=True,
            input=source.replace("MAILER(`smtp')", f"{lines}\nMAILER(`smtp')"), capture_output=True)
        before = self.config.read_bytes()
        self.config.write_text(made.stdout, encoding="utf-8")
        self.restart()
        try:
            yield
        finally:
            self.config.write_bytes(before)
            self.restart()

    def reopen_log(self):
        """tests/stack/syslog.py does."""

    def restart(self):
        self.stack.stop("mta")
        self.stack.start("mta")

    @contextlib.contextmanager
    def routed(self, hosts, port, lines=""):
        """Mail for these domains goes by SMTP to their hosts at this port, for a while. lines: more
        of sendmail.mc."""
        table = self.config.with_name("mailertable")
        before = table.read_text(encoding="utf-8")
        table.write_text("".join(f"{domain}\tsmtp:[{host}]\n"
                                 for domain, host in hosts.items()) + before, encoding="utf-8")
        try:
            with self.configured(f"define(`SMTP_MAILER_ARGS', `TCP $h {port}')dnl\n{lines}"):
                yield
        finally:
            table.write_text(before, encoding="utf-8")
            self.restart()

    def as_carriers_want(self, domain, port):
        """The domain's mail goes as kairan.m4 and carriers.sample have it, for a while."""
        sample = (CONF / "sendmail/carriers.sample").read_text(encoding="utf-8")
        # Those that the fragment has are tried as it has them.
        lines = re.sub(r"(?m)^define\(`SMTP_.*\n", "", sample)
        return self.routed({domain: "127.0.0.1"}, port, lines)

    def narrow(self, domain, port):
        """The same with one runner at a time for mail that is not urgent; everything is queued, as
        it is on a busy machine."""
        return self.routed({domain: "127.0.0.1"}, port,
                           "define(`confDELIVERY_MODE', `queueonly')dnl\n"
                           f"QUEUE_GROUP(`mqueue', `P={self.queue}, F=f, R=1')dnl")

    def hold_sink(self, held):
        """tests/stack/maildir.py looks for this file."""
        file = pathlib.Path(self.stack.env["KAIRAN_MAIL"]) / "held"
        if held:
            file.touch()
        else:
            file.unlink(missing_ok=True)


TOOLS = {"postfix": Postfix, "sendmail": Sendmail}
