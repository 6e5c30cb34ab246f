#!/usr/bin/env python3
"""Before the town has it: a draft that is only shown to its writer (preview+LIST@), and one that
goes to the drill list alone (【訓練】)."""
import email.policy
import json

import stack as s
import tap
import test_twins as twins
import town
from tap import check_equal, check_in

PREVIEW = f"preview+bosai@{s.SERVICE}"
# Of a mail as residents get it: what is not of the draft alone, or of the way that it went.
OF_ITS_OWN = ("message-id", "date", "received", "return-path", "delivered-to", "x-original-to")


def submit(stack, user, subject, text="明日は防災訓練です。", to=PREVIEW, mail=None, **headers):
    if mail is None:
        mail = s.make_mail(user, to if isinstance(to, str) else to[0], subject, text, **headers)
    return stack.submit(user, to, mail)


def taken(replies):
    check_equal(replies.final[0] if replies.final else None, 250, replies)


def preview_of(stack, user, subject, mark="【プレビュー】"):
    return stack.wait_mail(user, lambda mail: mark in str(mail["Subject"])
                           and subject in str(mail["Subject"]))


def previews(stack, user, subject):
    return [mail for mail in stack.imap(user) if "【プレビュー】" in str(mail["Subject"])
            and subject in str(mail["Subject"])]


def attached(mail):
    """The mails in it, by the names of their files."""
    return {part.get_filename(): part.get_content() for part in mail.iter_attachments()}


def as_received(mail):
    """The header, without what is its own, and the octets of the body."""
    header = [(name, value) for name, value in mail.items()
              if name.lower() not in OF_ITS_OWN]
    body = mail.as_bytes(policy=email.policy.compat32).split(b"\n\n", 1)[1]
    return header, body.replace(b"\r\n", b"\n").rstrip(b"\n")


def drafts(stack):
    return stack.store("SELECT count(*) AS count FROM draft")[0]["count"]


def trail(stack, outcome, uid="bosai-staff1"):
    return stack.store("SELECT * FROM audit WHERE action = 'preview' AND uid = ? AND outcome = ?"
                       " ORDER BY seq", uid, outcome)


def test_it_is_what_residents_get(stack):
    stack.configure(broadcast_footer="standard")
    subject, text = "試し見です", "明日は防災訓練です。\n午前九時に公園へ。"
    before, rows = drafts(stack), len(trail(stack, "answered"))
    taken(submit(stack, "bosai-staff1", subject, text))
    mail = preview_of(stack, "bosai-staff1", subject)
    note = s.text_of(mail)
    for part in ("起案も、承認の依頼も、配信もしていません", "利用者   25 人", "ISO-2022-JP",
                 "午前九時に公園へ。", f"leave-bosai@{s.SERVICE}", f"{town.BOSAI} へ送って"):
        check_in(part, note)
    check_equal(drafts(stack), before, "drafts")
    check_equal(town.notices(stack, "bosai-chief", subject), [], "the approver's mail")
    check_equal(trail(stack, "answered")[rows]["detail"], town.BOSAI, "the trail")
    check_equal(str(mail["Reply-To"] or "").startswith(("draft", "decide")), False, "answers")
    shown = attached(mail)
    check_equal(list(shown), ["preview.eml"], "what is attached")
    town.draft(stack, "bosai-staff1", subject, text)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    got = town.wait_broadcast(stack, subject)[0]
    check_equal(as_received(shown["preview.eml"]), as_received(got), "the mail")
    check_in("iso-2022-jp", str(got["Content-Type"]).lower())
    stack.configure(broadcast_footer="none")


def test_in_each_language(stack):
    twins.prepare(stack)
    subject, text = "試し見の避難所", twins.TEXT.format(english="Preview shelter")
    taken(submit(stack, "bosai-staff1", subject, text))
    mail = preview_of(stack, "bosai-staff1", subject)
    shown = attached(mail)
    check_equal(sorted(shown), ["preview-en.eml", "preview-zh.eml", "preview.eml"], "attached")
    note = s.text_of(mail)
    for part in ("ほかの言語 英語（bosai-en）：利用者 3 人", "(UTF-8)", "Please go there now."):
        check_in(part, note)
    town.draft(stack, "bosai-staff1", subject, text)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    for name, title in (("preview.eml", subject), ("preview-en.eml", "Preview shelter"),
                        ("preview-zh.eml", "避难所")):
        got = town.wait_broadcast(stack, title, 2)[0]
        check_equal(as_received(shown[name]), as_received(got), name)
    twins.set_twins(stack)


def test_in_english(stack):
    to = f"preview-kosodate@{s.SERVICE}"
    taken(submit(stack, "kosodate-staff2", "Seen first", "The nursery is closed.", to))
    note = s.text_of(preview_of(stack, "kosodate-staff2", "Seen first", "[Preview]"))
    for part in ("no draft is held", "Subscribers  25", town.KOSODATE):
        check_in(part, note)


def test_in_bcc_it_holds_nothing(stack):
    """To: the broadcast itself, whichever of the two is named first."""
    before = drafts(stack)
    for number, to in enumerate(((town.BOSAI, PREVIEW), (PREVIEW, town.BOSAI))):
        subject = f"控えに入れて {number}"
        taken(submit(stack, "bosai-staff1", subject, to=list(to)))
        note = s.text_of(preview_of(stack, "bosai-staff1", subject))
        check_in(f"{town.BOSAI} にも起案していません", " ".join(note.split()))
    check_equal(drafts(stack), before, "drafts")
    check_equal(town.notices(stack, "bosai-chief", "控えに入れて"), [], "the approver's mail")
    taken(submit(stack, "bosai-staff1", "控えを外して", to=town.BOSAI))
    town.request_for(stack, "bosai-chief", "控えを外して")
    check_equal(drafts(stack), before + 1, "drafts")


def test_others_of_the_mail_get_it(stack):
    taken(submit(stack, "bosai-staff1", "同僚にも", to=[PREVIEW, "bosai-staff2@town.example"]))
    preview_of(stack, "bosai-staff1", "同僚にも")
    stack.wait_mail("bosai-staff2", lambda mail: str(mail["Subject"]) == "同僚にも")
    check_equal(town.draft_id(stack, "同僚にも"), None, "a draft")


def test_a_correction_is_not_held_either(stack):
    town.draft(stack, "bosai-staff1", "直す前の配信")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", "直す前の配信"), "承認")
    report = stack.wait_mail("bosai-staff1", town.subject_is("【配信完了】直す前の配信"))
    before = drafts(stack)
    mail = s.make_mail("bosai-staff1", s.reply_address(report), f"Re: {report['Subject']}",
                       "正しくはあさってです。", In_Reply_To=str(report["Message-ID"]))
    taken(submit(stack, "bosai-staff1", "", to=[s.reply_address(report), PREVIEW], mail=mail))
    note = preview_of(stack, "bosai-staff1", "Re:")
    check_in("起案していません", s.text_of(note))
    check_equal(drafts(stack), before, "drafts")


def test_what_an_approver_would_be_warned_of(stack):
    taken(submit(stack, "bosai-staff1", "曜日", "11月3日(月)に訓練があります。"))
    mail = preview_of(stack, "bosai-staff1", "曜日")
    check_in("【要確認】", str(mail["Subject"]))
    note = s.text_of(mail)
    check_in("起案する前に、次のことを確かめて", note)
    check_in("11月3日(月)", note)


def test_errors_are_those_of_a_draft(stack):
    before, rows = drafts(stack), len(trail(stack, "too-long"))
    replies = submit(stack, "bosai-staff1", "長すぎる", "あ" * 201)
    check_equal(replies.final[0], 554, replies)
    refused = s.text_of(stack.wait_mail(
        "bosai-staff1", lambda mail: "【受付できません】" in str(mail["Subject"])
        and "長すぎる" in str(mail["Subject"])))
    check_in("201 文字", refused)
    taken(submit(stack, "bosai-staff1", "長すぎるまま", "あ" * 201, to=[town.BOSAI, PREVIEW]))
    stack.wait_mail("bosai-staff1", lambda mail: "【受付できません】" in str(mail["Subject"])
                    and "長すぎるまま" in str(mail["Subject"]))
    check_equal(drafts(stack), before, "drafts")
    check_equal(len(trail(stack, "too-long")), rows + 2, "the trail")
    check_equal(previews(stack, "bosai-staff1", "長すぎる"), [], "previews")


def test_who_may_not_write_sees_nothing(stack):
    before = drafts(stack)
    for user in ("bosai-chief", "kosodate-staff1", "sysadmin"):
        replies = submit(stack, user, "見てみたい")
        check_equal(replies.recipients[PREVIEW][0], 550, user)
    for sender in ("x@phone.sink.example", "bosai-staff1@town.example", ""):
        replies = stack.mx_send(sender, PREVIEW, s.make_mail("bosai-staff1", PREVIEW, "外から", "x"))
        check_equal(replies.recipients[PREVIEW][0], 550, sender)
    for to in (f"preview+nobody@{s.SERVICE}", f"preview@{s.SERVICE}"):
        check_equal(submit(stack, "bosai-staff1", "ない宛先", to=to).recipients[to][0], 550, to)
    check_equal(drafts(stack), before, "drafts")
    check_equal(previews(stack, "bosai-chief", "見てみたい"), [], "previews")


def test_the_same_mail_is_shown_once(stack):
    mail = s.make_mail("bosai-staff1", PREVIEW, "二度送信", "明日です。")
    for _ in range(2):
        taken(submit(stack, "bosai-staff1", "", mail=mail))
    preview_of(stack, "bosai-staff1", "二度送信")
    check_equal(len(stack.store("SELECT id FROM outbox WHERE kind = 'preview'"
                                " AND facts LIKE '%二度送信%'")), 1, "mails")
    check_equal(len(trail(stack, "again")), 1, "the trail")


def test_a_directory_that_is_away_is_no_answer(stack):
    uri = stack.env["LDAPURI"]
    stack.configure(ldap_uri="ldap://127.0.0.1:9")
    try:
        replies = submit(stack, "bosai-staff1", "台帳なし")
        check_equal(replies.recipients[PREVIEW][0], 451, replies)
    finally:
        stack.configure(ldap_uri=uri)
    check_equal(previews(stack, "bosai-staff1", "台帳なし"), [], "previews")


def test_help_tells_of_it(stack):
    help_address = f"help@{s.SERVICE}"
    taken(stack.submit("bosai-staff1", help_address,
                       s.make_mail("bosai-staff1", help_address, "", "")))
    check_in(PREVIEW, s.text_of(stack.wait_mail("bosai-staff1", town.subject_is("【使い方】"))))


# ---- drills ----

DRILL = "bosai-drill"
DRILLERS = 4
MARK = "【訓練】"


def set_drill_list(stack, *values, cn="bosai"):
    stack.ldapmodify(f"dn: cn={cn},ou=broadcasts,dc=town,dc=example\nchangetype: modify\n"
                     "replace: kairanDrillList\n"
                     + "".join(f"kairanDrillList: {value}\n" for value in values))
    wanted = values[0] if values else ""
    stack.wait_for(lambda: stack.store("SELECT 1 FROM snapshot WHERE mail = ? AND drill = ?",
                                       f"{cn}@{s.SERVICE}", wanted), what="the drill list")


def prepare_drill(stack):
    if not twins.addresses(stack, DRILL):
        set_drill_list(stack, DRILL)
        twins.register(stack, DRILL, DRILLERS)


def approve(stack, subject, words="承認"):
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), words)


def receivers_of(stack, subject, count=DRILLERS):
    town.wait_state(stack, subject, town.RELEASED, 60)
    return twins.receivers(town.wait_broadcast(stack, subject, count))


def refused(stack, subject):
    return s.text_of(stack.wait_mail(
        "bosai-staff1", lambda mail: "【受付できません】" in str(mail["Subject"])
        and subject in str(mail["Subject"])))


def test_a_drill_without_a_drill_list_is_refused(stack):
    """Nobody has said to whom it may go, and the town is not asked."""
    before = drafts(stack)
    replies = submit(stack, "bosai-staff1", f"{MARK}名簿なし", to=town.BOSAI)
    check_equal(replies.final[0], 554, replies)
    check_in("kairanDrillList", replies.final[1])
    check_in("kairanDrillList", refused(stack, "名簿なし"))
    replies = submit(stack, "bosai-staff1", f"{MARK}名簿なしの見本")
    check_equal(replies.final[0], 554, replies)
    check_equal(drafts(stack), before, "drafts")


def test_a_drill_goes_to_the_drill_list_alone(stack):
    prepare_drill(stack)
    subject = f"{MARK}避難指示"
    town.draft(stack, "bosai-staff1", "【 訓練 】避難指示", "川の水が増えています。")
    request = town.request_for(stack, "bosai-chief", subject)
    receipt = twins.notice(stack, "bosai-staff1", subject, "【受付】")
    for mail in (request, receipt):
        check_in("★ 訓練です", s.text_of(mail))
        check_in(f"利用者   {DRILLERS} 人", s.text_of(mail))
        check_equal("訓練や試験を思わせる" in s.text_of(mail), False, "no warning of the word")
    check_in("★ 訓練です", request.get_body(("html",)).get_content())
    town.answer(stack, "bosai-chief", request, "承認")
    check_equal(receivers_of(stack, subject), twins.addresses(stack, DRILL), "who has it")
    mail = town.broadcast(stack.sink(), subject)[0]
    check_equal(s.text_of(mail).strip(), f"{MARK}\n川の水が増えています。", "the text")
    check_equal(mail["List-Unsubscribe"], None, "how to leave")
    check_in("★ 訓練です", s.text_of(twins.notice(stack, "bosai-chief", subject, "【配信完了】")))
    submitted = town.audit(stack, subject, "submit")[0]
    check_in(f"drill to the list {DRILL}", submitted["detail"])
    check_equal([row["detail"] for row in town.audit(stack, subject, "release")][0], "drill")
    # Nor does the town's web page tell of it.
    row = stack.store("SELECT published FROM draft WHERE subject = ?", subject)[0]
    check_equal(row["published"], 2, "what is told beside the mail")


def test_the_half_mark_is_neither(stack):
    prepare_drill(stack)
    before = drafts(stack)
    for number, start in enumerate(("【訓練", "訓練】", "訓練：", "【緊急・訓練】", "【これは訓練です】",
                                    "【防災】【訓練】", "訓練　")):
        replies = submit(stack, "bosai-staff1", f"{start}半端 {number}", to=town.BOSAI)
        check_equal(replies.final[0], 554, f"{start}: {replies}")
        check_in("訓練の印", refused(stack, f"半端 {number}"))
    check_equal(drafts(stack), before, "drafts")


def test_other_ways_to_write_the_mark(stack):
    prepare_drill(stack)
    for number, start in enumerate(("（訓練）", "[訓練]", "［ 訓 練 ］", "【訓練】 ", "[DRILL] ",
                                    "Re: 【訓練】")):
        title = f"別の印 {number}"
        town.draft(stack, "bosai-staff1", f"{start}{title}", f"{number} 番の文です。")
        rows = stack.store("SELECT subject, list, drill FROM draft WHERE subject LIKE ?",
                           f"%{title}")
        check_equal([(row["list"], row["drill"]) for row in rows], [(DRILL, 1)], start)
        check_equal(rows[0]["subject"].startswith(MARK), True, rows[0]["subject"])


def test_the_title_of_a_notice_is_none(stack):
    prepare_drill(stack)
    town.draft(stack, "bosai-staff1", "【防災訓練】1月17日に行います", "公園で行います。")
    request = town.request_for(stack, "bosai-chief", "【防災訓練】")
    check_equal("★ 訓練です" in s.text_of(request), False, "a drill")
    check_in("利用者   25 人", s.text_of(request))
    check_in("訓練や試験を思わせる", s.text_of(request))


def test_an_urgent_drill(stack):
    prepare_drill(stack)
    for subject in ("【緊急】【訓練】夜の避難", "【訓練】【緊急】朝の避難"):
        town.draft(stack, "bosai-staff1", subject, f"{subject}です。")
    for title in ("夜の避難", "朝の避難"):
        subject = f"{MARK}【緊急】{title}"
        row = stack.store("SELECT urgent, drill FROM draft WHERE subject = ?", subject)[0]
        check_equal((row["urgent"], row["drill"]), (1, 1), subject)
        approve(stack, subject)
        check_equal(receivers_of(stack, subject), twins.addresses(stack, DRILL), subject)


def test_all_languages_go_to_the_drill_list(stack):
    prepare_drill(stack)
    twins.set_twins(stack, *twins.TWINS)
    subject = f"{MARK}訓練の避難所"
    town.draft(stack, "bosai-staff1", subject, twins.TEXT.format(english="Drill shelter"))
    approve(stack, subject)
    check_equal(receivers_of(stack, subject), twins.addresses(stack, DRILL), "Japanese")
    english = town.wait_broadcast(stack, "[Drill] Drill shelter", DRILLERS)
    check_equal(twins.receivers(english), twins.addresses(stack, DRILL), "English")
    check_equal(s.text_of(english[0]).strip(), "[Drill]\n" + twins.ENGLISH, "the English text")
    twins.set_twins(stack)


def test_a_correction_stays_what_it_corrects(stack):
    """Whatever the reply's subject says: a drill's is a drill, and no other one is."""
    prepare_drill(stack)
    for first, reply_subject, count, text in (
            (f"{MARK}直す訓練", "直す訓練の訂正", DRILLERS, "訓練ではありません。避難してください。"),
            ("直す本番", f"{MARK}直す本番", town.SUBSCRIBERS, f"{MARK}正しくは九時です。")):
        town.draft(stack, "bosai-staff1", first, f"{first}、八時です。")
        approve(stack, first)
        report = twins.notice(stack, "bosai-staff1", first, "【配信完了】")
        mail = s.make_mail("bosai-staff1", s.reply_address(report), reply_subject, text,
                           In_Reply_To=str(report["Message-ID"]))
        taken(stack.submit("bosai-staff1", s.reply_address(report), mail))
        drill = first.startswith(MARK)
        subject = f"{MARK}【訂正】直す訓練" if drill else f"【訂正】{first}"
        request = town.request_for(stack, "bosai-chief", subject)
        check_equal("★ 訓練です" in s.text_of(request), drill, subject)
        town.answer(stack, "bosai-chief", request, "承認")
        check_equal(receivers_of(stack, subject, count),
                    twins.addresses(stack, DRILL if drill else "bosai"), subject)


def test_a_drill_is_stopped_and_withdrawn(stack):
    prepare_drill(stack)
    subject = f"{MARK}止める訓練"
    town.draft(stack, "bosai-staff1", subject, "配信日時: 2026-12-24 10:00\n止める文です。")
    request = town.request_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.APPROVED)
    town.answer(stack, "bosai-chief", request, "停止")
    town.wait_state(stack, subject, town.WITHDRAWN)
    check_in("★ 訓練です", s.text_of(twins.notice(stack, "bosai-staff1", subject, "停止")))


def test_a_drill_list_that_goes_away_keeps_the_drill(stack):
    """It stays; the town does not get it."""
    prepare_drill(stack)
    subject = f"{MARK}名簿の行方"
    stack.move_clock_to(10)
    try:
        town.draft(stack, "bosai-staff1", subject,
                   f"配信日時: {stack.now():%Y-%m-%d} 11:00\n名簿の文です。")
        approve(stack, subject)
        town.wait_state(stack, subject, town.APPROVED)
        set_drill_list(stack)
        stack.move_clock_to(11)
        stack.wait_for(lambda: stack.store("SELECT stays FROM draft WHERE subject = ?",
                                           subject)[0]["stays"] == "no-drill-list",
                       what="a drill that stays")
        check_in("訓練名簿が登録から削除", s.text_of(
            stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                            and "訓練名簿が登録から" in s.text_of(mail))))
        set_drill_list(stack, DRILL)
        stack.move_clock(61)
        check_equal(receivers_of(stack, subject), twins.addresses(stack, DRILL), "who has it")
    finally:
        set_drill_list(stack, DRILL)


def test_a_list_of_the_town_is_no_drill_list(stack):
    """Neither its own nor another's; the broadcast itself goes on."""
    prepare_drill(stack)
    try:
        for name, whose in (("bosai", town.BOSAI), ("kosodate", town.KOSODATE)):
            stack.ldapmodify("dn: cn=bosai,ou=broadcasts,dc=town,dc=example\n"
                             "changetype: modify\nreplace: kairanDrillList\n"
                             f"kairanDrillList: {name}\n")
            check_in(f'kairanDrillList "{name}" is a list of {whose}',
                     stack.kairanctl("directory", "check", check=False).stdout)
            stack.wait_for(lambda: stack.store("SELECT 1 FROM snapshot WHERE mail = ?"
                                               " AND drill = ''", town.BOSAI), what="no list")
            replies = submit(stack, "bosai-staff1", f"{MARK}町へ {name}", to=town.BOSAI)
            check_equal(replies.final[0], 554, replies)
            town.draft(stack, "bosai-staff1", f"本番は出せる {name}", f"{name} の文です。")
            set_drill_list(stack, DRILL)
    finally:
        set_drill_list(stack, DRILL)


def town_report(stack, at):
    return json.loads(stack.kairanctl("report", "--month", f"{at.year}-{at.month:02}",
                                      "--json").stdout)


def test_a_drill_is_counted_apart(stack):
    prepare_drill(stack)
    month = stack.now()
    subject = f"{MARK}数える訓練"
    report = town_report(stack, month)
    town.draft(stack, "bosai-staff1", subject, "数える文です。")
    approve(stack, subject)
    town.wait_state(stack, subject, town.RELEASED, 60)
    after = town_report(stack, month)
    check_equal(after["total"]["drills"], report["total"]["drills"] + 1, "drills")
    for name in ("submitted", "approved", "broadcasts", "recipients"):
        check_equal(after["total"][name], report["total"][name], name)
    # Nor is the next broadcast held against it.
    town.draft(stack, "bosai-staff1", "訓練の後に", "数える文です。")
    request = s.text_of(town.request_for(stack, "bosai-chief", "訓練の後に"))
    check_equal("よく似ています" in request or "前回の配信の半分" in request, False, request)


def test_a_preview_of_a_drill(stack):
    prepare_drill(stack)
    taken(submit(stack, "bosai-staff1", "（訓練）見る", "見る文です。"))
    note = s.text_of(preview_of(stack, "bosai-staff1", f"{MARK}見る"))
    check_in(f"利用者   {DRILLERS} 人", note)
    check_in("★ 訓練です", note)


if __name__ == "__main__":
    tap.main(globals())
