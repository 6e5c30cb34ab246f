#!/usr/bin/env python3
"""The rules for the text (Art. 13-2(2) to (4)): the SMTP reply names the article, the mail to
the writer says where and what to write instead, and kairanctl explain says the same."""
import json
import pathlib

import stack as s
import tap
import town
from tap import check_equal, check_in


def submit(stack, subject, text, charset="utf-8", **headers):
    mail = s.make_mail("bosai-staff1", town.BOSAI, subject, text, charset=charset, **headers)
    return stack.submit("bosai-staff1", town.BOSAI, mail).final


def refused(stack, subject):
    """The mail that explains a refusal."""
    told = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                           and "受付できません" in str(mail["Subject"]))
    return s.text_of(told)


def check_refused(stack, subject, text, reply, *words, **options):
    final = submit(stack, subject, text, **options)
    check_equal(final[0], 554, final[1])
    check_equal(final[1].split(": ", 1)[0] if reply is None else final[1],
                reply or final[1].split(": ", 1)[0])
    told = refused(stack, subject)
    for word in words:
        check_in(word, told)
    check_equal(town.state_of(stack, subject), None)


def test_length(stack):
    check_equal(submit(stack, "ちょうど二百", "あ" * 200)[0], 250)
    check_refused(stack, "二百一", "あ" * 201, "5.6.0 Art.13-2(2): 201 characters, limit 200",
                  "第13条-2(2)", "201 文字（上限 200 文字）")
    lines = "\n".join("あ" * 10 for _ in range(20))
    check_equal(submit(stack, "改行は数えない", lines)[0], 250)
    check_refused(stack, "空行だらけ", "あ" + "\n" * 20000 + "い",
                  "5.6.0 Art.13-2(2): 20006 octets, limit 12800", "空行が多すぎる")
    check_refused(stack, "題" * 201, "本文です。",
                  "5.6.0 Art.13-2(2): subject of 201 characters, limit 200", "件名が長すぎます")


def test_machine_dependent_characters(stack):
    check_refused(stack, "機種依存文字", "日時\n①12月1日 ㈱町役場\n電話℡ ｶﾌｪ 髙橋 😀",
                  "5.6.0 Art.13-2(3): 6 machine-dependent characters, first in line 2",
                  "本文の 2 行目、1 文字目「①」 → 「(1)」", "「㈱」 → 「(株)」", "「℡」 → 「TEL」",
                  "「ｶﾌｪ」 → 「カフェ」", "「髙」 → 「高」", "「😀」 → 取り除くか")
    check_refused(stack, "Ⅲ期のお知らせ", "本文です。",
                  "5.6.0 Art.13-2(3): 1 machine-dependent character, first in the subject",
                  "件名の 1 文字目「Ⅲ」 → 「III」")


def test_vendor_octets(stack):
    """NEC's row 13 under the label ISO-2022-JP, as some clients send it, is named."""
    text = b"\x1b$B-!\x1b(B" + " 12時から".encode("iso-2022-jp")
    head = s.make_mail("bosai-staff1", town.BOSAI, "nec-row-13", "x", charset="us-ascii")
    octets = (s.octets_of(head).split(b"\r\n\r\n")[0]
              .replace(b"us-ascii", b"iso-2022-jp") + b"\r\n\r\n" + text + b"\r\n")
    final = stack.submit("bosai-staff1", town.BOSAI, octets).final
    check_equal(final, (554, "5.6.0 Art.13-2(3): 1 machine-dependent character, first in line 1"))
    check_in("「①」 → 「(1)」", refused(stack, "nec-row-13"))


def test_half_width_kana_in_iso_2022_jp(stack):
    """They have an escape of their own there, which is no part of ISO-2022-JP."""
    head = s.make_mail("bosai-staff1", town.BOSAI, "half-kana", "x", charset="us-ascii")
    octets = (s.octets_of(head).split(b"\r\n\r\n")[0]
              .replace(b"us-ascii", b"iso-2022-jp") + b"\r\n\r\n\x1b(I6E\x1b(B\r\n")
    check_equal(stack.submit("bosai-staff1", town.BOSAI, octets).final[0], 554)
    check_in("「ｶﾅ」 → 「カナ」", refused(stack, "half-kana"))


def test_characters_that_nobody_sees(stack):
    """Marks of direction come with numbers from a phone's address book; what cannot be shown
    is named."""
    subject = "見えない文字"
    check_equal(submit(stack, subject, "電話\u202d0123\u202cです\u2028次の行")[0], 250)
    check_in("電話0123です\n次の行\n", s.text_of(town.request_for(stack, "bosai-chief", subject)))
    check_equal(submit(stack, "外字", "私用\ue000領域")[0], 554)
    check_in("3 文字目「U+E000」", refused(stack, "外字"))


def test_twins_are_nobody_s_fault(stack):
    """Windows' and Apple's names of characters that JIS X 0208 has."""
    subject = "10時～12時"
    check_equal(submit(stack, subject, "￠￡￢∥－—か\u3099\u00a0a\u200bb")[0], 250)
    request = town.request_for(stack, "bosai-chief", "10時〜12時")
    check_in("¢£¬‖−―が ab", s.text_of(request))
    town.answer(stack, "bosai-chief", request, "承認")
    mails = town.wait_broadcast(stack, "10時〜12時")
    check_equal(mails[0].get_content_charset(), "iso-2022-jp")


def test_html_twin(stack):
    """Dropped, or refused when the settings say so. Of HTML alone, see test_clients.py."""
    def mail(subject):
        both = s.make_mail("bosai-staff1", town.BOSAI, subject, "本文です。")
        both.add_alternative("<p>本文です。</p>", subtype="html")
        return both
    check_equal(stack.submit("bosai-staff1", town.BOSAI, mail("落とす")).final[0], 250)
    stack.configure(html_twin="refuse")
    final = stack.submit("bosai-staff1", town.BOSAI, mail("断る")).final
    check_equal(final, (554, "5.6.0 Art.13-2(3): text only, no HTML"))
    check_in("第13条-2(3)", refused(stack, "断る"))
    stack.configure(html_twin="drop")


def test_subject_counts(stack):
    stack.configure(count_subject="yes")
    check_refused(stack, "件名も数える", "あ" * 195,
                  "5.6.0 Art.13-2(2): 201 characters, limit 200")
    stack.configure(count_subject="no")
    check_equal(submit(stack, "件名は数えない", "あ" * 195)[0], 250)


def test_protected_data(stack):
    sample = s.TOP / "conf" / "patterns.conf.sample"
    patterns = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("patterns.conf")
    patterns.write_text(sample.read_text(encoding="utf-8") +
                        'pattern "使わない語" { words = { "絶対安全" } action = "refuse" }\n',
                        encoding="utf-8")
    patterns.chmod(0o644)
    stack.configure(protected_patterns=patterns)
    check_refused(stack, "番号入り", "1行目\n番号は 1234-5678-9018 です。",
                  "5.6.0 Art.13-2(4): 1 piece of protected data, first in line 2",
                  "第13条-2(4)", "本文の 2 行目、5 文字目「1234-5678-9018」",
                  "個人番号（マイナンバー）")
    check_refused(stack, "信頼", "ここは絶対安全です。", None, "使わない語", "「絶対安全」")
    subject = "電話番号入り"
    check_equal(submit(stack, subject, "お問い合わせは 0120-444-113 へ。")[0], 250)
    text = s.text_of(town.request_for(stack, "bosai-chief", subject))
    check_in("保護すべき情報かもしれません", text.split("┌")[0])
    check_in("電話番号: 0120-444-113", text.split("┌")[0])


def test_bad_patterns_are_not_loaded(stack):
    patterns = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("bad.conf")
    patterns.write_text("pattern \"壊れた式\" { expression = '[' }\n", encoding="utf-8")
    before = stack.log().count("stays in force")
    with open(stack.env["KAIRAN_CONF"], "a", encoding="utf-8") as conf:
        conf.write(f'protected_patterns = "{patterns}"\n')
    stack.signal("milter", 1)
    stack.wait_for(lambda: stack.log().count("stays in force") > before, what="the complaint")
    check_in('pattern "壊れた式"', stack.log())
    stack.configure(protected_patterns="")


def test_all_that_is_wrong_is_told_at_once(stack):
    mail = s.make_mail("bosai-staff1", town.BOSAI, "㈱だらけ", "①" * 30 + "あ" * 180)
    mail.add_attachment(b"x", maintype="application", subtype="pdf", filename="案内.pdf")
    final = stack.submit("bosai-staff1", town.BOSAI, mail).final
    check_in("Art.13-2(3): text only, no attachments", final[1])
    told = refused(stack, "㈱だらけ")
    for words in ("案内.pdf", "第13条-2(2)", "210 文字（上限 200 文字）", "件名の 1 文字目「㈱」",
                  "1 文字目「①」", "ほかに 12 か所"):
        check_in(words, told)


def test_second_codes_and_what_stands_outside(stack):
    """A name as Windows and iPhones send it is named; no text is cut in silence."""
    check_refused(stack, "人名の字", "\ufa19崎と\u6842です。",
                  "5.6.0 Art.13-2(3): 1 machine-dependent character, first in line 1",
                  "「\ufa19」（U+FA19） → 「神」に書き換えてください")
    octets = (b"From: bosai-staff1@town.example\r\nTo: " + town.BOSAI.encode() +
              b"\r\nSubject: outside\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b"
              b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nabc\r\n--b--\r\nhidden\r\n")
    check_equal(stack.submit("bosai-staff1", town.BOSAI, octets).final[0], 554)
    check_in("hidden", refused(stack, "outside"))
    raw = (b"From: bosai-staff1@town.example\r\nTo: " + town.BOSAI.encode() +
           b"\r\nSubject: =?UTF-8?B?YWRkcmVzcw=?=\r\n\r\n\x1b$BL@F|\x1b(J http://a.example/~b\r\n")
    check_equal(stack.submit("bosai-staff1", town.BOSAI, raw).final[0], 250)
    check_in("明日 http://a.example/~b",
             stack.store("SELECT text FROM draft WHERE subject = ?", "address")[0][0])


def test_what_cannot_be_read_is_told_in_japanese(stack):
    head = s.make_mail("bosai-staff1", town.BOSAI, "unreadable", "x", charset="us-ascii")
    octets = s.octets_of(head).split(b"\r\n\r\n")[0] + b"\r\n\r\nabc\r\n\x85\r\n"
    check_equal(stack.submit("bosai-staff1", town.BOSAI, octets).final[0], 554)
    told = refused(stack, "unreadable")
    check_in("本文の 2 行目あたり", told)
    check_equal([word for word in ("charset", "octet", "line") if word in told], [])


def explain(stack, *args):
    done = stack.kairanctl("explain", *map(str, args), check=False)
    return done.returncode, done.stdout


def test_explain(stack):
    folder = pathlib.Path(stack.env["KAIRAN_CONF"]).parent
    good = folder / "good.eml"
    good.write_bytes(s.octets_of(s.make_mail("bosai-staff1", town.BOSAI, "説明", "明日です。")))
    code, text = explain(stack, good)
    check_equal(code, 0, text)
    for words in ("Art.13-2(2)", "5 of 200 characters", "bosai-staff1 is staff of 防災課",
                  "It would be taken."):
        check_in(words, text)
    bad = folder / "bad.eml"
    bad.write_bytes(s.octets_of(s.make_mail("kosodate-staff1", town.BOSAI, "①", "Ⅲ")))
    code, text = explain(stack, bad)
    check_equal(code, 65, text)
    for words in ("REFUSE", "Art.13-1(2)", 'subject, line 1, column 1: "①" -> "(1)"',
                  'text, line 1, column 1: "Ⅲ" -> "III"'):
        check_in(words, text)
    code, text = explain(stack, bad, "--json")
    told = json.loads(text)
    check_equal((code, told["verdict"], told["reason"], told["article"]),
                (65, "REFUSE", "not-staff", "13-1(2)"), text)
    places = [place for rule in told["rules"] for place in rule["places"]]
    check_equal([(place["part"], place["line"], place["column"], place["text"], place["instead"])
                 for place in places],
                [("subject", 1, 1, "①", "(1)"), ("text", 1, 1, "Ⅲ", "III")], text)
    town.draft(stack, "bosai-staff1", "説明の対象", "明日は訓練です。")
    code, text = explain(stack, town.draft_id(stack, "説明の対象"))
    check_equal(code, 0, text)
    check_in("drill", text)
    stack.stop("slapd")
    try:
        code, text = explain(stack, good)
        check_equal(code, 75, text)
    finally:
        stack.start("slapd")
    check_equal(explain(stack, folder / "none.eml")[0], 66)
    check_equal(explain(stack)[0], 64)


if __name__ == "__main__":
    tap.main(globals())
