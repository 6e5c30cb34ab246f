#!/usr/bin/env python3
"""What mail programs and habits leave in drafts, which residents must not get: footers, quoted
originals, marks of gateways, recalls; and the address that a section shares."""
import pathlib

import stack as s
import tap
import town
from tap import check_equal, check_in

SECTION = "ou=bosai,ou=sections,dc=town,dc=example"
SHARED = "bosaika@town.example"


def refusal(stack, person, *words):
    """The mail that explains a refusal to a person and has these words."""
    return stack.wait_mail(person, lambda mail: "【受付できません】" in str(mail["Subject"])
                           and all(word in s.text_of(mail) for word in words))


def explain(stack, mail, *args):
    """What kairanctl explain says of a mail in a file: its status and its lines."""
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).parent / "explained.eml"
    file.write_bytes(s.octets_of(mail))
    done = stack.kairanctl("explain", str(file), *args, check=False)
    return done.returncode, done.stdout


# ---- addresses that somebody may answer to ----

def test_tokens_reach_nobody(stack):
    """Whoever pastes a receipt, a request or a link out of one into a draft is told so."""
    town.draft(stack, "bosai-staff1", "貼られる原稿")
    request = town.request_for(stack, "bosai-chief", "貼られる原稿")
    receipt = stack.wait_mail("bosai-staff1", lambda mail: "【受付】" in str(mail["Subject"])
                              and "貼られる原稿" in str(mail["Subject"]))
    link = next(line for line in s.text_of(request).splitlines() if "mailto:" in line).strip()
    for number, words in enumerate((s.reply_address(request), s.reply_address(receipt), link,
                                    s.reply_address(request).upper())):
        subject = f"貼った原稿{number}"
        mail = s.make_mail("bosai-staff1", town.BOSAI, subject, f"お知らせです。\n> {words}")
        final = stack.submit("bosai-staff1", town.BOSAI, mail).final
        check_equal(final, (554, "5.6.0 Art.13-2(4): 1 address with a token, first in line 2"))
        check_in("2 行目", s.text_of(refusal(stack, "bosai-staff1", subject)))
        check_equal(town.state_of(stack, subject), None)
        code, lines = explain(stack, mail)
        check_equal(code, 65, lines)
        check_in("1 address with a token", lines)


# ---- the address that a section shares ----

def share(stack, how, *mails):
    values = "".join(f"kairanSharedMail: {mail}\n" for mail in mails)
    stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\n{how}: kairanSharedMail\n{values}")


def shared_draft(subject, **headers):
    return s.make_mail(SHARED, town.BOSAI, subject, "避難所を開設しました。", **headers)


def test_shared_address_that_is_not_listed(stack):
    """As draft_shared_mailbox: From: is the section's, the envelope the person's own."""
    mail = shared_draft("共用の差出人", Sender="bosai-staff1@town.example")
    final = stack.submit("bosai-staff1", town.BOSAI, mail).final
    check_equal(final[0], 550, final[1])
    check_in("Art.14", final[1])
    told = refusal(stack, "bosai-staff1", SHARED)
    check_in("kairanSharedMail", s.text_of(told), "how it may be listed")
    replies = stack.submit("bosai-staff1", town.BOSAI, mail, from_=SHARED)
    check_equal(replies.recipients[town.BOSAI][0], 550, "as the envelope's sender")
    check_in("Art.14", replies.recipients[town.BOSAI][1])
    check_equal(town.state_of(stack, "共用の差出人"), None)
    code, lines = explain(stack, mail, "--from", "bosai-staff1")
    check_equal(code, 65, lines)
    check_in(f"From: {SHARED}", lines)


def test_shared_address(stack):
    share(stack, "add", "Bosaika@Town.example", "second@town.example")
    try:
        for number, sender in enumerate((SHARED, "bosai-staff1@town.example")):
            subject = f"共用のお知らせ{number}"
            final = stack.submit("bosai-staff1", town.BOSAI, shared_draft(subject),
                                 from_=sender).final
            check_equal(final[0], 250, final[1])
            receipt = stack.wait_mail("bosai-staff1", lambda mail, subject=subject:
                                      "【受付】" in str(mail["Subject"])
                                      and subject in str(mail["Subject"]))
            check_in("高橋 誠", s.text_of(receipt), "the person")
            check_equal(town.audit(stack, subject, "submit")[0]["uid"], "bosai-staff1")
            request = town.request_for(stack, "bosai-chief", subject)
            check_in("高橋 誠", s.text_of(request), "who wrote it")
            code, lines = explain(stack, shared_draft(subject), "--from", "bosai-staff1")
            check_equal(code, 0, lines)
            check_in(f"From: {SHARED}, which the section shares", lines)
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_broadcast(stack, subject)
    finally:
        share(stack, "delete")


def test_shared_address_of_others(stack):
    """It is the staff's of that section: nobody else's, and not the approver's."""
    share(stack, "add", SHARED)
    try:
        for user, article in (("kosodate-staff1", "Art.13-1(2)"), ("bosai-chief", "Art.4")):
            replies = stack.submit(user, town.BOSAI, shared_draft("他人の共用"), from_=SHARED)
            refusal = replies.final or replies.recipients[town.BOSAI]
            check_equal(refusal[0], 550, user)
            check_in(article, refusal[1], user)
        mail = s.make_mail(SHARED, town.KOSODATE, "よその課の差出人", "本文です。")
        final = stack.submit("kosodate-staff1", town.KOSODATE, mail).final
        check_equal(final[0], 550, "From: of another section")
        check_in("Art.14", final[1])
    finally:
        share(stack, "delete")


def test_shared_address_of_the_second_section(stack):
    """Somebody who is staff of two sections writes as the one that has the address."""
    kosodate = "ou=kosodate,ou=sections,dc=town,dc=example"
    person = "uid=kosodate-staff1,ou=people,dc=town,dc=example"
    broadcast = "cn=bosai,ou=broadcasts,dc=town,dc=example"
    stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\nadd: kairanStaff\n"
                     f"kairanStaff: {person}\n")
    stack.ldapmodify(f"dn: {broadcast}\nchangetype: modify\nadd: kairanSectionDN\n"
                     f"kairanSectionDN: {kosodate}\n")
    share(stack, "add", SHARED)
    stack.ldapmodify(f"dn: {kosodate}\nchangetype: modify\nadd: kairanSharedMail\n"
                     "kairanSharedMail: kosodateka@town.example\n")
    try:
        stack.wait_for(lambda: stack.store("SELECT 1 FROM snapshot WHERE mail = ? AND sections"
                                           " LIKE '%kosodate%'", town.BOSAI), what="the snapshot")
        for number, (address, section) in enumerate(((SHARED, "防災課"), ("kosodateka@town.example",
                                                                      "子育て支援課"))):
            subject = f"二つの課{number}"
            mail = s.make_mail(address, town.BOSAI, subject, "本文です。")
            for sender in (None, address):
                final = stack.submit("kosodate-staff1", town.BOSAI, mail, from_=sender).final
                check_equal(final[0], 250, final[1])
            rows = stack.store("SELECT section_ja FROM draft WHERE subject = ?", subject)
            check_equal([row["section_ja"] for row in rows], [section], "one draft, and whose")
    finally:
        stack.ldapmodify(f"dn: {kosodate}\nchangetype: modify\ndelete: kairanSharedMail\n")
        share(stack, "delete")
        stack.ldapmodify(f"dn: {broadcast}\nchangetype: modify\ndelete: kairanSectionDN\n"
                         f"kairanSectionDN: {kosodate}\n")
        stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\ndelete: kairanStaff\n"
                         f"kairanStaff: {person}\n")


def test_shared_address_when_nobody_can_be_asked(stack):
    """Neither yes nor no, at RCPT and at the end of the mail; afterwards it is taken."""
    mail = shared_draft("聞けない共用")
    own = "bosai-staff1@town.example"
    share(stack, "add", SHARED)
    try:
        with stack.connect(int(stack.env["KAIRAN_SUBMISSION_PORT"]), "bosai-staff1") as smtp:
            smtp.mail(own)
            check_equal(smtp.rcpt(town.BOSAI)[0], 250, "the directory still answers")
            stack.stop("slapd")
            try:
                other = s.octets_of(shared_draft("聞けない差出人")).replace(
                    SHARED.encode(), b"other@town.example")
                check_equal(smtp.data(other)[0], 451, "From: that may be another section's")
            except s.smtplib.SMTPDataError as refused:
                check_equal(refused.smtp_code, 451, "From: that may be another section's")
            finally:
                smtp.rset()
                replies = stack.converse(smtp, SHARED, town.BOSAI, mail)
                stack.start("slapd")
            check_equal(replies.recipients[town.BOSAI][0], 451, "the envelope's sender")
            check_equal(town.state_of(stack, "聞けない共用"), None)
            final = stack.converse(smtp, SHARED, town.BOSAI, mail).final
            check_equal(final[0], 250, final[1])
    finally:
        share(stack, "delete")


if __name__ == "__main__":
    tap.main(globals())
