#!/usr/bin/env python3
"""kairanctl apply form1, form2, form3 (Art. 10-12): what is asked, what it contradicts, what it
makes of the directory, and who is told."""
import os
import pathlib
import pty
import pwd
import re
import select
import subprocess
import time

import stack as s
import tap
import town
from tap import check_equal, check_in

OK, USAGE, DATAERR, NOINPUT, NOUSER, UNAVAILABLE = 0, 64, 65, 66, 67, 69
BASE = "dc=town,dc=example"
ADMIN = (f"uid=sysadmin,ou=people,{BASE}", "sysadmin-pass")
ADDRESS = "zeimu@info.town.example"
RESULT = "【申請の結果】"


def mail_of(login):
    """Their mail comes into the sink, where there is a mailbox for everybody."""
    return f"{login}@people.sink.example"


CHIEF = f"zeimu-chief:{mail_of('zeimu-chief')}:加藤 剛:Tsuyoshi Kato"
DEPUTY = f"zeimu-deputy:{mail_of('zeimu-deputy')}:木村 恵子"
STAFF = f"zeimu-staff:{mail_of('zeimu-staff')}:林 大地:Daichi Hayashi"
SECTION = ("--section", "zeimu", "--section-name", "税務課:Tax Section")
BROADCAST = ("--broadcast", ADDRESS, "--broadcast-name", "税のお知らせ:Tax News")


def apply(stack, form, *args, check=True, **env):
    done = stack.kairanctl("apply", form, *args, check=False, **env)
    if check:
        check_equal(done.returncode, OK, done.stderr)
    return done


def entry(stack, dn, *attributes):
    """LDIF of an entry, "" without one."""
    done = stack.ldap("ldapsearch", *ADMIN, "-LLL", "-o", "ldif-wrap=no", "-s", "base", "-b", dn,
                      "(objectClass=*)", *attributes)
    return done.stdout if done.returncode == 0 else ""


def person(uid):
    return f"uid={uid},ou=people,{BASE}"


def section(name):
    return f"ou={name},ou=sections,{BASE}"


def applications(stack):
    return stack.store("SELECT uid, role, outcome, detail FROM audit WHERE action = 'apply'"
                       " ORDER BY seq")


def passwords(text):
    return dict(re.findall(r"([a-z0-9-]+)\)?:? +((?:[a-z0-9]{5}-){2}[a-z0-9]{5})", text))


def bind(stack, password="sysadmin-pass"):
    path = pathlib.Path(stack.env["KAIRAN_STORE"]).parent / "bind"
    path.write_text(f"{password}\n", encoding="utf-8")
    path.chmod(0o600)
    user = pwd.getpwnam(stack.env["KAIRAN_STACK_USER"])
    os.chown(path, user.pw_uid, user.pw_gid)
    return "--bind-password", str(path)


def inbox(stack, login):
    return [mail for mail in stack.sink() if s.receiver_of(mail) == mail_of(login)]


def wait_for_all(stack, login, words, count):
    """So many mails with these words."""
    def found():
        mails = [mail for mail in inbox(stack, login) if words in str(mail["Subject"])]
        return mails if len(mails) >= count else None

    return stack.wait_for(found, what=f"{count} mails {words} for {login}")


def change_password(stack, uid, old, new):
    done = stack.ldap("ldappasswd", person(uid), old, "-a", old, "-s", new)
    check_equal(done.returncode, 0, done.stderr)


# ---- form 1 ----

def test_what_contradicts_is_said_and_nothing_is_done(stack):
    stack.wait_for(lambda: stack.store("SELECT 1 FROM position WHERE name = 'duties'"),
                   what="the first look")
    everything = ("--applicant", "zeimu-chief", *SECTION, "--approver", CHIEF, *BROADCAST)
    bosai = ("--applicant", "bosai-chief", "--section", "bosai")
    for status, words, args in (
            (DATAERR, "Art.4: both-duties", (*everything, "--staff", "zeimu-chief")),
            (DATAERR, "Art.4: both-duties", (*everything, "--staff", STAFF, "--delegate",
                                             "zeimu-staff")),
            (DATAERR, "Art.4: several-approvers", (*bosai, "--approver", CHIEF)),
            (DATAERR, "Art.4: foreign-delegate", (*bosai, "--delegate", "kosodate-staff1")),
            (DATAERR, "Art.4: no-approver", ("--applicant", "bosai-chief", *SECTION)),
            (DATAERR, "Art.10: the section's head", (*bosai[2:], "--applicant", "bosai-staff1",
                                                     "--staff", STAFF)),
            (DATAERR, "bosai-staff2@town.example is in use: uid=bosai-staff2",
             (*everything, "--staff", "zeimu-staff:bosai-staff2@town.example:林 大地")),
            (DATAERR, "both-duties: uid=zeimu-chief", (
                *everything, "--staff", f"zeimu-staff:{mail_of('zeimu-chief')}:林 大地")),
            (DATAERR, f"{town.BOSAI} is in use", (*everything[:-3], town.BOSAI, *everything[-2:])),
            (DATAERR, "postmaster@info.town.example is an address of kairan's own",
             (*everything[:-3], "postmaster@info.town.example", *everything[-2:])),
            (DATAERR, "sysadmin@town.example is in use",
             (*everything, "--shared-mail", "sysadmin@town.example")),
            (DATAERR, "bosai-staff1 is in the directory already",
             (*everything, "--staff", "bosai-staff1:x@people.sink.example:別人")),
            (NOUSER, "nobody has the login \"zeimu-staff\"", (*everything, "--staff",
                                                               "zeimu-staff")),
            (USAGE, "a login is letters", (*everything, "--staff", "zei/mu+x")),
            (USAGE, "--section-name is missing", (*everything[:4], "--approver", CHIEF)),
            (USAGE, "nothing to register", (*bosai, "--staff", "bosai-staff1"))):
        done = apply(stack, "form1", *args, check=False)
        check_in(words, done.stderr)
        check_equal((done.returncode, done.stdout), (status, ""), done.stderr)
    for words, args in (("第4条: ", (*bosai, "--approver", CHIEF)),
                        ("利用者 ID「zeimu-staff」の人はいません", (
                            *everything, "--staff", "zeimu-staff")),
                        ("--section-name がありません", (*everything[:4], "--approver", CHIEF))):
        check_in(words, apply(stack, "form1", *args, check=False, LC_ALL="ja_JP.UTF-8").stderr)
    check_equal(list(applications(stack)), [])
    check_equal(entry(stack, section("zeimu")), "")


def test_form_1_as_ldif(stack):
    stack.configure(password_help="https://password.town.example/")
    args = ("--applicant", "zeimu-chief", *SECTION, "--approver", CHIEF, "--delegate", DEPUTY,
            "--staff", STAFF, "--shared-mail", mail_of("zeimuka"), *BROADCAST)
    dry = apply(stack, "form1", *args, "--dry-run")
    check_in("changetype: add", dry.stdout)
    check_equal(list(applications(stack)), [])
    done = apply(stack, "form1", *args, SUDO_USER="nakamura")
    check_in("ldapmodify", done.stderr)
    check_equal(entry(stack, section("zeimu")), "")
    row = applications(stack)[0]
    check_equal((row["role"], row["outcome"]), ("administrator", "granted"))
    for words in ("form1", "applicant zeimu-chief", "税務課", "staff zeimu-staff", ADDRESS):
        check_in(words, row["detail"])
    told = s.text_of(wait_for_all(stack, "zeimu-chief", RESULT, 1)[0])
    for words in ("第10条", "加藤 剛", "税務課", "木村 恵子（zeimu-deputy）", ADDRESS,
                  "諾（これから手続きをします）"):
        check_in(words, told)
    loaded = stack.ldap("ldapmodify", *ADMIN, stdin=done.stdout)
    check_equal(loaded.returncode, 0, loaded.stderr + done.stdout)
    check_in("cn;lang-ja:: ", entry(stack, person("zeimu-chief")))
    check_in("Tsuyoshi Kato", entry(stack, person("zeimu-chief")))
    first = passwords(done.stdout)
    check_equal(sorted(first), ["zeimu-chief", "zeimu-deputy", "zeimu-staff"])
    # The people hear of it from the daemon, once it is so.
    welcome = s.text_of(wait_for_all(stack, "zeimu-staff", "登録のお知らせ", 1)[0])
    check_in("https://password.town.example/", welcome)
    wait_for_all(stack, "zeimu-chief", "登録のお知らせ", 3)
    stack.wait_for(lambda: "5.1.1" not in draft(stack, "はじめのまま", first["zeimu-staff"])[1],
                   what="the address")
    check_in("Art.12", draft(stack, "はじめのまま", first["zeimu-staff"])[1])
    for login, password in first.items():
        change_password(stack, login, password, f"{login}-pass")
        stack.ldapmodify(f"dn: {person(login)}\nchangetype: modify\nreplace: createTimestamp\n"
                         "createTimestamp: 20260401000000Z\n", relax=True)
    check_equal(draft(stack, "変えたあと")[0], 250)
    stack.wait_for(lambda: any("変えたあと" in str(mail["Subject"])
                               for mail in inbox(stack, "zeimu-chief")), what="the request")


def draft(stack, subject, password="zeimu-staff-pass"):
    mail = s.make_mail(mail_of("zeimu-staff"), ADDRESS, subject, "本文です。")
    replies = stack.submit("zeimu-staff", ADDRESS, mail, mail_of("zeimu-staff"), password)
    answer = replies.recipients[ADDRESS]
    return answer if answer[0] >= 400 else replies.final


def test_more_staff_carried_out(stack):
    """By somebody who may: else it is recorded as failed, and nothing stays."""
    args = ("--applicant", "bosai-chief", "--section", "防災課", "--staff",
            f"bosai-new:{mail_of('bosai-new')}:新田 一")
    before = len(applications(stack))

    def outcomes():
        return [row["outcome"] for row in applications(stack)[before:]]

    refused = apply(stack, "form1", *args, "--bind", "bosai-chief",
                    *bind(stack, "bosai-chief-pass"), check=False)
    check_equal(refused.returncode, UNAVAILABLE, refused.stderr)
    check_in("Insufficient access", refused.stderr)
    check_equal((outcomes(), entry(stack, person("bosai-new"))), (["begun", "failed"], ""))
    done = apply(stack, "form1", *args, "--bind", ADMIN[0], *bind(stack))
    check_in("2 entries", done.stdout)
    check_in(f"kairanStaff: {person('bosai-new')}", entry(stack, section("bosai")))
    check_in("pwdReset: TRUE", entry(stack, person("bosai-new"), "pwdReset"))
    change_password(stack, "bosai-new", passwords(done.stdout)["bosai-new"], "bosai-new-pass")
    told = stack.wait_mail("bosai-chief", lambda mail: RESULT in str(mail["Subject"]))
    check_in("諾（手続きは済みました）", s.text_of(told))
    check_equal(done.stdout.count(passwords(done.stdout)["bosai-new"]), 1)
    check_equal(outcomes()[2:], ["begun", "granted"])
    row = applications(stack)[-1]
    check_equal(passwords(row["detail"]), {}, row["detail"])


def test_a_new_address_that_fails_leaves_nothing(stack):
    """What was added is taken back when the server refuses what comes after it."""
    taken = f"cn=taken,ou=broadcasts,{BASE}"
    stack.ldapmodify(f"dn: {taken}\nchangetype: add\nobjectClass: organizationalRole\n"
                     "cn: taken\n")
    done = apply(stack, "form1", "--applicant", "bosai-chief", "--section", "bosai", "--staff",
                 f"bosai-lost:{mail_of('bosai-lost')}:失 物", "--broadcast",
                 "taken@info.town.example", "--broadcast-name", "重なる名前", "--bind",
                 "sysadmin", *bind(stack), check=False)
    check_equal(done.returncode, UNAVAILABLE, done.stderr)
    check_in("Already exists", done.stderr)
    check_equal(entry(stack, person("bosai-lost")), "")
    check_equal("bosai-lost" in entry(stack, section("bosai")), False)


def test_another_approver(stack):
    """The chief of a section changes, in April."""
    new = f"kosodate-next:{mail_of('kosodate-next')}:次田 長"
    apply(stack, "form1", "--applicant", "kosodate-next", "--section", "kosodate", "--approver",
          new, "--replace-approver", "--external")
    check_in(f"kairanApprover: {person('kosodate-next')}", entry(stack, section("kosodate")))
    wait_for_all(stack, "kosodate-next", RESULT, 1)
    stack.wait_mail("kosodate-chief", lambda mail: "登録のお知らせ" in str(mail["Subject"]))


def test_refused(stack):
    before = entry(stack, section("bosai"))
    done = apply(stack, "form1", "--applicant", "bosai-chief", "--section", "bosai", "--staff",
                 "yamada", "--refuse", "臨時の職員は対象外のため")
    check_in("refused", done.stdout)
    check_equal(entry(stack, section("bosai")), before)
    row = applications(stack)[-1]
    check_equal(row["outcome"], "refused")
    check_in("staff yamada: 臨時の職員は対象外のため", row["detail"])
    told = stack.wait_mail("bosai-chief", lambda mail: "決定     否\n" in s.text_of(mail))
    check_in("理由     臨時の職員は対象外のため", s.text_of(told))


# ---- form 3 ----

def test_form_3(stack):
    for status, words, args in (
            (DATAERR, "Art.12", ("--applicant", "kosodate-chief", "--person", "bosai-staff2")),
            (NOUSER, "nobody", ("--applicant", "bosai-chief", "--person", "nobody")),
            (DATAERR, "an administrator applies", ("--applicant", "bosai-chief", "--person",
                                                   "sysadmin"))):
        done = apply(stack, "form3", *args, check=False)
        check_equal(done.returncode, status, done.stderr)
        check_in(words, done.stderr)
    done = apply(stack, "form3", "--applicant", "bosai-chief", "--person", "bosai-staff2",
                 "--bind", "sysadmin", *bind(stack), LC_ALL="ja_JP.UTF-8")
    new = passwords(done.stdout)["bosai-staff2"]
    check_in("本人だけに渡す", done.stdout)
    # A mail client gets in with it.
    told = s.text_of(stack.wait_for(lambda: next(
        (mail for mail in stack.imap("bosai-staff2", new)
         if "様式第3号" in str(mail["Subject"])), None), what="the mail"))
    check_in("直接お受け取りください", told)
    check_in("https://password.town.example/", told)
    check_equal(passwords(told), {})
    head = s.text_of(stack.wait_mail("bosai-chief",
                                     lambda mail: "様式第3号" in str(mail["Subject"])))
    check_in("bosai-staff2", head)
    check_equal("直接お受け取りください" in head, False)
    # The first password is good for nothing but changing it.
    mail = s.make_mail("bosai-staff2", town.BOSAI, "初期化のあと", "本文です。")
    replies = stack.submit("bosai-staff2", town.BOSAI, mail, password=new)
    check_equal((replies.recipients[town.BOSAI][0] if replies.final is None
                 else replies.final[0]), 550)
    change_password(stack, "bosai-staff2", new, "bosai-staff2-pass")
    check_in("password of bosai-staff2", applications(stack)[-1]["detail"])


def test_the_page_that_install_recommends(stack):
    """What the plugin that INSTALL sets up asks of the directory, with its settings."""
    said = dict(re.findall(r"(?m)^ +\$config\['password_ldap_(\w+)'\] = '(.*)';$",
                           (s.TOP / "INSTALL").read_text(encoding="utf-8")))
    check_equal(said["method"], "user")
    secrets = "\n".join(path.read_text(encoding="utf-8") for path in
                        (stack.directory / "etc").glob("dovecot*") if path.is_file())
    secret = re.search(r"(?m)^ *(?:dnpass|ldap_auth_dn_password) = (\S+)$", secrets)[1]
    done = apply(stack, "form3", "--applicant", "bosai-chief", "--person", "bosai-staff1",
                 "--external")
    first = passwords(done.stdout)["bosai-staff1"]
    for login in ("bosai-staff1", "bosai-staff1@town.example"):
        found = stack.ldap("ldapsearch", said["searchDN"], secret, "-LLL", "-b",
                           said["search_base"], said["search_filter"].replace("%login", login),
                           "1.1")
        check_equal(re.findall("(?m)^dn: (.*)$", found.stdout), [person("bosai-staff1")],
                    found.stderr)
    # It logs in at the mailbox, and then changes the password as the person.
    stack.imap("bosai-staff1", first)
    change_password(stack, "bosai-staff1", first, "bosai-staff1-pass")
    town.draft(stack, "bosai-staff1", "ページで変えたあと")


# ---- form 2 ----

def test_form_2(stack):
    waiting = apply(stack, "form2", "--applicant", "zeimu-chief", "--section", "zeimu",
                    check=False)
    check_equal(waiting.returncode, DATAERR, waiting.stderr)
    check_in("変えたあと", waiting.stderr)
    wrong = apply(stack, "form2", "--applicant", "zeimu-chief", "--section", "zeimu", "--staff",
                  "bosai-staff1", "--broadcast", town.BOSAI, check=False)
    check_equal(wrong.returncode, DATAERR, wrong.stderr)
    check_in("bosai-staff1 does not have that duty", wrong.stderr)
    check_in(f"{town.BOSAI} is no address of this section", wrong.stderr)
    check_equal(apply(stack, "form2", "--applicant", "zeimu-chief", "--section", "nosuch",
                      check=False).returncode, NOINPUT)
    apply(stack, "form2", "--applicant", "zeimu-chief", "--section", "zeimu", "--staff",
          "zeimu-staff", "--delegate", "zeimu-deputy", "--bind", "sysadmin", *bind(stack))
    check_equal("kairanStaff" in entry(stack, section("zeimu")), False)
    check_in("uid=zeimu-staff", entry(stack, person("zeimu-staff")))
    wait_for_all(stack, "zeimu-staff", "登録の終了", 1)


def test_form_2_of_a_whole_section(stack):
    number = town.draft_id(stack, "変えたあと")
    stack.kairanctl("withdraw", str(number))
    # An address that another section uses too stays that one's.
    stack.ldapmodify(f"dn: cn=kosodate,ou=broadcasts,{BASE}\nchangetype: modify\n"
                     f"add: kairanSectionDN\nkairanSectionDN: {section('zeimu')}\n")
    done = apply(stack, "form2", "--applicant", "zeimu-chief", "--section", "zeimu")
    loaded = stack.ldap("ldapmodify", *ADMIN, stdin=done.stdout)
    check_equal(loaded.returncode, 0, loaded.stderr + done.stdout)
    check_equal(entry(stack, section("zeimu")) + entry(stack, f"cn=zeimu,ou=broadcasts,{BASE}"),
                "")
    check_equal("zeimu" in entry(stack, f"cn=kosodate,ou=broadcasts,{BASE}"), False)
    wait_for_all(stack, "zeimu-chief", "登録の終了", 3)
    for words in ("form2", "税務課", ADDRESS):
        check_in(words, applications(stack)[-1]["detail"])


# ---- on a terminal ----

def converse(stack, command, answers):
    """What a program shows on a terminal on which somebody types."""
    user = pwd.getpwnam(stack.env["KAIRAN_STACK_USER"])
    main, other = pty.openpty()
    with subprocess.Popen(command, stdin=other, stdout=other, stderr=other, close_fds=True,
                          env={**os.environ, "LC_ALL": "C"},
                          **({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
                             if os.geteuid() == 0 else {})) as program:
        os.close(other)
        shown = ""
        end = time.monotonic() + 300
        while time.monotonic() < end:
            if not select.select([main], [], [], 1)[0]:
                continue
            try:
                piece = os.read(main, 4096).decode("utf-8", "replace")
            except OSError:
                break
            shown += piece
            if piece.endswith(": ") and answers:
                os.write(main, f"{answers.pop(0)}\n".encode())
        os.close(main)
    check_equal((program.returncode, answers), (OK, []), shown)
    return shown


def test_on_a_terminal(stack):
    """All that is missing is asked for, the password unseen."""
    shown = converse(stack, [
        f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", stack.env["KAIRAN_CONF"], "apply", "form1",
        "--bind", "sysadmin"], [
            "kankyo", "環境課:Environment", "kankyo-chief", mail_of("kankyo-chief"), "森 緑", "",
            "", f"kankyo-staff:{mail_of('kankyo-staff')}:川 清",
            "kankyo@info.town.example", "環境だより:Green News", "", "kankyo-chief",
            "sysadmin-pass"])
    check_in("is not in the directory, and is registered", shown)
    check_equal("sysadmin-pass" in shown, False, shown)
    check_in("4 entries", shown)
    check_in(f"kairanStaff: {person('kankyo-staff')}", entry(stack, section("kankyo")))
    check_in("kairanList: kankyo", entry(stack, f"cn=kankyo,ou=broadcasts,{BASE}"))


if __name__ == "__main__":
    tap.main(globals())
