"""The main job: a staff draft is held, approved by reply, and reaches the subscribers."""
import re

import stack as s
import tap
import town
from tap import check_equal, check_in

TEXT = "明日10時から防災訓練を行います。\n参加をお願いします。"


def go_all_the_way(stack, staff, decider, broadcast, subject):
    town.draft(stack, staff, subject, TEXT, to=broadcast)
    request = town.request_for(stack, decider, subject)
    check_equal(len(town.broadcast(stack.sink(), subject)), 0, "mails before the approval")
    town.answer(stack, decider, request, "承認")
    town.wait_state(stack, subject, town.RELEASED)
    return town.wait_broadcast(stack, subject)


def check_broadcast(stack, mails, broadcast, subject):
    receivers = sorted(s.receiver_of(mail) for mail in mails)
    check_equal(len(receivers), town.SUBSCRIBERS, "mails")
    check_equal(len(set(receivers)), town.SUBSCRIBERS, "subscribers")
    listed = {row["address"] for row in stack.store(
        "SELECT address FROM subscriber WHERE list = ?", broadcast.partition("@")[0])}
    check_equal(set(receivers), listed, "receivers")


def test_bosai_by_approver(stack):
    subject = "防災訓練のお知らせ1"
    mails = go_all_the_way(stack, "bosai-staff1", "bosai-chief", town.BOSAI, subject)
    check_broadcast(stack, mails, town.BOSAI, subject)


def test_bosai_by_delegate(stack):
    subject = "防災訓練のお知らせ2"
    mails = go_all_the_way(stack, "bosai-staff2", "bosai-deputy", town.BOSAI, subject)
    check_broadcast(stack, mails, town.BOSAI, subject)


def test_kosodate_by_approver(stack):
    subject = "予防接種のお知らせ1"
    mails = go_all_the_way(stack, "kosodate-staff1", "kosodate-chief", town.KOSODATE, subject)
    check_broadcast(stack, mails, town.KOSODATE, subject)


def test_kosodate_by_delegate(stack):
    subject = "予防接種のお知らせ2"
    mails = go_all_the_way(stack, "kosodate-staff2", "kosodate-deputy", town.KOSODATE, subject)
    check_broadcast(stack, mails, town.KOSODATE, subject)


def test_what_the_approver_is_asked(stack):
    subject = "避難所の開設について"
    mail = town.draft(stack, "bosai-staff1", subject, TEXT)
    request = town.request_for(stack, "bosai-chief", subject)
    text = s.text_of(request)
    for part in (TEXT, subject, town.BOSAI, "bosai-staff1@town.example", "25", "承認", "差戻し"):
        check_in(part, text, "request")
    check_in(f"{len(TEXT.replace(chr(10), ''))}", text, "count of characters")
    check_equal(str(request["Auto-Submitted"]), "auto-generated")
    check_equal(s.reply_address(request).partition("@")[2], s.SERVICE)
    links = re.findall(r"mailto:decide%2B[^\s\"<>]+", text)
    check_equal(len(links), 2, "mailto links")
    check_in("body=OK%20%E6%89%BF%E8%AA%8D", links[0])
    check_in("body=reject%20%E5%B7%AE%E6%88%BB%E3%81%97", links[1])
    originals = [part for part in request.walk()
                 if part.get_content_type() == "message/rfc822"]
    check_equal(len(originals), 1, "originals attached")
    inner = originals[0].get_payload(0)
    check_equal(str(inner["Message-ID"]), str(mail["Message-ID"]), "the original's Message-ID")
    check_equal(s.text_of(inner).rstrip("\n"), TEXT, "the original's text")


def test_each_is_asked_with_an_own_token(stack):
    subject = "トークンはそれぞれ"
    town.draft(stack, "bosai-staff1", subject)
    addresses = {s.reply_address(town.request_for(stack, who, subject))
                 for who in ("bosai-chief", "bosai-deputy")}
    check_equal(len(addresses), 2, "different tokens")
    for address in addresses:
        local = address.partition("@")[0]
        check_equal(len(local) <= 64 and local == local.lower(), True, "local part")


def test_the_author_gets_a_receipt_and_can_withdraw(stack):
    subject = "取下げの試験"
    town.draft(stack, "bosai-staff1", subject)
    receipt = stack.wait_mail(
        "bosai-staff1", lambda mail: subject in str(mail["Subject"])
        and s.reply_address(mail).startswith("draft+"))
    check_in("佐藤 健一（配信責任者）、", s.text_of(receipt), "who was asked")
    town.answer(stack, "bosai-staff1", receipt, "取下げ")
    town.wait_state(stack, subject, town.WITHDRAWN)
    stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                    and not s.reply_address(mail).startswith("decide+TOKEN")
                    and "取下げ" in s.text_of(mail) and "【承認依頼】" not in str(mail["Subject"]))
    request = town.request_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-chief", request, "承認")
    stack.wait_for(lambda: [row for row in town.audit(stack, subject, "reply")
                            if row["outcome"] == "withdrawn"], what="the audit row")
    check_equal(town.state_of(stack, subject), town.WITHDRAWN)


def test_the_broadcast_as_residents_get_it(stack):
    subject = "給水のお知らせ"
    mails = go_all_the_way(stack, "bosai-staff1", "bosai-chief", town.BOSAI, subject)
    for mail in mails:
        check_equal(s.text_of(mail).rstrip("\n"), TEXT, "text")
        check_equal(town.name_of(mail)[1], town.BOSAI, "From:")
        check_in("防災", town.name_of(mail)[0], "display name")
        check_in(town.BOSAI, str(mail["To"]), "To:")
        check_equal(mail.get_content_charset(), "iso-2022-jp", "charset")
        check_equal(str(mail["Content-Transfer-Encoding"]).lower(), "7bit")
        check_equal(str(mail["Auto-Submitted"]), "auto-generated")
        check_in("bosai.info.town.example", str(mail["List-Id"]))
        check_in("mailto:leave-bosai@info.town.example", str(mail["List-Unsubscribe"]))
        check_in("@info.town.example>", str(mail["Message-ID"]))
        octets = mail.as_bytes()
        for trace in (b"bosai-staff1", b"X-Mailer", b"User-Agent", b"127.0.0.1:", b"client.example"):
            check_equal(trace in octets, False, f"trace {trace}")
        others = [s.receiver_of(other) for other in mails
                  if s.receiver_of(other) != s.receiver_of(mail)]
        for other in others:
            check_equal(other.encode() in octets, False, "other subscribers")


def test_utf8_where_a_character_has_no_place(stack):
    subject = "寿司の日"
    stack.configure(wide_lists="bosai")
    town.draft(stack, "bosai-staff1", subject, "今日は🍣の日です。髙橋")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    mails = town.wait_broadcast(stack, subject)
    check_equal(mails[0].get_content_charset(), "utf-8", "charset")
    check_equal(s.text_of(mails[0]).rstrip("\n"), "今日は🍣の日です。髙橋")
    stack.configure(wide_lists="")


def test_always_one_charset(stack):
    """The setting, whatever the characters are and the list may have."""
    subject = "いつも同じ文字コード"
    stack.configure(outgoing_charset="utf-8")
    town.draft(stack, "bosai-staff1", subject, "明日は防災訓練です。")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    mails = town.wait_broadcast(stack, subject)
    check_equal(mails[0].get_content_charset(), "utf-8", "charset")
    check_equal(s.text_of(mails[0]).rstrip("\n"), "明日は防災訓練です。")
    stack.configure(outgoing_charset="iso-2022-jp", wide_lists="bosai")
    mail = s.make_mail("bosai-staff1", town.BOSAI, "寿司の日2", "今日は🍣の日です。")
    final = stack.submit("bosai-staff1", town.BOSAI, mail).final
    check_equal(final[0], 554)
    check_in("Art.13-2(3)", final[1])
    stack.configure(outgoing_charset="auto", wide_lists="")


def test_report_to_author_and_deciders(stack):
    subject = "報告の試験"
    go_all_the_way(stack, "bosai-staff1", "bosai-deputy", town.BOSAI, subject)
    for who in ("bosai-staff1", "bosai-chief", "bosai-deputy"):
        report = stack.wait_mail(who, lambda mail: subject in str(mail["Subject"])
                                 and "配信完了" in str(mail["Subject"]))
        check_in(str(town.SUBSCRIBERS), s.text_of(report))


def test_others_are_told_of_the_approval(stack):
    subject = "承認の通知"
    go_all_the_way(stack, "bosai-staff1", "bosai-deputy", town.BOSAI, subject)
    name = stack.store("SELECT decided_name FROM draft WHERE subject = ?", subject)[0][0]
    for who in ("bosai-staff1", "bosai-chief"):
        stack.wait_mail(who, lambda mail: subject in str(mail["Subject"])
                        and "承認されました" in s.text_of(mail) and name in s.text_of(mail))


def test_approve_twice(stack):
    subject = "二度の承認"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    other = town.request_for(stack, "bosai-deputy", subject)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.RELEASED)
    town.answer(stack, "bosai-chief", request, "承認")
    town.answer(stack, "bosai-deputy", other, "差戻し 日付が違います")
    told = stack.wait_mail("bosai-deputy", lambda mail: subject in str(mail["Subject"])
                           and "処理済" in str(mail["Subject"]))
    name = stack.store("SELECT decided_name FROM draft WHERE subject = ?", subject)[0][0]
    check_in(name, s.text_of(told), "who decided first")
    check_equal(town.state_of(stack, subject), town.RELEASED)
    check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS, "mails")
    check_equal(len(stack.store("SELECT * FROM audit WHERE draft = ? AND outcome = 'approved'",
                                town.draft_id(stack, subject))), 1, "approvals")


def test_send_back_and_approve_after(stack):
    subject = "返送の試験"
    town.draft(stack, "bosai-staff1", subject, TEXT)
    request = town.request_for(stack, "bosai-chief", subject)
    other = town.request_for(stack, "bosai-deputy", subject)
    town.answer(stack, "bosai-chief", request, "差戻し\n時刻を直してください。")
    town.wait_state(stack, subject, town.SENT_BACK)
    back = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                           and "差戻し" in str(mail["Subject"]))
    check_in("時刻を直してください。", s.text_of(back), "reason")
    check_in(TEXT, s.text_of(back), "text to edit")
    town.answer(stack, "bosai-deputy", other, "承認")
    stack.wait_mail("bosai-deputy", lambda mail: subject in str(mail["Subject"])
                    and "処理済" in str(mail["Subject"]))
    check_equal(town.state_of(stack, subject), town.SENT_BACK)
    check_equal(len(town.broadcast(stack.sink(), subject)), 0, "mails")


def test_send_back_without_a_reason(stack):
    subject = "理由のない返送"
    town.draft(stack, "bosai-staff1", subject, TEXT)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "差戻し")
    back = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                           and "差戻し" in str(mail["Subject"]))
    check_in("理由は書かれていませんでした", s.text_of(back))


def test_vacation_reply_decides_nothing(stack):
    subject = "休暇の自動応答"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    before = len(stack.imap("bosai-chief"))
    address = s.reply_address(request)
    marked = s.make_mail("bosai-chief", address, "Auto: 不在", "承認 不在です",
                         Auto_Submitted="auto-replied")
    check_equal(stack.submit("bosai-chief", address, marked).final[0], 250, "marked")
    null = s.make_mail("bosai-chief", address, "Auto: 不在", "承認 不在です")
    check_equal(stack.mx_send("<>", address, null).final[0], 250, "null sender")
    unmarked = s.make_mail("bosai-chief", address, "不在", "ただいま休暇中です。")
    check_equal(stack.submit("bosai-chief", address, unmarked).final[0], 250, "unmarked")
    stack.wait_mail("bosai-chief", lambda mail: "ただいま休暇中です。" in s.text_of(mail))
    check_equal(stack.submit("bosai-chief", address, unmarked).final[0], 250, "again")
    check_equal(town.state_of(stack, subject), town.HELD)
    outcomes = [row["outcome"] for row in town.audit(stack, subject, "reply")]
    check_equal(outcomes, ["automatic"] * 2 + ["unclear", "again"], "audit rows")
    check_equal(len(stack.imap("bosai-chief")), before + 1, "told once")


def test_case_folded_token(stack):
    subject = "大文字の宛先"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    local, _, domain = s.reply_address(request).partition("@")
    mail = town.answer_mail("bosai-chief", request, "OK")
    check_equal(stack.submit("bosai-chief", f"{local.upper()}@{domain}", mail).final[0], 250)
    town.wait_state(stack, subject, town.RELEASED)


def test_clients_of_all_kinds(stack):
    """Drafts in the charsets and encodings that people's clients use."""
    for number, charset in enumerate(("iso-2022-jp", "shift_jis", "euc-jp", "utf-8")):
        subject = f"文字コード{number}"
        mail = s.make_mail("bosai-staff1", town.BOSAI, subject, TEXT + "\n-- \n署名", charset)
        check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250, charset)
        check_equal(stack.store("SELECT text FROM draft WHERE subject = ?", subject)[0][0], TEXT)
    subject = "二つの形"
    mail = s.make_mail("bosai-staff1", town.BOSAI, subject, TEXT)
    mail.add_alternative(f"<p>{TEXT}</p>", subtype="html")
    check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250, "alternative")
    check_equal(stack.store("SELECT text FROM draft WHERE subject = ?", subject)[0][0], TEXT)


def test_list_and_show(stack):
    subject = "一覧に出る"
    town.draft(stack, "bosai-staff1", subject)
    check_in(subject, stack.kairanctl("list").stdout)
    check_in(subject, stack.kairanctl("list", "held").stdout)
    shown = stack.kairanctl("show", str(town.draft_id(stack, subject))).stdout
    for part in (subject, "held", "bosai-chief", "submit"):
        check_in(part, shown)
    check_equal(stack.kairanctl("show", "99999", check=False).returncode, 66)
    check_equal(stack.kairanctl("list", "nonsense", check=False).returncode, 64)
    wrong = stack.kairanctl("nonsense", check=False)
    check_equal(wrong.returncode, 64)
    check_in("subscribers import", wrong.stderr)


if __name__ == "__main__":
    tap.main(globals())
