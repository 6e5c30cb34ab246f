#!/usr/bin/env python3
"""What is approved and due goes to those it is meant for, or it is not called done: a list that
has nobody, a broadcast or a section that was removed meanwhile (Art. 11), a time that passed."""
import contextlib
import signal

import stack as s
import tap
import town
from tap import check_equal, check_in

PEOPLE = ("kosodate-staff1", "kosodate-chief", "kosodate-deputy")


def subscribers(stack):
    return [row["address"] for row in stack.store(
        "SELECT address FROM subscriber WHERE list = 'kosodate' ORDER BY address_key")]


@contextlib.contextmanager
def suspended(stack, addresses):
    stack.kairanctl("subscribers", "suspend", "--list", "kosodate", *addresses)
    try:
        yield
    finally:
        stack.kairanctl("subscribers", "resume", "--list", "kosodate", *addresses)


def draft(stack, subject, text="明日は健診です。"):
    town.draft(stack, "kosodate-staff1", subject, text, to=town.KOSODATE)


def approve(stack, subject):
    town.answer(stack, "kosodate-chief", town.request_for(stack, "kosodate-chief", subject),
                "承認")


def approved_for_eleven(stack, subject):
    """Approved, and due at eleven."""
    stack.move_clock_to(10)
    draft(stack, subject, f"配信日時: {stack.now():%Y-%m-%d} 11:00\n健診の会場は公民館です。")
    approve(stack, subject)
    town.wait_state(stack, subject, town.APPROVED)


def told(stack, person, subject, word):
    return stack.wait_mail(person, lambda mail: subject in str(mail["Subject"])
                           and word in str(mail["Subject"]))


def check_stays(stack, subject, reason):
    """Nobody has it, and everybody knows why."""
    for person in PEOPLE:
        check_in(reason, s.text_of(told(stack, person, subject, "【未配信】")))
    stack.wait_mail("sysadmin", lambda mail: "【要確認】" in str(mail["Subject"])
                    and "配信していません" in s.text_of(mail) and subject in s.text_of(mail))
    check_equal(town.state_of(stack, subject), town.APPROVED)
    check_equal(town.broadcast(stack.sink(), subject), [])
    check_equal([mail for mail in town.notices(stack, "kosodate-staff1", subject)
                 if "配信完了" in str(mail["Subject"])], [])


def check_went_out(stack, subject, count=town.SUBSCRIBERS):
    town.wait_state(stack, subject, town.RELEASED, 60)
    check_equal(len(town.wait_broadcast(stack, subject, count)), count)


def test_a_list_that_has_nobody(stack):
    """Nothing is called done. It goes out when there is somebody."""
    subject = "だれもいない名簿"
    with suspended(stack, subscribers(stack)):
        draft(stack, subject)
        approve(stack, subject)
        check_stays(stack, subject, "利用者がひとりもいません")
    stack.move_clock(61)
    check_went_out(stack, subject)


def broadcast_entry(stack):
    done = stack.ldap("ldapsearch", stack.env["KAIRAN_LDAP_ADMIN_DN"],
                      stack.env["KAIRAN_LDAP_ADMIN_PASSWORD"], "-LLL", "-o", "ldif-wrap=no",
                      "-b", "dc=town,dc=example", f"(mail={town.KOSODATE})")
    lines = done.stdout.strip().splitlines()
    return lines[0].removeprefix("dn: "), "\n".join(lines) + "\n"


def wait_known(stack, wanted):
    """The daemon has seen what the directory says of the broadcast."""
    stack.wait_for(lambda: wanted(stack.store("SELECT * FROM snapshot WHERE mail = ?",
                                              town.KOSODATE)), what="the directory's change")


@contextlib.contextmanager
def removed(stack):
    dn, entry = broadcast_entry(stack)
    stack.ldapmodify(f"dn: {dn}\nchangetype: delete\n")
    try:
        yield
    finally:
        stack.ldapmodify(entry.replace("\n", "\nchangetype: add\n", 1))
        wait_known(stack, lambda rows: rows != [])


def test_a_broadcast_that_was_removed(stack):
    """It stays; within the hour it goes out by itself once it is there again."""
    subject = "廃止された配信"
    approved_for_eleven(stack, subject)
    with removed(stack):
        stack.move_clock_to(11)
        check_stays(stack, subject, "登録から削除されています")
    stack.move_clock(61)
    check_went_out(stack, subject)


def test_what_was_mended_too_late(stack):
    """After an hour what was urgent may be wrong: it wants to be approved again."""
    subject = "遅すぎた登録"
    approved_for_eleven(stack, subject)
    with removed(stack):
        stack.move_clock_to(11)
        check_stays(stack, subject, "登録から削除されています")
        stack.move_clock(3600)
        stack.wait_for(lambda: stack.store(
            "SELECT 1 FROM draft WHERE subject = ? AND look_at > ?", subject,
            int(stack.now().timestamp()) + 86400), what="the end of looking")
    stack.move_clock(3600)
    check_equal(town.state_of(stack, subject), town.APPROVED)
    approve(stack, subject)
    check_went_out(stack, subject)


def test_a_broadcast_of_another_section(stack):
    """And a stop ends it for good."""
    subject = "移された配信"
    approved_for_eleven(stack, subject)
    dn, entry = broadcast_entry(stack)
    section = next(line.removeprefix("kairanSectionDN: ") for line in entry.splitlines()
                   if line.startswith("kairanSectionDN: "))
    change = f"dn: {dn}\nchangetype: modify\nreplace: kairanSectionDN\nkairanSectionDN: %s\n"
    stack.ldapmodify(change % section.replace("kosodate", "bosai"))
    try:
        stack.move_clock_to(11)
        check_stays(stack, subject, "起案した課のものではなく")
        town.answer(stack, "kosodate-deputy",
                    town.request_for(stack, "kosodate-deputy", subject), "停止")
        town.wait_state(stack, subject, town.WITHDRAWN)
    finally:
        stack.ldapmodify(change % section)
        wait_known(stack, lambda rows: "ou=kosodate" in rows[0]["sections"])


def alarm_of(stack, subject):
    return stack.store("SELECT 1 FROM alarm WHERE name = ?",
                       f"stays {town.draft_id(stack, subject)}")


@contextlib.contextmanager
def other_list(stack, name):
    """The directory names a list that nobody is in."""
    dn, entry = broadcast_entry(stack)
    change = f"dn: {dn}\nchangetype: modify\nreplace: kairanList\nkairanList: %s\n"
    stack.ldapmodify(change % name)
    try:
        yield
    finally:
        stack.ldapmodify(change % "kosodate")
        wait_known(stack, lambda rows: rows[0]["list"] == "kosodate")


def test_a_list_that_was_misspelt(stack):
    """The list that the directory names when it goes out is the one that counts; it is looked at
    as soon as the directory changes, and the alarm ends with it, although the daemon was killed
    in between."""
    subject = "書き誤った名簿"
    approved_for_eleven(stack, subject)
    with other_list(stack, "typo"):
        stack.move_clock_to(11)
        check_stays(stack, subject, "利用者がひとりもいません")
        check_in("no-subscribers", stack.kairanctl("show", str(town.draft_id(stack, subject))).stdout)
        stack.kill9("milter")
        stack.start("milter")
        stack.wait_for(lambda: alarm_of(stack, subject), what="the alarm")
    check_went_out(stack, subject)
    stack.wait_for(lambda: not alarm_of(stack, subject), what="the end of the alarm")
    check_equal(len([mail for mail in town.notices(stack, "kosodate-chief", subject)
                     if "【未配信】" in str(mail["Subject"])]), 1, "told once")


def test_what_is_taken_back(stack):
    subject = "取り下げる配信"
    approved_for_eleven(stack, subject)
    with other_list(stack, "typo"):
        stack.move_clock_to(11)
        check_stays(stack, subject, "利用者がひとりもいません")
        town.answer(stack, "kosodate-staff1", told(stack, "kosodate-staff1", subject, "【未配信】"),
                    "取下げ")
        town.wait_state(stack, subject, town.WITHDRAWN)
        stack.wait_for(lambda: not alarm_of(stack, subject), what="the end of the alarm")


def test_it_does_not_stay_for_ever(stack):
    """Nobody approves it again, and it is not forgotten as approved."""
    subject = "終わる配信"
    approved_for_eleven(stack, subject)
    with other_list(stack, "typo"):
        stack.move_clock_to(11)
        check_stays(stack, subject, "利用者がひとりもいません")
        stack.move_clock(3601)
    # Mended too late, and looked at when its time is over.
    stack.move_clock(3 * 86400)
    town.wait_state(stack, subject, town.EXPIRED)
    for person in PEOPLE:
        check_in("新しいメールとして", s.text_of(told(stack, person, subject, "【配信中止】")))
    check_equal(town.broadcast(stack.sink(), subject), [])
    stack.wait_for(lambda: not alarm_of(stack, subject), what="the end of the alarm")


def test_taken_back_while_the_directory_is_asked(stack):
    """Its answer is yes, and comes too late."""
    subject = "尋ねる間の取下げ"
    approved_for_eleven(stack, subject)
    stack.signal("slapd", signal.SIGSTOP)
    try:
        seen = stack.log("milter").count("read anew")
        stack.move_clock_to(11)
        stack.wait_for(lambda: stack.log("milter").count("read anew") > seen, what="11:00")
        stack.kairanctl("drafts", "withdraw", str(town.draft_id(stack, subject)))
    finally:
        stack.signal("slapd", signal.SIGCONT)
    draft(stack, "その後のお知らせ", "窓口を開けます。")
    approve(stack, "その後のお知らせ")
    check_went_out(stack, "その後のお知らせ")
    check_equal(town.state_of(stack, subject), town.WITHDRAWN)
    check_equal(town.broadcast(stack.sink(), subject), [])


def test_a_directory_that_cannot_be_asked(stack):
    """Not a no: it waits, nobody is told, and it goes out when the directory answers."""
    subject = "答えない名簿"
    approved_for_eleven(stack, subject)
    stack.stop("slapd")
    try:
        stack.move_clock_to(11)
        stack.wait_for(lambda: "waits for the directory" in stack.log(), what="the question")
        check_equal(town.state_of(stack, subject), town.APPROVED)
    finally:
        stack.start("slapd")
    stack.move_clock(15)
    check_went_out(stack, subject)
    check_equal([str(mail["Subject"]) for mail in town.notices(stack, "kosodate-staff1", subject)
                 if "未配信" in str(mail["Subject"])], [])


def test_a_time_that_passes(stack):
    """Who has not answered is reminded at that moment: 承認 means something else from then on."""
    subject = "ちょうど十一時"
    stack.move_clock_to(10)
    # Another reminder is not due yet.
    stack.move_clock_to(10, 50)
    draft(stack, subject, f"配信日時: {stack.now():%Y-%m-%d} 11:00\n健診の会場は公民館です。")
    request = town.request_for(stack, "kosodate-chief", subject)
    check_equal("希望の配信時刻を過ぎています" in s.text_of(request), False, "not yet")
    stack.move_clock_to(11, 1)
    reminder = told(stack, "kosodate-chief", subject, "【承認待ち】")
    check_in("希望の配信時刻を過ぎています", s.text_of(reminder))


def test_a_time_that_has_passed(stack):
    """Who decides after the time that staff asked for is told what approving means now."""
    subject = "過ぎた時刻"
    stack.move_clock_to(10)
    draft(stack, subject, f"配信日時: {stack.now():%Y-%m-%d} 11:00\n健診の会場は公民館です。")
    town.request_for(stack, "kosodate-chief", subject)
    stack.move_clock_to(15)
    reminder = told(stack, "kosodate-chief", subject, "【未回答】")
    check_in("【要確認】", str(reminder["Subject"]))
    text = s.text_of(reminder)
    check_in("希望の配信時刻を過ぎています", text)
    check_equal(text.index("希望の配信時刻を過ぎています") < text.index("配信時刻 "), True)
    town.answer(stack, "kosodate-chief", reminder, "承認")
    check_in("希望の配信時刻を過ぎていたため、すぐに配信します",
             s.text_of(told(stack, "kosodate-chief", subject, "【承認済み】")))
    check_went_out(stack, subject)


if __name__ == "__main__":
    tap.main(globals())
