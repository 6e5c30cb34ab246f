"""Replies as real clients write them, and people who are known without a login."""
import signal

import stack as s
import tap
import town
from tap import check_equal, check_in

counter = iter(range(1, 10 ** 6))


def held(stack, person="bosai-chief"):
    """A draft that waits, and the request that a person got."""
    subject = f"返信の試験{next(counter)}号"
    town.draft(stack, "bosai-staff1", subject)
    return subject, town.request_for(stack, person, subject)


def send(stack, request, text, subtype="plain", charset="utf-8", html=None):
    address = s.reply_address(request)
    mail = s.make_mail("bosai-chief", address, f"Re: {request['Subject']}", "x")
    mail.set_content(text, subtype=subtype, charset=charset)
    if html is not None:
        mail.add_alternative(html, subtype="html", charset=charset)
    check_equal(stack.submit("bosai-chief", address, mail).final[0], 250)


def quote(request, mark):
    return "\n".join(mark + line for line in s.text_of(request).splitlines())


def test_top_posted(stack):
    for mark, attribution in (("> ", "2026年11月24日(火) 9:00 回覧 <kairan@info.town.example>:"),
                              ("＞", "回覧 さんは書きました:"),
                              ("| ", "On Tue, 24 Nov 2026, kairan wrote:"),
                              (">", "On Tue, Nov 24, 2026 at 9:00 AM 回覧\n<k@x.example> wrote:")):
        subject, request = held(stack)
        send(stack, request, f"承認します。\n\n{attribution}\n{quote(request, mark)}\n")
        town.wait_state(stack, subject, town.RELEASED)


def test_bottom_posted(stack):
    subject, request = held(stack)
    send(stack, request, f"回覧 さんは書きました:\n{quote(request, '> ')}\n\n差戻し\n時刻が違います\n")
    town.wait_state(stack, subject, town.SENT_BACK)
    check_equal(stack.store("SELECT reason FROM draft WHERE subject = ?", subject)[0][0],
                "時刻が違います")


def test_outlook(stack):
    for separator in ("-----Original Message-----", "-----元のメッセージ-----",
                      "________________________________"):
        subject, request = held(stack)
        send(stack, request, f"承認\n\n{separator}\nFrom: 回覧\nSent: Tuesday\nTo: 佐藤\n"
                             f"Subject: x\n\n{s.text_of(request)}\n")
        town.wait_state(stack, subject, town.RELEASED)


def test_unmarked_original_does_not_speak(stack):
    """A reply without a word of its own, below which the request stands unmarked."""
    subject, request = held(stack)
    send(stack, request, f"\n\n差出人: 回覧\n送信日時: 火曜\n宛先: 佐藤\n件名: x\n\n"
                         f"{s.text_of(request)}\n")
    stack.wait_for(lambda: town.audit(stack, subject, "reply"), what="the audit row")
    check_equal(town.state_of(stack, subject), town.HELD)
    send(stack, request, s.text_of(request))
    check_equal(town.state_of(stack, subject), town.HELD)


def test_phones(stack):
    for footer in ("iPhoneから送信", "Sent from my iPhone", "Outlook for Android を入手"):
        subject, request = held(stack)
        send(stack, request, f"ＯＫです\n\n{footer}\n\n> {subject}\n")
        town.wait_state(stack, subject, town.RELEASED)


def test_charsets(stack):
    for charset in ("iso-2022-jp", "shift_jis", "euc-jp"):
        subject, request = held(stack)
        send(stack, request, "承認\n\n" + quote(request, "> ").replace("▶", ">").replace(
            "─", "-").replace("┌", "+").replace("└", "+"), charset=charset)
        town.wait_state(stack, subject, town.RELEASED)


def test_html_with_text(stack):
    subject, request = held(stack)
    send(stack, request, "承認\n", html="<p>承認</p>")
    town.wait_state(stack, subject, town.RELEASED)


def test_html_alone_decides(stack):
    subject, request = held(stack)
    send(stack, request, "<p>承認</p>", subtype="html")
    town.wait_state(stack, subject, town.RELEASED)


def test_the_ready_reply_of_the_link(stack):
    """A new mail to the token's address, without In-Reply-To, as a mailto link opens it."""
    subject, request = held(stack)
    send(stack, request, "承認")
    town.wait_state(stack, subject, town.RELEASED)


# What stands beside a decision in the mails of people who decide rightly.
UNDERSTOOD = (
    "お疲れ様です。\n承認します。",
    "高橋さん\n\n承認します。",
    "佐藤です。\n承認します。",
    "はい、承認します",
    "[EXTERNAL] This message came from outside your organization.\n\n承認",
    "CAUTION: This email originated from outside the organization. Do not click links or "
    "open attachments.\n\nOK",
    "【外部メール】\n承認します",
    "承認\n\nIf you are not the intended recipient, please delete this e-mail and tell the "
    "sender.",
    "承認します。\n\n※本メールに心当たりがない場合は、お手数ですが削除してください。",
    "承認\n\n☆★☆★☆★☆★☆★\n防災課長 佐藤 健一\n電話 0123-45-6789\n☆★☆★☆★☆★☆★",
    "承認します\n\n■□■□■□■□\n町役場 防災課 修正申告係\n佐藤 健一\n■□■□■□■□",
    "OK 承認",
)
ASKED_ABOUT = (
    "お疲れ様です。\n承認はもう少し待ってください。",
    "[EXTERNAL] This message came from outside.\n承認。ただし10時に送ってください",
    "承認でいいですか？",
    "承認\n\n☆★☆★☆★☆★☆★\nただし時刻を直してから\n☆★☆★☆★☆★☆★",
    "承認\n夕方に配信してください",
    "承認\n\n※本メールの時刻は10時に直してください。",
)


def test_what_stands_beside_a_decision(stack):
    drafts = [(words, *held(stack)) for words in UNDERSTOOD]
    for words, _, request in drafts:
        send(stack, request, words)
    for words, subject, request in drafts:
        town.wait_state(stack, subject, town.RELEASED)
        check_equal(stack.store("SELECT reason FROM draft WHERE subject = ?", subject)[0][0] or "",
                    "", words)


def test_what_is_no_decision_is_asked_about(stack):
    drafts = [(words, *held(stack)) for words in ASKED_ABOUT]
    for words, _, request in drafts:
        send(stack, request, words)
    for words, subject, _ in drafts:
        stack.wait_mail("bosai-chief", lambda mail, of=subject: of in str(mail["Subject"]) and
                        str(mail["Subject"]).startswith("【確認】"))
        check_equal(town.state_of(stack, subject), town.HELD, words)


def test_authentication_results(stack):
    """With authserv_id set, our own MTA's DKIM or DMARC pass says who it was."""
    conf = stack.env["KAIRAN_CONF"]
    with open(conf, encoding="utf-8") as file:
        good = file.read()
    try:
        with open(conf, "w", encoding="utf-8") as file:
            file.write(good + 'authserv_id = "mail.town.example"\n')
        before = stack.log().count("read anew")
        stack.signal("milter", signal.SIGHUP)
        stack.wait_for(lambda: stack.log().count("read anew") > before, what="the reload")
        subject, request = held(stack)
        address = s.reply_address(request)
        proof = "mail.town.example; dmarc=pass header.from=town.example"
        for results in ([], ["evil.example; dmarc=pass header.from=town.example"],
                        ["mail.town.example; dmarc=fail header.from=town.example"],
                        [proof, proof]):
            mail = town.answer_mail("bosai-chief", request, "承認")
            octets = b"".join(b"Authentication-Results: " + each.encode() + b"\r\n"
                              for each in results) + s.octets_of(mail)
            reply = stack.mx_send("bosai-chief@town.example", address, octets).final
            check_equal(reply[0], 550, str(results))
        other = s.octets_of(town.answer_mail("kosodate-chief", request, "承認"))
        octets = b"Authentication-Results: " + proof.encode() + b"\r\n" + other
        check_equal(stack.mx_send("x@town.example", address, octets).final[0], 250)
        check_equal(town.state_of(stack, subject), town.HELD)
        check_in("wrong-person", [row["outcome"] for row in town.audit(stack, subject, "reply")])
        mail = s.octets_of(town.answer_mail("bosai-chief", request, "承認"))
        octets = b"Authentication-Results: " + proof.encode() + b"\r\n" + mail
        check_equal(stack.mx_send("bosai-chief@town.example", address, octets).final[0], 250)
        town.wait_state(stack, subject, town.RELEASED)
    finally:
        with open(conf, "w", encoding="utf-8") as file:
            file.write(good)


if __name__ == "__main__":
    tap.main(globals())
