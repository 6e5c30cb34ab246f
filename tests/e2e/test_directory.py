#!/usr/bin/env python3
"""The sample configuration of slapd (conf/slapd/): nobody but administrators says who somebody
is and what they may do (Art. 3, 5, 14), and the overlays do what INSTALL says of them."""
import datetime
import pathlib
import subprocess

import stack as s
import tap
import town
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
    lines = (etc / "tree.ldif").read_text().splitlines()
    entry = lines[lines.index(f"dn: cn={name},ou=services,{BASE}"):]
    secret = next(line for line in entry if line.startswith("userPassword: "))
    return f"cn={name},ou=services,{BASE}", secret.partition(" ")[2]


def admin_of(stack):
    return stack.env["KAIRAN_LDAP_ADMIN_DN"], stack.env["KAIRAN_LDAP_ADMIN_PASSWORD"]


def add_log(stack, ldif):
    """A row of the log, written past slapd's own hand: as its root, for a moment."""
    database = "dn: olcDatabase={2}mdb,cn=config\nchangetype: modify\n"
    stack.ldapmodify(f"{database}replace: olcRootPW\nolcRootPW: log-pass\n")
    done = stack.ldap("ldapadd", "cn=accesslog", "log-pass", stdin=ldif)
    stack.ldapmodify(f"{database}delete: olcRootPW\n")
    check_equal(done.returncode, 0, done.stderr)


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



# ---- the log in the audit trail (Art. 8) ----

def trail(stack, words):
    return [dict(row) for row in stack.store(
        "SELECT uid, action, detail FROM audit WHERE outcome = 'directory' AND"
        " instr(detail, ?) > 0 ORDER BY seq", words)]


def wait_trail(stack, words, count=1):
    stack.wait_for(lambda: len(trail(stack, words)) >= count, what=f"rows of {words}")
    rows = trail(stack, words)
    check_equal(len(rows), count, words)
    return rows


def wait_first_look(stack):
    stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'accesslog'"),
                   what="the first look")


def test_what_was_before_kairan_is_not_its_to_record(stack):
    wait_first_look(stack)
    check_equal(trail(stack, "objectClass:+ organizationalUnit"), [])


def test_old_and_new_values(stack):
    wait_first_look(stack)
    who = dn("bosai-staff1")
    check_equal(apply(stack, person("sysadmin"), change(who, "replace", "title", "主事")), 0)
    check_equal(apply(stack, person("sysadmin"), change(who, "replace", "title", "主査")), 0)
    rows = wait_trail(stack, "title:= 主査")
    check_equal((rows[0]["uid"], rows[0]["action"]), ("sysadmin", "ldap-modify"))
    check_equal(rows[0]["detail"], f"{who}: title:= 主査; was title: 主事")


def test_adding_renaming_moving_and_removing(stack):
    wait_first_look(stack)
    admin = person("sysadmin")
    for ldif in (make_person("traveller"),
                 f"dn: {dn('traveller')}\nchangetype: modrdn\nnewrdn: uid=voyager\n"
                 "deleteoldrdn: 1\n",
                 f"dn: {dn('voyager')}\nchangetype: modrdn\nnewrdn: uid=voyager\n"
                 f"deleteoldrdn: 0\nnewsuperior: ou=services,{BASE}\n",
                 f"dn: uid=voyager,ou=services,{BASE}\nchangetype: delete\n"):
        check_equal(apply(stack, admin, ldif), 0, ldif)
    added = wait_trail(stack, "uid:+ traveller")[0]
    check_in("mail:+ traveller@town.example", added["detail"])
    renamed = wait_trail(stack, f"{dn('traveller')}: new RDN uid=voyager")[0]
    check_equal(renamed["action"], "ldap-modrdn")
    wait_trail(stack, f"now below ou=services,{BASE}")
    removed = wait_trail(stack, f"uid=voyager,ou=services,{BASE}: was")[0]
    check_equal(removed["action"], "ldap-delete")
    check_in("was mail: traveller@town.example", removed["detail"])


def test_passwords_stay_out_of_the_trail(stack):
    """Also where kairan's account could read them: the log's rules of access are another
    lock before the same door."""
    wait_first_look(stack)
    database = "dn: olcDatabase={2}mdb,cn=config\nchangetype: modify\n"
    rule = f"to * by dn.exact=cn=kairan,ou=services,{BASE} read"
    stack.ldapmodify(f"{database}add: olcAccess\nolcAccess: {{0}}{rule}\n")
    try:
        who = person("bosai-staff1")
        check_equal(apply(stack, who, change(who[0], "replace", "userPassword", "trail-pass")), 0)
        check_equal(apply(stack, (who[0], "trail-pass"),
                          change(who[0], "replace", "userPassword", who[1])), 0)
        rows = stack.wait_for(lambda: trail(stack, "userPassword: (secret)")[1:], what="the rows")
        check_equal(rows[0]["uid"], "bosai-staff1")
    finally:
        stack.ldapmodify(f"{database}delete: olcAccess\nolcAccess: {{0}}\n")
    for words in ("SSHA", "trail-pass", who[1]):
        check_equal(trail(stack, words), [])


def test_a_wrong_password_is_nobodys_edit(stack):
    wait_first_look(stack)
    search(stack, (dn("bosai-staff1"), "wrong"), "-b", BASE)
    check_equal(apply(stack, person("sysadmin"),
                      change(dn("bosai-staff1"), "replace", "title", "後")), 0)
    wait_trail(stack, "title:= 後")
    check_equal(trail(stack, "pwdFailureTime"), [])


def test_many_at_once_none_lost_none_twice(stack):
    """More than one question brings, with the daemon killed in between."""
    wait_first_look(stack)
    count = 1200
    ldif = "\n".join(change(dn("bosai-staff1"), "replace", "title", f"many {number:04}.")
                     for number in range(count))
    check_equal(apply(stack, person("sysadmin"), ldif), 0)
    for _ in range(3):
        stack.kill9("milter")
        stack.start()
    rows = stack.wait_for(lambda: (lambda rows: rows[count - 1:] and rows)(
        trail(stack, "title:= many")), what="all rows", timeout=60)
    numbers = [row["detail"].partition("title:= many ")[2][:4] for row in rows]
    check_equal(numbers, [f"{number:04}" for number in range(count)])
    check_equal(stack.kairanctl("audit", "verify").returncode, 0)



def test_a_server_that_gives_only_so_many(stack):
    """Without olcLimits of overlays.ldif slapd stops in the middle; kairan goes on from there."""
    wait_first_look(stack)
    database = "dn: olcDatabase={2}mdb,cn=config\nchangetype: modify\nreplace: olcLimits\n"
    account = f"olcLimits: {{0}}dn.exact=\"cn=kairan,ou=services,{BASE}\""
    stack.ldapmodify(f"{database}{account} size=50\n")
    try:
        ldif = "\n".join(change(dn("bosai-staff1"), "replace", "title", f"cut {number:03}.")
                         for number in range(200))
        check_equal(apply(stack, person("sysadmin"), ldif), 0)
        rows = stack.wait_for(lambda: (lambda rows: rows[199:] and rows)(
            trail(stack, "title:= cut")), what="all rows", timeout=60)
        check_equal([row["detail"].partition("title:= cut ")[2][:3] for row in rows],
                    [f"{number:03}" for number in range(200)])
    finally:
        stack.ldapmodify(f"{database}{account} size=unlimited time=unlimited\n")


def test_what_comes_late_is_not_lost(stack):
    """slapd names a write by when it came, and logs it when it is done: so one may appear
    before others that were taken in already."""
    wait_first_look(stack)
    check_equal(apply(stack, person("sysadmin"),
                      change(dn("bosai-staff1"), "replace", "title", "前の")), 0)
    wait_trail(stack, "title:= 前の")
    when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=90)
    start = f"{when:%Y%m%d%H%M%S}.000001Z"
    add_log(stack, f"dn: reqStart={start},cn=accesslog\nobjectClass: auditModify\n"
            f"reqStart: {start}\nreqEnd: {start}\nreqType: modify\nreqSession: 1\n"
            f"reqAuthzID: {dn('sysadmin')}\nreqDN: {dn('bosai-staff1')}\nreqResult: 0\n"
            "reqMod: title:= late\n")
    wait_trail(stack, "title:= late")
    wait_trail(stack, "title:= 前の")


def test_purging_does_no_harm(stack):
    """slapd throws its rows away; kairan's stay, and later ones come."""
    wait_first_look(stack)
    check_equal(apply(stack, person("sysadmin"),
                      change(dn("bosai-staff1"), "replace", "title", "kept")), 0)
    wait_trail(stack, "title:= kept")
    overlay = next(line.removeprefix("dn: ") for line in
                   search(stack, admin_of(stack), "-b", "cn=config", "1.1").splitlines()
                   if line.startswith("dn: olcOverlay=") and "accesslog" in line)
    stack.ldapmodify(f"dn: {overlay}\nchangetype: modify\nreplace: olcAccessLogPurge\n"
                     "olcAccessLogPurge: 00+00:00:01 00+00:00:01\n")
    kairan = program(stack, "kairan")
    stack.wait_for(lambda: "reqType: modify" not in
                   search(stack, kairan, "-b", "cn=accesslog", "-s", "one"), what="the purge",
                   timeout=60)
    stack.ldapmodify(f"dn: {overlay}\nchangetype: modify\nreplace: olcAccessLogPurge\n"
                     "olcAccessLogPurge: 31+00:00 1+00:00\n")
    check_equal(apply(stack, person("sysadmin"),
                      change(dn("bosai-staff1"), "replace", "title", "purged")), 0)
    wait_trail(stack, "title:= purged")
    wait_trail(stack, "title:= kept")


# ---- what is remembered of a section's people ----

def asked_about_people(stack):
    """How often it was asked whom other sections name: once each time that people are read."""
    return stack.log("slapd").count("(kairanDelegate=")


def asked_for_drafts(stack, mark, count=8):
    before = asked_about_people(stack)
    for each in range(count):
        town.draft(stack, "bosai-staff1", f"{mark} {each}")
    return asked_about_people(stack) - before


def check_next_mail(stack, mark):
    """Whatever changes in the directory, the next mail is judged by it, and asks by it."""
    def recipient(subject):
        draft = s.make_mail("bosai-staff1", town.BOSAI, subject, "本文です。")
        return stack.submit("bosai-staff1", town.BOSAI, draft).recipients[town.BOSAI][0]

    deputy = dn("bosai-deputy")
    for number in range(2):
        subject, mail = f"{mark} {number}", f"deputy{number}@town.example"
        stack.ldapmodify(change(deputy, "replace", "mail", mail))
        town.draft(stack, "bosai-staff1", subject)
        check_equal([row["mail"] for row in stack.store(
            "SELECT mail FROM party WHERE uid = 'bosai-deputy' AND draft = ?",
            town.draft_id(stack, subject))], [mail])
        stack.ldapmodify(change(SECTION, "delete", "kairanStaff", dn("bosai-staff1")))
        check_equal(recipient(f"{mark} 職員でない {number}"), 550)
        stack.ldapmodify(change(SECTION, "add", "kairanStaff", dn("bosai-staff1")))
        check_equal(recipient(f"{mark} 職員 {number}"), 250)
    stack.ldapmodify(change(deputy, "replace", "mail", "bosai-deputy@town.example"))


def test_people_are_read_when_something_has_changed(stack):
    town.draft(stack, "bosai-staff1", "最初の原稿")
    asked = asked_for_drafts(stack, "覚えている")
    check_equal(asked < 4, True, f"read {asked} times for 8 drafts")
    check_next_mail(stack, "変わった")


def test_a_server_that_does_not_tell_its_state(stack):
    """Nothing is remembered; and so from the moment when it tells no more."""
    database = "dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\n"
    rule = f"to attrs=contextCSN by dn.exact=cn=kairan,ou=services,{BASE} none by * break"
    stack.ldapmodify(f"{database}add: olcAccess\nolcAccess: {{0}}{rule}\n")
    try:
        asked = asked_for_drafts(stack, "覚えられない")
        check_equal(asked >= 8, True, f"read {asked} times for 8 drafts")
        check_next_mail(stack, "覚えずに変わった")
    finally:
        stack.ldapmodify(f"{database}delete: olcAccess\nolcAccess: {{0}}\n")


def test_changes_are_offered(stack):
    """The overlay for RFC 4533 is there."""
    root = subprocess.run(["ldapsearch", "-x", "-H", stack.env["LDAPURI"], "-s", "base", "-b", "",
                           "-LLL", "supportedControl"], capture_output=True, text=True, check=True)
    check_in("1.3.6.1.4.1.4203.1.9.1.1", root.stdout)


if __name__ == "__main__":
    tap.main(globals())
