#!/usr/bin/env python3
"""A fault, a leak or a misuse is reported to incident@ (Art. 9): whatever the mail is, people
hear of it; what is said of it later is added, and the administrators close it."""
import contextlib
import email.message
import email.policy
import itertools
import json
import sqlite3

import stack as s
import tap
import town
from tap import check_equal, check_in

INCIDENT = f"incident@{s.SERVICE}"
OK, USAGE, DATAERR, NOINPUT = 0, 64, 65, 66
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
counter = itertools.count(1)


def head(subject, *fields):
    lines = [f"From: bosai-staff1 <bosai-staff1@town.example>", f"To: {INCIDENT}",
             f"Subject: {subject}", f"Message-ID: <incident{next(counter)}@town.example>",
             "Date: Fri, 27 Nov 2026 09:00:00 +0900", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def with_parts(subject, *parts):
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "bosai-staff1@town.example", INCIDENT, subject
    mail["Message-ID"] = f"<incident{next(counter)}@town.example>"
    for add in parts:
        add(mail)
    return mail.as_bytes()


def originals(mail):
    """What is attached as original.eml, decoded."""
    found = []
    for part in mail.walk():
        if part.get_filename() == "original.eml":
            found.append(part.get_payload(0).as_bytes() if part.is_multipart()
                         else part.get_payload(decode=True))
    return found


def wait_told(stack, person, subject, mark="障害等の連絡"):
    return stack.wait_mail(person, lambda mail: mark in str(mail["Subject"])
                           and subject in str(mail["Subject"]))


def report(stack, subject, text="別の課の原稿が届きました。", user="bosai-staff1"):
    mail = s.make_mail(user, INCIDENT, subject, text)
    check_equal(stack.submit(user, INCIDENT, mail).final[0], 250)
    return wait_told(stack, "sysadmin", subject)


def number_of(stack, subject):
    return stack.store("SELECT id FROM incident WHERE subject = ?", subject)[0]["id"]


def notes_of(stack, number):
    return stack.store("SELECT uid, text FROM incident_note WHERE incident = ? ORDER BY id", number)


# ---- whatever the mail is ----

def hostile_reports():
    plain = "Content-Type: text/plain; charset=utf-8"
    eight = "Content-Transfer-Encoding: 8bit"
    yield "html", with_parts("html", lambda mail: mail.set_content(
        "<p>漏えいのおそれ</p>", subtype="html")), "漏えいのおそれ"
    yield "pdf", with_parts("pdf", lambda mail: mail.set_content(
        b"%PDF-1.4 \x00\x01", maintype="application", subtype="pdf", filename="a.pdf")), None
    yield "screenshot", with_parts(
        "screenshot", lambda mail: mail.set_content("画面のとおりです。"),
        lambda mail: mail.add_attachment(PNG, maintype="image", subtype="png",
                                         filename="画面.png")), "画面のとおりです。"
    yield "jis", head("jis") + "配信が止まりました。".encode("iso2022_jp") + b"\r\n", None
    yield "esc", head("esc", plain, eight) + "赤\x1b[31m字\r\n".encode(), None
    yield "formfeed", head("formfeed", plain, eight) + "改頁\x0cです。\r\n".encode(), None
    yield "c1", head("c1", plain, eight) + "次行\x85です。\r\n".encode(), None
    yield "cp932", head("cp932", plain, eight) + "機種①依存".encode("cp932") + b"\r\n", None
    yield "binary", head("binary", "Content-Type: application/octet-stream",
                         "Content-Transfer-Encoding: base64") + b"AAECAw==\r\n", None
    yield "subject", head("=?utf-8?q?subject=0D=0A=1B[31m=E6=89=BF=E8=AA=8D=00?=",
                          plain, eight) + "件名が変です。\r\n".encode(), "件名が変です。"


def test_every_report_is_told(stack):
    for name, mail, words in hostile_reports():
        check_equal(stack.submit("bosai-staff1", INCIDENT, mail).final[0], 250, name)
        for person in ("sysadmin", "bosai-chief"):
            told = wait_told(stack, person, name)
            if words is not None:
                check_in(words, s.text_of(told), name)
            check_in("original.eml", s.text_of(told), name)
            check_equal(len(originals(told)), 1, f"{name}: attached")
            for line in s.text_of(told).splitlines():
                check_equal(line.lstrip().startswith("承認"), False, line)
        stack.wait_mail("bosai-staff1", lambda mail, of=name: "受付" in str(mail["Subject"])
                        and of in str(mail["Subject"]))
    check_equal(stack.store("SELECT name FROM alarm WHERE name LIKE 'notice %'"), [])


def test_nul_is_told(stack):
    mail = head("nul", "Content-Type: text/plain; charset=utf-8") + b"a\x00b\r\n"
    check_equal(stack.submit("bosai-staff1", INCIDENT, mail).final[0], 250)
    wait_told(stack, "sysadmin", "nul")


def test_the_screenshot_arrives(stack):
    told = wait_told(stack, "bosai-chief", "screenshot")
    original = email.message_from_bytes(originals(told)[0])
    pictures = [part.get_payload(decode=True) for part in original.walk()
                if part.get_content_type() == "image/png"]
    check_equal(pictures == [PNG], True, "the picture")


def test_a_notice_that_cannot_be_rendered(stack):
    """Somebody damages what it is made of: a plain mail, and an alarm, and no try after try."""
    path = stack.env["KAIRAN_STORE"]
    with contextlib.closing(sqlite3.connect(path, timeout=20)) as db:
        db.execute("INSERT INTO outbox (state, kind, mail, name, language, facts, created_at,"
                   " next_try) VALUES (1, 'incident', 'bosai-staff2@town.example', 'x', 'ja',"
                   " '{\"detail\": \"壊れた連絡', 1, 1)")
        db.commit()
    report(stack, "次の連絡")
    told = stack.wait_mail("bosai-staff2", lambda mail: "壊れた連絡" in s.text_of(mail))
    check_in("お知らせの文面を作成できなかった", s.text_of(told))
    stack.wait_mail("sysadmin", lambda mail: "要確認" in str(mail["Subject"])
                    and "お知らせのメールを正しく作成できず" in s.text_of(mail))
    check_equal(stack.store("SELECT state FROM outbox WHERE created_at = 1")[0]["state"], 2)


# ---- who is told ----

def test_who_is_told(stack):
    for user, chief in (("bosai-staff1", "bosai-chief"), ("kosodate-staff2", "kosodate-chief"),
                        ("bosai-deputy", "bosai-chief"), ("bosai-chief", None)):
        subject = f"{user}から"
        report(stack, subject, user=user)
        if chief is not None:
            told = wait_told(stack, chief, subject)
            check_in("システム管理者にご協力ください", s.text_of(told))
        stack.wait_mail(user, lambda mail, of=subject: of in str(mail["Subject"]))
        for other in {"bosai-chief", "kosodate-chief", "bosai-deputy"} - {chief, user}:
            check_equal([mail for mail in stack.imap(other)
                         if subject in str(mail["Subject"])], [], f"{subject}: {other}")


# ---- what is added ----

def answer(stack, user, mail, to, words, **headers):
    reply = s.make_mail(user, to, f"Re: {mail['Subject']}", words,
                        In_Reply_To=str(mail["Message-ID"]), **headers)
    check_equal(stack.submit(user, to, reply).final[0], 250, words)


def test_replies_are_added(stack):
    told = report(stack, "返信の試験")
    number = number_of(stack, "返信の試験")
    check_equal(s.reply_address(told), f"incident+{number}@{s.SERVICE}")
    answer(stack, "sysadmin", told, s.reply_address(told), "調べています。")
    added = wait_told(stack, "bosai-staff1", "返信の試験", "障害等の経過")
    check_in("> 調べています。", s.text_of(added))
    check_in("sysadmin", s.text_of(added))
    # Some clients answer From:, and some gateways cut what stands behind the '+'.
    answer(stack, "bosai-staff1", added, f"kairan@{s.SERVICE}", "もう一通ありました。")
    stack.wait_mail("sysadmin", lambda mail: "もう一通ありました。" in s.text_of(mail)
                    and "障害等の経過" in str(mail["Subject"]))
    answer(stack, "bosai-staff1", added, INCIDENT, "これで全部です。")
    stack.wait_mail("sysadmin", lambda mail: "これで全部です。" in s.text_of(mail)
                    and "障害等の経過" in str(mail["Subject"]))
    check_equal([row["uid"] for row in notes_of(stack, number)],
                ["bosai-staff1", "sysadmin", "bosai-staff1", "bosai-staff1"])
    check_equal(len(stack.store("SELECT 1 FROM incident WHERE subject LIKE '%返信の試験%'")), 1)
    check_equal(stack.store("SELECT role FROM audit WHERE action = 'incident' AND detail LIKE ?",
                            f"{number}: %")[0]["role"], "staff")
    actions = stack.store("SELECT action, outcome FROM audit WHERE detail LIKE ?", f"{number}: %")
    check_equal([(row["action"], row["outcome"]) for row in actions],
                [("incident", "reported")] + 3 * [("incident-note", "added")])


def test_a_reply_about_none_is_a_report(stack):
    to = f"incident+99999@{s.SERVICE}"
    mail = s.make_mail("bosai-staff1", to, "番号のない返信", "落とさないでください。")
    check_equal(stack.submit("bosai-staff1", to, mail).final[0], 250)
    check_in("落とさないでください。", s.text_of(wait_told(stack, "sysadmin", "番号のない返信")))


# ---- kairanctl incidents ----

def listed(stack, *options):
    return json.loads(stack.kairanctl("incidents", "list", "--json", *options).stdout)


def test_note_and_close(stack):
    report(stack, "閉じる試験")
    number = str(number_of(stack, "閉じる試験"))
    check_in("閉じる試験", [row["subject"] for row in listed(stack)])
    stack.kairanctl("incidents", "note", number, "--text", "ログを確認中")
    shown = json.loads(stack.kairanctl("incidents", "show", number, "--json").stdout)
    check_equal([note["text"] for note in shown["notes"]],
                ["別の課の原稿が届きました。", "ログを確認中"])
    check_equal((shown["state"], shown["login"]), ("open", "bosai-staff1"))
    check_in("`incidents show", stack.store("SELECT detail FROM audit WHERE action = 'read'"
                                            " ORDER BY seq DESC LIMIT 1")[0]["detail"])
    check_in("Message-ID", stack.kairanctl("incidents", "show", number, "--original").stdout)
    stack.kairanctl("incidents", "close", number, "--cause", "宛先の選び誤り",
                    "--measure", "宛先の表示を\n承認の前に確かめる")
    told = wait_told(stack, "bosai-staff1", "閉じる試験", "対応完了")
    check_in("> 宛先の選び誤り", s.text_of(told))
    check_in("> 承認の前に確かめる", s.text_of(told))
    check_equal([row for row in listed(stack) if row["subject"] == "閉じる試験"], [])
    closed = next(row for row in listed(stack, "--all") if row["subject"] == "閉じる試験")
    check_equal((closed["state"], closed["cause"]), ("closed", "宛先の選び誤り"))
    done = stack.kairanctl("incidents", "close", number, "--cause", "x", "--measure", "y",
                           check=False)
    check_equal(done.returncode, DATAERR)
    check_in("closed already", done.stderr)
    check_equal(len(stack.store("SELECT 1 FROM audit WHERE action = 'incident-close'")), 1)


def test_the_report_has_them(stack):
    """Open ones stand in each month's report; the fiscal year's last has all of the year."""
    report(stack, "報告書に載る")
    month = stack.now().strftime("%Y-%m")
    text = stack.kairanctl("report", "--month", month, LC_ALL="ja_JP.UTF-8").stdout
    part = text[text.index("障害等の対応状況"):]
    check_in("報告書に載る", part)
    check_equal("閉じる試験" in part, False)
    figures = json.loads(stack.kairanctl("report", "--month", month, "--json").stdout)
    check_equal(figures["incident_list"]["year"], False)
    stack.configure(fiscal_year_month=str(stack.now().month % 12 + 1))
    try:
        text = stack.kairanctl("report", "--month", month, LC_ALL="ja_JP.UTF-8").stdout
        check_in("宛先の選び誤り", text[text.index("障害等の対応状況"):])
    finally:
        stack.configure(fiscal_year_month="4")


def test_lists_of_years(stack):
    now = stack.now()
    year = now.year if now.month >= 4 else now.year - 1
    count = stack.store("SELECT count(*) AS count FROM incident")[0]["count"]
    check_equal(len(listed(stack, "--year", str(year))), count)
    check_equal(listed(stack, "--year", str(year - 1)), [])
    check_equal(len(listed(stack, "--all")), count)


def test_wrong_calls(stack):
    for words, status in ((("show", "99999"), NOINPUT), (("note", "99999", "--text", "x"), NOINPUT),
                          (("close", "1"), USAGE), (("close", "1", "--cause", "x"), USAGE),
                          (("note", "1"), USAGE), (("list", "--year", "26"), USAGE),
                          (("list", "--year", "2026", "--all"), USAGE), (("show", "x"), USAGE)):
        check_equal(stack.kairanctl("incidents", *words, check=False).returncode, status, words)


if __name__ == "__main__":
    tap.main(globals())
