#!/usr/bin/env python3
"""kairanctl setup on machines where there is something already: what is set stays, lists are
lengthened, what contradicts is told, and a second run changes nothing.

$SRCDIR and $KAIRAN_BUILD_DIR are make check's. Speaks TAP."""
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
import machine
import plain_tap
from tap import check_equal, check_in
from test_setup import EX_TEMPFAIL, everything, names_changed

SETTINGS = f"""# The town's own.
service_domain = "info.town.example"
ldap_uri = "ldapi:///"
ldap_base = "{machine.BASE}"
character_limit = "180"
socket_group = "mail"
"""
CONFIG = f"""dn: cn=module,cn=config
changetype: add
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: ppolicy.la
olcModuleLoad: refint
olcModuleLoad: unique.so

dn: olcDatabase={{1}}mdb,cn=config
changetype: modify
add: olcDbIndex
olcDbIndex: mail,givenName eq,sub

dn: olcOverlay=ppolicy,olcDatabase={{1}}mdb,cn=config
changetype: add
objectClass: olcOverlayConfig
objectClass: olcPPolicyConfig
olcOverlay: ppolicy
olcPPolicyDefault: cn=theirs,{machine.BASE}

dn: olcOverlay=refint,olcDatabase={{1}}mdb,cn=config
changetype: add
objectClass: olcOverlayConfig
objectClass: olcRefintConfig
olcOverlay: refint
olcRefintAttribute: member seeAlso

dn: olcOverlay=unique,olcDatabase={{1}}mdb,cn=config
changetype: add
objectClass: olcOverlayConfig
objectClass: olcUniqueConfig
olcOverlay: unique
olcUniqueURI: ldap:///{machine.BASE}?employeeNumber?sub
"""
TREE = f"""dn: ou=people,{machine.BASE}
objectClass: organizationalUnit
ou: people

dn: ou=office,ou=people,{machine.BASE}
objectClass: organizationalUnit
ou: office

dn: uid=boss,ou=office,ou=people,{machine.BASE}
objectClass: inetOrgPerson
uid: boss
cn: Boss
sn: Boss
mail: boss@town.example
userPassword: boss-pass
"""


def set_up(*options):
    return machine.kairanctl("setup", *options, "--yes", check=False)


def test_what_a_town_has_stays():
    machine.install()
    machine.start_slapd()
    machine.run("ldapmodify", "-Q", "-Y", "EXTERNAL", "-H", "ldapi:///", stdin=CONFIG)
    machine.run("ldapadd", "-x", "-D", machine.LDAP_ADMIN, "-w", machine.LDAP_PASSWORD, "-H",
                "ldapi:///", stdin=TREE)
    machine.CONF.write_text(SETTINGS, encoding="utf-8")
    shutil.chown(machine.CONF, "root", "kairan")
    pathlib.Path("/etc/postfix/transport").write_text("town.example smtp:[10.0.0.1]\n* discard:\n")
    pathlib.Path("/etc/postfix/smtpd").write_text("/^QUIT/ QUIT\n")
    machine.run("postconf", "-e", "transport_maps = texthash:/etc/postfix/transport",
                "relay_domains = branch.example", "smtpd_milters = inet:127.0.0.1:8891",
                "milter_default_action = accept", "kairan_destination_recipient_limit = 5",
                "default_transport = smtp:[gateway.town.example]")
    machine.run("postconf", "-M", "submission/inet=submission inet n - y - - smtpd "
                "-o smtpd_sasl_auth_enable=yes -o smtpd_milters=inet:127.0.0.1:8892")
    machine.run("postconf", "-P", "smtp/inet/smtpd_command_filter=regexp:/etc/postfix/smtpd")
    path = pathlib.Path("/etc/dovecot/conf.d/10-auth.conf")
    path.write_text(path.read_text(encoding="utf-8") + "auth_mechanisms = plain cram-md5\n",
                    encoding="utf-8")
    pathlib.Path("/etc/dovecot/local.conf").write_text(
        "passdb {\n  driver = passwd-file\n  args = /etc/dovecot/users\n}\n"
        if machine.dovecot_is_old() else
        "passdb passwd-file {\n  passwd_file_path = /etc/dovecot/users\n}\n", encoding="utf-8")
    log = pathlib.Path("/var/log/syslog.log")
    log.touch(0o640)
    shutil.chown(log, "root", "adm")
    machine.run("postconf", "-e", f"maillog_file = {log}")
    done = set_up("--admin", "boss")
    machine.run("postconf", "-e", "maillog_file = /var/log/mail.log")
    check_equal(done.returncode, EX_TEMPFAIL, done.stdout + done.stderr)
    for told in ('socket_group = "mail"', "kairan_destination_recipient_limit = 5, and not 1",
                 f"olcPPolicyDefault: cn=theirs,{machine.BASE}", "smtp/inet has a smtpd_command",
                 "submission/inet/smtpd_milters = inet:127.0.0.1:8892",
                 "Dovecot has its own place of passwords"):
        check_in(told, done.stdout)
    text = machine.CONF.read_text(encoding="utf-8")
    check_equal(text[:len(SETTINGS)], SETTINGS)
    check_in('ldap_password_file = "/etc/kairan/ldap.password"', text)
    check_in(f'mta_log = "{log}"', text)
    check_in("adm", machine.run("id", "-nG", "kairan").stdout.split())


def postconf(*words):
    return machine.run("postconf", *words).stdout.strip()


def test_lists_are_lengthened():
    check_equal(postconf("-h", "relay_domains"), "branch.example, info.town.example")
    check_equal(postconf("-h", "transport_maps"), "texthash:/etc/postfix/transport, "
                "texthash:/etc/postfix/kairan-transport")
    # An entry for all that is left stands behind those that are exact.
    check_equal(machine.run("postmap", "-q", "info.town.example",
                            "texthash:/etc/postfix/kairan-transport").stdout.strip(), "kairan:")
    check_equal(postconf("-h", "kairan_destination_recipient_limit"), "5")
    check_equal(postconf("-h", "smtpd_forbid_bare_newline"), "normalize")
    check_equal(postconf("-h", "allow_min_user"), "yes")
    check_equal(postconf("-h", "smtpd_milters"), "inet:127.0.0.1:8891")
    assert re.search(r"(?m)^submission +inet +n +- +n ", postconf("-M", "submission/inet"))
    check_in("/etc/postfix/smtpd", postconf("-P", "smtp/inet/smtpd_command_filter"))
    check_equal(pathlib.Path("/etc/postfix/transport").read_text(),
                "town.example smtp:[10.0.0.1]\n* discard:\n")


def test_urgent_mail_has_a_way_of_its_own():
    """To the host that all other mail is given to."""
    maps = postconf("-h", "sender_dependent_default_transport_maps")
    check_equal(maps, "regexp:/etc/postfix/kairan-urgent, regexp:/etc/postfix/kairan-broadcast")
    maps = maps.partition(",")[0]
    for sender, way in (("bounce+ur12.1.123456789@info.town.example", 0),
                        ("bounce-un12.123456789@info.town.example", 0),
                        ("bounce+r12.1.123456789@info.town.example", 1),
                        ("bounce+v12.1.123456789+u=phone.example@info.town.example", 1),
                        ("u@town.example", 1)):
        asked = machine.run("postmap", "-q", sender, maps, check=False)
        check_equal(asked.stdout.strip(), "" if way else "urgent:[gateway.town.example]", sender)
    check_in("smtp", postconf("-M", "urgent/unix"))


def test_broadcasts_go_at_the_carriers_pace():
    for sender, way in (("bounce+ur12.1.123456789@info.town.example", ""),
                        ("bounce+n12.123456789@info.town.example", ""),
                        ("u@town.example", ""),
                        ("bounce-r12.1.123456789@info.town.example", "broadcast:"),
                        ("bounce+v12.1.123456789@info.town.example", "broadcast:")):
        asked = machine.run("postmap", "-q", sender, "regexp:/etc/postfix/kairan-broadcast",
                            check=False)
        check_equal(asked.stdout.strip(), f"{way}[gateway.town.example]" if way else "", sender)
    for service in ("broadcast/unix", "urgent/unix"):
        check_in("smtp_connection_cache_on_demand=no", postconf("-M", service))
    check_equal(postconf("-h", "urgent_destination_concurrency_limit"), "10")
    check_equal(postconf("-h", "broadcast_destination_recipient_limit"), "100")


def test_the_directory_keeps_its_own():
    config = machine.run("ldapsearch", "-Q", "-Y", "EXTERNAL", "-H", "ldapi:///", "-LLL", "-o",
                         "ldif-wrap=no", "-b", "cn=config").stdout
    for line in (f"olcPPolicyDefault: cn=theirs,{machine.BASE}", "olcRefintAttribute: member seeAlso",
                 "olcRefintAttribute: kairanApprover",
                 f"olcUniqueURI: ldap:///{machine.BASE}?employeeNumber?sub",
                 "olcDbIndex: mail,givenName eq,sub", "olcDbIndex: kairanMailAlias eq",
                 "olcAccess: {13}to * by * read"):
        check_in(line, config)
    check_equal(config.count("ppolicy"), 2 + 1, "the module once, the overlay once")
    assert "manage" not in re.search(r"(?s)\ndn: olcDatabase=\{1\}mdb.*?\n\n", config)[0]
    tree = machine.run("slapcat", "-n", "1").stdout
    check_in(f"member: uid=boss,ou=office,ou=people,{machine.BASE}", tree)
    check_equal(tree.count("\nuid: "), 1, "nobody is made")
    check_equal(tree.count("dn: cn=dovecot"), 0, "an account that nobody uses")


def test_a_second_run_changes_nothing():
    before = everything()
    done = set_up()
    check_equal(names_changed(before, everything()), set(), done.stdout)
    check_equal(everything()[1:], before[1:])
    # Another milter's own default stays, and kairan's has one of its own.
    check_in("'smtpd_milters = inet:127.0.0.1:8891, { unix:/run/kairan/milter.sock, "
             "default_action=tempfail }'", done.stdout)
    check_in("'smtpd_milters = inet:127.0.0.1:8891'", done.stdout)


def test_a_contradiction_is_told():
    pathlib.Path("/etc/postfix/kairan-transport").unlink()
    pathlib.Path("/etc/postfix/transport").write_text("info.town.example smtp:[10.0.0.2]\n")
    machine.run("postconf", "-e", "transport_maps = texthash:/etc/postfix/transport",
                "mydestination = localhost, info.town.example")
    before = everything()
    done = set_up("--base", "dc=other,dc=example")
    for told in ('sends info.town.example to "smtp:[10.0.0.2]"', "mydestination has info.town",
                 f'ldap_base = "{machine.BASE}", and not "dc=other,dc=example"',
                 "slapd has no entry dc=other,dc=example"):
        check_in(told, done.stdout)
    check_equal(names_changed(before, everything()), set(), done.stdout)


def test_other_access_rules_are_told():
    """Rules for kairan in other words are somebody's decision."""
    machine.run("ldapmodify", "-Q", "-Y", "EXTERNAL", "-H", "ldapi:///", stdin=(
        "dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\ndelete: olcAccess\n"
        "olcAccess: {2}\n"))
    before = everything()
    done = set_up()
    check_in("kairan's access rules in other words", done.stdout)
    check_in("facsimileTelephoneNumber", done.stdout)
    check_equal(everything()[1:], before[1:])


def test_no_address_has_two_people():
    before = everything()
    done = set_up("--admin", "second", "--admin-mail", "boss@town.example")
    check_in("boss@town.example is the address of uid=boss,ou=office", done.stdout)
    check_equal(everything()[1:], before[1:])


def test_the_rule_for_root_goes_when_the_tree_is_refused():
    """The entry is there already, as something that is no person."""
    dn = f"uid=second,ou=people,{machine.BASE}"
    machine.run("ldapadd", "-x", "-D", machine.LDAP_ADMIN, "-w", machine.LDAP_PASSWORD, "-H",
                "ldapi:///", stdin=f"dn: {dn}\nobjectClass: account\nuid: second\n")
    before = everything()
    done = set_up("--admin", "second")
    check_in("Already exists", done.stderr)
    for old, new in zip(before[1:], everything()[1:]):
        check_equal(new.count("manage by * break"), old.count("manage by * break"))
        check_equal(new.count("\nolcAccess: "), old.count("\nolcAccess: "))


def test_another_server_is_not_touched():
    """kairan.conf names a directory elsewhere: the slapd here is somebody else's."""
    text = machine.CONF.read_text(encoding="utf-8")
    machine.CONF.write_text(text.replace("ldapi:///", "ldaps://127.0.0.1:7"), encoding="utf-8")
    before = everything()
    done = set_up("--admin", "boss")
    machine.CONF.write_text(text, encoding="utf-8")
    check_in("No slapd shows root its configuration at ldaps://127.0.0.1:7", done.stdout)
    check_equal(everything()[1:], before[1:])


def test_what_logs_in_stays_readable():
    """--no-pam takes Debian's own line out, and nothing else."""
    pathlib.Path("/etc/dovecot/local.conf").unlink()
    path = pathlib.Path("/etc/dovecot/conf.d/10-auth.conf")
    before = path.read_text(encoding="utf-8")
    done = set_up("--no-pam")
    assert "auth-system" in before and done.returncode != 0, done.stdout + done.stderr
    check_equal(path.read_text(encoding="utf-8"),
                before.replace("\n!include auth-system", "\n#!include auth-system"))
    check_in("auth_mechanisms = plain cram-md5 login\n", machine.run("doveconf", "-n").stdout)
    check_in("driver = ldap" if machine.dovecot_is_old() else "passdb ldap",
             machine.run("doveconf", "-n").stdout)
    secret = "dovecot-kairan.conf.ext" if machine.dovecot_is_old() else "conf.d/05-kairan.conf"
    check_equal(pathlib.Path("/etc/dovecot", secret).stat().st_mode & 0o777, 0o600)
    check_in("dn: cn=dovecot,ou=services", machine.run("slapcat", "-n", "1").stdout)


if __name__ == "__main__":
    WHY = machine.what_is_missing()
    if WHY:
        print(f"1..0 # SKIP {WHY}")
        sys.exit(0)
    if not machine.is_inside():
        machine.enter()
    STATUS = plain_tap.main(globals())
    if STATUS:
        machine.print_logs()
    sys.exit(STATUS)
