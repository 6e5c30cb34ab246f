#!/usr/bin/env python3
"""Much at one moment, for tests that look on how the daemon does it (tests/test_threads.sh,
tests/test_memory.sh): drafts of both sections, their approvals, a reload and a change in the
directory beside them, and residents' mail; each broadcast is cut into shards that go at once."""
import os

import stack as s
import tap
import town
from tap import check_equal
from test_races import Held

SECTIONS = (("bosai", town.BOSAI), ("kosodate", town.KOSODATE))
DRAFTS = int(os.environ.get("KAIRAN_TOGETHER", "4"))


def plan():
    """(Who writes, who decides, to where, about what) for each draft."""
    for number in range(DRAFTS):
        section, to = SECTIONS[number % 2]
        yield f"{section}-staff{1 + number // 2 % 2}", f"{section}-chief", to, f"一斉の配信{number:02}"


def test_drafts_at_once(stack):
    stack.configure(shard_size="5", shards_at_once="4")
    mails = [(writer, s.make_mail(writer, to, subject, f"{subject}です。"))
             for writer, _, to, subject in plan()]
    with Held(stack, mails) as held:
        held.send()
        held.wait()


def test_approvals_at_once(stack):
    """While the settings are read anew, and the directory is changed."""
    mails = [(decider, town.answer_mail(decider, town.request_for(stack, decider, subject), "承認"))
             for _, decider, _, subject in plan()]
    mails.append(("bosai-staff1", s.make_mail("bosai-staff1", "incident@" + s.SERVICE,
                                              "誤配信", "住所を書いてしまいました。")))
    with Held(stack, mails) as held:
        held.send()
        stack.ldapmodify("dn: uid=bosai-staff2,ou=people,dc=town,dc=example\n"
                         "changetype: modify\nreplace: mobile\nmobile: 090-0000-0001\n")
        stack.configure(shard_size="4")
        held.wait()
    for _, _, _, subject in plan():
        town.wait_state(stack, subject, town.RELEASED)
        check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS, subject)


def test_residents_meanwhile(stack):
    """Who wants to join is asked, and who writes to a broadcast is told."""
    address = "resident@docomo.sink.example"
    for to in ("join-bosai@" + s.SERVICE, town.BOSAI):
        mail = s.make_mail(address, to, "登録", "登録します")
        check_equal(stack.mx_send(address, to, mail).final[0], 250, to)
    stack.wait_for(lambda: [mail for mail in stack.sink() if s.receiver_of(mail) == address],
                   what="a mail to the resident")


def test_the_daemon_ends(stack):
    """By itself, so that it looks at what is left in its memory."""
    stack.stop("milter")
    check_equal(stack.log().rpartition("stopping")[2].count("warning"), 0)


if __name__ == "__main__":
    tap.main(globals())
