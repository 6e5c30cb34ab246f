#!/usr/bin/env python3
"""What towns set in Postfix (and Sendmail) for other reasons, and what becomes of drafts, tokens and shards by it.
INSTALL says of each what is found here."""
import unittest

import stack as s
import tap
import test_setup_check
import town
from tap import check_equal, check_in

ARCHIVE = "kosodate-staff2"


def on_postfix(stack):
    if stack.mta != "postfix":
        raise unittest.SkipTest("it is Postfix's configuration that is changed here")


def configured(stack, **parameters):
    on_postfix(stack)
    return stack.mta_tools.configured(**parameters)


def asked(stack, subject):
    town.draft(stack, "bosai-staff1", subject)
    return town.request_for(stack, "bosai-chief", subject)


def check_released(stack, subject, request):
    """Approved, it reaches each subscriber once, and kairan hears that it was queued unchanged."""
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.RELEASED)
    mails = town.wait_broadcast(stack, subject)
    rows = stack.wait_for(lambda: town.audit(stack, subject, "receipt"), what="the receipt")
    check_equal({row["outcome"] for row in rows}, {"confirmed"})
    stack.wait_for(stack.queue_is_empty, what="the empty queue")
    mails = town.broadcast(stack.sink(), subject)
    check_equal(len(mails), town.SUBSCRIBERS, "mails")
    check_equal(len({s.receiver_of(mail) for mail in mails}), town.SUBSCRIBERS, "subscribers")
    return mails


def test_an_archive(stack):
    """always_bcc: one copy of each shard and of each notice, tokens and all; the draft itself is
    no mail that goes on. Who has a token that was made for somebody else decides nothing."""
    subject = "書庫の試験"
    with configured(stack, always_bcc=s.address_of(ARCHIVE)):
        stack.configure(shard_size="10")
        request = asked(stack, subject)
        copy = town.request_for(stack, ARCHIVE, subject)
        check_equal(s.reply_address(copy).startswith("decide+"), True)
        town.answer(stack, ARCHIVE, copy, "承認")
        stack.wait_for(lambda: [row for row in town.audit(stack, subject, "reply")
                                if row["uid"] == ARCHIVE], what="the audit row")
        check_equal(town.state_of(stack, subject), town.HELD)
        check_released(stack, subject, request)
    stack.configure(shard_size="1000")
    copies = [mail for mail in stack.imap(ARCHIVE) if str(mail["Subject"]) == subject]
    check_equal(len(copies), 3, "copies of the shards")
    check_equal({town.name_of(mail)[1] for mail in copies}, {town.BOSAI}, "From:")


def test_people_under_other_addresses(stack):
    """A canonical map for people: kairan sees what it has made of them, and the directory has to
    know that."""
    subject = "書き換えられた担当者"
    other = "suzuki@town.example"
    with configured(stack, sender_canonical_maps=f"inline:{{ bosai-staff1@town.example={other} }}"):
        replies = stack.submit("bosai-staff1", town.BOSAI,
                               s.make_mail("bosai-staff1", town.BOSAI, subject, "明日です。"))
        check_equal(replies.final[0], 550)
        check_in("Art.14", replies.final[1])
        check_in(f"{other} is not an address of bosai-staff1", replies.final[1])
        stack.ldapmodify("dn: uid=bosai-staff1,ou=people,dc=town,dc=example\n"
                         "changetype: modify\nadd: objectClass\nobjectClass: kairanPerson\n-\n"
                         f"add: kairanMailAlias\nkairanMailAlias: {other}\n")
        check_released(stack, subject, asked(stack, subject))


def masquerading(stack, excepted):
    """town.example in place of what is below it, in the words of either MTA."""
    if stack.mta == "postfix":
        return configured(stack, masquerade_domains=
                          ("!info.town.example, " if excepted else "") + "town.example")
    return stack.mta_tools.configured(
        "MASQUERADE_AS(`town.example')dnl\nMASQUERADE_DOMAIN(`town.example')dnl\n"
        "FEATURE(`masquerade_entire_domain')dnl\nFEATURE(`masquerade_envelope')dnl"
        + ("\nMASQUERADE_EXCEPTION(`info.town.example')dnl" if excepted else ""))


def test_masquerading(stack):
    """It takes the service domain's name away, and with it the address that the answer goes to;
    an exception keeps it."""
    subject = "仮面に隠れた回答先"
    with masquerading(stack, False):
        request = asked(stack, subject)
        check_equal(s.reply_address(request).partition("@")[2], s.DOMAIN)
        rows, _ = test_setup_check.check(stack)
        test_setup_check.named(rows, f"{stack.mta}-masquerade", "missing")
        lost = stack.submit("bosai-chief", s.reply_address(request), b"\r\n")
        check_equal({code for code, _ in lost.recipients.values()}, {550})
        check_equal(town.state_of(stack, subject), town.HELD)
    subject = "仮面のない試験"
    with masquerading(stack, True):
        mails = check_released(stack, subject, asked(stack, subject))
        check_equal({str(mail["Return-Path"]).partition("@")[2] for mail in mails},
                    {f"{s.SERVICE}>"}, "senders")
        check_equal({town.name_of(mail)[1] for mail in mails}, {town.BOSAI}, "From:")
        check_equal(test_setup_check.told(test_setup_check.check(stack)[0]), {})


def test_an_alias_of_a_broadcast_address(stack):
    """The list as it was before kairan. Who logs in meets kairan first; what passes no filter
    goes to all of the alias, and so do receipts where it is for the whole domain."""
    subject = "古い別名の試験"
    aliases = {town.BOSAI: "all@old.sink.example", f"@{s.SERVICE}": s.address_of(ARCHIVE)}
    maps = ", ".join(f"{{ {name}={to} }}" for name, to in aliases.items())
    with configured(stack, virtual_alias_maps=f"inline:{{ {maps} }}"):
        request = asked(stack, subject)
        stack.inject(s.address_of("bosai-staff1"), town.BOSAI,
                     s.make_mail("bosai-staff1", town.BOSAI, f"横から来た{subject}", "明日です。"))
        past = stack.wait_for(lambda: town.broadcast(stack.sink(), f"横から来た{subject}"),
                              what="what came past kairan")
        check_equal([s.receiver_of(mail) for mail in past], ["all@old.sink.example"])
        check_equal(town.state_of(stack, subject), town.HELD)
        town.answer(stack, "bosai-chief", request, "承認")
        lost = stack.wait_mail(ARCHIVE, lambda mail: str(mail["Subject"]) == subject)
        check_in("receipt+", str(lost["X-Original-To"]))
        check_equal(town.audit(stack, subject, "receipt"), [])


def test_a_second_name(stack):
    """It leads past kairan: the pipe refuses what comes by it, and the author hears of that."""
    other = "saigai@town.example"
    with configured(stack, virtual_alias_maps=f"inline:{{ {other}={town.BOSAI} }}"):
        town.draft(stack, "bosai-staff1", "別の宛先", to=other)
        bounce = stack.wait_mail("bosai-staff1", lambda mail: stack.mta_tools.BOUNCE_SUBJECT
                                 in str(mail["Subject"]))
        check_in(other, s.text_of(bounce))
        check_equal(town.draft_id(stack, "別の宛先"), None)


def test_other_delimiters(stack):
    """recipient_delimiter is for the people's mailboxes; kairan's addresses need none, whatever
    stands in them itself."""
    subject = "区切り文字の試験"
    with configured(stack, recipient_delimiter="-+"):
        for mark in "-+":
            stack.configure(address_delimiter=mark)
            request = asked(stack, subject + mark)
            check_equal(s.reply_address(request).startswith(f"decide{mark}"), True)
            check_released(stack, subject + mark, request)
            stack.move_clock(3601)


def has_original(request):
    return any(part.get_content_type() == "message/rfc822" for part in request.walk())


def test_a_small_limit(stack):
    """message_size_limit below what a request has with its draft in it: it comes without. As much
    above message_max as a request has of its own, it comes with it."""
    subject = "大きさの試験"
    mail = s.make_mail("bosai-staff1", town.BOSAI, subject, "明日です。")
    for number in range(450):
        mail[f"X-Padding-{number}"] = "x" * 60
    size = len(s.octets_of(mail))
    with configured(stack, message_size_limit=size + 2000):
        check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250)
        request = town.request_for(stack, "bosai-chief", subject)
        check_equal(has_original(request), False)
        check_released(stack, subject, request)
    subject = "余裕のある大きさ"
    mail.replace_header("Subject", subject)
    mail.replace_header("Message-ID", "<size@town.example>")
    with configured(stack, message_size_limit=size + 1000 + 512 * 1024):
        stack.configure(message_max=str(size + 1000))
        check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250)
        request = town.request_for(stack, "bosai-chief", subject)
        check_equal(has_original(request), True)
        check_released(stack, subject, request)
    stack.configure(message_max="9M")


def test_a_filter_behind_the_queue(stack):
    """What it brings back passes kairan once more where its port has milters; each subscriber has
    a sender of their own still, which nobody completes twice."""
    subject = "内容検査の試験"
    port = s.free_ports(1)[0]
    services = ("back/unix=back unix - - n - - smtp -o smtp_connection_cache_on_demand=no",
                f"127.0.0.1:{port}/inet=127.0.0.1:{port} inet n - n - - smtpd -o content_filter="
                f" -o smtpd_command_filter=regexp:{stack.env['KAIRAN_MTA_CONFIG']}/verp")
    with configured(stack, services=services, content_filter=f"back:[127.0.0.1]:{port}"):
        stack.configure(verp_broadcasts=town.BOSAI)
        mails = check_released(stack, subject, asked(stack, subject))
        stack.wait_for(lambda: "relay=127.0.0.1[127.0.0.1]" in stack.mta_log(),
                       what="the filter's port in the log")
        for mail in mails:
            wanted = s.receiver_of(mail).replace("@", "=")
            sender = str(mail["Return-Path"]).replace('"', "")
            check_in(f"+{wanted}@{s.SERVICE}>", sender)
            check_equal(sender.count("+"), 2, sender)
    stack.configure(verp_broadcasts="")


if __name__ == "__main__":
    tap.main(globals())
