#!/usr/bin/env python3
"""kairanctl directory check (Art. 4): each contradiction by itself, with its entry and the mend,
and the daemon's alarm about it, once until it clears."""
import json
import os

import stack as s
import tap
from tap import check_equal, check_in

BASE = "dc=town,dc=example"
SECTION = f"ou=bosai,ou=sections,{BASE}"
BROADCAST = f"cn=bosai,ou=broadcasts,{BASE}"
GROUP = f"cn=kairan-admins,ou=groups,{BASE}"
DATAERR = 65


def dn(uid):
    return f"uid={uid},ou=people,{BASE}"


def modify(entry, *changes):
    """LDIF for one entry; each change is (how, attribute, value)."""
    parts = [f"{how}: {attribute}\n" + (f"{attribute}: {value}\n" if value is not None else "")
             for how, attribute, value in changes]
    return f"dn: {entry}\nchangetype: modify\n" + "-\n".join(parts)


def alarms(stack, words):
    return [mail for mail in stack.imap("sysadmin") if "要確認" in str(mail["Subject"])
            and words in s.text_of(mail)]


def check_found(stack, finding, where, entry, article):
    done = stack.kairanctl("directory", "check", "--json", check=False)
    check_equal(done.returncode, DATAERR, done.stderr)
    rows = json.loads(done.stdout)
    check_in((finding, where, entry, article),
             [(row["finding"], row["where"], row["entry"], row["article"]) for row in rows])
    check_equal([row["mend"] for row in rows if not row["mend"]], [], "findings without a mend")
    text = stack.kairanctl("directory", "check", check=False)
    check_equal(text.returncode, DATAERR, text.stderr)
    for words in (finding, where, entry):
        check_in(words, text.stdout)


def check_slip(stack, how, undo, found, words, sections=1):
    """Found by kairanctl and by the daemon; told once for each section; gone when it is mended."""
    before = len(alarms(stack, words))
    stack.ldapmodify(how, relax=True)
    try:
        check_found(stack, *found)
        told = stack.wait_for(
            lambda: (lambda mails: mails[sections - 1:] and mails)(alarms(stack, words)[before:]),
            what=f"alarm: {words}")
        # Mails of the same moment may come in any order.
        check_in(found[2] or found[1], "\n".join(map(s.text_of, told)))
        # Everybody looks again, and nobody tells again.
        stack.configure()
    finally:
        stack.ldapmodify(undo, relax=True)
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM alarm"), what="the end of the alarm")
    check_in("in order", stack.kairanctl("directory", "check").stdout)
    check_equal(stack.kairanctl("directory", "check", "--json").stdout.strip(), "[]")
    check_equal(len(alarms(stack, words)) - before, sections, "mails to the administrator")


def test_in_order(stack):
    check_in("in order", stack.kairanctl("directory", "check").stdout)
    check_equal(stack.store("SELECT 1 FROM alarm"), [])


def test_no_approver(stack):
    check_slip(stack, modify(SECTION, ("delete", "kairanApprover", None)),
               modify(SECTION, ("add", "kairanApprover", dn("bosai-chief"))),
               ("no-approver", SECTION, "", "4"), "配信責任者が登録されていません")


def test_approver_who_does_not_exist(stack):
    check_slip(stack, modify(SECTION, ("replace", "kairanApprover", dn("nobody"))),
               modify(SECTION, ("replace", "kairanApprover", dn("bosai-chief"))),
               ("no-approver", SECTION, dn("nobody"), "4"), "配信責任者が登録されていません")


def test_approver_who_is_staff(stack):
    check_slip(stack, modify(SECTION, ("add", "kairanStaff", dn("bosai-chief"))),
               modify(SECTION, ("delete", "kairanStaff", dn("bosai-chief"))),
               ("both-duties", SECTION, dn("bosai-chief"), "4"), "兼ねています")


def test_delegate_who_is_staff(stack):
    check_slip(stack, modify(SECTION, ("add", "kairanStaff", dn("bosai-deputy"))),
               modify(SECTION, ("delete", "kairanStaff", dn("bosai-deputy"))),
               ("both-duties", SECTION, dn("bosai-deputy"), "4"), "兼ねています")


def test_delegate_from_elsewhere(stack):
    check_slip(stack, modify(SECTION, ("add", "kairanDelegate", dn("kosodate-staff1"))),
               modify(SECTION, ("delete", "kairanDelegate", dn("kosodate-staff1"))),
               ("foreign-delegate", SECTION, dn("kosodate-staff1"), "4"), "ほかの課の方")


def test_the_same_mail_twice(stack):
    address = "bosai-staff2@town.example"
    check_slip(stack, modify(dn("kosodate-staff2"), ("add", "mail", address)),
               modify(dn("kosodate-staff2"), ("delete", "mail", address)),
               ("mail-twice", SECTION, f"{dn('bosai-staff2')} = {dn('kosodate-staff2')}", "3"),
               "同じメールアドレスが、二人に", sections=2)


def test_mail_and_alias_are_the_same(stack):
    """What slapd's unique does not compare with each other."""
    address = "bosai-staff2@town.example"
    check_slip(stack,
               modify(dn("kosodate-staff2"), ("add", "objectClass", "kairanPerson"),
                      ("add", "kairanMailAlias", address)),
               modify(dn("kosodate-staff2"), ("delete", "kairanMailAlias", address),
                      ("delete", "objectClass", "kairanPerson")),
               ("mail-twice", SECTION, f"{dn('bosai-staff2')} = {dn('kosodate-staff2')}", "3"),
               "同じメールアドレスが、二人に", sections=2)


def test_address_of_no_section(stack):
    gone = f"ou=gone,ou=sections,{BASE}"
    check_slip(stack, modify(BROADCAST, ("replace", "kairanSectionDN", gone)),
               modify(BROADCAST, ("replace", "kairanSectionDN", SECTION)),
               ("no-section", "bosai@info.town.example", gone, "4"), "所管する課")
    check_slip(stack, modify(BROADCAST, ("delete", "kairanSectionDN", None)),
               modify(BROADCAST, ("add", "kairanSectionDN", SECTION)),
               ("no-section", "bosai@info.town.example", "", "4"), "所管する課")


def test_unknown_list(stack):
    check_slip(stack, modify(BROADCAST, ("replace", "kairanList", "typo")),
               modify(BROADCAST, ("replace", "kairanList", "bosai")),
               ("unknown-list", "bosai@info.town.example", "typo", "2"), "利用者リスト")


def test_a_list_that_is_suspended(stack):
    everybody = [row["address"] for row in stack.store(
        "SELECT address FROM subscriber WHERE list = 'kosodate' AND state = 1")]
    words = "すべて配信停止中"
    stack.kairanctl("subscribers", "suspend", "--list", "kosodate", *everybody)
    try:
        check_found(stack, "empty-list", "kosodate@info.town.example", "kosodate", "2")
        stack.configure()
        stack.wait_for(lambda: alarms(stack, words), what="the alarm")
    finally:
        stack.kairanctl("subscribers", "resume", "--list", "kosodate", *everybody)
    stack.configure()
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM alarm"), what="the end of the alarm")


def test_a_list_that_no_broadcast_has(stack):
    """It may be a new one, so that nobody is alarmed."""
    path = os.path.join(os.path.dirname(stack.env["KAIRAN_STORE"]), "left.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("a@sink.example\n")
    os.chmod(path, 0o644)
    stack.kairanctl("subscribers", "import", "--list", "left", "--new-list", path)
    check_found(stack, "orphan-list", "left", "", "2")
    counts = json.loads(stack.kairanctl("subscribers", "count", "--json").stdout)
    check_in({"list": "left", "active": 1, "suspended": 0, "left": 0, "paused": 0}, counts)
    stack.kairanctl("subscribers", "delete", "--list", "left", "a@sink.example")
    check_in("in order", stack.kairanctl("directory", "check").stdout)
    check_equal(stack.store("SELECT 1 FROM alarm"), [])


def test_an_address_twice(stack):
    twin = f"cn=twin,ou=broadcasts,{BASE}"
    check_slip(stack, f"dn: {twin}\nchangetype: add\nobjectClass: kairanBroadcast\ncn: twin\n"
               f"mail: bosai@info.town.example\nkairanSectionDN: {SECTION}\nkairanList: bosai\n",
               f"dn: {twin}\nchangetype: delete\n",
               ("broadcast-twice", "bosai@info.town.example", "", "4"), "二つの項目")


def test_staff_who_do_not_exist(stack):
    check_slip(stack, modify(SECTION, ("add", "kairanStaff", dn("nobody"))),
               modify(SECTION, ("delete", "kairanStaff", dn("nobody"))),
               ("no-such-entry", SECTION, dn("nobody"), "3"), "ディレクトリにいません")


def test_staff_without_a_login(stack):
    entry = f"cn=Nameless,ou=people,{BASE}"
    stack.ldapmodify(f"dn: {entry}\nchangetype: add\nobjectClass: inetOrgPerson\ncn: Nameless\n"
                     "sn: Nameless\nmail: nameless@town.example\n")
    check_slip(stack, modify(SECTION, ("add", "kairanStaff", entry)),
               modify(SECTION, ("delete", "kairanStaff", entry)),
               ("no-such-entry", SECTION, entry.lower(), "3"), "ログイン名がありません")


def test_staff_without_mail(stack):
    check_slip(stack, modify(dn("bosai-staff1"), ("delete", "mail", None)),
               modify(dn("bosai-staff1"), ("add", "mail", "bosai-staff1@town.example")),
               ("no-mail", SECTION, dn("bosai-staff1"), "3"), "メールアドレスがありません")


def test_shared_address_that_is_somebody_s(stack):
    for mail in ("bosaika", "bosai-chief@town.example"):
        check_slip(stack, modify(SECTION, ("add", "kairanSharedMail", mail)),
                   modify(SECTION, ("delete", "kairanSharedMail", mail)),
                   ("shared-mail", SECTION, mail, "14"), "課の共用アドレス")


def test_no_password_policy(stack):
    row = stack.store("SELECT strftime('%Y%m%d%H%M%SZ', 'now') AS now")[0]["now"]
    check_slip(stack, modify(dn("bosai-staff1"), ("replace", "pwdChangedTime", None)),
               modify(dn("bosai-staff1"), ("replace", "pwdChangedTime", row)),
               ("no-password-policy", SECTION, dn("bosai-staff1"), "12"), "変更日が分からない")


def test_an_entry_that_cannot_be_understood(stack):
    for entry, attribute, bad, good in (
            (SECTION, "kairanApproverStatus", "asleep", "active"),
            (BROADCAST, "kairanQuietHours", "at night", "none"),
            (BROADCAST, "kairanReplyTo", "the office", "none")):
        check_unreadable(stack, entry, attribute, bad, good)
    for attribute in ("kairanQuietHours", "kairanReplyTo"):
        stack.ldapmodify(modify(BROADCAST, ("delete", attribute, None)))


def check_unreadable(stack, entry, attribute, bad, good):
    stack.ldapmodify(modify(entry, ("replace", attribute, bad)))
    done = stack.kairanctl("directory", "check", "--json", check=False)
    rows = {row["finding"]: row["where"] for row in json.loads(done.stdout)}
    check_in(entry, rows["unreadable"])
    check_in(attribute, rows["unreadable"])
    stack.wait_for(lambda: [mail for mail in alarms(stack, "読み取れない項目")
                            if attribute in s.text_of(mail)], what="the alarm")
    stack.ldapmodify(modify(entry, ("replace", attribute, good)))
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM alarm"), what="the end of the alarm")


def test_no_administrator(stack):
    """There is nobody to tell; kairanctl says so."""
    stack.ldapmodify(modify(GROUP, ("replace", "member", dn("nobody"))))
    try:
        done = stack.kairanctl("directory", "check", "--json", check=False)
        check_equal(done.returncode, DATAERR, done.stderr)
        check_equal([row["finding"] for row in json.loads(done.stdout)], ["no-administrator"])
    finally:
        stack.ldapmodify(modify(GROUP, ("replace", "member", dn("sysadmin"))))
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM alarm"), what="the end of the alarm")


def test_two_approvers_in_a_mapped_directory(stack):
    """kairan's schema takes one; a directory with names of its own may have two."""
    mapping = {"ldap_approver": "kairanStaff", "ldap_staff": "kairanDelegate",
               "ldap_delegate": "kairanApprover"}
    defaults = {"ldap_approver": "kairanApprover", "ldap_staff": "kairanStaff",
                "ldap_delegate": "kairanDelegate"}
    stack.configure(**mapping)
    try:
        check_found(stack, "several-approvers", SECTION, "", "4")
        stack.wait_for(lambda: alarms(stack, "配信責任者が二人以上"), what="the alarm")
    finally:
        stack.configure(**defaults)
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM alarm"), what="the end of the alarm")


if __name__ == "__main__":
    tap.main(globals())
