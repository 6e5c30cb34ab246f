#!/usr/bin/env python3
"""A machine's clock that jumps: nothing expires and nothing goes out by it, the administrators are
told, and all is as before once it is right again, or they have confirmed it."""
import contextlib
import datetime
import sqlite3

import stack as s
import tap
import town
from tap import check_equal, check_in

DAYS = 40
SECTION = "ou=bosai,ou=sections,dc=town,dc=example"


def set_clock(stack, seconds, jump):
    """The offset of kairan's clock; with jump it is the machine's that is wrong."""
    stack.write_clock(f"{seconds} jump" if jump else f"{seconds}")


def alarms(stack):
    return [row["reason"] for row in stack.store("SELECT reason FROM alarm")
            if row["reason"].startswith("clock")]


def requests(stack, subject):
    return [mail for mail in stack.imap("bosai-chief") if subject in str(mail["Subject"])]


def test_a_jump_forward_ends_nothing(stack):
    subject, planned, now = "待っている原稿", "来週の配信", "いまの配信"
    answered = "飛んだ時計での承認"
    when = (stack.now() + datetime.timedelta(days=6)).strftime("%Y-%m-%d 12:00")
    town.draft(stack, "bosai-staff1", subject)
    town.draft(stack, "bosai-staff1", answered)
    town.draft(stack, "bosai-staff1", planned, f"配信日時: {when}\n本文です。")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", planned), "承認")
    town.wait_state(stack, planned, town.APPROVED)
    before, told = stack.clock_offset(), len(stack.imap("sysadmin"))
    set_clock(stack, before + DAYS * 86400, True)
    try:
        stack.wait_for(lambda: alarms(stack) == ["clock-forward"], what="the alarm")
        mail = stack.wait_for(lambda: next(
            (mail for mail in stack.imap("sysadmin")[told:] if "時計" in s.text_of(mail)), None),
            what="its mail")
        check_in("clock confirm", s.text_of(mail))
        # What is written now goes by the clock as it is, and a round has seen all of them.
        town.draft(stack, "bosai-staff1", now)
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", now), "承認")
        stack.wait_for(lambda: town.state_of(stack, now) != town.HELD, what="the decision")
        check_equal(town.state_of(stack, subject), town.HELD)
        check_equal(town.state_of(stack, planned), town.APPROVED)
        # Whoever answers what waits is not too late by this clock.
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", answered), "承認")
        stack.wait_for(lambda: town.state_of(stack, answered) != town.HELD, what="the decision")
        check_equal(town.state_of(stack, answered) in (town.APPROVED, town.RELEASING,
                                                       town.RELEASED), True)
    finally:
        set_clock(stack, before, False)
    stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")
    check_equal(town.state_of(stack, subject), town.HELD)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_state(stack, subject, town.RELEASED, 60)
    check_equal(town.state_of(stack, planned), town.APPROVED)
    actions = [row["outcome"] for row in stack.store(
        "SELECT outcome FROM audit WHERE action = 'clock' ORDER BY seq")]
    check_equal(actions, ["forward", "back"])


def test_a_suspension_outlasts_a_jump(stack):
    """It ends when its time is over, and one that is planned begins then; the month is not over
    either, and nobody's password is."""
    subject, before = "停止の間の原稿", stack.clock_offset()
    stack.kairanctl("suspend", "--until", f"{stack.now() + datetime.timedelta(days=2):%Y-%m-%d %H:%M}",
                    "--reason", "test", town.BOSAI)
    later = [stack.now() + datetime.timedelta(days=days) for days in (3, 90)]
    stack.kairanctl("suspend", "--from", f"{later[0]:%Y-%m-%d %H:%M}", "--until",
                    f"{later[1]:%Y-%m-%d %H:%M}", "--reason", "test", town.KOSODATE)
    set_clock(stack, before + DAYS * 86400, True)
    try:
        stack.wait_for(lambda: alarms(stack) == ["clock-forward"], what="the alarm")
        town.draft(stack, "kosodate-staff1", "停止の前の原稿", to=town.KOSODATE)
        town.request_for(stack, "kosodate-chief", "停止の前の原稿")
        replies = stack.submit("bosai-staff1", town.BOSAI,
                               s.make_mail("bosai-staff1", town.BOSAI, subject, "本文"))
        check_in("suspended until", replies.recipients[town.BOSAI][1])
    finally:
        set_clock(stack, before, False)
    stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")
    check_equal([row["broadcast"] for row in stack.store("SELECT broadcast FROM suspension")],
                [town.BOSAI])
    check_equal(stack.store("SELECT 1 FROM audit WHERE action = 'report'"), [], "reports")
    check_equal(stack.store("SELECT 1 FROM outbox WHERE kind = 'password-warning'"), [],
                "warnings")
    stack.kairanctl("resume", town.BOSAI)
    stack.kairanctl("resume", town.KOSODATE)


def test_any_jump(stack):
    """A day or a year, forward or back: what waits goes on waiting, what is approved is sent once,
    and all is as before when the clock is right again."""
    for number, days in enumerate((1, -1, 365, -365)):
        waits, goes = f"待つ原稿 {number}", f"飛んだ間の配信 {number}"
        town.draft(stack, "bosai-staff1", waits)
        request = town.request_for(stack, "bosai-chief", waits)
        before = stack.clock_offset()
        set_clock(stack, before + days * 86400, True)
        try:
            stack.wait_for(lambda days=days: alarms(stack) == [
                "clock-forward" if days > 0 else "clock-back"], what=f"the alarm of {days} days")
            town.draft(stack, "bosai-staff1", goes)
            town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", goes), "承認")
            town.wait_state(stack, goes, town.RELEASED, 60)
            check_equal(town.state_of(stack, waits), town.HELD, f"after {days} days")
        finally:
            set_clock(stack, before, False)
        stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_state(stack, waits, town.RELEASED, 60)
        for subject in (waits, goes):
            check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS, subject)
        check_equal(stack.kairanctl("audit", "verify", check=False).returncode, 0, "audit verify")


def test_what_was_planned_ahead_is_due(stack):
    """Notices that were put off by the clock that was wrong."""
    subject, before = "時計が戻るまで", stack.clock_offset()
    set_clock(stack, before + DAYS * 86400, True)
    stack.wait_for(lambda: alarms(stack), what="the alarm")
    with stack.silent_mta():
        # Hung up on: it is tried again later, by this clock.
        town.draft(stack, "bosai-staff1", subject)
        stack.configure(mta_url="smtp://127.0.0.1:1")
        stack.wait_for(lambda: stack.store(
            "SELECT count(*) FROM outbox JOIN draft ON draft.id = outbox.draft WHERE subject = ?"
            " AND outbox.tries > 0", subject)[0][0], 60, "a try")
    set_clock(stack, before, False)
    stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")
    town.request_for(stack, "bosai-chief", subject)


def test_what_is_written_late_is_due_too(stack):
    """What somebody planned by the clock that was wrong, and wrote when all had been brought back:
    a notice is written so in the middle of quiet times."""
    subject = "時計が戻った後"
    town.draft(stack, "bosai-staff1", subject)
    town.request_for(stack, "bosai-chief", subject)
    told = len(requests(stack, subject))
    link = sqlite3.connect(stack.env["KAIRAN_STORE"])
    with contextlib.closing(link), link:
        link.execute(
            "INSERT INTO outbox (state, kind, draft, party, mail, name, language, facts,"
            " created_at, next_try) SELECT 1, kind, outbox.draft, party, mail, name,"
            " outbox.language, facts, created_at, created_at + ? FROM outbox"
            " JOIN draft ON draft.id = outbox.draft WHERE draft.subject = ? AND kind = 'request'"
            " AND mail LIKE 'bosai-chief@%'", (DAYS * 86400, subject))
    stack.wait_for(lambda: len(requests(stack, subject)) > told, what="the notice")


def test_a_start_finds_it_right_again(stack):
    before = stack.clock_offset()
    set_clock(stack, before + DAYS * 86400, True)
    stack.wait_for(lambda: alarms(stack), what="the alarm")
    stack.stop("milter")
    set_clock(stack, before, False)
    stack.start("milter")
    stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")


@contextlib.contextmanager
def down(stack, jump, machine=False):
    """While the daemon is down the clock jumps by these seconds; with machine the machine is off,
    too."""
    stack.stop("milter")
    set_clock(stack, stack.clock_offset() + jump, True)
    if machine:
        link = sqlite3.connect(stack.env["KAIRAN_STORE"])
        with contextlib.closing(link), link:
            link.execute("UPDATE position SET value = 'another-start 5' WHERE name = 'clock-boot'")
    before = stack.log().count("has jumped")
    stack.start("milter")
    yield lambda: stack.log().count("has jumped") - before


def test_a_jump_while_it_was_down(stack):
    """By a machine that was not started anew meanwhile: it is known to the second."""
    subject = "止まっている間"
    town.draft(stack, "bosai-staff1", subject)
    before = stack.clock_offset()
    with down(stack, DAYS * 86400):
        stack.wait_for(lambda: alarms(stack) == ["clock-forward"], what="the alarm")
    town.draft(stack, "bosai-staff1", f"{subject}の後")
    town.request_for(stack, "bosai-chief", f"{subject}の後")
    check_equal(town.state_of(stack, subject), town.HELD)
    set_clock(stack, before, True)
    stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")
    check_equal(town.state_of(stack, subject), town.HELD)
    with down(stack, -2 * 3600):
        stack.wait_for(lambda: alarms(stack) == ["clock-back"], what="the alarm")
    with down(stack, 2 * 3600):
        stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")
    check_equal(stack.clock_offset(), before)


def test_a_clock_behind_after_a_start(stack):
    """The machine was off: what the store has last lies ahead. It is set right later."""
    with down(stack, -3 * 86400, machine=True):
        stack.wait_for(lambda: alarms(stack) == ["clock-back"], what="the alarm")
    set_clock(stack, stack.clock_offset() + 3 * 86400, True)
    stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")


def test_a_clock_far_ahead_after_a_start(stack):
    """By a year: nothing expires. Set right, two days are left, which the machine was off."""
    subject = "一年進んだ時計"
    town.draft(stack, "bosai-staff1", subject)
    before = stack.clock_offset()
    told = len(stack.imap("sysadmin"))
    with down(stack, 367 * 86400, machine=True):
        stack.wait_for(lambda: alarms(stack) == ["clock-far"], what="the alarm")
    mail = stack.wait_for(lambda: next(
        (mail for mail in stack.imap("sysadmin")[told:] if "1か月より長く" in s.text_of(mail)), None),
        what="its mail")
    check_in("clock confirm", s.text_of(mail))
    check_equal(town.state_of(stack, subject), town.HELD)
    set_clock(stack, before + 2 * 86400, True)
    stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")
    check_equal(town.state_of(stack, subject), town.HELD)
    set_clock(stack, before, True)
    stack.wait_for(lambda: alarms(stack) == ["clock-back"], what="another alarm")
    stack.kairanctl("clock", "confirm")
    stack.wait_for(lambda: not alarms(stack), what="the end of that")


def test_a_long_outage(stack):
    """Over New Year the machine is off: that is no jump, and what was due is over."""
    subject = "年末年始"
    town.draft(stack, "bosai-staff1", subject)
    with down(stack, 10 * 86400, machine=True) as jumps:
        town.wait_state(stack, subject, town.EXPIRED)
    check_equal((jumps(), alarms(stack)), (0, []))


def test_confirmed(stack):
    """It was wrong before: what is over is over."""
    subject = "確認の後"
    town.draft(stack, "bosai-staff1", subject)
    check_in("nothing to confirm", stack.kairanctl("clock", "confirm").stdout)
    set_clock(stack, stack.clock_offset() + DAYS * 86400, True)
    stack.wait_for(lambda: alarms(stack), what="the alarm")
    check_equal(town.state_of(stack, subject), town.HELD)
    check_in("all goes by it", stack.kairanctl("clock", "confirm").stdout)
    town.wait_state(stack, subject, town.EXPIRED)
    stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")


@contextlib.contextmanager
def ahead(stack, seconds=DAYS * 86400):
    """The clock is ahead for a while, and right again."""
    before, jumped = stack.clock_offset(), stack.clock_jump()
    stack.write_clock(f"{before + seconds} jump {jumped + seconds}")
    try:
        stack.wait_for(lambda: alarms(stack) == ["clock-forward"], what="the alarm")
        yield
    finally:
        stack.write_clock(f"{before} jump {jumped}")
    stack.wait_for(lambda: not alarms(stack), what="the end of the alarm")


def times_of(stack, subject):
    return stack.store("SELECT * FROM draft WHERE subject = ?", subject)[0]


def check_near(is_at, wanted, what):
    check_equal(abs(is_at - wanted) < 600, True, f"{what}: {is_at}, not {wanted}")


def test_what_was_written_ahead_goes_back(stack):
    """A draft expires in its time and is brought to mind, an approval goes out at the end of quiet
    hours."""
    held, due = "進んだ時計で書いた原稿", "進んだ時計で承認した原稿"
    now = stack.now()
    quiet = f"{now - datetime.timedelta(hours=4):%H}:00-{now + datetime.timedelta(hours=5):%H}:00"
    seconds = DAYS * 86400 + 7200
    stack.configure(quiet_hours=quiet)
    with ahead(stack, seconds):
        town.draft(stack, "bosai-staff2", held)
        town.draft(stack, "bosai-staff2", due)
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", due), "承認")
        town.wait_state(stack, due, town.APPROVED)
        first = times_of(stack, due)
    row = times_of(stack, held)
    now = stack.now().timestamp()
    check_near(row["submitted_at"], now, "written")
    check_near(row["expires_at"], now + 3 * 86400, "its end")
    check_equal(0 < row["remind_at"] - row["submitted_at"] < 3 * 86400, True, "reminder")
    row = times_of(stack, due)
    check_near(row["decided_at"], now, "decided")
    # Two hours earlier it would have been in the middle of the night.
    check_near(row["due_at"], first["due_at"] - DAYS * 86400, "due")
    rows = stack.store("SELECT detail FROM audit WHERE action = 'clock' AND outcome = 'back'"
                       " ORDER BY seq DESC LIMIT 1")
    check_in("went with it", rows[0]["detail"])
    reminders = [mail for mail in stack.imap("bosai-chief")
                 if held in str(mail["Subject"]) and "【確認のお願い】" in str(mail["Subject"])]
    check_equal(reminders, [], "too early")
    stack.configure(quiet_hours="none")
    stack.move_clock(3 * 86400 + 3600)
    town.wait_state(stack, held, town.EXPIRED)
    town.wait_state(stack, due, town.RELEASED, 60)


def test_reminders_are_not_early(stack):
    """Of what was held before the jump: by the clock as it goes on."""
    subject = "時計が一日進む原稿"
    town.draft(stack, "bosai-staff1", subject)
    planned = stack.wait_for(lambda: times_of(stack, subject)["remind_at"], what="its reminder")
    with ahead(stack, planned - int(stack.now().timestamp()) + 4 * 3600):
        # A round has been by: somebody else's draft is written and held.
        town.draft(stack, "bosai-staff1", f"{subject}の次")
        town.request_for(stack, "bosai-chief", f"{subject}の次")
        check_equal(times_of(stack, subject)["remind_at"], planned)
        check_equal(times_of(stack, subject)["reminders"], 0)
    stack.move_clock(planned - int(stack.now().timestamp()) + 60)
    # Or more people are called, in the same mail.
    stack.wait_for(lambda: times_of(stack, subject)["remind_at"] != planned, what="the reminder")


def test_a_suspended_approver_stays_so(stack):
    """Until a time that has not come: a clock that is ahead does not let them decide."""
    subject = "停止中の配信責任者"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    end = (stack.now() + datetime.timedelta(days=2)).astimezone(datetime.timezone.utc)
    entry = f"dn: {SECTION}\nchangetype: modify\nreplace: kairanApproverStatus\n"
    stack.ldapmodify(f"{entry}kairanApproverStatus: suspended\n-\nreplace: "
                     f"kairanApproverStatusUntil\nkairanApproverStatusUntil: {end:%Y%m%d%H%M%SZ}\n")
    with ahead(stack):
        town.answer(stack, "bosai-chief", request, "承認")
        stack.wait_for(lambda: [row for row in stack.store(
            "SELECT action FROM audit WHERE uid = 'bosai-chief' AND draft = ?",
            town.draft_id(stack, subject))], what="the answer")
        check_equal(town.state_of(stack, subject), town.HELD)
        # A start believes it no more.
        stack.stop("milter")
        stack.start("milter")
        again = town.answer_mail("bosai-chief", request, "承認します")
        stack.submit("bosai-chief", s.reply_address(request), again)
        check_equal(town.state_of(stack, subject), town.HELD)
    check_equal(town.state_of(stack, subject), town.HELD)
    stack.move_clock(2 * 86400 + 60)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.RELEASED, 60)
    stack.ldapmodify(f"{entry}-\nreplace: kairanApproverStatusUntil\n")


def test_resumed_while_it_is_ahead(stack):
    """A draft gets back what it has waited, and not what the clock is ahead."""
    subject = "停止の間に待つ原稿"
    town.draft(stack, "bosai-staff1", subject)
    end = times_of(stack, subject)["expires_at"]
    stack.kairanctl("suspend", "--reason", "test", town.BOSAI)
    with ahead(stack):
        stack.kairanctl("resume", town.BOSAI)
        check_near(times_of(stack, subject)["expires_at"], end, "its end")
        stack.kairanctl("suspend", "--reason", "test", town.BOSAI)
    stack.kairanctl("resume", town.BOSAI)
    check_near(times_of(stack, subject)["expires_at"], end, "its end after all")


if __name__ == "__main__":
    tap.main(globals())
