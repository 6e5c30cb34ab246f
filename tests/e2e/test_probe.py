#!/usr/bin/env python3
"""The daemon sends itself a mail at its start, after a reload and once a day, and tells the
administrators when the mail system changes it, lets it pass, or keeps it. Nobody gets any."""
import contextlib
import json

import stack as s
import tap
import test_rewritten
import test_setup_check
import town
from tap import check_equal, check_in


def whole(stack, sender="kairan@info.town.example"):
    """Those of this sender that came back as they were."""
    return stack.store("SELECT id FROM probe JOIN probe_sight ON probe = id AND stage = 2"
                       " WHERE sender = ? AND difference = ''", sender)


def status(stack):
    return json.loads(stack.kairanctl("status", "--json", check=False).stdout)[0]


def alarms(stack):
    return [row["name"] for row in stack.store("SELECT name FROM alarm ORDER BY name")]


def wait_alarm(stack, reason, words):
    """The alarm, as the administrator is told of it."""
    stack.wait_for(lambda: stack.store(
        "SELECT name FROM alarm WHERE name LIKE 'probe %' AND reason = ?", reason),
        timeout=60, what=reason)
    return stack.wait_mail("sysadmin", lambda mail: "要確認" in str(mail["Subject"])
                           and words in s.text_of(mail))


def again(stack):
    """As an administrator who has mended something: a reload."""
    stack.configure(probe_every="1d")


def wait_judged(stack):
    """A clock that is moved while one is on its way makes that late."""
    stack.wait_for(lambda: not stack.store("SELECT id FROM probe WHERE watched = 1"),
                   timeout=60, what="the look at those on their way")


def wait_by_minutes(stack, condition, what):
    """Wait for what a later try brings, however often the machine was too busy for one."""
    for _ in range(10):
        stack.move_clock(61)
        with contextlib.suppress(TimeoutError):
            return stack.peek(condition, 10)
    raise TimeoutError(f"{what} did not come")


def wait_mended(stack):
    again(stack)
    stack.wait_for(lambda: not alarms(stack), timeout=60, what="an end of the alarms")
    wait_judged(stack)


def test_after_a_reload_and_at_the_start(stack):
    check_equal(stack.store("SELECT id FROM probe"), [], "while it is off")
    check_equal(status(stack)["probe_sent"], None)
    again(stack)
    for sender in ("kairan@info.town.example", town.BOSAI, town.KOSODATE):
        stack.wait_for(lambda sender=sender: whole(stack, sender), what=f"the mail of {sender}")
    wait_judged(stack)
    check_in("came back as it was", status(stack)["probe"])
    check_in("not signed", status(stack)["probe"])
    before = len(whole(stack))
    stack.stop("milter")
    stack.start("milter")
    stack.wait_for(lambda: len(whole(stack)) > before, what="the mail at the start")
    wait_judged(stack)
    check_equal(alarms(stack), [])
    check_equal(stack.imap("sysadmin"), [])
    check_equal(stack.sink_files(), [])
    figures = stack.kairanctl("status", "--prometheus").stdout
    check_in("kairan_probe_whole 1", figures)


def test_once_a_day(stack):
    before = len(whole(stack))
    stack.move_clock(86400 + 60)
    stack.wait_for(lambda: len(whole(stack)) > before, what="the mail of the next day")
    wait_judged(stack)
    check_equal(alarms(stack), [])


def test_a_mail_that_is_rewritten(stack):
    """The broadcast's alone; when that is mended, the alarm ends."""
    test_rewritten.on_postfix(stack)
    with stack.mta_tools.configured(
            canonical_maps=f"inline:{{ {town.KOSODATE}=somebody@town.example }}",
            canonical_classes="header_sender"):
        again(stack)
        told = s.text_of(wait_alarm(stack, "probe-changed", "somebody@town.example"))
        check_in("kairanctl setup check", told)
        check_in("From が", told)
        check_equal(alarms(stack), [f"probe {town.KOSODATE}"])
    wait_mended(stack)


def test_a_mail_that_comes_past_the_filter(stack):
    test_rewritten.on_postfix(stack)
    with test_setup_check.services(stack, KAIRAN_MX_PORT="smtpd_milters="):
        again(stack)
        wait_alarm(stack, "probe-past", "kairan を通さずに")
        stack.wait_for(lambda: "past the milter" in status(stack)["probe"],
                       what="the notices' own")
        check_in("WARNING", stack.kairanctl("status", "--check", check=False).stdout)
    # Without a reload, too.
    stack.move_clock(601)
    stack.wait_for(lambda: not alarms(stack), timeout=60, what="an end of the alarms")
    wait_judged(stack)


def test_a_mail_that_does_not_come_back(stack):
    test_rewritten.on_postfix(stack)
    with stack.mta_tools.configured(defer_transports="kairan"):
        before = stack.store("SELECT max(at) AS at FROM probe")[0]["at"]
        again(stack)
        stack.wait_for(lambda: stack.store("SELECT id FROM probe WHERE watched = 1"
                                           " AND at >= ? AND sender = ?", before, town.KOSODATE),
                       what="the mail that is waited for")
        check_in("is not back: 250", status(stack)["probe"])
        check_equal(alarms(stack), [])
        stack.move_clock(601)
        wait_alarm(stack, "probe-absent", "戻ってきません")
    wait_mended(stack)


def test_without_a_mail_system(stack):
    """It is tried again, and told once nothing has come back for stuck_after."""
    stack.wait_for(stack.queue_is_empty, timeout=60, what="an empty queue")
    stack.stop("mta")
    try:
        again(stack)
        stack.wait_for(lambda: "is not back: smtp://" in status(stack)["probe"],
                       what="the try that failed")
        check_equal(alarms(stack), [])
        stack.move_clock(601)
        stack.wait_for(lambda: "probe kairan@info.town.example" in alarms(stack), timeout=60,
                       what="the alarm")
    finally:
        stack.start("mta")
    # Without a reload: a minute later it is tried again.
    wait_by_minutes(stack, lambda: not alarms(stack), "an end of the alarm")


if __name__ == "__main__":
    tap.main(globals())
