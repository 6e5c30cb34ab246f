#!/usr/bin/env python3
"""Who may write and who may decide, as the directory says it at that moment (Art. 3, 4, 6):
contradictions stop a section until they are mended and are told to the administrators once;
drafts for a suspended approver wait."""
import contextlib
import datetime

import stack as s
import tap
import town
from tap import check_equal, check_in

SECTION = "ou=bosai,ou=sections,dc=town,dc=example"
OTHER = "ou=kosodate,ou=sections,dc=town,dc=example"
BROADCAST = "cn=bosai,ou=broadcasts,dc=town,dc=example"


def dn(uid):
    return f"uid={uid},ou=people,dc=town,dc=example"


def modify(entry, *changes):
    """LDIF for one entry; each change is (how, attribute, value)."""
    parts = [f"{how}: {attribute}\n{attribute}: {value}\n" for how, attribute, value in changes]
    return f"dn: {entry}\nchangetype: modify\n" + "-\n".join(parts)


@contextlib.contextmanager
def changed(stack, how, undo):
    # Relaxed: the overlay unique takes no address that somebody else has.
    stack.ldapmodify(how, relax=True)
    try:
        yield
    finally:
        stack.ldapmodify(undo)


def try_draft(stack, user, subject):
    """The reply to the draft's recipient, or to its text when the recipient was taken."""
    mail = s.make_mail(user, town.BOSAI, subject, "本文です。")
    replies = stack.submit(user, town.BOSAI, mail)
    recipient = replies.recipients[town.BOSAI]
    return recipient if recipient[0] >= 400 else replies.final


def alarms(stack, words, about=""):
    """The administrator's mails with these words, about one section where that is named. Two
    sections with one mistake in common are told of one by one: each has to know."""
    return [mail for mail in stack.imap("sysadmin")
            if words in s.text_of(mail) and about in s.text_of(mail)
            and "要確認" in str(mail["Subject"])]


def check_contradiction(stack, how, undo, article, words, entry):
    """The section's mail waits, the administrators are told once, and after the mend all is
    as before."""
    before = len(alarms(stack, words, SECTION))
    with changed(stack, how, undo):
        for attempt in ("一通目", "二通目"):
            code, text = try_draft(stack, "bosai-staff1", f"矛盾 {words} {attempt}")
            check_equal(code, 451, text)
            check_in("4.3.5", text)
            check_in(article, text)
        told = stack.wait_for(lambda: alarms(stack, words, SECTION)[before:], what="the alarm")
        check_in(entry, s.text_of(told[0]))
        check_in(entry, stack.log())
    town.draft(stack, "bosai-staff1", f"直った {words}")
    town.request_for(stack, "bosai-chief", f"直った {words}")
    check_equal(len(alarms(stack, words, SECTION)) - before, 1, "mails to the administrator")
    check_equal(town.state_of(stack, f"矛盾 {words} 一通目"), None, "nothing is held")


def test_approver_is_staff_too(stack):
    change = ("kairanStaff", dn("bosai-chief"))
    check_contradiction(stack, modify(SECTION, ("add", *change)),
                        modify(SECTION, ("delete", *change)),
                        "Art.4", "兼ねています", "bosai-chief")


def test_delegate_is_staff_too(stack):
    change = ("kairanStaff", dn("bosai-deputy"))
    check_contradiction(stack, modify(SECTION, ("add", *change)),
                        modify(SECTION, ("delete", *change)),
                        "Art.4", "兼ねています", "bosai-deputy")


def test_approver_with_a_second_account(stack):
    """The same person under another login: staff with the approver's mail address."""
    change = ("mail", "bosai-chief@town.example")
    check_contradiction(stack, modify(dn("bosai-staff2"), ("add", *change)),
                        modify(dn("bosai-staff2"), ("delete", *change)),
                        "Art.4", "兼ねています", "bosai-staff2")


def test_two_people_with_one_mail(stack):
    change = ("mail", "bosai-staff2@town.example")
    check_contradiction(stack, modify(dn("kosodate-staff2"), ("add", *change)),
                        modify(dn("kosodate-staff2"), ("delete", *change)),
                        "Art.3", "同じメールアドレスが、二人に", "kosodate-staff2")


def test_delegate_from_elsewhere(stack):
    change = ("kairanDelegate", dn("kosodate-staff1"))
    check_contradiction(stack, modify(SECTION, ("add", *change)),
                        modify(SECTION, ("delete", *change)),
                        "Art.4", "ほかの課の方", "kosodate-staff1")


def test_two_approvers(stack):
    # The schema allows one; a directory with another schema may not.
    check_contradiction(stack,
                        modify(SECTION, ("replace", "kairanApprover", dn("nobody"))),
                        modify(SECTION, ("replace", "kairanApprover", dn("bosai-chief"))),
                        "Art.4", "配信責任者が登録されていません", "nobody")


def test_address_of_no_section(stack):
    before = len(alarms(stack, "所管する課"))
    with changed(stack, modify(BROADCAST, ("replace", "kairanSectionDN",
                                           "ou=gone,ou=sections,dc=town,dc=example")),
                 modify(BROADCAST, ("replace", "kairanSectionDN", SECTION))):
        stack.signal("milter", 1)
        stack.wait_for(lambda: try_draft(stack, "bosai-staff1", "所管なし")[0] == 451,
                       what="the new snapshot")
        code, text = try_draft(stack, "bosai-staff1", "所管なし")
        check_equal(code, 451)
        check_in("Art.4", text)
        stack.wait_for(lambda: alarms(stack, "所管する課"), what="the alarm")
    stack.signal("milter", 1)
    stack.wait_for(lambda: try_draft(stack, "bosai-staff1", "所管あり")[0] == 250,
                   what="the old snapshot")
    check_equal(len(alarms(stack, "所管する課")) - before, 1)


def test_another_section_is_not_touched(stack):
    with changed(stack, modify(SECTION, ("add", "kairanStaff", dn("bosai-chief"))),
                 modify(SECTION, ("delete", "kairanStaff", dn("bosai-chief")))):
        town.draft(stack, "kosodate-staff1", "よその課", to=town.KOSODATE)
        town.answer(stack, "kosodate-chief",
                    town.request_for(stack, "kosodate-chief", "よその課"), "承認")
        town.wait_state(stack, "よその課", town.RELEASED)


def test_contradiction_at_the_decision(stack):
    """The approver became staff after the draft: the reply waits in the sender's queue."""
    subject = "決裁の前に兼務"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    address = s.reply_address(request)
    reply = town.answer_mail("bosai-chief", request, "承認")
    change = ("kairanStaff", dn("bosai-chief"))
    with changed(stack, modify(SECTION, ("add", *change)),
                 modify(SECTION, ("delete", *change))):
        final = stack.submit("bosai-chief", address, reply).final
        check_equal(final[0], 451, final[1])
        check_equal(town.state_of(stack, subject), town.HELD)
    check_equal(stack.submit("bosai-chief", address, reply).final[0], 250)
    town.wait_state(stack, subject, town.RELEASED)


def test_suspended_approver_is_asked_later(stack):
    subject = "停止中の課の原稿"
    status = "kairanApproverStatus"
    with changed(stack, modify(SECTION, ("replace", status, "suspended")),
                 modify(SECTION, ("replace", status, "active"))):
        town.draft(stack, "bosai-staff1", subject)
        told = stack.wait_mail("bosai-staff1", town.subject_is(subject))
        check_in("依頼はまだ", str(told["Subject"]))
        check_in("第6条", s.text_of(told))
        stack.wait_for(lambda: alarms(stack, "一時停止または取消"), what="the alarm")
        check_equal(town.notices(stack, "bosai-chief", subject), [])
        check_equal(town.notices(stack, "bosai-deputy", subject), [])
    stack.move_clock(3600)
    town.request_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-deputy", town.request_for(stack, "bosai-deputy", subject), "承認")
    town.wait_state(stack, subject, town.RELEASED)
    check_equal(len(alarms(stack, "一時停止または取消")), 1)


def test_new_delegate_is_asked(stack):
    """Whoever is made a delegate while a draft waits is asked as well."""
    subject = "委任の追加"
    town.draft(stack, "bosai-staff1", subject)
    town.request_for(stack, "bosai-deputy", subject)
    with changed(stack, modify(SECTION, ("add", "kairanDelegate", dn("sysadmin"))),
                 modify(SECTION, ("delete", "kairanDelegate", dn("sysadmin")))):
        stack.move_clock(3600)
        request = town.request_for(stack, "sysadmin", subject)
        town.answer(stack, "sysadmin", request, "承認")
        town.wait_state(stack, subject, town.RELEASED)



# ---- a delegate's time ----

DEPUTY = "bosai-deputy"


def day(stack, days):
    """A date as the directory has it, so many days from kairan's today."""
    return (stack.now() + datetime.timedelta(days=days)).strftime("%Y-%m-%d")


def moment(stack, seconds):
    """A generalized time with the town's zone."""
    return (stack.now() + datetime.timedelta(seconds=seconds)).strftime("%Y%m%d%H%M%S%z")


def set_period(stack, begin, end):
    """None: there is none."""
    parts = [f"replace: {name}\n" + (f"{name}: {value}\n" if value else "")
             for name, value in (("kairanDelegateFrom", begin), ("kairanDelegateUntil", end))]
    stack.ldapmodify(f"dn: {dn(DEPUTY)}\nchangetype: modify\n" + "-\n".join(parts))


@contextlib.contextmanager
def period(stack, begin=None, end=None):
    entry = f"dn: {dn(DEPUTY)}\nchangetype: modify\n"
    stack.ldapmodify(f"{entry}add: objectClass\nobjectClass: kairanPerson\n")
    try:
        set_period(stack, begin, end)
        yield
    finally:
        set_period(stack, None, None)
        stack.ldapmodify(f"{entry}delete: objectClass\nobjectClass: kairanPerson\n")


def asked(stack, subject):
    return [row["uid"] for row in stack.store(
        "SELECT uid FROM party WHERE draft = ? AND number > 0 ORDER BY number",
        town.draft_id(stack, subject))]


def refused(stack, subject):
    return stack.wait_mail(DEPUTY, lambda mail: subject in str(mail["Subject"])
                           and "【無効】" in str(mail["Subject"]))


def test_delegate_before_and_after_their_time(stack):
    """They are not asked; on the last day they are."""
    for number, (begin, end, people) in enumerate((
            (None, day(stack, -1), ["bosai-chief"]),
            (day(stack, 1), None, ["bosai-chief"]),
            (moment(stack, 3600), moment(stack, 7200), ["bosai-chief"]),
            (day(stack, -3), day(stack, 0), ["bosai-chief", DEPUTY]),
            (moment(stack, -3600), moment(stack, 3600), ["bosai-chief", DEPUTY]))):
        subject = f"委任の期間{number}"
        with period(stack, begin, end):
            town.draft(stack, "bosai-staff1", subject)
            town.request_for(stack, "bosai-chief", subject)
            check_equal(asked(stack, subject), people, f"{begin} {end}")
    code, lines = stack.kairanctl("directory", "check", check=False).returncode, ""
    check_equal(code, 0, lines)


def test_delegation_ends_while_a_request_is_open(stack):
    """The moment of the decision counts; and what a delegate decides is 代決."""
    subject = "期間が終わる委任"
    with period(stack, day(stack, -3), day(stack, 3)):
        town.draft(stack, "bosai-staff1", subject)
        request = town.request_for(stack, DEPUTY, subject)
        over = day(stack, -1)
        set_period(stack, day(stack, -3), over)
        town.answer(stack, DEPUTY, request, "承認")
        told = refused(stack, subject)
        check_in("委任の期間ではありません", s.text_of(told))
        check_in("第4条", s.text_of(told))
        check_in(f"{day(stack, -3)} 00:00 – {over} 23:59", s.text_of(told))
        check_equal(town.state_of(stack, subject), town.HELD)
        check_equal([row["outcome"] for row in town.audit(stack, subject, "reply")],
                    ["delegate-period"])
        set_period(stack, None, day(stack, 0))
        town.answer(stack, DEPUTY, request, "承認")
        town.wait_state(stack, subject, town.RELEASED)
    row, = town.audit(stack, subject, "approve")
    check_equal((row["uid"], row["role"], row["detail"]), (DEPUTY, "delegate", "代決"))
    for person in ("bosai-staff1", "bosai-chief"):
        report = stack.wait_mail(person, lambda mail: subject in str(mail["Subject"])
                                 and s.reply_address(mail).startswith("correct+"))
        check_in("鈴木 由美（代決）", s.text_of(report))
    check_in("代決", stack.kairanctl("drafts", "show",
                                   str(town.draft_id(stack, subject))).stdout)


def test_delegation_begins_while_a_request_is_open(stack):
    subject = "期間が始まる委任"
    with period(stack, moment(stack, 1800)):
        town.draft(stack, "bosai-staff1", subject)
        town.request_for(stack, "bosai-chief", subject)
        check_equal(asked(stack, subject), ["bosai-chief"])
        stack.move_clock(1801)
        town.answer(stack, DEPUTY, town.request_for(stack, DEPUTY, subject), "差戻し 日付がない")
        town.wait_state(stack, subject, town.SENT_BACK)
    row, = town.audit(stack, subject, "send-back")
    check_equal(row["detail"], "代決: 日付がない")


def test_period_that_cannot_be_read(stack):
    """Nobody knows whether they may: it waits, and the administrators are told. The head decides."""
    subject = "読めない期間"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, DEPUTY, subject)
    with period(stack, "令和8年12月", None):
        mail = town.answer_mail(DEPUTY, request, "承認")
        final = stack.submit(DEPUTY, s.reply_address(request), mail).final
        check_equal(final[0], 451, final)
        check_in("Art.4", final[1])
        told, = stack.wait_for(lambda: alarms(stack, "kairanDelegateFrom", SECTION),
                               what="the alarm")
        check_in(DEPUTY, s.text_of(told))
        check_equal(town.state_of(stack, subject), town.HELD)
        found = stack.kairanctl("directory", "check", check=False)
        check_equal(found.returncode != 0, True, found.stdout)
        check_in("delegate-time", found.stdout)
        check_in(DEPUTY, found.stdout)
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
        town.wait_state(stack, subject, town.RELEASED)
    row, = town.audit(stack, subject, "approve")
    check_equal((row["role"], row["detail"]), ("approver", ""))


def test_delegates_wait_for_the_reminder(stack):
    """Setting delegates_wait: the head alone is asked at first."""
    stack.configure(delegates_wait="yes", remind_first="4h")
    try:
        subject = "責任者が先"
        town.draft(stack, "bosai-staff1", subject)
        town.request_for(stack, "bosai-chief", subject)
        check_equal(asked(stack, subject), ["bosai-chief"])
        stack.move_clock(4 * 3600 + 1)
        request = town.request_for(stack, DEPUTY, subject)
        check_equal(asked(stack, subject), ["bosai-chief", DEPUTY])
        town.answer(stack, DEPUTY, request, "承認")
        town.wait_state(stack, subject, town.RELEASED)
        # A head who wrote it cannot be asked, so the delegate is, at once.
        stack.configure(correction_by_other="yes")
        report = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                                 and s.reply_address(mail).startswith("correct+"))
        town.answer(stack, "bosai-chief", report, "時刻を改めます。")
        town.request_for(stack, DEPUTY, "【訂正】" + subject)
        check_equal(asked(stack, "【訂正】" + subject), [DEPUTY])
    finally:
        stack.configure(delegates_wait="no", remind_first="4h", correction_by_other="no")


if __name__ == "__main__":
    tap.main(globals())
