#!/usr/bin/env python3
"""Art. 6-2: about staff, their approver is instructed to improve matters. The approver answers by
replying, which is recorded; when the time has passed without, both sides are reminded once."""
import datetime
import os

import stack as s
import tap
import town
from tap import check_equal, check_in

DAY = 86400


def instruct(stack, reason, *args, login="bosai-staff2"):
    """The mail that the approver gets."""
    stack.kairanctl("instruct", login, "--reason", reason, *args)
    chief = f"{login.partition('-')[0]}-chief"
    return stack.wait_mail(chief, lambda mail: "【改善指示】" in str(mail["Subject"])
                           and reason in s.text_of(mail))


def mails(stack, person, mark, part):
    return [mail for mail in stack.imap(person) if mark in str(mail["Subject"])
            and part in s.text_of(mail)]


def wait_one(stack, person, mark, part):
    stack.wait_for(lambda: mails(stack, person, mark, part), what=f"{mark} to {person}")
    found = mails(stack, person, mark, part)
    check_equal(len(found), 1, f"{mark} to {person}")
    return found[0]


def answer(stack, person, to, told, words, **headers):
    quoted = "\n".join(f"> {line}" for line in s.text_of(told).splitlines())
    mail = s.make_mail(person, to, f"Re: {told['Subject']}",
                       f"{words}\n\n2026年11月27日(金) 9:00 回覧 <kairan@info.town.example>:\n"
                       f"{quoted}\n", **headers)
    return mail, stack.submit(person, to, mail)


def answers(stack):
    return stack.store("SELECT uid, role, outcome, detail FROM audit WHERE action = 'answer'"
                       " ORDER BY seq")


def test_answered(stack):
    """Recorded and told, once for a mail that comes twice; then it is overdue no more."""
    day = stack.now() + datetime.timedelta(days=7)
    told = instruct(stack, "誤配信が続いた", "--by", day.strftime("%Y-%m-%d"))
    for part in ("第6条第2項", day.strftime("%-m月%-d日 23:59"), "このメールに、行った対応"):
        check_in(part, s.text_of(told))
    check_in("answer+", s.reply_address(told))
    mail, replies = answer(stack, "bosai-chief", s.reply_address(told), told,
                           "チェック表を作り、\n二人で確かめることにしました。")
    check_equal(replies.final[0], 250, replies)
    check_equal(stack.submit("bosai-chief", s.reply_address(told), mail).final[0], 250, "again")
    seen = s.text_of(wait_one(stack, "sysadmin", "【改善指示への回答】", "誤配信が続いた"))
    check_in("> チェック表を作り、\n> 二人で確かめることにしました。", seen)
    check_equal("第6条第2項）。\n\n  課       防災課" in seen, True, seen)
    check_equal([tuple(row) for row in answers(stack)][:2],
                [("bosai-chief", "approver", outcome,
                  "bosai-staff2: チェック表を作り、 二人で確かめることにしました。")
                 for outcome in ("done", "again")], "the trail")
    stack.move_clock(8 * DAY)
    overdue = instruct(stack, "次の指示", "--by", "1d", login="kosodate-staff1")
    stack.move_clock(DAY + 1)
    wait_one(stack, "sysadmin", "【回答期限超過】", "次の指示")
    check_equal(mails(stack, "sysadmin", "【回答期限超過】", "誤配信が続いた"), [], "was answered")
    check_in("answer+", s.reply_address(overdue))


def test_overdue(stack):
    """Once, although the daemon is killed; and the reminder can be answered."""
    reason = "無断で下書きを共有した"
    instruct(stack, reason, "--by", "3d")
    stack.move_clock(3 * DAY - 60)
    check_equal(mails(stack, "bosai-chief", "【回答期限超過】", reason), [])
    stack.kill9("milter")
    stack.move_clock(120)
    stack.start("milter")
    reminder = wait_one(stack, "bosai-chief", "【回答期限超過】", reason)
    check_in("このメールに、行った対応", s.text_of(reminder))
    told = wait_one(stack, "sysadmin", "【回答期限超過】", reason)
    check_equal("このメールに、行った対応" in s.text_of(told), False, "they are not asked")
    stack.stop("milter")
    stack.move_clock(10 * DAY)
    stack.start("milter")
    _, replies = answer(stack, "bosai-chief", s.reply_address(reminder), reminder,
                        "共有をやめさせました。")
    check_equal(replies.final[0], 250, replies)
    wait_one(stack, "sysadmin", "【改善指示への回答】", "共有をやめさせました")
    wait_one(stack, "bosai-chief", "【回答期限超過】", reason)


def test_overdue_without_the_directory(stack):
    reason = "名簿の停止中の期限"
    instruct(stack, reason, "--by", "1d")
    stack.stop("slapd")
    stack.move_clock(DAY + 1)
    stack.wait_for(lambda: "instructions will be looked at later" in stack.log(), what="a try")
    stack.start("slapd")
    stack.move_clock(61)
    wait_one(stack, "bosai-chief", "【回答期限超過】", reason)


def test_only_by_who_was_instructed(stack):
    reason = "ほかの方の回答"
    told = instruct(stack, reason)
    _, replies = answer(stack, "bosai-deputy", s.reply_address(told), told, "代わりに答えます。")
    check_equal(replies.final[0] // 100, 5, replies)
    check_in("Art.14", replies.final[1])
    forged = f"answer+{'a' * 53}@info.town.example"
    _, replies = answer(stack, "bosai-chief", forged, told, "偽の宛先")
    check_equal(replies.recipients[forged][0] // 100, 5, replies)
    mail = s.make_mail("bosai-chief", s.reply_address(told), "不在", "不在にしております。",
                       Auto_Submitted="auto-replied")
    check_equal(stack.submit("bosai-chief", s.reply_address(told), mail).final[0], 250)
    _, replies = answer(stack, "bosai-chief", s.reply_address(told), told, "")
    check_equal(replies.final[0] // 100, 5, "nothing is said")
    check_equal([row["outcome"] for row in answers(stack)][-4:],
                ["wrong-person", "forged-token", "automatic", "empty"], "the trail")
    check_equal(mails(stack, "sysadmin", "【改善指示への回答】", reason), [], "nothing is told")


def test_answered_to_the_sender(stack):
    """By a client that answers From: the mail that it refers to says what it answers."""
    reason = "差出人への回答"
    told = instruct(stack, reason)
    _, replies = answer(stack, "bosai-chief", "kairan@info.town.example", told,
                        "手順を見直しました。", In_Reply_To=str(told["Message-ID"]))
    check_equal(replies.final[0], 250, replies)
    check_in("> 手順を見直しました。",
             s.text_of(wait_one(stack, "sysadmin", "【改善指示への回答】", reason)))


def test_days_that_cannot_be(stack):
    for day in ("2020-01-01", "tomorrow", "2026-13-01"):
        done = stack.kairanctl("instruct", "bosai-staff2", "--reason", "x", "--by", day, check=False)
        check_equal(done.returncode, os.EX_USAGE, day)
        check_in("--by wants a day to come", done.stderr)


if __name__ == "__main__":
    tap.main(globals())
