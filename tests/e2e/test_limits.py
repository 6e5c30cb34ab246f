#!/usr/bin/env python3
"""Somebody, or their mail program, sends without end: what is beyond a limit waits at the sender's
side, and the administrators hear of it once."""
import stack as s
import tap
import town
from tap import check_equal, check_in


def final_of(stack, user, mail):
    replies = stack.submit(user, str(mail["To"]), mail)
    reply = replies.recipients[str(mail["To"])]
    return replies.final if reply[0] == 250 else reply


def one_draft(stack, user, subject, to=town.BOSAI):
    return final_of(stack, user, s.make_mail(user, to, subject, f"{subject}のお知らせです。"))


def alarms(stack, name):
    return len([mail for mail in stack.imap("sysadmin")
                if "要確認" in str(mail["Subject"]) and name in s.text_of(mail)])


def check_told_once(stack, name):
    stack.wait_for(lambda: alarms(stack, name) == 1, what=f"the alarm of {name}")


def test_drafts_of_one_login(stack):
    """Others go on writing, and so does the same one an hour later."""
    stack.configure(limit_drafts="3")
    check_equal([one_draft(stack, "bosai-staff1", f"多すぎる原稿 {n}")[0] for n in range(5)],
                [250, 250, 250, 451, 451])
    code, text = one_draft(stack, "bosai-staff1", "多すぎる原稿 3")
    check_in("limit_drafts", text)
    check_equal(one_draft(stack, "bosai-staff2", "ほかの人の原稿")[0], 250)
    check_told_once(stack, "limit_drafts")
    stack.move_clock(3601)
    stack.wait_for(lambda: one_draft(stack, "bosai-staff1", "多すぎる原稿 3")[0] == 250,
                   what="the draft an hour later")
    check_equal(code, 451)


def test_drafts_that_are_held(stack):
    """A decision makes room. The same mail submitted again is none more."""
    stack.configure(limit_drafts="100", limit_held="2")
    town.draft(stack, "kosodate-staff1", "待つ原稿 1", to=town.KOSODATE)
    mail = town.draft(stack, "kosodate-staff1", "待つ原稿 2", to=town.KOSODATE)
    code, text = one_draft(stack, "kosodate-staff2", "待つ原稿 3", town.KOSODATE)
    check_equal(code, 451, text)
    check_in("limit_held", text)
    check_equal(final_of(stack, "kosodate-staff1", mail)[0], 250)
    check_told_once(stack, "limit_held")
    town.answer(stack, "kosodate-chief",
                town.request_for(stack, "kosodate-chief", "待つ原稿 1"), "差戻し 試験です")
    check_equal(one_draft(stack, "kosodate-staff2", "待つ原稿 3", town.KOSODATE)[0], 250)


def test_replies_to_one_request(stack):
    """The decision of another person is not kept waiting by them."""
    stack.configure(limit_replies="4", limit_held="200")
    subject = "返信の多い原稿"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    found = [final_of(stack, "bosai-chief",
                      town.answer_mail("bosai-chief", request, f"どうしましょうか {n}"))
             for n in range(6)]
    check_equal([code for code, _ in found], [250] * 4 + [451] * 2)
    check_in("limit_replies", found[-1][1])
    check_told_once(stack, "limit_replies")
    town.answer(stack, "bosai-deputy", town.request_for(stack, "bosai-deputy", subject), "承認")
    town.wait_state(stack, subject, town.RELEASED)


if __name__ == "__main__":
    tap.main(globals())
