#!/usr/bin/env python3
"""What happens in the directory and around the service is recorded and told: duties (Art. 10,
11), incidents and alarms (Art. 9, 14), and the trail's end of time (Art. 8)."""
import pathlib
import shutil

import stack as s
import tap
import town
from tap import check_equal, check_in

SECTION = "ou=bosai,ou=sections,dc=town,dc=example"
INCIDENT = f"incident@{s.SERVICE}"


def dn(uid):
    return f"uid={uid},ou=people,dc=town,dc=example"


def change(stack, how, attribute, value):
    stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\n{how}: {attribute}\n"
                     f"{attribute}: {value}\n")


def duty_rows(stack):
    return [(row["outcome"], row["detail"]) for row in
            stack.store("SELECT outcome, detail FROM audit WHERE action = 'duty' ORDER BY seq")]


def wait_duty(stack, outcome, words):
    return stack.wait_for(
        lambda: next((detail for found, detail in duty_rows(stack)
                      if found == outcome and words in detail), None), what=f"duty {outcome}")


def told(stack, user, *words):
    return stack.wait_mail(user, lambda mail: "登録のお知らせ" in str(mail["Subject"])
                           and all(word in s.text_of(mail) for word in words))


def wait_first_look(stack):
    stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'duties'"),
                   what="the first look")


def test_the_first_look_tells_nothing(stack):
    wait_first_look(stack)
    check_equal(duty_rows(stack), [])
    check_equal(len(stack.store("SELECT 1 FROM duty")), 8, "duties")


def test_staff_registered_and_removed(stack):
    wait_first_look(stack)
    change(stack, "add", "kairanStaff", dn("kosodate-staff1"))
    wait_duty(stack, "registered", "kosodate-staff1 (staff)")
    mail = told(stack, "bosai-chief", "配信担当者", "kosodate-staff1", "内容     登録")
    check_in("第10条", s.text_of(mail))
    change(stack, "delete", "kairanStaff", dn("kosodate-staff1"))
    wait_duty(stack, "ended", "kosodate-staff1 (staff)")
    told(stack, "bosai-chief", "kosodate-staff1", "登録の終了")


def test_approver_suspended_and_replaced(stack):
    wait_first_look(stack)
    change(stack, "replace", "kairanApproverStatus", "suspended")
    wait_duty(stack, "suspended", "bosai-chief (approver)")
    stack.wait_mail("bosai-chief", lambda mail: "【一時停止】" in str(mail["Subject"]))
    change(stack, "replace", "kairanApproverStatus", "active")
    wait_duty(stack, "active", "bosai-chief (approver)")
    change(stack, "replace", "kairanApprover", dn("kosodate-deputy"))
    wait_duty(stack, "ended", "bosai-chief (approver)")
    wait_duty(stack, "registered", "kosodate-deputy (approver)")
    told(stack, "bosai-chief", "bosai-chief", "登録の終了")
    told(stack, "kosodate-deputy", "kosodate-deputy", "内容     登録")
    change(stack, "replace", "kairanApprover", dn("bosai-chief"))
    told(stack, "bosai-chief", "bosai-chief", "内容     登録")


def test_changes_while_the_daemon_is_down(stack):
    wait_first_look(stack)
    stack.stop("milter")
    change(stack, "add", "kairanStaff", dn("kosodate-staff2"))
    stack.start()
    wait_duty(stack, "registered", "kosodate-staff2 (staff)")
    change(stack, "delete", "kairanStaff", dn("kosodate-staff2"))
    wait_duty(stack, "ended", "kosodate-staff2 (staff)")


# ---- who somebody is, and whether they are there ----

def modify_person(stack, uid, how, attribute, value):
    stack.ldapmodify(f"dn: {dn(uid)}\nchangetype: modify\n{how}: {attribute}\n"
                     f"{attribute}: {value}\n")


def make_person(stack, uid):
    stack.ldapmodify(f"dn: {dn(uid)}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {uid}\n"
                     f"cn: {uid}\nsn: {uid}\nmail: bosai-staff2+{uid}@town.example\n"
                     f"userPassword: {uid}-pass\n")


def count_told(stack, *words):
    return len([mail for mail in stack.imap("bosai-chief")
                if "登録のお知らせ" in str(mail["Subject"])
                and all(word in s.text_of(mail) for word in words)])


def check_once(stack, outcome, words, *told_words):
    """One row, and one notice to the section's head."""
    wait_duty(stack, outcome, words)
    stack.wait_for(lambda: count_told(stack, *told_words) >= 1, what=f"the notice of {words}")
    check_equal(len([1 for found, detail in duty_rows(stack)
                     if found == outcome and words in detail]), 1, f"rows of {words}")
    check_equal(count_told(stack, *told_words), 1, f"notices of {words}")


def test_mail_name_and_login_are_changed(stack):
    wait_first_look(stack)
    make_person(stack, "changing")
    change(stack, "add", "kairanStaff", dn("changing"))
    check_once(stack, "registered", "changing (staff)", "changing", "内容     登録")
    modify_person(stack, "changing", "replace", "mail", "changed@town.example")
    check_once(stack, "changed", "-> changing (changing, changed@town.example)",
               "changed@town.example", "変更前   changing (changing, bosai-staff2+changing@")
    modify_person(stack, "changing", "replace", "cn;lang-ja", "改名 花子")
    check_once(stack, "changed", "-> 改名 花子", "改名 花子", "内容     変更", "変更前   changing")
    stack.ldapmodify(f"dn: {dn('changing')}\nchangetype: modrdn\nnewrdn: uid=renamed\n"
                     "deleteoldrdn: 1\n")
    check_once(stack, "changed", "changing, changed@town.example) -> 改名 花子 (renamed,",
               "（renamed）", "内容     変更")
    stack.ldapmodify(f"dn: {dn('renamed')}\nchangetype: delete\n")
    check_once(stack, "ended", "renamed (staff)", "（renamed）", "登録の終了")
    check_equal([detail for outcome, detail in duty_rows(stack)
                 if outcome == "ended" and "changing" in detail], [])


def test_an_entry_is_removed_without_refint(stack):
    """The section still names somebody who is not there any more."""
    wait_first_look(stack)
    ghost = dn("ghost")
    change(stack, "add", "kairanStaff", ghost)
    make_person(stack, "ghost")
    check_once(stack, "registered", "ghost (staff)", "ghost", "内容     登録")
    folder = pathlib.Path(stack.env["KAIRAN_CONF"]).parent / "slapd.d" / "cn=config"
    overlay = next(folder.glob("olcDatabase={1}mdb/olcOverlay=*refint.ldif"))
    text = overlay.read_text()
    stack.stop("slapd")
    overlay.unlink()
    stack.start("slapd")
    stack.ldapmodify(f"dn: {ghost}\nchangetype: delete\n")
    check_once(stack, "ended", "ghost (staff)", "ghost", "登録の終了")
    change(stack, "delete", "kairanStaff", ghost)
    stack.stop("slapd")
    overlay.write_text(text)
    shutil.copystat(folder, overlay)
    shutil.chown(overlay, stack.env["KAIRAN_STACK_USER"])
    overlay.chmod(0o600)
    stack.start("slapd")


def test_a_section_is_renamed(stack):
    """Nobody's duty changes with it."""
    wait_first_look(stack)
    before = duty_rows(stack)
    section = "ou=bousai,ou=sections,dc=town,dc=example"
    stack.ldapmodify(f"dn: {SECTION}\nchangetype: modrdn\nnewrdn: ou=bousai\n"
                     "deleteoldrdn: 1\n")
    stack.wait_for(lambda: len(stack.store("SELECT 1 FROM duty WHERE section = ?", section)) == 4,
                   what="the new name")
    stack.ldapmodify(f"dn: {section}\nchangetype: modrdn\nnewrdn: ou=bosai\n"
                     "deleteoldrdn: 1\n")
    stack.wait_for(lambda: len(stack.store("SELECT 1 FROM duty WHERE section = ?", SECTION)) == 4,
                   what="the old name")
    check_equal(duty_rows(stack), before)


def test_a_directory_that_hides_everything(stack):
    """Lost rules of access are not the end of everybody's duties."""
    wait_first_look(stack)
    before = duty_rows(stack)
    stack.ldapmodify("dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nadd: olcAccess\n"
                     "olcAccess: {0}to * by anonymous auth by * none\n")
    try:
        stack.wait_for(lambda: "neither sections nor administrators" in stack.log(),
                       what="the warning")
    finally:
        stack.ldapmodify("dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\n"
                         "delete: olcAccess\nolcAccess: {0}\n")
    change(stack, "add", "kairanStaff", dn("kosodate-staff1"))
    stack.wait_for(lambda: len(duty_rows(stack)) > len(before), what="the next change")
    check_equal([outcome for outcome, _ in duty_rows(stack)[len(before):]], ["registered"])
    change(stack, "delete", "kairanStaff", dn("kosodate-staff1"))
    stack.wait_for(lambda: len(duty_rows(stack)) > len(before) + 1, what="its end")


# ---- incidents ----

def test_incident(stack):
    mail = s.make_mail("bosai-staff1", INCIDENT, "誤配信のおそれ", "別の課の原稿が届きました。")
    check_equal(stack.submit("bosai-staff1", INCIDENT, mail).final[0], 250)
    report = stack.wait_mail("sysadmin", lambda mail: "誤配信のおそれ" in str(mail["Subject"]))
    check_in("別の課の原稿が届きました。", s.text_of(report))
    check_in("bosai-staff1@town.example", s.text_of(report))
    check_in("第9条", s.text_of(report))
    stack.wait_mail("bosai-staff1", lambda mail: "受付" in str(mail["Subject"])
                    and "誤配信のおそれ" in str(mail["Subject"]))
    row = stack.store("SELECT * FROM audit WHERE action = 'incident'")[0]
    check_equal((row["uid"], row["outcome"]), ("bosai-staff1", "reported"))
    check_in("別の課の原稿", row["detail"])


def test_incident_from_outside(stack):
    mail = s.make_mail("stranger@phone.sink.example", INCIDENT, "外から", "x")
    replies = stack.mx_send("stranger@phone.sink.example", INCIDENT, mail)
    check_equal(replies.recipients[INCIDENT][0], 550, replies)
    check_equal([mail for mail in stack.imap("sysadmin") if "外から" in str(mail["Subject"])], [])


def test_incident_without_the_directory(stack):
    stack.stop("slapd")
    try:
        mail = s.make_mail("bosai-staff1", INCIDENT, "後で", "x")
        try:
            replies = stack.submit("bosai-staff1", INCIDENT, mail)
            check_equal(replies.recipients[INCIDENT][0] // 100, 4, replies)
        except OSError:
            pass  # nobody can log in
    finally:
        stack.start()


# ---- alarms ----

def alarm(stack, *words):
    return stack.wait_mail("sysadmin", lambda mail: "要確認" in str(mail["Subject"])
                           and all(word in s.text_of(mail) for word in words))


def test_forged_tokens(stack):
    for number in range(4):
        address = f"decide+aeaaaaaac4aaeadm46timpwp3r7bnkdmzkkynsgwfsqayricas{number + 2}k7@" \
            + s.SERVICE
        mail = s.make_mail("bosai-staff2", address, "Re: 承認", "承認")
        check_equal(stack.submit("bosai-staff2", address, mail).recipients[address][0], 550)
    alarm(stack, "トークン", "第14条")


def test_refusals_of_one_login(stack):
    for number in range(11):
        mail = s.make_mail("kosodate-staff2", town.BOSAI, f"他課 {number}", "本文です。")
        stack.submit("kosodate-staff2", town.BOSAI, mail)
    mail = alarm(stack, "kosodate-staff2", "続いて")
    check_in("第14条", s.text_of(mail))
    check_equal(len(stack.store("SELECT 1 FROM alarm WHERE name = 'refusals kosodate-staff2'")), 1)
    stack.move_clock(86401)
    stack.wait_for(lambda: not stack.store(
        "SELECT 1 FROM alarm WHERE name = 'refusals kosodate-staff2'"), what="the alarm's end")


def test_a_silent_directory(stack):
    """The administrators whom it named last are told."""
    # They were told of something before, so their addresses are known.
    stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'administrators'"),
                   what="the administrators")
    stack.stop("slapd")
    try:
        stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name ="
                                           " 'directory-silent' AND value <> ''"),
                       what="the silence")
        stack.move_clock(3600)
        stack.wait_for(lambda: stack.store("SELECT 1 FROM outbox WHERE kind = 'alarm' AND facts"
                                           " LIKE '%directory-silent%' AND state = 2"),
                       what="the alarm")
    finally:
        stack.start()
    alarm(stack, "LDAP", "応答しない")
    stack.wait_for(lambda: not stack.store(
        "SELECT 1 FROM alarm WHERE name = 'directory ldap'"), what="the alarm's end")


# ---- the trail's end of time, and figures ----

def test_retention(stack):
    """Rows go at the end of the following fiscal year, and the chain stays verifiable."""
    first = stack.store("SELECT min(seq) AS seq FROM audit")[0]["seq"]
    check_equal(first, 1)
    now = stack.now()
    year = now.year + 2 if now.month >= 4 else now.year + 1
    end = now.replace(year=year, month=3, day=31, hour=23, minute=0)
    stack.move_clock((end - now).total_seconds())
    stack.stop("milter")
    stack.start()
    stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'duties'"))
    check_equal(stack.store("SELECT min(seq) AS seq FROM audit")[0]["seq"], 1, "on 31 March")
    stack.move_clock(2 * 86400)
    rows = stack.wait_for(lambda: stack.store("SELECT * FROM audit WHERE action = 'prune'"),
                          what="the pruning")
    check_equal(stack.store("SELECT min(seq) AS seq FROM audit")[0]["seq"] > 1, True)
    check_in("rows", rows[0]["detail"])
    check_equal(stack.kairanctl("audit", "verify").returncode, 0)


def test_prometheus_file(stack):
    path = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / "kairan.prom"
    with open(stack.env["KAIRAN_CONF"], "a", encoding="utf-8") as conf:
        conf.write(f'prometheus_file = "{path}"\n')
    stack.stop("milter")
    stack.start()
    stack.wait_for(path.exists, what="the file")
    check_in("kairan_store_up 1\n", path.read_text())
    check_in('kairan_drafts{state="held"} ', path.read_text())


if __name__ == "__main__":
    tap.main(globals())
