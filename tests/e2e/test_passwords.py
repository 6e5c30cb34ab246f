#!/usr/bin/env python3
"""Passwords (Art. 12): too old, never changed, locked; warnings before; a directory without
the dates. ppolicy keeps them, and a person changes the password as the town's do."""
import datetime
import subprocess

import stack as s
import tap
import town
from tap import check_equal, check_in

DAY = 86400


def dn(uid):
    return f"uid={uid},ou=people,dc=town,dc=example"


def stamp(when):
    return when.astimezone(datetime.timezone.utc).strftime("%Y%m%d%H%M%SZ")


def set_changed(stack, uid, **ago):
    """The password was changed so long ago. For kairan it is a month later than for slapd,
    which lets nobody log in with a password that is too old."""
    if stack.clock_offset() < 30 * DAY:
        stack.move_clock(30 * DAY)
    when = stack.now() - datetime.timedelta(**ago)
    stack.ldapmodify(f"dn: {dn(uid)}\nchangetype: modify\nreplace: pwdChangedTime\n"
                     f"pwdChangedTime: {stamp(when)}\n", relax=True)


def set_attribute(stack, uid, attribute, value=None):
    line = f"{attribute}: {value}\n" if value is not None else ""
    stack.ldapmodify(f"dn: {dn(uid)}\nchangetype: modify\nreplace: {attribute}\n{line}",
                     relax=True)


def change_password(stack, uid, old, new):
    """As the person: the password modify operation that ppolicy dates."""
    subprocess.run(["ldappasswd", "-x", "-H", stack.env["LDAPURI"], "-D", dn(uid), "-w", old,
                    "-a", old, "-s", new], check=True, capture_output=True)


def submit_draft(stack, uid, subject):
    return stack.submit(uid, town.BOSAI,
                        s.make_mail(uid, town.BOSAI, subject, "本文です。")).final


def check_refused(stack, uid, subject, words):
    final = submit_draft(stack, uid, subject)
    check_equal(final[0], 550, final[1])
    check_in("Art.12", final[1])
    told = stack.wait_mail(uid, town.subject_is(subject))
    check_in(words, s.text_of(told))
    check_in("第12条", s.text_of(told))
    check_equal(town.state_of(stack, subject), None)


def test_day_90_and_day_91(stack):
    set_changed(stack, "bosai-staff1", days=90, seconds=-60)
    check_equal(submit_draft(stack, "bosai-staff1", "九十日目")[0], 250)
    set_changed(stack, "bosai-staff1", days=90, seconds=60)
    check_refused(stack, "bosai-staff1", "九十一日目", "有効期間")


def test_a_directory_without_the_dates(stack):
    """A setting says whether that passes or refuses."""
    stack.configure(ldap_password_changed="")
    check_equal(submit_draft(stack, "bosai-staff1", "日付がなくても通す")[0], 250)
    request = town.request_for(stack, "bosai-chief", "日付がなくても通す")
    stack.configure(password_unknown="refuse")
    check_refused(stack, "bosai-staff1", "日付がなければ断る", "記録されていません")
    town.answer(stack, "bosai-chief", request, "承認")
    told = stack.wait_mail("bosai-chief", lambda mail: "【無効】" in str(mail["Subject"]))
    check_in("記録されていません", s.text_of(told))
    check_equal(town.state_of(stack, "日付がなくても通す"), town.HELD)
    stack.configure(ldap_password_changed="pwdChangedTime", password_unknown="pass")


def test_changing_it_helps(stack):
    set_changed(stack, "bosai-staff1", days=91)
    check_equal(submit_draft(stack, "bosai-staff1", "変更する前")[0], 550)
    change_password(stack, "bosai-staff1", "bosai-staff1-pass", "new-pass")
    mail = s.make_mail("bosai-staff1", town.BOSAI, "変更した後", "本文です。")
    check_equal(stack.submit("bosai-staff1", town.BOSAI, mail, password="new-pass").final[0], 250)
    change_password(stack, "bosai-staff1", "new-pass", "bosai-staff1-pass")


def test_registered_and_never_changed(stack):
    entry = stack.store("SELECT strftime('%Y%m%d%H%M%SZ', 'now')")[0][0]
    set_attribute(stack, "bosai-staff2", "createTimestamp", entry)
    set_attribute(stack, "bosai-staff2", "pwdChangedTime", entry)
    check_refused(stack, "bosai-staff2", "初期パスワード", "変更")
    set_attribute(stack, "bosai-staff2", "createTimestamp", "20260401000000Z")
    check_equal(submit_draft(stack, "bosai-staff2", "初期でない")[0], 250)


def test_reissued(stack):
    mail = s.make_mail("bosai-staff2", town.BOSAI, "再発行の後", "本文です。")
    set_attribute(stack, "bosai-staff2", "pwdReset", "TRUE")
    try:
        check_refused(stack, "bosai-staff2", "再発行", "変更")
    finally:
        set_attribute(stack, "bosai-staff2", "pwdReset")
    check_equal(stack.submit("bosai-staff2", town.BOSAI, mail).final[0], 250)


def test_decision_with_an_old_password(stack):
    subject = "古いパスワードの決裁"
    town.draft(stack, "bosai-staff2", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    set_changed(stack, "bosai-chief", days=91)
    town.answer(stack, "bosai-chief", request, "承認")
    told = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                           and "無効" in str(mail["Subject"]))
    check_in("第12条", s.text_of(told))
    check_equal(town.state_of(stack, subject), town.HELD)
    set_changed(stack, "bosai-chief", days=1)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.RELEASED)


def test_locked(stack):
    subject = "ロックされた決裁"
    town.draft(stack, "bosai-staff2", subject)
    request = town.request_for(stack, "bosai-deputy", subject)
    # Locked after the login: a lock that the server sees would end the session earlier.
    with stack.connect(int(stack.env["KAIRAN_SUBMISSION_PORT"]), "bosai-deputy") as smtp:
        set_attribute(stack, "bosai-deputy", "pwdAccountLockedTime", "000001010000Z")
        try:
            replies = stack.converse(smtp, "bosai-deputy@town.example",
                                     s.reply_address(request),
                                     town.answer_mail("bosai-deputy", request, "承認"))
        finally:
            set_attribute(stack, "bosai-deputy", "pwdAccountLockedTime")
    check_equal(replies.final[0], 250)
    told = stack.wait_mail("bosai-deputy", lambda mail: subject in str(mail["Subject"])
                           and "無効" in str(mail["Subject"]))
    check_in("第12条", s.text_of(told))
    check_equal(town.state_of(stack, subject), town.HELD)


def warnings(stack, uid):
    return [mail for mail in stack.imap(uid) if "パスワード】" in str(mail["Subject"])]


def test_warnings(stack):
    """14, 7 and 1 days before, each once."""
    set_changed(stack, "kosodate-staff1", days=70)
    for left, count, move in ((14, 1, 6 * DAY + 60), (7, 2, 7 * DAY), (1, 3, 6 * DAY)):
        stack.move_clock(move)
        told = stack.wait_for(lambda: (lambda found: found if len(found) >= count else None)(
            warnings(stack, "kosodate-staff1")), what=f"the warning at {left} days")
        check_in(f"あと {left} 日", str(told[-1]["Subject"]))
        # Once more round changes nothing.
        stack.move_clock(60)
    subject = "警告の後"
    town.draft(stack, "bosai-staff2", subject)
    town.request_for(stack, "bosai-chief", subject)
    check_equal(len(warnings(stack, "kosodate-staff1")), 3)


if __name__ == "__main__":
    tap.main(globals())
