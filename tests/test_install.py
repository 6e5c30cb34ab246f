#!/usr/bin/env python3
"""make install puts everything where it belongs and nowhere else, make uninstall takes it away,
systemd finds the unit strict and right, and INSTALL says what the tested settings say.

$SRCDIR, $KAIRAN_BUILD_DIR and $MAKE are make check's. Speaks TAP."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import plain_tap

SOURCE = pathlib.Path(os.environ["SRCDIR"])
BUILD = pathlib.Path(os.environ["KAIRAN_BUILD_DIR"])
INSTALL = (SOURCE / "INSTALL").read_text(encoding="utf-8")
EXPOSURE_MOST = 2.0

# Below the prefix. Of folders of samples only what they are for.
WANTED = """
lib/systemd/system/kairan-milter.service
lib/sysusers.d/kairan.conf
lib/tmpfiles.d/kairan.conf
sbin/kairan-milter
sbin/kairanctl
share/bash-completion/completions/kairanctl
share/doc/kairan/INSTALL
share/doc/kairan/LICENSE
share/doc/kairan/README
share/doc/kairan/README.ja
share/doc/kairan/SECURITY
share/doc/kairan/examples/dovecot/
share/doc/kairan/examples/kairan.conf.sample
share/doc/kairan/examples/opendkim/
share/doc/kairan/examples/opendmarc/
share/doc/kairan/examples/patterns.conf.sample
share/doc/kairan/examples/postfix/
share/doc/kairan/examples/reply_banners.conf.sample
share/doc/kairan/examples/reply_footers.conf.sample
share/doc/kairan/examples/sendmail/
share/doc/kairan/examples/slapd/
share/kairan/kairan.ldif
share/kairan/templates/en/
share/kairan/templates/ja/
share/man/man5/kairan.conf.5
share/man/man7/kairan.7
share/man/man8/kairan-milter.8
share/man/man8/kairanctl.8
""".split()
# Where libmicrohttpd was there.
if (BUILD / "kairan-web").exists():
    WANTED += ["lib/systemd/system/kairan-web.service", "sbin/kairan-web",
               "share/man/man8/kairan-web.8"]


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


def make(target, destination):
    # The make around this one has targets and variables of its own.
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    done = run(os.environ.get("MAKE", "make"), "-C", str(BUILD), "-s", target,
               f"DESTDIR={destination}", env=env)
    assert done.returncode == 0, done.stdout + done.stderr


def files_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def prefix_of_the_build():
    makefile = (BUILD / "Makefile").read_text(encoding="utf-8")
    return re.search(r"(?m)^prefix = (.*)$", makefile)[1]


def test_installs_what_it_should():
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        make("install", place)
        prefix = prefix_of_the_build().lstrip("/")
        found = files_below(place)
        below = {name.removeprefix(prefix + "/") for name in found
                 if name.startswith(prefix + "/")}
        assert len(below) == len(found), f"outside {prefix}: {sorted(found)}"
        folders = tuple(name for name in WANTED if name.endswith("/"))
        surplus = {name for name in below if name not in WANTED and not name.startswith(folders)}
        missing = {name for name in WANTED
                   if not any(have == name or name.endswith("/") and have.startswith(name)
                              for have in below)}
        assert not surplus and not missing, f"surplus {surplus}, missing {missing}"
        for folder in ("slapd", "postfix", "sendmail", "dovecot", "opendkim", "opendmarc"):
            assert files_below(SOURCE / "conf" / folder) == \
                files_below(place / prefix / "share/doc/kairan/examples" / folder), folder
        for name in found:
            assert str(BUILD).encode() not in (place / name).read_bytes() or "sbin" in name, name
        make("uninstall", place)
        left = files_below(place)
        assert not left, f"uninstall leaves {sorted(left)}"
        ours = [str(path) for path in place.rglob("*") if path.name in ("kairan", "examples")]
        assert not ours, f"uninstall leaves {ours}"


def units():
    """The programs' units."""
    return {name: BUILD / f"conf/systemd/{name}.service" for name in ("kairan-milter", "kairan-web")
            if (BUILD / name).exists()}


def test_unit_is_right():
    if not shutil.which("systemd-analyze"):
        raise unittest.SkipTest("there is no systemd-analyze")
    for name, unit in units().items():
        with tempfile.TemporaryDirectory() as place:
            # It looks whether the program is there; the unit names where it will be.
            copy = pathlib.Path(place) / unit.name
            copy.write_text(re.sub(r"(?m)^(ExecStart=)\S+", rf"\g<1>{BUILD}/{name}",
                                   unit.read_text(encoding="utf-8")), encoding="utf-8")
            done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(copy))
        complaints = [line for line in done.stderr.splitlines() if unit.name in line]
        assert done.returncode == 0 and not complaints, done.stderr


def test_unit_is_strict():
    if not shutil.which("systemd-analyze"):
        raise unittest.SkipTest("there is no systemd-analyze")
    for unit in units().values():
        done = run("systemd-analyze", "security", "--offline=true", "--no-pager", str(unit))
        level = re.search(r"exposure level for \S+ ([\d.]+)", done.stdout)
        assert level, done.stdout + done.stderr
        assert float(level[1]) < EXPOSURE_MOST, done.stdout


def test_user_and_folders_can_be_made():
    if not shutil.which("systemd-sysusers") or not shutil.which("systemd-tmpfiles") or os.geteuid():
        raise unittest.SkipTest("there is no root, or no systemd-sysusers and systemd-tmpfiles")
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        make("install", place)
        (place / "etc").mkdir(exist_ok=True)
        prefix = place / prefix_of_the_build().lstrip("/")
        for tool, folder, more in (("systemd-sysusers", "sysusers.d", ()),
                                   ("systemd-tmpfiles", "tmpfiles.d", ("--create",))):
            done = run(tool, *more, f"--root={place}", str(prefix / "lib" / folder / "kairan.conf"))
            assert done.returncode == 0, done.stderr
        entry = re.search(r"(?m)^kairan:x:(\d+):(\d+):[^:]*:/var/lib/kairan:.*nologin$",
                          (place / "etc/passwd").read_text(encoding="utf-8"))
        assert entry, "kairan is not in etc/passwd"
        uid, gid = int(entry[1]), int(entry[2])
        for folder, owner, mode in (("etc/kairan", 0, 0o750), ("var/lib/kairan", uid, 0o750),
                                    ("run/kairan", uid, 0o755)):
            status = (place / folder).stat()
            assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (owner, gid, mode), \
                folder


# ---- INSTALL ----

def blocks(text):
    """What stands indented, with continued lines joined."""
    lines = [line[4:].rstrip() for line in text.splitlines() if line.startswith("    ")]
    return "\n".join(lines).replace("\\\n", " ")


def test_packages_are_those_of_the_tests():
    script = (SOURCE / "tests/stack/install.sh").read_text(encoding="utf-8")
    known = set(re.search(r"packages=\(([^)]*)\)", script)[1].split())
    tools = set(" ".join(re.findall(r"(?:test|companion)_packages=\(([^)]*)\)", script)).split())
    named = set()
    for line in re.findall(r"apt-get install (.*)", blocks(INSTALL)):
        named |= {word for word in line.split() if "/" not in word}
    assert named <= known | tools, \
        f"INSTALL names {named - known - tools}, tests/stack/install.sh does not"
    needed = {name for name in known if name.endswith("-dev")}
    assert needed <= named, f"INSTALL lacks {needed - named} of tests/stack/install.sh"


def test_the_package_is_built_with_the_same():
    script = (SOURCE / "tests/stack/install.sh").read_text(encoding="utf-8")
    known = set(re.search(r"packages=\(([^)]*)\)", script)[1].split())
    control = (SOURCE / "debian/control").read_text(encoding="utf-8")
    said = set(re.findall(r"[\w.+-]+", re.sub(r"\([^)]*\)", "", re.search(
        r"(?s)Build-Depends:(.*?)\n\S", control)[1])))
    needed = {name for name in known if name.endswith("-dev")} - {"libc6-dev"}
    assert needed <= said, f"debian/control lacks {needed - said} of tests/stack/install.sh"
    demo = (SOURCE / "debian/tests/control").read_text(encoding="utf-8")
    servers = known - {name for name in known if name.endswith("-dev")} - \
        {"gcc", "autoconf", "automake", "make", "pkg-config", "tzdata"}
    assert all(name in demo for name in servers), f"debian/tests/control: {servers}"


def test_postfix_is_set_as_it_is_tested():
    main = (SOURCE / "conf/postfix/main.cf.in").read_text(encoding="utf-8")
    tested = dict(re.findall(r"(?m)^(\w+) = (.*)$", main))
    said = dict(re.findall(r"'(\w+) = ([^']*)'", blocks(INSTALL[:INSTALL.index("\n6. ")])))
    sample = (SOURCE / "conf/postfix/main.cf.sample").read_text(encoding="utf-8")
    shown = dict(re.findall(r"(?m)^(\w+) = (.*)$", sample))
    assert len(shown) >= 5 and shown == said, f"main.cf.sample: {shown}, INSTALL: {said}"
    # Where things are is another matter in the private stack.
    places = {"smtpd_milters": "unix:/run/kairan/milter.sock",
              "transport_maps": "texthash:/etc/postfix/kairan-transport",
              "sender_dependent_default_transport_maps": "regexp:/etc/postfix/kairan-urgent"}
    assert len(said) >= 6, said
    for name, value in said.items():
        assert name in tested, f"INSTALL sets {name}, main.cf.in does not"
        assert value == places.get(name, tested[name]), f"{name}: {value}, tested: {tested[name]}"


def set_by(text):
    """Name and value of each line of a program's settings."""
    return dict(re.findall(r"(?m)^([A-Z]\w+)[ \t]+(\S.*)$", text))


def test_companions_are_set_as_they_are_tested():
    chapter = INSTALL[INSTALL.index("\n8. "):]
    said = set_by(blocks(chapter))
    for program in ("opendkim", "opendmarc"):
        tested = set_by((SOURCE / f"conf/{program}/{program}.conf.in").read_text("utf-8"))
        own = {name for name, value in tested.items() if "kairan" in value or "town" in value}
        assert len(own) >= 2 and own <= set(said), f"{program}: {own - set(said)} is not said"
        for name in own - {"KeyFile", "AuthservID"}:
            assert said[name] == tested[name], f"{name} {said[name]}, tested: {tested[name]}"
        assert f"AuthservID              {tested['AuthservID']}" in chapter, tested["AuthservID"]
    for name in ("dkim", "dmarc"):
        tested = (SOURCE / f"conf/postfix/{name}.cf.in").read_text("utf-8")
        for line in re.findall(r"(?m)^\w.*$", tested):
            line = re.sub("@RUN@/(open\\w+)", r"/run/\1/\1", line).replace(
                "@RUN@", "/run/kairan").replace("@ETC@/postfix/", "/etc/postfix/kairan-")
            assert f"'{line}'" in blocks(chapter).replace("  ", " "), line
        assert f"include(`/etc/mail/{name}.m4')dnl" in chapter


def test_the_mail_system_is_told_last():
    """A new smtpd reads main.cf by itself, and defers all mail while kairan is not there."""
    for name, telling in (("INSTALL", "smtpd_milters = unix:"), ("README", "kairanctl setup "),
                          ("README.ja", "kairanctl setup ")):
        text = (SOURCE / name).read_text(encoding="utf-8")
        runs = text.index("sudo systemctl enable --now kairan-milter")
        looked = text.index("sudo kairanctl status", runs)
        assert telling not in text[runs:looked] and telling in text[looked:], name
    runs = INSTALL.index("sudo systemctl enable --now kairan-milter")
    assert "sudo adduser kairan postfix" in INSTALL[:runs]
    # Nothing of Postfix's is set behind it, and the way back stands before it.
    told = INSTALL.index("'smtpd_milters = unix:")
    assert "'smtpd_milters ='" in INSTALL[told - 400:told]
    assert "postconf" not in INSTALL[told:INSTALL.index("5b. Sendmail")]
    sendmail = INSTALL[INSTALL.index("5b. Sendmail"):]
    assert sendmail.index("sudo kairanctl status") < sendmail.index("sudo sendmailconfig")
    assert "include(`/etc/mail/kairan.m4')" not in INSTALL[:INSTALL.index("5b. Sendmail")]


def words_of_the_pipe(text):
    found = re.search(r"(?s)\n *kairan +unix +(- +n +n +- +4) +pipe\s+(null_sender=.*?)\n"
                      r"(?: *\n|$|[^ ])", text + "\n")
    words = " ".join(found[2].split())
    # The stack's own places.
    return found[1].split(), re.sub(r"user=\S+( directory=\S+)?", "user=", re.sub(
        r"argv=\S+( -c @CONF@)?", "argv=", words))


def test_the_pipe_is_as_it_is_tested():
    tested = words_of_the_pipe((SOURCE / "conf/postfix/master.cf.in").read_text(encoding="utf-8"))
    for name in ("INSTALL", "conf/postfix/master.cf.sample"):
        said = words_of_the_pipe((SOURCE / name).read_text(encoding="utf-8"))
        assert said == tested, f"{name}: {said}, tested: {tested}"


def settings_of(text, pattern):
    """Names and values; where things are, and secrets, are another matter in the stack."""
    return {name: value for name, value in re.findall(pattern, text, re.M)
            if not name.endswith(("uris", "servers", "pass", "pw", "password"))}


def test_logins_are_asked_for_as_it_is_tested():
    stack = {"@BASE@": "dc=town,dc=example", "@DOVECOT_DN@": "cn=dovecot,ou=services,@BASE@",
             "$dovecot_dn": "cn=dovecot,ou=services,@BASE@", "$base": "@BASE@"}
    for path, sample, pattern in (
            ("conf/dovecot/2.3/dovecot-ldap.conf.ext.in", "conf/dovecot/2.3/dovecot-kairan.conf.ext",
             r"^([a-z_]+) = (.*)$"),
            ("conf/dovecot/2.4/dovecot.conf.in", "conf/dovecot/2.4/05-kairan.conf",
             r"^ *(ldap_\w+|bind|filter|user) = ((?!postfix|\").*)$"),
            ("tests/stack/mta-sendmail.sh", "conf/sendmail/saslauthd.conf",
             r"^\t*(ldap_\w+): (.*)$")):
        text = (SOURCE / path).read_text(encoding="utf-8")
        for name in ("@DOVECOT_DN@", "$dovecot_dn", "$base", "@BASE@"):
            text = text.replace(name, stack[name])
        tested = settings_of(text, pattern)
        said = settings_of((SOURCE / sample).read_text(encoding="utf-8"), pattern)
        # Dovecot's default, which the stack says for its reader.
        tested.pop("ldap_version", None)
        assert len(tested) >= 4 and tested == said, f"{sample}: {said}, tested: {tested}"
        assert sample.removeprefix("conf/") in INSTALL, f"INSTALL does not name {sample}"


def test_dovecot_listens_as_it_is_tested():
    listener = r"(?s)service auth \{\s*unix_listener \S+ \{(.*?)\}"
    said = (SOURCE / "conf/dovecot/90-kairan.conf").read_text(encoding="utf-8")
    for version in ("2.3", "2.4"):
        tested = (SOURCE / f"conf/dovecot/{version}/dovecot.conf.in").read_text(encoding="utf-8")
        assert re.search(listener, tested)[1].split() == re.search(listener, said)[1].split()
        assert "\nauth_mechanisms = plain login\n" in tested and "auth_mechanisms = plain login" in said


def test_sendmail_is_set_as_it_is_tested():
    tested = (SOURCE / "conf/sendmail/sendmail.mc.in").read_text(encoding="utf-8")
    table = (SOURCE / "conf/sendmail/mailertable").read_text(encoding="utf-8")
    said = blocks(INSTALL)
    for line in ("FEATURE(`mailertable'", "RELAY_DOMAIN(`info.town.example')dnl"):
        assert line in said and line in tested, line
    assert "include(`/etc/mail/kairan.m4')dnl" in said
    row = re.search(r"echo '([^']*)' \| sudo tee -a /etc/mail/mailertable", said)[1]
    assert row.split() in [line.split() for line in table.splitlines()], row
    route = re.search(r"echo '([^']*)' \| sudo tee -a /etc/postfix/kairan-transport", said)[1]
    table = (SOURCE / "conf/postfix/transport").read_text(encoding="utf-8")
    assert route.split() in [line.split() for line in table.splitlines()], route
    kairan_conf = (SOURCE / "tests/stack/mta-sendmail.sh").read_text(encoding="utf-8")
    for name in ("shard_size", "verp_method"):
        value = re.search(rf"(?m)^mta_{name}=(.*)$", kairan_conf)[1]
        assert f'{name} = "{value}"' in said, f"{name} = {value}"


def test_settings_and_files_of_install_exist():
    settings = set(re.findall(r"ROW\((\w+),", (SOURCE / "conf/settings.c").read_text("utf-8")))
    said = re.findall(r'(?m)^(\w+) = ".*"$', blocks(INSTALL))
    assert len(said) >= 8 and set(said) <= settings, set(said) - settings
    for name in re.findall(r"doc/kairan/examples/([\w./-]+)", INSTALL):
        assert (SOURCE / "conf" / name).exists(), f"INSTALL: there is no {name}"
    for name in re.findall(r"(?:conf|tests|schema)/[\w./-]*\w", INSTALL):
        assert (SOURCE / name).exists(), f"INSTALL: there is no {name}"
    copies = set(re.findall(r"cp \S+ (\S+\.ldif)", INSTALL))
    for name in set(re.findall(r"[\w-]+\.ldif\b", INSTALL)) - copies:
        assert any((SOURCE / folder / file).exists() for folder in ("conf/slapd", "schema")
                   for file in (name, f"{name}.in")), f"INSTALL: there is no {name}"


def chapter_of_install(number):
    found = re.search(rf"(?ms)^{number}\. .*?(?=^\d+[a-z]?\. |\Z)", INSTALL)
    assert found, f"INSTALL has no chapter {number}"
    return found[0]


def test_cures_name_the_right_chapter():
    """What setup check sends to INSTALL for stands there, in both languages."""
    table = (SOURCE / "ctl/check/table.c").read_text(encoding="utf-8")
    cures = re.findall(r"\"([^\"]*)[(（]INSTALL,? (\d+[a-z]?)", table)
    assert len(cures) > 10, cures
    for words, number in cures:
        for name in re.findall(r"[\w-]+\.(?:m4|ldif)|kairan-\w+|\w+_canonical_maps", words):
            assert name in chapter_of_install(number), f"{words}: INSTALL, {number}"
    assert "canonical_maps" in chapter_of_install("8b")


def test_commands_of_the_documents_exist():
    commands = [re.match(r"[a-z]+(?: [a-z]\w*)?", line)[0] for line in
                run(str(BUILD / "kairanctl"), "-w").stdout.splitlines()]
    commands += [line.split()[1] for line in commands if line.startswith("drafts ")]
    for name in ("INSTALL", "README", "README.ja", "HACKING"):
        text = (SOURCE / name).read_text(encoding="utf-8")
        calls = re.findall(r"(?:sudo |`|; |    )kairanctl ([a-z]+)(?: ([a-z]\w*))?", text)
        assert calls, name
        for first, second in calls:
            assert first in commands or f"{first} {second}" in commands, \
                f"{name}: there is no command kairanctl {first} {second}"


if __name__ == "__main__":
    sys.exit(plain_tap.main(globals()))
