#!/usr/bin/env python3
"""Mails as the programs of people and the gateways of towns make them, octet for octet: what
can be read decides, and what cannot be read is answered with its cause."""
import base64
import contextlib
import re

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
            .encode() + re.sub(rb"\r?\n", b"\r\n", body) + b"\r\n")


PLAIN = "text/plain; charset=utf-8"


def multipart(kind, *parts, end=b"--B--\r\n"):
    return (f"Content-Type: multipart/{kind}; boundary=B\r\n\r\n".encode()
            + b"".join(b"--B\r\n" + part for part in parts) + end)


TNEF = entity('application/ms-tnef; name="winmail.dat"', b"eJ8+IgAA", "base64")
UNREADABLE = {
    "none": (entity("image/png", b"iVBORw==", "base64"), "本文がありません"),
    "html-charset": (entity("text/html; charset=utf-8",
                            "<meta charset=Shift_JIS><p>承認</p>".encode()), "文字コード"),
    "html-size": (entity("text/html; charset=utf-8", b"<div>\r\n" * 5000
                         + "承認".encode()), "入り組みすぎて"),
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


# ---- HTML ----

def html_of(request):
    return request.get_body(("html",)).get_content()


def inner(html):
    """What a client takes over of a mail's HTML when it quotes it."""
    return re.sub(r"(?is)<!doctype[^>]*>|</?(html|head|body)[^>]*>", "", html)


def iphone(request, words, footer="iPhoneから送信"):
    """As iPhone Mail answers a mail that has an HTML part: HTML alone, in base64, the person's
    words first, the original in a blockquote."""
    html = (f'<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8">'
            f'</head><body dir="auto">{words}<br><div dir="ltr">{footer}</div><div dir="ltr"><br>'
            f'<blockquote type="cite">2026/11/26 9:00、回覧 &lt;kairan@{s.SERVICE}&gt;のメール:'
            f'<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff'
            f'{inner(html_of(request))}</div></blockquote></body></html>')
    return entity("text/html; charset=utf-8", base64.encodebytes(html.encode()), "base64")


def alternative(text, html):
    return multipart("alternative", entity(PLAIN, text.encode()),
                     entity("text/html; charset=utf-8", html.encode()))


def test_iphone_approves(stack):
    subject, request = held(stack)
    reply(stack, request, iphone(request, "承認"))
    town.wait_state(stack, subject, town.RELEASED)


def test_iphone_sends_back(stack):
    subject, request = held(stack)
    reply(stack, request, iphone(request, "差戻し<div>集合は九時です</div>"))
    town.wait_state(stack, subject, town.SENT_BACK)
    check_equal(stack.store("SELECT reason FROM draft WHERE subject = ?", subject)[0][0],
                "集合は九時です")


def wait_unclear(stack, subject):
    """The text of the mail that asks back."""
    return s.text_of(stack.wait_mail(
        "bosai-chief", lambda mail: "【確認】" in str(mail["Subject"])
        and subject in str(mail["Subject"])))


def test_a_condition_on_an_iphone_does_not_decide(stack):
    for words in ("承認。ただし10時に送ってください",
                  "承認<div>ただし10時に送ってください</div>",
                  "承認<blockquote>ただし10時に送ってください</blockquote>",
                  "<s>承認</s>"):
        subject, request = held(stack)
        reply(stack, request, iphone(request, words))
        wait_unclear(stack, subject)
        check_equal(town.state_of(stack, subject), town.HELD, words)


def test_other_programs_approve(stack):
    for name, words, above, below in (
            ("Outlook", "<p class=MsoNormal>承認<o:p></o:p></p>",
             "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal>"
             "<b>差出人:</b> 回覧 &lt;kairan@info.town.example&gt;<br><b>送信日時:</b> "
             "2026年11月26日木曜日 9:00<br><b>宛先:</b> 佐藤<br><b>件名:</b> 承認依頼</p></div>", ""),
            ("Outlook on the web", '<div class="elementToProof">承認</div>',
             '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> x</div>', ""),
            ("Gmail", '<div dir="ltr">承認</div><br>',
             '<div class="gmail_quote"><div class="gmail_attr">2026年11月26日 9:00 回覧:</div>'
             '<blockquote class="gmail_quote">', "</blockquote></div>"),
            ("Thunderbird", "<p>承認</p>", '<div class="moz-cite-prefix">2026/11/26 9:00、回覧:'
             '<br></div><blockquote type="cite" cite="mid:x">', "</blockquote>")):
        subject, request = held(stack)
        html = f"<html><body>{words}{above}{inner(html_of(request))}{below}</body></html>"
        reply(stack, request, entity("text/html; charset=utf-8", html.encode()))
        town.wait_state(stack, subject, town.RELEASED)
        subject, request = held(stack)
        text = f"承認\n\n2026年11月26日(木) 9:00 回覧 <kairan@{s.SERVICE}>:\n> 差戻し\n"
        html = f"<html><body>{words}{above}{inner(html_of(request))}{below}</body></html>"
        reply(stack, request, alternative(text, html))
        town.wait_state(stack, subject, town.RELEASED)


def test_two_parts_that_differ_decide_nothing(stack):
    condition = "ただし10時に送ってください"
    differ = "テキスト形式と HTML 形式の二つ"
    for text, html, told in (
            ("承認", "<p>差戻し</p><p>時刻が違います</p>", differ),
            ("承認", f"<p>承認。{condition}</p>", differ),
            ("差戻し\n時刻が違います", "<p>承認</p>", differ),
            ("承認", f"<p>承認</p><p>{condition}</p>", condition),
            # As Gmail writes an indent in plain text.
            (f"承認\n> {condition}", '<div>承認</div><blockquote style="margin:0 0 0 40px;'
             f'border:none">{condition}</blockquote>', condition)):
        subject, request = held(stack)
        reply(stack, request, alternative(text, html))
        check_in(told, wait_unclear(stack, subject))
        check_equal(town.state_of(stack, subject), town.HELD, html)


def test_a_gateway_appends_a_part(stack):
    footer = "このメールは機密情報を含む場合があります。誤って受信された場合は削除してください。"
    for added in (entity(PLAIN, footer.encode()),
                  entity("text/html; charset=utf-8", f"<p>{footer}</p>".encode())):
        subject, request = held(stack)
        reply(stack, request, multipart("mixed", entity(PLAIN, "承認\n\n".encode()), added))
        town.wait_state(stack, subject, town.RELEASED)


def test_a_condition_behind_a_picture_is_the_persons(stack):
    subject, request = held(stack)
    reply(stack, request, multipart(
        "mixed", entity(PLAIN, "承認".encode()), entity("image/png", b"iVBORw==", "base64"),
        entity(PLAIN, "ただし10時に送ってください".encode())))
    check_in("ただし10時に送ってください", wait_unclear(stack, subject))
    check_equal(town.state_of(stack, subject), town.HELD)


def test_signed_as_clear_text(stack):
    subject, request = held(stack)
    reply(stack, request, multipart(
        'signed; protocol="application/pkcs7-signature"; micalg=sha-256',
        entity(PLAIN, "承認".encode()),
        entity('application/pkcs7-signature; name="smime.p7s"', b"MIIB", "base64")))
    town.wait_state(stack, subject, town.RELEASED)


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
    for name in UNREADABLE.keys() - {"undecodable"}:
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


def elsewhere(stack):
    """The client is on another machine than the MTA, which Debian's Postfix leaves its headers:
    those of its own machine it parses, and an address in JIS does not survive that."""
    if stack.mta != "postfix":
        return contextlib.nullcontext()
    return stack.mta_tools.configured(local_header_rewrite_clients="")


def test_a_draft_with_raw_jis_in_its_header(stack):
    head = (b"To: bosai@info.town.example\r\nSubject: \x1b$BHrFq=j\x1b(B 7\r\n"
            b"Message-ID: <jis@client.example>\r\nMIME-Version: 1.0\r\n"
            b"From: \x1b$BKI:R2]\x1b(B <bosai-staff1@town.example>\r\n")
    with elsewhere(stack):
        check_equal(submit(stack, head + entity(PLAIN, "開設しました。".encode()))[0], 250)
    check_equal(town.state_of(stack, "避難所 7"), town.HELD)


def shown_text(stack, subject):
    """The text that the approver was shown, and that residents will get."""
    return stack.store("SELECT text FROM draft WHERE subject = ?", subject)[0][0]


def html_draft(stack, subject, html):
    body = entity("text/html; charset=utf-8", html.encode())
    return submit(stack, raw("bosai-staff1", town.BOSAI, body, subject))


def test_a_draft_in_html_alone(stack):
    subject = "html-draft"
    html = ("<html><head><style>p {color:red}</style></head><body><div>明日は<b>防災訓練</b>です。"
            "</div><div><br></div><ul><li>集合&nbsp;9時</li><li>雨天中止</li></ul>"
            '<a href="https://town.example/kunren">詳しくはこちら</a>'
            '<div style="display:none">x</div><div><br></div>'
            '<div dir="ltr">iPhoneから送信</div></body></html>')
    wanted = ("明日は防災訓練です。\n\n・集合 9時\n・雨天中止\n\n"
              "詳しくはこちら<https://town.example/kunren>")
    check_equal(html_draft(stack, subject, html)[0], 250)
    check_equal(shown_text(stack, subject), wanted)
    request = town.request_for(stack, "bosai-chief", subject)
    check_in(wanted, s.text_of(request))
    town.answer(stack, "bosai-chief", request, "承認")
    check_equal(s.text_of(town.wait_broadcast(stack, subject)[0]).rstrip("\n"), wanted)


def test_what_no_text_can_carry_is_named(stack):
    for number, (html, name) in enumerate((
            ('<p>開設しました。</p><img src="cid:map" alt="地図">', "<img> 地図"),
            ("<p>開設しました。</p><table><tr><td>1</td></tr></table>", "<table>"),
            ("<form><p>開設しました。</p><input></form>", "<form>, <input>"))):
        subject = f"html-other-{number}"
        check_equal(html_draft(stack, subject, html),
                    (554, "5.6.0 Art.13-2(3): text only, no attachments"))
        check_in(f"詳細     {name}", refused(stack, subject))
        check_equal(town.state_of(stack, subject), None)


def test_html_drafts_can_be_refused(stack):
    stack.configure(html_only="refuse")
    check_equal(html_draft(stack, "html-refused", "<p>開設しました。</p>")[0], 554)
    check_in("本文が HTML 形式だけです", refused(stack, "html-refused"))
    # Answers are not drafts.
    subject, request = held(stack)
    reply(stack, request, iphone(request, "承認"))
    town.wait_state(stack, subject, town.RELEASED)
    stack.configure(html_only="read")


def test_a_correction_in_html_alone(stack):
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_broadcast(stack, subject)
    report = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct+"))
    html = ('<div>集合は十時です。</div><br><blockquote type="cite">'
            f'{"<br>".join(s.text_of(report).splitlines())}</blockquote>')
    reply(stack, report, entity("text/html; charset=utf-8", html.encode()))
    corrected = f"【訂正】{subject}"
    stack.wait_for(lambda: town.state_of(stack, corrected), what="the correction")
    check_equal(shown_text(stack, corrected), "集合は十時です。")


def test_a_correction_that_cannot_be_read(stack):
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_broadcast(stack, subject)
    report = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct+"))
    reply(stack, report, UNREADABLE["winmail"][0])
    told = stack.wait_mail("bosai-chief", lambda mail: "【無効】" in str(mail["Subject"])
                           and subject in str(mail["Subject"]))
    check_in("winmail.dat", s.text_of(told))


if __name__ == "__main__":
    tap.main(globals())
