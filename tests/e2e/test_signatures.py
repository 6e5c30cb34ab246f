#!/usr/bin/env python3
"""OpenDKIM and OpenDMARC before kairan: all that kairan sends is signed, and whoever answers from
outside is known by what they found."""
import pathlib
import subprocess

import stack as s
import tap
import test_setup_check
import town
from tap import check_equal, check_in

# Mail systems elsewhere; OpenDKIM signs for 127.0.0.1 and verifies all others.
OUTSIDE = "127.0.0.2"


def beside_dns(stack, command, octets):
    """Run a tool of OpenDKIM's where the private DNS is."""
    return subprocess.run(["nsenter", "--net", "--target", str(stack.pid("dns")), *command], input=octets, capture_output=True, check=False)


def as_sent(octets):
    """A mail from a mailbox, as it was on its way."""
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def check_signed(stack, octets, what):
    """One signature of the service domain, which a verifier finds good."""
    mail = s.parse_mail(octets)
    signatures = mail.get_all("DKIM-Signature", [])
    check_equal(len(signatures), 1, f"signatures of {what}")
    check_in("d=info.town.example;", signatures[0])
    done = beside_dns(stack, ["opendkim-testmsg"], as_sent(octets))
    check_equal((done.returncode, done.stdout + done.stderr), (0, b""), what)


def mailbox(stack, person):
    folder = pathlib.Path(stack.env["KAIRAN_MAIL"]) / s.address_of(person)
    return [file.read_bytes() for file in (folder / "new").iterdir()]


def signed_outside(stack, mail, domain="town.example"):
    """The mail with a signature of the mail system that the person writes from."""
    key = stack.directory / "etc/dkim/town.example/kairan.private"
    done = subprocess.run(["/usr/bin/dkimsign", "kairan", domain, str(key)],
                          input=s.octets_of(mail), capture_output=True, check=False)
    check_equal(done.returncode, 0, done.stderr)
    return done.stdout


def release(stack, subject):
    town.draft(stack, "bosai-staff1", subject, "一行目です。\n\n.\nFrom 三行目です。\n最後の行です。")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_state(stack, subject, town.RELEASED)
    town.wait_broadcast(stack, subject)


def test_every_shard_is_signed(stack):
    """In either charset; each shard is a mail of its own, with a signature of its own."""
    stack.configure(shard_size="10")
    for charset in ("utf-8", "auto"):
        stack.configure(outgoing_charset=charset)
        subject = f"署名の試験 {charset}"
        release(stack, subject)
        rows = stack.store("SELECT count(*) AS n FROM shard WHERE draft = ?",
                           town.draft_id(stack, subject))
        check_equal(rows[0]["n"], 3, "shards")
    stack.configure(outgoing_charset="auto", shard_size="1000")
    files = stack.sink_files()
    check_equal(len(files), 2 * town.SUBSCRIBERS, "mails")
    for file in files:
        check_signed(stack, file.read_bytes(), "a subscriber's mail")
    changed = files[0].read_bytes().replace(b"From: ", b"From: x", 1)
    done = beside_dns(stack, ["opendkim-testmsg"], as_sent(changed))
    check_equal(done.returncode == 0, False, "a changed mail verifies")


def test_one_click_is_signed(stack):
    """The signature covers what a mail program leaves by (RFC 8058 section 4)."""
    stack.configure(copies="personal", web_url="https://www.town.example/mail")
    stack.clear_sink()
    subject = "一人ずつの署名"
    release(stack, subject)
    stack.configure(copies="shared", web_url="")
    for file in stack.sink_files():
        octets = file.read_bytes()
        check_signed(stack, octets, "a personal copy")
        signature = "".join(str(s.parse_mail(octets)["DKIM-Signature"]).split()).lower()
        covered = signature.partition(";h=")[2].partition(";")[0].split(":")
        for name in ("list-unsubscribe", "list-unsubscribe-post"):
            check_in(name, covered, "covered headers")


def test_what_people_get_is_signed(stack):
    """Requests, receipts and reports: all that kairan has written until now."""
    subject = "署名されたお知らせ"
    release(stack, subject)
    for person in ("bosai-staff1", "bosai-chief", "bosai-deputy"):
        stack.wait_mail(person, lambda mail: subject in str(mail["Subject"])
                        and "配信完了" in str(mail["Subject"]))
        mails = mailbox(stack, person)
        check_equal(len(mails) >= 2, True, f"mails for {person}")
        for octets in mails:
            check_signed(stack, octets, str(s.parse_mail(octets)["Subject"]))


def held(stack, subject):
    """A draft that waits, and the approver's answer to it."""
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    mail = town.answer_mail("bosai-chief", request, "承認")
    return lambda octets, source=OUTSIDE: stack.mx_send(
        "bosai-chief@town.example", s.reply_address(request), octets, source=source), mail


def test_an_aligned_signature_decides(stack):
    """The approver is somewhere else, and writes through the town's other mail system."""
    stack.configure(authserv_id="mail.town.example")
    send, mail = held(stack, "外からの承認")
    check_equal(send(signed_outside(stack, mail)).final[0], 250)
    town.wait_state(stack, "外からの承認", town.RELEASED)


def test_another_signature_does_not(stack):
    """None, one that was made for another text, one of another domain: nobody is known."""
    stack.configure(authserv_id="mail.town.example")
    subject = "外からの偽の承認"
    send, mail = held(stack, subject)
    changed = signed_outside(stack, mail).replace(b"\r\nSubject: ", b"\r\nSubject: x", 1)
    foreign = signed_outside(stack, mail, "phone.sink.example")
    for octets in (s.octets_of(mail), changed, foreign):
        check_equal(send(octets).final[0], 550)
    check_equal(town.state_of(stack, subject), town.HELD)
    check_equal(send(signed_outside(stack, mail)).final[0], 250)


def test_an_answer_after_the_dns_was_killed(stack):
    stack.configure(authserv_id="mail.town.example")
    stack.kill9("dns")
    stack.start()
    send, mail = held(stack, "DNSの再起動")
    check_equal(send(signed_outside(stack, mail)).final[0], 250)
    town.wait_state(stack, "DNSの再起動", town.RELEASED)


def test_results_that_come_along(stack):
    """Written by the sender, in ways that a filter may not know for its own name: from outside, and
    from this machine, of whose mail OpenDMARC says nothing."""
    stack.configure(authserv_id="mail.town.example")
    subject = "結果を書き添えた承認"
    send, mail = held(stack, subject)
    passed = "dmarc=pass header.from=town.example"
    for number, value in enumerate((
            f"mail.town.example; {passed}", f"MAIL.town.example 1; {passed}",
            f"mail.town.example(x); {passed}", f"\r\n (y) \"mail.town.example\";\r\n\t{passed}",
            f"\"mail.\\town.example\"; {passed}",
            f"mail.town.example; {'x=y; ' * 100}{passed}",
            "dkim.mail.town.example; dkim=pass header.d=town.example")):
        octets = f"Authentication-Results: {value}\r\n".encode() + s.octets_of(mail)
        check_equal(send(octets, (OUTSIDE, "127.0.0.1")[number % 2]).final[0] // 100, 5, value)
        check_equal(send(octets, ("127.0.0.1", OUTSIDE)[number % 2]).final[0] // 100, 5, value)
    check_equal(town.state_of(stack, subject), town.HELD)
    # Those of others are theirs.
    sender, to = "a@phone.sink.example", "bosai-chief@town.example"
    other = f"Authentication-Results: mx.phone.example; spf=pass smtp.mailfrom={sender}\r\n"
    octets = other.encode() + s.octets_of(s.make_mail(sender, to, "x", "x"))
    check_equal(stack.mx_send(sender, to, octets, source=OUTSIDE).final[0], 250)


def test_setup_check_finds_the_signature(stack):
    """In the mail that came back, which is otherwise as it was; whose key it asks the DNS for."""
    with test_setup_check.nameserver(stack) as dns:
        rows, _ = test_setup_check.check(stack, dns=dns)
    check_equal(test_setup_check.told(rows), {})
    check_in("._domainkey.info.town.example. IN TXT", rows["dns-dkim"]["cure"])


if __name__ == "__main__":
    tap.main(globals(), companions="dmarc")
