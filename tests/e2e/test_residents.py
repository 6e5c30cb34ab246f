#!/usr/bin/env python3
"""Residents register and leave by mail, from any phone, and nobody does it in another's name
(Art. 2(2)). Whoever asks learns nothing of who is registered, and nobody is buried under our
mails."""
import concurrent.futures
import datetime
import itertools
import re
import signal

import stack as s
import tap
import town
from tap import check_equal, check_in

JOIN, LEAVE, PAUSE = (f"{word}-bosai@{s.SERVICE}" for word in ("join", "leave", "pause"))
STATUS = f"status@{s.SERVICE}"
NAME = "防災情報"
RECOGNISED = "bosai-01@docomo.sink.example"
counter = itertools.count(1)


def resident(domain="docomo.sink.example"):
    """An address that nobody had before."""
    return f"resident{next(counter)}@{domain}"


def octets(address, to, text=b"", *fields):
    lines = [f"From: {address}", f"To: {to}", f"Message-ID: <r{next(counter)}@phone.example>",
             "Date: Fri, 27 Nov 2026 09:00:00 +0900", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text


def send(stack, address, to, text=b"", *fields, sender=None, mail=None, **options):
    """What the sender is told: the reply to RCPT where that is a no, else the last one."""
    replies = stack.mx_send(address if sender is None else sender, to,
                            mail or octets(address, to, text, *fields), **options)
    return replies.final or replies.recipients[to]


def from_many(stack, mails, connections=6):
    """Empty mails, on several connections at a time; all are taken."""
    def work(part):
        with stack.connect(int(stack.env["KAIRAN_MX_PORT"])) as smtp:
            return [stack.converse(smtp, sender, to, octets(sender, to)).final[0]
                    for sender, to in part]

    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        codes = pool.map(work, [mails[n::connections] for n in range(connections)])
        check_equal(set(itertools.chain.from_iterable(codes)), {250})


def ask(stack, address, to=JOIN, *fields, **options):
    """An empty mail."""
    check_equal(send(stack, address, to, b"", *fields, **options)[0], 250)


def told(stack, address):
    """The mails that were made for somebody, in order."""
    return [row["kind"] for row in
            stack.store("SELECT kind FROM outbox WHERE mail = ? ORDER BY id", address)]


def wait_mail(stack, address, mark):
    return stack.wait_for(
        lambda: next((mail for mail in stack.sink() if s.receiver_of(mail) == address
                      and mark in str(mail["Subject"])), None), what=f"{mark} for {address}")


def confirm(stack, mail, text=b"", *fields, address=None):
    """A reply as phones send it: empty, in whichever name."""
    to = s.reply_address(mail)
    return send(stack, address or s.receiver_of(mail), to, text,
                f"In-Reply-To: {mail['Message-ID']}", f"Subject: Re: {NAME}", *fields)


def row(stack, address, of="bosai"):
    rows = stack.store("SELECT * FROM subscriber WHERE list = ? AND address_key = ?", of,
                       address.lower())
    return dict(rows[0]) if rows else None


def registered(stack, domain="docomo.sink.example"):
    address = resident(domain)
    ask(stack, address)
    check_equal(confirm(stack, wait_mail(stack, address, "登録の確認"))[0], 250)
    check_equal(row(stack, address)["state"], 1)
    return address


# ---- joining ----

def test_join(stack):
    """Empty mail, terms, empty reply: registered, and the next broadcast comes."""
    stack.configure(terms_version="2026-04")
    address = resident()
    ask(stack, address)
    mail = wait_mail(stack, address, "登録の確認")
    check_in(NAME, str(mail["Subject"]))
    text = s.text_of(mail)
    for words in ("利用規約（第 2026-04 版）", "保存するのは", "90 日", f"leave-bosai@{s.SERVICE}",
                  "mailto:confirm%2B"):
        check_in(words, text)
    check_equal(str(mail["Auto-Submitted"]), "auto-generated")
    check_equal(s.reply_address(mail).startswith("confirm+"), True)
    check_equal(row(stack, address), None, "before the consent")
    changes = len(stack.store("SELECT at FROM subscriber_change"))
    consent = octets(address, s.reply_address(mail), b"", "Subject: Re: x")
    check_equal(send(stack, address, s.reply_address(mail), mail=consent)[0], 250)
    found = row(stack, address)
    check_equal([found[name] for name in ("state", "source", "terms", "language", "address")],
                [1, 1, "2026-04", "ja", address])
    check_in(found["consent_id"], consent.decode())
    check_equal(found["joined_at"] > 0 and found["joined_at"] == found["changed_at"], True)
    check_equal(len(stack.store("SELECT at FROM subscriber_change")), changes + 1)
    check_in(f"leave-bosai@{s.SERVICE}", s.text_of(wait_mail(stack, address, "登録しました")))
    check_equal(stack.store("SELECT seq FROM audit WHERE uid || detail LIKE ?",
                            f"%{address}%"), [])
    town.draft(stack, "bosai-staff1", "登録のあとの配信")
    town.answer(stack, "bosai-chief",
                town.request_for(stack, "bosai-chief", "登録のあとの配信"), "承認")
    mails = town.wait_broadcast(stack, "登録のあとの配信", town.SUBSCRIBERS + 1)
    check_equal([s.receiver_of(mail) for mail in mails].count(address), 1)
    # The same reply once more, as mail systems do it.
    check_equal(send(stack, address, s.reply_address(mail), mail=consent)[0], 250)
    check_equal(told(stack, address), ["resident-join", "resident-welcome"])


def test_join_from_anywhere(stack):
    """Wild dots and capitals are one address; the reply comes from another of the phone's; the
    gateway cuts what stands behind the '+'."""
    for address in ("Wild..Dots.@docomo.sink.example", '"every..one."@docomo.sink.example'):
        plain = address.replace('"', "")
        ask(stack, address)
        mail = wait_mail(stack, plain, "登録の確認")
        check_equal(confirm(stack, mail, address="other@mail.sink.example")[0], 250)
        check_equal(row(stack, plain)["address"], plain)
        check_equal(row(stack, "other@mail.sink.example"), None)
    for shape in ("{} (Yamada Taro)", "(Yamada) {}"):
        address = resident()
        mail = octets("x", JOIN).replace(b"From: x", f"From: {shape.format(address)}".encode())
        check_equal(send(stack, address, JOIN, mail=mail)[0], 250, shape)
        check_equal(told(stack, address), ["resident-join"], shape)
        check_equal(send(stack, resident(), JOIN, mail=mail)[0], 554, "of somebody else")
    address = resident()
    ask(stack, address)
    mail = wait_mail(stack, address, "登録の確認")
    check_equal(send(stack, address, f"confirm@{s.SERVICE}", b"", "Subject: Re: x",
                     f"In-Reply-To: {mail['Message-ID']}")[0], 250)
    check_equal(row(stack, address)["state"], 1)
    code, text = send(stack, address, f"confirm@{s.SERVICE}", b"", "Subject: Re: x")
    check_equal(code, 550, text)


def test_in_english(stack):
    for fields in (["Subject: English please"], ["Content-Language: en-GB"],
                   ["Accept-Language: en"]):
        address = resident()
        ask(stack, address, JOIN, *fields)
        mail = wait_mail(stack, address, "Please confirm")
        check_in("Terms of use", s.text_of(mail))
        check_equal(confirm(stack, mail)[0], 250)
        check_equal(row(stack, address)["language"], "en")
        wait_mail(stack, address, "Registered")


def test_no_and_machines_are_no_consent(stack):
    for text, fields in (("心当たりがありません。", []), ("No thank you", []),
                         ("", ["Auto-Submitted: auto-replied"]), ("", ["X-Autoreply: yes"]),
                         ("", ["Subject: =?utf-8?b?5LiN5Zyo6YCa55+l?="])):
        address = resident()
        ask(stack, address)
        mail = wait_mail(stack, address, "登録の確認")
        to = s.reply_address(mail)
        reply = octets(address, to, text.encode(), "Content-Type: text/plain; charset=utf-8",
                       "Content-Transfer-Encoding: 8bit", *fields)
        check_equal(send(stack, address, to, mail=reply)[0], 250, text)
        check_equal(row(stack, address), None, f"{text} {fields}")
        check_equal(told(stack, address), ["resident-join"])
    # The report that it could not be delivered.
    address = resident()
    ask(stack, address)
    to = s.reply_address(wait_mail(stack, address, "登録の確認"))
    check_equal(send(stack, "mailer-daemon@docomo.sink.example", to, sender="")[0], 250)
    check_equal(row(stack, address), None)


def test_tokens(stack):
    address = resident()
    ask(stack, address)
    to = s.reply_address(wait_mail(stack, address, "登録の確認"))
    local, _, domain = to.partition("@")
    last = "b" if local[-1] != "b" else "c"
    check_equal(send(stack, address, f"{local[:-1]}{last}@{domain}")[0], 550)
    check_equal(send(stack, address, f"{local[:-4]}@{domain}")[0], 550)
    check_equal(row(stack, address), None)
    stack.move_clock(8 * 86400)
    stack.wait_for(lambda: not stack.store("SELECT id FROM resident_request WHERE address = ?",
                                           address), what="the end of what was not confirmed")
    code, text = send(stack, address, to)
    check_equal(code, 550)
    check_in("time", text)
    check_equal(row(stack, address), None)
    # And may be asked for again.
    ask(stack, address)
    stack.wait_for(lambda: len(told(stack, address)) == 2, what="another answer")


def test_no_such_list(stack):
    for word in ("join", "leave", "pause"):
        code, text = send(stack, resident(), f"{word}-nothing@{s.SERVICE}")
        check_equal(code, 550, text)


def test_roles_and_the_town(stack):
    """They are no residents (Art. 2(2)), and are told so while they are connected."""
    stack.configure(refused_domains="town.example")
    try:
        for address in ("postmaster@docomo.sink.example", "No-Reply+x@mail.sink.example",
                        "someone@town.example"):
            code, text = send(stack, address, JOIN, sender=resident())
            check_equal(code, 550, address)
            check_in("Art.2(2)", text)
            check_equal(told(stack, address), [])
        ask(stack, "postmaster@docomo.sink.example", LEAVE, sender=resident())
        check_equal(told(stack, "postmaster@docomo.sink.example"), ["resident-leave"])
    finally:
        stack.configure(refused_domains="")


# ---- leaving ----

def test_leave(stack):
    address = registered(stack)
    stack.move_clock(86401)
    ask(stack, address, LEAVE)
    mail = wait_mail(stack, address, "登録をやめる確認")
    check_equal(row(stack, address)["state"], 1, "whoever asked it")
    check_equal(confirm(stack, mail)[0], 250)
    check_equal([row(stack, address)[name] for name in ("state", "paused_until")], [3, 0])
    check_in(f"join-bosai@{s.SERVICE}", s.text_of(wait_mail(stack, address, "配信を終わりました")))
    check_equal(stack.store("SELECT gone FROM subscriber_change ORDER BY at DESC, rowid DESC")
                [0]["gone"], 1)
    # Back again.
    stack.move_clock(86401)
    ask(stack, address)
    mail = stack.wait_for(
        lambda: next((mail for mail in stack.sink() if s.receiver_of(mail) == address and
                      "登録の確認" in str(mail["Subject"]) and
                      s.reply_address(mail) not in (None, "")
                      and confirm(stack, mail)[0] == 250 and row(stack, address)["state"] == 1),
                     None), what="registered once more")


def test_proven_leave(stack):
    """By our own Authentication-Results, or by a login with that address."""
    proof = "Authentication-Results: mail.town.example; dmarc=pass header.from=docomo.sink.example"
    other = "Authentication-Results: mail.town.example; dmarc=pass header.from=mail.sink.example"
    address, victim = registered(stack), registered(stack)
    stack.move_clock(86401)
    stack.configure(authserv_id="mail.town.example")
    try:
        ask(stack, address, LEAVE, proof)
        check_equal(row(stack, address)["state"], 3)
        wait_mail(stack, address, "配信を終わりました")
        ask(stack, victim, LEAVE, other)
        check_equal(row(stack, victim)["state"], 1)
        wait_mail(stack, victim, "登録をやめる確認")
        # Joining is consent to the terms, which have to be shown.
        old = octets("x", LEAVE, b"", proof).replace(b"From: x", f"From: {victim} (V)".encode())
        check_equal(send(stack, victim, LEAVE, mail=old)[0], 250)
        check_equal(row(stack, victim)["state"], 1, "read by the envelope, which proves nothing")
        newcomer = resident()
        ask(stack, newcomer, JOIN, proof)
        check_equal(row(stack, newcomer), None)
        check_equal(told(stack, newcomer), ["resident-join"])
    finally:
        stack.configure(authserv_id="")
    staff = "kosodate-staff2@town.example"
    check_equal(stack.submit("kosodate-staff2", LEAVE, octets(staff, LEAVE)).final[0], 250)
    check_equal(told(stack, staff), ["resident-goodbye"])
    check_equal(stack.submit("kosodate-staff2", LEAVE, octets(victim, LEAVE),
                             from_=staff).final[0], 250)
    check_equal(row(stack, victim)["state"], 1, "a login that has another address")


# ---- status, and pauses ----

def status_of(stack, address):
    """The answer of today."""
    ask(stack, address, STATUS)
    return s.text_of(wait_mail(stack, address, "登録の状況"))


def test_status(stack):
    """What the address is registered for, and nothing of others."""
    address = registered(stack)
    text = status_of(stack, address)
    for words in (NAME, "配信中", f"leave-bosai@{s.SERVICE}"):
        check_in(words, text)
    check_equal("kosodate" in text or RECOGNISED in text, False)
    stranger = resident()
    check_in("登録されていません", status_of(stack, stranger))
    check_in("配信中", status_of(stack, RECOGNISED))
    # Once a day, and not in the place of a confirmation.
    ask(stack, stranger, STATUS)
    ask(stack, stranger)
    check_equal(told(stack, stranger), ["resident-status", "resident-join"])
    gone = registered(stack)
    stack.kairanctl("subscribers", "suspend", "--list", "bosai", gone)
    check_in("停止中", status_of(stack, gone))
    ask(stack, resident(), STATUS, sender="")


def date_of(stack, days):
    return f"{stack.now() + datetime.timedelta(days=days):%Y-%m-%d}"


def test_pause(stack):
    """Nothing comes until the day is over, and then it does by itself."""
    address = registered(stack)
    last = date_of(stack, 10)
    ask(stack, address, PAUSE, f"Subject: {last}")
    mail = wait_mail(stack, address, "休止の確認")
    check_in(last, s.text_of(mail))
    check_equal(row(stack, address)["state"], 1)
    check_equal(confirm(stack, mail)[0], 250)
    check_in(last, s.text_of(wait_mail(stack, address, "休止します")))
    check_equal(row(stack, address)["state"], 4)
    check_in("休止中", status_of(stack, address))
    town.draft(stack, "bosai-staff1", "休止の間の配信")
    town.answer(stack, "bosai-chief",
                town.request_for(stack, "bosai-chief", "休止の間の配信"), "承認")
    town.wait_state(stack, "休止の間の配信", town.RELEASED)
    stack.wait_for(stack.mta_tools.queue_is_empty, what="the end of the broadcast")
    mails = town.broadcast(stack.sink(), "休止の間の配信")
    check_equal([mail for mail in mails if s.receiver_of(mail) == address], [])
    stack.move_clock(9 * 86400)
    check_equal(row(stack, address)["state"], 4, "on the last day but one")
    stack.move_clock(2 * 86400)
    stack.wait_for(lambda: row(stack, address)["state"] == 1, what="the end of the pause")
    check_equal(row(stack, address)["paused_until"], 0)


def set_clock(stack, words):
    with open(stack.env["KAIRAN_CLOCK"], "r+b", buffering=0) as file:
        file.write(words.ljust(20).encode() + b"\n")
    stack.signal("milter", signal.SIGHUP)


def test_no_pause_ends_by_a_clock_that_has_jumped(stack):
    address, offset = registered(stack), stack.clock_offset()
    ask(stack, address, PAUSE, f"Subject: {date_of(stack, 5)}")
    check_equal(confirm(stack, wait_mail(stack, address, "休止の確認"))[0], 250)
    set_clock(stack, f"{offset + 20 * 86400} jump")
    # The administrators are told at the end of the rounds.
    stack.wait_mail("sysadmin", lambda mail: "clock confirm" in s.text_of(mail))
    check_equal(row(stack, address)["state"], 4)
    set_clock(stack, f"{offset}")
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM alarm WHERE reason LIKE 'clock%'"),
                   what="the end of the alarm")
    stack.move_clock(7 * 86400)
    stack.wait_for(lambda: row(stack, address)["state"] == 1, what="the end of the pause")


def test_pause_until_when(stack):
    """Without a day, or with two, the answer says how; a stranger has nothing to pause."""
    for subject in ("", "Subject: 12/10-12/20", "Subject: 2020-01-01"):
        address = registered(stack)
        ask(stack, address, PAUSE, *([subject] if subject else []))
        check_in(PAUSE, s.text_of(wait_mail(stack, address, "いつまで休みますか")))
        check_equal(row(stack, address)["state"], 1)
        ask(stack, address, f"pause-kosodate@{s.SERVICE}")
        check_equal(told(stack, address).count("resident-pause-how"), 1, "once a day")
        check_in("配信中", status_of(stack, address))
    text = f"{date_of(stack, 20)}まで休みます。\r\n".encode()
    check_equal(send(stack, address, PAUSE, text, "Content-Type: text/plain; charset=utf-8",
                     "Content-Transfer-Encoding: 8bit")[0], 250)
    check_equal(confirm(stack, wait_mail(stack, address, "休止の確認"))[0], 250)
    check_equal(row(stack, address)["state"], 4)
    stranger = resident()
    ask(stack, stranger, PAUSE, f"Subject: {date_of(stack, 3)}")
    check_equal(confirm(stack, wait_mail(stack, stranger, "休止の確認"))[0], 250)
    check_equal(row(stack, stranger), None)
    # Who left does not come back by it.
    gone = registered(stack)
    stack.kairanctl("subscribers", "suspend", "--list", "bosai", gone)
    stack.move_clock(86401)
    ask(stack, gone, PAUSE, f"Subject: {date_of(stack, 3)}")
    check_equal(confirm(stack, wait_mail(stack, gone, "休止の確認"))[0], 250)
    check_equal(row(stack, gone)["state"], 2)


# ---- abuse ----

def sample(stack, address, to, mark, *fields):
    """All that a stranger sees of the answer, without the token and the address."""
    reply = send(stack, address, to, b"", *fields)
    mail = wait_mail(stack, address, mark)
    text = re.sub(r"confirm(\+|%2B)\w+", "TOKEN", s.text_of(mail)).replace(address, "ADDRESS")
    return re.sub(r"\d", "0", reply[1]), str(mail["Subject"]), text, sorted(mail.keys())


def test_the_same_answer_to_all(stack):
    """Registered or not, suspended or gone: nothing tells them apart."""
    pause = f"Subject: {date_of(stack, 20)}"
    for to, mark, *fields in ((JOIN, "登録の確認"), (LEAVE, "登録をやめる確認"),
                              (PAUSE, "休止の確認", pause)):
        there, suspended = registered(stack), registered(stack)
        stack.kairanctl("subscribers", "suspend", "--list", "bosai", suspended)
        stack.move_clock(86401)
        stack.clear_sink()
        found = [sample(stack, address, to, mark, *fields)
                 for address in (resident(), there, suspended)]
        check_equal(found[1][1:], found[0][1:])
        check_equal(found[2][1:], found[0][1:])
        check_equal(len({re.sub(r"\w{9,}", "QUEUE", each[0]) for each in found}), 1)


def answers(stack, address, mark):
    """Such mails, in order."""
    return sorted((mail for mail in stack.sink() if s.receiver_of(mail) == address and
                   mark in str(mail["Subject"])),
                  key=lambda mail: int(re.findall(r"\d+", str(mail["Message-ID"]))[0]))


def test_one_a_day(stack):
    """However often, to whichever list and for whatever: one, until it is confirmed; then the next
    that was asked for, so that nobody who is right stays without an answer."""
    address = resident()
    for to in (JOIN, JOIN, f"join-kosodate@{s.SERVICE}", f"join-kosodate@{s.SERVICE}"):
        ask(stack, address, to)
    ask(stack, address.upper())
    ask(stack, address, PAUSE, f"Subject: {date_of(stack, 5)}")
    check_equal(told(stack, address), ["resident-join"])
    check_equal(told(stack, address.upper()), [])
    first = wait_mail(stack, address, "登録の確認")
    check_equal(confirm(stack, first)[0], 250)
    check_equal(told(stack, address)[1:], ["resident-welcome", "resident-join"])
    check_equal(confirm(stack, first)[0], 250, "once more")
    check_equal(len(told(stack, address)), 3)
    second = stack.wait_for(lambda: answers(stack, address, "登録の確認")[1:],
                            what="the second answer")[0]
    check_equal(confirm(stack, second)[0], 250)
    check_equal(row(stack, address, "kosodate")["state"], 1)
    check_equal(told(stack, address)[3:], ["resident-welcome", "resident-pause"])
    check_equal(confirm(stack, wait_mail(stack, address, "休止の確認"))[0], 250)
    check_equal(row(stack, address)["state"], 4)
    check_equal(told(stack, address)[5:], ["resident-paused"])


def test_bombers_get_one_mail_sent(stack):
    """What is held is for who confirms; a no, and the time, end it."""
    address, other, late = (resident() for _ in range(3))
    stack.configure(limit_resident_address="4")
    try:
        for who in (address, late):
            for to in (JOIN, LEAVE, f"join-kosodate@{s.SERVICE}", f"leave-kosodate@{s.SERVICE}",
                       f"join-kurashi@{s.SERVICE}"):
                send(stack, who, to)
    finally:
        stack.configure(limit_resident_address="10")
    check_equal(told(stack, address), ["resident-join"])
    check_equal(len(stack.store("SELECT id FROM resident_request WHERE address = ?", address)), 4)
    check_equal(confirm(stack, wait_mail(stack, address, "登録の確認"), b"No")[0], 250)
    check_equal(told(stack, address), ["resident-join"])
    stack.move_clock(8 * 86400)
    stack.wait_for(lambda: not stack.store("SELECT id FROM resident_request WHERE address = ?",
                                           late), what="the end of what was held")
    check_equal(told(stack, late), ["resident-join"])
    ask(stack, other)
    stack.move_clock(86399 - 60)
    ask(stack, other)
    check_equal(told(stack, other), ["resident-join"])
    stack.move_clock(120)
    ask(stack, other)
    check_equal(told(stack, other), ["resident-join"] * 2)


def test_twice_is_once(stack):
    """A mail that the sender's side sends again."""
    stack.configure(authserv_id="mail.town.example")
    try:
        address = resident()
        mail = octets(address, JOIN, b"", "Authentication-Results: mail.town.example;"
                      " dmarc=pass header.from=docomo.sink.example")
        for _ in range(3):
            check_equal(send(stack, address, JOIN, mail=mail)[0], 250)
        check_equal(told(stack, address), ["resident-join"])
    finally:
        stack.configure(authserv_id="")


def test_who_is_not_answered(stack):
    stack.configure(authserv_id="mail.town.example")
    try:
        for field in ("Auto-Submitted: auto-generated", "Precedence: bulk", "Precedence: list",
                      "List-Id: <x.example>", "List-Unsubscribe: <mailto:x@x.example>",
                      "X-Loop: x", "Content-Type: multipart/report; boundary=b",
                      "Authentication-Results: mail.town.example; dmarc=fail"
                      " header.from=docomo.sink.example"):
            for to in (JOIN, LEAVE, PAUSE, STATUS):
                address = resident()
                ask(stack, address, to, field)
                check_equal(told(stack, address), [], field)
    finally:
        stack.configure(authserv_id="")
    address = resident()
    ask(stack, address, JOIN, sender="")
    check_equal(told(stack, address), [], "the null sender")
    for address in (JOIN, f"kairan@{s.SERVICE}", town.BOSAI, f"postmaster@{s.SERVICE}"):
        ask(stack, address, sender="someone@docomo.sink.example")
        check_equal(told(stack, address), [], address)
    # What Exchange puts on everybody's mail is no sign of a machine.
    address = resident()
    ask(stack, address, JOIN, "X-Auto-Response-Suppress: All")
    check_equal(told(stack, address), ["resident-join"])
    mail = octets("a@docomo.sink.example, b@docomo.sink.example", JOIN)
    check_equal(send(stack, "a@docomo.sink.example", JOIN, mail=mail)[0], 554)


def test_made_up_addresses(stack):
    """The mail system takes no answer to it: the administrators are not told of each, and neither
    trail nor log name it."""
    address = "nobody@nowhere.invalid"
    ask(stack, address, sender=resident())
    stack.wait_for(lambda: stack.store("SELECT state FROM outbox WHERE mail = ? AND state > 1",
                                       address), what="the end of the answer")
    check_equal(stack.store("SELECT name FROM alarm WHERE name LIKE '%nowhere%'"), [])
    check_equal(stack.store("SELECT seq FROM audit WHERE detail LIKE '%nowhere%'"), [])
    check_equal("nowhere" in stack.log(), False)


def report_of(mail, address, action, status):
    return ("From: MAILER-DAEMON@docomo.sink.example\r\n"
            f"To: {mail['Return-Path']}\r\nMessage-ID: <{next(counter)}@mx.example>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;"
            " boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mx.example\r\n\r\n"
            f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\n"
            f"Status: {status}\r\n\r\n--b--\r\n").encode()


def test_answers_that_come_back(stack):
    """Mail systems that take the answer, and report then. Whose it was is told to nobody either."""
    for action, status in (("failed", "5.1.1"), ("failed", "5.7.1"), ("delayed", "4.4.1")):
        address = resident()
        ask(stack, address, STATUS)
        mail = wait_mail(stack, address, "登録の状況")
        log = len(stack.log())
        check_equal(stack.mx_send("", str(mail["Return-Path"]).strip("<>"),
                                  report_of(mail, address, action, status)).final[0], 250)
        stack.wait_for(stack.mta_tools.queue_is_empty, what="the report")
        if action == "failed":
            check_equal(stack.store("SELECT 1 FROM outbox WHERE mail = ? AND bounced_at > 0",
                                    address) != [], True)
        for query in ("SELECT 1 FROM audit WHERE detail LIKE ?",
                      "SELECT 1 FROM alarm WHERE name || detail LIKE ?"):
            check_equal(stack.store(query, f"%{address}%"), [], query)
        check_equal([line for line in stack.log()[log:].splitlines()
                     if address in line and "kairan" in line.partition(":")[0]], [])
        # A phone's filter had to be told first; and whoever waits is not sent another one.
        ask(stack, address, STATUS)
        check_equal(len(told(stack, address)), 2 if action == "failed" else 1)
    address = resident()
    ask(stack, address)
    first = wait_mail(stack, address, "登録の確認")
    check_equal(stack.mx_send("", str(first["Return-Path"]).strip("<>"),
                              report_of(first, address, "failed", "5.1.1")).final[0], 250)
    stack.wait_for(stack.mta_tools.queue_is_empty, what="the report")
    ask(stack, address)
    second = stack.wait_for(lambda: answers(stack, address, "登録の確認")[1:],
                            what="another answer")[0]
    check_equal(confirm(stack, second)[0], 250)
    check_equal(row(stack, address)["state"], 1)


def test_many_at_once(stack):
    """Some ask twice, on two connections at a time, and reply twice: each is there once."""
    stack.move_clock(3601)
    stack.configure(limit_resident_host="0")
    try:
        people = [resident() for _ in range(120)]
        from_many(stack, [(who, JOIN) for who in people + people[::3]])
        mails = stack.wait_for(
            lambda: (lambda found: found if len(found) == len(people) else None)(
                {s.receiver_of(mail): mail for mail in stack.sink()
                 if s.receiver_of(mail) in people and "登録の確認" in str(mail["Subject"])}),
            60, "the answers")
        replies = [(who, s.reply_address(mail)) for who, mail in mails.items()]
        before = len(stack.store("SELECT at FROM subscriber_change"))
        from_many(stack, replies + replies[::3])
        for who in people:
            check_equal(row(stack, who)["state"], 1)
            check_equal(told(stack, who), ["resident-join", "resident-welcome"])
        check_equal(len(stack.store("SELECT at FROM subscriber_change")), before + len(people))
    finally:
        stack.configure(limit_resident_host="100")


def test_limits(stack):
    """Of one host, and of all: beyond it nobody is answered, and the administrators know."""
    stack.move_clock(3601)
    stack.configure(limit_resident_host="2", limit_resident_all="3")
    try:
        several = [resident() for _ in range(5)]
        for address in several[:3]:
            ask(stack, address)
        check_equal([len(told(stack, address)) for address in several[:3]], [1, 1, 0])
        stack.wait_mail("sysadmin", lambda mail: "limit_resident_host" in s.text_of(mail)
                        and "127.0.0.1" in s.text_of(mail))
        for address in several[3:]:
            ask(stack, address, source="127.0.0.2")
        check_equal([len(told(stack, address)) for address in several[3:]], [1, 0])
        stack.wait_mail("sysadmin", lambda mail: "limit_resident_all" in s.text_of(mail))
        stack.move_clock(3601)
        ask(stack, several[2])
        check_equal(len(told(stack, several[2])), 1, "an hour later")
    finally:
        stack.configure(limit_resident_host="0", limit_resident_all="0")


# ---- the terms change ----

def reconfirm(stack, *args):
    return stack.kairanctl("subscribers", "reconfirm", "--list", "bosai", *args).stdout


def test_new_terms(stack):
    """Who agreed to older ones is asked once; a reply is consent, and nothing else changes."""
    stack.configure(terms_version="2026-05")
    yes, silent, gone = (registered(stack) for _ in range(3))
    joined = row(stack, yes)["joined_at"]
    stack.configure(terms_version="2027-04")
    check_in(" 3 ", reconfirm(stack, "--dry-run", "--limit", "3"))
    check_equal(told(stack, yes).count("resident-terms"), 0)
    reconfirm(stack)
    mails = {address: wait_mail(stack, address, "利用規約の改定") for address in (yes, silent, gone)}
    check_in("第 2027-04 版", s.text_of(mails[yes]))
    check_in(" 0 ", reconfirm(stack))
    check_equal(confirm(stack, mails[yes])[0], 250)
    wait_mail(stack, yes, "同意を受け付けました")
    check_equal({key: row(stack, yes)[key] for key in ("terms", "source", "state", "joined_at")},
                {"terms": "2027-04", "source": 1, "state": 1, "joined_at": joined})
    check_equal((row(stack, silent)["terms"], row(stack, silent)["state"]), ("2026-05", 1))
    # Being asked stands in nobody's way who leaves; to agree then brings nobody back.
    ask(stack, gone, LEAVE)
    check_equal(confirm(stack, wait_mail(stack, gone, "登録をやめる確認"))[0], 250)
    check_equal(confirm(stack, mails[gone])[0], 250)
    check_equal(row(stack, gone)["state"], 3)


def test_new_terms_for_who_was_imported(stack):
    stack.configure(terms_version="2028-04")
    rows = stack.store("SELECT address FROM subscriber WHERE list = 'bosai' AND source = 3"
                       " AND state = 1 ORDER BY address_key LIMIT 1")
    reconfirm(stack)
    check_equal(told(stack, rows[0]["address"]).count("resident-terms"), 0)
    reconfirm(stack, "--all")
    mail = wait_mail(stack, rows[0]["address"], "利用規約の改定")
    check_equal(confirm(stack, mail)[0], 250)
    stack.wait_for(lambda: row(stack, rows[0]["address"])["terms"] == "2028-04", what="consent")
    check_equal(row(stack, rows[0]["address"])["source"], 1)


def test_wrong_reconfirm(stack):
    for args, code in (((), 64), (("--list", "nosuch"), 66),
                       (("--list", "bosai", "--limit", "none"), 64)):
        done = stack.kairanctl("subscribers", "reconfirm", *args, check=False)
        check_equal(done.returncode, code, f"{args}: {done.stderr}")


if __name__ == "__main__":
    tap.main(globals())
