#!/usr/bin/env python3
"""What is so for each list: the footer of its broadcasts, where residents' answers go and what
becomes of them, and whom LIST-owner@ reaches."""
import base64
import contextlib
import itertools
import json
import pathlib

import stack as s
import tap
import town
from tap import check_equal, check_in

SECTION = "ou=bosai,ou=sections,dc=town,dc=example"
BOSAI = "cn=bosai,ou=broadcasts,dc=town,dc=example"
RULE = "\n\n----------\n"
LEAVE = "配信をやめるときは leave-bosai@info.town.example へ空メールを送ってください"
OFFICE = "bosai-office@town.example"
counter = itertools.count(1)


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


# ---- residents who answer ----

def resident(name="resident"):
    """An address that nobody had before."""
    return f"{name}{next(counter)}@docomo.sink.example"


def write(stack, address, to=town.BOSAI, subject="Re: 防災訓練", sender=None, **headers):
    """A mail as phones send it, without a login; what was said at last, and what at RCPT."""
    mail = s.make_mail(address, to, subject, "ありがとうございます。")
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    replies = stack.mx_send(address if sender is None else sender, to, mail)
    return (replies.final or (None,))[0], replies.recipients[to][0]


def received(stack, address):
    return [mail for mail in stack.sink() if s.receiver_of(mail) == address]


def wait_received(stack, address, mark):
    return stack.wait_for(
        lambda: next((mail for mail in received(stack, address)
                      if mark in str(mail["Subject"])), None), what=f"{mark} for {address}")


def told(stack, address):
    return [row["kind"] for row in
            stack.store("SELECT kind FROM outbox WHERE mail = ? ORDER BY id", address)]


def test_who_answers_a_broadcast_is_told_whom_to_ask(stack):
    """In their language, and nothing else comes of it."""
    drafts = stack.store("SELECT count(*) FROM draft")[0][0]
    with phone_of_section(stack):
        for subject, mark, words in (
                ("Re: 防災訓練", "お返事の宛先", ("防災課 0980-00-0001", "お読みしていません")),
                ("Re: in English, please", "Whom to write to", ("Disaster", "Nobody has read"))):
            address = resident()
            check_equal(write(stack, address, subject=subject)[0], 250)
            mail = wait_received(stack, address, mark)
            for word in (*words, f"bosai-owner@{s.SERVICE}", f"leave-bosai@{s.SERVICE}"):
                check_in(word, s.text_of(mail))
            check_equal(s.reply_address(mail), f"bosai-owner@{s.SERVICE}")
            check_equal(mail["Auto-Submitted"], "auto-generated")
    check_equal(stack.store("SELECT count(*) FROM draft")[0][0], drafts, "drafts")


def test_subscribers_and_others_are_told_the_same(stack):
    rows = stack.store("SELECT address FROM subscriber WHERE list = 'bosai' LIMIT 1")
    mails = []
    for address in (rows[0]["address"], resident()):
        check_equal(write(stack, address)[0], 250)
        mails.append(wait_received(stack, address, "お返事の宛先"))
    check_equal(s.text_of(mails[0]), s.text_of(mails[1]))


def test_once_a_day_and_then_a_refusal(stack):
    """What nobody reads is not taken without a word; the same mail again is no second one."""
    address = resident()
    check_equal(write(stack, address, Message_ID="<one@phone.example>")[0], 250)
    wait_received(stack, address, "お返事の宛先")
    check_equal(write(stack, address, Message_ID="<one@phone.example>")[0], 250)
    check_equal(write(stack, address, Message_ID="<two@phone.example>")[0], 550)
    check_equal(told(stack, address), ["resident-office"])
    # It stands in nobody's way who wants to join.
    check_equal(write(stack, address, f"join-bosai@{s.SERVICE}")[0], 250)
    wait_received(stack, address, "登録の確認")


def test_machines_are_not_answered(stack):
    address = resident()
    check_equal(write(stack, address, Auto_Submitted="auto-replied")[0], 550)
    check_equal(write(stack, address, Precedence="bulk", List_Id="<x.example>")[0], 550)
    check_equal(write(stack, address, sender="")[1], 550)
    check_equal(told(stack, address), [])


def test_a_stranger_in_our_name(stack):
    """Neither a broadcast address nor one of the service is written to."""
    for address in (town.KOSODATE, f"incident@{s.SERVICE}"):
        check_equal(write(stack, address, sender="x@phone.sink.example")[0], 550)
        check_equal(told(stack, address), [])


def test_in_the_name_of_staff(stack):
    """Whoever sent it: no draft is thought to be taken, and nobody's name brings them mail."""
    before = told(stack, "bosai-staff1@town.example")
    for to in (town.BOSAI, f"kairan@{s.SERVICE}"):
        check_equal(write(stack, "bosai-staff1@town.example", to, sender="x@phone.sink.example")[0],
                    550)
        check_equal(write(stack, "bosai-staff1@town.example", to)[1], 550)
    check_equal(told(stack, "bosai-staff1@town.example"), before)


def test_who_answers_a_notice_is_told_too(stack):
    """Phones answer From: where Reply-To: was meant."""
    address = resident()
    check_equal(write(stack, address, f"kairan@{s.SERVICE}")[0], 250)
    text = s.text_of(wait_received(stack, address, "お返事の宛先"))
    check_in(f"status@{s.SERVICE}", text)
    check_equal("leave-" in text or "-owner" in text, False, "an address of no list")


# ---- LIST-owner@ ----

OWNER = f"bosai-owner@{s.SERVICE}"


def test_broadcasts_name_the_owner(stack):
    _, mails = play(stack, "持ち主の名前")
    check_equal((mails[0]["List-Owner"], mails[0]["List-Subscribe"], mails[0]["List-Post"]),
                (f"<mailto:{OWNER}>", f"<mailto:join-bosai@{s.SERVICE}>", "NO"))


def test_the_owner_is_the_section(stack):
    """What a resident writes comes to the section's own mailbox, as it is."""
    office = resident("office")
    set_attribute(stack, SECTION, "kairanSharedMail", office)
    try:
        for to in (OWNER, f"BOSAI-Owner@{s.SERVICE}"):
            subject = f"質問 {to}"
            check_equal(write(stack, resident(), to, subject)[0], 250)
            mail = wait_received(stack, office, subject)
            check_in("ありがとうございます", s.text_of(mail))
    finally:
        set_attribute(stack, SECTION, "kairanSharedMail", None)


def test_or_the_administrators(stack):
    """Where the section shares no mailbox, and where that one would send it back here."""
    for shared in (None, OWNER):
        set_attribute(stack, SECTION, "kairanSharedMail", shared)
        try:
            subject = f"共用なし {shared}"
            check_equal(write(stack, resident(), OWNER, subject)[0], 250)
            stack.wait_mail("sysadmin", town.subject_is(subject))
        finally:
            set_attribute(stack, SECTION, "kairanSharedMail", None)


def test_mail_that_comes_round_ends(stack):
    subject = "一巡したメール"
    check_equal(write(stack, resident(), OWNER, subject, Delivered_To=OWNER)[0], 250)
    stack.wait_for(lambda: "came round" in stack.log(), what="the warning")
    check_equal(town.notices(stack, "sysadmin", subject), [])


def test_no_owner_of_no_list(stack):
    check_equal(write(stack, resident(), f"nosuch-owner@{s.SERVICE}")[1], 550)


# ---- the archive ----

def archive_folder(stack, name):
    """In a folder that the daemon may write to."""
    return pathlib.Path(stack.env["KAIRAN_STORE"]).parent / name


def archived(folder, subject):
    mails = [s.parse_mail(path.read_bytes()) for path in folder.glob("*/*.eml")]
    return [mail for mail in mails if str(mail["Subject"]) == subject]


def test_archive(stack):
    """What went out earlier, and what goes out from now on, as residents got it."""
    earlier, later = "保管の前", "保管の後"
    play(stack, earlier)
    town.wait_state(stack, earlier, town.RELEASED)
    folder = archive_folder(stack, "archive")
    stack.configure(archive_dir=folder)
    try:
        stack.wait_for(lambda: archived(folder, earlier), what="the earlier file")
        with configured(stack, broadcast_footer="standard"):
            _, mails = play(stack, later)
            stack.wait_for(lambda: archived(folder, later), what="the file")
        kept = archived(folder, later)
        check_equal(len(kept), 1, "files")
        for name in ("From", "To", "Subject", "Date", "Message-ID", "List-Id"):
            check_equal(str(kept[0][name]), str(mails[0][name]), name)
        check_equal(said(kept[0]), said(mails[0]))
        path = next(folder.glob(f"*/*-{town.draft_id(stack, later)}-bosai.eml"))
        check_equal(path.parent.name, stack.now().strftime("%Y-%m"), "month")
        check_equal(path.stat().st_mode & 0o777, 0o640, "permissions")
        for row in stack.store("SELECT address FROM subscriber"):
            check_equal(row["address"] in path.read_text("latin-1"), False, "a recipient")
    finally:
        stack.configure(archive_dir="")


def test_archive_that_cannot_be_written(stack):
    """It is no reason to keep a broadcast back; the administrators hear, and what is missing
    comes when it is mended."""
    subject = "保管できない"
    folder = archive_folder(stack, "blocked")
    folder.write_text("no folder", encoding="utf-8")
    stack.configure(archive_dir=folder)
    try:
        play(stack, subject)
        stack.wait_mail("sysadmin", town.subject_is("配信の保管"))
        folder.unlink()
        stack.configure(archive_dir=folder)
        stack.wait_for(lambda: folder.is_dir() and archived(folder, subject), what="the file")
        stack.wait_for(lambda: not stack.store("SELECT 1 FROM alarm WHERE name LIKE 'archive %'"),
                       what="the end of the alarm")
    finally:
        stack.configure(archive_dir="")


if __name__ == "__main__":
    tap.main(globals())
