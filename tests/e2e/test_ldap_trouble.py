#!/usr/bin/env python3
"""A directory that answers badly: too late, an octet at a time, half, with noise, or not at all;
and one that knows two people by one login. Nobody is believed or refused by it: it is put off,
other mail passes, and all goes on once the directory is well."""
import contextlib
import pathlib
import re
import time

import proxy as p
import stack as s
import tap
import town
from tap import check_equal, check_in

WAIT = 3  # ldap_timeout
# Some look-ups that fail one after the other, on a busy machine; dripping takes many times as long.
PATIENCE = 60


@contextlib.contextmanager
def between(stack):
    """kairan asks the directory through a proxy."""
    conf = pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
    uri = re.findall(r'(?m)^ldap_uri = "(.*)"', conf)[-1]
    with p.Proxy(stack.directory / "run" / "ldapi") as proxy:
        stack.configure(ldap_uri=f"ldap://127.0.0.1:{proxy.port}", ldap_timeout=f"{WAIT}s")
        try:
            yield proxy
        finally:
            proxy.set_way(p.PASS)
            stack.configure(ldap_uri=uri, ldap_timeout="5s")


def final_of(stack, user, mail):
    """The reply that says what became of a mail."""
    to = str(mail["To"])
    replies = stack.submit(user, to, mail)
    return replies.recipients[to] if replies.recipients[to][0] >= 400 else replies.final


def check_put_off(stack, user, mail):
    begun = time.monotonic()
    code, text = final_of(stack, user, mail)
    check_equal(code, 451, text)
    took = time.monotonic() - begun
    check_equal(took < PATIENCE, True, f"answered in {took:.0f} s")


def check_way(stack, way):
    """One draft is new, one waits for its decision, when the answers begin to come this way."""
    new, held = f"新しい原稿 {way}", f"決裁を待つ原稿 {way}"
    pid = stack.pid("milter")
    with between(stack) as proxy:
        town.draft(stack, "bosai-staff1", held)
        request = town.request_for(stack, "bosai-chief", held)
        reply = town.answer_mail("bosai-chief", request, "承認")
        draft = s.make_mail("bosai-staff1", town.BOSAI, new, "避難所を開設しました。")
        proxy.set_way(way)
        check_put_off(stack, "bosai-staff1", draft)
        check_put_off(stack, "bosai-chief", reply)
        check_equal(final_of(stack, "bosai-staff1", s.make_mail(
            "bosai-staff1", "sysadmin@town.example", f"ほか {way}", "本文"))[0], 250)
        check_equal(proxy.met > 0, True, "answers that came this way")
        check_equal(town.state_of(stack, held), town.HELD)
        check_equal(town.state_of(stack, new), None)
        proxy.set_way(p.PASS)
        for user, mail in (("bosai-staff1", draft), ("bosai-chief", reply)):
            stack.wait_for(lambda user=user, mail=mail: final_of(stack, user, mail)[0] == 250,
                           what="the 250 afterwards")
        town.request_for(stack, "bosai-chief", new)
        town.wait_state(stack, held, town.RELEASED)
        check_equal(len(town.wait_broadcast(stack, held)), town.SUBSCRIBERS)
    check_equal(stack.pid("milter"), pid, "the daemon")


def test_it_hangs(stack):
    check_way(stack, p.HANG)


def test_it_resets(stack):
    check_way(stack, p.RESET)


def test_it_drips(stack):
    check_way(stack, p.DRIP)


def test_half_an_answer(stack):
    check_way(stack, p.HALF)


def test_noise(stack):
    check_way(stack, p.NOISE)


def test_one_connection_is_lost(stack):
    """It was idle, and something on the way has forgotten it: asked again, and nobody notices."""
    with between(stack) as proxy:
        town.draft(stack, "bosai-staff1", "切れる前")
        proxy.cut()
        town.draft(stack, "bosai-staff1", "切れた後")
        town.request_for(stack, "bosai-chief", "切れた後")


def test_it_drips_while_the_daemon_stops(stack):
    with between(stack) as proxy:
        proxy.set_way(p.DRIP)
        with stack.connect(int(stack.env["KAIRAN_SUBMISSION_PORT"]), "bosai-staff1") as link:
            link.mail("bosai-staff1@town.example")
            link.putcmd("rcpt", f"TO:<{town.BOSAI}>")
            stack.wait_for(lambda: proxy.met > 0, what="a question")
            begun = time.monotonic()
            stack.signal("milter", s.signal.SIGTERM)
            stack.wait_for(lambda: stack.pid("milter") is None, what="the end")
            took = time.monotonic() - begun
            check_equal(took < PATIENCE, True, f"it ended in {took:.0f} s")
            check_equal(link.getreply()[0], 451)
        proxy.set_way(p.PASS)
        stack.start("milter")


TWIN = """dn: uid=bosai-chief,ou=retired,dc=town,dc=example
changetype: add
objectClass: inetOrgPerson
uid: bosai-chief
cn: Bosai Chief
sn: Chief
mail: bosai-chief-old@town.example
"""
RETIRED = "dn: ou=retired,dc=town,dc=example\nchangetype: "


def test_two_entries_for_one_login(stack):
    """A leaver's entry that was kept: which of them has logged in nobody can say."""
    subject = "同じログインの二人"
    town.draft(stack, "bosai-staff1", subject)
    request = town.request_for(stack, "bosai-chief", subject)
    reply = town.answer_mail("bosai-chief", request, "承認")
    stack.ldapmodify(f"{RETIRED}add\nobjectClass: organizationalUnit\nou: retired\n")
    try:
        stack.ldapmodify(TWIN, relax=True)
        code, text = stack.wait_for(
            lambda: (lambda reply: reply[0] == 451 and reply)(
                final_of(stack, "bosai-chief", reply)), what="the 451")
        check_in("4.3", text)
        check_equal(town.state_of(stack, subject), town.HELD)
        told = stack.wait_mail("sysadmin", lambda mail: "ou=retired" in s.text_of(mail))
        check_in("要確認", str(told["Subject"]))
    finally:
        stack.ldap("ldapdelete", stack.env["KAIRAN_LDAP_ADMIN_DN"],
                   stack.env["KAIRAN_LDAP_ADMIN_PASSWORD"], "-r", "ou=retired,dc=town,dc=example")
    stack.wait_for(lambda: final_of(stack, "bosai-chief", reply)[0] == 250, what="the 250")
    town.wait_state(stack, subject, town.RELEASED)


if __name__ == "__main__":
    tap.main(globals())
