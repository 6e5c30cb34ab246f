#!/usr/bin/env python3
"""Urgent mail overtakes: it leaves by a way of its own while ordinary mail waits for a slow
carrier, and no ordinary shard is handed over while an urgent one is."""
import contextlib
import pathlib
import re
import threading

import proxy as p
import smtp_server
import stack as s
import tap
import test_bounces as bounces
import town
from tap import check_equal, check_in

CARRIER = "carrier.example"
ORDINARY, URGENT = 120, 30
AT_ONCE = 2  # shards, as shards_at_once is unless it is set
PERSON = {town.BOSAI: "bosai", town.KOSODATE: "kosodate"}


class Slow(smtp_server.Session):
    """A carrier's mail server. What is not urgent it answers only when its gate is opened."""

    def handle(self):
        self.sender, self.recipients = "", []
        super().handle()

    def answer(self, line):
        verb = line[:4].upper()
        if verb == "MAIL":
            self.sender, self.recipients = smtp_server.path_of(line), []
        if verb == "RCPT":
            self.recipients.append(smtp_server.path_of(line))
        if verb == "DATA":
            self.pass_over_text()
            self.take()
        self.say("221 bye" if verb == "QUIT" else "250 ok")

    def take(self):
        if not self.sender.startswith("bounce+u"):
            with self.server.lock:
                self.server.waiting += 1
            self.server.gate.wait()
        with self.server.lock:
            self.server.taken += [(self.sender, to) for to in self.recipients]


@contextlib.contextmanager
def carrier(stack):
    """CARRIER's mail goes there. Ordinary mail has few connections to it, which are all busy soon."""
    with smtp_server.serving(Slow, lock=threading.Lock(), gate=threading.Event(), waiting=0,
                             taken=[]) as server, \
            stack.mta_tools.narrow(CARRIER, server.port):
        try:
            yield server
        finally:
            server.gate.set()


def subscribe(stack, to, addresses):
    file = stack.directory / "people.csv"
    file.write_text("\n".join(("address", *addresses, "")), encoding="utf-8")
    file.chmod(0o644)
    stack.kairanctl("subscribers", "import", "--list", PERSON[to], file)


def leave(stack, to, addresses):
    stack.kairanctl("subscribers", "delete", "--list", PERSON[to], *addresses)


def people(stack, to, count):
    """So many subscribers at the carrier; their addresses."""
    addresses = [f"{PERSON[to]}{number}@{CARRIER}" for number in range(count)]
    subscribe(stack, to, addresses)
    return addresses


def approve(stack, to, subject, words="承認", **headers):
    name = PERSON[to]
    town.draft(stack, f"{name}-staff1", subject, to=to, **headers)
    town.answer(stack, f"{name}-chief", town.request_for(stack, f"{name}-chief", subject), words)


def taken_of(server, addresses):
    with server.lock:
        return [to for _, to in server.taken if to in addresses]


def test_it_overtakes_in_the_mail_system(stack):
    """Ordinary mail waits for a carrier that answers none of it; urgent mail reaches it at once."""
    ordinary, urgent = people(stack, town.KOSODATE, ORDINARY), people(stack, town.BOSAI, URGENT)
    stack.configure(shard_size=stack.mta_tools.NARROW_SHARD)
    with carrier(stack) as server:
        approve(stack, town.KOSODATE, "ふだんの配信")
        stack.wait_for(lambda: server.waiting >= stack.mta_tools.NARROW,
                       what="ordinary mail that waits for the carrier")
        approve(stack, town.BOSAI, "避難してください", Importance="high")
        stack.wait_for(lambda: len(taken_of(server, urgent)) >= URGENT,
                       what="urgent mail at the carrier")
        check_equal(taken_of(server, ordinary), [], "ordinary mail that was first")
        check_equal(server.waiting < stack.mta_tools.WIDE, True, "ordinary mail waits in the queue")
        # It was the mail system that let it pass: nothing of the other had to be given up.
        server.gate.set()
        stack.flush()
        stack.wait_for(lambda: len(taken_of(server, ordinary)) >= ORDINARY,
                       what="the ordinary mail")
        check_equal(sorted(taken_of(server, ordinary)), sorted(ordinary), "each once")
        check_equal(sorted(taken_of(server, urgent)), sorted(urgent), "each once")
    draft = town.draft_id(stack, "避難してください")
    for sender, to in server.taken:
        kind = rf"bounce\+ur{draft}\.[0-9]+\.[0-9]{{9}}@info\.town\.example" if to in urgent \
            else r"bounce\+r[0-9.]+@info\.town\.example"
        check_equal(re.fullmatch(kind, sender) is not None, True, f"{to}: {sender}")
    for to, addresses in ((town.KOSODATE, ordinary), (town.BOSAI, urgent)):
        leave(stack, to, addresses)
    stack.configure(shard_size=stack.mta_tools.SHARD_SIZE)


def sender_of(stack, subject):
    """The envelope sender of a broadcast, as the subscribers' mailboxes have it."""
    found = {str(mail["Return-Path"]) for mail in town.wait_broadcast(stack, subject)}
    check_equal(len(found), 1, f"senders {found}")
    return found.pop()


def test_what_is_urgent(stack):
    """What staff marked, what was approved by 緊急承認, and what corrects either."""
    approve(stack, town.BOSAI, "普通のお知らせ")
    check_in("<bounce+r", sender_of(stack, "普通のお知らせ"))
    approve(stack, town.BOSAI, "【緊急】川の水位")
    check_in("<bounce+ur", sender_of(stack, "【緊急】川の水位"))
    approve(stack, town.BOSAI, "避難所のお知らせ", "緊急承認 川があふれたため")
    check_in("<bounce+ur", sender_of(stack, "避難所のお知らせ"))
    report = stack.wait_mail("bosai-chief", lambda mail: "避難所のお知らせ" in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct"))
    town.answer(stack, "bosai-chief", report, "避難所は第二小学校です。")
    subject = "【訂正】避難所のお知らせ"
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    check_in("<bounce+ur", sender_of(stack, subject))


def test_a_report_of_urgent_mail(stack):
    """It is taken in at such an address, and at one of an earlier kairan, which had no "u"."""
    subject = "【緊急】戻ってくる配信"
    approve(stack, town.BOSAI, subject)
    urgent = sender_of(stack, subject).strip("<>")
    check_in("bounce+ur", urgent)
    draft = town.draft_id(stack, subject)
    for number, to in enumerate((urgent, urgent.replace("+ur", "+r"))):
        who = stack.store("SELECT address FROM subscriber WHERE list = 'bosai'"
                          " ORDER BY address_key LIMIT 1 OFFSET ?", number)[0]["address"]
        report = bounces.REPORT.format(to=to, who=who, action="failed", status="5.1.1")
        replies = stack.mx_send("", to, report.replace("\n", "\r\n").encode())
        check_equal(replies.final and replies.final[0], 250, f"{to}: {replies}")
        stack.wait_for(lambda: stack.store(
            "SELECT 1 FROM bounce WHERE draft = ? AND address_key = ?", draft, who.lower()),
            what=f"the report to {to}")


def test_requests_for_urgent_drafts(stack):
    """Who is to approve has a phone, too: such mail goes by the same way."""
    subject = "【緊急】承認してください"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    check_in("<bounce+un", str(request["Return-Path"]))
    town.answer(stack, "bosai-chief", request, "差戻し 誤りがあります")


def offered(stack, draft, after=0):
    """Places in the trail where a shard of a draft was offered to the MTA."""
    return [row["seq"] for row in stack.store(
        "SELECT seq FROM audit WHERE action = 'expand' AND outcome = 'offered' AND draft = ?"
        " AND seq > ? ORDER BY seq", draft, after)]


def test_no_further_ordinary_shard(stack):
    """While an urgent release is handed over none of an ordinary one is, but for what was with the
    courier already."""
    many = [f"many{number}@many.sink.example" for number in range(250)]
    subscribe(stack, town.KOSODATE, many)
    stack.configure(shard_size="1")
    subjects = {town.KOSODATE: "分かれた配信", town.BOSAI: "【緊急】割り込む配信"}
    requests = {}
    for to, subject in subjects.items():
        town.draft(stack, f"{PERSON[to]}-staff1", subject, to=to)
        requests[to] = town.request_for(stack, f"{PERSON[to]}-chief", subject)
    ordinary, urgent = (town.draft_id(stack, subject) for subject in subjects.values())
    town.answer(stack, "kosodate-chief", requests[town.KOSODATE], "承認")
    stack.wait_for(lambda: len(offered(stack, ordinary)) > 2, what="an ordinary release under way")
    town.answer(stack, "bosai-chief", requests[town.BOSAI], "承認")
    town.wait_state(stack, subjects[town.BOSAI], town.RELEASED, timeout=60)
    begun = stack.store("SELECT min(seq) AS seq FROM audit WHERE action = 'release'"
                        " AND outcome = 'releasing' AND draft = ?", urgent)[0]["seq"]
    last = max(offered(stack, urgent))
    between = [seq for seq in offered(stack, ordinary, begun) if seq < last]
    check_equal(len(between) <= AT_ONCE, True, f"ordinary shards between: {between}")
    check_equal(len(offered(stack, urgent)), town.SUBSCRIBERS, "urgent shards")
    town.wait_state(stack, subjects[town.KOSODATE], town.RELEASED, timeout=300)
    after = [seq for seq in offered(stack, ordinary, last)]
    check_equal(len(after) > AT_ONCE, True, "it was under way, and went on")
    check_equal(len(offered(stack, ordinary)), town.SUBSCRIBERS + len(many), "ordinary shards")
    leave(stack, town.KOSODATE, many)
    stack.configure(shard_size=stack.mta_tools.SHARD_SIZE)


class Held(p.Link):
    """The courier's session is held up where an ordinary broadcast is handed over."""

    def ask(self, octets):
        if re.match(rb"MAIL FROM:<bounce\+r", octets, re.IGNORECASE):
            self.proxy.met += 1
            self.proxy.gate.wait()
        self.server.sendall(octets)


class HeldProxy(p.Proxy):
    link_class = Held


@contextlib.contextmanager
def held(stack):
    conf = pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
    url = re.findall(r'(?m)^mta_url = "(.*)"', conf)[-1]
    with HeldProxy(int(stack.env["KAIRAN_MX_PORT"])) as proxy:
        proxy.gate = threading.Event()
        stack.configure(mta_url=f"smtp://127.0.0.1:{proxy.port}", shard_size="5")
        try:
            yield proxy
        finally:
            proxy.gate.set()
            stack.configure(mta_url=url, shard_size=stack.mta_tools.SHARD_SIZE)


def test_it_waits_for_no_hand_over(stack):
    """Ordinary shards are with the MTA, as many as there may be at once, and come to no end."""
    with held(stack) as proxy:
        approve(stack, town.KOSODATE, "途中で止まった配信")
        stack.wait_for(lambda: proxy.met >= AT_ONCE, what="hand-overs that come to no end")
        approve(stack, town.BOSAI, "【緊急】待たない配信")
        town.wait_state(stack, "【緊急】待たない配信", town.RELEASED)
        check_equal(town.state_of(stack, "途中で止まった配信"), town.RELEASING)
        check_equal(proxy.met, AT_ONCE, "ordinary hand-overs")
        proxy.gate.set()
        town.wait_state(stack, "途中で止まった配信", town.RELEASED)
    for subject in ("途中で止まった配信", "【緊急】待たない配信"):
        town.wait_broadcast(stack, subject)


if __name__ == "__main__":
    tap.main(globals())
