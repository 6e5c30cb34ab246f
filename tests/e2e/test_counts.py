"""Nothing is called done that was not: lists of nobody, lists that have shrunk, addresses that are
gone when a broadcast falls due (Art. 11), times that have passed."""
import contextlib
import os
import signal
import sqlite3
import threading

import stack as s
import tap
import town
from tap import check_equal, check_in

NOBODY = "この配信を受ける利用者が、ひとりもいません"
FEWER = "前回の配信の半分より少なく"


@contextlib.contextmanager
def suspended(stack, count):
    """So many of bosai's subscribers get nothing."""
    rows = stack.store("SELECT address FROM subscriber WHERE list = 'bosai' AND state = 1"
                       " ORDER BY address_key LIMIT ?", count)
    addresses = [row["address"] for row in rows]
    stack.kairanctl("subscribers", "suspend", "--list", "bosai", *addresses)
    try:
        yield
    finally:
        stack.kairanctl("subscribers", "resume", "--list", "bosai", *addresses)


def receipt_for(stack, person, subject):
    return stack.wait_mail(person, lambda mail: "【受付】" in str(mail["Subject"])
                           and subject in str(mail["Subject"]))


def check_warned(stack, subject, words):
    """Approver and author have the mark in the subject, and the words above all else."""
    for mail in (town.request_for(stack, "bosai-chief", subject),
                 receipt_for(stack, "bosai-staff1", subject)):
        check_in("【要確認】", str(mail["Subject"]))
        text = s.text_of(mail)
        check_in(words, text)
        check_equal(text.index(words) < text.index("様"), True, "above all else")


def test_as_many_as_ever(stack):
    """The others are measured by this one."""
    subject = "いつもの数"
    town.draft(stack, "bosai-staff1", subject, "明日は窓口が休みです。")
    request = town.request_for(stack, "bosai-chief", subject)
    check_equal("要確認" in str(request["Subject"]), False, "no mark")
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.RELEASED)


def test_less_than_half(stack):
    subject = "半分より少ない"
    with suspended(stack, 13):
        town.draft(stack, "bosai-staff1", subject, "川の水位が上がっています。")
        check_warned(stack, subject, FEWER)
        check_in("25 → 12", s.text_of(town.request_for(stack, "bosai-chief", subject)))
    with suspended(stack, 12):
        town.draft(stack, "bosai-staff1", "ちょうど半分くらい", "川の水位が下がりました。")
        request = town.request_for(stack, "bosai-chief", "ちょうど半分くらい")
        check_equal(FEWER in s.text_of(request), False, "13 of 25")


def test_nobody_would_receive_it(stack):
    subject = "だれも受け取らない"
    with suspended(stack, town.SUBSCRIBERS):
        town.draft(stack, "bosai-staff1", subject, "橋を通れません。")
        check_warned(stack, subject, NOBODY)
        number = str(town.draft_id(stack, subject))
        check_in("Nobody would receive it", stack.kairanctl("explain", number).stdout)


def test_what_is_refused_has_no_warnings(stack):
    """It is asked of nobody; and a text of any length is not compared with fifty others while
    the store waits."""
    path = os.path.join(os.path.dirname(stack.env["KAIRAN_STORE"]), "long.eml")
    with open(path, "wb") as file:
        file.write(s.octets_of(s.make_mail("bosai-staff1", town.BOSAI, "長い訓練", "訓練です。" * 99)))
    os.chmod(path, 0o644)
    done = stack.kairanctl("explain", path, "--json", check=False)
    check_equal(done.returncode, 65, done.stderr)
    check_equal("guards" in done.stdout, False, done.stdout)


def test_nobody_waits_for_an_explanation(stack):
    """While it waits for LDAP, others have the store."""
    path = os.path.join(os.path.dirname(stack.env["KAIRAN_STORE"]), "waits.eml")
    with open(path, "wb") as file:
        file.write(s.octets_of(s.make_mail("bosai-staff1", town.BOSAI, "待つ間", "本文です。")))
    os.chmod(path, 0o644)
    stack.signal("slapd", signal.SIGSTOP)
    try:
        explain = threading.Thread(target=stack.kairanctl, args=("explain", path),
                                   kwargs={"check": False})
        explain.start()
        tries = 0
        while explain.is_alive():
            # Half a second is shorter than an answer of LDAP is waited for.
            link = sqlite3.connect(stack.env["KAIRAN_STORE"], timeout=0.5, isolation_level=None)
            with contextlib.closing(link):
                link.execute("BEGIN IMMEDIATE")
                link.execute("ROLLBACK")
            explain.join(0.1)
            tries += 1
    finally:
        stack.signal("slapd", signal.SIGCONT)
    check_equal(tries > 5, True, f"{tries} tries")


if __name__ == "__main__":
    tap.main(globals())
