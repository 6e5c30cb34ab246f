#!/usr/bin/env python3
"""What comes from outside is text and nothing else: names in the directory, addresses of
strangers, and what the pipe says into a bounce."""
import base64
import json
import os
import pathlib
import subprocess
import time

import stack as s
import tap
import town
from tap import check_equal, check_in

ESC = "\x1b[31m"
NEXT_LINE = "\u0085"
TURN = "\u202e"
STAFF = "uid=bosai-staff1,ou=people,dc=town,dc=example"


def last_mail(stack, user, subject):
    return stack.wait_mail(user, lambda mail: subject in str(mail["Subject"]))


# ---- the directory ----

def test_a_name_is_one_plain_line(stack):
    """A draft of somebody whose name commands terminals is asked for like any other."""
    name = f"山田{ESC} 太郎\r\nBcc: all@town.example{NEXT_LINE}係{TURN}長"
    found = stack.ldap("ldapsearch", stack.env["KAIRAN_LDAP_ADMIN_DN"],
                       stack.env["KAIRAN_LDAP_ADMIN_PASSWORD"], "-LLL", "-o", "ldif-wrap=no",
                       "-b", STAFF, "-s", "base", "cn", "displayName")
    attribute = "displayName;lang-ja" if "displayName;lang-ja" in found.stdout else "cn;lang-ja"
    encoded = base64.b64encode(name.encode()).decode()
    before = [line for line in found.stdout.splitlines() if line.startswith(attribute)]
    stack.ldapmodify(f"dn: {STAFF}\nchangetype: modify\nreplace: {attribute}\n"
                     f"{attribute}:: {encoded}\n")
    try:
        subject = "名前に制御文字"
        town.draft(stack, "bosai-staff1", subject)
        request = town.request_for(stack, "bosai-chief", subject)
        for mark in (ESC, NEXT_LINE, TURN):
            check_equal(mark in request.as_string() + s.text_of(request), False, repr(mark))
        check_equal("Bcc" in request, False, "a header was made")
        check_in("山田[31m 太郎 Bcc: all@town.example 係長", s.text_of(request))
        check_equal(stack.store("SELECT count(*) FROM alarm WHERE reason = 'notice-plain'")[0][0],
                    0, "a plain notice")
    finally:
        stack.ldapmodify(f"dn: {STAFF}\nchangetype: modify\n" + (
            f"replace: {attribute}\n" + "".join(f"{line}\n" for line in before)
            if before else f"delete: {attribute}\n"))


# ---- kairanctl ----

def test_no_list_commands_the_terminal(stack):
    """In text, in JSON that reads the same, and in what is said to standard error."""
    hostile = f"点検{ESC}赤\u009b31m{TURN}逆"
    stack.kairanctl("suspend", "--reason", hostile)
    stack.kairanctl("resume")
    for words in (("audit", "list", "--action", "suspend"), ("audit", "export", "--csv"),
                  ("audit", "list", "--action", "suspend", "--json")):
        said = stack.kairanctl(*words).stdout
        for mark in ("\x1b", "\u009b", TURN):
            check_equal(mark in said, False, f"{words}: {mark!r}")
        check_in("\\u001b[31m", said.lower())
    rows = json.loads(stack.kairanctl("audit", "list", "--action", "suspend", "--json").stdout)
    check_in(hostile, rows[-1]["detail"])
    done = stack.kairanctl("show", f"7{ESC}", check=False)
    check_equal("\x1b" in done.stdout + done.stderr, False, done.stderr)
    done = subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", stack.env["KAIRAN_CONF"],
                           b"no\xff\x1b[31m"], capture_output=True, check=False)
    check_in(b"\\xff", done.stderr)
    check_equal(b"\x1b" in done.stderr, False, done.stderr)


# ---- addresses in disguise ----

def test_disguised_addresses_are_refused_at_rcpt(stack):
    """A bounce would go to whoever stands in the sender, who has written nothing."""
    for path in (f"bosai%{s.SERVICE}@town.example", f"bosai%{s.SERVICE}",
                 f"{s.SERVICE}!bosai", f'"bosai staff"@{s.SERVICE}', f"bosai(x)@{s.SERVICE}",
                 f"bosai@{s.SERVICE}(comment)", f"@relay.example:bosai@{s.SERVICE}",
                 f"bosai@{s.SERVICE.upper()}@town.example"):
        replies = stack.mx_send("bosai-staff1@town.example", path,
                                s.make_mail("bosai-staff1", town.BOSAI, "変装", "本文"))
        check_equal(replies.recipients.get(path, (0,))[0] // 100, 5, f"{path}: {replies}")
    if stack.mta == "postfix":
        wide = f"bosai@{s.SERVICE}".translate({ord(c): ord(c) + 0xfee0 for c in "bosai"})
        with stack.connect(int(stack.env["KAIRAN_MX_PORT"])) as smtp:
            smtp.ehlo("client.example")
            smtp.docmd("MAIL", "FROM:<bosai-staff1@town.example> SMTPUTF8")
            smtp.send(f"RCPT TO:<{wide}>\r\n".encode())
            check_equal(smtp.getreply()[0] // 100, 5, wide)


def forged_rows(stack):
    return stack.store("SELECT detail FROM audit WHERE outcome = 'forged-token' ORDER BY seq")


def test_invented_addresses_are_counted(stack):
    """Sixty of one client are ten rows, and one with the number of the others."""
    count = 60
    for start in range(0, count, 10):
        with stack.connect(int(stack.env["KAIRAN_MX_PORT"])) as smtp:
            smtp.ehlo("client.example")
            smtp.mail("bosai-staff1@town.example")
            for number in range(start, start + 10):
                path = f"decide+{'a' * 50}{number:03}@{s.SERVICE}".replace("0", "b").replace(
                    "1", "c").replace("8", "d").replace("9", "e")
                code, text = smtp.rcpt(path)
                check_equal(code, 550, text)
    check_equal(len(forged_rows(stack)), 10, "rows")
    stack.move_clock(61)
    stack.wait_for(lambda: len(forged_rows(stack)) > 10, what="the row of the others")
    check_equal(forged_rows(stack)[10]["detail"], f"{count - 10} more from 127.0.0.1")
    # Who has logged in is told, each time, and has rows of their own.
    path = f"decide+{'a' * 53}@{s.SERVICE}"
    stack.submit("bosai-staff1", path, s.make_mail("bosai-staff1", path, "承認", "承認"))
    check_equal(len(forged_rows(stack)), 12)


# ---- the pipe ----

def check_words(done):
    lines = done.stderr.splitlines()
    check_equal(len(lines), 1, done.stderr)
    check_equal(lines[0][0] in "45" and lines[0][1] == ".", True, lines[0])
    for word in ("/", "kairanctl[", "kairan.db", "sqlite", "store:"):
        check_equal(word in lines[0], False, lines[0])


def test_a_bounce_tells_strangers_nothing(stack):
    """One line with a status: no path, no process, no line of the log."""
    mail = "Subject: x\n\ny\n"
    words = ("deliver", "--sender", "stranger@elsewhere.example", "--recipient")
    for to, status in ((town.BOSAI, 77), (f"decide+{'a' * 53}@{s.SERVICE}", 77),
                       (f'"a b"@{s.SERVICE}', 67)):
        done = stack.kairanctl(*words, to, stdin=mail, check=False)
        check_equal(done.returncode, status, done.stderr)
        check_words(done)
    store = stack.env["KAIRAN_STORE"]
    stack.stop("milter")
    os.rename(store, f"{store}.aside")
    try:
        done = stack.kairanctl(*words, town.BOSAI, stdin=mail, check=False)
        check_equal(done.returncode, 75, done.stderr)
        check_words(done)
    finally:
        os.rename(f"{store}.aside", store)
        stack.start("milter")
    done = subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", "/no/such.conf", *words,
                           town.BOSAI], input=mail, capture_output=True, text=True, check=False)
    check_equal(done.returncode, 75, done.stderr)
    check_words(done)


def test_a_forged_receipt_is_not_bounced(stack):
    """No filter is asked of receipts: what a stranger makes up is recorded, and goes nowhere."""
    path = f"receipt+{'a' * 53}@{s.SERVICE}"
    sender = "bosai-staff1@town.example"
    mail = s.make_mail("bosai-staff1", path, "偽の受領", "本文")
    check_equal(stack.mx_send(sender, path, mail).final[0], 250)
    stack.wait_for(lambda: stack.store(
        "SELECT 1 FROM audit WHERE action = 'deliver' AND outcome = 'forged-token'"
        " AND detail = ?", path), what="the row")
    done = stack.kairanctl("deliver", "--sender", sender, "--recipient", path, stdin="x\n",
                           check=False)
    check_equal((done.returncode, done.stderr), (0, ""))
    check_equal([str(one["Subject"]) for one in stack.imap("bosai-staff1")
                 if "receipt+" in one.as_string()], [])


# ---- far over the limit ----

def cpu_of(stack):
    """Seconds of a processor that the daemon has used: what else the machine does is not in them."""
    fields = pathlib.Path(f"/proc/{stack.pid('milter')}/stat").read_text(encoding="ascii")
    return sum(map(int, fields.rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def test_far_too_much_is_answered_at_once(stack):
    """Three megabytes of marks on one letter, and of letters, and six of plain lines: nobody counts
    them, and no line is looked at."""
    plain = "".join(f"line {n} of a text that goes on and on and on\n" for n in range(120000))
    for name, body, words in (("記号の山", "あ" + "\u0301" * 1500000, "64 marks"),
                              ("長い本文", "あいうえお\n" * 190000, "octets, limit"),
                              ("ふつうの行", plain, "octets, limit")):
        octets = s.octets_of(s.make_mail("bosai-staff1", town.BOSAI, name, body))
        before = cpu_of(stack)
        replies = stack.submit("bosai-staff1", town.BOSAI, octets)
        took = cpu_of(stack) - before
        check_equal(replies.final[0], 554, str(replies.final))
        check_in(words, replies.final[1])
        print(f"# {name}: {took:.1f} s", flush=True)
        # Two seconds, ten or minutes, when each of them is looked at again and again.
        check_equal(took < 1, True, f"{took} s")


def test_a_header_over_64_kilobytes(stack):
    """More than fits a milter's packet: an answer, and not "try again" for ever."""
    octets = b"X-Long: " + b"x" * 66000 + b"\r\n" + s.octets_of(
        s.make_mail("bosai-staff1", town.BOSAI, "長いヘッダー", "本文です。"))
    code = stack.submit("bosai-staff1", town.BOSAI, octets).final[0]
    check_equal(code, 250 if stack.mta == "postfix" else 552)


if __name__ == "__main__":
    tap.main(globals())
