#!/usr/bin/env python3
"""Every address of ours that a mail or a page names is taken at RCPT: of every kind of notice, in
both languages, and of broadcasts; from whoever has got the mail, and not from staff alone."""
import json
import os
import pathlib
import re
import sqlite3
import urllib.parse

import stack as s
import tap
import test_lists
import town
from tap import check_equal

SOURCE = pathlib.Path(os.environ.get("SRCDIR", pathlib.Path(__file__).parents[2]))
TEMPLATES = SOURCE / "conf/templates"
# Templates that are no mails of their own.
PARTS = {"phrases", "kairanctl", "terms", "web"}
OURS = re.compile(r"[\w.+%/=-]+@" + re.escape(s.SERVICE), re.ASCII)
STAFF, CHIEF = ("bosai-staff1", 0), ("bosai-chief", 1)
# What a notice about no draft says, as far as it names addresses or is needed for it.
FACTS = {"detail": "x", "subject": "件名", "reason_key": "not-staff", "alarm_key": "stuck",
         "kind_key": "release", "advice_key": "release", "person_name": "x", "incident": "1"}


def kinds():
    return sorted({path.stem for path in TEMPLATES.glob("??/*.txt")} - PARTS)


def addresses_of(mail):
    """All addresses of ours that it names: in its header, its texts and its links."""
    texts = [str(value) for name, value in mail.items()
             if name in ("From", "To", "Reply-To", "Return-Path") or name.startswith("List-")]
    texts += [part.get_content() for part in mail.walk()
              if part.get_content_maintype() == "text"]
    found = set()
    for text in texts:
        found |= set(OURS.findall(urllib.parse.unquote(text)))
    return {address.removeprefix("mailto:") for address in found}


def wait_request(stack, kind):
    return stack.wait_for(lambda: stack.store(
        "SELECT id FROM resident_request WHERE kind = ?", kind), what="a request")[0]["id"]


def make_requests(stack):
    """One of each kind that a resident confirms: join, leave, pause."""
    found = {}
    for number, word in ((1, "join"), (2, "leave"), (3, "pause")):
        subject = "2027-01-10" if word == "pause" else ""
        test_lists.write(stack, test_lists.resident("asks"), f"{word}-bosai@{s.SERVICE}", subject)
        found[word] = wait_request(stack, number)
    return found


def rows_of(kind, draft, requests):
    """To whom: mail, party, draft and facts of the outbox."""
    if kind.startswith("resident-"):
        word = kind.removeprefix("resident-").removesuffix("d")
        facts = {"list": "bosai", "broadcast_name": "防災情報", "office": "防災課",
                 "request": str(requests.get("join" if word == "terms" else word, ""))}
        lists = ("bosai", "") if kind in ("resident-office", "resident-status") else ("bosai",)
        return [(test_lists.resident(kind), None, None, facts | {"list": name}) for name in lists]
    return [(s.address_of(person), party, draft, FACTS) for person, party in (STAFF, CHIEF)]


def add_notices(stack, draft, requests):
    """One of every kind, in both languages. Returns whose address got each mail."""
    now = int(stack.now().timestamp())
    with sqlite3.connect(stack.env["KAIRAN_STORE"]) as store:
        for kind in kinds():
            for language in ("ja", "en"):
                for mail, party, of, facts in rows_of(kind, draft, requests):
                    store.execute(
                        "INSERT INTO outbox (state, kind, draft, party, mail, name, language,"
                        " facts, created_at, next_try) VALUES (1, ?, ?, ?, ?, 'x', ?, ?, ?, ?)",
                        (kind, of, party, mail, language, json.dumps(facts), now, now))
    store.close()


def outbox_is_empty(stack):
    return not stack.store("SELECT 1 FROM outbox WHERE state = 1")


def collect(stack):
    """Who got an address, by the address: a login, or None for residents."""
    found = {}
    for person, _ in (STAFF, CHIEF):
        for mail in stack.imap(person):
            found.update(dict.fromkeys((person, one) for one in addresses_of(mail)))
    for mail in stack.sink():
        found.update(dict.fromkeys((None, one) for one in addresses_of(mail)))
    page = stack.kairanctl("subscribers", "poster", "bosai", "--html", "-").stdout
    found.update(dict.fromkeys((None, one) for one in OURS.findall(page)))
    return sorted(found, key=str)


def refused(smtp, reader, addresses):
    """Those that are not taken, each in a transaction of its own."""
    bad = []
    for address in addresses:
        # Reports of mail systems go to what stands in the envelope alone.
        sender = "" if address.startswith("bounce") else reader
        smtp.mail(sender)
        code, text = smtp.rcpt(address)
        smtp.rset()
        if code != 250:
            bad.append((reader, address, code, text))
    return bad


def test_every_address_is_taken(stack):
    stack.configure(broadcast_footer="standard")
    subject = "宛先を集める"
    town.draft(stack, "bosai-staff1", subject)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_broadcast(stack, subject)
    held = "まだ待つ原稿"
    town.draft(stack, "bosai-staff1", held)
    requests = make_requests(stack)
    stack.wait_for(lambda: outbox_is_empty(stack), what="the outbox")
    stack.stop("milter")
    add_notices(stack, town.draft_id(stack, held), requests)
    stack.start("milter")
    stack.wait_for(lambda: outbox_is_empty(stack), what="the outbox")
    sent = stack.store("SELECT kind, count(*) AS n FROM outbox WHERE state = 2 GROUP BY kind")
    check_equal(set(kinds()) - {row["kind"] for row in sent}, set(), "kinds that were not sent")
    check_equal([row["detail"] for row in
                 stack.store("SELECT detail FROM alarm WHERE name LIKE 'notice %'")], [],
                "notices that were not rendered")
    stack.wait_for(stack.queue_is_empty, what="an empty queue")
    found = collect(stack)
    # The test would see nothing if it looked in the wrong place.
    for address in (town.BOSAI, test_lists.OWNER, f"leave-bosai@{s.SERVICE}",
                    f"join-bosai@{s.SERVICE}", f"status@{s.SERVICE}", f"kairan@{s.SERVICE}"):
        check_equal((None, address) in found, True, address)
    words = {re.match("[a-z]+", address)[0] for _, address in found}
    check_equal({"decide", "draft", "confirm", "postmaster", "bounce"} - words, set(), "kinds")
    bad = []
    with stack.connect(int(stack.env["KAIRAN_MX_PORT"])) as smtp:
        bad += refused(smtp, test_lists.resident("finder"),
                       [address for reader, address in found if reader is None])
    for person, _ in (STAFF, CHIEF):
        with stack.connect(int(stack.env["KAIRAN_SUBMISSION_PORT"]), person) as smtp:
            bad += refused(smtp, s.address_of(person),
                           [address for reader, address in found if reader == person])
    check_equal(bad, [], f"dead addresses, of {len(found)}")


if __name__ == "__main__":
    tap.main(globals())
