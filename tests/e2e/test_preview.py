#!/usr/bin/env python3
"""Before the town has it: a draft that is only shown to its writer (preview+LIST@)."""
import email.policy

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


if __name__ == "__main__":
    tap.main(globals())
