#!/usr/bin/env python3
"""kairanctl subscribers poster: the QR code is read as a scanner reads it, off the page that
Chromium draws and prints."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import browser
import tap
from tap import check_equal, check_in

JOIN = "join-bosai@info.town.example"
USAGE, NOINPUT, CANTCREAT = 64, 66, 73


def page_of(stack):
    if stack.mta != "postfix":
        raise unittest.SkipTest("the same with any MTA")
    return stack.kairanctl("subscribers", "poster", "bosai", "--html", "-").stdout


def scan(png):
    """What stands in the QR codes of a picture."""
    if shutil.which("zbarimg") is None:
        raise unittest.SkipTest("there is no zbarimg")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "page.png"
        path.write_bytes(png)
        done = subprocess.run(["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path],
                              capture_output=True, text=True, check=False)
    return done.stdout.split()


def photograph(page, width, height):
    if browser.find() is None:
        raise unittest.SkipTest("there is no chromium")
    with browser.Site({"poster.html": page}) as site:
        png = browser.photograph(site, "poster.html", width, height)
        check_equal((site.violations, site.others), ([], []), "requests")
    return png


def test_the_code_opens_the_mail_that_joins(stack):
    check_equal(scan(photograph(page_of(stack), 800, 1200)), [f"mailto:{JOIN}"], "QR codes")


def test_and_on_a_phone(stack):
    """Somebody shows it to somebody else; nothing is wider than the screen."""
    check_equal(scan(photograph(page_of(stack), 360, 1600)), [f"mailto:{JOIN}"], "QR codes")


def test_what_is_damaged_a_little_is_read(stack):
    """A pin through the code: a hole of some modules in the dark part."""
    page = page_of(stack).replace("</svg>", '<circle cx="20" cy="20" r="3" fill="#fff"/></svg>')
    check_equal(scan(photograph(page, 800, 1200)), [f"mailto:{JOIN}"], "QR codes")


def test_one_sheet_of_paper(stack):
    page = page_of(stack)
    if browser.find() is None:
        raise unittest.SkipTest("there is no chromium")
    with browser.Site({"poster.html": page}) as site:
        sheets = browser.pages_of(browser.print_out(site, "poster.html"))
    check_equal([(round(width), round(height)) for width, height in sheets], [(595, 842)], "A4")


def set_phone(stack, change):
    stack.ldapmodify("dn: ou=bosai,ou=sections,dc=town,dc=example\nchangetype: modify\n"
                     f"{change}: telephoneNumber\ntelephoneNumber: 0980-00-0001\n")


def test_both_languages_say_how(stack):
    page_of(stack)
    set_phone(stack, "add")
    try:
        page = page_of(stack)
    finally:
        set_phone(stack, "delete")
    for lang, words in (("ja", ("防災情報", "空メール", "お問い合わせ：防災課 0980-00-0001")),
                        ("en", ("empty mail", "Contact: Disaster", "0980-00-0001"))):
        part = re.search(rf'(?s)<section lang="{lang}">(.*?)</section>', page)[1]
        for word in (*words, "leave-bosai@info.town.example", JOIN, "info.town.example"):
            check_in(word, part)
        check_equal("${" in part, False, part)


def test_names_are_no_markup(stack):
    """Whatever the directory has for a name."""
    page = page_of(stack)
    name = re.search(r"<title>(.*?)</title>", page)[1]
    stack.ldapmodify("dn: cn=bosai,ou=broadcasts,dc=town,dc=example\nchangetype: modify\n"
                     "replace: displayName;lang-ja\n"
                     "displayName;lang-ja: <b onclick=x>&\"防災\"</b>\n")
    try:
        check_in("<title>&lt;b onclick=x&gt;&amp;&quot;防災&quot;&lt;/b&gt;</title>", page_of(stack))
        check_equal("<b " in page_of(stack), False, "an element")
    finally:
        stack.ldapmodify("dn: cn=bosai,ou=broadcasts,dc=town,dc=example\nchangetype: modify\n"
                         f"replace: displayName;lang-ja\ndisplayName;lang-ja: {name}\n")


def test_without_the_directory(stack):
    """By the daemon's last look at it, without whom to ask."""
    page_of(stack)
    stack.stop("slapd")
    try:
        done = stack.kairanctl("subscribers", "poster", "bosai", "--html", "-")
        check_in(JOIN, done.stdout)
        check_equal("お問い合わせ" in done.stdout, False, "an office")
        check_in("whom to ask is left out", done.stderr)
    finally:
        stack.start("slapd")


def test_wrong_calls(stack):
    for args, code, words in (
            ((), USAGE, "--html"), (("bosai",), USAGE, "--html"),
            (("bosai", "kosodate", "--html", "-"), USAGE, "--html"),
            (("nosuch", "--html", "-"), NOINPUT, "bosai"),
            (("bosai", "--html", "/nowhere/poster.html"), CANTCREAT, "/nowhere/poster.html")):
        done = stack.kairanctl("subscribers", "poster", *args, check=False)
        check_equal((done.returncode, done.stdout), (code, ""), f"{args}: {done.stderr}")
        check_in(words, done.stderr)


if __name__ == "__main__":
    tap.main(globals())
