#!/usr/bin/env python3
"""Art. 6: an approver is suspended, perhaps until a time, or revoked. The approver, the delegates
and the staff are told why, by which item, and what follows."""
import datetime

import stack as s
import tap
import town
from tap import check_equal, check_in

DAY = 86400
SECTION = "ou=bosai,ou=sections,dc=town,dc=example"
PEOPLE = ("bosai-chief", "bosai-deputy", "bosai-staff1", "bosai-staff2")
STATUS, UNTIL, ITEM, REASON = (f"kairanApproverStatus{name}" for name in
                               ("", "Until", "Item", "Reason"))


def set_status(stack, status, until=None, item=None, reason=None):
    """All in one change; what is not given is taken away."""
    lines = [f"replace: {STATUS}\n{STATUS}: {status}\n"]
    for name, value in ((UNTIL, until and until.astimezone(datetime.timezone.utc)
                         .strftime("%Y%m%d%H%M%SZ")), (ITEM, item), (REASON, reason)):
        lines.append(f"replace: {name}\n" + (f"{name}: {value}\n" if value else ""))
    stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\n" + "-\n".join(lines))


def first_look(stack):
    stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'duties'"),
                   what="the first look")


def told(stack, person, mark):
    return [mail for mail in stack.imap(person) if f"【{mark}】" in str(mail["Subject"])
            and "配信責任者について" in str(mail["Subject"])]


def wait_told(stack, person, mark, count=1):
    """The last of exactly so many."""
    stack.wait_for(lambda: len(told(stack, person, mark)) >= count,
                   what=f"{count} mails {mark} to {person}")
    found = told(stack, person, mark)
    check_equal(len(found), count, f"{mark} to {person}")
    return s.text_of(found[-1])


def test_suspended_until_a_time(stack):
    """It ends by itself: the drafts that were kept are asked about, and everybody is told."""
    first_look(stack)
    end = stack.now().replace(microsecond=0) + datetime.timedelta(days=2)
    set_status(stack, "suspended", end, 4, "配信の誤りが続いたため")
    for person in PEOPLE:
        text = wait_told(stack, person, "一時停止")
        for part in ("第6条第1項", "配信に支障がある（同第4号）", "配信の誤りが続いたため",
                     end.strftime("%-m月%-d日 %H:%M"), "佐藤 健一（bosai-chief）",
                     "自動で解除されます"):
            check_in(part, text, person)
    rows = stack.store("SELECT detail FROM audit WHERE action = 'duty' AND outcome = 'suspended'")
    check_in("Art.6-1(4)", rows[0]["detail"], "the trail")
    check_in("配信の誤りが続いたため", rows[0]["detail"], "the trail")
    subject = "一時停止中の原稿"
    town.draft(stack, "bosai-staff1", subject)
    stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                    and "依頼はまだです" in str(mail["Subject"]))
    stack.move_clock(2 * DAY - 60)
    check_equal(told(stack, "bosai-chief", "一時停止または取消の解除"), [], "before its end")
    stack.move_clock(120)
    for person in PEOPLE:
        text = wait_told(stack, person, "一時停止または取消の解除")
        check_in("これまでどおり", text, person)
        check_in("自動で解除されました", text, person)
        check_equal("システム管理者が" in text, False, "nobody has lifted it")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_broadcast(stack, subject)
    set_status(stack, "active")


def test_another_end_is_told(stack):
    first_look(stack)
    before = len(told(stack, "bosai-deputy", "一時停止"))
    lifted = len(told(stack, "bosai-deputy", "一時停止または取消の解除"))
    end = stack.now() + datetime.timedelta(days=1)
    set_status(stack, "suspended", end, 1, "研修中のため")
    wait_told(stack, "bosai-deputy", "一時停止", before + 1)
    later = end + datetime.timedelta(days=3)
    set_status(stack, "suspended", later, 1, "研修中のため")
    check_in(later.strftime("%-m月%-d日"), wait_told(stack, "bosai-deputy", "一時停止", before + 2))
    set_status(stack, "active")
    check_in("システム管理者が次のとおり決めました",
             wait_told(stack, "bosai-deputy", "一時停止または取消の解除", lifted + 1))


def test_revoked(stack):
    """No end counts; a new approver is asked for."""
    first_look(stack)
    set_status(stack, "revoked", stack.now() - datetime.timedelta(days=1), 2, "規程違反")
    for person in PEOPLE:
        text = wait_told(stack, person, "取消")
        for part in ("禁止事項に当たる行為があった", "規程違反", "様式第1号", "新しい配信責任者"):
            check_in(part, text, person)
        check_equal("終了  " in text, False, "a revocation has no end")
    subject = "取消後の原稿"
    town.draft(stack, "bosai-staff1", subject)
    stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                    and "依頼はまだです" in str(mail["Subject"]))
    set_status(stack, "active")
    request = town.request_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-chief", request, "差戻し 試験でした")


def test_an_item_that_is_none(stack):
    """A slip in what only explains does not stop a section."""
    first_look(stack)
    before = len(told(stack, "bosai-chief", "一時停止"))
    set_status(stack, "suspended", None, 9, "号の誤り")
    text = wait_told(stack, "bosai-chief", "一時停止", before + 1)
    check_in("号の誤り", text)
    check_equal("事由" in text, False)
    check_in("is none of Art. 6-1", stack.log())
    set_status(stack, "active")
    subject = "誤りのあとの原稿"
    town.draft(stack, "bosai-staff1", subject)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_broadcast(stack, subject)


if __name__ == "__main__":
    tap.main(globals())
