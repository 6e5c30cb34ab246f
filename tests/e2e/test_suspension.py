"""Art. 7: the service, or part of it, is suspended and resumed; a release is stopped in
mid-course. Whatever happens, each subscriber gets a broadcast once."""
import contextlib
import datetime
import json
import os
import signal

import stack as s
import tap
import town
from tap import check_equal, check_in

HOUR = 3600
DAY = 24 * HOUR
SHARD_SIZE = 2
MORE_SUBSCRIBERS = 175


def suspend(stack, *args, reason="Mail server maintenance"):
    return stack.kairanctl("suspend", *args, "--reason", reason)


@contextlib.contextmanager
def suspended(stack, *args, **kwargs):
    """Suspended, and resumed at the end whatever becomes of the test."""
    suspend(stack, *args, **kwargs)
    try:
        yield
    finally:
        stack.kairanctl("resume", *(arg for arg in args if "@" in arg), check=False)


@contextlib.contextmanager
def settings(stack, text):
    """Lines at the end of kairan.conf, in force while the block runs."""
    conf = stack.env["KAIRAN_CONF"]
    with open(conf, encoding="utf-8") as file:
        before = file.read()
    try:
        put_settings(stack, conf, before + text)
        yield
    finally:
        put_settings(stack, conf, before)


def put_settings(stack, conf, text):
    reloads = stack.log().count("read anew")
    with open(conf, "w", encoding="utf-8") as file:
        file.write(text)
    stack.signal("milter", signal.SIGHUP)
    stack.wait_for(lambda: stack.log().count("read anew") > reloads, what="the reload")


def at_rcpt(stack, user, broadcast):
    mail = s.make_mail(user, broadcast, "一時停止の試験", "本文")
    return stack.submit(user, broadcast, mail).recipients[broadcast]


def shown(when):
    return when.strftime("%Y-%m-%d %H:%M JST")


def stands(stack):
    return {row["broadcast"] for row in stack.store("SELECT broadcast FROM suspension")}


def hold(stack, subject, to=town.BOSAI, section="bosai"):
    town.draft(stack, f"{section}-staff1", subject, to=to)
    return town.request_for(stack, f"{section}-chief", subject)


def sent_once(stack, subject, count):
    receivers = [s.receiver_of(mail) for mail in town.wait_broadcast(stack, subject, count, 90)]
    check_equal(len(receivers), count, "mails")
    check_equal(len(set(receivers)), count, "receivers")


def test_everything(stack):
    until = stack.now() + datetime.timedelta(hours=2)
    with suspended(stack, "--until", until.strftime("%Y-%m-%d %H:%M"),
                   reason="サーバーの Postfix  保守 (50%)"):
        for user, broadcast in (("bosai-staff1", town.BOSAI), ("kosodate-staff1", town.KOSODATE)):
            code, text = at_rcpt(stack, user, broadcast)
            check_equal(code, 451, broadcast)
            check_equal(text, f"4.3.2 Art.7: suspended until {shown(until)}: Postfix (50%)",
                        "reply")
        at_rcpt(stack, "bosai-staff1", town.BOSAI)
        told = stack.wait_mail("bosai-staff1", lambda mail: "【一時停止中】" in str(mail["Subject"]))
        check_in("停止理由 サーバーの Postfix", s.text_of(told))
        check_in(f"停止期限 {until.year}年{until.month}月{until.day}日 {until:%H:%M}",
                 s.text_of(told))
        check_equal(stack.store("SELECT count(*) FROM outbox WHERE kind = 'out-of-service'"
                                " AND mail LIKE 'bosai-staff1@%'")[0][0], 1, "told once")
        mail = s.make_mail("bosai-chief", town.BOSAI, "責任者の起案", "本文")
        check_equal(stack.submit("bosai-chief", town.BOSAI, mail).final[0], 550,
                    "who may not write at all")
        mail = s.make_mail("bosai-staff1", "sysadmin", "問い合わせ", "本文")
        check_equal(stack.submit("bosai-staff1", "sysadmin@town.example", mail).final[0], 250,
                    "other mail")
    check_equal(stands(stack), set())
    town.draft(stack, "bosai-staff1", "再開の後")


def test_one_broadcast(stack):
    with suspended(stack, town.BOSAI.upper()):
        check_equal(stands(stack), {town.BOSAI})
        code, text = at_rcpt(stack, "bosai-staff1", town.BOSAI)
        check_equal(code, 451)
        check_equal(text, "4.3.2 Art.7: suspended: Mail server maintenance")
        subject = "停止していない配信"
        request = hold(stack, subject, town.KOSODATE, "kosodate")
        town.answer(stack, "kosodate-chief", request, "承認")
        town.wait_state(stack, subject, town.RELEASED)


def test_the_administrator_is_recorded(stack):
    os.environ["SUDO_USER"] = "sysadmin"
    try:
        with suspended(stack, town.KOSODATE, "--until", "3h", reason="点検"):
            row = stack.store("SELECT * FROM suspension")[0]
            check_equal((row["uid"], row["reason"]), ("sysadmin", "点検"), "who and why")
            check_equal(row["until"] - row["since"], 3 * HOUR, "length")
            check_in("点検", stack.kairanctl("suspend", "--list").stdout)
            listed = json.loads(stack.kairanctl("suspend", "--list", "--json").stdout)
            check_equal([row["broadcast"] for row in listed], [town.KOSODATE])
            check_in("点検", listed[0]["reason"])
    finally:
        del os.environ["SUDO_USER"]
    rows = stack.store("SELECT * FROM audit WHERE action IN ('suspend', 'resume')"
                       " ORDER BY seq DESC LIMIT 2")
    check_equal([row["action"] for row in rows], ["resume", "suspend"], "audit rows")
    for row in rows:
        check_equal((row["uid"], row["role"]), ("sysadmin", "administrator"), "person")
        check_in(town.KOSODATE, row["detail"])
    check_in("点検", rows[1]["detail"])


def test_wrong_commands(stack):
    unknown = stack.kairanctl("suspend", "nosuch@info.town.example", "--reason", "x", check=False)
    check_equal(unknown.returncode, 66)
    for known in (town.BOSAI, town.KOSODATE):
        check_in(known, unknown.stderr)
    half = stack.kairanctl("suspend", town.BOSAI, "nonsense", "--reason", "x", check=False)
    check_equal(half.returncode, 66)
    for args in (["suspend"], ["suspend", town.BOSAI], ["suspend", "--reason", ""],
                 ["suspend", "--reason", "x", "--until", "tomorrow"],
                 ["suspend", "--reason", "x", "--until", "2026-02-30 09:00"],
                 ["suspend", "--reason", "x", "--until", "2020-01-01 09:00"],
                 ["suspend", "--reason", "x", "--until", "0s"],
                 ["suspend", "--reason", "one\ntwo"], ["stop"], ["stop", "x"]):
        check_equal(stack.kairanctl(*args, check=False).returncode, 64, str(args))
    check_equal(stack.kairanctl("resume", check=False).returncode, 66, "nothing to resume")
    check_equal(stack.kairanctl("stop", "99999", check=False).returncode, 66, "no such draft")
    check_equal(stands(stack), set(), "nothing of that counts")


def test_resume_by_name(stack):
    """What was suspended by name is resumed by name; resume alone ends what was suspended
    alone."""
    with suspended(stack), suspended(stack, town.BOSAI):
        check_equal(stands(stack), {"", town.BOSAI})
        other = stack.kairanctl("resume", town.KOSODATE, check=False)
        check_equal(other.returncode, 66)
        check_in("all broadcasts", other.stderr)
        stack.kairanctl("resume")
        check_equal(stands(stack), {town.BOSAI})
        wrong = stack.kairanctl("resume", check=False)
        check_equal(wrong.returncode, 66)
        check_in(town.BOSAI, wrong.stderr)


def test_until_passes(stack):
    """Approved while suspended: everybody is told, nothing goes out, and it goes out by
    itself when the time has passed."""
    subject = "期限付きの一時停止"
    request = hold(stack, subject)
    until = stack.now() + datetime.timedelta(hours=2)
    suspend(stack, town.BOSAI, "--until", "2h", reason="停電")
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.APPROVED)
    for person in ("bosai-chief", "bosai-deputy", "bosai-staff1"):
        told = stack.wait_mail(person, lambda mail: subject in str(mail["Subject"])
                               and "一時停止中" in str(mail["Subject"]))
        for part in ("第7条", "停電", until.strftime("%H:%M")):
            check_in(part, s.text_of(told), person)
    stack.move_clock(HOUR)
    town.draft(stack, "kosodate-staff1", "その間の原稿", to=town.KOSODATE)
    check_equal(town.state_of(stack, subject), town.APPROVED)
    check_equal(len(town.broadcast(stack.sink(), subject)), 0, "mails before")
    stack.move_clock(HOUR + 1)
    town.wait_state(stack, subject, town.RELEASED)
    sent_once(stack, subject, town.SUBSCRIBERS)
    check_equal(stands(stack), set(), "its row is gone")
    row = stack.store("SELECT * FROM audit WHERE action = 'resume' ORDER BY seq DESC LIMIT 1")[0]
    check_equal((row["uid"], row["detail"]), ("kairan", town.BOSAI), "audit row")


def test_resume_without_a_restart(stack):
    subject = "再開してから"
    request = hold(stack, subject)
    pid = stack.pid("milter")
    suspend(stack)
    town.answer(stack, "bosai-deputy", town.request_for(stack, "bosai-deputy", subject), "承認")
    town.wait_state(stack, subject, town.APPROVED)
    town.answer(stack, "bosai-chief", request, "承認")
    check_equal(town.state_of(stack, subject), town.APPROVED)
    stack.kairanctl("resume")
    town.wait_state(stack, subject, town.RELEASED)
    sent_once(stack, subject, town.SUBSCRIBERS)
    check_equal(stack.pid("milter"), pid, "the same daemon")


def test_withdrawn_while_it_waits(stack):
    """The author may withdraw what is approved and has not gone out."""
    subject = "待つ間の取下げ"
    request = hold(stack, subject)
    with suspended(stack, town.BOSAI):
        town.answer(stack, "bosai-chief", request, "承認")
        town.wait_state(stack, subject, town.APPROVED)
        receipt = stack.wait_mail("bosai-staff1", lambda mail: subject in str(mail["Subject"])
                                  and "受付" in str(mail["Subject"]))
        town.answer(stack, "bosai-staff1", receipt, "取下げ")
        town.wait_state(stack, subject, town.WITHDRAWN)
    stack.wait_mail("bosai-chief", lambda mail: subject in str(mail["Subject"])
                    and "取下げ" in str(mail["Subject"]))
    check_equal(len(town.broadcast(stack.sink(), subject)), 0, "mails")


def expiry(stack, subject):
    return stack.store("SELECT expires_at FROM draft WHERE subject = ?", subject)[0][0]


def test_held_drafts_do_not_expire(stack):
    """Suspended for longer than a draft waits for its decision: it is decided by its first
    request meanwhile, and by a fresh one afterwards."""
    during, after, too_late = "停止中の決裁", "再開後の決裁", "再開後の期限切れ"
    requests = [hold(stack, subject) for subject in (during, after, too_late)]
    planned = expiry(stack, after)
    suspend(stack, town.BOSAI)
    began = stack.now()
    stack.move_clock(4 * DAY)
    town.answer(stack, "bosai-chief", requests[0], "承認")
    town.wait_state(stack, during, town.APPROVED)
    check_equal(town.state_of(stack, after), town.HELD)
    check_equal(len(town.notices(stack, "bosai-chief", after)), 1, "no reminder meanwhile")
    stack.kairanctl("resume", town.BOSAI)
    length = (stack.now() - began).total_seconds()
    town.wait_state(stack, during, town.RELEASED)
    check_equal(abs(expiry(stack, after) - planned - length) < 5, True, "the time comes back")
    reminder = stack.wait_mail("bosai-chief", lambda mail: after in str(mail["Subject"])
                               and "承認待ち" in str(mail["Subject"]))
    check_equal(s.reply_address(reminder) != s.reply_address(requests[1]), True, "a fresh address")
    stack.move_clock(2 * DAY)
    town.answer(stack, "bosai-chief", reminder, "承認")
    town.wait_state(stack, after, town.RELEASED)
    sent_once(stack, after, town.SUBSCRIBERS)
    check_equal(town.state_of(stack, too_late), town.HELD)
    stack.move_clock(DAY)
    town.wait_state(stack, too_late, town.EXPIRED)


def test_held_over_a_suspension_that_runs_out(stack):
    """The daemon is down when the time passes: what is held gets its time back first."""
    subject = "停止中の停止"
    request = hold(stack, subject)
    planned = expiry(stack, subject)
    suspend(stack, town.BOSAI, "--until", "4d")
    stack.stop("milter")
    stack.move_clock(5 * DAY)
    stack.start("milter")
    stack.wait_for(lambda: not stands(stack), what="the end of the suspension")
    check_equal(expiry(stack, subject), planned + 4 * DAY, "expiry")
    check_equal(town.state_of(stack, subject), town.HELD)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.RELEASED)


def accepted(stack, subject):
    return stack.store("SELECT count(*) FROM shard WHERE draft = ? AND state >= 3",
                       town.draft_id(stack, subject))[0][0]


def settle(stack, subject):
    """How many shards the MTA has, once no hand-over is under way."""
    stack.wait_for(lambda: stack.store(
        "SELECT count(*) FROM shard WHERE draft = ? AND state = 2",
        town.draft_id(stack, subject))[0][0] == 0, 40, "the shard under way")
    return accepted(stack, subject)


def import_more(stack):
    lines = "".join(f"more{n:04d}@many.sink.example\n" for n in range(MORE_SUBSCRIBERS))
    path = os.path.join(os.path.dirname(stack.env["KAIRAN_STORE"]), "more.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(lines)
    os.chmod(path, 0o644)
    stack.kairanctl("subscribers", "import", "--list", "kosodate", path)
    return town.SUBSCRIBERS + MORE_SUBSCRIBERS


def start_release(stack, subject, shards=3):
    """Approved, and so many shards are with the MTA."""
    request = hold(stack, subject, town.KOSODATE, "kosodate")
    town.answer(stack, "kosodate-chief", request, "承認")
    stack.wait_for(lambda: accepted(stack, subject) >= shards, 40, f"{shards} shards")
    return request


def test_suspended_in_mid_course(stack):
    subject = "配信途中の一時停止"
    with settings(stack, f'\nshard_size = "{SHARD_SIZE}"\n'):
        count = import_more(stack)
        start_release(stack, subject)
        suspend(stack, town.KOSODATE)
        before = settle(stack, subject)
        check_equal(before < count // SHARD_SIZE, True, f"in mid-course: {before} shards")
        stack.move_clock(HOUR)
        stack.wait_for(lambda: town.state_of(stack, subject) == town.RELEASING, what="releasing")
        town.draft(stack, "bosai-staff1", "その間も動く")
        check_equal(accepted(stack, subject), before, "shards meanwhile")
        stack.kill9("milter")
        stack.start("milter")
        town.draft(stack, "bosai-staff1", "再起動の後も動く")
        check_equal(accepted(stack, subject), before, "shards after a restart")
        stack.kairanctl("resume", town.KOSODATE)
        town.wait_state(stack, subject, town.RELEASED, 120)
        sent_once(stack, subject, count)


def numbers_in(stack, person, subject):
    told = stack.wait_mail(person, lambda mail: subject in str(mail["Subject"])
                           and "配信停止" in str(mail["Subject"]))
    numbers = {}
    for line in s.text_of(told).splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] in ("すでに送った", "送ったか確認中", "送っていない"):
            numbers[words[0]] = int(words[1])
    return numbers


def check_stopped(stack, subject, count):
    """Everybody has the same numbers, and they are true."""
    served = settle(stack, subject) * SHARD_SIZE
    check_equal(0 < served < count, True, f"in mid-course: {served}")
    town.wait_broadcast(stack, subject, served)
    for person in ("kosodate-chief", "kosodate-deputy", "kosodate-staff1"):
        told = numbers_in(stack, person, subject)
        check_equal(sum(told.values()), count, f"{person}: all in all")
        check_equal(told["すでに送った"] <= served
                    <= told["すでに送った"] + told["送ったか確認中"] + SHARD_SIZE, True,
                    f"{person}: {told}, true is {served}")
    stack.move_clock(HOUR)
    town.draft(stack, "bosai-staff1", f"{subject}の後")
    check_equal(settle(stack, subject) * SHARD_SIZE, served, "no further shard")
    sent_once(stack, subject, served)
    return served


def test_stopped_by_the_administrator(stack):
    subject = "管理者による停止"
    with settings(stack, f'\nshard_size = "{SHARD_SIZE}"\n'):
        count = import_more(stack)
        start_release(stack, subject)
        draft = str(town.draft_id(stack, subject))
        said = stack.kairanctl("stop", draft, "--reason", "誤報").stdout
        check_equal(town.state_of(stack, subject), town.STOPPED)
        served = check_stopped(stack, subject, count)
    check_in("sent to", said)
    listed = [line.split("\t") for line in
              stack.kairanctl("stop", "--list", draft).stdout.splitlines()]
    check_equal(len(listed), count, "addresses listed")
    check_equal({line[2] for line in listed if line[1] == "sent"},
                {s.receiver_of(mail) for mail in town.broadcast(stack.sink(), subject)},
                "who has it")
    check_equal(sum(line[1] == "not sent" for line in listed), count - served, "who has not")
    rows = json.loads(stack.kairanctl("stop", "--list", draft, "--json").stdout)
    check_equal([[str(row["shard"]), row["state"], row["address"]] for row in rows], listed,
                "the same as JSON")
    by_domain = json.loads(stack.kairanctl("drafts", "recipients", draft, "--json").stdout)
    check_equal([sum(row[name] for row in by_domain) for name in
                 ("recipients", "sent", "failed", "waiting")],
                [count, served, 0, count - served], "by domain")
    left = stack.kairanctl("drafts", "recipients", draft, "--undelivered", "--csv").stdout
    left = [row.split(",") for row in left.splitlines()[1:]]
    check_equal(sorted(row[1].strip('"') for row in left),
                sorted(line[2] for line in listed if line[1] != "sent"), "who is without it")
    check_equal({row[2] for row in left} - {"not sent", "may be sent"}, set())
    shown_draft = stack.kairanctl("show", draft).stdout
    for part in ("stopped", "not sent", "誤報"):
        check_in(part, shown_draft)
    row = town.audit(stack, subject, "stop")[0]
    check_equal((row["role"], row["outcome"]), ("administrator", "stopped"), "audit row")
    again = stack.kairanctl("stop", draft, check=False)
    check_equal(again.returncode, 65)
    check_in("stopped", again.stderr)


def test_stopped_by_the_approver(stack):
    subject = "配信責任者による停止"
    with settings(stack, f'\nshard_size = "{SHARD_SIZE}"\n'):
        count = import_more(stack)
        request = start_release(stack, subject)
        town.answer(stack, "kosodate-chief", request, "停止 日付が違います")
        town.wait_state(stack, subject, town.STOPPED)
        check_stopped(stack, subject, count)
        told = stack.wait_mail("kosodate-staff1", lambda mail: subject in str(mail["Subject"])
                               and "配信停止" in str(mail["Subject"]))
        name = stack.store("SELECT name FROM party WHERE draft = ? AND uid = 'kosodate-chief'",
                           town.draft_id(stack, subject))[0][0]
        check_in(f"止めた方 {name}", s.text_of(told))


def test_correction_of_what_was_stopped(stack):
    """It goes to those who have the error, and to nobody else (Art. 13-3)."""
    subject = "途中で止めた誤り"
    right = "正しくは十時からです。"
    with settings(stack, f'\nshard_size = "{SHARD_SIZE}"\n'):
        import_more(stack)
        request = start_release(stack, subject)
        town.answer(stack, "kosodate-chief", request, "停止 時刻が違います")
        town.wait_state(stack, subject, town.STOPPED)
        served = settle(stack, subject) * SHARD_SIZE
        town.wait_broadcast(stack, subject, served)
        told = stack.wait_mail("kosodate-chief", lambda mail: subject in str(mail["Subject"])
                               and "配信停止" in str(mail["Subject"]))
        check_in("届いたかもしれない方に\nだけ配信します", s.text_of(told), "whom it would go to")
        town.answer(stack, "kosodate-chief", told, right)
        request = town.request_for(stack, "kosodate-chief", "【訂正】" + subject)
        check_in(f"利用者   {served} 人", s.text_of(request), "how many")
        check_in("訂正の宛先 途中で止めた配信の訂正のため", s.text_of(request), "whom it goes to")
        town.answer(stack, "kosodate-chief", request, "承認")
        town.wait_state(stack, "【訂正】" + subject, town.RELEASED, 120)
        mails = town.wait_broadcast(stack, "【訂正】" + subject, served)
    check_equal(sorted(s.receiver_of(mail) for mail in mails),
                sorted(s.receiver_of(mail) for mail in town.broadcast(stack.sink(), subject)),
                "who has the correction, and who has the error")
    check_in(f"宛先     {served} 人", s.text_of(stack.wait_mail(
        "kosodate-chief", lambda mail: "【配信完了】【訂正】" + subject
        in str(mail["Subject"]))), "the report")


def test_stopped_before_it_goes_out(stack):
    subject = "配信前の停止"
    with suspended(stack, town.BOSAI):
        request = hold_approved(stack, subject)
        stack.kairanctl("stop", str(town.draft_id(stack, subject)), "--reason", "取りやめ")
        check_equal(town.state_of(stack, subject), town.WITHDRAWN)
        check_equal(numbers_in(stack, "bosai-staff1", subject),
                    {"すでに送った": 0, "送ったか確認中": 0, "送っていない": town.SUBSCRIBERS})
        town.answer(stack, "bosai-chief", request, "承認")
    check_equal(town.state_of(stack, subject), town.WITHDRAWN)
    check_equal(len(town.broadcast(stack.sink(), subject)), 0, "mails")


def test_a_stop_is_never_too_late(stack):
    """The token of the request has run out; the draft has not gone out."""
    subject = "期限後の停止"
    with suspended(stack, town.BOSAI):
        request = hold_approved(stack, subject)
        stack.move_clock(4 * DAY)
        town.answer(stack, "bosai-chief", request, "停止")
        town.wait_state(stack, subject, town.WITHDRAWN)


def hold_approved(stack, subject):
    """Held before (the draft cannot be taken while suspended), approved now."""
    stack.kairanctl("resume", town.BOSAI)
    request = hold(stack, subject)
    suspend(stack, town.BOSAI)
    town.answer(stack, "bosai-chief", request, "承認")
    town.wait_state(stack, subject, town.APPROVED)
    return request


def suspension_mails(stack, person, mark, part):
    return [mail for mail in stack.imap(person)
            if f"【{mark}】" in str(mail["Subject"]) and part in str(mail["Subject"])]


def wait_suspension_mail(stack, person, mark, part):
    """Exactly one."""
    stack.wait_for(lambda: suspension_mails(stack, person, mark, part),
                   what=f"a mail {mark} to {person}")
    found = suspension_mails(stack, person, mark, part)
    check_equal(len(found), 1, f"{mark} to {person}")
    return s.text_of(found[0])


def standing(stack):
    return json.loads(stack.kairanctl("suspend", "--list", "--json").stdout)


def test_planned_and_told(stack):
    """It begins and ends by itself; the people of that section are told before, then and after."""
    begin = stack.now() + datetime.timedelta(hours=2)
    done = suspend(stack, town.BOSAI, "--from", "2h", "--until", "3h", "--notify",
                   reason="予定された保守")
    check_in("planned:", done.stdout)
    check_in("nothing is suspended", done.stdout)
    check_equal([(row["broadcast"], row["planned"], row["notify"]) for row in standing(stack)],
                [(town.BOSAI, True, True)])
    for person in ("bosai-chief", "bosai-deputy", "bosai-staff1", "bosai-staff2"):
        told = wait_suspension_mail(stack, person, "一時停止の予定", "防災情報")
        for part in ("予定された保守", begin.strftime("%H:%M"),
                     (begin + datetime.timedelta(hours=3)).strftime("%H:%M"), "第7条"):
            check_in(part, told, person)
    check_equal(at_rcpt(stack, "bosai-staff1", town.BOSAI)[0], 250, "until then all goes on")
    stack.move_clock(2 * HOUR)
    stack.wait_for(lambda: not standing(stack)[0]["planned"], what="the beginning")
    wait_suspension_mail(stack, "bosai-staff1", "一時停止の開始", "防災情報")
    check_equal(at_rcpt(stack, "bosai-staff1", town.BOSAI)[0], 451, "while it lasts")
    check_equal(at_rcpt(stack, "kosodate-staff1", town.KOSODATE)[0], 250, "another one")
    stack.move_clock(3 * HOUR)
    wait_suspension_mail(stack, "bosai-chief", "一時停止の終了", "防災情報")
    check_equal(at_rcpt(stack, "bosai-staff1", town.BOSAI)[0], 250, "afterwards")
    check_equal(suspension_mails(stack, "kosodate-chief", "一時停止の予定", ""), [],
                "nobody of another section")
    actions = [row["action"] for row in stack.store(
        "SELECT action FROM audit WHERE detail LIKE ? ORDER BY seq", f"{town.BOSAI}%")
        if row["action"] in ("plan suspension", "suspend", "resume")][-3:]
    check_equal(actions, ["plan suspension", "suspend", "resume"], "the trail")


def test_a_plan_is_called_off(stack):
    suspend(stack, "--from", "1d", "--notify", reason="点検")
    for person in ("bosai-staff1", "kosodate-chief"):
        wait_suspension_mail(stack, person, "一時停止の予定", "すべての配信")
    told = stack.wait_mail("kosodate-staff2", lambda mail: str(mail["Subject"]) ==
                           "[Suspension planned] all broadcasts")
    check_in("no drafts are taken", s.text_of(told))
    stack.kairanctl("resume")
    check_equal(standing(stack), [])
    wait_suspension_mail(stack, "bosai-staff1", "一時停止の取りやめ", "すべての配信")
    stack.move_clock(DAY)
    check_equal(at_rcpt(stack, "bosai-staff1", town.BOSAI)[0], 250)


def test_told_although_the_daemon_was_down(stack):
    """Both its beginning and its end fell into that time: told late, once, and in order."""
    suspend(stack, town.KOSODATE, "--from", "1h", "--until", "1h", "--notify", reason="夜間の作業")
    wait_suspension_mail(stack, "kosodate-chief", "一時停止の予定", "子育て情報")
    stack.stop("milter")
    stack.move_clock(5 * HOUR)
    stack.start("milter")
    wait_suspension_mail(stack, "kosodate-chief", "一時停止の終了", "子育て情報")
    wait_suspension_mail(stack, "kosodate-chief", "一時停止の開始", "子育て情報")
    stack.kill9("milter")
    stack.start("milter")
    check_equal(at_rcpt(stack, "kosodate-staff1", town.KOSODATE)[0], 250)
    check_equal(len(suspension_mails(stack, "kosodate-chief", "一時停止の終了", "子育て情報")), 1)


def test_told_when_the_directory_is_back(stack):
    stack.stop("slapd")
    suspend(stack, town.KOSODATE, "--notify", reason="名簿の停止")
    stack.wait_for(lambda: "will be told of a suspension later" in stack.log(), what="a try")
    stack.start("slapd")
    stack.move_clock(60)
    stack.wait_for(lambda: len(suspension_mails(stack, "kosodate-chief", "一時停止の開始",
                                                "子育て情報")) == 2, what="the mail")
    stack.kairanctl("resume", town.KOSODATE)


def test_plans_that_cannot_be(stack):
    for args, words in ((("--from", "2020-01-01 09:00"), "has passed"),
                        (("--from", "tomorrow"), "--from wants a time"),
                        (("--from", "2h", "--until", stack.now().strftime("%Y-%m-%d %H:%M")),
                         "has passed")):
        done = stack.kairanctl("suspend", *args, "--reason", "x", check=False)
        check_equal(done.returncode, os.EX_USAGE, str(args))
        check_in(words, done.stderr)
    later = (stack.now() + datetime.timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")
    done = stack.kairanctl("suspend", "--from", "3h", "--until", later, "--reason", "x", check=False)
    check_equal(done.returncode, os.EX_USAGE)
    check_in("before it begins", done.stderr)


if __name__ == "__main__":
    tap.main(globals())
