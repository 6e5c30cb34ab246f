#!/usr/bin/env python3
"""What is so for each list: the footer of its broadcasts, and where residents' answers go."""
import base64
import contextlib
import json

import stack as s
import tap
import town
from tap import check_equal, check_in

SECTION = "ou=bosai,ou=sections,dc=town,dc=example"
BOSAI = "cn=bosai,ou=broadcasts,dc=town,dc=example"
RULE = "\n\n----------\n"
LEAVE = "配信をやめるときは leave-bosai@info.town.example へ空メールを送ってください"
OFFICE = "bosai-office@town.example"


def set_attribute(stack, entry, name, value):
    """None: take it out. In base64, as LDIF has line ends."""
    change = f"dn: {entry}\nchangetype: modify\nreplace: {name}\n"
    if value is not None:
        change += f"{name}:: {base64.b64encode(value.encode()).decode()}\n"
    stack.ldapmodify(change)


@contextlib.contextmanager
def phone_of_section(stack):
    set_attribute(stack, SECTION, "telephoneNumber", "0980-00-0001")
    try:
        yield
    finally:
        set_attribute(stack, SECTION, "telephoneNumber", None)


@contextlib.contextmanager
def of_broadcast(stack, name, column, value):
    """The broadcast has this in the directory, and the daemon has seen it."""
    def seen(wanted):
        return lambda: stack.store("SELECT 1 FROM snapshot WHERE mail = ? AND"
                                   f" {column} = ?", town.BOSAI, wanted)

    set_attribute(stack, BOSAI, name, value)
    try:
        stack.wait_for(seen(value), what="the snapshot")
        yield
    finally:
        set_attribute(stack, BOSAI, name, None)
        stack.wait_for(seen(""), what="the snapshot without it")


@contextlib.contextmanager
def configured(stack, **settings):
    stack.configure(**settings)
    try:
        yield
    finally:
        stack.configure(broadcast_footer="none", broadcast_reply_to="none")


def play(stack, subject, text="明日は防災訓練です。"):
    """The request, and the subscribers' mails."""
    town.draft(stack, "bosai-staff1", subject, text)
    request = town.request_for(stack, "bosai-chief", subject)
    town.answer(stack, "bosai-chief", request, "承認")
    return request, town.wait_broadcast(stack, subject)


def said(mail):
    return s.text_of(mail).strip("\n")


# ---- the footer ----

def test_standard_footer(stack):
    subject, text = "標準の末尾", "あ" * 200
    with configured(stack, broadcast_footer="standard"), phone_of_section(stack):
        request, mails = play(stack, subject, text)
    footer = f"防災課\n電話 0980-00-0001\n{LEAVE}"
    for mail in mails:
        check_equal(said(mail), text + RULE + footer)
        check_equal(mail.get_content_charset(), "iso-2022-jp")
    # The approver sees it, in both parts; it is not counted.
    check_in(RULE.strip() + "\n" + footer, s.text_of(request))
    check_in(LEAVE, request.get_body(("html",)).get_content())
    check_in("文字数   200 文字", s.text_of(request))
    shown = json.loads(stack.kairanctl("drafts", "show", str(town.draft_id(stack, subject)),
                                       "--json").stdout)
    check_equal((shown["text"].strip(), shown["footer"], shown["characters"]),
                (text, footer, 200))
    check_in(footer, stack.kairanctl("drafts", "show",
                                     str(town.draft_id(stack, subject))).stdout)


def test_no_line_without_its_words(stack):
    """The section has no telephone number."""
    with configured(stack, broadcast_footer="standard"):
        _, mails = play(stack, "電話のない末尾")
    check_equal(said(mails[0]), f"明日は防災訓練です。{RULE}防災課\n{LEAVE}")


def test_footer_of_the_town(stack):
    with configured(stack, broadcast_footer="見本町 {section}\n{phone}\n$HOME {leave}"):
        _, mails = play(stack, "町の末尾")
    check_equal(said(mails[0]), "明日は防災訓練です。" + RULE +
                "見本町 防災課\n$HOME leave-bosai@info.town.example")


def test_footer_of_a_broadcast(stack):
    """It replaces the setting; what was held goes out as the approver saw it."""
    subject = "配信ごとの末尾"
    with of_broadcast(stack, "kairanFooter", "footer", "防災係\n内線 {phone}\n24時間受付"):
        with phone_of_section(stack):
            town.draft(stack, "bosai-staff1", subject)
            request = town.request_for(stack, "bosai-chief", subject)
    wanted = f"明日は防災訓練です。{RULE}防災係\n内線 0980-00-0001\n24時間受付"
    with configured(stack, broadcast_footer="standard"):
        with of_broadcast(stack, "kairanFooter", "footer", "none"):
            town.answer(stack, "bosai-chief", request, "承認")
            check_equal(said(town.wait_broadcast(stack, subject)[0]), wanted)
            _, mails = play(stack, "末尾なし")
    check_equal(said(mails[0]), "明日は防災訓練です。")


def test_footer_that_phones_cannot_read(stack):
    """The line is left out, and the broadcast stays what old phones read (Art. 13-2(3))."""
    with of_broadcast(stack, "kairanFooter", "footer", "防災課\n☎ 0980-00-0001\n① {leave}"):
        _, mails = play(stack, "機種依存の末尾")
    check_equal(said(mails[0]), f"明日は防災訓練です。{RULE}防災課")
    check_equal(mails[0].get_content_charset(), "iso-2022-jp")
    check_in("machine-dependent", stack.log())


def test_the_reply_of_a_client_that_quotes_it(stack):
    """The footer in the quoted request makes no condition of an approval."""
    subject = "引用される末尾"
    with configured(stack, broadcast_footer="standard"), phone_of_section(stack):
        town.draft(stack, "bosai-staff1", subject)
        request = town.request_for(stack, "bosai-chief", subject)
        original = "\n".join(("-----Original Message-----",
                              "From: 回覧（メール配信） <kairan@info.town.example>",
                              "Sent: Tuesday, November 24, 2026 9:00 AM",
                              "To: bosai-chief@town.example",
                              f"Subject: {request['Subject']}", "", s.text_of(request)))
        mail = s.make_mail("bosai-chief", s.reply_address(request),
                           f"RE: {request['Subject']}", f"承認\n\n{original}",
                           In_Reply_To=str(request["Message-ID"]))
        stack.submit("bosai-chief", s.reply_address(request), mail)
        town.wait_broadcast(stack, subject)


# ---- Reply-To ----

def test_answers_go_to_the_broadcast_address(stack):
    request, mails = play(stack, "答えはこの宛先へ")
    check_equal({mail["Reply-To"] for mail in mails}, {None})
    check_equal("返信先" in s.text_of(request), False, "the request's row")


def test_answers_go_to_the_section(stack):
    set_attribute(stack, SECTION, "kairanSharedMail", OFFICE)
    try:
        with configured(stack, broadcast_reply_to="section"):
            request, mails = play(stack, "課への返信先")
    finally:
        set_attribute(stack, SECTION, "kairanSharedMail", None)
    check_equal({s.reply_address(mail) for mail in mails}, {OFFICE})
    check_in(f"返信先   {OFFICE}", s.text_of(request))


def test_answers_go_to_an_address_of_the_broadcast(stack):
    with configured(stack, broadcast_reply_to="section"):
        with of_broadcast(stack, "kairanReplyTo", "reply_to", "desk@town.example"):
            request, mails = play(stack, "配信ごとの返信先")
        # The section has no shared address.
        _, without = play(stack, "共用アドレスのない課")
    check_equal({s.reply_address(mail) for mail in mails}, {"desk@town.example"})
    check_in("desk@town.example", s.text_of(request))
    check_equal(without[0]["Reply-To"], None)


if __name__ == "__main__":
    tap.main(globals())
