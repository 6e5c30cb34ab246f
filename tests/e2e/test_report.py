#!/usr/bin/env python3
"""The monthly report to the administrators: its figures, by mail and from kairanctl; that each
month is reported once, whatever happens; and what Chromium makes of the HTML."""
import base64
import calendar
import contextlib
import datetime
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import unittest

import browser
import stack as s
import tap
import town
from tap import check_equal, check_in

USAGE, UNAVAILABLE, CANTCREAT = 64, 69, 73
DAY = 86400
CHIEF, STAFF = "bosai-chief", "bosai-staff1"
SECTION = "ou={},ou=sections,dc=town,dc=example"
HOSTILE = "<script>document.title='x'</script><img src=http://evil.example/x.png>&\"'課"
DARK = bytes((0x1F, 0x4E, 0x79))


# ---- months ----

def month_of(stack, months=0):
    """The month of kairan's clock, or one that many later: year and month."""
    now = stack.now()
    count = now.year * 12 + now.month - 1 + months
    return count // 12, count % 12 + 1


def name_of(month):
    return f"{month[0]}-{month[1]:02}"


def week_of(month, day):
    """Which week of the month, beginning on Monday, has this day; and how many there are."""
    weeks = calendar.monthcalendar(*month)
    return next(i for i, week in enumerate(weeks) if day in week), len(weeks)


def move_to(stack, month, day, hour=12):
    then = datetime.datetime(*month, day, hour, tzinfo=s.JST)
    stack.move_clock((then - stack.now()).total_seconds() + 1)


def reported(stack):
    rows = stack.store("SELECT value FROM position WHERE name = 'report'")
    return rows[0]["value"] if rows else None


def wait_reported(stack, month):
    stack.wait_for(lambda: reported(stack) == name_of(month), 40, f"report of {month}")


def is_report(mail, month=None):
    subject = str(mail["Subject"])
    return "情報配信月次報告" in subject and (
        month is None or f"（{month[0]}年{month[1]}月分）" in subject)


def wait_report(stack, month):
    return stack.wait_mail("sysadmin", lambda mail: is_report(mail, month), 40)


ISO_8601 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"


def reports(stack, month=None):
    """The Message-IDs of the reports that the administrator has."""
    return {str(mail["Message-ID"]) for mail in stack.imap("sysadmin")
            if is_report(mail, month)}


def figures(stack, month, check=True):
    done = stack.kairanctl("report", "--month", name_of(month), "--json", check=check)
    report = json.loads(done.stdout)
    for name in ("since", "until", "made_at"):
        check_equal(bool(re.fullmatch(ISO_8601, report[name])), True, report[name])
    for person in report["dormant"].get("people", []):
        check_equal(person["last"] is None or bool(re.fullmatch(ISO_8601, person["last"])), True,
                    person)
    return report


def section_of(report, name):
    return next(section for section in report["sections"]
                if section["section"] == SECTION.format(name))


# ---- the first months ----

def test_the_first_look_tells_nothing(stack):
    wait_reported(stack, month_of(stack, -1))
    check_equal(reports(stack), set())


def test_a_month_without_broadcasts(stack):
    month = month_of(stack)
    move_to(stack, month_of(stack, 1), 10)
    mail = wait_report(stack, month)
    text = s.text_of(mail)
    check_in("情報配信      0 件", text)
    check_in("異常はありません", text)
    check_in("該当はありません", text)
    check_equal(mail["Auto-Submitted"], "auto-generated")
    check_equal(mail.get_content_type(), "multipart/alternative")
    page = mail.get_body(("html",)).get_content()
    check_in("<h1>情報配信月次報告", page)
    check_in("異常はありません", page)
    # The stack's own subscribers were imported in that month.
    check_equal([(row["list"], row["joined"], row["active"])
                 for row in figures(stack, month)["lists"]],
                [("bosai", town.SUBSCRIBERS, town.SUBSCRIBERS),
                 ("kosodate", town.SUBSCRIBERS, town.SUBSCRIBERS)])
    check_equal(len(reports(stack)), 1, "reports")


# ---- a month with something in it ----

BOUNCE = """\
From: MAILER-DAEMON@phone.sink.example
To: {to}
Subject: Delivery report
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; phone.sink.example

Final-Recipient: rfc822; {who}
Action: {action}
Status: 5.1.1

--b--
"""


def broadcast(stack, section, subject, wait=0):
    """A broadcast, of which the approver takes that many seconds to think."""
    town.draft(stack, f"{section}-staff1", subject, to=f"{section}@{s.SERVICE}")
    request = town.request_for(stack, f"{section}-chief", subject)
    if wait:
        stack.move_clock(wait)
    town.answer(stack, f"{section}-chief", request, "承認")
    town.wait_state(stack, subject, town.RELEASED, 60)
    return town.draft_id(stack, subject)


def send_back(stack, subject):
    town.draft(stack, STAFF, subject)
    town.answer(stack, CHIEF, town.request_for(stack, CHIEF, subject), "差戻し 日時がない")
    town.wait_state(stack, subject, town.SENT_BACK)


def refuse(stack, subject, text, count):
    for number in range(count):
        mail = s.make_mail(STAFF, town.BOSAI, f"{subject}{number}", text)
        check_equal(stack.submit(STAFF, town.BOSAI, mail).final[0], 554, subject)


def bounce(stack, subject, action):
    """A report of a mail system, and wait until it is counted."""
    before = len(stack.store("SELECT 1 FROM audit WHERE action = 'bounce'"))
    mail = town.wait_broadcast(stack, subject)[before]
    to = str(mail["Return-Path"]).strip("<>").replace('"', "")
    stack.inject("", to, BOUNCE.format(to=to, action=action, who=s.receiver_of(mail)).encode())
    stack.wait_for(lambda: len(stack.store("SELECT 1 FROM audit WHERE action = 'bounce'"))
                   > before, 40, "the bounce")


def change_lists(stack):
    file = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("report.csv")
    file.write_text("address\nr1@sink.example\nr2@sink.example\nr3@sink.example\n")
    file.chmod(0o644)
    stack.kairanctl("subscribers", "import", "--list", "bosai", "--reason", "本人の申出", str(file))
    stack.kairanctl("subscribers", "delete", "--list", "bosai", "r1@sink.example")
    stack.kairanctl("subscribers", "suspend", "--list", "bosai", "r2@sink.example")


def rename(stack, section, name):
    value = base64.b64encode(name.encode()).decode()
    for tag in ("ja", "en"):
        stack.ldapmodify(f"dn: {SECTION.format(section)}\nchangetype: modify\n"
                         f"replace: displayName;lang-{tag}\ndisplayName;lang-{tag}:: {value}\n")


def play(stack):
    """Once: what the tests below look at. It happens on the 10th and the 17th of a month."""
    if town.state_of(stack, "十日の一") is not None:
        return
    move_to(stack, month_of(stack, 1), 10)
    rename(stack, "kosodate", HOSTILE)
    broadcast(stack, "bosai", "十日の一", wait=1800)
    broadcast(stack, "bosai", "【緊急】十日の二", wait=60)
    send_back(stack, "十日の三")
    town.draft(stack, STAFF, "十日の四")
    number = str(town.draft_id(stack, "十日の四"))
    stack.kairanctl("withdraw", number, "--reason", "中止")
    refuse(stack, "長すぎる", "あ" * 201, 2)
    refuse(stack, "空", "\n", 1)
    change_lists(stack)
    for action in ("failed", "failed", "delayed"):
        bounce(stack, "十日の一", action)
    move_to(stack, month_of(stack), 17)
    broadcast(stack, "kosodate", "十七日の一")


def test_figures(stack):
    play(stack)
    month = month_of(stack)
    report = figures(stack, month)
    week10, weeks = week_of(month, 10)
    week17, _ = week_of(month, 17)
    bosai, kosodate = section_of(report, "bosai"), section_of(report, "kosodate")
    check_equal(report["complete"], False, "complete")
    check_equal(len(report["weeks"]), weeks, "weeks")
    check_equal([i for i, count in enumerate(bosai["weeks"]) if count], [week10])
    check_equal([i for i, count in enumerate(kosodate["weeks"]) if count], [week17])
    check_equal({name: bosai[name] for name in
                 ("submitted", "approved", "sent_back", "withdrawn", "expired", "stopped",
                  "broadcasts", "urgent", "corrections", "recipients", "bounces")},
                {"submitted": 4, "approved": 2, "sent_back": 1, "withdrawn": 1, "expired": 0,
                 "stopped": 0, "broadcasts": 2, "urgent": 1, "corrections": 0,
                 "recipients": 2 * town.SUBSCRIBERS, "bounces": 2})
    check_equal((kosodate["submitted"], kosodate["broadcasts"], kosodate["name_ja"]),
                (1, 1, HOSTILE))
    check_equal(report["total"]["broadcasts"], 3, "total")
    check_equal(report["bounces"], {"failed": 2, "delayed": 1, "notices": 0})
    check_equal([(row["article"], row["reason"], row["count"]) for row in report["refusals"]],
                [("13-2(2)", "empty", 1), ("13-2(2)", "too-long", 2)])
    check_equal(report["lists"][0],
                {"list": "bosai", "joined": 3, "gone": 1, "active": town.SUBSCRIBERS + 1,
                 "suspended": 1, "consent": 0, "recognised": 1, "imported": town.SUBSCRIBERS})
    check_equal(report["audit"]["whole"], True, "audit trail")


def test_times(stack):
    play(stack)
    decision = section_of(figures(stack, month_of(stack)), "bosai")["decision"]
    check_equal(decision["count"], 3, "decisions")
    # The draft that was sent back was decided at once; a slow machine adds to all of them.
    check_equal(1800 <= decision["longest"] < 2400, True, decision)
    check_equal(60 <= decision["median"] < 660, True, decision)


def test_dormant_people(stack):
    play(stack)
    stack.configure(dormant_after="5d")
    try:
        dormant = figures(stack, month_of(stack))["dormant"]
        found = {person["login"] for person in dormant["people"]}
        check_equal(STAFF in found, True, found)
        check_equal("kosodate-chief" in found, False, found)
        check_equal("sysadmin" in found, False, found)
        listed = json.loads(stack.kairanctl("dormant", "--json").stdout)
        check_equal({row["login"] for row in listed}, found, "kairanctl dormant")
    finally:
        stack.configure(dormant_after="180d")


# ---- kairanctl ----

def in_locale(stack, locale, *args):
    """kairanctl report as somebody with this locale runs it."""
    return subprocess.run(
        ["env", f"LC_ALL={locale}", f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c",
         stack.env["KAIRAN_CONF"], "report", *args], capture_output=True, text=True,
        check=True).stdout


def test_two_languages(stack):
    play(stack)
    this = ("--month", name_of(month_of(stack)))
    for locale, words in (("ja_JP.UTF-8", "原稿の処理件数"), ("en_US.UTF-8", "Drafts  Approved"),
                          ("C", "原稿の処理件数")):
        text = in_locale(stack, locale, *this)
        check_in(words, text)
        check_in("bosai", text)
        check_in(f"<html lang=\"{'en' if 'en' in locale else 'ja'}\">",
                 in_locale(stack, locale, *this, "--html", "-"))


def test_wrong_calls(stack):
    later = name_of(month_of(stack, 1))
    for args, code, words in (
            (("--month", "November"), USAGE, "2026-11"), (("--month", "2026-13"), USAGE, "2026-11"),
            (("--month", later), USAGE, "not begun"), (("nonsense",), USAGE, "--month"),
            (("--json", "--html", "x.html"), USAGE, "--html"),
            (("--html", "/nowhere/report.html"), CANTCREAT, "/nowhere/report.html")):
        done = stack.kairanctl("report", *args, check=False)
        check_equal(done.returncode, code, f"{args}: {done.stderr}")
        check_in(words, done.stderr)


def test_without_the_directory(stack):
    play(stack)
    this = ("--month", name_of(month_of(stack)))
    stack.stop("slapd")
    try:
        done = stack.kairanctl("report", *this, check=False)
        check_equal(done.returncode, UNAVAILABLE, done.stderr)
        check_in("ディレクトリに照会できなかった", done.stdout)
        check_in("原稿の処理件数", done.stdout)
    finally:
        stack.start()


# ---- what Chromium makes of it ----

def page_of(stack):
    """The HTML of the month, by way of a file."""
    if browser.find() is None:
        raise unittest.SkipTest("there is no chromium")
    if stack.mta != "postfix":
        raise unittest.SkipTest("the same with any MTA")
    play(stack)
    folder = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / "reports"
    if not folder.exists():
        folder.mkdir()
        shutil.chown(folder, stack.env["KAIRAN_STACK_USER"])
    path = folder / "report.html"
    stack.kairanctl("report", "--month", name_of(month_of(stack)), "--html", str(path))
    return path.read_text(encoding="utf-8")


class Reader(html.parser.HTMLParser):
    """What stands in a page: elements, attributes, and what people read."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.said = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.said.append(data)


def test_the_page_loads_and_runs_nothing(stack):
    page = page_of(stack)
    with browser.Site({"report.html": page}) as site:
        dom, console = browser.dump(site, "report.html")
        check_equal(console, [], "console")
        check_equal((site.violations, site.others), ([], []), "requests")
    found = Reader(dom)
    for element in ("script", "img", "link", "iframe", "object", "foreignobject", "a"):
        check_equal(found.elements.count(element), 0, element)
    names = {name for name, _ in found.attributes}
    check_equal({name for name in names if name.startswith("on")} | names & {"src", "href"},
                set(), "attributes")
    check_in(HOSTILE, "".join(found.said))
    check_equal(re.findall(r"<title>(.*?)</title>", dom)[0][:6], "情報配信月次", "title")


def test_that_would_be_seen(stack):
    """The test before this one can fail."""
    page = page_of(stack).replace("<h1>", "<img src=http://127.0.0.1:9/x.png>"
                                  "<script>document.title='x'</script><h1>")
    with browser.Site({"report.html": page}) as site:
        _, console = browser.dump(site, "report.html")
        check_equal(len(console) >= 2, True, console)
        stack.wait_for(lambda: len(site.violations) >= 2, what="reports of violations")


def test_the_charts_are_drawn(stack):
    page = page_of(stack)
    check_equal(page.count("<svg ") >= 6, True, "charts")
    check_equal(page.count("<svg "), page.count("</title>\n<desc"), "descriptions")
    without = re.sub(r"<svg .*?</svg>", "", page, flags=re.DOTALL)
    with browser.Site({"with.html": page, "without.html": without}) as site:
        counts = [browser.count_colour(browser.photograph(site, name, 800, 3000), DARK)
                  for name in ("with.html", "without.html")]
    # The longest bar of each chart alone has 250 by 14 points.
    check_equal(counts[0] - counts[1] > 5000, True, f"pixels of bars: {counts}")


MEASURE = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
<iframe src="report.html" style="width:360px;height:640px;border:0"></iframe><pre></pre><script>
onload = () => {
  const page = document.querySelector("iframe").contentDocument;
  const bars = [...page.querySelectorAll("svg")].map((svg) => {
    const whole = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("rect")].filter((bar) => !bar.closest("defs")).every((bar) => {
      const box = bar.getBoundingClientRect();
      return box.width > 0 && box.height > 0 && box.left >= whole.left - 1 &&
        box.right <= whole.right + 1 && box.top >= whole.top - 1 &&
        box.bottom <= whole.bottom + 1;
    }) && whole.width > 300;
  });
  document.querySelector("pre").textContent = "measured " + JSON.stringify({
    width: page.documentElement.scrollWidth, bars: bars });
};</script>"""


def test_on_a_phone(stack):
    """As wide as a phone, with every bar inside its chart; wide tables scroll by themselves."""
    page = page_of(stack)
    with browser.Site({"report.html": page, "measure.html": MEASURE}, policy=None) as site:
        dom, _ = browser.dump(site, "measure.html")
    found = re.search(r"measured (\{.*?\})", dom)
    check_equal(found is not None, True, dom[-300:])
    measured = json.loads(found[1])
    check_equal(measured["width"], 360, "width")
    check_equal(len(measured["bars"]), page.count("<svg "), "charts")
    check_equal(set(measured["bars"]), {True}, "bars")


def test_on_paper(stack):
    page = page_of(stack)
    with browser.Site({"report.html": page}) as site:
        sheets = browser.pages_of(browser.print_out(site, "report.html"))
    check_equal(1 <= len(sheets) <= 6, True, f"{len(sheets)} pages")
    for width, height in sheets:
        check_equal((round(width), round(height)), (595, 842), "A4 in points")


# ---- the month ends ----

def check_once(stack, month):
    """One row in the trail, one notice in the outbox, one mail."""
    wait_report(stack, month)
    stack.wait_for(lambda: not stack.store("SELECT 1 FROM outbox WHERE state = 1"), 40,
                   "the end of the outbox")
    rows = stack.store("SELECT 1 FROM audit WHERE action = 'report' AND detail = ?",
                       name_of(month))
    check_equal(len(rows), 1, f"rows of {month}")
    added = stack.store("SELECT 1 FROM outbox WHERE kind = 'report' AND"
                        " json_extract(facts, '$.report.month') = ?", name_of(month))
    check_equal(len(added), 1, f"notices of {month}")
    check_equal(len(reports(stack, month)), 1, f"mails of {month}")


def test_the_month_ends(stack):
    play(stack)
    month = month_of(stack)
    move_to(stack, month_of(stack, 1), 1, 0)
    mail = wait_report(stack, month)
    text = s.text_of(mail)
    check_in("情報配信      3 件", text)
    check_in("うち緊急    1 件", text)
    check_equal(bool(re.search(r"^  本文がありません +第13条-2\(2\) +1$", text, re.MULTILINE)), True,
                text)
    check_equal(bool(re.search(r"^  bosai +3 +1 +26 +1 +0 +1 +25$", text, re.MULTILINE)), True, text)
    check_equal(bool(re.search(r"^  防災課 .* 2$", text, re.MULTILINE)), True, text)
    page = mail.get_body(("html",)).get_content()
    check_in("<svg role=\"img\"", page)
    check_in("&lt;script&gt;", page)
    check_equal("<script" in page, False, "script")
    check_once(stack, month)


def test_killed_before_it(stack):
    month = month_of(stack)
    stack.kill9("milter")
    move_to(stack, month_of(stack, 1), 1, 0)
    stack.start()
    check_once(stack, month)


def test_killed_at_it(stack):
    month = month_of(stack)
    move_to(stack, month_of(stack, 1), 1, 0)
    stack.kill9("milter")
    stack.start()
    check_once(stack, month)


def test_killed_after_it(stack):
    month = month_of(stack)
    move_to(stack, month_of(stack, 1), 1, 0)
    wait_reported(stack, month)
    stack.kill9("milter")
    stack.start()
    check_once(stack, month)


def test_away_for_months(stack):
    """Each month has its report, the oldest first."""
    months = [month_of(stack, n) for n in range(3)]
    stack.stop("milter")
    move_to(stack, month_of(stack, 3), 2)
    stack.start()
    for month in months:
        check_once(stack, month)
    rows = stack.store("SELECT detail FROM audit WHERE action = 'report' ORDER BY seq")
    check_equal([row["detail"] for row in rows], sorted(row["detail"] for row in rows))


def test_silent_directory(stack):
    """The report waits for LDAP, and nothing is lost."""
    month = month_of(stack)
    stack.stop("slapd")
    try:
        move_to(stack, month_of(stack, 1), 1, 0)
        stack.wait_for(lambda: f"the report of {name_of(month)} waits" in stack.log(), 40,
                       "the warning")
    finally:
        stack.start()
    check_equal(reports(stack, month), set())
    stack.move_clock(3700)
    check_once(stack, month)


def test_the_day_is_a_setting(stack):
    month = month_of(stack)
    stack.configure(report_day=5)
    move_to(stack, month_of(stack, 1), 4, 23)
    stack.move_clock(3590 - 10)
    check_equal(reported(stack), name_of(month_of(stack, -2)), "on the 4th")
    stack.move_clock(20)
    check_once(stack, month)


def test_no_reports_wanted(stack):
    month = month_of(stack)
    before = reports(stack)
    stack.configure(report_day=0)
    move_to(stack, month_of(stack, 1), 10)
    wait_reported(stack, month)
    stack.configure(report_day=1)
    after = month_of(stack)
    move_to(stack, month_of(stack, 1), 1, 0)
    check_once(stack, after)
    check_equal(len(reports(stack)), len(before) + 1, "reports")


# ---- a fiscal year ----

def fiscal_year(stack):
    now = stack.now()
    return now.year - (now.month < 4)


def year_figures(stack, year, check=True):
    return json.loads(stack.kairanctl("report", "--fiscal-year", str(year), "--json",
                                      check=check).stdout)


def difference(after, before, *path):
    for name in path:
        after, before = after[name], before[name]
    return after - before


@contextlib.contextmanager
def quiet_nights(stack):
    stack.configure(quiet_hours="21:00-07:00")
    try:
        yield
    finally:
        stack.configure(quiet_hours="none")


def at_night(stack, subject):
    """An urgent broadcast between quiet hours' begin and end."""
    town.draft(stack, STAFF, f"【緊急】{subject}")
    town.answer(stack, CHIEF, town.request_for(stack, CHIEF, subject), "緊急承認 川の水位が上がった")
    town.wait_state(stack, f"【緊急】{subject}", town.RELEASED, 60)


def correct(stack, subject):
    report = stack.wait_mail(STAFF, lambda mail: subject in str(mail["Subject"])
                             and s.reply_address(mail).startswith("correct+"))
    town.answer(stack, STAFF, report, "時刻を改めます。十時からです。")
    request = town.request_for(stack, CHIEF, "【訂正】" + subject)
    town.answer(stack, CHIEF, request, "承認")
    town.wait_state(stack, "【訂正】" + subject, town.RELEASED, 60)


def test_fiscal_year(stack):
    """By section, month and kind; what begins at night counts apart; and drafts that came back."""
    # The months before have made the passwords old.
    stack.configure(password_max_age="9999d")
    month = month_of(stack, 1)
    move_to(stack, month, 10)
    year = fiscal_year(stack)
    before = year_figures(stack, year)
    residents = sum(row["active"] for row in json.loads(
        stack.kairanctl("subscribers", "count", "--json").stdout) if row["list"] == "bosai")
    broadcast(stack, "bosai", "年度の一", wait=1800)
    correct(stack, "年度の一")
    send_back(stack, "年度の二")
    move_to(stack, month, 10, 22)
    with quiet_nights(stack):
        at_night(stack, "年度の三")
        after = year_figures(stack, year)
    bosai = [section_of(report, "bosai") for report in (after, before)]
    check_equal([difference(*bosai, *path) for path in (
        ("submitted",), ("sent_back",), ("broadcasts",), ("recipients",),
        ("ordinary", "broadcasts"), ("urgent", "broadcasts"), ("correction", "broadcasts"),
        ("decision", "day", "count"), ("decision", "night", "count"),
        ("release", "night", "count"), ("urgent", "decision", "night", "count"),
        ("ordinary", "decision", "night", "count"))],
        [4, 1, 3, 3 * residents, 1, 1, 1, 2, 1, 1, 1, 0])
    check_equal(difference(after["total"], before["total"], "broadcasts"), 3)
    row, = (row for row in after["months"] if row["month"] == name_of(month))
    check_equal(sum(row["broadcasts"] for row in after["months"]), after["total"]["broadcasts"])
    check_equal((len(after["months"]), after["months"][0]["month"], row["correction"]),
                (12, f"{year}-04", 1))
    check_equal((after["fiscal_year"], after["reiwa"], after["complete"]),
                (year, year - 2018, False))
    check_equal(after["since"][:10], f"{year}-04-01")
    check_equal(year_figures(stack, year - 1)["total"]["submitted"] +
                after["total"]["submitted"] <= len(stack.store("SELECT 1 FROM draft")), True)


def test_fiscal_year_written(stack):
    """As text, as a page that loads nothing, and for spreadsheets."""
    year = fiscal_year(stack)
    with quiet_nights(stack):
        text = in_locale(stack, "ja_JP.UTF-8", "--fiscal-year", str(year))
    for words in (f"令和{year - 2018}年度（{year}年度）", f"{year}年4月1日から{year + 1}年3月31日まで",
                  "年度の途中", "うち差戻し", "21:00-07:00"):
        check_in(words, text)
    check_equal([line for line in text.splitlines() if "$" in line], [], text)
    check_in(f"fiscal year {year} (Reiwa {year - 2018})",
             in_locale(stack, "en_US.UTF-8", "--fiscal-year", str(year)))
    page = in_locale(stack, "ja_JP.UTF-8", "--fiscal-year", str(year), "--html", "-")
    check_equal([word for word in ("<script", "<img", "url(") if word in page], [], page)
    check_in("&lt;script&gt;", page)
    rows = [line.split(",") for line in
            in_locale(stack, "ja_JP.UTF-8", "--fiscal-year", str(year), "--csv").splitlines()]
    check_equal((rows[0][0], len({len(row) for row in rows if HOSTILE[:3] not in row[1]})),
                ("\ufefffiscal year", 1))
    figures_now = year_figures(stack, year)
    bosai = {row[2].strip('"'): row for row in rows if row[1] == '"防災課"'}
    check_equal(sorted(bosai), sorted(("通常", "緊急", "訂正", "訓練（別計）", "合計")))
    check_equal(int(bosai["合計"][3]), section_of(figures_now, "bosai")["broadcasts"])
    check_equal(float(bosai["通常"][5]) > 0, True, bosai["通常"])
    read = stack.store("SELECT detail FROM audit WHERE action = 'read' ORDER BY seq DESC LIMIT 1")
    check_in(f"report --fiscal-year {year}", read[0]["detail"])


def test_fiscal_year_wrong_calls(stack):
    later = str(fiscal_year(stack) + 1)
    for args, words in ((("--fiscal-year", "26"), "2026"), (("--fiscal-year", later), "not begun"),
                        (("--csv",), "--csv"), (("--fiscal-year", "--month", "2026-11"), "--month"),
                        (("--fiscal-year", "2026", "--csv", "--json"), "--csv")):
        done = stack.kairanctl("report", *args, check=False)
        check_equal(done.returncode, USAGE, f"{args}: {done.stderr}")
        check_in(words, done.stderr)
    # The one before is the one that is over.
    told = json.loads(stack.kairanctl("report", "--fiscal-year", "--json").stdout)
    check_equal((told["fiscal_year"], told["complete"]), (fiscal_year(stack) - 1, True))


if __name__ == "__main__":
    tap.main(globals())
