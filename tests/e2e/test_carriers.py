#!/usr/bin/env python3
"""With conf/postfix/carriers.sample, and Sendmail's, a carrier that takes so many recipients in one
session, and else refuses all of them, gets no more than that."""
import contextlib
import pathlib
import re

import smtp_server
import tap
import town
from tap import check_equal, check_in

DOMAIN = "docomo.ne.jp"
MOST = 100  # recipients in one session, as docomo says
COUNT = 450
PEOPLE = [f"p{number}@{DOMAIN}" for number in range(COUNT)]


class Carrier(smtp_server.Session):
    """With one recipient too many the session is at its end, and nobody of it has the mail."""

    def handle(self):
        self.all, self.now, self.is_refused = [], [], False
        super().handle()
        if not self.is_refused:
            self.server.sessions.append(self.all)

    def answer(self, line):
        verb = line[:4].upper()
        if verb == "RCPT":
            self.now.append(smtp_server.path_of(line))
            if len(self.all) + len(self.now) > MOST:
                self.server.refused += 1
                self.is_refused = True
                self.say("554 Transaction failed")
                return False
        if verb == "DATA":
            self.pass_over_text()
            self.all += self.now
            self.now = []
        self.say("221 bye" if verb == "QUIT" else "250 2.0.0 ok")
        return verb != "QUIT"


@contextlib.contextmanager
def carrier(stack):
    with smtp_server.serving(Carrier, sessions=[], refused=0) as server, \
            stack.mta_tools.as_carriers_want(DOMAIN, server.port):
        yield server


def subscribe(stack):
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("carriers.csv")
    file.write_text("\n".join(("address", *PEOPLE, "")), encoding="utf-8")
    file.chmod(0o644)
    stack.kairanctl("subscribers", "import", "--list", "kosodate", file)


def delivered(stack):
    return re.findall(r"postfix/broadcast/smtp\[\d+\]: \w+: to=<p\d+@", stack.mta_log())


def test_recipients_in_one_session(stack):
    subject = "携帯電話会社の決まり"
    subscribe(stack)
    with carrier(stack) as server:
        town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
        town.answer(stack, "kosodate-chief", town.request_for(stack, "kosodate-chief", subject),
                    "承認")
        town.wait_state(stack, subject, town.RELEASED)
        stack.wait_for(lambda: sum(map(len, server.sessions)) >= COUNT, what="all of them")
        check_equal(sorted(who for session in server.sessions for who in session),
                    sorted(PEOPLE))
        check_equal(server.refused, 0, "sessions that were refused")
        # Nor does it send them one by one.
        check_equal(len([session for session in server.sessions if session]) <= COUNT / 20, True,
                    f"sessions: {[len(session) for session in server.sessions]}")
        if stack.mta == "postfix":
            # Postfix writes its log by a process of its own, which may be behind.
            stack.wait_for(lambda: len(delivered(stack)) >= COUNT, what="their lines in the log")
            check_equal(len(delivered(stack)), COUNT, "deliveries of that transport")
        # Other mail of kairan's goes as ever.
        check_in(subject, str(stack.wait_mail("kosodate-staff1",
                                              lambda mail: "【配信完了】" in str(mail["Subject"]))
                              ["Subject"]))
    stack.kairanctl("subscribers", "delete", "--list", "kosodate", *PEOPLE)


if __name__ == "__main__":
    tap.main(globals())
