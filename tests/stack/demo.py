"""One broadcast, from the draft to the subscribers, with every step shown: by SMTP and IMAP,
as the people's own mail clients would do it."""
import email.message
import email.utils
import html
import pathlib
import re
import sys
import unicodedata
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from stack import (DOMAIN, Stack, address_of, make_mail, octets_of, receiver_of,  # noqa: E402
                   reply_address, text_of)

STAFF = "bosai-staff1"
APPROVER = "bosai-chief"
BROADCAST = "bosai@info.town.example"
SUBSCRIBERS = 25
SUBJECT = "大雨への備え"
TEXT = """\
今夜から明日にかけて大雨のおそれがあります。
側溝の掃除、非常用持出袋の確認をお願いします。
避難所は中央小学校と公民館です。
"""
PHONE = 40


def columns(character):
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def width(text):
    return sum(map(columns, text))


def fold(text, most):
    """Break a text into lines of at most so many columns, as a phone does."""
    for line in text.splitlines() or [""]:
        row = ""
        for character in line:
            if width(row) + columns(character) > most:
                yield row
                row = ""
            row += character
        yield row


def show_phone(mail):
    """A mail as a phone would show it."""
    name, address = email.utils.parseaddr(str(mail["From"]))
    rows = [*fold(name or address, PHONE), *fold(str(mail["Subject"]), PHONE), None,
            *fold(text_of(mail).rstrip(), PHONE)]
    print("    ┌" + "─" * (PHONE + 2) + "┐")
    for row in rows:
        if row is None:
            print("    ├" + "─" * (PHONE + 2) + "┤")
        else:
            print("    │ " + row + " " * (PHONE - width(row)) + " │")
    print("    └" + "─" * (PHONE + 2) + "┘")


def step(number, text):
    print(f"\n{number}. {text}", flush=True)


def show_replies(replies):
    for recipient, (code, text) in replies.recipients.items():
        print(f"    {recipient}: {code} {text}")
    if replies.final is not None:
        print(f"    end of mail: {replies.final[0]} {replies.final[1]}")
    if replies.final is None or replies.final[0] != 250:
        sys.exit("demo: the mail was not taken")


def submit(stack, person, to, subject, text):
    mail = make_mail(person, to, subject, text)
    print(f"    From: {address_of(person)}   To: {to}   Subject: {subject}")
    for line in text.splitlines():
        print(f"    > {line}")
    show_replies(stack.submit(person, to, mail))


def quote_as_iphone(request):
    """The HTML of a mail, as iPhone Mail puts it below an answer."""
    body = request.get_body(("html",)).get_content()
    inner = re.sub(r"(?is)<!doctype[^>]*>|<head>.*?</head>|</?(html|body)[^>]*>", "", body)
    name, address = email.utils.parseaddr(str(request["From"]))
    date = email.utils.parsedate_to_datetime(str(request["Date"]))
    said = f"{date:%Y/%m/%d %H:%M}、{name} <{address}>のメール:"
    return (f'<div dir="ltr"><br><blockquote type="cite">{html.escape(said)}<br><br></blockquote>'
            f'</div><blockquote type="cite"><div dir="ltr">\ufeff{inner}</div></blockquote>')


def answer_as_iphone(person, request, words):
    """An answer as iPhone Mail writes it to a mail that has an HTML part: HTML alone, in base64,
    the person's own words first."""
    mail = email.message.EmailMessage()
    mail["From"] = address_of(person)
    mail["Subject"] = f"Re: {request['Subject']}"
    mail["Date"] = email.utils.formatdate(localtime=True)
    mail["Message-Id"] = f"<{str(uuid.uuid4()).upper()}@{DOMAIN}>"
    mail["To"] = reply_address(request)
    mail["X-Mailer"] = "iPhone Mail (23B85)"
    mail.set_content(
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        f'<body dir="auto">{html.escape(words)}<br><br><div dir="ltr">iPhoneから送信</div>'
        f'{quote_as_iphone(request)}</body></html>', subtype="html", cte="base64")
    # The library would make encoded words of an id that is long.
    refers = f"References: {request['Message-ID']}\r\nIn-Reply-To: {request['Message-ID']}\r\n"
    return refers.encode() + octets_of(mail)


def answer(stack, person, request, words):
    to = reply_address(request)
    print(f"    From: {address_of(person)}   To: {to}")
    print("    Content-Type: text/html, base64, as iPhone Mail does; the request quoted below")
    print(f"    > {words}\n    > iPhoneから送信")
    show_replies(stack.submit(person, to, answer_as_iphone(person, request, words)))


def wait_new(stack, person, known, predicate=lambda mail: True):
    return stack.wait_mail(
        person, lambda mail: mail["Message-ID"] not in known and predicate(mail), 30)


def known_mails(stack, person):
    return {mail["Message-ID"] for mail in stack.imap(person)}


def leave_quiet_hours(stack):
    if 9 <= stack.now().hour < 19:
        return
    stack.move_clock_to(10)
    print(f"It is late in Japan, and broadcasts rest at night (Art. 13-2(1)). The demo's "
          f"clock goes on to {stack.now():%H:%M}.")


def play(stack):
    before = {person: known_mails(stack, person) for person in (STAFF, APPROVER)}
    sink_before = set(stack.sink_files())

    leave_quiet_hours(stack)
    step(1, f"{STAFF} mails a draft to the broadcast address.")
    submit(stack, STAFF, BROADCAST, SUBJECT, TEXT)

    step(2, f"{APPROVER} is asked to approve, and sees on the phone:")
    request = wait_new(stack, APPROVER, before[APPROVER])
    show_phone(request)

    step(3, f"{APPROVER} replies on an iPhone.")
    answer(stack, APPROVER, request, "承認")

    step(4, f"The MTA expands it to the {SUBSCRIBERS} subscribers.")
    copies = stack.wait_sink(SUBSCRIBERS, 60, sink_before)
    receivers = sorted(map(receiver_of, copies))
    print(f"    {len(copies)} mails: {receivers[0]} ... {receivers[-1]}")
    print(f"    One of them, on the phone of {receiver_of(copies[0])}:")
    show_phone(copies[0])

    step(5, f"{STAFF} gets the report.")
    show_phone(wait_new(stack, STAFF, before[STAFF],
                        lambda mail: "配信完了" in str(mail["Subject"])))


def main():
    stack = Stack.attach(sys.argv[1])
    try:
        play(stack)
    except TimeoutError as late:
        print(stack.tail(), file=sys.stderr)
        sys.exit(f"demo: {late}")


if __name__ == "__main__":
    main()
