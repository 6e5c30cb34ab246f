"""Deliver a mail for Sendmail into Maildirs: maildir.py FOLDER people|sink SENDER RECIPIENT...

"people" have a Maildir each, FOLDER/ADDRESS; the subscribers' mail goes to FOLDER/sink. Each
recipient gets a file of their own. While the file FOLDER/held is there, the sink defers.
"""
import os
import pathlib
import sys
import time

EX_TEMPFAIL = 75


def deliver(maildir, head, octets, number):
    name = f"{time.time_ns()}.{os.getpid()}.{number}.mail.town.example"
    file = maildir / "tmp" / name
    with open(file, "wb") as out:
        out.write(head)
        out.write(octets)
        out.flush()
        os.fsync(out.fileno())
    file.rename(maildir / "new" / name)


def main():
    folder, kind, sender, *recipients = sys.argv[1:]
    octets = sys.stdin.buffer.read()
    if kind == "sink" and pathlib.Path(folder, "held").exists():
        print("4.2.1 held back")
        return EX_TEMPFAIL
    if sender in ("<>", "MAILER-DAEMON"):
        sender = ""
    for number, recipient in enumerate(recipients):
        address = recipient.rstrip(".")
        head = f"Return-Path: <{sender.strip('<>')}>\nDelivered-To: {address}\n".encode()
        deliver(pathlib.Path(folder, "sink" if kind == "sink" else address), head, octets,
                number)
    return 0


if __name__ == "__main__":
    sys.exit(main())
