"""What people of the sample town do: write drafts, read requests, answer them."""
import email.utils

import stack as s

BOSAI = "bosai@info.town.example"
KOSODATE = "kosodate@info.town.example"
SUBSCRIBERS = 25


def subject_is(subject):
    """A predicate: a notice about the draft with this subject."""
    return lambda mail: subject in str(mail["Subject"])


def draft(stack, user, subject, text="明日は防災訓練です。", to=BOSAI, **headers):
    """Submit a draft, and insist that it is taken."""
    mail = s.make_mail(user, to, subject, text, **headers)
    replies = stack.submit(user, to, mail)
    if replies.final is None or replies.final[0] != 250:
        raise AssertionError(f"the draft was not taken: {replies}")
    return mail


def request_for(stack, person, subject):
    """The approval request that a person got."""
    return stack.wait_mail(
        person, lambda mail: subject in str(mail["Subject"])
        and s.reply_address(mail).startswith("decide"))


def nested(sender, to):
    """A mail that cannot be read: parts within parts, without an end."""
    octets = (f"From: {s.address_of(sender)}\r\nTo: {to}\r\nSubject: x\r\n"
              "Content-Type: multipart/mixed; boundary=b\r\n\r\n").encode()
    for level in range(60):
        octets += (b"--b%s\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n"
                   % (b"%d" % (level - 1) if level else b"", level))
    return octets


def answer_mail(person, request, words, **headers):
    """A reply as a client writes it: top-posted, the original quoted."""
    quoted = "\n".join(f"> {line}" for line in s.text_of(request).splitlines())
    return s.make_mail(person, s.reply_address(request), f"Re: {request['Subject']}",
                       f"{words}\n\n2026年11月24日(火) 9:00 回覧 <kairan@info.town.example>:\n"
                       f"{quoted}\n", In_Reply_To=str(request["Message-ID"]), **headers)


def answer(stack, person, request, words, **headers):
    """Reply to a request by submission, and insist that the reply is taken."""
    replies = stack.submit(person, s.reply_address(request),
                           answer_mail(person, request, words, **headers))
    if replies.final is None or replies.final[0] != 250:
        raise AssertionError(f"the reply was not taken: {replies}")


def state_of(stack, subject):
    rows = stack.store("SELECT state FROM draft WHERE subject = ?", subject)
    return rows[0]["state"] if rows else None


def draft_id(stack, subject):
    rows = stack.store("SELECT id FROM draft WHERE subject = ?", subject)
    return rows[0]["id"] if rows else None


HELD, APPROVED, RELEASING, RELEASED, SENT_BACK, WITHDRAWN, EXPIRED, STOPPED = range(1, 9)


def wait_state(stack, subject, state, timeout=30):
    stack.wait_for(lambda: state_of(stack, subject) == state, timeout,
                   f"state {state} of {subject}")


def broadcast(mails, subject):
    """Those of the subscribers' mails that have this subject."""
    return [mail for mail in mails if str(mail["Subject"]) == subject]


def wait_broadcast(stack, subject, count=SUBSCRIBERS, timeout=40):
    """The subscribers' mails with this subject, once there are so many."""
    return stack.wait_for(
        lambda: (lambda found: found if len(found) >= count else None)(
            broadcast(stack.sink(), subject)), timeout, f"{count} mails {subject}")


def audit(stack, subject, action):
    """The audit rows of a draft with this action."""
    return stack.store("SELECT * FROM audit WHERE draft = ? AND action = ? ORDER BY seq",
                       draft_id(stack, subject), action)


def notices(stack, person, subject):
    return [mail for mail in stack.imap(person) if subject in str(mail["Subject"])]


def name_of(mail):
    return email.utils.parseaddr(str(mail["From"]))
