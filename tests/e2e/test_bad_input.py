"""Mail that is broken, hostile or enormous: refused or handled with a clear answer."""
import pathlib
import random
import socket
import struct

import stack as s
import tap
import town
from tap import check_equal, check_in

HEADER = (b"From: bosai-staff1@town.example\r\nTo: bosai@info.town.example\r\n"
          b"Subject: bad input\r\nMessage-ID: <%d@town.example>\r\n")
# Sendmail has a limit of its own for headers, and answers by itself.
TOO_LARGE = {"postfix": "5.3.4", "sendmail": "Headers too large"}
counter = iter(range(10 ** 6))


def submit(stack, octets):
    return stack.submit("bosai-staff1", town.BOSAI, octets)


def header():
    return HEADER % next(counter)


def check_refused(stack, octets, code, words):
    before = stack.store("SELECT count(*) FROM draft")[0][0]
    replies = submit(stack, octets)
    check_equal(replies.final[0], code, str(replies.final))
    check_in(words, replies.final[1])
    check_equal(stack.store("SELECT count(*) FROM draft")[0][0], before, "drafts")


def resident_kib(stack):
    status = pathlib.Path(f"/proc/{stack.pid('milter')}/status").read_text()
    return int(next(line for line in status.splitlines()
                    if line.startswith("VmHWM")).split()[1])


def test_50_megabytes(stack):
    body = (b"0123456789" * 7 + b"\r\n") * (50 * 1024 * 1024 // 72)
    check_refused(stack, header() + b"\r\n" + body, 552, "5.3.4")
    # The sanitizers keep what was freed, to find its use.
    if b"__asan_init" not in (s.BUILD / "kairan-milter").read_bytes():
        check_equal(resident_kib(stack) < 64 * 1024, True, f"memory {resident_kib(stack)} KiB")


def test_10000_header_lines(stack):
    lines = b"".join(b"X-%d: x\r\n" % number for number in range(10001))
    check_refused(stack, header() + lines + b"\r\nbody\r\n", 552, TOO_LARGE[stack.mta])


def test_a_megabyte_of_header(stack):
    lines = b"X-Long: " + b"x" * 900 + b"\r\n"
    check_refused(stack, header() + lines * 1200 + b"\r\nbody\r\n", 552, TOO_LARGE[stack.mta])


def test_no_body(stack):
    check_refused(stack, header(), 554, "5.6.0")
    check_refused(stack, header() + b"\r\n", 554, "5.6.0")


def test_no_subject(stack):
    octets = header().replace(b"Subject: bad input\r\n", b"")
    check_refused(stack, octets + b"\r\nbody\r\n", 554, "no subject")
    empty = header().replace(b"bad input", b"")
    check_refused(stack, empty + b"\r\nbody\r\n", 554, "no subject")


def test_nul_octets(stack):
    replies = submit(stack, header() + b"\r\nbo\0dy\r\n")
    check_equal(replies.final[0] >= 500, True, str(replies.final))


def test_broken_mime(stack):
    for kind in (b"multipart/mixed; boundary=b", b"multipart/mixed",
                 b"multipart/alternative; boundary=\"b"):
        octets = header() + b"Content-Type: " + kind + b"\r\n\r\n--b\r\n\r\nbody\r\n"
        replies = submit(stack, octets)
        check_equal(replies.final[0], 554, f"{kind} {replies.final}")


def test_broken_transfer_encoding(stack):
    octets = (header() + b"Content-Type: text/plain; charset=utf-8\r\n"
              b"Content-Transfer-Encoding: base64\r\n\r\n44GC*44GC!\r\n")
    check_refused(stack, octets, 554, "base64 is malformed")


def test_broken_charsets(stack):
    cases = (
        (b"utf-8", b"A\xff\xc0\xafB"),
        (b"utf-8", b"\xed\xa0\x80"),
        (b"iso-2022-jp", b"\x1b$B-\x22\x1b(B"),  # circled two, NEC row 13
        (b"iso-2022-jp", b"\x1b$B\x24"),
        (b"shift_jis", b"\x81"),
        (b"euc-jp", b"\xa4"),
        (b"us-ascii", b"\xe3\x81\x82"),
        (b"no-such-charset", b"body"),
        (b"utf-8//TRANSLIT", b"body"),
    )
    for charset, body in cases:
        octets = (header() + b"Content-Type: text/plain; charset=\"" + charset + b"\"\r\n"
                  b"Content-Transfer-Encoding: 8bit\r\n\r\n" + body + b"\r\n")
        check_refused(stack, octets, 554, "Art.13-2(3)")


def test_undecodable_subject(stack):
    for subject in (b"=?utf-8?B?44G?=", b"=?iso-2022-jp?B?GyRCLSIbKEI=?=", b"\xff\xfe",
                    b"=?no-such?Q?x?="):
        octets = header().replace(b"bad input", subject)
        check_refused(stack, octets + b"\r\nbody\r\n", 554, "5.6.0")


def test_line_breaks_hidden_in_a_subject(stack):
    octets = header().replace(b"bad input", b"=?utf-8?Q?innocent=0D=0ABcc:_x@sink.example?=")
    replies = submit(stack, octets + b"\r\nbody\r\n")
    if replies.final[0] == 250:
        subject = stack.store("SELECT subject FROM draft ORDER BY id DESC LIMIT 1")[0][0]
        check_equal("\n" in subject or "\r" in subject, False, repr(subject))


def test_the_place_is_told(stack):
    octets = (header() + b"Content-Type: text/plain; charset=utf-8\r\n"
              b"Content-Transfer-Encoding: 8bit\r\n\r\n"
              b"first line\r\nsecond \xff line\r\n")
    check_refused(stack, octets, 554, "line 2")
    told = stack.wait_mail("bosai-staff1", lambda mail: "本文の 2 行目あたり" in s.text_of(mail))
    check_in("bad input", s.text_of(told))


def test_no_text_at_all(stack):
    octets = header() + b"Content-Type: image/png\r\n\r\nbody\r\n"
    check_refused(stack, octets, 554, "plain text")


def test_html_of_two_charsets(stack):
    octets = (header() + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
              b"<meta charset=Shift_JIS><p>" + "本文".encode() + b"</p>\r\n")
    check_refused(stack, octets, 554, "the HTML Shift_JIS")


def test_html_without_end(stack):
    octets = header() + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 5000 + b"a\r\n"
    check_refused(stack, octets, 554, "too deep")


def test_deep_nesting(stack):
    octets = header()
    for level in range(60):
        octets += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    check_refused(stack, octets + b"\r\nbody\r\n", 554, "5.6.0")


def test_the_daemon_is_well(stack):
    subject = "悪い入力の後"
    town.draft(stack, "bosai-staff1", subject)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)


if __name__ == "__main__":
    tap.main(globals())
