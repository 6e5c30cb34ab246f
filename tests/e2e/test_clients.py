#!/usr/bin/env python3
"""Mails as the programs of people and the gateways of towns make them, octet for octet: what
can be read decides, and what cannot be read is answered with its cause."""
import stack as s
import tap
import town
from tap import check_equal, check_in

counter = iter(range(1, 10 ** 6))


def held(stack, person="bosai-chief"):
    """A draft that waits, and the request that a person got."""
    subject = f"メールソフトの試験{next(counter)}号"
    town.draft(stack, "bosai-staff1", subject)
    return subject, town.request_for(stack, person, subject)


def raw(person, to, body, subject="Re: request"):
    """A mail with this body, an entity with its header, as it is."""
    head = (f"From: {s.address_of(person)}\r\nTo: {to}\r\nSubject: {subject}\r\n"
            f"Message-ID: <client.{next(counter)}.{id(body)}@client.example>\r\n"
            f"MIME-Version: 1.0\r\n")
    return head.encode() + body


def reply(stack, request, body):
    to = s.reply_address(request)
    check_equal(stack.submit("bosai-chief", to, raw("bosai-chief", to, body)).final[0], 250)


def entity(content_type, body, encoding="8bit"):
    return (f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
            .encode() + body + b"\r\n")


PLAIN = "text/plain; charset=utf-8"


def multipart(kind, *parts, end=b"--B--\r\n"):
    return (f"Content-Type: multipart/{kind}; boundary=B\r\n\r\n".encode()
            + b"".join(b"--B\r\n" + part for part in parts) + end)


TNEF = entity('application/ms-tnef; name="winmail.dat"', b"eJ8+IgAA", "base64")
UNREADABLE = {
    "smime": (entity('application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"',
                     b"MIIBNQYJKoZIhvcNAQcCoIIBJjCCASICAQExADALBgkqhkiG9w0BBwE=", "base64"),
              "電子署名（S/MIME）"),
    "encrypted": (multipart("encrypted; protocol=\"application/pgp-encrypted\"",
                            entity("application/pgp-encrypted", b"Version: 1"),
                            entity("application/octet-stream", b"-----BEGIN PGP MESSAGE-----")),
                  "暗号化"),
    "winmail": (TNEF, "リッチ テキスト形式（winmail.dat）"),
    "emoji": (entity("text/plain; charset=Shift_JIS", b"\x8f\xb3\x94\x46\xf8\x9f"), "絵文字"),
    "undecodable": (entity(PLAIN, b"\xe6\x89\xbf\xe8\xaa\x8d \xff"), "正しく読めない文字"),
    "transfer": (entity(PLAIN, b"5om/6KqNCg==\r\n\r\n--\r\nThis message may be confidential.",
                        "base64"), "ゲートウェイ"),
    "broken": (multipart("alternative", entity(PLAIN, "承認".encode()),
                         entity("text/html; charset=utf-8", "<p>承認</p>".encode()), end=b""),
               "途中で切れている"),
}


def test_what_cannot_be_read_is_named(stack):
    for name, (body, words) in UNREADABLE.items():
        subject, request = held(stack)
        reply(stack, request, body)
        told = stack.wait_mail("bosai-chief", lambda mail, subject=subject: "【確認】" in
                               str(mail["Subject"]) and subject in str(mail["Subject"]))
        text = s.text_of(told)
        check_in(words, text, name)
        if "HTML だけ" in text:
            raise AssertionError(f"{name} is no question of HTML: {text}")
        check_equal(town.state_of(stack, subject), town.HELD)
        check_equal([row["detail"] for row in town.audit(stack, subject, "reply")], [name])


def test_iso_2022_jp_without_a_charset(stack):
    subject, request = held(stack)
    reply(stack, request, b"Content-Type: text/plain\r\n\r\n\x1b$B>5G'\x1b(B\r\n")
    town.wait_state(stack, subject, town.RELEASED)


def submit(stack, octets):
    return stack.submit("bosai-staff1", town.BOSAI, octets).final


def refused(stack, subject):
    """The mail that explains a refusal."""
    return s.text_of(stack.wait_mail(
        "bosai-staff1", lambda mail: subject in str(mail["Subject"])
        and "受付できません" in str(mail["Subject"])))


def test_drafts_name_the_cause_too(stack):
    for name in ("smime", "encrypted", "winmail", "emoji", "transfer", "broken"):
        subject = f"draft-{name}"
        body, words = UNREADABLE[name]
        check_equal(submit(stack, raw("bosai-staff1", town.BOSAI, body, subject))[0], 554, name)
        check_in(words, refused(stack, subject), name)
        check_equal(town.state_of(stack, subject), None)


def test_a_draft_with_winmail_dat_beside_its_text(stack):
    body = multipart("mixed", entity(PLAIN, "避難所を開設しました。".encode()), TNEF)
    check_equal(submit(stack, raw("bosai-staff1", town.BOSAI, body, "draft-tnef")),
                (554, "5.6.0 Art.13-2(3): text only, no attachments"))
    told = refused(stack, "draft-tnef")
    check_in("詳細     winmail.dat", told)
    check_in("リッチ テキスト形式", told)


def test_a_draft_with_raw_jis_in_its_header(stack):
    head = (b"To: bosai@info.town.example\r\nSubject: \x1b$BHrFq=j\x1b(B 7\r\n"
            b"Message-ID: <jis@client.example>\r\nMIME-Version: 1.0\r\n"
            b"From: \x1b$BKI:R2]\x1b(B <bosai-staff1@town.example>\r\n")
    check_equal(submit(stack, head + entity(PLAIN, "開設しました。".encode()))[0], 250)
    check_equal(town.state_of(stack, "避難所 7"), town.HELD)


if __name__ == "__main__":
    tap.main(globals())
