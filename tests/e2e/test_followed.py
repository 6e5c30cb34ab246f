#!/usr/bin/env python3
"""The directory is followed (RFC 4533, Art. 10, 11): a change is seen at once, whatever becomes
of the servers meanwhile, and seen by asking where slapd does not tell."""
import contextlib
import pathlib
import signal
import threading
import time

import stack as s
import tap
import town
from tap import check_equal, check_in

BASE = "dc=town,dc=example"
SECTION = f"ou=bosai,ou=sections,{BASE}"
FOLLOWED = "the directory is followed"
NOT_OFFERED = "does not offer to be followed"


def dn(uid):
    return f"uid={uid},ou=people,{BASE}"


def change(stack, how, attribute, value):
    stack.ldapmodify(f"dn: {SECTION}\nchangetype: modify\n{how}: {attribute}\n"
                     f"{attribute}: {value}\n")


def duty_rows(stack):
    return [row["detail"] for row in
            stack.store("SELECT detail FROM audit WHERE action = 'duty' ORDER BY seq")]


def wait_row(stack, words, count=1):
    """Exactly so many rows in the end: a later one would be seen with the next change."""
    stack.wait_for(lambda: len([row for row in duty_rows(stack) if words in row]) >= count,
                   what=f"{count} times \"{words}\"")
    check_equal(len([row for row in duty_rows(stack) if words in row]), count, words)


def wait_followed(stack, count):
    stack.wait_for(lambda: stack.log().count(FOLLOWED) >= count, what="that it is followed",
                   timeout=60)


def ask_hourly(stack):
    """From now on only following can be quick."""
    stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'duties'"),
                   what="the first look")
    stack.configure(snapshot_refresh="1h")
    wait_followed(stack, 1)


def test_a_change_comes_at_once(stack):
    ask_hourly(stack)
    change(stack, "add", "kairanStaff", dn("kosodate-staff1"))
    wait_row(stack, "registered: kosodate-staff1 (staff)")
    stack.wait_mail("bosai-chief", lambda mail: "kosodate-staff1" in s.text_of(mail)
                    and "内容     登録" in s.text_of(mail))
    change(stack, "delete", "kairanStaff", dn("kosodate-staff1"))
    wait_row(stack, "ended: kosodate-staff1 (staff)")
    wait_row(stack, "registered: kosodate-staff1 (staff)")


def test_a_new_address_comes_at_once(stack):
    ask_hourly(stack)
    address = "bosai2@info.town.example"
    check_equal(stack.mx_send("bosai-staff1@town.example", address,
                              s.make_mail("bosai-staff1", address, "まだ", "本文です。"))
                .recipients[address][0] >= 500, True)
    before = stack.log().count("broadcast addresses read from the directory")
    stack.ldapmodify(f"dn: cn=bosai2,ou=broadcasts,{BASE}\nchangetype: add\n"
                     f"objectClass: kairanBroadcast\ncn: bosai2\nmail: {address}\n"
                     f"kairanSectionDN: {SECTION}\nkairanList: bosai\n")
    stack.wait_for(lambda: stack.log().count("broadcast addresses read from") > before,
                   what="the new address")
    mail = s.make_mail("bosai-staff1", address, "新しい宛先", "本文です。")
    check_equal(stack.submit("bosai-staff1", address, mail).final[0], 250)


def test_slapd_is_killed_and_comes_again(stack):
    ask_hourly(stack)
    before = stack.log().count(FOLLOWED)
    stack.kill9("slapd")
    stack.wait_for(lambda: "it is asked every snapshot_refresh meanwhile" in stack.log(),
                   what="the loss")
    stack.start("slapd")
    change(stack, "add", "kairanStaff", dn("kosodate-staff2"))
    wait_row(stack, "registered: kosodate-staff2 (staff)")
    wait_followed(stack, before + 1)
    change(stack, "delete", "kairanStaff", dn("kosodate-staff2"))
    wait_row(stack, "ended: kosodate-staff2 (staff)")


def check_stops_well(stack):
    before = stack.log().count("stopped in the middle")
    stack.stop("milter")
    check_equal(stack.log().count("stopped in the middle"), before)


def test_the_daemon_stops_while_it_follows(stack):
    ask_hourly(stack)
    check_stops_well(stack)
    stack.start()


def test_the_daemon_stops_while_slapd_hangs(stack):
    """Look-ups under way, which would wait longer than the daemon may take for its end."""
    ask_hourly(stack)
    stack.configure(ldap_timeout="60s")
    stack.signal("slapd", signal.SIGSTOP)
    try:
        stack.move_clock(3600)
        check_stops_well(stack)
    finally:
        stack.signal("slapd", signal.SIGCONT)
        stack.start()
        stack.configure(ldap_timeout="5s")


def test_a_slapd_that_hangs_is_waited_for_once(stack):
    """Whoever waits for a turn meanwhile is answered with the one before, not a time-out
    later."""
    waits = 10
    stack.configure(ldap_timeout=f"{waits}s")
    port = int(stack.env["KAIRAN_SUBMISSION_PORT"])
    replies = []

    def ask(smtp):
        smtp.mail("bosai-staff1@town.example")
        replies.append(smtp.rcpt(town.BOSAI)[0])

    with contextlib.ExitStack() as clients:
        threads = [threading.Thread(target=ask, args=(clients.enter_context(
            stack.connect(port, "bosai-staff1")),)) for _ in range(6)]
        stack.signal("slapd", signal.SIGSTOP)
        begun = time.monotonic()
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            took = time.monotonic() - begun
        finally:
            stack.signal("slapd", signal.SIGCONT)
            stack.configure(ldap_timeout="5s")
    check_equal(replies, [451] * len(threads), "the answers")
    check_equal(took < 3 * waits, True, f"all were answered in good time ({took:.0f} s)")


def test_kill_9_after_a_change(stack):
    """What the killed daemon had not told yet, the next one tells, once."""
    ask_hourly(stack)
    change(stack, "add", "kairanDelegate", dn("kosodate-deputy"))
    stack.kill9("milter")
    stack.start()
    wait_row(stack, "registered: kosodate-deputy (delegate)")
    ask_hourly(stack)
    change(stack, "delete", "kairanDelegate", dn("kosodate-deputy"))
    wait_row(stack, "ended: kosodate-deputy (delegate)")
    stack.kill9("milter")
    stack.start()
    change(stack, "add", "kairanStaff", dn("kosodate-staff1"))
    wait_row(stack, "registered: kosodate-staff1 (staff)", count=2)
    change(stack, "delete", "kairanStaff", dn("kosodate-staff1"))
    wait_row(stack, "ended: kosodate-staff1 (staff)", count=2)
    wait_row(stack, "registered: kosodate-deputy (delegate)")
    wait_row(stack, "ended: kosodate-deputy (delegate)")
    # A notice that the daemon was killed over goes out again, and is the same one.
    told = {str(mail["Message-ID"]) for mail in stack.imap("bosai-chief")
            if "登録のお知らせ" in str(mail["Subject"]) and "kosodate-deputy" in s.text_of(mail)}
    check_equal(len(told), 2, "notices of the delegate")


def config_folder(stack):
    return pathlib.Path(stack.env["KAIRAN_CONF"]).parent / "slapd.d" / "cn=config"


def test_a_root_entry_that_is_hidden(stack):
    """Then nobody can say whether it is offered; the directory is asked by the clock."""
    frontend = config_folder(stack) / "olcDatabase={-1}frontend.ldif"
    text = frontend.read_text()
    before = stack.log().count(NOT_OFFERED)
    stack.stop("milter", "slapd")
    open_to_all = 'to dn.base="" by * read'
    check_in(open_to_all, text)
    frontend.write_text(text.replace(
        open_to_all, 'to dn.base="" by dn.regex="^cn=kairan," none by * read'))
    stack.start("slapd", "milter")
    stack.wait_for(lambda: stack.log().count(NOT_OFFERED) > before, what="that it is asked")
    town.draft(stack, "bosai-staff1", "根の見えない名簿")
    stack.stop("milter", "slapd")
    frontend.write_text(text)
    stack.start("slapd", "milter")


def test_a_server_that_does_not_offer_it(stack):
    """First the module is there without the overlay, so that the root entry promises what the
    database refuses; then neither."""
    folder = config_folder(stack)
    overlay = next(folder.glob("olcDatabase={1}mdb/olcOverlay=*syncprov.ldif"))
    module = next(path for path in folder.glob("cn=module*.ldif")
                  if "syncprov" in path.read_text())
    before = stack.log().count(NOT_OFFERED)
    stack.stop("milter", "slapd")
    overlay.unlink()
    stack.start("slapd", "milter")
    stack.wait_for(lambda: stack.log().count(NOT_OFFERED) == before + 1, what="that it is asked")
    change(stack, "add", "kairanStaff", dn("kosodate-staff1"))
    stack.configure(snapshot_refresh="2s")
    wait_row(stack, "registered: kosodate-staff1 (staff)", count=3)
    stack.stop("milter", "slapd")
    module.write_text("".join(line for line in module.read_text().splitlines(True)
                              if "syncprov" not in line))
    stack.start("slapd", "milter")
    stack.wait_for(lambda: stack.log().count(NOT_OFFERED) == before + 2, what="that it is asked")
    change(stack, "delete", "kairanStaff", dn("kosodate-staff1"))
    wait_row(stack, "ended: kosodate-staff1 (staff)", count=3)


if __name__ == "__main__":
    tap.main(globals())
