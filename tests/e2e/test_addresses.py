#!/usr/bin/env python3
"""Addresses as people in Japan have them, and by what they are subscribers (Art. 2(2)): they are
registered once, and get their mail from both MTAs, over SMTP, as it goes to a carrier."""
import contextlib
import csv
import io
import json
import pathlib
import socketserver
import threading

import stack as s
import tap
import town
from tap import check_equal, check_in

CARRIER = "docomo.example"
LOCALS = ["a..b.", "-everyone..", ".first", "last.", "mid..dle", "-dash", "plain", "Mixed.Case",
          "with+tag", "_under_", "a/b", "it's", "equal=sign", "...", "-"]


class Carrier(socketserver.StreamRequestHandler):
    """A carrier's mail server: takes everything, and keeps what RCPT said."""

    def handle(self):
        with contextlib.suppress(ConnectionError):
            self.say("220 carrier")
            while line := self.rfile.readline().decode("ascii").strip():
                self.answer(line)

    def answer(self, line):
        verb = line[:4].upper()
        if verb == "RCPT":
            self.server.recipients.append(line[line.index("<") + 1:line.rindex(">")])
        if verb == "DATA":
            self.say("354 go on")
            while self.rfile.readline() != b".\r\n":
                pass
        self.say("221 bye" if verb == "QUIT" else "250 ok")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@contextlib.contextmanager
def carrier(stack):
    """CARRIER's mail goes to a server of ours, whose .recipients are what it was told."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Carrier) as server:
        server.daemon_threads = True
        server.recipients = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with stack.mta_tools.routed(CARRIER, server.server_address[1]):
            yield server
        server.shutdown()


def write(stack, octets):
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("addresses.csv")
    file.write_bytes(octets)
    file.chmod(0o644)
    return file


def run_import(stack, octets, *options, to="probe", check=True, **env):
    return stack.kairanctl("subscribers", "import", "--list", to, "--new-list", *options,
                           write(stack, octets), check=check, **env)


def rows(stack, to="probe"):
    """What is kept of a list's addresses."""
    listed = stack.kairanctl("subscribers", "list", "--list", to, "--new-list", "--json").stdout
    return {row["address"]: row for row in json.loads(listed)}


def exported(stack):
    """The same as CSV, as a spreadsheet reads it."""
    text = stack.kairanctl("subscribers", "export", "--list", "probe", "--new-list").stdout
    return {row["address"]: row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))}


def clear(stack, to="probe"):
    known = list(rows(stack, to))
    if known:
        stack.kairanctl("subscribers", "delete", "--list", to, "--", *known)


def unquoted(recipient):
    local, _, domain = recipient.rpartition("@")
    return f"{local.strip(chr(34))}@{domain}"


def check_writes_from(stack, names):
    """Whoever has such an address can write to us: kairan answers, and not the MTA."""
    for local in names:
        for path in (f"{local}@{CARRIER}", f'"{local}"@{CARRIER}'):
            mail = s.make_mail("x@y.example", town.KOSODATE, "x", "x")
            replies = stack.mx_send(path, town.KOSODATE, mail)
            check_equal(replies.mail[0], 250, f"{path}: {replies}")
            check_in("Art.", str(replies), path)


def test_every_form_is_delivered(stack):
    """Quoted or not: one row; with a '-' before it, too; each gets the broadcast once."""
    octets = "".join(f"{local}@{CARRIER}\n" for local in LOCALS).encode()
    quoted = "".join(f'"""{local.upper()}""@{CARRIER}."\n' for local in LOCALS).encode()
    wanted = sorted(f"{local}@{CARRIER}" for local in LOCALS)
    run_import(stack, octets + quoted, to="kosodate")
    check_equal(sorted(a for a in rows(stack, "kosodate") if a.endswith(CARRIER)), wanted)
    with carrier(stack) as server:
        subject = "点の多い宛先"
        town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
        town.answer(stack, "kosodate-chief",
                    town.request_for(stack, "kosodate-chief", subject), "承認")
        town.wait_state(stack, subject, town.RELEASED)
        stack.wait_for(lambda: len(server.recipients) >= len(LOCALS), what="every address")
        stack.wait_for(stack.queue_is_empty, what="an empty queue")
        check_equal(sorted(map(unquoted, server.recipients)), wanted)
        check_writes_from(stack, LOCALS)
    stack.kairanctl("subscribers", "delete", "--list", "kosodate", "--", *wanted)


def test_who_recognised_them(stack):
    """Art. 2(2): each row says by what somebody is a subscriber."""
    check_equal(run_import(stack, b"a@sink.example\n", "--reason", "", check=False).returncode, 64)
    run_import(stack, b"a@sink.example\nold@sink.example\n")
    run_import(stack, b"A@sink.example\nb@sink.example\n", "--reason", '電話で"申込み", 12月')
    found = exported(stack)
    check_equal(rows(stack)["b@sink.example"]["source"], "recognised")
    check_in("電話で", rows(stack)["b@sink.example"]["detail"])
    for address in ("a@sink.example", "b@sink.example"):
        row = found[address]
        check_equal((row["source"], row["reason"]), ("recognised", '電話で"申込み", 12月'))
        check_equal(bool(row["by"]), True, "who it was")
    check_equal(found["old@sink.example"]["source"], "imported")
    trail = stack.kairanctl("audit", "list", "--action", "import", "--json").stdout
    check_in("recognised: 電話で", json.loads(trail)[-1]["detail"])
    check_in("管理者の承認", stack.kairanctl("subscribers", "list", "--list", "probe", "--new-list",
                                       LC_ALL="ja_JP.UTF-8").stdout)
    clear(stack)


def test_an_import_brings_nobody_back(stack):
    run_import(stack, b"a@sink.example\nb@sink.example\n")
    stack.kairanctl("subscribers", "suspend", "--list", "probe", "a@sink.example")
    check_equal(rows(stack)["a@sink.example"]["reason"], "admin")
    again = run_import(stack, b"A@sink.example\nb@sink.example\nc@sink.example\n").stdout
    check_in("3 addresses read, 1 new", again)
    check_in("0 have left, 1 are suspended", again)
    check_equal(rows(stack)["a@sink.example"]["state"], "suspended")
    stack.kairanctl("subscribers", "resume", "--list", "probe", "a@sink.example")
    check_equal(rows(stack)["a@sink.example"]["state"], "active")
    trail = stack.kairanctl("audit", "list", "--json").stdout
    check_equal([row["detail"] for row in json.loads(trail)
                 if row["action"] in ("suspend-subscriber", "resume-subscriber")],
                ["probe: 1", "probe: 1"], "no address of a resident")
    clear(stack)


if __name__ == "__main__":
    tap.main(globals())
