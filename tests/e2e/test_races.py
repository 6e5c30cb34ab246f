#!/usr/bin/env python3
"""What comes at the same moment: two people decide one draft, a stop meets the beginning of a
release, one reply is sent many times. One of them counts, and the others hear of it."""
import contextlib
import pathlib
import threading

import stack as s
import tap
import town
from tap import check_equal

ROUNDS = 20
DECISIONS, AT_ONCE = 100, 5
ENDS = (town.SENT_BACK, town.WITHDRAWN, town.STOPPED)


class Held:
    """Submissions that have come as far as their data: all of them go on at one moment."""

    def __init__(self, stack, mails):
        self.stack = stack
        self.mails = mails
        self.finals = [None] * len(mails)
        self.threads = []

    def __enter__(self):
        self.open = contextlib.ExitStack()
        port = int(self.stack.env["KAIRAN_SUBMISSION_PORT"])
        self.links = []
        for person, mail in self.mails:
            link = self.open.enter_context(self.stack.connect(port, person))
            link.mail(s.address_of(person))
            code, text = link.rcpt(str(mail["To"]))
            check_equal(code, 250, text)
            self.links.append(link)
        return self

    def send(self):
        for number, link in enumerate(self.links):
            thread = threading.Thread(target=self.finish, args=(number, link))
            thread.start()
            self.threads.append(thread)

    def finish(self, number, link):
        octets = s.octets_of(self.mails[number][1])
        with contextlib.suppress(Exception):
            self.finals[number] = link.data(octets)

    def wait(self):
        for thread in self.threads:
            thread.join()
        for final in self.finals:
            check_equal(final is not None and final[0], 250, final)

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join()
        self.open.close()


@contextlib.contextmanager
def frozen(stack, server):
    stack.signal(server, s.signal.SIGSTOP)
    try:
        yield
    finally:
        stack.signal(server, s.signal.SIGCONT)


def at_the_milter(stack, mails):
    """Postfix has their data; what is left of them is the filter's word. Sendmail says nothing
    of that."""
    if stack.mta == "postfix":
        stack.wait_for(lambda: all(str(mail["Message-ID"]) in stack.log("postfix")
                                   for _, mail in mails), what="the data of the replies")


def asked(stack, subject, **headers):
    """A draft, and the requests for its two deciders."""
    town.draft(stack, "bosai-staff1", subject, **headers)
    return {person: town.request_for(stack, person, subject)
            for person in ("bosai-chief", "bosai-deputy")}


def decided(stack, subject):
    return [row["action"] for row in stack.store(
        "SELECT action FROM audit WHERE draft = ? AND action IN ('approve', 'send-back', 'stop')"
        " ORDER BY seq", town.draft_id(stack, subject))]


def answers(stack, person, subject):
    return len(stack.store(
        "SELECT 1 FROM outbox WHERE draft = ? AND kind = 'already' AND mail = ?",
        town.draft_id(stack, subject), s.address_of(person)))


def test_two_decide_at_once(stack):
    """One decision counts, and whoever comes second is told who was first. A hundred times, of which
    some are in the same moment."""
    words = {"bosai-chief": "承認", "bosai-deputy": "差戻し 日付が違います"}
    for number in range(0, DECISIONS, AT_ONCE):
        subjects = [f"同時の決裁 {number + beside}。" for beside in range(AT_ONCE)]
        for subject in subjects:
            town.draft(stack, "bosai-staff1", subject)
        mails = [(person, town.answer_mail(person, town.request_for(stack, person, subject),
                                           words[person]))
                 for subject in subjects for person in words]
        with Held(stack, mails) as held:
            held.send()
            held.wait()
        for subject in subjects:
            check_one_decision(stack, subject)
        forget_mail(stack)


def forget_mail(stack):
    """So that looking for the next ones does not take longer and longer."""
    stack.clear_sink()
    for path in pathlib.Path(stack.env["KAIRAN_MAIL"]).glob("bosai-*/*/*"):
        path.unlink(missing_ok=True)


def check_one_decision(stack, subject):
    found = decided(stack, subject)
    check_equal(len(found), 1, found)
    second = "bosai-deputy" if found == ["approve"] else "bosai-chief"
    check_equal(answers(stack, second, subject), 1, f"answers to {second}")
    if found == ["approve"]:
        town.wait_state(stack, subject, town.RELEASED)
        check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
    else:
        check_equal(town.state_of(stack, subject), town.SENT_BACK)


def test_a_stop_beside_an_approval(stack):
    """Both were judged when the draft was held. The stop counts, whichever comes first: nobody
    whose 停止 was taken sees the broadcast go on."""
    stack.configure(quiet_hours="00:00-23:59")
    for number in range(ROUNDS):
        subject = f"同時の停止 {number}"
        requests = asked(stack, subject)
        words = [("bosai-chief", "承認"), ("bosai-deputy", "停止")]
        mails = [(person, town.answer_mail(person, requests[person], word))
                 for person, word in words[::1 if number % 2 else -1]]
        with Held(stack, mails) as held:
            with frozen(stack, "slapd"):
                held.send()
                at_the_milter(stack, mails)
            held.wait()
        state = town.state_of(stack, subject)
        check_equal(state in ENDS, True, f"state {state}: {decided(stack, subject)}")
    stack.configure(quiet_hours="none")


def test_a_stop_beside_the_release(stack):
    """The stop is judged by a directory that does not answer, while the broadcast falls due."""
    subject = "配信時刻の停止"
    stack.move_clock_to(10)
    due = stack.now().strftime("%Y-%m-%d")
    requests = asked(stack, subject, text=f"配信日時: {due} 11:00\n避難所は学校です。")
    town.answer(stack, "bosai-chief", requests["bosai-chief"], "承認")
    town.wait_state(stack, subject, town.APPROVED)
    mails = [("bosai-deputy", town.answer_mail("bosai-deputy", requests["bosai-deputy"], "停止"))]
    # The release goes no further than its beginning, so that there is something to be stopped.
    with stack.silent_mta(), Held(stack, mails) as held:
        with frozen(stack, "slapd"):
            held.send()
            at_the_milter(stack, mails)
            stack.move_clock_to(11)
            # Or it asks the directory as well; then the two of them go on together.
            with contextlib.suppress(TimeoutError):
                stack.peek(lambda: town.state_of(stack, subject) != town.APPROVED, 3)
        for thread in held.threads:
            thread.join()
        # The clock is moved by a reload, which waits no longer for a directory that is silent:
        # then the client tries again.
        if held.finals[0][0] == 451:
            person, mail = mails[0]
            check_equal(stack.submit(person, str(mail["To"]), mail).final[0], 250)
        else:
            held.wait()
    state = town.state_of(stack, subject)
    check_equal(state in ENDS, True, f"state {state}")


def test_one_reply_five_times(stack):
    """A client that sends again because it heard nothing: one decision, one broadcast, and no
    five mails about it."""
    subject = "五度の返信"
    requests = asked(stack, subject)
    mail = town.answer_mail("bosai-chief", requests["bosai-chief"], "承認")
    with Held(stack, [("bosai-chief", mail)] * 5) as held:
        held.send()
        held.wait()
    check_equal(decided(stack, subject), ["approve"])
    town.wait_state(stack, subject, town.RELEASED)
    check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
    check_equal(answers(stack, "bosai-chief", subject) <= 1, True, "answers")


if __name__ == "__main__":
    tap.main(globals())
