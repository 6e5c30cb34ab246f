#!/usr/bin/env python3
"""What mail programs and habits leave in drafts, which residents must not get: footers, quoted
originals, marks of gateways, recalls; and the address that a section shares."""
import pathlib
import urllib.parse

import stack as s
import tap
import town
from tap import check_equal, check_in

SECTION = "ou=bosai,ou=sections,dc=town,dc=example"
SHARED = "bosaika@town.example"


def refusal(stack, person, *words):
    """The mail that explains a refusal to a person and has these words."""
    return stack.wait_mail(person, lambda mail: "【受付できません】" in str(mail["Subject"])
                           and all(word in s.text_of(mail) for word in words))


def explain(stack, mail, *args):
    """What kairanctl explain says of a mail in a file: its status and its lines."""
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).parent / "explained.eml"
    file.write_bytes(s.octets_of(mail))
    done = stack.kairanctl("explain", str(file), *args, check=False)
    return done.returncode, done.stdout


def receipt_for(stack, person, subject):
    return stack.wait_mail(person, lambda mail: "【受付】" in str(mail["Subject"])
                           and subject in str(mail["Subject"]))


WATER = "断水のお知らせです。給水車が公民館に来ます。"


# ---- what is cut ----

FOOTERS = ("iPhoneから送信", "Galaxyから送信", "らくらくスマートフォンから送信",
           "Outlook for iOS を入手<https://aka.ms/o0ukef>", "Yahoo!メール",
           "ドコモのスマートフォンから送信", "Proton Mail で送信")


def test_footer_is_cut(stack):
    """Writer and approver are told, are shown what goes out, and need not look again."""
    for number, footer in enumerate(FOOTERS):
        subject = f"署名付き{number}"
        mail = s.make_mail("bosai-staff1", town.BOSAI, subject, f"{WATER}\n\n{footer}")
        check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250, footer)
        request = town.request_for(stack, "bosai-chief", subject)
        receipt = receipt_for(stack, "bosai-staff1", subject)
        for told in (request, receipt):
            note = f"「{footer}」は取り除きました"
            check_in(note, s.text_of(told))
            check_equal(s.text_of(told).replace(note, "").count(footer), 0, "the footer")
            check_equal("【要確認】" in str(told["Subject"]), False, "a note is no warning")
        check_in("取り除きました", request.get_body(("html",)).get_content(), "the note in HTML")
        check_in(f"文字数   {len(WATER)} 文字", s.text_of(request), "the count is after the cut")
    code, lines = explain(stack, mail)
    check_equal(code, 0, lines)
    check_in(FOOTERS[-1], lines)
    check_in("cut", lines)
    town.answer(stack, "bosai-chief", request, "承認")
    for got in town.wait_broadcast(stack, subject):
        check_equal(s.text_of(got).strip(), WATER)


def test_footer_does_not_count(stack):
    long = "あ" * 199 + "。"
    town.draft(stack, "bosai-staff1", "ちょうど二百字", f"{long}\n\niPhoneから送信\n")
    check_equal(stack.store("SELECT characters FROM draft WHERE subject = 'ちょうど二百字'")[0][0],
                200)


def test_only_a_footer(stack):
    mail = s.make_mail("bosai-staff1", town.BOSAI, "本文なしの署名", "iPhoneから送信")
    final = stack.submit("bosai-staff1", town.BOSAI, mail).final
    check_equal(final, (554, "5.6.0 Art.13-2(2): the draft has no text"))


def test_the_same_draft_again_with_its_footer(stack):
    mail = s.make_mail("bosai-staff1", town.BOSAI, "二度送られた署名", f"{WATER}\n\niPadから送信")
    for _ in range(2):
        check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250)
    check_equal(len(stack.store("SELECT 1 FROM draft WHERE subject = '二度送られた署名'")), 1)


def test_left_alone(stack):
    """Words that only look like it are the writer's, and nobody is bothered."""
    for number, text in enumerate((
            "写真はiPhoneから送信できます。\n給水所の場所をお知らせください。",
            "申請書はスマートフォンから送信してください。",
            "本町の避難指示を取り消します。")):
        subject = f"【取り消し】避難指示を取り消します{number}"
        town.draft(stack, "bosai-staff1", subject, text)
        for told in (town.request_for(stack, "bosai-chief", subject),
                     receipt_for(stack, "bosai-staff1", subject)):
            check_in(text.splitlines()[-1], s.text_of(told))
            check_equal("【要確認】" in str(told["Subject"]), False, text)
            check_equal("取り除きました" in s.text_of(told), False, text)


# ---- what is told of ----

ATTRIBUTION = "2026年11月27日(金) 9:00 高橋 誠 <bosai-staff1@town.example>:"
FORWARDED = "---------- Forwarded message ---------\nFrom: 佐藤 <bosai-chief@town.example>\nSubject: x"
DISCLAIMER = ("このメールは町役場外から受信したものではありません。"
              "本メールには機密情報が含まれる場合があります。")
WARNED = (
    ("ほかのメールの引用", f"{WATER}\n\n{ATTRIBUTION}\n> 前の原稿です。\n> 内線 123",
     f"引用があります。このまま利用者に届きます（本文の 3 行目から 5 行目まで「{ATTRIBUTION[:40]}"),
    ("引用の印", f"{WATER}\n> 前の原稿です。",
     "引用の印が付いた行があります。このまま利用者に届きます（本文の 2 行目「> 前の原稿です。」"),
    ("Fwd: 転送", f"{FORWARDED}\n\n{WATER}",
     "返信や転送のときの形で始まっています。このまま利用者に届きます（件名「Fwd: 転送」"),
    ("[EXTERNAL] 外部", WATER,
     "外部から届いたメールに付く印があります。このまま利用者に届きます（件名「[EXTERNAL] 外部」"),
    ("免責", f"{WATER}\n\n{DISCLAIMER}",
     f"取扱いについて自動で付く文があります。このまま利用者に届きます（本文の 3 行目「{DISCLAIMER[:40]}"),
    ("途中の署名", f"{WATER}\n\niPhoneから送信\n\n総務課",
     "メールソフトが付けた文のような行があります。このまま利用者に届きます（本文の 3 行目「iPhoneから送信」"),
    ("取り消し: 断水", WATER, "Outlook のメッセージの取り消しのように始まっています"),
)


def test_warned_of(stack):
    """Held, with the line named to the writer and to the approver, also when they are reminded."""
    for subject, text, words in WARNED:
        town.draft(stack, "bosai-staff1", subject, text)
        request = town.request_for(stack, "bosai-chief", subject)
        receipt = receipt_for(stack, "bosai-staff1", subject)
        for told in (request, receipt):
            check_in("【要確認】", str(told["Subject"]), subject)
            check_in(words, s.text_of(told), subject)
        check_in("承認する前に", s.text_of(request))
        check_in("取り下げてから送り直して", s.text_of(receipt))
        mail = s.make_mail("bosai-staff1", town.BOSAI, subject, text)
        code, lines = explain(stack, mail)
        check_equal(code, 0, lines)
        check_in("guards         warn", lines)
    stack.move_clock(1900)
    reminder = stack.wait_mail("bosai-chief", lambda mail: "【承認待ち】" in str(mail["Subject"])
                               and f"】{WARNED[0][0]}（" in str(mail["Subject"]))
    check_in("【要確認】", str(reminder["Subject"]))
    check_in(WARNED[0][2], s.text_of(reminder))


def test_english(stack):
    """kosodate-staff2 reads English."""
    mail = s.make_mail("kosodate-staff2", town.KOSODATE, "Fwd: Notice",
                       "The library is closed.\n\nSent from my iPhone")
    check_equal(stack.submit("kosodate-staff2", town.KOSODATE, mail).final[0], 250)
    receipt = stack.wait_mail("kosodate-staff2", town.subject_is("Fwd: Notice"))
    check_in("[CHECK THIS]", str(receipt["Subject"]))
    check_in('(subject: "Fwd: Notice")', s.text_of(receipt))
    check_in('"Sent from my iPhone", was taken out', s.text_of(receipt))


def test_the_town_s_own_lines(stack):
    """The files of reply_banners and reply_footers hold for drafts as well."""
    folder = pathlib.Path(stack.env["KAIRAN_CONF"]).parent
    banners = folder / "banners.conf"
    banners.write_text("pattern \"gateway\" {\n  expression = 'GW-[0-9]+: checked'\n"
                       '  matches = { "GW-7: checked" }\n  passes = { "GW" }\n}\n')
    stack.configure(reply_banners=str(banners))
    try:
        town.draft(stack, "bosai-staff1", "町の印", f"GW-7: checked\n{WATER}")
        check_in("本文の 1 行目「GW-7: checked」",
                 s.text_of(town.request_for(stack, "bosai-chief", "町の印")))
    finally:
        stack.configure(reply_banners="")


# ---- signatures ----

SIGN = "例町役場 防災課\n高橋 誠\n電話 0980-00-0001"
RULED = f"{WATER}\n\n-----\n{SIGN}\n-----"
DESK = "-----\n問い合わせ先\n防災課 電話 0980-00-0001"
LEFT_OUT = "署名なし"


def learned(stack, uid):
    return stack.store("SELECT * FROM signature WHERE uid = ?", uid)


def test_signature_is_shown(stack):
    """It goes out as it is, if it is approved like that."""
    subject = "署名が付いた断水"
    town.draft(stack, "bosai-staff1", subject, RULED)
    request = town.request_for(stack, "bosai-chief", subject)
    check_in("【要確認】", str(request["Subject"]))
    check_in("署名と思われる部分があります", s.text_of(request))
    check_in("本文の 3 行目から 7 行目まで「例町役場 防災課」", s.text_of(request))
    receipt = receipt_for(stack, "bosai-staff1", subject)
    check_in(f"下の本文（{len(WATER)} 文字）", s.text_of(receipt))
    check_in(f"署名を除いた本文\n\n> {WATER}\n", s.text_of(receipt))
    check_equal(learned(stack, "bosai-staff1"), [], "nothing is learned by itself")
    town.answer(stack, "bosai-chief", request, "承認")
    for got in town.wait_broadcast(stack, subject):
        check_equal(s.text_of(got).strip(), RULED)
    # What was sent is no draft any more.
    town.answer(stack, "bosai-staff1", receipt, LEFT_OUT)
    stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                    and s.reply_address(mail).startswith("correct+"))
    check_equal(len(stack.store("SELECT 1 FROM draft WHERE subject = ?", subject)), 1)


def test_office_for_residents_stays(stack):
    subject = "問い合わせ先のある断水"
    town.draft(stack, "bosai-staff1", subject, f"{WATER}\n\n{DESK}")
    request = town.request_for(stack, "bosai-chief", subject)
    for told in (request, receipt_for(stack, "bosai-staff1", subject)):
        check_equal("【要確認】" in str(told["Subject"]), False, s.text_of(told))
        check_equal("署名" in s.text_of(told), False, s.text_of(told))
    town.answer(stack, "bosai-chief", request, "承認")
    check_equal(s.text_of(town.wait_broadcast(stack, subject)[0]).strip(), f"{WATER}\n\n{DESK}")


def replaced_by(stack, subject):
    """The receipt of the draft that takes the place of one with a signature."""
    return stack.wait_mail("bosai-staff1", lambda mail: "【受付】" in str(mail["Subject"])
                           and subject in str(mail["Subject"])
                           and "取り除きました" in s.text_of(mail))


def test_signature_is_left_out_and_learned(stack):
    """One reply: the draft is replaced, everybody knows, and the next one needs none."""
    subject = "署名を除く断水"
    town.draft(stack, "bosai-staff1", subject, RULED)
    request = town.request_for(stack, "bosai-chief", subject)
    receipt = receipt_for(stack, "bosai-staff1", subject)
    link = next(line.strip() for line in s.text_of(receipt).splitlines()
                if "mailto:" in line and "signature" in line)
    asked = urllib.parse.urlsplit(link)
    words = urllib.parse.parse_qs(asked.query)["body"][0]
    check_in(LEFT_OUT, words)
    mail = s.make_mail("bosai-staff1", urllib.parse.unquote(asked.path), "Re: x", words)
    for _ in range(2):
        check_equal(stack.submit("bosai-staff1", urllib.parse.unquote(asked.path),
                                 mail).final[0], 250)
    town.answer(stack, "bosai-staff1", receipt, LEFT_OUT)
    check_in("「例町役場 防災課」は取り除きました", s.text_of(replaced_by(stack, subject)))
    told = stack.wait_mail("bosai-chief", lambda mail: "【取下げ】" in str(mail["Subject"])
                           and subject in str(mail["Subject"]))
    check_in("署名を除いた原稿に差し替えるため", s.text_of(told))
    drafts = stack.store("SELECT id, state, text, characters FROM draft WHERE subject = ?"
                         " ORDER BY id", subject)
    check_equal([(row["text"], row["characters"]) for row in drafts],
                [(RULED, len(RULED.replace("\n", ""))), (WATER, len(WATER))])
    row, = learned(stack, "bosai-staff1")
    check_equal((row["first_line"], row["draft"]), ("例町役場 防災課", drafts[0]["id"]))
    # The old request decides nothing any more, the new one does.
    town.answer(stack, "bosai-chief", request, "承認")
    stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                    and "【処理済】" in str(mail["Subject"]))
    anew = stack.wait_mail("bosai-chief", lambda mail: "【承認依頼】" in str(mail["Subject"])
                           and subject in str(mail["Subject"])
                           and s.reply_address(mail) != s.reply_address(request))
    check_equal("署名と思われる" in s.text_of(anew), False, s.text_of(anew))
    town.answer(stack, "bosai-chief", anew, "承認")
    for got in town.wait_broadcast(stack, subject):
        check_equal(s.text_of(got).strip(), WATER)
    # From then on it is cut, however the ruler looks, and does not count.
    subject = "署名を覚えた断水"
    long = "あ" * 199 + "。"
    town.draft(stack, "bosai-staff1", subject, f"{long}\n\n＊＊＊＊＊\n{SIGN}\n-----\n")
    request = town.request_for(stack, "bosai-chief", subject)
    for told in (request, receipt_for(stack, "bosai-staff1", subject)):
        check_in("「例町役場 防災課」は取り除きました", s.text_of(told))
        check_equal("署名と思われる" in s.text_of(told), False, "it is told once")
    check_equal(stack.store("SELECT characters FROM draft WHERE subject = ?", subject)[0][0], 200)
    # Another person's it is not.
    town.draft(stack, "bosai-staff2", "同じ署名の別の人", f"{WATER}\n\n-----\n{SIGN}\n-----")
    check_equal("取り除きました" in
                s.text_of(town.request_for(stack, "bosai-chief", "同じ署名の別の人")), False)


def test_signature_of_a_mail_program(stack):
    """Below "-- ", as RFC 3676 has it: out of the text, and told; but not what residents need."""
    subject = "印のある署名"
    town.draft(stack, "bosai-staff2", subject, f"{WATER}\n-- \n防災課 渡辺\n内線 12")
    request = town.request_for(stack, "bosai-chief", subject)
    check_in("「防災課 渡辺」は取り除きました", s.text_of(request))
    check_equal(stack.store("SELECT text FROM draft WHERE subject = ?", subject)[0][0], WATER)
    subject = "印のある問い合わせ先"
    town.draft(stack, "bosai-staff2", subject, f"{WATER}\n-- \n問い合わせ先 防災課\n内線 12")
    town.request_for(stack, "bosai-chief", subject)
    check_equal(stack.store("SELECT text FROM draft WHERE subject = ?", subject)[0][0],
                f"{WATER}\n--\n問い合わせ先 防災課\n内線 12")


def test_correction_with_a_signature(stack):
    """What an approver taught with a decision is cut from their corrections."""
    subject, mine = "署名のある訂正", "防災課長 佐藤 健一\n電話 0980-00-0001"
    town.draft(stack, "bosai-staff2", subject, WATER)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject),
                f"承認 以下署名\n\n{mine}")
    town.wait_broadcast(stack, subject)
    check_equal(len(learned(stack, "bosai-chief")), 1)
    report = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct+"))
    right = "給水車は第二小学校に来ます。"
    town.answer(stack, "bosai-chief", report, f"{right}\n\n-----\n{mine}")
    request = town.request_for(stack, "bosai-chief", "【訂正】" + subject)
    check_in("「防災課長 佐藤 健一」は取り除きました", s.text_of(request))
    check_equal(stack.store("SELECT text FROM draft WHERE subject = ?",
                            "【訂正】" + subject)[0][0], right)
    town.answer(stack, "bosai-chief", request, "承認")
    # Without a ruler; and whom residents may ask stays below one.
    for number, (below, text) in enumerate(((f"\n\n{mine}", right),
                                            (f"\n\n{DESK}", f"{right}\n\n{DESK}"))):
        again = f"署名のある訂正{number}号"
        town.draft(stack, "bosai-staff2", again, WATER)
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", again), "承認")
        report = stack.wait_mail("bosai-chief", lambda mail, again=again: again in
                                 str(mail["Subject"])
                                 and s.reply_address(mail).startswith("correct+"))
        town.answer(stack, "bosai-chief", report, right + below)
        town.request_for(stack, "bosai-chief", "【訂正】" + again)
        check_equal(stack.store("SELECT text FROM draft WHERE subject = ?",
                                "【訂正】" + again)[0][0], text)


# ---- a correction ----

def test_correction_with_a_footer(stack):
    subject = "訂正される断水"
    town.draft(stack, "bosai-staff1", subject, WATER)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_broadcast(stack, subject)
    report = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct+"))
    right = "給水車は公民館ではなく第二小学校に来ます。"
    town.answer(stack, "bosai-staff1", report, f"{right}\n\niPhoneから送信")
    request = town.request_for(stack, "bosai-chief", "【訂正】" + subject)
    for told in (request, receipt_for(stack, "bosai-staff1", "【訂正】" + subject)):
        check_in("「iPhoneから送信」は取り除きました", s.text_of(told))
        check_equal("【要確認】" in str(told["Subject"]), False, "a note is no warning")
    town.answer(stack, "bosai-chief", request, "承認")
    got = town.wait_broadcast(stack, "【訂正】" + subject)[0]
    check_equal(s.text_of(got).strip(), right)


# ---- addresses that somebody may answer to ----

def test_tokens_reach_nobody(stack):
    """Whoever pastes a receipt, a request or a link out of one into a draft is told so."""
    town.draft(stack, "bosai-staff1", "貼られる原稿")
    request = town.request_for(stack, "bosai-chief", "貼られる原稿")
    receipt = stack.wait_mail("bosai-staff1", lambda mail: "【受付】" in str(mail["Subject"])
                              and "貼られる原稿" in str(mail["Subject"]))
    link = next(line for line in s.text_of(request).splitlines() if "mailto:" in line).strip()
    for number, words in enumerate((s.reply_address(request), s.reply_address(receipt), link,
                                    s.reply_address(request).upper())):
        subject = f"貼った原稿{number}"
        mail = s.make_mail("bosai-staff1", town.BOSAI, subject, f"お知らせです。\n> {words}")
        final = stack.submit("bosai-staff1", town.BOSAI, mail).final
        check_equal(final, (554, "5.6.0 Art.13-2(4): 1 address with a token, first in line 2"))
        check_in("2 行目", s.text_of(refusal(stack, "bosai-staff1", subject)))
        check_equal(town.state_of(stack, subject), None)
        code, lines = explain(stack, mail)
        check_equal(code, 65, lines)
        check_in("1 address with a token", lines)


# ---- a recall ----

def recall(subject, text, **headers):
    return s.make_mail("bosai-staff1", town.BOSAI, subject, text, **headers)


def check_recalled(stack, mail, subject):
    """It is refused, and answered; nothing is held. The answer."""
    before = stack.store("SELECT count(*) FROM draft")[0][0]
    final = stack.submit("bosai-staff1", town.BOSAI, mail).final
    check_equal(final[0], 554, final[1])
    check_in("recall", final[1])
    check_equal(stack.store("SELECT count(*) FROM draft")[0][0], before, "drafts")
    row = stack.store("SELECT uid, action, outcome, detail FROM audit WHERE action = 'submit'"
                      " ORDER BY seq DESC LIMIT 1")[0]
    check_equal(tuple(row), ("bosai-staff1", "submit", "recall", town.BOSAI))
    code, lines = explain(stack, mail)
    check_equal(code, 65, lines)
    check_in("recall         REFUSE", lines)
    return stack.wait_mail("bosai-staff1", lambda told: "【取り消せません】" in str(told["Subject"])
                           and subject in str(told["Subject"]))


def withdraw_all(stack):
    """Take back what earlier tests left, so that nothing else is offered."""
    waiting = ("SELECT subject FROM draft JOIN party ON party.draft = id AND number = 0"
               " WHERE state IN (1, 2) AND uid = 'bosai-staff1'")
    for row in stack.store(waiting):
        receipt = stack.wait_mail("bosai-staff1", lambda mail, subject=row["subject"]:
                                  subject in str(mail["Subject"])
                                  and s.reply_address(mail).startswith("draft+"))
        town.answer(stack, "bosai-staff1", receipt, "取下げ")
    check_equal(stack.store(waiting), [], "what waits")


def test_recall_of_nothing(stack):
    withdraw_all(stack)
    text = '高橋 誠 さんがメッセージ "避難所" の取り消しを要求しています。'
    told = check_recalled(stack, recall("取り消し: 無い原稿", text,
                                        X_MS_Exchange_Organization_RecordReviewCfmType="0"),
                          "無い原稿")
    check_in("取り下げることのできるあなたの原稿はありません", s.text_of(told))


def test_recall(stack):
    """The answer offers a ready word for each draft of theirs, and with one a reply does it."""
    withdraw_all(stack)
    town.draft(stack, "bosai-staff1", "取り消される避難所", WATER)
    text = 'Makoto Takahashi would like to recall the message, "取り消される避難所".'
    told = check_recalled(stack, recall("Recall: 取り消される避難所", text), "取り消される避難所")
    check_in(f"起案番号 {town.draft_id(stack, '取り消される避難所')}「取り消される避難所」",
             s.text_of(told))
    check_equal(town.state_of(stack, "取り消される避難所"), town.HELD, "nothing is withdrawn by it")
    town.answer(stack, "bosai-staff1", told, "取下げ")
    town.wait_state(stack, "取り消される避難所", town.WITHDRAWN)


def test_recall_with_two_drafts(stack):
    withdraw_all(stack)
    town.draft(stack, "bosai-staff2", "同僚の原稿", WATER)
    town.draft(stack, "bosai-staff1", "一つ目の原稿", WATER)
    town.draft(stack, "bosai-staff1", "二つ目の原稿", "あす" + WATER)
    mail = recall("取り消し: 二つ目の原稿", "x")
    mail.set_content(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef",
                     filename="winmail.dat")
    told = check_recalled(stack, mail, "二つ目の原稿")
    check_equal(s.reply_address(told), "kairan@info.town.example", "two: no word would do")
    links = [line.strip() for line in s.text_of(told).splitlines() if "mailto:draft" in line]
    check_equal(len(links), 2, "their own drafts")
    check_equal("同僚の原稿" in s.text_of(told), False, "somebody else's draft")
    address, _, query = links[0].removeprefix("mailto:").partition("?")
    fields = dict(urllib.parse.parse_qsl(query))
    check_equal(fields["body"], "withdraw 取下げ")
    address = urllib.parse.unquote(address)
    mail = s.make_mail("bosai-staff1", address, fields["subject"], fields["body"])
    check_equal(stack.submit("bosai-staff1", address, mail).final[0], 250)
    town.wait_state(stack, "二つ目の原稿", town.WITHDRAWN)
    check_equal(town.state_of(stack, "一つ目の原稿"), town.HELD)


def test_recall_that_the_header_tells(stack):
    """Exchange's own marks, whatever language its sentence has."""
    mail = recall("Odvolání: 断水", "Odesílatel chce zprávu odvolat.",
                  X_MS_Exchange_RecallReportGenerated="true")
    check_recalled(stack, mail, "Odvolání")


def test_what_is_no_recall(stack):
    """A town takes an order back by the same word, and must be understood."""
    for subject in ("【取り消し】高齢者等避難を取り消します", "取り消し: 高齢者等避難"):
        town.draft(stack, "bosai-staff1", subject, "先ほどの「高齢者等避難」を取り消します。")
        request = town.request_for(stack, "bosai-chief", subject)
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_broadcast(stack, subject)


def test_recall_of_a_correction(stack):
    subject = "誤りのある断水"
    town.draft(stack, "bosai-staff1", subject, WATER)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_broadcast(stack, subject)
    report = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct+"))
    town.answer(stack, "bosai-staff1", report, "給水車は第二小学校に来ます。")
    mail = s.make_mail("bosai-staff1", s.reply_address(report), f"取り消し: Re: {subject}",
                       f'高橋 誠 は "Re: {subject}" を取り消します。')
    final = stack.submit("bosai-staff1", s.reply_address(report), mail).final
    check_equal(final[0], 554, final[1])
    told = stack.wait_mail("bosai-staff1", lambda mail: "【取り消せません】" in str(mail["Subject"])
                           and subject in str(mail["Subject"]))
    check_in("【訂正】" + subject, s.text_of(told), "the correction that may be taken back")
    check_equal(len(stack.store("SELECT 1 FROM draft WHERE subject = ?", "【訂正】" + subject)), 1,
                "no second correction")


# ---- the address that a section shares ----

def share(stack, how, *mails):
    values = "".join(f"kairanSharedMail: {mail}\n" for mail in mails)
    stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\n{how}: kairanSharedMail\n{values}")


def shared_draft(subject, **headers):
    return s.make_mail(SHARED, town.BOSAI, subject, "避難所を開設しました。", **headers)


def test_shared_address_that_is_not_listed(stack):
    """As draft_shared_mailbox: From: is the section's, the envelope the person's own."""
    mail = shared_draft("共用の差出人", Sender="bosai-staff1@town.example")
    final = stack.submit("bosai-staff1", town.BOSAI, mail).final
    check_equal(final[0], 550, final[1])
    check_in("Art.14", final[1])
    told = refusal(stack, "bosai-staff1", SHARED)
    check_in("kairanSharedMail", s.text_of(told), "how it may be listed")
    check_in(f"詳細     {SHARED}\n", s.text_of(told), "the address, and no English words")
    replies = stack.submit("bosai-staff1", town.BOSAI, mail, from_=SHARED)
    check_equal(replies.recipients[town.BOSAI][0], 550, "as the envelope's sender")
    check_in("Art.14", replies.recipients[town.BOSAI][1])
    check_equal(town.state_of(stack, "共用の差出人"), None)
    code, lines = explain(stack, mail, "--from", "bosai-staff1")
    check_equal(code, 65, lines)
    check_in(f"From: {SHARED}", lines)


def test_shared_address(stack):
    share(stack, "add", "Bosaika@Town.example", "second@town.example")
    try:
        for number, sender in enumerate((SHARED, "bosai-staff1@town.example")):
            subject = f"共用のお知らせ{number}"
            final = stack.submit("bosai-staff1", town.BOSAI, shared_draft(subject),
                                 from_=sender).final
            check_equal(final[0], 250, final[1])
            receipt = stack.wait_mail("bosai-staff1", lambda mail, subject=subject:
                                      "【受付】" in str(mail["Subject"])
                                      and subject in str(mail["Subject"]))
            check_in("高橋 誠", s.text_of(receipt), "the person")
            check_equal(town.audit(stack, subject, "submit")[0]["uid"], "bosai-staff1")
            request = town.request_for(stack, "bosai-chief", subject)
            check_in("高橋 誠", s.text_of(request), "who wrote it")
            code, lines = explain(stack, shared_draft(subject), "--from", "bosai-staff1")
            check_equal(code, 0, lines)
            check_in(f"From: {SHARED}, which the section shares", lines)
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_broadcast(stack, subject)
    finally:
        share(stack, "delete")


def test_shared_address_of_others(stack):
    """It is the staff's of that section: nobody else's, and not the approver's."""
    share(stack, "add", SHARED)
    try:
        for user, article in (("kosodate-staff1", "Art.13-1(2)"), ("bosai-chief", "Art.4")):
            replies = stack.submit(user, town.BOSAI, shared_draft("他人の共用"), from_=SHARED)
            answer = replies.final or replies.recipients[town.BOSAI]
            check_equal(answer[0], 550, user)
            check_in(article, answer[1], user)
        mail = s.make_mail(SHARED, town.KOSODATE, "よその課の差出人", "本文です。")
        final = stack.submit("kosodate-staff1", town.KOSODATE, mail).final
        check_equal(final[0], 550, "From: of another section")
        check_in("Art.14", final[1])
    finally:
        share(stack, "delete")


def test_shared_address_of_the_second_section(stack):
    """Somebody who is staff of two sections writes as the one that has the address."""
    kosodate = "ou=kosodate,ou=sections,dc=town,dc=example"
    person = "uid=kosodate-staff1,ou=people,dc=town,dc=example"
    broadcast = "cn=bosai,ou=broadcasts,dc=town,dc=example"
    stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\nadd: kairanStaff\n"
                     f"kairanStaff: {person}\n")
    stack.ldapmodify(f"dn: {broadcast}\nchangetype: modify\nadd: kairanSectionDN\n"
                     f"kairanSectionDN: {kosodate}\n")
    share(stack, "add", SHARED)
    stack.ldapmodify(f"dn: {kosodate}\nchangetype: modify\nadd: kairanSharedMail\n"
                     "kairanSharedMail: kosodateka@town.example\n")
    try:
        stack.wait_for(lambda: stack.store("SELECT 1 FROM snapshot WHERE mail = ? AND sections"
                                           " LIKE '%kosodate%'", town.BOSAI), what="the snapshot")
        for number, (address, section) in enumerate(((SHARED, "防災課"), ("kosodateka@town.example",
                                                                      "子育て支援課"))):
            subject = f"二つの課{number}"
            mail = s.make_mail(address, town.BOSAI, subject, "本文です。")
            for sender in (None, address):
                final = stack.submit("kosodate-staff1", town.BOSAI, mail, from_=sender).final
                check_equal(final[0], 250, final[1])
            rows = stack.store("SELECT section_ja FROM draft WHERE subject = ?", subject)
            check_equal([row["section_ja"] for row in rows], [section], "one draft, and whose")
    finally:
        stack.ldapmodify(f"dn: {kosodate}\nchangetype: modify\ndelete: kairanSharedMail\n")
        share(stack, "delete")
        stack.ldapmodify(f"dn: {broadcast}\nchangetype: modify\ndelete: kairanSectionDN\n"
                         f"kairanSectionDN: {kosodate}\n")
        stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\ndelete: kairanStaff\n"
                         f"kairanStaff: {person}\n")


def test_shared_address_when_nobody_can_be_asked(stack):
    """Neither yes nor no, at RCPT and at the end of the mail; afterwards it is taken."""
    mail = shared_draft("聞けない共用")
    own = "bosai-staff1@town.example"
    share(stack, "add", SHARED)
    try:
        with stack.connect(int(stack.env["KAIRAN_SUBMISSION_PORT"]), "bosai-staff1") as smtp:
            smtp.mail(own)
            check_equal(smtp.rcpt(town.BOSAI)[0], 250, "the directory still answers")
            stack.stop("slapd")
            try:
                other = s.octets_of(shared_draft("聞けない差出人")).replace(
                    SHARED.encode(), b"other@town.example")
                check_equal(smtp.data(other)[0], 451, "From: that may be another section's")
            except s.smtplib.SMTPDataError as refused:
                check_equal(refused.smtp_code, 451, "From: that may be another section's")
            finally:
                smtp.rset()
                replies = stack.converse(smtp, SHARED, town.BOSAI, mail)
                stack.start("slapd")
            check_equal(replies.recipients[town.BOSAI][0], 451, "the envelope's sender")
            check_equal(town.state_of(stack, "聞けない共用"), None)
            final = stack.converse(smtp, SHARED, town.BOSAI, mail).final
            check_equal(final[0], 250, final[1])
    finally:
        share(stack, "delete")


if __name__ == "__main__":
    tap.main(globals())
