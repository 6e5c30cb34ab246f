#!/usr/bin/env python3
"""The sample configuration of slapd (conf/slapd/): nobody but administrators says who somebody
is and what they may do (Art. 3, 5, 14), and the overlays do what INSTALL says of them."""
import pathlib
import subprocess

import stack as s
import tap
from tap import check_equal, check_in

BASE = "dc=town,dc=example"
SECTION = f"ou=bosai,ou=sections,{BASE}"
BROADCAST = f"cn=bosai,ou=broadcasts,{BASE}"
GROUP = f"cn=kairan-admins,ou=groups,{BASE}"
REFUSED = 50
NOT_UNIQUE = 19


def dn(uid):
    return f"uid={uid},ou=people,{BASE}"


def person(uid):
    return dn(uid), f"{uid}-pass"


def program(stack, name):
    """A program's account, with the password that the stack made up for it."""
    etc = pathlib.Path(stack.env["KAIRAN_CONF"]).parent
    lines = (etc / ("tree.ldif" if name == "kairan" else "town.ldif")).read_text().splitlines()
    entry = lines[lines.index(f"dn: cn={name},ou=services,{BASE}"):]
    secret = next(line for line in entry if line.startswith("userPassword: "))
    return f"cn={name},ou=services,{BASE}", secret.partition(" ")[2]


def change(entry, how, attribute, value):
    return f"dn: {entry}\nchangetype: modify\n{how}: {attribute}\n{attribute}: {value}\n"


def apply(stack, who, ldif):
    """The result code (RFC 4511) of somebody's edit."""
    return stack.ldap("ldapmodify", *who, stdin=ldif).returncode


def search(stack, who, *args):
    return stack.ldap("ldapsearch", *who, "-LLL", "-o", "ldif-wrap=no", *args).stdout


def section_entry(name):
    return (f"dn: ou={name},ou=sections,{BASE}\nchangetype: add\nobjectClass: kairanSection\n"
            f"ou: {name}\nkairanApprover: {dn('bosai-staff1')}\n")


def forbidden(who):
    """Edits by which somebody would become somebody else, or get a duty."""
    return [
        change(SECTION, "replace", "kairanApprover", dn("bosai-staff1")),
        change(SECTION, "replace", "kairanApproverStatus", "active"),
        change(SECTION, "add", "kairanStaff", dn("kosodate-staff1")),
        change(SECTION, "add", "kairanDelegate", dn("kosodate-staff1")),
        change(SECTION, "replace", "description", "ours"),
        change(BROADCAST, "add", "kairanSectionDN", f"ou=kosodate,ou=sections,{BASE}"),
        change(BROADCAST, "replace", "kairanList", "kosodate"),
        change(BROADCAST, "replace", "mail", "elsewhere@info.town.example"),
        change(GROUP, "add", "member", dn("bosai-staff1")),
        change(who, "replace", "mail", "somebody@town.example"),
        change(who, "add", "uid", "bosai-chief2"),
        change(who, "add", "objectClass", "kairanPerson").rstrip("\n")
        + "\n-\nadd: kairanMailAlias\nkairanMailAlias: somebody@town.example\n",
        change(who, "add", "pwdReset", "TRUE"),
        f"dn: {who}\nchangetype: modrdn\nnewrdn: uid=bosai-chief2\ndeleteoldrdn: 1\n",
        f"dn: {SECTION}\nchangetype: delete\n",
        section_entry("own"),
    ]


def test_nobody_else_writes_duties_and_identities(stack):
    for who in (person("bosai-staff1"), person("bosai-chief"), program(stack, "kairan"),
                program(stack, "dovecot")):
        for ldif in forbidden(who[0]):
            check_equal(apply(stack, who, ldif), REFUSED, f"{who[0]}: {ldif}")


def test_people_change_their_own_password_only(stack):
    who = person("bosai-staff2")
    check_equal(apply(stack, who, change(who[0], "replace", "userPassword", "other-pass")), 0)
    who = (who[0], "other-pass")
    check_equal(apply(stack, who, change(dn("bosai-staff1"), "replace", "userPassword", "x")),
                REFUSED)
    check_equal(apply(stack, who, change(who[0], "replace", "userPassword",
                                         "bosai-staff2-pass")), 0)


def test_nobody_reads_passwords(stack):
    for who in (person("bosai-staff1"), person("bosai-chief"), person("sysadmin"),
                program(stack, "kairan"), program(stack, "dovecot")):
        found = search(stack, who, "-b", BASE, "userPassword", "pwdHistory", "uid")
        check_in("uid: bosai-staff1", found)
        check_equal("userPassword" in found, False, who[0])
        check_equal(search(stack, who, "-b", BASE, "(userPassword=*)", "uid"), "", who[0])


def test_administrators_write(stack):
    admin = person("sysadmin")
    for ldif in (change(SECTION, "add", "kairanStaff", dn("kosodate-staff1")),
                 change(SECTION, "delete", "kairanStaff", dn("kosodate-staff1")),
                 section_entry("new"), f"dn: ou=new,ou=sections,{BASE}\nchangetype: delete\n",
                 change(dn("bosai-staff2"), "replace", "mail", "new@town.example"),
                 change(dn("bosai-staff2"), "replace", "mail", "bosai-staff2@town.example"),
                 change(dn("bosai-staff2"), "replace", "userPassword", "given-pass"),
                 change(dn("bosai-staff2"), "replace", "pwdReset", "TRUE")):
        check_equal(apply(stack, admin, ldif), 0, ldif)
    # A password that was given is good for nothing but changing it (Art. 12).
    given = (dn("bosai-staff2"), "given-pass")
    check_equal(search(stack, given, "-b", BASE, "uid"), "")
    check_equal(apply(stack, given, change(given[0], "replace", "userPassword",
                                           "bosai-staff2-pass")), 0)
    check_in("uid: bosai-staff2", search(stack, person("bosai-staff2"), "-b", BASE, "uid"))


def test_logins_and_addresses_are_one_persons(stack):
    admin = person("sysadmin")
    for ldif in (change(dn("bosai-staff2"), "add", "mail", "bosai-chief@town.example"),
                 change(dn("bosai-staff2"), "add", "mail", "kosodate@info.town.example"),
                 change(dn("bosai-staff2"), "add", "uid", "bosai-chief"),
                 change(BROADCAST, "replace", "mail", "kosodate@info.town.example")):
        check_equal(apply(stack, admin, ldif), NOT_UNIQUE, ldif)
    alias = ("add: objectClass\nobjectClass: kairanPerson\n-\n"
             "add: kairanMailAlias\nkairanMailAlias: alias@town.example\n")
    first, second = (f"dn: {dn(uid)}\nchangetype: modify\n{alias}"
                     for uid in ("bosai-staff1", "bosai-staff2"))
    check_equal(apply(stack, admin, first), 0)
    check_equal(apply(stack, admin, second), NOT_UNIQUE)


def make_person(uid):
    return (f"dn: {dn(uid)}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\n"
            f"sn: {uid}\nmail: {uid}@town.example\nuserPassword: {uid}-pass\n")


def test_duties_follow_a_person(stack):
    """Renamed people keep their duties, and those who are removed lose them."""
    admin = person("sysadmin")
    section = f"ou=moving,ou=sections,{BASE}"
    for ldif in (make_person("mover"),
                 f"dn: {section}\nchangetype: add\nobjectClass: kairanSection\nou: moving\n"
                 f"kairanApprover: {dn('mover')}\nkairanStaff: {dn('mover')}\n"
                 f"kairanStaff: {dn('bosai-staff1')}\nkairanDelegate: {dn('mover')}\n",
                 change(GROUP, "add", "member", dn("mover")),
                 f"dn: {dn('mover')}\nchangetype: modrdn\nnewrdn: uid=moved\ndeleteoldrdn: 1\n"):
        check_equal(apply(stack, admin, ldif), 0, ldif)

    def named(entry, words):
        return search(stack, admin, "-b", entry).count(words)

    stack.wait_for(lambda: named(section, "uid=moved") == 3 and named(GROUP, "uid=moved") == 1,
                   what="the new name in section and group")
    check_equal(named(section, "uid=mover"), 0)
    check_equal(apply(stack, admin, f"dn: {dn('moved')}\nchangetype: delete\n"), 0)
    stack.wait_for(lambda: named(section, "uid=moved") == 0 and named(GROUP, "uid=moved") == 0,
                   what="the end of the duties")
    check_equal(named(section, "bosai-staff1"), 1)
    check_equal(apply(stack, admin, f"dn: {section}\nchangetype: delete\n"), 0)


def test_what_kairan_reads_of_the_log(stack):
    """Values before and after, and no password, not even as a hash."""
    admin = person("sysadmin")
    check_equal(apply(stack, admin, change(dn("bosai-staff2"), "replace", "mail",
                                           "log@town.example")), 0)
    check_equal(apply(stack, admin, change(dn("bosai-staff2"), "replace", "mail",
                                           "bosai-staff2@town.example")), 0)
    check_equal(apply(stack, person("bosai-staff2"),
                      change(dn("bosai-staff2"), "replace", "userPassword", "logged-pass")), 0)
    log = search(stack, program(stack, "kairan"), "-b", "cn=accesslog", "-s", "one")
    for words in ("reqOld: mail: bosai-staff2@town.example", "reqMod: mail:= log@town.example",
                  f"reqAuthzID: {dn('sysadmin')}", f"reqAuthzID: {dn('bosai-staff2')}"):
        check_in(words, log)
    for words in (": userPassword:", "SSHA", "logged-pass"):
        check_equal(words in log, False, words)
    check_equal(search(stack, person("bosai-chief"), "-b", "cn=accesslog"), "")


def test_changes_are_offered(stack):
    """The overlay for RFC 4533 is there."""
    root = subprocess.run(["ldapsearch", "-x", "-H", stack.env["LDAPURI"], "-s", "base", "-b", "",
                           "-LLL", "supportedControl"], capture_output=True, text=True, check=True)
    check_in("1.3.6.1.4.1.4203.1.9.1.1", root.stdout)


if __name__ == "__main__":
    tap.main(globals())
