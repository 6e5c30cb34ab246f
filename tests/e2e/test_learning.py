#!/usr/bin/env python3
"""What stands below a decision: it is named where it is in the way, and learned where the person
says that it is a signature; never by itself."""
import json
import os
import subprocess
import urllib.parse

import stack as s
import tap
import town
from tap import check_equal, check_in

# Added below every mail by a gateway that kairan knows nothing of.
FOOTER = "例町情報管理規則第12条の場合を除き、このメールの内容を第三者に転送しないでください。"
SIGNATURE = "いつもお世話になっております係\n内線 4321（昼休みの場合は代表へ）"
counter = iter(range(1, 10 ** 6))


def held(stack, person="bosai-chief", section="bosai"):
    """A draft that waits, and the request that a person got."""
    subject = f"署名の試験{next(counter)}号"
    to = town.BOSAI if section == "bosai" else town.KOSODATE
    town.draft(stack, f"{section}-staff1", subject, to=to)
    return subject, town.request_for(stack, person, subject)


def unclear(stack, person, subject):
    """The mail that asks back."""
    return stack.wait_mail(person, lambda mail: subject in str(mail["Subject"]) and
                           str(mail["Subject"]).startswith(("【確認】", "[Please answer again]")))


def ready_replies(mail):
    """Address and body of the links of a mail that are written already."""
    links = [urllib.parse.urlsplit(line.strip()) for line in s.text_of(mail).splitlines()
             if line.strip().startswith("mailto:")]
    return [(urllib.parse.unquote(link.path), urllib.parse.parse_qs(link.query)["body"][0])
            for link in links]


def teach(stack, person, told, below):
    """Tap on the ready reply; the mail system adds what it always adds."""
    (address, words), = ready_replies(told)
    check_equal(address, s.reply_address(told))
    mail = s.make_mail(person, address, "Re: x", f"{words}\n\n{below}\n")
    check_equal(stack.submit(person, address, mail).final[0], 250)


def signatures(stack, person):
    return stack.store("SELECT * FROM signature WHERE uid = ?", person)


def test_taught_by_the_ready_reply(stack):
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, f"承認\n\n{SIGNATURE}\n{FOOTER}")
    told = unclear(stack, "bosai-chief", subject)
    check_equal(town.state_of(stack, subject), town.HELD)
    check_equal(s.reply_address(told), s.reply_address(request))
    text = s.text_of(told)
    check_in("「内線 4321（昼休みの場合は代表へ）」", text)
    check_in("条件や質問ではないときに限り", text)
    check_equal([words for _, words in ready_replies(told)], ["OK 承認 以下署名"])
    check_equal(signatures(stack, "bosai-chief"), [], "nothing is learned by itself")
    teach(stack, "bosai-chief", told, f"{SIGNATURE}\n{FOOTER}")
    town.wait_state(stack, subject, town.RELEASED)
    row, = signatures(stack, "bosai-chief")
    check_equal((row["draft"], row["lines"]), (town.draft_id(stack, subject), 3))
    learned, = town.audit(stack, subject, "learn-signature")
    check_in(row["hash"], learned["detail"])
    check_equal(learned["seq"], town.audit(stack, subject, "approve")[0]["seq"] + 1)
    # From then on, however it is wrapped; and it is no reason.
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request,
                f"承認します。\n\n\n {SIGNATURE}\n{FOOTER[:30]}\n{FOOTER[30:]}")
    town.wait_state(stack, subject, town.RELEASED)
    check_equal(stack.store("SELECT reason FROM draft WHERE subject = ?", subject)[0]["reason"] or "",
                "")
    approved = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                               and "承認済み" in str(mail["Subject"]))
    check_equal("理由" in s.text_of(approved), False, "a signature is no reason")


def test_a_remark_is_told(stack):
    """What stands below an approval, and is no signature; and a stop without a reason has not
    that of the approval."""
    stack.move_clock_to(22, 30)
    stack.configure(quiet_hours="21:00-07:00")
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, "承認\n\n分かりやすい文です\n\n防災課長 佐藤 健一\n")
    town.wait_state(stack, subject, town.APPROVED)
    approved = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                               and "承認済み" in str(mail["Subject"]))
    lines = s.text_of(approved).splitlines()
    check_in("  備考     分かりやすい文です", lines)
    check_equal([line for line in lines if "理由" in line or "佐藤 健一" in line][1:], [],
                "besides the decider")
    town.answer(stack, "bosai-chief", request, "停止")
    town.wait_state(stack, subject, town.WITHDRAWN)
    stopped = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                              and "停止" in str(mail["Subject"]))
    check_equal("分かりやすい" in s.text_of(stopped), False, "the approval's remark")
    stack.configure(quiet_hours="none")


def test_what_is_added_to_it_is_read(stack):
    """A condition above what was taught, and below it."""
    taught_to(stack, "bosai-chief")
    for words in (f"承認\nただし10時に送ってください\n\n{SIGNATURE}\n{FOOTER}",
                  f"承認\n\n{SIGNATURE}\n{FOOTER}\n\nただし10時に送ってください"):
        subject, request = held(stack)
        town.answer(stack, "bosai-chief", request, words)
        told = unclear(stack, "bosai-chief", subject)
        check_in("「ただし10時に送ってください」", s.text_of(told))
        check_equal(town.state_of(stack, subject), town.HELD)


def taught_to(stack, person):
    """Make sure that the person has taught it."""
    if signatures(stack, person):
        return
    subject, request = held(stack, person)
    town.answer(stack, person, request, f"承認 以下署名\n\n{SIGNATURE}\n{FOOTER}")
    town.wait_state(stack, subject, town.RELEASED)
    check_equal(len(signatures(stack, person)), 1)


def test_a_condition_typed_twice(stack):
    for _ in range(3):
        subject, request = held(stack)
        town.answer(stack, "bosai-chief", request, "承認\n10時に送ってもらえるならば")
        unclear(stack, "bosai-chief", subject)
        check_equal(town.state_of(stack, subject), town.HELD)
        check_equal(town.audit(stack, subject, "learn-signature"), [])


def test_another_decision_is_no_signature(stack):
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, "承認 以下署名\n\n差戻し\n時刻が違います")
    unclear(stack, "bosai-chief", subject)
    check_equal(town.state_of(stack, subject), town.HELD)
    check_equal(town.audit(stack, subject, "learn-signature"), [])


def test_of_one_person(stack):
    """What the section head has taught is not the deputy's."""
    taught_to(stack, "bosai-chief")
    subject, request = held(stack, "bosai-deputy")
    town.answer(stack, "bosai-deputy", request, f"承認\n\n{SIGNATURE}\n{FOOTER}")
    unclear(stack, "bosai-deputy", subject)
    check_equal(town.state_of(stack, subject), town.HELD)


def test_forgotten(stack):
    taught_to(stack, "bosai-chief")
    row, = signatures(stack, "bosai-chief")
    listed = json.loads(stack.kairanctl("people", "signatures", "list", "--json").stdout)
    check_equal([(one["login"], one["lines"]) for one in listed], [("bosai-chief", 3)])
    check_in(SIGNATURE.splitlines()[0],
             stack.kairanctl("people", "signatures", "list", "bosai-chief").stdout)
    for args in (("bosai-deputy", row["hash"]), ("bosai-chief", "0" * 16)):
        done = stack.kairanctl("people", "signatures", "forget", *args, check=False)
        check_equal(done.returncode, 66, done.stderr)
    check_equal(len(signatures(stack, "bosai-chief")), 1)
    stack.kairanctl("people", "signatures", "forget", "bosai-chief", row["hash"][:16])
    check_equal(signatures(stack, "bosai-chief"), [])
    forgotten, = stack.store("SELECT * FROM audit WHERE action = 'forget-signature'")
    check_in(row["hash"], forgotten["detail"])
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, f"承認\n\n{SIGNATURE}\n{FOOTER}")
    unclear(stack, "bosai-chief", subject)
    check_equal(town.state_of(stack, subject), town.HELD)


def test_what_the_directory_knows(stack):
    """What reads like a doubt in somebody's address does not, once the directory has it."""
    below = "防災課長　佐藤健一\n〒000-0000 例町停止通り一丁目\n電話 00-1234-5678"
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, f"承認\n\n{below}")
    check_in("「〒000-0000 例町停止通り一丁目」",
             s.text_of(unclear(stack, "bosai-chief", subject)))
    stack.ldapmodify("dn: uid=bosai-chief,ou=people,dc=town,dc=example\nchangetype: modify\n"
                     "add: postalAddress;lang-ja\n"
                     "postalAddress;lang-ja: 〒000-0000 例町停止通り一丁目 $ 例町役場\n")
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, f"承認\n\n{below}")
    town.wait_state(stack, subject, town.RELEASED)


def test_every_obstacle_is_said(stack):
    for words, sentence, line in (
            ("> 承認\n", "書かれた言葉がありませんでした", None),
            ("確認中です", "決まった言葉（「承認」など）で始まっていませんでした", "確認中です"),
            ("承認でいいですか？", "ご質問のように", "承認でいいですか？"),
            ("承認。ただし10時に送ってください", "条件、打ち消し", "承認。ただし10時に送ってください"),
            ("承認\n\n現在不在にしております。", "不在のお知らせ", "現在不在にしております。"),
            ("取下げ", "今の状態では", "取下げ")):
        subject, request = held(stack)
        town.answer(stack, "bosai-chief", request, words)
        told = unclear(stack, "bosai-chief", subject)
        text = s.text_of(told)
        check_in(sentence, text, words)
        if line is not None:
            check_in(f"「{line}」", text, words)
        check_equal(s.reply_address(told), s.reply_address(request))
        check_equal(len(ready_replies(told)), int("現在不在" in words), words)
        check_equal(town.state_of(stack, subject), town.HELD)


def write(stack, name, text):
    path = stack.directory / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    return path


def test_lines_of_the_town(stack):
    """reply_banners above, reply_footers below; the words around them are read as ever."""
    banners = write(stack, "banners.conf",
                    'pattern "above" { words = { "《庁外より受信・要注意》" } }\n')
    footers = write(stack, "footers.conf",
                    'pattern "below" { words = { "本通信の利用は規則の場合に限ります" } }\n')
    words = "《庁外より受信・要注意》\n承認\n\n本通信の利用は規則の場合に限ります\n"
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, words)
    check_in("《庁外より受信・要注意》", s.text_of(unclear(stack, "bosai-chief", subject)))
    stack.configure(reply_banners=str(banners), reply_footers=str(footers))
    try:
        subject, request = held(stack)
        town.answer(stack, "bosai-chief", request, words)
        town.wait_state(stack, subject, town.RELEASED)
        subject, request = held(stack)
        town.answer(stack, "bosai-chief", request, words + "ただし10時に送ってください\n")
        unclear(stack, "bosai-chief", subject)
        check_equal(town.state_of(stack, subject), town.HELD)
    finally:
        stack.configure(reply_banners="", reply_footers="")


def test_a_bad_pattern_is_named(stack):
    conf = stack.env["KAIRAN_CONF"]
    with open(conf, encoding="utf-8") as file:
        good = file.read()
    for setting in ("reply_banners", "reply_footers"):
        for pattern, words in (("pattern \"x\" { expression = '(' }", "x"),
                               ("pattern \"all\" { expression = '.*' }", "all")):
            path = write(stack, "bad.conf", pattern + "\n")
            tried = write(stack, "tried.conf", f'{good}{setting} = "{path}"\n')
            os.chmod(tried, 0o640)
            done = subprocess.run(
                [f"{stack.env['KAIRAN_BIN']}/kairan-milter", "-n", "-c", tried],
                capture_output=True, text=True, check=False)
            check_equal(done.returncode, 78, done.stderr)
            check_in("bad.conf", done.stderr, setting)
            check_in(words, done.stderr)


def footer_alarms(stack):
    return stack.store("SELECT * FROM alarm WHERE name LIKE 'footer %'")


def test_below_the_replies_of_three(stack):
    """The administrators are told once, until the setting finds the line."""
    line = ("例町グループウェアより自動で付加された文です。" + "内容についての確認は各課の窓口で承ります。" * 6
            + "取り扱いに制限がある場合は規則に従います。")
    alarms = len(footer_alarms(stack))
    for person in ("bosai-chief", "bosai-chief", "bosai-deputy", "kosodate-chief"):
        check_equal(len(footer_alarms(stack)), alarms, person)
        subject, request = held(stack, person, person.split("-", maxsplit=1)[0])
        town.answer(stack, person, request, f"承認\n\n{line}")
        unclear(stack, person, subject)
    told = stack.wait_mail("sysadmin", lambda mail: line in s.text_of(mail))
    check_in("reply_footers", s.text_of(told))
    subject, request = held(stack)
    town.answer(stack, "bosai-chief", request, f"承認\n\n{line[:40]} {line[40:]}")
    unclear(stack, "bosai-chief", subject)
    check_equal([row["detail"] for row in footer_alarms(stack)][alarms:], [line])
    footers = write(stack, "footers.conf", f'pattern "groupware" {{ words = {{ "{line}" }} }}\n')
    stack.configure(reply_footers=str(footers))
    try:
        stack.wait_for(lambda: len(footer_alarms(stack)) == alarms, what="the end of the alarm")
        check_equal(len([mail for mail in stack.imap("sysadmin") if line in s.text_of(mail)]), 1)
        subject, request = held(stack)
        town.answer(stack, "bosai-chief", request, f"承認\n\n{line}")
        town.wait_state(stack, subject, town.RELEASED)
    finally:
        stack.configure(reply_footers="")


if __name__ == "__main__":
    tap.main(globals())
