#!/usr/bin/env python3
"""What people write and read: help@ says what each may do; blanks that nobody has filled in; the
addresses of web pages."""
import pathlib
import urllib.parse

import stack as s
import tap
import town
from tap import check_equal, check_in

HELP = f"help@{s.SERVICE}"
SECTION = "ou=bosai,ou=sections,dc=town,dc=example"
# A phone shows some 25 lines of a mail.
SCREEN = 25
DECISIONS = ("承認", "OK", "approve", "差戻し", "却下", "reject", "緊急承認", "停止", "stop", "取下げ")


def ask(stack, user, to=HELP, subject="", mail_id=None, **headers):
    """Write to the desk; the reply of the mail system."""
    mail = s.make_mail(user, to, subject, "", **headers)
    if mail_id is not None:
        mail.replace_header("Message-ID", mail_id)
    return stack.submit(user, to, mail).final


def answers(stack, user, mark="【使い方】"):
    return [mail for mail in stack.imap(user) if mark in str(mail["Subject"])]


def help_for(stack, user, mark="【使い方】"):
    before = len(answers(stack, user, mark))
    check_equal(ask(stack, user)[0], 250)
    mail = stack.wait_for(lambda: (answers(stack, user, mark)[before:] or [None])[0],
                          what=f"the answer to {user}")
    text = s.text_of(mail)
    check_equal(len(text.strip().splitlines()) <= SCREEN, True, f"one screen:\n{text}")
    for line in text.splitlines():
        check_equal(line.strip(" ・-").startswith(DECISIONS), False, line)
    return text


def notices_written(stack):
    return stack.store("SELECT count(*) AS count FROM outbox")[0]["count"]


# ---- help@ ----

def test_staff_may_write(stack):
    text = help_for(stack, "bosai-staff1")
    for part in ("配信担当者", "防災課", town.BOSAI, "200 文字", "「取下げ」", f"incident@{s.SERVICE}"):
        check_in(part, text)
    for part in ("「承認」", town.KOSODATE):
        check_equal(part in text, False, part)


def test_who_decides_is_told_the_words(stack):
    for person, duty in (("bosai-chief", "配信責任者"), ("bosai-deputy", "委任を受けた者")):
        text = help_for(stack, person)
        for part in (duty, "「承認」", "「差戻し」", "「緊急承認」", "「停止」", "訂正文"):
            check_in(part, text)
        check_equal("200 文字" in text, False, person)


def test_in_english(stack):
    text = help_for(stack, "kosodate-staff2", "[How to]")
    for part in ("staff", town.KOSODATE, '"withdraw"', "[URGENT]"):
        check_in(part, text)


def test_administrators_and_who_has_no_duty(stack):
    check_in("kairanctl status", help_for(stack, "sysadmin"))
    stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\ndelete: kairanStaff\n"
                     "kairanStaff: uid=bosai-staff2,ou=people,dc=town,dc=example\n")
    try:
        check_in("第10条", help_for(stack, "bosai-staff2"))
    finally:
        stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\nadd: kairanStaff\n"
                         "kairanStaff: uid=bosai-staff2,ou=people,dc=town,dc=example\n")


def test_a_suspended_approver_hears_why(stack):
    change = f"dn: {SECTION}\nchangetype: modify\nreplace: kairanApproverStatus\n"
    stack.ldapmodify(f"{change}kairanApproverStatus: suspended\n")
    try:
        text = help_for(stack, "bosai-deputy")
    finally:
        stack.ldapmodify(f"{change}kairanApproverStatus: active\n")
    check_in("今はできないこと", text)
    check_in("第6条", text)
    check_equal("「承認」" in text, False, text)


def test_strangers_are_refused_and_nothing_is_sent(stack):
    before = notices_written(stack)
    for sender in ("x@phone.sink.example", "bosai-staff1@town.example", ""):
        mail = s.make_mail("bosai-staff1", HELP, "", "")
        replies = stack.mx_send(sender, HELP, mail)
        check_equal(replies.recipients[HELP][0], 550, sender)
        check_in("Art.13-1", replies.recipients[HELP][1])
    check_equal(notices_written(stack), before)


def test_machines_are_not_answered(stack):
    before = notices_written(stack)
    check_equal(ask(stack, "bosai-staff1", Auto_Submitted="auto-replied")[0], 250)
    check_equal(notices_written(stack), before)


def test_the_same_mail_is_answered_once(stack):
    twice = {"mail_id": "<words-twice@town.example>"}
    check_equal(ask(stack, "kosodate-chief", **twice)[0], 250)
    before = notices_written(stack)
    check_equal(ask(stack, "kosodate-chief", **twice)[0], 250)
    check_equal(notices_written(stack), before)


def test_an_endless_rule_is_answered_no_more(stack):
    for _ in range(21):
        check_equal(ask(stack, "kosodate-staff1", subject="Re: 【使い方】")[0], 250)
    check_equal(len(stack.store("SELECT seq FROM audit WHERE action = 'help'"
                                " AND uid = 'kosodate-staff1' AND outcome = 'answered'")), 20)
    told = stack.wait_mail("sysadmin", town.subject_is("読み取れない返信の続発"))
    check_in("kosodate-staff1", s.text_of(told))
    check_equal(len(stack.store("SELECT id FROM outbox WHERE kind = 'help'"
                                " AND mail = 'kosodate-staff1@town.example'")), 20)


def test_a_directory_that_is_away_is_no_answer(stack):
    before = notices_written(stack)
    uri = stack.env["LDAPURI"]
    stack.configure(ldap_uri="ldap://127.0.0.1:9")
    try:
        replies = stack.submit("bosai-chief", HELP, s.make_mail("bosai-chief", HELP, "", ""))
        check_equal(replies.recipients[HELP][0], 451, replies)
    finally:
        stack.configure(ldap_uri=uri)
    check_equal(len(stack.store("SELECT seq FROM audit WHERE action = 'help'"
                                " AND uid = 'bosai-chief' AND outcome = 'answered'")), 1)
    check_equal(notices_written(stack), before)


# ---- template@ ----

TEMPLATE = f"template@{s.SERVICE}"
SHELTER = "避難所は次のとおりです。\n場所：○○\n●月●日から"


def write_ready_texts(stack):
    root = pathlib.Path(stack.env["KAIRAN_CONF"]).parent / "ready"
    for name, text in (("bosai/避難所開設.txt", f"件名: 避難所の開設\n\n{SHELTER}\n"),
                       ("kosodate/健診.txt", "Subject: 健診\n\n○○健診\n"),
                       ("Shared.txt", "Subject: For all\n\n____\n"),
                       ("bosai/broken.txt", "no subject"), ("bosai/notes", "x")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
        (root / name).chmod(0o644)
    for folder in (root, root / "bosai", root / "kosodate"):
        folder.chmod(0o755)
    stack.configure(ready_texts=root)


def desk_answer(stack, user, subject, mark):
    before = len(answers(stack, user, mark))
    check_equal(ask(stack, user, TEMPLATE, subject)[0], 250)
    return stack.wait_for(lambda: (answers(stack, user, mark)[before:] or [None])[0],
                          what=f"the answer to {subject}")


def test_ready_texts_of_the_section_are_listed(stack):
    check_in("まだ登録されていません", s.text_of(desk_answer(stack, "bosai-staff1", "", "使えるもの")))
    write_ready_texts(stack)
    text = s.text_of(desk_answer(stack, "bosai-staff1", "", "使えるもの"))
    check_in("・避難所開設\n", text)
    check_in("・Shared\n", text)
    check_equal("健診" in text or "broken" in text, False, text)
    check_in("その名前の定型文はありません",
             s.text_of(desk_answer(stack, "bosai-staff1", "津波", "使えるもの")))
    check_in("・健診\n", s.text_of(desk_answer(stack, "kosodate-staff2", "", "What there is")))
    check_in(TEMPLATE, help_for(stack, "bosai-staff1"))


def test_a_ready_text_comes_ready_to_fill(stack):
    for subject in ("避難所開設", "Re: 避難所開設 "):
        mail = desk_answer(stack, "bosai-staff1", subject, "【定型文】避難所開設")
        check_in(SHELTER, s.text_of(mail))
        check_in(town.BOSAI, s.text_of(mail))
    link = urllib.parse.urlsplit(next(line.strip() for line in s.text_of(mail).splitlines()
                                      if line.strip().startswith("mailto:")))
    fields = urllib.parse.parse_qs(link.query)
    check_equal((link.path, fields["subject"], fields["body"][0].replace("\r\n", "\n")),
                (town.BOSAI, ["避難所の開設"], SHELTER))
    check_in("○○", refused(stack, "そのまま", SHELTER))
    filled = SHELTER.replace("○○", "公民館").replace("●月●日", "12月1日")
    town.draft(stack, "bosai-staff1", "避難所の開設", filled)
    check_in("公民館", s.text_of(town.request_for(stack, "bosai-chief", "避難所の開設")))
    check_equal(stack.mx_send("x@phone.sink.example", TEMPLATE, b"").recipients[TEMPLATE][0], 550)


# ---- blanks and links ----

def refused(stack, subject, text):
    """A draft that is refused; the mail that explains it."""
    mail = s.make_mail("bosai-staff1", town.BOSAI, subject, text)
    check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 554, subject)
    return s.text_of(stack.wait_mail("bosai-staff1", lambda mail: "受付できません" in
                                     str(mail["Subject"]) and subject in str(mail["Subject"])))


def test_a_blank_is_a_finding_with_its_place(stack):
    text = refused(stack, "空欄の試験", "避難所は次のとおりです。\n場所：＿＿＿＿\n●月●日から、○○へ")
    for part in ("2 行目、4 文字目「＿＿＿＿」", "3 行目、1 文字目「●月●日」", "「○○」", "書き入れる"):
        check_in(part, text)
    check_equal(town.state_of(stack, "空欄の試験"), None)


def test_a_blank_may_be_a_warning(stack):
    stack.configure(unfilled_blanks="warn")
    try:
        town.draft(stack, "bosai-staff1", "詐欺の注意", "○○銀行を名乗る電話に注意してください。")
        check_in("本文の 1 行目「○○」",
                 s.text_of(town.request_for(stack, "bosai-chief", "詐欺の注意")))
    finally:
        stack.configure(unfilled_blanks="refuse")


LONG = "https://www.town.example/bosai/" + "a" * 900 + "?x=1&y=%E9%81%BF"


def test_a_link_of_the_town_counts_apart_and_stays_whole(stack):
    stack.configure(link_domains=s.DOMAIN)
    text = "あ" * 190 + f"\n{LONG}\nをご覧ください。"
    town.draft(stack, "bosai-staff1", "リンクの試験", text)
    request = town.request_for(stack, "bosai-chief", "リンクの試験")
    check_in("198 文字", s.text_of(request))
    check_in(f"\n  {LONG}\n", s.text_of(request), "shown in full")
    town.answer(stack, "bosai-chief", request, "承認")
    for mail in town.wait_broadcast(stack, "リンクの試験"):
        check_in(f"\n{LONG}\n", s.text_of(mail))


def test_other_and_disguised_links_are_findings(stack):
    for number, link in enumerate(("https://www.jma.example/", "https://town.example@evil.example/",
                                   "https://town.example。evil.example/")):
        text = refused(stack, f"よその {number}", f"下記へ\n{link}")
        check_in(f"本文の 2 行目、1 文字目「{link}」", text)
    stack.configure(other_links="warn")
    town.draft(stack, "bosai-staff1", "よその町", "https://www.jma.example/ と https://town.example/をご覧に")
    request = s.text_of(town.request_for(stack, "bosai-chief", "よその町"))
    check_in("町のものではない", request)
    check_in("空白か改行を入れて", request)
    refused(stack, "偽りの", "https://town.example@evil.example/")
    stack.configure(link_domains="", other_links="refuse")
    town.draft(stack, "bosai-staff1", "今までどおり", "https://www.jma.example/ へ")


if __name__ == "__main__":
    tap.main(globals())
