"""One broadcast, from the draft to the subscribers, with every step shown: by SMTP and IMAP,
as the people's own mail clients would do it."""
import email.utils
import pathlib
import sys
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from stack import Stack, address_of, make_mail, receiver_of, reply_address, text_of  # noqa: E402

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


def submit(stack, person, to, subject, text, **headers):
    mail = make_mail(person, to, subject, text, **headers)
    print(f"    From: {address_of(person)}   To: {to}   Subject: {subject}")
    for line in text.splitlines():
        print(f"    > {line}")
    show_replies(stack.submit(person, to, mail))


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

    step(3, f"{APPROVER} replies.")
    submit(stack, APPROVER, reply_address(request), f"Re: {request['Subject']}", "承認\n",
           In_Reply_To=str(request["Message-ID"]))

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
