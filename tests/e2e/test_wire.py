#!/usr/bin/env python3
"""A peer of the milter's socket that is out of step, or means harm: the daemon lives, keeps
nothing of it, and goes on with the town's mail."""
import random
import re
import socket
import struct

import tap
import town
from tap import check_equal, check_in

OURS = b"<bosai@info.town.example>\0"
COMMANDS = {"connect": b"Chost\0U", "helo": b"Hhost\0", "mail": b"M<staff@town.example>\0",
            "rcpt": b"R" + OURS, "RCPT": b"R" + OURS.upper(), "other": b"R<a@else.example>\0",
            "data": b"T", "header": b"LA\0 b\0", "blank": b"N", "body": b"Btext\r\n",
            "end": b"E", "abort": b"A", "unknown": b"UWHAT\0",
            "login": b"DM{auth_authen}\0bosai-staff1\0"}
# A whole mail.
MAIL = "connect helo login mail rcpt data header blank body end".split()
# Version 6 of the protocol, every action, every step that may be left out.
OFFER = b"O" + struct.pack("!III", 6, 0x1FF, 0x1FFFFF)
# What the daemon may need more than before, once all of them are gone.
SPARE_KIB = 48 * 1024


def packed(packet, length=None):
    return struct.pack("!I", len(packet) if length is None else length) + packet


def words_of(words):
    return [COMMANDS[word] for word in words]


def connected(stack):
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(300)
    link.connect(stack.env["KAIRAN_MILTER_SOCKET"])
    return link


def has_odd_macros(octets):
    """A name without a value among the macros: libmilter itself (8.17, 8.18) reads beyond the end
    of such a list. SECURITY says who may write to the socket."""
    while len(octets) > 4:
        end = 4 + struct.unpack("!I", octets[:4])[0]
        packet = octets[4:end]
        if packet[:1] == b"D" and packet[2:].count(b"\0") % 2 == 1:
            return True
        octets = octets[end:]
    return False


def converse(stack, octets):
    """Say all that, whatever is answered, and wait for the daemon to end the conversation."""
    with connected(stack) as link:
        try:
            link.sendall(octets)
            link.shutdown(socket.SHUT_WR)
            while link.recv(65536):
                pass
        except (BrokenPipeError, ConnectionResetError):
            pass


def answers(stack, words, **others):
    """What the daemon says to each of these commands, without what it says of itself first."""
    with connected(stack) as link:
        link.sendall(b"".join(packed(others.get(word, COMMANDS.get(word)))
                              for word in ("offer", *words)))
        link.shutdown(socket.SHUT_WR)
        octets = b"".join(iter(lambda: link.recv(65536), b""))
    found = []
    while octets:
        end = 4 + struct.unpack("!I", octets[:4])[0]
        found.append(octets[4:end])
        octets = octets[end:]
    return found[1:]


def figures(stack):
    """The daemon's pid, its threads, and the KiB that it has in memory."""
    pid = stack.pid("milter")
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        text = file.read()
    threads, memory = (int(re.search(rf"(?m)^{name}:\s+(\d+)", text)[1])
                       for name in ("Threads", "VmRSS"))
    return pid, threads, memory


def check_unharmed(stack, before):
    """The same daemon, with the threads it had, and no memory of all that."""
    pid, threads, memory = before
    check_equal(stack.pid("milter"), pid, "it is the same daemon")
    stack.wait_for(lambda: figures(stack)[1] <= threads + 2, what="the end of the threads")
    check_equal(figures(stack)[2] <= memory + SPARE_KIB, True,
                f"memory before {memory} KiB, after {figures(stack)[2]} KiB")
    check_equal(stack.store("SELECT count(*) FROM draft WHERE subject = ''")[0][0], 0, "drafts")


def test_a_broadcast_before(stack):
    """So that memory is compared with a daemon at work."""
    town.draft(stack, "bosai-staff1", "まえの配信")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", "まえの配信"), "承認")
    town.wait_state(stack, "まえの配信", town.RELEASED)


def test_orders_that_make_no_sense(stack):
    """libmilter lets RCPT and what follows come without MAIL after a command that it does
    not know."""
    before = figures(stack)
    chance = random.Random(11)
    orders = [order.split() for order in (
        "unknown rcpt", "unknown data", "unknown header blank body end",
        "connect helo unknown rcpt rcpt data", "unknown body", "unknown end end",
        "connect login mail unknown data rcpt end end",
        "connect login mail rcpt abort unknown rcpt end",
        "connect mail mail mail rcpt data mail data end",
        "connect mail other RCPT data unknown header unknown end unknown end")]
    orders += [chance.choices(list(COMMANDS), k=30) for _ in range(200)]
    for order in orders:
        converse(stack, b"".join(map(packed, [OFFER, *words_of(order), b"Q"])))
    check_unharmed(stack, before)


def test_a_mail_that_breaks_off_anywhere(stack):
    before = figures(stack)
    octets = b"".join(map(packed, [OFFER, *words_of(MAIL)]))
    for length in range(len(octets)):
        converse(stack, octets[:length])
    check_unharmed(stack, before)


def test_lengths_that_lie(stack):
    """Nothing, too little, too much, and what is negative as a signed number, at every step."""
    before = figures(stack)
    packets = [OFFER, *words_of(MAIL)]
    for place, packet in enumerate(packets):
        good = b"".join(map(packed, packets[:place]))
        rest = b"".join(map(packed, packets[place + 1:]))
        for length in (0, 1, len(packet) - 1, len(packet) + 1, 0xFFFF, 0x10001, 0x100000,
                       0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
            converse(stack, good + packed(packet, length) + rest)
    check_unharmed(stack, before)


def test_packets_without_their_ends(stack):
    """Strings without a NUL, macros without a value, addresses of nothing, an unknown family."""
    before = figures(stack)
    broken = [b"O", b"O\0\0\0\6", b"C", b"Chost", b"Chost\0", b"Chost\0004", b"Chost\0004\0",
              b"Chost\0004\0\031127.0.0.1", b"Chost\0Z\0\031x\0", b"C\0U", b"H", b"Hhost", b"D",
              b"DM", b"DM\0\0", b"D\xff{i}\0x\0", b"DM{auth_authen}\0\0", b"M",
              b"M\0", b"M<>", b"M<>\0A", b"M<" + b"a" * 60000 + b"@town.example>\0", b"R", b"R\0",
              b"R<", b"R<>\0", b"R" + b"<bosai@info.town.example>", b"L", b"LA", b"LA\0", b"LA\0b",
              b"L\0\0", b"B", b"B" + b"\0" * 65535, b"T\0\0", b"U", b"UWHAT", b"K", b"\0", b"\xff"]
    for place in range(len(MAIL) + 1):
        words = words_of(MAIL)
        for packet in broken:
            converse(stack, b"".join(map(packed, [OFFER, *words[:place], packet,
                                                  *words[place:], b"Q"])))
    check_unharmed(stack, before)


def test_bits_that_flip(stack):
    before = figures(stack)
    chance = random.Random(13)
    octets = b"".join(map(packed, [OFFER, *words_of(MAIL), b"Q"]))
    for _ in range(2000):
        damaged = bytearray(octets)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        if not has_odd_macros(bytes(damaged)):
            converse(stack, bytes(damaged))
    check_unharmed(stack, before)


def test_macros_that_are_missing(stack):
    """Whoever's login is not told writes no draft; a draft needs neither a queue id nor the
    client's address."""
    before = figures(stack)
    draft = {"offer": b"O" + struct.pack("!III", 6, 0x1FF, 0),  # each command has its answer
             "nobody": b"DM{auth_authen}\0\0", "mail": b"M<bosai-staff1@town.example>\0",
             "from": b"LFrom\0 bosai-staff1@town.example\0", "header": b"LSubject\0 macros\0"}
    rest = ["mail", "rcpt", "data", "from", "header", "blank", "body", "end"]
    for login in ([], ["nobody"], ["login"]):
        found = answers(stack, ["connect", "helo", *login, *rest], **draft)
        drafts = stack.store("SELECT queue_id FROM draft WHERE subject = 'macros'")
        check_equal([row[0] for row in drafts], [""] if login == ["login"] else [], found)
    check_equal(found[-1], b"d", "the draft is taken")
    check_unharmed(stack, before)


def test_ten_thousand_connections(stack):
    """Half a thousand at a time that say hello and nothing more; the town's mail goes on."""
    before = figures(stack)
    hello = b"".join(map(packed, [OFFER, COMMANDS["connect"]]))
    for wave in range(20):
        links = [connected(stack) for _ in range(500)]
        try:
            for link in links:
                link.sendall(hello)
            if wave % 10 == 0:
                town.draft(stack, "bosai-staff1", f"混んでいる{wave}")
                town.request_for(stack, "bosai-chief", f"混んでいる{wave}")
        finally:
            for link in links:
                link.close()
    check_unharmed(stack, before)


def test_the_daemon_is_well(stack):
    subject = "悪い相手の後"
    town.draft(stack, "bosai-staff1", subject)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
    check_in("whole", stack.kairanctl("audit", "verify").stdout)


if __name__ == "__main__":
    tap.main(globals())
