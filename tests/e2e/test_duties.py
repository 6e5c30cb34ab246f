#!/usr/bin/env python3
"""Who may write and who may decide, as the directory says it at that moment (Art. 3, 4, 6):
contradictions stop a section until they are mended and are told to the administrators once;
drafts for a suspended approver wait."""
import contextlib

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


if __name__ == "__main__":
    tap.main(globals())
