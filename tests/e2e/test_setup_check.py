#!/usr/bin/env python3
"""kairanctl setup check: all is well on the stack as it is; each thing that can be wrong with
mail system, directory, clock and DNS is broken in turn, and named. Nobody gets a mail of it."""
import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading

import stack as s
import tap
import test_rewritten
import town
from tap import check_equal, check_in

OK, CONFIG, TEMPFAIL, USAGE, UNAVAILABLE = 0, 78, 75, 64, 69
RECORDS = {
    "mx": ["--mx-host=info.town.example,mail.town.example,10"],
    "spf": ['--txt-record=info.town.example,v=spf1 mx -all'],
    # A town's one record covers what is below it.
    "dmarc": ['--txt-record=_dmarc.town.example,v=DMARC1; p=quarantine'],
    "dkim": ['--txt-record=town._domainkey.info.town.example,v=DKIM1; k=rsa; p=MIIB'],
}


def scratch(stack, name):
    """A path that the stack's user may read."""
    folder = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / "check"
    if not folder.exists():
        folder.mkdir()
        shutil.chown(folder, stack.env["KAIRAN_STACK_USER"])
    return folder / name


@contextlib.contextmanager
def nameserver(stack, *which):
    """A name server that knows these records, and that there is nothing else."""
    port = s.free_ports(1)[0]
    log = pathlib.Path(stack.env["KAIRAN_LOG"]) / f"dnsmasq-{port}.log"
    log.touch()
    log.chmod(0o666)
    server = subprocess.Popen(
        ["/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
         "--no-hosts", "--listen-address=127.0.0.1", "--bind-interfaces", f"--port={port}",
         "--pid-file=", "--user=nobody", f"--log-facility={log}", "--local=/example/",
         *(option for name in which for option in RECORDS[name])],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        stack.wait_for(lambda: "started" in log.read_text(), what="the name server")
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def mta_config(stack):
    config = pathlib.Path(stack.env["KAIRAN_MTA_CONFIG"])
    return config if stack.mta == "postfix" else config / "sendmail.cf"


def check(stack, *options, config=None, login="bosai-staff1", password="bosai-staff1-pass",
          conf=None, dns="127.0.0.1:9"):
    """The lines by their names, and the exit status. Without a name server of its own nobody
    answers at the port that dns says."""
    secret = scratch(stack, "password")
    secret.write_text(f"{password}\n")
    done = stack.kairanctl(
        *(["-c", str(conf)] if conf else []), "setup", "check", "--json", "--login", login,
        "--password-file", str(secret), "--mta-config", str(config or mta_config(stack)),
        "--submission", f"smtp://127.0.0.1:{stack.env['KAIRAN_SUBMISSION_PORT']}",
        "--nameserver", dns, "--wait", "20s", *options, check=False)
    if not done.stdout:
        raise AssertionError(f"exit status {done.returncode}: {done.stderr}")
    return {row["name"]: row for row in json.loads(done.stdout)}, done.returncode


def told(rows, *besides):
    """The names of those that are not ok, but for the DNS, and the carriers' limits, which the stack
    of the tests does without."""
    return {name: row["status"] for name, row in rows.items()
            if row["status"] != "ok" and not name.startswith("dns-")
            and name not in (*besides, "postfix-carriers")}


def named(rows, name, status, *words):
    """It is this row that says so, with these words, and with what to do."""
    check_equal(rows[name]["status"], status, f"{name}: {rows[name]}")
    for word in words:
        check_in(word, rows[name]["found"], name)
    assert rows[name]["cure"], name


def settings_with(stack, **settings):
    """A copy of the settings with others in them."""
    path = scratch(stack, "kairan.conf")
    text = pathlib.Path(stack.env["KAIRAN_CONF"]).read_text(encoding="utf-8")
    path.write_text(text + "".join(f'{name} = "{value}"\n' for name, value in settings.items()),
                    encoding="utf-8")
    return path


def count_things(stack):
    return [stack.store(f"SELECT count(*) AS n FROM {table}")[0]["n"]
            for table in ("draft", "outbox", "alarm", "audit")]


# ---- as it is ----

def test_all_is_well_and_nobody_hears_of_it(stack):
    before = count_things(stack)
    with nameserver(stack, "mx", "spf", "dmarc") as dns:
        rows, status = check(stack, dns=dns)
    check_equal({name: row["status"] for name, row in rows.items()
                 if row["status"] != "ok" and name != "postfix-carriers"},
                {"dns-dkim": "warning"}, "on the stack as it is")
    check_equal(status, OK)
    check_equal(len([name for name in rows if name.startswith(f"{stack.mta}-")]) > 5, True)
    stack.wait_for(stack.queue_is_empty, what="an empty queue")
    check_equal(count_things(stack), before, "drafts, notices, alarms, audit")
    check_equal(stack.sink_files(), [])
    for person in ("bosai-staff1", "bosai-chief", "sysadmin"):
        check_equal(stack.imap(person), [], person)


def test_lines_for_people(stack):
    """One line each, in either language, without a login as a warning."""
    for locale, words in (("C.UTF-8", ("ok ", "warning ", "could not ask ", " - cure: ")),
                          ("ja_JP.UTF-8", ("よし ", "注意 ", "確かめられず ", "対処: ",
                                           "試していません", "署名がありません"))):
        # The folder does for either mail system.
        done = stack.kairanctl("setup", "check", "--mta-config", stack.env["KAIRAN_MTA_CONFIG"],
                               "--nameserver", "127.0.0.1:9", check=False, LC_ALL=locale)
        check_equal(done.returncode, TEMPFAIL, done.stdout)
        for word in words:
            check_in(word, done.stdout)
        lines = done.stdout.splitlines()
        names = json.loads(stack.kairanctl(
            "setup", "check", "--mta-config", str(mta_config(stack)), "--nameserver",
            "127.0.0.1:9", "--json", check=False, LC_ALL=locale).stdout)
        # For programs it is the same everywhere.
        check_in("not tried", next(row for row in names if row["name"] == "login")["found"])
        check_equal([name["name"] in line for name, line in zip(names, lines, strict=True)],
                    [True] * len(names), done.stdout)
        check_in("--login", next(line for line in lines if " login " in line))


def test_a_wrong_call(stack):
    for args in (("--login", "bosai-staff1"), ("--password-file", "/dev/null"), ("more",)):
        check_equal(stack.kairanctl("setup", "check", *args, check=False).returncode, USAGE)
    done = stack.kairanctl("setup", "check", "--wait", "soon", check=False)
    check_equal(done.returncode, USAGE)
    check_in("--wait", done.stderr)
    done = stack.kairanctl("setup", "check", "--login", "x", "--password-file", "/nowhere",
                           check=False)
    check_equal(done.returncode, UNAVAILABLE)
    check_in("/nowhere", done.stderr)


def test_an_address_that_nobody_signed(stack):
    """Not at RCPT, and not by the pipe; nor does the copy's address come in by SMTP."""
    forged = f"probe+{'a' * 53}@{s.SERVICE}"
    copies = re.findall(rf"probe\+\w+@{s.SERVICE}", stack.mta_log())
    for address in (forged, copies[-1]) if stack.mta == "postfix" else (forged,):
        replies = stack.submit("bosai-staff1", address,
                               s.make_mail("bosai-staff1", address, "x", "y"))
        check_equal(replies.recipients[address][0] // 100, 5, address)
    done = stack.kairanctl("deliver", "--sender", "", "--recipient", forged, stdin="Subject: x\n\ny\n",
                           check=False)
    check_equal(done.returncode, 77)


# ---- the way of a mail ----

def test_without_the_daemon(stack):
    stack.stop("milter")
    try:
        rows, status = check(stack)
    finally:
        stack.start("milter")
    named(rows, "daemon", "missing", "milter.sock")
    named(rows, "way-out", "missing", "4")
    named(rows, "filter", "could not ask")
    named(rows, "login", "missing", "4")
    check_equal(status, CONFIG)


def test_without_the_mail_system(stack):
    stack.stop("mta")
    try:
        rows, status = check(stack)
    finally:
        stack.start("mta")
    for name in ("way-out", "filter", "unchanged", "pipe", "login", "clock-mta"):
        named(rows, name, "could not ask")
    check_equal(told(rows, "way-out", "filter", "unchanged", "pipe", "login", "login-told",
                     "clock-mta"), {})
    check_equal(status, TEMPFAIL)


def test_links_that_nobody_answers(stack):
    """Of personal copies alone; and not where another server has the port."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    settings = {"web_url": "https://www.town.example/mail", "web_listen": f"127.0.0.1:{port}"}
    rows, _ = check(stack, conf=settings_with(stack, **settings))
    check_equal(rows["web"]["status"], "ok", "shared copies have no link")
    rows, status = check(stack, conf=settings_with(stack, copies="personal", **settings))
    named(rows, "web", "missing", str(port))
    check_equal((told(rows, "web"), status), ({}, CONFIG))

    class Other(http.server.BaseHTTPRequestHandler):
        wanted = 200

        def do_GET(self):
            self.send_response(self.wanted)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", port), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        rows, _ = check(stack, conf=settings_with(stack, copies="personal", **settings))
        named(rows, "web", "missing", "200")
        Other.wanted = 404
        rows, _ = check(stack, conf=settings_with(stack, copies="personal", **settings))
        check_equal(rows["web"]["status"], "ok")
        server.shutdown()


def test_a_login_that_is_refused(stack):
    rows, status = check(stack, password="wrong")
    named(rows, "login", "missing", "535")
    named(rows, "login-told", "could not ask")
    check_equal(told(rows, "login", "login-told"), {})
    check_equal(status, CONFIG)
    rows, status = check(stack, login="nobody")
    named(rows, "login", "could not ask", "nobody")


def test_a_login_that_nobody_tells(stack):
    """A port without SMTP AUTH takes the mail, and says of nobody that they are logged in."""
    port = stack.env["KAIRAN_MX_PORT"]
    rows, status = check(stack, "--submission", f"smtp://127.0.0.1:{port}")
    named(rows, "login-told", "missing", "{auth_authen}")
    check_equal(told(rows, "login-told"), {})
    check_equal(status, CONFIG)


def services(stack, **parameters):
    """Lines of master.cf that take something away from one of the services."""
    config = stack.env["KAIRAN_MTA_CONFIG"]
    master = pathlib.Path(config) / "master.cf"

    @contextlib.contextmanager
    def changed():
        before = master.read_bytes()
        for port, line in parameters.items():
            service = f"127.0.0.1:{stack.env[port]}/inet"
            subprocess.run(["postconf", "-c", config, "-P", f"{service}/{line}"], check=True)
        stack.mta_tools.restart()
        try:
            yield
        finally:
            master.write_bytes(before)
            stack.mta_tools.restart()
    return changed()


def test_a_service_that_does_not_ask_the_filter(stack):
    """Both are tried: the mail comes past it into the pipe, and main.cf says why."""
    test_rewritten.on_postfix(stack)
    with services(stack, KAIRAN_MX_PORT="smtpd_milters="):
        rows, status = check(stack)
    named(rows, "filter", "missing", "came past")
    named(rows, "postfix-milter", "missing", stack.env["KAIRAN_MX_PORT"])
    check_equal(told(rows, "filter", "postfix-milter"), {})
    check_equal(status, CONFIG)
    with services(stack, KAIRAN_SUBMISSION_PORT="smtpd_milters="):
        rows, status = check(stack)
    named(rows, "login-told", "missing", "came past")
    named(rows, "postfix-milter", "missing", stack.env["KAIRAN_SUBMISSION_PORT"])
    check_equal(told(rows, "login-told", "postfix-milter"), {})


def test_a_pipe_that_does_not_answer(stack):
    test_rewritten.on_postfix(stack)
    with stack.mta_tools.configured(defer_transports="kairan"):
        rows, status = check(stack, "--wait", "3s")
        named(rows, "pipe", "missing", "queue id")
        named(rows, "clock-mta", "could not ask")
        check_equal(told(rows, "pipe", "clock-mta"), {})
        check_equal(status, CONFIG)
    stack.flush()
    stack.wait_for(stack.queue_is_empty, what="an empty queue")


def test_mail_that_is_rewritten(stack):
    """By a map, for one broadcast alone; by masquerading; by a filter behind kairan."""
    test_rewritten.on_postfix(stack)
    with stack.mta_tools.configured(
            canonical_maps=f"inline:{{ {town.KOSODATE}=somebody@town.example }}",
            canonical_classes="header_sender"):
        rows, status = check(stack)
    named(rows, "unchanged", "missing", town.KOSODATE, "From:", "somebody@town.example")
    named(rows, "postfix-canonical", "missing", "canonical_maps", town.KOSODATE)
    check_equal(told(rows, "unchanged", "postfix-canonical"), {})
    check_equal(status, CONFIG)
    with stack.mta_tools.configured(masquerade_domains="town.example"):
        rows, status = check(stack)
    named(rows, "unchanged", "missing", "town.example")
    named(rows, "postfix-masquerade", "missing", "masquerade_domains = town.example")
    check_in("!info.town.example", rows["postfix-masquerade"]["cure"])
    # Where headers are left alone, the address to which bounces go is not.
    with stack.mta_tools.configured(masquerade_domains="town.example",
                                    local_header_rewrite_clients=""):
        bounced, _ = check(stack)
    named(bounced, "unchanged", "missing", "envelope sender", "bounce+")
    check_equal(told(rows, "unchanged", "postfix-masquerade"), {})


def test_a_filter_behind_kairan(stack):
    test_rewritten.on_postfix(stack)
    socket = stack.directory / "run" / "footer.sock"
    program = stack.directory / "run" / "footer"
    subprocess.run([*os.environ.get("CC", "cc").split(), "-x", "c", "-o", str(program), "-",
                    "-lmilter", "-lpthread"], input=test_rewritten.FOOTER, text=True, check=True)
    daemon = subprocess.Popen([str(program), f"unix:{socket}"])
    try:
        stack.wait_for(socket.exists, what="the filter")
        socket.chmod(0o777)
        with stack.mta_tools.configured(
                smtpd_milters=f"unix:{stack.directory}/run/milter.sock, unix:{socket}"):
            rows, status = check(stack)
    finally:
        daemon.terminate()
        daemon.wait()
    named(rows, "unchanged", "missing", "after the filter", "text: line")
    check_equal(told(rows, "unchanged"), {})
    check_equal(status, CONFIG)


# ---- the directory ----

@contextlib.contextmanager
def rule(stack, *rules):
    """Access rules before all others."""
    database = "dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\n"
    for line in rules:
        stack.ldapmodify(f"{database}add: olcAccess\nolcAccess: {{0}}{line}\n")
    try:
        yield
    finally:
        for _ in rules:
            stack.ldapmodify(f"{database}delete: olcAccess\nolcAccess: {{0}}\n")


def test_rights_in_the_directory(stack):
    """What kairan may not read, and what it must not."""
    kairan = 'by dn.exact="cn=kairan,ou=services,dc=town,dc=example"'
    for attributes, what, name in (
            ("pwdReset", "none", "ldap-passwords"),
            ("pwdChangedTime", "none", "ldap-passwords"),
            ("kairanMailAlias", "none", "ldap-people"),
            ("kairanDelegate", "none", "ldap-sections"),
            ("kairanSharedMail", "none", "ldap-sections"),
            ("kairanList", "none", "ldap-broadcasts"),
            ("member", "none", "ldap-administrators")):
        with rule(stack, f"to attrs={attributes} {kairan} {what} by * break"):
            rows, status = check(stack)
        named(rows, name, "missing", attributes)
        check_equal(told(rows, name), {}, attributes)
        check_equal(status, CONFIG)
    with rule(stack, f"to attrs=userPassword {kairan} read by * break"):
        rows, status = check(stack)
    named(rows, "ldap-secret", "missing", "userPassword")
    check_equal(told(rows, "ldap-secret"), {})
    with rule(stack, f'to dn.subtree="ou=sections,dc=town,dc=example" {kairan} none by * break'):
        rows, status = check(stack)
    named(rows, "ldap-sections", "missing", "kairanSection")


def test_settings_that_the_directory_does_not_know(stack):
    for name, settings, found in (
            ("ldap-people", {"ldap_mail_alias": "kairanMailAlais"}, "not in the schema"),
            ("ldap-passwords", {"ldap_password_locked": "lockedAt"}, "not in the schema"),
            ("ldap-broadcasts", {"ldap_broadcast_filter": "(objectClass=nothing)"}, "nothing"),
            ("ldap-accesslog", {"ldap_accesslog_base": "cn=nolog"}, "cn=nolog")):
        rows, status = check(stack, conf=settings_with(stack, **settings))
        named(rows, name, "missing", found)
        check_equal(told(rows, name), {}, name)
        check_equal(status, CONFIG)
    rows, status = check(stack, conf=settings_with(stack, ldap_accesslog_base=""))
    named(rows, "ldap-accesslog", "warning", "not set")


def test_without_the_directory(stack):
    stack.stop("slapd")
    try:
        rows, status = check(stack)
    finally:
        stack.start("slapd")
    for name in rows:
        if name.startswith("ldap-") or name == "clock-directory":
            named(rows, name, "could not ask")
    check_equal(rows["filter"]["status"], "ok")
    check_equal(status, TEMPFAIL)


# ---- the mail system's configuration ----

def test_lines_of_main_cf(stack):
    """In a copy of the configuration: each is named, and nothing else."""
    test_rewritten.on_postfix(stack)
    service = f"127.0.0.1:{stack.env['KAIRAN_MX_PORT']}/inet"
    socket = stack.env["KAIRAN_MILTER_SOCKET"]
    for name, status, flag, line in (
            ("postfix-milter", "missing", "-e", "smtpd_milters="),
            ("postfix-default-action", "missing", "-e", "milter_default_action=accept"),
            ("postfix-default-action", "missing", "-P",
             f"{service}/milter_default_action=accept"),
            ("postfix-default-action", "missing", "-e",
             f"smtpd_milters={{ unix:{socket}, default_action=accept }}"),
            ("postfix-chroot", "missing", "-F", f"{service}/chroot=y"),
            ("postfix-bare-newline", "missing", "-e", "smtpd_forbid_bare_newline=no"),
            ("postfix-pipe", "missing", "-e", "kairan_destination_recipient_limit=50"),
            ("postfix-pipe", "missing", "-F", "kairan/unix/command=pipe argv=/bin/true"),
            ("postfix-masquerade", "missing", "-e", "masquerade_domains=town.example"),
            ("postfix-aliases", "missing", "-e", "virtual_alias_maps=inline:{{ a@b.example=c }, "
             f"{{ {town.BOSAI}=all@old.sink.example }}}}"),
            ("postfix-aliases", "missing", "-e",
             "virtual_alias_maps=inline:{{ @info.town.example=sysadmin@town.example }}"),
            ("postfix-canonical", "missing", "-e",
             f"recipient_canonical_maps=inline:{{ @{s.SERVICE}=@{s.DOMAIN} }}"),
            ("postfix-canonical", "could not ask", "-e", "canonical_maps=hash:/nowhere"),
            ("postfix-always-bcc", "warning", "-e", "always_bcc=archive@town.example"),
            ("postfix-delimiter", "missing", "-e",
             "relay_recipient_maps=inline:{{ kairan@info.town.example=x }}"),
            ("postfix-dash", "warning", "-e", "allow_min_user=no"),
            ("postfix-urgent", "warning", "-e", "sender_dependent_default_transport_maps="),
            ("postfix-urgent", "warning", "-e",
             "sender_dependent_default_transport_maps=static:smtp"),
            ("postfix-urgent", "warning", "-MX", "urgent/unix"),
            ("postfix-urgent", "warning", "-e", f"transport_maps=texthash:{mta_config(stack)}"
             "/transport, inline:{{ docomo.ne.jp=slow: }}"),
            ("postfix-urgent", "could not ask", "-e",
             "sender_dependent_default_transport_maps=regexp:/nowhere"),
            ("postfix-size", "missing", "-e", "message_size_limit=9437184"),
            ("postfix-content-filter", "warning", "-e", "content_filter=smtp:127.0.0.1:10025")):
        copy = scratch(stack, "postfix")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(mta_config(stack), copy)
        subprocess.run(["postconf", "-c", str(copy), flag, line], check=True)
        rows, _ = check(stack, config=copy)
        named(rows, name, status, line.partition("=")[0].rpartition("/")[2]
              if flag == "-e" else "")
        # A table that two rows ask can be read for neither.
        besides = ["postfix-room"] if line.endswith("_maps=regexp:/nowhere") else []
        check_equal(told(rows, name, *besides), {}, line)
    rows, _ = check(stack, conf=settings_with(stack, verp_every="5"))
    check_equal(told(rows), {})


def with_carriers(stack):
    """A copy of the configuration, with what INSTALL adds for carriers."""
    copy = scratch(stack, "postfix")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(mta_config(stack), copy)
    samples = s.TOP / "conf/postfix"
    shutil.copy(samples / "broadcast", copy / "broadcast")
    sample = (samples / "carriers.sample").read_text(encoding="utf-8")
    lines = dict(re.findall(r"(?m)^(\w+) = (.*)$", sample))
    lines["sender_dependent_default_transport_maps"] = \
        f"regexp:{copy}/urgent, regexp:{copy}/broadcast"
    shutil.copy(samples / "urgent", copy / "urgent")
    subprocess.run(["postconf", "-c", str(copy), "-e", "relayhost=", "default_transport=smtp",
                    *(f"{name}={value}" for name, value in lines.items())], check=True)
    with open(copy / "master.cf", "a", encoding="utf-8") as master:
        master.write((samples / "carriers.master.sample").read_text(encoding="utf-8"))
    return copy


def test_what_carriers_take(stack):
    """Recipients in one session; with another mail system behind this one it is that one's."""
    test_rewritten.on_postfix(stack)
    rows, _ = check(stack, config=with_carriers(stack))
    check_equal(rows["postfix-carriers"]["status"], "ok", rows["postfix-carriers"])
    for flag, line, found in (
            ("-e", "broadcast_destination_recipient_limit=101", "101"),
            ("-e", "broadcast_destination_recipient_limit=0", "= 0"),
            ("-P", "broadcast/unix/smtp_connection_cache_on_demand=yes", "on_demand = yes"),
            ("-MX", "broadcast/unix", "broadcast"),
            ("-e", "urgent_destination_recipient_limit=101", "urgent_destination_recipient_limit = 101"),
            ("-P", "urgent/unix/smtp_connection_cache_on_demand=yes", "on_demand = yes"),
            ("-e", "sender_dependent_default_transport_maps=", "smtp")):
        copy = with_carriers(stack)
        subprocess.run(["postconf", "-c", str(copy), flag, line], check=True)
        rows, status = check(stack, config=copy)
        named(rows, "postfix-carriers", "warning", found)
    copy = with_carriers(stack)
    subprocess.run(["postconf", "-c", str(copy), "-e", "relayhost=[mail.town.example]",
                    "broadcast_destination_recipient_limit=500"], check=True)
    rows, _ = check(stack, config=copy)
    check_equal(rows["postfix-carriers"]["status"], "ok", rows["postfix-carriers"])


def test_room_for_the_largest_list(stack):
    """Of one mail for many, and of a mail for each: other lines."""
    test_rewritten.on_postfix(stack)
    for settings, line in (({}, "broadcast_recipient_limit"),
                           ({"copies": "personal"}, "qmgr_message_active_limit")):
        copy = with_carriers(stack)
        subprocess.run(["postconf", "-c", str(copy), "-e", f"{line}=24"], check=True)
        rows, _ = check(stack, config=copy, conf=settings_with(stack, **settings))
        named(rows, "postfix-room", "warning", f"{line} is 24", "25")
        check_in(f"{line} = 25", rows["postfix-room"]["cure"])
        check_equal(told(rows, "postfix-room"), {})


def test_where_others_may_write(stack):
    folder = scratch(stack, "keys")
    folder.mkdir()
    key = shutil.copy(pathlib.Path(stack.env["KAIRAN_STORE"]).with_name("token.keys"), folder)
    for path in (folder, pathlib.Path(key)):
        shutil.chown(path, stack.env["KAIRAN_STACK_USER"])
    conf = settings_with(stack, key_file=str(key))
    rows, _ = check(stack, conf=conf)
    check_equal(rows["rights"]["status"], "ok", rows["rights"])
    folder.chmod(0o777)
    rows, _ = check(stack, conf=conf)
    named(rows, "rights", "missing", f"key_file: others may write to {folder}")


def test_the_mail_systems_log(stack):
    """Where a setting names it: it can be read, and it is one."""
    folder = pathlib.Path(stack.env["KAIRAN_LOG"])
    log = folder / f"{stack.mta_tools.LOG}.log"
    rows, _ = check(stack, conf=settings_with(stack, mta_log=str(log)))
    check_equal(rows["mta-log"]["status"], "ok", rows["mta-log"])
    rows, status = check(stack, conf=settings_with(stack, mta_log=str(folder / "slapd.log")))
    named(rows, "mta-log", "missing", "slapd.log")
    check_equal((told(rows, "mta-log"), status), ({}, CONFIG))
    rows, _ = check(stack, conf=settings_with(stack, mta_log="/nonexistent/mail.log"))
    named(rows, "mta-log", "could not ask", "/nonexistent/mail.log")
    # The daemon's own word counts, which is another user than who asks.
    stack.configure(mta_log="/nonexistent/mail.log")
    stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'mta-log-fault'"
                                       " AND value <> ''"), what="the daemon's word")
    rows, _ = check(stack)
    named(rows, "mta-log", "missing", "/nonexistent/mail.log")
    stack.configure(mta_log=str(log))
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM position WHERE name = 'mta-log-fault'"
                                           " AND value <> ''"), what="the daemon's other word")
    rows, _ = check(stack)
    check_equal(rows["mta-log"]["status"], "ok", rows["mta-log"])
    stack.configure(mta_log="")


def test_lines_that_break_nothing(stack):
    """What looks like it, and keeps kairan's promises, is no finding."""
    test_rewritten.on_postfix(stack)
    copy = scratch(stack, "postfix")
    socket = stack.env["KAIRAN_MILTER_SOCKET"]
    aliases = scratch(stack, "aliases")
    aliases.write_text("staff@town.example bosai-staff1@town.example\n")
    for lines in (
            ["masquerade_domains=!info.town.example, town.example",
             "local_header_rewrite_clients=permit_inet_interfaces"],
            ["masquerade_domains=town.example", "local_header_rewrite_clients=",
             "masquerade_classes=header_sender"],
            [f"smtpd_milters=inet:127.0.0.1:8891, {{ unix:{socket}, default_action=tempfail }}",
             "milter_default_action=accept"],
            ["relay_recipient_maps=inline:{{ kairan@info.town.example=x }}",
             "recipient_delimiter=+"],
            [f"virtual_alias_maps=texthash:{aliases}, inline:{{ {{ a@b.example=c }}, {{ d@e=f }} }}"],
            ["smtpd_forbid_bare_newline=reject"], ["message_size_limit=0"]):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(mta_config(stack), copy)
        subprocess.run(["postconf", "-c", str(copy), "-e", *lines], check=True)
        rows, _ = check(stack, config=copy)
        check_equal(told(rows), {}, lines)


def test_tables_that_cannot_be_read(stack):
    test_rewritten.on_postfix(stack)
    copy = scratch(stack, "postfix")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(mta_config(stack), copy)
    subprocess.run(["postconf", "-c", str(copy), "-e",
                    "virtual_alias_maps=texthash:/nowhere/aliases"], check=True)
    rows, status = check(stack, config=copy)
    named(rows, "postfix-aliases", "could not ask", "/nowhere/aliases")
    check_equal(status, TEMPFAIL)


def test_a_port_behind_a_content_filter(stack):
    """What comes back from it has been seen; another port without the filter has no excuse."""
    test_rewritten.on_postfix(stack)
    copy = scratch(stack, "postfix")
    for port, name in (("127.0.0.1:10026", {}), ("10026", {"postfix-milter": "missing"})):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(mta_config(stack), copy)
        for service in (f"127.0.0.1:{stack.env[port]}" for port in
                        ("KAIRAN_MX_PORT", "KAIRAN_SUBMISSION_PORT")):
            subprocess.run(["postconf", "-c", str(copy), "-P",
                            f"{service}/inet/content_filter=smtp:127.0.0.1:10025"], check=True)
        subprocess.run(["postconf", "-c", str(copy), "-M",
                        f"{port}/inet={port} inet n - n - - smtpd -o smtpd_milters= "
                        "-o content_filter="], check=True)
        rows, _ = check(stack, config=copy)
        check_equal(told(rows), {**name, "postfix-content-filter": "warning"})


def test_results_that_anybody_may_bring(stack):
    """Where authserv_id is set the mail system has to take them out."""
    conf = settings_with(stack, authserv_id="mail.town.example")
    name = f"{stack.mta}-results"
    rows, status = check(stack, conf=conf)
    named(rows, name, "missing", "authserv_id = mail.town.example")
    check_equal((told(rows, name), status), ({}, CONFIG))
    copy = scratch(stack, "mta")
    if stack.mta == "postfix":
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(mta_config(stack), copy)
        subprocess.run(["postconf", "-c", str(copy), "-e",
                        f"header_checks=regexp:{copy}/results"], check=True)
    else:
        rules = s.TOP / "conf/sendmail/dmarc.m4"
        text = mta_config(stack).read_text(encoding="latin-1")
        copy.write_text(text + rules.read_text(encoding="utf-8"), encoding="latin-1")
    rows, _ = check(stack, conf=conf, config=copy)
    check_equal((told(rows), rows[name]["status"]), ({}, "ok"))


def test_lines_of_sendmail_cf(stack):
    if stack.mta != "sendmail":
        raise test_rewritten.unittest.SkipTest("it is Sendmail's configuration")
    text = mta_config(stack).read_text(encoding="latin-1")
    for name, before, after in (
            ("sendmail-filter", "O InputMailFilters=kairan", "O InputMailFilters=other"),
            ("sendmail-tempfail", "F=T,", "F=,"),
            ("sendmail-times", "R:60s", "R:10s"),
            ("sendmail-macros", "{auth_authen}", "{auth_type}"),
            ("sendmail-size", "O MaxMessageSize=62914560", "O MaxMessageSize=1000000"),
            ("sendmail-masquerade", "O MaxMessageSize",
             "DMtown.example\nC{M}info.town.example\nO MaxMessageSize"),
            ("sendmail-pipe", "kairanctl", "cat"), ("sendmail-urgent", "\nQurgent,", "\nQother,"),
            ("sendmail-carriers", "m=1, r=100", "m=10, r=100"),
            ("sendmail-carriers", "m=1, r=100", "m=1, r=1000"),
            ("sendmail-urgent", "$(kairan_urgent $&f", "$(kairan_urgent $1")):
        check_in(before, text)
        copy = scratch(stack, "sendmail.cf")
        copy.write_text(text.replace(before, after), encoding="latin-1")
        rows, status = check(stack, config=copy)
        is_advice = name in ("sendmail-urgent", "sendmail-carriers")
        named(rows, name, "warning" if is_advice else "missing")
        check_equal(told(rows, name), {}, name)
        if not is_advice:
            check_equal(status, CONFIG)


def test_a_sendmail_that_does_not_ask_the_filter(stack):
    if stack.mta != "sendmail":
        raise test_rewritten.unittest.SkipTest("it is Sendmail's configuration")
    config = mta_config(stack)
    before = config.read_bytes()
    check_in(b"O InputMailFilters=kairan", before)
    stack.stop("mta")
    config.write_bytes(before.replace(b"O InputMailFilters=kairan", b"O InputMailFilters="))
    stack.start("mta")
    try:
        rows, status = check(stack)
    finally:
        stack.stop("mta")
        config.write_bytes(before)
        stack.start("mta")
    named(rows, "filter", "missing", "came past")
    named(rows, "login-told", "missing", "came past")
    named(rows, "sendmail-filter", "missing", "InputMailFilters=")
    check_equal(told(rows, "filter", "login-told", "sendmail-filter"), {})
    check_equal(status, CONFIG)


def test_a_configuration_that_is_not_there(stack):
    rows, status = check(stack, config="/nowhere")
    named(rows, "mta-config", "could not ask", "--mta-config")
    check_equal([name for name in rows if name.startswith(("postfix-", "sendmail-"))], [])
    check_equal(status, TEMPFAIL)


def test_the_configuration_of_postfix_itself(stack):
    """Where none is named, it is what postconf says; here by its environment."""
    test_rewritten.on_postfix(stack)
    done = stack.kairanctl("setup", "check", "--json", "--nameserver", "127.0.0.1:9",
                           check=False, MAIL_CONFIG=stack.env["KAIRAN_MTA_CONFIG"])
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    check_equal(told(rows), {"login": "warning", "login-told": "warning"})
    check_equal(rows["postfix-aliases"]["status"], "ok")


# ---- the DNS ----

def test_records_that_are_missing(stack):
    """A warning with the record to publish; nobody that can be asked is another answer."""
    wanted = {"dns-mx": "info.town.example. IN MX 10 ", "dns-spf": '"v=spf1 ',
              "dns-dmarc": '_dmarc.info.town.example. IN TXT "v=DMARC1; '}
    with nameserver(stack) as dns:
        rows, status = check(stack, dns=dns)
    for name, record in wanted.items():
        named(rows, name, "warning")
        check_in(record, rows[name]["cure"])
    check_equal(status, OK)
    rows, status = check(stack)
    for name in wanted:
        named(rows, name, "could not ask")
    check_equal(status, TEMPFAIL)


def test_the_key_of_the_signature(stack):
    """Whose it is stands in the mail that came back."""
    test_rewritten.on_postfix(stack)
    signature = "v=1; a=rsa-sha256; d=info.town.example; s=town; h=from; bh=x; b=y"
    sign = scratch(stack, "sign")
    sign.write_text(f"/^List-Id: <probe/ PREPEND DKIM-Signature: {signature}\n")
    with stack.mta_tools.configured(header_checks=f"regexp:{sign}"):
        with nameserver(stack, "dkim") as dns:
            rows, _ = check(stack, dns=dns)
        check_equal(rows["dns-dkim"]["status"], "ok", rows["dns-dkim"])
        with nameserver(stack) as dns:
            rows, _ = check(stack, dns=dns)
    named(rows, "dns-dkim", "warning", "no key")
    check_in("town._domainkey.info.town.example.", rows["dns-dkim"]["cure"])


# ---- the clock; last, since it goes back ----

def test_clocks_that_differ(stack):
    stack.move_clock(-86400)
    try:
        rows, status = check(stack)
    finally:
        stack.move_clock(86400)
    named(rows, "clock-directory", "missing", "later")
    named(rows, "clock-mta", "missing", "ahead")
    check_equal(told(rows, "clock-directory", "clock-mta"), {})
    check_equal(status, CONFIG)
    stack.move_clock(3 * 86400)
    try:
        rows, status = check(stack)
    finally:
        stack.move_clock(-3 * 86400)
    named(rows, "clock-mta", "missing", "behind")


if __name__ == "__main__":
    tap.main(globals())
