#!/usr/bin/env python3
"""Lists in other languages: a draft has a text for each, all of them are approved together, and
each goes to its own list."""
import contextlib
import json
import pathlib

import stack as s
import tap
import test_copies as copies
import test_residents as residents
import town
from tap import check_equal, check_in

ENTRY = "dn: cn=bosai,ou=broadcasts,dc=town,dc=example\nchangetype: modify\n"
TWINS = ("en bosai-en", "zh bosai-zh")
LISTS = {"bosai-en": 3, "bosai-zh": 2}
TEXT = """避難所は中央小学校です。

=== English ===
Subject: {english}

The shelter is the Central School.
Please go there now.

＝＝＝　中国語　＝＝＝
主题：避难所
避难所是中央小学。
"""
ENGLISH = "The shelter is the Central School.\nPlease go there now."


def register(stack, name, count):
    register_addresses(stack, name, *(f"{name}-{n}@{('phone', 'mail')[n % 2]}.sink.example"
                                      for n in range(count)))


def register_addresses(stack, name, *rows):
    file = pathlib.Path(stack.env["KAIRAN_CLOCK"]).parent / f"{name}.csv"
    file.write_text("address\n" + "\n".join(rows) + "\n", encoding="ascii")
    stack.kairanctl("subscribers", "import", "--list", name, str(file))


def set_twins(stack, *values):
    stack.ldapmodify(ENTRY + "replace: kairanTwin\n"
                     + "".join(f"kairanTwin: {value}\n" for value in values))
    stack.wait_for(lambda: stack.store("SELECT 1 FROM snapshot WHERE mail = ? AND twins = ?",
                                       town.BOSAI, "\n".join(values)),
                   what="the twins in the snapshot")


def prepare(stack):
    """The broadcast has lists in two other languages, with subscribers."""
    if not addresses(stack, "bosai-en"):
        set_twins(stack, *TWINS)
        for name, count in LISTS.items():
            register(stack, name, count)


@contextlib.contextmanager
def twins(stack, *values):
    """Other lists, for a while."""
    prepare(stack)
    set_twins(stack, *values)
    try:
        yield
    finally:
        set_twins(stack, *TWINS)


def submit(stack, subject, text):
    return stack.submit("bosai-staff1", town.BOSAI,
                        s.make_mail("bosai-staff1", town.BOSAI, subject, text))


def refused(stack, subject):
    return s.text_of(stack.wait_mail(
        "bosai-staff1", lambda mail: "【受付できません】" in str(mail["Subject"])
        and subject in str(mail["Subject"])))


def notice(stack, person, subject, word):
    return stack.wait_mail(person, lambda mail: subject in str(mail["Subject"])
                           and word in str(mail["Subject"]))


def receivers(mails):
    return sorted(s.receiver_of(mail) for mail in mails)


def addresses(stack, name):
    return sorted(row["address"] for row in stack.store(
        "SELECT address FROM subscriber WHERE list = ? AND state = 1", name))


def send(stack, subject, english):
    town.draft(stack, "bosai-staff1", subject, TEXT.format(english=english))
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_state(stack, subject, town.RELEASED, 60)
    return (town.wait_broadcast(stack, subject),
            town.wait_broadcast(stack, english, LISTS["bosai-en"]))


# ---- the way ----

def test_each_list_gets_its_text(stack):
    prepare(stack)
    subject = "避難所1"
    japanese, english = send(stack, subject, "Shelter 1")
    chinese = town.wait_broadcast(stack, "避难所", LISTS["bosai-zh"])
    check_equal(s.text_of(japanese[0]).strip(), "避難所は中央小学校です。", "the Japanese text")
    check_equal(s.text_of(english[0]).strip(), ENGLISH, "the English text")
    check_equal(s.text_of(chinese[0]).strip(), "避难所是中央小学。", "the Chinese text")
    check_equal(receivers(japanese), addresses(stack, "bosai"), "who has the Japanese text")
    check_equal(receivers(english), addresses(stack, "bosai-en"), "who has the English text")
    check_equal(receivers(chinese), addresses(stack, "bosai-zh"), "who has the Chinese text")
    check_in("leave-bosai-en@", str(english[0]["List-Unsubscribe"]), "how to leave")
    check_in("leave-bosai@", str(japanese[0]["List-Unsubscribe"]), "how to leave")
    check_equal(str(english[0]["List-Id"]), "<bosai-en.info.town.example>", "the list's name")
    check_equal(str(japanese[0]["List-Id"]), "<bosai.info.town.example>", "the list's name")
    check_equal("防災" in town.name_of(japanese[0])[0], True, "the Japanese name")
    check_equal(town.name_of(english[0])[0].isascii(), True, "the English name")
    check_equal(len({str(mail["Message-ID"]) for mail in japanese + english + chinese}), 3,
                "Message-IDs")
    rows = stack.store("SELECT language, state, recipients FROM shard WHERE draft = ?"
                       " ORDER BY number", town.draft_id(stack, subject))
    check_equal([(row["language"], row["state"], row["recipients"]) for row in rows],
                [("", 4, town.SUBSCRIBERS), ("en", 4, 3), ("zh", 4, 2)], "shards")


def test_all_that_is_said_of_it(stack):
    """The approver sees every text and whom it goes to; so does who reads the report."""
    prepare(stack)
    subject, english = "避難所2", "Shelter 2"
    send(stack, subject, english)
    request = town.request_for(stack, "bosai-chief", subject)
    for text in (s.text_of(request), request.get_body(("html",)).get_content()):
        check_in("=== 英語 ===", text, "the line above it")
        check_in("Please go there now.", text, "the English text")
        check_in("避难所是中央小学。", text, "the Chinese text")
        check_in("ほかの言語 英語（bosai-en）：利用者 3 人、", text, "whom it goes to")
        check_in("（上限 500 文字）", text, "its limit")
    check_in("ほかの言語 中国語（bosai-zh）：利用者 2 人、",
             s.text_of(notice(stack, "bosai-staff1", subject, "【受付】")), "the receipt")
    report = s.text_of(notice(stack, "bosai-chief", subject, "【配信完了】"))
    check_in(f"{town.SUBSCRIBERS + 5} 人", report, "all of them")
    check_in("うち英語（bosai-en）：3 人", report, "of these")
    shown = stack.kairanctl("show", str(town.draft_id(stack, subject))).stdout
    check_in("Please go there now.", shown, "kairanctl show")
    rows = json.loads(stack.kairanctl("show", "--json",
                                      str(town.draft_id(stack, subject))).stdout)
    check_equal([(part["language"], part["list"]) for part in rows["other languages"]],
                [("en", "bosai-en"), ("zh", "bosai-zh")], "parts as JSON")


def test_a_draft_in_japanese_alone(stack):
    """It may be meant; who approves it is told. Its mail is as it ever was."""
    prepare(stack)
    subject = "日本語だけ"
    town.draft(stack, "bosai-staff1", subject, "避難所は中央小学校です。")
    request = town.request_for(stack, "bosai-chief", subject)
    text = s.text_of(request)
    check_in("【要確認】", str(request["Subject"]))
    check_in("【英語】この言語の文がありません", text, "the list without a text")
    check_in("bosai-en", text, "the list's name")
    check_in("【中国語】この言語の文がありません", text, "the other one")
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.RELEASED, 60)
    check_equal(receivers(town.wait_broadcast(stack, subject)), addresses(stack, "bosai"))
    check_equal(len(stack.store("SELECT 1 FROM shard WHERE draft = ?",
                                town.draft_id(stack, subject))), 1, "shards")


def test_sent_twice_is_one_draft(stack):
    """Also where the lists in other languages were changed meanwhile."""
    prepare(stack)
    subject = "二度送った原稿"
    mail = town.draft(stack, "bosai-staff1", subject, TEXT.format(english="Twice"))
    town.request_for(stack, "bosai-chief", subject)
    check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250)
    with twins(stack, *TWINS, "ko bosai-ko"):
        check_equal(stack.submit("bosai-staff1", town.BOSAI, mail).final[0], 250)
    check_equal(len(stack.store("SELECT 1 FROM draft WHERE subject = ?", subject)), 1, "drafts")


def test_the_time_below_a_line_that_parts(stack):
    prepare(stack)
    subject = "時刻のある原稿"
    at = stack.now().replace(year=stack.now().year + 1, month=1, day=15)
    stack.configure(schedule_most="400d")
    town.draft(stack, "bosai-staff1", subject,
               f"=== 日本語 ===\n配信日時: {at:%Y-%m-%d} 11:00\n水です。\n"
               "=== en ===\nSubject: Water\nWater.")
    check_in(f"{at.year}年1月15日 11:00",
             s.text_of(town.request_for(stack, "bosai-chief", subject)), "when")
    rows = stack.store("SELECT text FROM draft WHERE subject = ?", subject)
    check_equal(rows[0]["text"], "水です。", "the text")


def test_its_footer(stack):
    """In English, with the list's own way out; the approver sees each."""
    prepare(stack)
    stack.configure(broadcast_footer="standard")
    subject, english = "末尾の文", "With a footer"
    japanese, mails = send(stack, subject, english)
    stack.configure(broadcast_footer="none")
    check_in("leave-bosai@", s.text_of(japanese[0]), "how to leave")
    check_equal(s.text_of(mails[0]).startswith(ENGLISH + "\n\n----------\n"), True, "its place")
    check_in("To leave, send an empty mail", s.text_of(mails[0]), "in English")
    check_in("leave-bosai-en@", s.text_of(mails[0]), "how to leave")
    request = s.text_of(town.request_for(stack, "bosai-chief", subject))
    for list_name in ("bosai", "bosai-en", "bosai-zh"):
        check_in(f"leave-{list_name}@", request, "what the approver sees")


def test_the_archive(stack):
    """A file for each text that went to anybody."""
    prepare(stack)
    folder = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / "archive"
    stack.configure(archive_dir=folder)
    subject, english = "保管する避難所", "Shelter to keep"
    try:
        _, mails = send(stack, subject, english)
        draft = town.draft_id(stack, subject)
        stack.wait_for(lambda: len(list(folder.glob(f"*/*-{draft}-*.eml"))) == 3,
                       what="three files")
        files = sorted(folder.glob(f"*/*-{draft}-*.eml"), key=lambda file: file.stem)
    finally:
        stack.configure(archive_dir="")
    check_equal([file.stem.partition(f"-{draft}-")[2] for file in files],
                ["bosai", "bosai-en", "bosai-zh"], "files")
    kept = s.parse_mail(files[1].read_bytes())
    check_equal(s.text_of(kept).strip(), ENGLISH, "the English text")
    check_equal(str(kept["Message-ID"]), str(mails[0]["Message-ID"]), "the same mail")


def test_personal_copies(stack):
    """One list may have them, and another not; who leaves by one leaves that list."""
    subject, korean = "一人ずつの韓国語", "Personal"
    with twins(stack, *TWINS, "ko bosai-ko3"):
        register(stack, "bosai-ko3", 2)
        stack.configure(copies="personal", personal_lists="bosai-ko3",
                        web_url="https://www.town.example/mail")
        town.draft(stack, "bosai-staff1", subject, f"水です。\n=== ko ===\nSubject: {korean}\n물")
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
        town.wait_state(stack, subject, town.RELEASED, 60)
        mails = town.wait_broadcast(stack, korean, 2)
        copies.confirmed(stack, subject)
        stack.configure(copies="shared", personal_lists="*", web_url="")
        ways = {copies.unsubscribe_of(mail) for mail in mails}
        check_equal(len(ways), 2, "addresses to leave by")
        for way in ways:
            check_in("https://www.town.example/mail/leave/bosai-ko3/", way, "the link")
        check_in("leave-bosai@", str(town.wait_broadcast(stack, subject)[0]["List-Unsubscribe"]))
        way = copies.unsubscribe_of(mails[0]).partition("mailto:")[2].rstrip(">")
        check_equal(copies.leave(stack, way).final[0], 250)
        check_equal(copies.states(stack, s.receiver_of(mails[0])), {"bosai-ko3": 3}, "who left")


def test_residents_join_it(stack):
    """By the same kind of address, in a language that they may read."""
    with twins(stack, *TWINS, "ko bosai-ko2"):
        address = residents.resident()
        residents.ask(stack, address, f"join-bosai-ko2@{s.SERVICE}")
        mail = residents.wait_mail(stack, address, "Please confirm")
        check_in("leave-bosai-ko2@", s.text_of(mail), "how to leave")
        check_equal(residents.confirm(stack, mail)[0], 250, "the consent")
        check_equal(residents.row(stack, address, of="bosai-ko2")["state"], 1, "registered")
        check_equal(residents.row(stack, address), None, "in no other list")


# ---- its rules ----

def test_a_slip_in_the_line(stack):
    prepare(stack)
    subject = "書き間違い"
    replies = submit(stack, subject, "水です。\n\n=== Englsh ===\nSubject: Water\nWater comes.")
    check_equal(replies.final[0], 554, "refused")
    check_in("names none of this address", replies.final[1], "why")
    text = refused(stack, subject)
    check_in("言語の区切りの行", text, "why")
    check_in("3 行目", text, "where")
    check_in("=== English === / === Chinese ===", text, "what to write")
    check_in("> === Englsh ===", text, "what was written")
    check_equal("上限 200" in text, False, "a count of all texts together")


def test_each_text_has_its_own_limit(stack):
    prepare(stack)
    subject = "長い英語"
    long = "水です。\n=== en ===\nSubject: Water\n" + "a" * 501
    check_equal(submit(stack, subject, long).final[0], 554, "501 characters")
    text = refused(stack, subject)
    check_in("【英語】", text, "which text")
    check_in("501 文字、上限 500 文字", text, "how long")
    check_equal("上限 200" in text, False, "the count of the Japanese text")
    town.draft(stack, "bosai-staff1", subject, long[:-1])
    town.request_for(stack, "bosai-chief", subject)
    other = "長い日本語"
    check_equal(submit(stack, other, "あ" * 201 + "\n=== en ===\nSubject: W\na").final[0], 554)
    check_in("201 文字（上限 200 文字）", refused(stack, other), "the Japanese count")


def test_what_is_wrong_in_a_part(stack):
    """Its place is in its own lines; a language may have its own letters."""
    prepare(stack)
    subject = "英語の誤り"
    submit(stack, subject, "水です。\n=== en ===\nWater ① comes.\n=== zh ===\nSubject: 水\n说明")
    text = refused(stack, subject)
    check_in("【英語】", text, "which text")
    check_in("1 行目、7 文字目「①」", text, "where")
    check_in("件名がありません", text, "what else")
    check_equal("说" in text.split("お送り")[0], False, "Chinese letters in Chinese")


def test_explain(stack):
    prepare(stack)
    file = pathlib.Path(stack.env["KAIRAN_CLOCK"]).parent / "explained.eml"
    file.write_bytes(s.octets_of(s.make_mail(
        "bosai-staff1", town.BOSAI, "説明",
        "水です。\n=== en ===\nSubject: W①\n" + "a" * 501 + "\n=== zh ===\nSubject: 说\n说")))
    said = stack.kairanctl("explain", str(file), check=False).stdout
    check_in("en: 501 of 500 characters", said)
    check_in("zh: 1 of 500 characters", said)
    check_in("4 of 200 characters", said)
    check_in('en: subject, line 1, column 2: "①"', said)
    check_equal(["REFUSE" in line for line in said.splitlines() if "of 500" in line],
                [True, False], "verdicts")


def test_no_twins(stack):
    """A heading is a heading. Who approves it hears that it goes to all as it is."""
    prepare(stack)
    subject = "ほかの宛先"
    text = "水です。\n=== English ===\nSubject: Water\nWater comes."
    town.draft(stack, "kosodate-staff1", subject, text, to=town.KOSODATE)
    request = town.request_for(stack, "kosodate-chief", subject)
    check_in("言語の区切りのような行", s.text_of(request), "the warning")
    town.answer(stack, "kosodate-chief", request, "承認")
    mails = town.wait_broadcast(stack, subject)
    check_equal(s.text_of(mails[0]).strip(), text, "all of it")


# ---- lists that change ----

def test_a_list_of_nobody(stack):
    subject, english = "だれもいない英語", "Nobody"
    with twins(stack, "en bosai-nobody", "zh bosai-zh"):
        town.draft(stack, "bosai-staff1", subject, TEXT.format(english=english))
        request = town.request_for(stack, "bosai-chief", subject)
        check_in("【英語】この言語の配信を受ける利用者が、ひとりもいません", s.text_of(request))
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_state(stack, subject, town.RELEASED, 60)
        check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
        check_equal(town.broadcast(stack.sink(), english), [])
        found = stack.kairanctl("directory", "check", check=False).stdout
        check_in("bosai-nobody", found, "kairanctl directory check")


def test_a_list_that_was_taken_away(stack):
    """The text would go nowhere: nothing goes out until somebody has decided."""
    prepare(stack)
    subject, english = "なくなった英語", "Gone"
    stack.move_clock_to(10)
    town.draft(stack, "bosai-staff1", subject,
               f"配信日時: {stack.now():%Y-%m-%d} 11:00\n" + TEXT.format(english=english))
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_state(stack, subject, town.APPROVED)
    with twins(stack, "zh bosai-zh"):
        stack.move_clock_to(11)
        check_in("言語のリストが", s.text_of(notice(stack, "bosai-chief", subject, "【未配信】")))
        check_equal(town.broadcast(stack.sink(), subject), [])
    stack.move_clock(61)
    town.wait_state(stack, subject, town.RELEASED, 60)
    check_equal(len(town.wait_broadcast(stack, english, 3)), 3)


def test_a_list_that_was_replaced(stack):
    prepare(stack)
    subject, english = "替わった英語", "Replaced"
    town.draft(stack, "bosai-staff1", subject, TEXT.format(english=english))
    request = town.request_for(stack, "bosai-chief", subject)
    with twins(stack, "en bosai-zh", "zh bosai-en"):
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_state(stack, subject, town.RELEASED, 60)
        mails = town.wait_broadcast(stack, english, 2)
        check_equal(receivers(mails), addresses(stack, "bosai-zh"))
        check_in("leave-bosai-zh@", str(mails[0]["List-Unsubscribe"]))


def test_a_value_that_cannot_be_read(stack):
    prepare(stack)
    stack.ldapmodify(ENTRY + "replace: kairanTwin\nkairanTwin: english bosai-en\n")
    try:
        found = stack.kairanctl("directory", "check", check=False).stdout
        check_in('kairanTwin "english bosai-en" is not like', found)
    finally:
        set_twins(stack, *TWINS)


def test_what_comes_back(stack):
    """A report is about the list that the mail went to."""
    subject, gone = "戻る配信", "gone@closed.example"
    with twins(stack, *TWINS, "ko bosai-gone"):
        register_addresses(stack, "bosai-gone", gone)
        town.draft(stack, "bosai-staff1", subject, "水です。\n=== ko ===\nSubject: 물\n물")
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
        rows = stack.wait_for(lambda: stack.store("SELECT * FROM bounce WHERE draft = ?",
                                                  town.draft_id(stack, subject)), 40, "the bounce")
    check_equal([(row["list"], row["address_key"]) for row in rows], [("bosai-gone", gone)])


# ---- corrections ----

def correct(stack, subject, text):
    report = stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct+"))
    town.answer(stack, "bosai-chief", report, text)
    request = town.request_for(stack, "bosai-chief", "【訂正】" + subject)
    town.answer(stack, "bosai-chief", request, "承認")
    return request


def test_a_correction(stack):
    """In each language a reply to the first mail, with that language's mark."""
    prepare(stack)
    subject, english = "訂正する避難所", "Shelter to correct"
    _, first = send(stack, subject, english)
    request = correct(stack, subject, "避難所は東小学校です。\n=== English ===\n"
                      "The shelter is the East School.")
    check_in("【中国語】この言語の文がありません", s.text_of(request), "what is not corrected")
    mails = town.wait_broadcast(stack, "[Correction] " + english, 3)
    check_equal(s.text_of(mails[0]).strip(), "The shelter is the East School.")
    check_equal(str(mails[0]["In-Reply-To"]), str(first[0]["Message-ID"]))
    check_equal(receivers(mails), addresses(stack, "bosai-en"))
    town.wait_broadcast(stack, "【訂正】" + subject)


def is_with_the_mta(stack, subject, language):
    return stack.store("SELECT 1 FROM shard WHERE draft = ? AND language = ? AND state >= 3",
                       town.draft_id(stack, subject), language)


def test_a_correction_of_what_was_stopped(stack):
    """It goes to those who have the error, in the language in which they have it."""
    subject, korean = "止めた避難所", "Stopped shelter"
    with twins(stack, *TWINS, "ko bosai-ko"):
        register(stack, "bosai-ko", 400)
        stack.configure(shard_size="2")
        town.draft(stack, "bosai-staff1", subject,
                   f"水です。\n=== ko ===\nSubject: {korean}\n물")
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
        stack.wait_for(lambda: is_with_the_mta(stack, subject, "ko"), 40, "one Korean shard")
        stack.kairanctl("stop", str(town.draft_id(stack, subject)), "--reason", "誤報")
        stack.wait_for(lambda: not stack.store(
            "SELECT 1 FROM shard WHERE draft = ? AND state = 2", town.draft_id(stack, subject)),
            40, "the shard under way")
        had = [row["sum"] for row in stack.store(
            "SELECT sum(iif(state >= 3, recipients, 0)) AS sum FROM shard WHERE draft = ?"
            " GROUP BY language ORDER BY language", town.draft_id(stack, subject))]
        check_equal(0 < had[1] < 400, True, f"in mid-course: {had}")
        first = [*town.wait_broadcast(stack, subject, had[0]),
                 *town.wait_broadcast(stack, korean, had[1])]
        told = notice(stack, "bosai-chief", subject, "配信停止")
        town.answer(stack, "bosai-chief", told, "火です。\n=== 韓国語 ===\n불")
        request = town.request_for(stack, "bosai-chief", "【訂正】" + subject)
        check_in(f"利用者   {had[0]} 人", s.text_of(request), "how many in Japanese")
        check_in(f"韓国語（bosai-ko）：利用者 {had[1]} 人", s.text_of(request), "in Korean")
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_state(stack, "【訂正】" + subject, town.RELEASED, 120)
        second = [*town.wait_broadcast(stack, "【訂正】" + subject, had[0]),
                  *town.wait_broadcast(stack, "[정정] " + korean, had[1])]
        stack.configure(shard_size="1000")
    check_equal(receivers(second), receivers(first), "who has the correction, and the error")


if __name__ == "__main__":
    tap.main(globals())
