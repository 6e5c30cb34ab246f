#!/usr/bin/env python3
"""What happens in the directory and around the service is recorded and told: duties (Art. 10,
11), incidents and alarms (Art. 9, 14), and the trail's end of time (Art. 8)."""
import pathlib

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
    told(stack, "bosai-chief", "一時停止")
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
            final = stack.submit("bosai-staff1", INCIDENT, mail).final
            check_equal(final[0] // 100, 4, final)
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
