#!/usr/bin/env python3
"""kairan-web: residents leave by the link in their own copy, with one click (RFC 8058)."""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import unittest
import unittest.mock
import urllib.parse

import browser
import stack as s
import tap
import town
from tap import check_equal, check_in

BASE = "https://www.town.example/mail"
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
AT = {}


class Web:
    """kairan-web as somebody who can read nothing of kairan's but its settings and these keys."""

    def __init__(self, stack):
        self.stack = stack
        self.port = s.free_ports(1)[0]
        self.folder = pathlib.Path(stack.directory) / "web"
        self.program = f"{stack.env['KAIRAN_BIN']}/kairan-web"
        self.process = None

    def start(self):
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        conf = self.folder / "kairan.conf"
        keys = self.folder / "leave.keys"
        self.folder.mkdir(exist_ok=True)
        shutil.copyfile(self.stack.env["KAIRAN_CONF"], conf)
        shutil.copyfile(pathlib.Path(self.stack.env["KAIRAN_STORE"]).parent / "leave.keys", keys)
        with conf.open("a", encoding="utf-8") as file:
            file.write(f'web_listen = "127.0.0.1:{self.port}"\n')
        if user is not None:
            for path in (self.folder, conf, keys):
                os.chown(path, user.pw_uid, user.pw_gid)
        keys.chmod(0o400)
        options = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid,
                                           "extra_groups": []}
        self.process = subprocess.Popen([self.program, "-c", conf, "-k", keys], text=True,
                                        stderr=subprocess.PIPE, **options)
        for line in self.process.stderr:
            if "ready on" in line:
                return
        raise RuntimeError("kairan-web did not start")

    def stop(self):
        """What it said meanwhile."""
        self.process.terminate()
        said = self.process.communicate(timeout=60)[1]
        check_equal(self.process.returncode, 0, "status of kairan-web")
        return said

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode(), response.headers
        finally:
            connection.close()


def web_of(stack):
    """The server, and a path for each subscriber of kosodate, from the copies of a broadcast."""
    if not pathlib.Path(stack.env["KAIRAN_BIN"], "kairan-web").exists():
        raise unittest.SkipTest("built without libmicrohttpd")
    if not AT:
        stack.configure(copies="personal", web_url=BASE)
        subject = "一押しで止める"
        town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
        town.answer(stack, "kosodate-chief",
                    town.request_for(stack, "kosodate-chief", subject), "承認")
        for mail in town.wait_broadcast(stack, subject):
            check_equal(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
            link = re.match(r"<(https://[^>]+)>,",
                            re.sub(r"\s+", "", str(mail["List-Unsubscribe"])))[1]
            check_equal(link.startswith(f"{BASE}/leave/kosodate/"), True, link)
            AT[s.receiver_of(mail)] = urllib.parse.urlsplit(link).path
    return Web(stack), dict(AT)


@contextlib.contextmanager
def running(stack):
    web, paths = web_of(stack)
    web.start()
    try:
        yield web, paths
    finally:
        if web.process.poll() is None:
            web.stop()


def state(stack, who):
    rows = stack.store("SELECT state FROM subscriber WHERE list = 'kosodate' AND"
                       " address_key = ?", who)
    return rows[0]["state"] if rows else None


def gone(stack):
    return sum(row["gone"] for row in stack.store("SELECT gone FROM subscriber_change"))


def test_looking_changes_nothing(stack):
    with running(stack) as (web, paths):
        who, path = sorted(paths.items())[0]
        for method in ("GET", "HEAD", "GET"):
            status, page, headers = web.ask(method, path, headers={"Accept-Language": "ja"})
            check_equal(status, 200, method)
            check_equal(headers["Cache-Control"], "no-store")
            check_equal(headers["Referrer-Policy"], "no-referrer")
            check_in("default-src 'none'", headers["Content-Security-Policy"])
        check_in("配信の停止", page)
        check_in("「kosodate」", page)
        check_equal(who in page, False, "the address is shown")
        check_equal((state(stack, who), gone(stack)), (1, 0))


def test_one_click(stack):
    with running(stack) as (web, paths):
        (who, path), (second, other) = sorted(paths.items())[:2]
        # As Gmail sends it, and as a form with parts, which RFC 8058 prefers.
        check_equal(web.ask("POST", path, ONE_CLICK, FORM)[0], 200)
        check_equal(state(stack, who), 3)
        parts = (b'--bound\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
                 b"One-Click\r\n--bound--\r\n")
        status, text, headers = web.ask(
            "POST", other, parts, {"Content-Type": "multipart/form-data; boundary=bound"})
        check_equal((status, state(stack, second)), (200, 3))
        check_equal(headers.get_content_type(), "text/plain")
        check_in("お届けしません", text)
        check_equal(web.ask("POST", path, ONE_CLICK, FORM)[0], 200, "once more")
        check_equal(gone(stack), 2, "counted")
        # Who has passed their copy on learns of it, and how to come back.
        goodbye = stack.wait_for(
            lambda: next((mail for mail in stack.sink() if s.receiver_of(mail) == who and
                          "配信を終わりました" in str(mail["Subject"])), None), what="the goodbye")
        check_in("join-kosodate@info.town.example", s.text_of(goodbye))
        check_equal([row["kind"] for row in stack.store(
            "SELECT kind FROM outbox WHERE mail = ?", who)], ["resident-goodbye"])
        said = web.stop()
    check_in("list kosodate: a link was followed", said)
    for secret in (who, path.rpartition("/")[2]):
        check_equal(secret in said, False, f"the log has {secret}")


def test_what_is_no_click(stack):
    with running(stack) as (web, paths):
        who, path = sorted(paths.items())[2]
        token = path.rpartition("/")[2]
        forged = path[:-9] + ("b" if path[-9] == "a" else "a") + path[-8:]
        for wanted, method, to, body, headers in (
                (400, "POST", path, b"", FORM),
                (400, "POST", path, b"List-Unsubscribe=No", FORM),
                (400, "POST", path, b"List-Unsubscribe=One-Click2", FORM),
                (400, "POST", path, ONE_CLICK, {"Content-Type": "text/plain"}),
                (413, "POST", path, b"a=" + b"x" * 100000 + b"&" + ONE_CLICK, FORM),
                (405, "PUT", path, ONE_CLICK, FORM),
                (405, "DELETE", path, None, {}),
                (404, "POST", forged, ONE_CLICK, FORM),
                (404, "GET", forged, None, {}),
                (404, "POST", path.replace("kosodate", "bosai"), ONE_CLICK, FORM),
                (404, "POST", f"/leave/{token}", ONE_CLICK, FORM),
                (404, "POST", path[:-1], ONE_CLICK, FORM),
                (404, "GET", "/", None, {}),
                (404, "GET", "/leave/%00/%0d%0a", None, {}),
                (404, "GET", "/../../etc/passwd", None, {})):
            found, page, _ = web.ask(method, to, body, headers)
            check_equal(found, wanted, f"{method} {to} {body and body[:40]}")
            check_equal("Exception" in page, False)
        check_equal(state(stack, who), 1)


def test_who_was_forgotten(stack):
    with running(stack) as (web, paths):
        who, path = sorted(paths.items())[3]
        stack.kairanctl("subscribers", "delete", "--list", "kosodate", who)
        gone_for_good = stack.store("SELECT count(*) FROM subscriber WHERE address_key = ?",
                                    who)[0][0] == 0
        status = web.ask("POST", path, ONE_CLICK, FORM)[0]
        check_equal(status, 410 if gone_for_good else 200)
        check_equal(web.ask("GET", path)[0], 200, "a page says nothing of who is registered")


def test_while_kairan_is_away(stack):
    """Nobody is told that they have left who has not; and a mail program asks again."""
    with running(stack) as (web, paths):
        who, path = sorted(paths.items())[4]
        stack.stop("milter")
        try:
            status, text, headers = web.ask("POST", path, ONE_CLICK,
                                            {**FORM, "Accept-Language": "en-GB, ja;q=0.5"})
        finally:
            stack.start("milter")
        check_equal((status, headers["Retry-After"]), (503, "300"))
        check_in("leave-kosodate@info.town.example", text)
        check_equal(state(stack, who), 1)
        check_equal(web.ask("POST", path, ONE_CLICK, FORM)[0], 200)
        check_equal(state(stack, who), 3)


def test_newer_keys(stack):
    """Keys are rotated, and nobody thinks of kairan-web: what it cannot judge kairan does."""
    with running(stack) as (web, paths):
        who, path = sorted(paths.items())[7]
        stack.kairanctl("keys", "rotate")
        stack.configure(copies="personal")
        subject = "新しい鍵"
        town.draft(stack, "kosodate-staff1", subject, to=town.KOSODATE)
        town.answer(stack, "kosodate-chief",
                    town.request_for(stack, "kosodate-chief", subject), "承認")
        mail = stack.wait_for(
            lambda: next((mail for mail in town.broadcast(stack.sink(), subject)
                          if s.receiver_of(mail) == who), None), what="their copy")
        newer = urllib.parse.urlsplit(re.match(r"<(https://[^>]+)>,", re.sub(
            r"\s+", "", str(mail["List-Unsubscribe"])))[1]).path
        token = newer.rpartition("/")[2]
        check_equal(token[:4] == path.rpartition("/")[2][:4], False, "by another key")
        forged = newer[:-9] + ("b" if newer[-9] == "a" else "a") + newer[-8:]
        check_equal(web.ask("GET", newer)[0], 200)
        check_equal(web.ask("POST", forged, ONE_CLICK, FORM)[0], 410)
        for list_ in ("%3Cb%3E", "a%20b", "x" * 65, ""):
            check_equal(web.ask("GET", f"/leave/{list_}/{token}")[0], 404, list_)
        check_equal(state(stack, who), 1)
        check_equal(web.ask("POST", newer, ONE_CLICK, FORM)[0], 200)
        check_equal(state(stack, who), 3)
        # The older mails' links still do.
        check_equal(web.ask("POST", path, ONE_CLICK, FORM)[0], 200)


def test_how_it_is_called(stack):
    web, _ = web_of(stack)
    if os.geteuid() == 0:
        done = subprocess.run([web.program, "-c", stack.env["KAIRAN_CONF"]], capture_output=True,
                              text=True, check=False)
        check_equal(done.returncode, 77, done.stderr)
        check_in("not as root", done.stderr)
    check_equal(subprocess.run([web.program, "-x"], capture_output=True,
                               check=False).returncode, 64)
    with unittest.mock.patch.object(s, "free_ports", lambda count: ["x"]):
        wrong = Web(stack)
    try:
        wrong.start()
    except RuntimeError:
        check_equal(wrong.process.wait(60), 71, "status for a bad web_listen")
    else:
        raise AssertionError("it starts with a bad web_listen")


# ---- in a browser ----

CLICK = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
<iframe style="width:360px;height:640px;border:0"></iframe><pre></pre><script>
const frame = document.querySelector("iframe"), seen = [];
frame.onload = () => {
  const page = frame.contentDocument, button = page.querySelector("button");
  const box = button && button.getBoundingClientRect();
  seen.push({ title: page.querySelector("h1").textContent, lang: page.documentElement.lang,
              width: page.documentElement.scrollWidth,
              button: box && [box.left >= 0 && box.right <= 360, box.height] });
  if (button) button.click();
  else document.querySelector("pre").textContent = "measured " + JSON.stringify(seen) + " end";
};
frame.src = "PATH";
</script>"""


class TownServer(browser.Server):
    """The town's web server: hands over all below /mail. Pages of the test's own besides, in
    whose frames it lets kairan-web's be seen."""

    def __init__(self, web, pages):
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                page = pages.get(self.path)
                if page is not None:
                    self.answer(200, {"Content-Type": "text/html; charset=utf-8"}, page.encode())
                else:
                    self.hand_over()

            def hand_over(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                passed = {name: self.headers[name] for name in
                          ("Content-Type", "Accept", "Accept-Language") if self.headers[name]}
                status, text, headers = web.ask(self.command, self.path, body, passed)
                kept = {name: value for name, value in headers.items()
                        if name == "Content-Type" or
                        (name == "Content-Security-Policy" and not pages)}
                self.answer(status, kept, text.encode())

            do_POST = hand_over

            def log_message(self, *_):
                pass

        super().__init__(Handler)


def needs_browser():
    if browser.find() is None:
        raise unittest.SkipTest("there is no Chromium")


def test_in_a_browser(stack):
    """Both languages, without a complaint, and with nothing loaded besides."""
    needs_browser()
    with running(stack) as (web, paths):
        _, path = sorted(paths.items())[5]
        with TownServer(web, {}) as server:
            for language, words, other in (("ja", "配信を停止する", "English"),
                                           ("en", "Stop the mails", "日本語")):
                dom, console = browser.dump(server, path, f"--accept-lang={language}")
                check_in(f">{words}</button>", dom)
                check_in(f">{other}</a>", dom)
                check_equal(console, [], f"console, {language}")
                dom, _ = browser.dump(server, f"{path}?language={language}")
                check_in(f">{words}</button>", dom)


def test_the_button_on_a_phone(stack):
    needs_browser()
    with running(stack) as (web, paths):
        for place, language, titles in (
                (5, "ja", ["配信の停止", "配信を停止しました"]),
                (6, "en", ["Stop these mails", "You get no more of these mails"])):
            who, path = sorted(paths.items())[place]
            page = CLICK.replace("PATH", f"{path}?language={language}")
            check_equal(state(stack, who), 1)
            with TownServer(web, {"/click.html": page}) as server:
                dom, _ = browser.dump(server, "/click.html", "--virtual-time-budget=20000")
            found = re.search(r"measured (\[.*\]) end", dom)
            check_equal(found is not None, True, dom[-300:])
            seen = json.loads(found[1])
            check_equal([one["title"] for one in seen], titles)
            check_equal({one["lang"] for one in seen}, {language})
            check_equal({one["width"] for one in seen}, {360}, "width")
            check_equal(seen[0]["button"][0], True, "the button is within the screen")
            check_equal(seen[0]["button"][1] >= 44, True, "a finger's height")
            check_equal(state(stack, who), 3)


if __name__ == "__main__":
    tap.main(globals())
