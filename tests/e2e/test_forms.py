#!/usr/bin/env python3
"""The forms of Art. 10-12 as LDIF (conf/slapd/form*.ldif), filled in and loaded by a system
administrator: what the people concerned can do afterwards, and who is told."""
import datetime
import re

import stack as s
import tap
from tap import check_equal, check_in

BASE = "dc=town,dc=example"
ADMIN = (f"uid=sysadmin,ou=people,{BASE}", "sysadmin-pass")
ADDRESS = "zeimu@info.town.example"
SHARED = "zeimuka@people.sink.example"
PASSWORD_HELP = "https://password.town.example/"


def mail_of(login):
    """Their mail comes into the sink, where there is a mailbox for everybody."""
    return f"{login}@people.sink.example"


BLANKS = {
    "SECTION": "zeimu", "SECTION_NAME_JA": "税務課", "SECTION_NAME_EN": "Tax Section",
    "BROADCAST_NAME_JA": "税のお知らせ", "BROADCAST_NAME_EN": "Tax News",
    "BROADCAST_MAIL": ADDRESS, "SECTION_SHARED_MAIL": SHARED,
    "APPROVER_NAME_JA": "加藤 剛", "APPROVER_NAME_EN": "Tsuyoshi Kato",
    "DELEGATE_NAME_JA": "木村 恵子", "DELEGATE_NAME_EN": "Keiko Kimura",
    "STAFF_NAME_JA": "林 大地", "STAFF_NAME_EN": "Daichi Hayashi",
    "LOGIN": "zeimu-staff", "NEW_PASSWORD": "reset-pass",
}
for role, login in (("APPROVER", "zeimu-chief"), ("DELEGATE", "zeimu-deputy"),
                    ("STAFF", "zeimu-staff")):
    BLANKS |= {role: login, f"{role}_MAIL": mail_of(login),
               f"{role}_FIRST_PASSWORD": f"{login}-first"}


def fill(name, keep=lambda record: True):
    """A form with its blanks filled in, and only the records that are kept."""
    text = (s.TOP / "conf" / "slapd" / name).read_text()
    text = re.sub("@([A-Z_]+)@", lambda blank: BLANKS[blank.group(1)], text)
    return "\n\n".join(record for record in text.split("\n\n") if keep(record))


def load(stack, tool, ldif):
    done = stack.ldap(tool, *ADMIN, stdin=ldif)
    check_equal(done.returncode, 0, done.stderr)


def dn(uid):
    return f"uid={uid},ou=people,{BASE}"


def change_password(stack, uid, old, new):
    done = stack.ldap("ldappasswd", dn(uid), old, "-a", old, "-s", new)
    check_equal(done.returncode, 0, done.stderr)


def registered_an_hour_ago(stack, uid):
    """Nobody changes a password within seconds of the registration, but a test."""
    when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    stack.ldapmodify(f"dn: {dn(uid)}\nchangetype: modify\nreplace: createTimestamp\n"
                     f"createTimestamp: {when:%Y%m%d%H%M%SZ}\n", relax=True)


def submit(stack, subject, password):
    mail = s.make_mail(mail_of("zeimu-staff"), ADDRESS, subject, "本文です。")
    replies = stack.submit("zeimu-staff", ADDRESS, mail, mail_of("zeimu-staff"), password)
    recipient = replies.recipients[ADDRESS]
    return recipient if recipient[0] >= 400 else replies.final


def duty_rows(stack, outcome):
    return sorted(row["detail"].split(" of ")[0].partition(": ")[2] for row in stack.store(
        "SELECT detail FROM audit WHERE action = 'duty' AND outcome = ?", outcome))


def inbox(stack, login):
    return [mail for mail in stack.sink() if s.receiver_of(mail) == mail_of(login)]


def wait_mail(stack, login, subject):
    return stack.wait_for(
        lambda: next((mail for mail in inbox(stack, login) if subject in str(mail["Subject"])),
                     None), what=f"\"{subject}\" for {login}")


def notices(stack, change):
    """Whom the notices to the section head are about."""
    return sorted(re.search(r"（(zeimu-\w+)）", s.text_of(mail)).group(1)
                  for mail in inbox(stack, "zeimu-chief")
                  if "登録のお知らせ" in str(mail["Subject"])
                  and f"内容     {change}\n" in s.text_of(mail))


EVERYBODY = ["zeimu-chief (approver)", "zeimu-deputy (delegate)", "zeimu-staff (staff)"]
LOGINS = ["zeimu-chief", "zeimu-deputy", "zeimu-staff"]


def test_forms_are_in_two_languages(stack):
    for name in ("form1-register.ldif", "form2-end.ldif", "form3-reset.ldif"):
        text = (s.TOP / "conf" / "slapd" / name).read_text()
        for words in ("様式第", "Form ", "システム管理者として", "第8条", "Art. 8"):
            check_in(words, text, name)


def test_form_1(stack):
    stack.configure(password_help=PASSWORD_HELP)
    stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'duties'"),
                   what="the first look")
    load(stack, "ldapadd", fill("form1-register.ldif"))
    stack.wait_for(lambda: len(duty_rows(stack, "registered")) >= 3, what="the rows")
    check_equal(duty_rows(stack, "registered"), EVERYBODY)
    # The first passwords are good for nothing but changing them.
    final = submit(stack, "はじめのまま", "zeimu-staff-first")
    check_equal(final[0], 550, final[1])
    check_in("Art.12", final[1])
    for login in LOGINS:
        registered_an_hour_ago(stack, login)
        change_password(stack, login, f"{login}-first", f"{login}-pass")
    stack.wait_for(lambda: len(notices(stack, "登録")) >= 3, what="the notices")
    check_equal(notices(stack, "登録"), LOGINS)
    # Whoever is registered hears where the first password is changed.
    for login in LOGINS:
        told = [s.text_of(mail) for mail in inbox(stack, login)
                if "登録のお知らせ" in str(mail["Subject"])]
        check_equal(len([text for text in told if "はじめのパスワード" in text
                         and f"変更方法: {PASSWORD_HELP}\n" in text and f"（{login}）" in text]), 1,
                    login)
        check_equal(len(told), 3 if login == "zeimu-chief" else 1, login)
    final = submit(stack, "変えたあと", "zeimu-staff-pass")
    check_equal(final[0], 250, final[1])
    check_in("本文です。", s.text_of(wait_mail(stack, "zeimu-chief", "変えたあと")))


def test_form_3(stack):
    load(stack, "ldapmodify", fill("form3-reset.ldif"))
    final = submit(stack, "初期化のあと", "reset-pass")
    check_equal(final[0], 550, final[1])
    check_in("Art.12", final[1])
    refused = s.text_of(wait_mail(stack, "zeimu-staff", "初期化のあと"))
    check_in("第12条", refused)
    check_in(f"変更方法: {PASSWORD_HELP}\n", refused)
    change_password(stack, "zeimu-staff", "reset-pass", "zeimu-staff-pass")
    check_equal(submit(stack, "また変えたあと", "zeimu-staff-pass")[0], 250)
    row = stack.wait_for(lambda: stack.store(
        "SELECT uid, detail FROM audit WHERE action = 'ldap-modify' AND uid = 'sysadmin' AND"
        " detail LIKE '%zeimu-staff%pwdReset%'"), what="the row")[0]
    for secret in ("reset-pass", "SSHA"):
        check_equal(secret in row["detail"], False, row["detail"])


def test_form_2(stack):
    one = fill("form2-end.ldif", lambda record: "changetype: delete" not in record)
    load(stack, "ldapmodify", one)
    stack.wait_for(lambda: duty_rows(stack, "ended"), what="the row")
    check_equal(duty_rows(stack, "ended"), ["zeimu-staff (staff)"])
    final = submit(stack, "終わった人", "zeimu-staff-pass")
    check_equal(final[0], 550, final[1])
    stack.wait_for(lambda: notices(stack, "登録の終了"), what="the notice")
    load(stack, "ldapmodify",
         fill("form2-end.ldif", lambda record: "changetype: modify" not in record))
    stack.wait_for(lambda: len(duty_rows(stack, "ended")) >= 3, what="the rows")
    check_equal(duty_rows(stack, "ended"), EVERYBODY)
    stack.wait_for(lambda: len(notices(stack, "登録の終了")) >= 3, what="the notices")
    check_equal(notices(stack, "登録の終了"), LOGINS)
    stack.wait_for(lambda: submit(stack, "終わった課", "zeimu-staff-pass")[0] >= 500,
                   what="the end of the address")


if __name__ == "__main__":
    tap.main(globals())
