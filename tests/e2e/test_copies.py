#!/usr/bin/env python3
"""Personal copies: a mail for each recipient, whose List-Unsubscribe is signed for them."""
import re

import stack as s
import tap
import town
from tap import check_equal

SERVICE = "info.town.example"
SIGNED = re.compile(r"<mailto:(leave\+([a-z2-7]{53})@info\.town\.example)>")


def release(stack, subject, count=town.SUBSCRIBERS):
    town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
    town.answer(stack, "kosodate-chief", town.request_for(stack, "kosodate-chief", subject),
                "承認")
    town.wait_state(stack, subject, town.RELEASED)
    return {s.receiver_of(mail): mail
            for mail in town.wait_broadcast(stack, subject, count)}


def unsubscribe_of(mail):
    return re.sub(r"\s+", "", str(mail["List-Unsubscribe"]))


def leave_address(mail):
    found = SIGNED.fullmatch(unsubscribe_of(mail))
    if found is None:
        raise AssertionError(f"no signed address: {mail['List-Unsubscribe']}")
    return found[1]


def states(stack, address):
    return {row["list"]: row["state"] for row in
            stack.store("SELECT list, state FROM subscriber WHERE address_key = ?", address)}


def leave(stack, address, sender="somebody@phone.sink.example"):
    return stack.mx_send(sender, address, b"Subject: unsubscribe\r\n\r\nunsubscribe\r\n")


def confirmed(stack, subject):
    """Every copy came back as it was written."""
    draft = town.draft_id(stack, subject)
    stack.wait_for(lambda: stack.store("SELECT count(*) FROM shard WHERE draft = ? AND"
                                       " state <> 4", draft)[0][0] == 0,
                   what="the receipts of all copies")
    check_equal(town.audit(stack, subject, "receipt")[0]["outcome"], "confirmed")
    check_equal([row["detail"] for row in town.audit(stack, subject, "receipt")
                 if row["outcome"] == "changed"], [], "copies that were changed")


def test_each_has_an_address_to_leave_by(stack):
    stack.configure(copies="personal", personal_lists="kosodate")
    subject = "一人ずつの配信"
    mails = release(stack, subject)
    check_equal(len({leave_address(mail) for mail in mails.values()}), town.SUBSCRIBERS)
    check_equal({mail["List-Unsubscribe-Post"] for mail in mails.values()}, {None})
    confirmed(stack, subject)

    who = sorted(mails)[3]
    address = leave_address(mails[who])
    check_equal(states(stack, who)["kosodate"], 1)
    # Who it is from does not matter: mail programs write by themselves, some without a sender.
    check_equal(leave(stack, address, "").final[0], 250)
    check_equal(states(stack, who)["kosodate"], 3)
    left = [row["address_key"] for row in
            stack.store("SELECT address_key FROM subscriber WHERE state = 3")]
    check_equal(left, [who], "who left")
    check_equal(leave(stack, address).final[0], 250, "once more")
    check_equal([row["gone"] for row in stack.store("SELECT gone FROM subscriber_change"
                                                    " WHERE gone > 0")], [1], "counted once")

    again = release(stack, "次の配信", town.SUBSCRIBERS - 1)
    check_equal(set(mails) - set(again), {who}, "who gets no more")
    # The same right, whichever mail it is read from.
    other = sorted(again)[0]
    check_equal(leave_address(again[other]), leave_address(mails[other]))


def test_a_forged_address_removes_nobody(stack):
    mail = next(iter(release(stack, "偽の住所", town.SUBSCRIBERS - 1).values()))
    address = leave_address(mail)
    before = stack.store("SELECT count(*) FROM subscriber WHERE state = 3")[0][0]
    for place in (7, 14, 20, 40):
        forged = address[:place] + ("b" if address[place] == "a" else "a") + address[place + 1:]
        replies = leave(stack, forged)
        check_equal(replies.recipients[forged][0], 550, forged)
    check_equal(stack.store("SELECT count(*) FROM subscriber WHERE state = 3")[0][0], before)


def test_keys_are_rotated(stack):
    """What was written with a key is compared by that key, and is good afterwards."""
    old = next(iter(release(stack, "鍵を替える前", town.SUBSCRIBERS - 1).values()))
    stack.kairanctl("keys", "rotate")
    stack.configure()
    subject = "鍵を替えた後"
    new = release(stack, subject, town.SUBSCRIBERS - 1)
    who = s.receiver_of(old)
    check_equal(leave_address(new[who]) != leave_address(old), True, "signed anew")
    confirmed(stack, subject)
    check_equal(leave(stack, leave_address(old)).final[0], 250)
    check_equal(states(stack, who)["kosodate"], 3)


def test_by_domain(stack):
    stack.configure(copies="personal", personal_lists="*",
                    personal_domains="Docomo.sink.example, other.example",
                    web_url="https://www.town.example/mail")
    subject = "会社ごと"
    town.draft(stack, "bosai-staff1", subject)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_state(stack, subject, town.RELEASED)
    mails = town.wait_broadcast(stack, subject)
    kinds = {}
    for mail in mails:
        docomo = s.receiver_of(mail).endswith("@docomo.sink.example")
        kinds.setdefault(docomo, set()).add(unsubscribe_of(mail))
        check_equal(mail["List-Unsubscribe-Post"],
                    "List-Unsubscribe=One-Click" if docomo else None)
    check_equal(kinds[False], {f"<mailto:leave-bosai@{SERVICE}>"})
    link = re.compile(r"<https://www\.town\.example/mail/leave/bosai/([a-z2-7]{53})>,"
                      r"<mailto:leave\+\1@info\.town\.example>")
    for ways in kinds[True]:
        check_equal(link.fullmatch(ways) is not None, True, ways)
    draft = town.draft_id(stack, subject)
    sizes = [row["recipients"] for row in
             stack.store("SELECT recipients FROM shard WHERE draft = ? ORDER BY number", draft)]
    check_equal(sizes, [len(mails) - len(kinds[True])] + [1] * len(kinds[True]), "sizes")
    confirmed(stack, subject)
    stack.configure(copies="shared", personal_domains="*", web_url="")


if __name__ == "__main__":
    tap.main(globals())
