#!/usr/bin/env python3
"""Nobody answers (Art. 13-1, 5, 9): who may decide now is reminded and asked again, the author
and the administrators are told whom to call, then those on the duty list; each step once,
whatever becomes of the servers."""
import json
import pathlib
import re
import subprocess
import tempfile

import stack as s
import tap
import town
from tap import check_equal, check_in

MINUTE = 60
HOUR = 3600
NOINPUT, NOUSER = 66, 67
BASE = "dc=town,dc=example"
SECTION = f"ou=bosai,ou=sections,{BASE}"
ADMINS = f"cn=kairan-admins,ou=groups,{BASE}"
TEXT = "川があふれるおそれがあります。"


def dn(uid):
    return f"uid={uid},ou=people,{BASE}"


def modify(stack, entry, *changes):
    stack.ldapmodify(f"dn: {entry}\nchangetype: modify\n" + "-\n".join(changes))


def add(attribute, value):
    return f"add: {attribute}\n{attribute}: {value}\n"


def remove(attribute, value):
    return f"delete: {attribute}\n{attribute}: {value}\n"


def schema_update(stack, folder, text):
    """Put this kairan.ldif in the place of the directory's, as INSTALL says."""
    done = stack.ldap("ldapsearch", stack.env["KAIRAN_LDAP_ADMIN_DN"],
                      stack.env["KAIRAN_LDAP_ADMIN_PASSWORD"], "-LLL", "-b",
                      "cn=schema,cn=config", "(cn=*kairan)", "dn")
    name = done.stdout.partition("dn: ")[2].splitlines()[0]
    path = pathlib.Path(folder) / "kairan.ldif"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(["sh", str(s.TOP / "conf/slapd/schema-update.sh"), name, str(path)],
                          capture_output=True, text=True, check=True)
    stack.ldapmodify(done.stdout)


def test_an_older_schema_is_brought_up(stack):
    """Without the duty list's attribute nothing fails; with it, it can be used."""
    now = (s.TOP / "schema/kairan.ldif").read_text(encoding="utf-8")
    old = re.sub(r"(?ms)^olcAttributeTypes: [^\n]*\n  NAME 'kairanDutyList'.*?\)\n(?=olc|#)", "", now)
    old = re.sub(r"(?ms)^olcObjectClasses: [^\n]*\n  NAME 'kairanService'.*", "", old)
    old = old.replace(" $ kairanDutyList", "")
    check_equal("kairanDutyList" in old, False, "what is left out")
    with tempfile.TemporaryDirectory() as folder:
        schema_update(stack, folder, old)
        subject = "【緊急】古い名簿"
        request = hold(stack, subject)
        stack.move_clock(10 * MINUTE + 1)
        wait_calls(stack, subject, 1)
        send_back(stack, request, subject)
        schema_update(stack, folder, now)


def prepare(stack):
    """Numbers in the directory, and somebody on duty for bosai."""
    modify(stack, dn("bosai-chief"), add("telephoneNumber", "0123-45-0001"))
    modify(stack, dn("bosai-deputy"), add("mobile", "090-0000-0002"))
    modify(stack, dn("kosodate-staff1"), add("telephoneNumber", "0123-45-0003"))
    modify(stack, SECTION, add("telephoneNumber", "0123-45-6789"),
           add("kairanDutyList", dn("kosodate-staff1")))


def hold(stack, subject):
    town.draft(stack, "bosai-staff1", subject, TEXT)
    return town.request_for(stack, "bosai-chief", subject)


def calls(stack, subject):
    return stack.store("SELECT calls FROM draft WHERE subject = ?", subject)[0][0]


def wait_calls(stack, subject, count):
    stack.wait_for(lambda: calls(stack, subject) == count, what=f"call {count} about {subject}")


def told(stack, person, subject, mark):
    """Each once: one that was on its way when the daemon was killed is sent again as it was."""
    return list({str(mail["Message-ID"]): mail for mail in town.notices(stack, person, subject)
                 if mark in str(mail["Subject"])}.values())


def wait_told(stack, person, subject, mark, count=1):
    """Exactly so many, once there are."""
    stack.wait_for(lambda: len(told(stack, person, subject, mark)) >= count,
                   what=f"{count} mails {mark} to {person}")
    found = told(stack, person, subject, mark)
    check_equal(len(found), count, f"{mark} to {person}")
    return found


def called(stack, subject):
    return [(row["outcome"], row["detail"]) for row in town.audit(stack, subject, "call")]


def pass_a_round(stack):
    """The rounds have looked at every draft since: another one was asked about by hand."""
    subject = f"別の原稿{stack.now().timestamp()}"
    town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
    request = town.request_for(stack, "kosodate-chief", subject)
    stack.move_clock(30 * MINUTE + 1)
    stack.wait_for(lambda: town.audit(stack, subject, "remind"), what="a reminder")
    town.answer(stack, "kosodate-chief", request, "差戻し 試験でした")


def send_back(stack, request, subject):
    town.answer(stack, "bosai-chief", request, "差戻し 試験でした")
    town.wait_state(stack, subject, town.SENT_BACK)


def test_urgent(stack):
    prepare(stack)
    subject = "【緊急】避難の準備"
    hold(stack, subject)
    stack.move_clock(10 * MINUTE - 5)
    stack.wait_for(lambda: town.audit(stack, subject, "remind"), what="the reminder")
    check_equal(calls(stack, subject), 0, "before ten minutes")
    stack.move_clock(6)
    wait_calls(stack, subject, 1)
    again = wait_told(stack, "bosai-chief", subject, "【未回答】")[0]
    check_in(TEXT, s.text_of(again))
    check_in("緊急の印", s.text_of(again))
    check_in("承認依頼  佐藤 健一、鈴木 由美", s.text_of(again), "who was asked before, and when")
    check_in("催促  佐藤 健一、鈴木 由美", s.text_of(again))
    wait_told(stack, "bosai-deputy", subject, "【未回答】")
    for person, mark in (("bosai-staff1", "【未回答】"), ("sysadmin", "【連絡願い】")):
        text = s.text_of(wait_told(stack, person, subject, mark)[0])
        for part in ("佐藤 健一（配信責任者）  0123-45-0001", "防災課  0123-45-6789",
                     "鈴木 由美（委任を受けた者）  090-0000-0002", TEXT):
            check_in(part, text, person)
    check_equal(told(stack, "kosodate-staff1", subject, ""), [], "not yet the duty list")
    stack.move_clock(10 * MINUTE)
    wait_calls(stack, subject, 2)
    duty = wait_told(stack, "kosodate-staff1", subject, "【連絡願い】")[0]
    check_in("0123-45-0001", s.text_of(duty))
    check_in("承認依頼に返信するようお伝えください", s.text_of(duty))
    check_equal(s.reply_address(duty).startswith("decide"), False, "who is on duty decides nothing")
    second = wait_told(stack, "bosai-staff1", subject, "【未回答】", 2)[1]
    check_in("山本 大輔（当番）  0123-45-0003", s.text_of(second))
    check_in("draft+", s.reply_address(second))
    check_equal(called(stack, subject),
                [("asked again", "bosai-chief bosai-deputy bosai-staff1 sysadmin"),
                 ("duty list", "kosodate-staff1 bosai-staff1")], "the trail")
    town.answer(stack, "bosai-deputy",
                wait_told(stack, "bosai-deputy", subject, "【未回答】")[0], "承認")
    town.wait_broadcast(stack, subject)
    report = wait_told(stack, "bosai-staff1", subject, "【配信完了】")[0]
    for part in ("再依頼  佐藤 健一", "呼び出しの依頼  中村 隆", "呼び出しの依頼  山本 大輔"):
        check_in(part, s.text_of(report), "the report")
    shown = json.loads(stack.kairanctl("drafts", "show", str(town.draft_id(stack, subject)),
                                       "--json").stdout)
    check_equal(len([row for row in shown["history"] if row["action"] == "call"]), 2, "history")


def test_not_urgent(stack):
    """After four hours, and of what was decided in time the report says nothing."""
    subject = "四時間の未回答"
    request = hold(stack, subject)
    stack.move_clock(4 * HOUR - 30)
    pass_a_round(stack)  # which takes more than the half minute
    wait_calls(stack, subject, 1)
    wait_told(stack, "sysadmin", subject, "【連絡願い】")
    send_back(stack, request, subject)
    stack.move_clock(5 * HOUR)
    pass_a_round(stack)
    check_equal(calls(stack, subject), 1, "nobody is called about what was decided")
    subject = "すぐに承認"
    town.answer(stack, "bosai-chief", hold(stack, subject), "承認")
    town.wait_broadcast(stack, subject)
    report = wait_told(stack, "bosai-staff1", subject, "【配信完了】")[0]
    check_equal("これまでの連絡" in s.text_of(report), False, "no history of what went well")


def test_who_may_decide_now(stack):
    """A delegate who is one no longer is not reminded; who became one is asked, and then so."""
    subject = "委任の変更"
    request = hold(stack, subject)
    modify(stack, SECTION, remove("kairanDelegate", dn("bosai-deputy")),
           remove("kairanStaff", dn("bosai-staff2")), add("kairanDelegate", dn("bosai-staff2")))
    try:
        asked = town.request_for(stack, "bosai-staff2", subject)
        stack.move_clock(30 * MINUTE + 1)
        wait_told(stack, "bosai-chief", subject, "【承認待ち】")
        wait_told(stack, "bosai-staff2", subject, "【承認待ち】")
        check_equal(told(stack, "bosai-deputy", subject, "【承認待ち】"), [], "no delegate any more")
        check_equal([row["detail"] for row in town.audit(stack, subject, "remind")],
                    ["bosai-chief bosai-staff2"])
        check_equal(s.reply_address(asked).startswith("decide+"), True)
    finally:
        modify(stack, SECTION, remove("kairanDelegate", dn("bosai-staff2")),
               add("kairanStaff", dn("bosai-staff2")), add("kairanDelegate", dn("bosai-deputy")))
    send_back(stack, request, subject)


def test_a_new_delegate_sees_who_was_asked(stack):
    subject = "途中からの委任"
    request = hold(stack, subject)
    town.request_for(stack, "bosai-deputy", subject)
    stack.move_clock(MINUTE)
    # The directory's change is seen at once, and must not come before the clock's.
    stack.configure()
    modify(stack, SECTION, remove("kairanStaff", dn("bosai-staff2")),
           add("kairanDelegate", dn("bosai-staff2")))
    try:
        asked = town.request_for(stack, "bosai-staff2", subject)
        check_in("承認依頼  佐藤 健一、鈴木 由美", s.text_of(asked))
        check_equal("これまでの連絡" in s.text_of(request), False, "who is asked first")
    finally:
        modify(stack, SECTION, remove("kairanDelegate", dn("bosai-staff2")),
               add("kairanStaff", dn("bosai-staff2")))
    send_back(stack, request, subject)


def test_the_directory_is_away(stack):
    """Nobody is asked by guess: it waits, and comes when the directory is there again."""
    subject = "【緊急】名簿の停止中"
    request = hold(stack, subject)
    stack.stop("slapd")
    stack.move_clock(11 * MINUTE)
    stack.wait_for(lambda: "asking for drafts of" in stack.log(), what="a try")
    check_equal(calls(stack, subject), 0, "without the directory")
    stack.start("slapd")
    stack.move_clock(2 * MINUTE)
    wait_calls(stack, subject, 1)
    wait_told(stack, "bosai-chief", subject, "【未回答】")
    wait_told(stack, "bosai-staff1", subject, "【未回答】")
    send_back(stack, request, subject)


def test_killed(stack):
    """Each step once: the one that fell due while the daemon was dead, and none again."""
    subject = "【緊急】強制終了"
    request = hold(stack, subject)
    stack.kill9("milter")
    stack.move_clock(11 * MINUTE)
    stack.start("milter")
    wait_calls(stack, subject, 1)
    stack.kill9("milter")
    stack.start("milter")
    for person, mark in (("bosai-chief", "【未回答】"), ("bosai-deputy", "【未回答】"),
                         ("bosai-staff1", "【未回答】"), ("sysadmin", "【連絡願い】")):
        wait_told(stack, person, subject, mark)
    check_equal(len(called(stack, subject)), 1, "one step")
    send_back(stack, request, subject)


def test_the_duty_list_of_the_service(stack):
    """For a section without one. A delegate on it is asked, and not told whom to call."""
    modify(stack, ADMINS, add("objectClass", "kairanService"),
           add("kairanDutyList", dn("kosodate-deputy")),
           add("kairanDutyList", dn("bosai-staff1")))
    subject = "【緊急】子育ての知らせ"
    town.draft(stack, "kosodate-staff1", subject, TEXT, to=town.KOSODATE)
    request = town.request_for(stack, "kosodate-chief", subject)
    for count in (1, 2):
        stack.move_clock(10 * MINUTE + 1)
        wait_calls(stack, subject, count)
    wait_told(stack, "bosai-staff1", subject, "【連絡願い】")
    wait_told(stack, "kosodate-deputy", subject, "【未回答】", 2)
    check_equal(told(stack, "kosodate-deputy", subject, "【連絡願い】"), [])
    town.answer(stack, "kosodate-chief", request, "差戻し 試験でした")


def test_nobody_may_decide(stack):
    """Art. 6: the administrators are told that there is nobody to call."""
    subject = "【緊急】一時停止中の課"
    modify(stack, SECTION, "replace: kairanApproverStatus\nkairanApproverStatus: suspended\n")
    try:
        town.draft(stack, "bosai-staff1", subject, TEXT)
        stack.move_clock(10 * MINUTE + 1)
        wait_calls(stack, subject, 1)
        text = s.text_of(wait_told(stack, "bosai-staff1", subject, "【未回答】")[0])
        check_in("決裁できる方がいません", text)
        text = s.text_of(wait_told(stack, "sysadmin", subject, "【連絡願い】")[0])
        check_in("決裁できる方がいません", text)
        done = stack.kairanctl("drafts", "ask", str(town.draft_id(stack, subject)), check=False)
        check_equal(done.returncode, NOUSER)
        check_in("nobody may decide", done.stderr)
    finally:
        modify(stack, SECTION, "replace: kairanApproverStatus\nkairanApproverStatus: active\n")
    send_back(stack, town.request_for(stack, "bosai-chief", subject), subject)


def test_asked_by_hand(stack):
    subject = "手動の再依頼"
    request = hold(stack, subject)
    number = str(town.draft_id(stack, subject))
    done = stack.kairanctl("drafts", "ask", number)
    for person in ("bosai-chief", "bosai-deputy"):
        check_in(f"<{person}@town.example>", done.stdout)
        again = wait_told(stack, person, subject, "【未回答】")[0]
        check_in("decide+", s.reply_address(again))
    rows = town.audit(stack, subject, "ask")
    check_equal([(row["role"], row["detail"]) for row in rows],
                [("administrator", "bosai-chief bosai-deputy")], "the trail")
    send_back(stack, request, subject)
    done = stack.kairanctl("drafts", "ask", number, check=False)
    check_equal(done.returncode, NOINPUT)
    check_in("waits for no decision (sent-back)", done.stderr)
    check_equal(stack.kairanctl("drafts", "ask", "99999", check=False).returncode, NOINPUT)


def test_the_check_knows_the_duty_list(stack):
    modify(stack, SECTION, add("kairanDutyList", dn("nobody-there")))
    try:
        done = stack.kairanctl("directory", "check", check=False)
        check_in("nobody-there", done.stdout)
    finally:
        modify(stack, SECTION, remove("kairanDutyList", dn("nobody-there")))


if __name__ == "__main__":
    tap.main(globals())
