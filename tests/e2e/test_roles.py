#!/usr/bin/env python3
"""postmaster@ and abuse@ the service domain reach the administrators (RFC 5321 section 4.5.1,
RFC 2142): from outside, from the machine itself, whole, and never in circles."""
import stack as s
import tap
from tap import check_equal, check_in

BASE = "dc=town,dc=example"
GROUP = f"cn=kairan-admins,ou=groups,{BASE}"
SECOND = "kosodate-deputy"
OUTSIDE = "someone@people.sink.example"
PICTURE = bytes(range(256)) * 800
POSTMASTER, ABUSE = f"postmaster@{s.SERVICE}", f"abuse@{s.SERVICE}"


def mail_with_picture(to, subject):
    mail = s.make_mail(OUTSIDE, to, subject, "迷惑メールが届きました。")
    mail.add_attachment(PICTURE, maintype="image", subtype="png", filename="画面.png")
    return mail


def with_subject(stack, person, subject):
    return [mail for mail in stack.imap(person) if str(mail["Subject"]) == subject]


def wait_subject(stack, person, subject):
    return stack.wait_mail(person, lambda mail: str(mail["Subject"]) == subject)


def picture_of(mail):
    return [part.get_content() for part in mail.iter_attachments()]


def taken(replies):
    check_equal([code for code, _ in replies.recipients.values()],
                [250] * len(replies.recipients), str(replies))
    check_equal(replies.final[0], 250, str(replies))


def test_from_outside(stack):
    stack.ldapmodify(f"dn: {GROUP}\nchangetype: modify\nadd: member\n"
                     f"member: uid={SECOND},ou=people,{BASE}\n")
    for number, to in enumerate((POSTMASTER, ABUSE, f"PostMaster@{s.SERVICE.upper()}")):
        subject = f"from outside {number}"
        taken(stack.mx_send(OUTSIDE, to, mail_with_picture(to, subject)))
        for person in ("sysadmin", SECOND):
            mail = wait_subject(stack, person, subject)
            check_equal(str(mail["From"]), OUTSIDE)
            check_equal(picture_of(mail), [PICTURE])
            check_in("迷惑メール", s.text_of(mail))


def test_reports_of_mail_systems(stack):
    """They have no sender, and a limit of kairan's own is none for them."""
    mail = mail_with_picture(POSTMASTER, "no sender")
    mail.add_attachment(b"x" * (11 << 20), maintype="application", subtype="octet-stream")
    taken(stack.mx_send("", POSTMASTER, mail))
    check_equal(picture_of(wait_subject(stack, "sysadmin", "no sender"))[0], PICTURE)


def test_both_and_others_get_one_each(stack):
    to = [POSTMASTER, ABUSE, s.address_of("bosai-chief")]
    taken(stack.submit("bosai-staff1", to,
                       s.make_mail("bosai-staff1", to, "both", "両方への連絡です。")))
    for person in ("sysadmin", SECOND, "bosai-chief"):
        wait_subject(stack, person, "both")
    stack.wait_for(stack.queue_is_empty, what="an empty queue")
    for person in ("sysadmin", SECOND, "bosai-chief"):
        check_equal(len(with_subject(stack, person, "both")), 1, person)


def test_from_the_machine_itself(stack):
    """What cron and the MTA write does not pass the milter."""
    stack.inject("", POSTMASTER, mail_with_picture(POSTMASTER, "from cron"))
    check_equal(picture_of(wait_subject(stack, "sysadmin", "from cron")), [PICTURE])
    wait_subject(stack, SECOND, "from cron")


def deliver(stack, text):
    return stack.kairanctl("deliver", "--sender", "<>", "--recipient", POSTMASTER, stdin=text,
                           check=False)


def test_the_pipe_alone(stack):
    """Where the listener has no milter the mail comes again, and that is the end of it."""
    mark = f"X-Kairan-Passed-On: {POSTMASTER}\n"
    header = "From: root@town.example\nSubject: from the pipe\n"
    done = deliver(stack, f"{mark}{header}\nx\n")
    check_equal(done.returncode, 77, done.stderr)
    check_in("5.4.6", done.stderr)
    check_equal(deliver(stack, f"{header}\n{'x' * 70}\n" + "y" * (11 << 20)).returncode, 77)
    # What only looks like the mark, in the text, is none; and there may be no line end.
    done = deliver(stack, f"{header}\n{mark}x")
    check_equal(done.returncode, 0, done.stderr)
    check_in(mark, s.text_of(wait_subject(stack, "sysadmin", "from the pipe")))


def test_a_mailbox_that_sends_it_back(stack):
    """An administrator's mailbox forwards to abuse@: everybody has had it."""
    mail = wait_subject(stack, "sysadmin", "from outside 0")
    taken(stack.mx_send(OUTSIDE, ABUSE, mail))
    stack.wait_for(lambda: f"to {ABUSE} came round" in stack.log(), what="the warning")
    stack.wait_for(stack.queue_is_empty, what="an empty queue")
    check_equal(len(with_subject(stack, SECOND, "from outside 0")), 1)


def test_an_administrator_who_is_the_address(stack):
    stack.ldapmodify(f"dn: uid={SECOND},ou=people,{BASE}\nchangetype: modify\n"
                     f"replace: mail\nmail: {POSTMASTER}\n")
    taken(stack.mx_send(OUTSIDE, POSTMASTER, s.make_mail(OUTSIDE, POSTMASTER, "itself", "x")))
    wait_subject(stack, "sysadmin", "itself")
    stack.wait_for(stack.queue_is_empty, what="an empty queue")
    check_equal(len(with_subject(stack, "sysadmin", "itself")), 1)


def test_a_silent_directory(stack):
    """Those who were known last are told."""
    stack.stop("slapd")
    taken(stack.mx_send(OUTSIDE, ABUSE, s.make_mail(OUTSIDE, ABUSE, "no LDAP", "x")))
    stack.start("slapd")
    wait_subject(stack, "sysadmin", "no LDAP")


def test_nobody_to_be_reached(stack):
    """It waits at its sender's, and is not lost."""
    stack.ldapmodify(f"dn: {GROUP}\nchangetype: modify\nreplace: member\n"
                     f"member: uid={SECOND},ou=people,{BASE}\n")
    replies = stack.mx_send(OUTSIDE, ABUSE, s.make_mail(OUTSIDE, ABUSE, "nobody", "x"))
    check_equal(replies.final[0], 451, str(replies))


def changes(stack, person):
    """What somebody was told of the administrators' group."""
    return [f"{mail['Subject']}\n{s.text_of(mail)}" for mail in stack.imap(person)
            if "【システム管理者の" in str(mail["Subject"])]


def test_a_new_administrator_is_told_to_the_others(stack):
    stack.wait_for(lambda: stack.store(
        "SELECT 1 FROM position WHERE name = 'administrators-group' AND value NOT LIKE '%sysadmin%'"),
                   what="the look")
    stack.ldapmodify(f"dn: {GROUP}\nchangetype: modify\nreplace: member\n"
                     f"member: uid=bosai-deputy,ou=people,{BASE}\n"
                     f"member: uid=sysadmin,ou=people,{BASE}\n")
    for person in ("sysadmin", "bosai-deputy"):
        for subject in ("【システム管理者の登録】中村 隆（sysadmin）",
                        "【システム管理者の登録】鈴木 由美（bosai-deputy）",
                        "【システム管理者の登録の終了】渡辺 恵（kosodate-deputy）"):
            wait_subject(stack, person, subject)
    check_in("bosai-deputy@town.example", "".join(changes(stack, "sysadmin")))
    rows = stack.store("SELECT detail FROM audit WHERE action = 'duty' AND outcome = 'registered'"
                       " AND detail LIKE '%(administrator)'")
    check_in("registered: bosai-deputy (administrator)", [row["detail"] for row in rows])


def test_one_who_puts_the_others_out(stack):
    """They hear of it."""
    stack.ldapmodify(f"dn: {GROUP}\nchangetype: modify\nreplace: member\n"
                     f"member: uid=bosai-staff1,ou=people,{BASE}\n")
    for person in ("bosai-deputy", "sysadmin"):
        stack.wait_for(lambda who=person: any("bosai-staff1" in told for told
                                              in changes(stack, who)), what=f"mail for {person}")


if __name__ == "__main__":
    tap.main(globals())
