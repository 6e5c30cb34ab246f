#!/usr/bin/env python3
"""Starts that must not be: a second daemon on a store or a socket that is in use, and one to
which the system does not give what it needs. It says why, ends, and has changed nothing."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import threading
import unittest

import second_daemon
import stack as s
import tap
import town
from tap import check_equal, check_in

OSERR = 71
TEMPFAIL = 75

# The thread whose number is in FAIL_THREAD is not made, and nobody can make it later.
FAIL_THREAD = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
    static int count;
    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        dlsym(RTLD_NEXT, "pthread_create");

    if (__atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST) == atoi(getenv("FAIL_THREAD")))
        return EAGAIN;
    return next(thread, attr, run, arg);
}
"""


def shards(stack, subject):
    return [tuple(row) for row in stack.store(
        "SELECT shard.* FROM shard JOIN draft ON draft.id = shard.draft WHERE subject = ?",
        subject)]


def test_a_second_daemon_takes_no_work(stack):
    """Under the same settings, under others that name the same store, and by a link to it,
    while a shard is being handed over: it stays the first one's."""
    subject = "二つ目のデーモン"
    store = pathlib.Path(stack.env["KAIRAN_STORE"])
    link = store.with_name("link.db")
    link.symlink_to(store)
    stack.move_clock_to(10)
    due = stack.now().strftime("%Y-%m-%d")
    town.draft(stack, "bosai-staff1", subject, f"配信日時: {due} 11:00\n避難所は学校です。")
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
    town.wait_state(stack, subject, town.APPROVED)
    with stack.silent_mta() as silent:
        stack.move_clock_to(11)
        town.wait_state(stack, subject, town.RELEASING)
        links = [silent.accept()[0]]
        before = stack.wait_for(lambda: shards(stack, subject), what="the shard")
        for conf in (stack.env["KAIRAN_CONF"],
                     second_daemon.settings(stack, store_path=store),
                     second_daemon.settings(stack, store_path=link)):
            status, said = second_daemon.run(stack, conf)
            check_equal(status, OSERR, said)
            check_in("store", said)
        # Somebody has taken the lock for a left-over.
        store.with_name(store.name + ".lock").unlink()
        status, said = second_daemon.run(stack, second_daemon.settings(stack, store_path=store))
        check_equal(status, OSERR, said)
        check_in("another kairan", said)
        check_equal(shards(stack, subject), before)
        check_equal((stack.directory / "second" / "pid").exists(), False, "a pid file")
    for one in links:
        one.close()
    link.unlink()
    stack.move_clock(15 * 60)
    town.wait_state(stack, subject, town.RELEASED, 60)
    check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)


def test_another_store_on_the_same_socket(stack):
    """The socket of the one that runs stays, and its store is not touched."""
    conf = second_daemon.settings(stack, milter_socket=stack.directory / "run" / "milter.sock")
    status, said = second_daemon.run(stack, conf)
    check_equal(status, OSERR, said)
    check_in("another daemon listens", said)
    check_equal((stack.directory / "second" / "kairan.db").exists(), False, "a store was made")
    town.draft(stack, "bosai-staff1", "同じソケット")


def test_no_restore_beside_a_daemon(stack):
    """Whatever socket it has: what counts is the store."""
    copy = stack.directory / "run" / "copy.db"
    store = pathlib.Path(stack.env["KAIRAN_STORE"])
    stack.kairanctl("backup", str(copy))
    conf = second_daemon.settings(stack, store_path=store)
    before = store.stat().st_ino
    done = stack.kairanctl("-c", str(conf), "restore", str(copy), check=False)
    check_equal(done.returncode, TEMPFAIL, done.stderr)
    check_in("stop the daemon", done.stderr)
    check_equal(store.stat().st_ino, before)
    copy.unlink()


def test_a_thread_that_cannot_be_made(stack):
    """Each of them in turn. What was started ends again, and leaves no file of a daemon."""
    if b"__asan_init" in (s.BUILD / "kairan-milter").read_bytes():
        raise unittest.SkipTest("the sanitizer's library must be the first")
    env = second_daemon.preload(stack, "fail-thread", FAIL_THREAD)
    folder = stack.directory / "second"
    shutil.rmtree(folder, ignore_errors=True)
    conf = second_daemon.make_store(stack, second_daemon.settings(stack))
    for number in range(1, 100):
        daemon = second_daemon.start(stack, conf, FAIL_THREAD=str(number), **env)
        said = []
        try:
            for line in daemon.stderr:
                said.append(line)
                if re.search(r"\bready\b", line) and number > 8:
                    daemon.send_signal(signal.SIGTERM)
            status = daemon.wait()
        finally:
            daemon.kill()
            daemon.wait()
        check_equal(sorted(path.name for path in folder.iterdir()
                           if path.name in ("pid", "milter.sock")), [], "left behind")
        if status == 0:
            break
        check_equal(status, OSERR, "".join(said))
    print(f"# {number - 1} threads", flush=True)
    check_equal(number > 8, True, f"{number} threads are too few: {said}")


def test_descriptors_run_short(stack):
    """The administrators hear of it before drafts wait without a word."""
    folder = stack.directory / "second"
    shutil.rmtree(folder, ignore_errors=True)
    conf = second_daemon.make_store(stack, second_daemon.settings(stack))
    daemon = second_daemon.start(stack, conf, before=("prlimit", "--nofile=40:96"))
    reader = threading.Thread(target=daemon.stderr.read)
    links = []

    def reason():
        with contextlib.closing(sqlite3.connect(f"file:{folder}/kairan.db?mode=ro",
                                                uri=True)) as store:
            return [row[0] for row in store.execute("SELECT reason FROM alarm")]

    def look():
        stack.move_clock(61)
        daemon.send_signal(signal.SIGHUP)
        return True

    try:
        for line in daemon.stderr:
            if "ready" in line:
                break
        with open(f"/proc/{daemon.pid}/limits", encoding="ascii") as limits:
            check_equal(re.search(r"Max open files\s+(\d+)", limits.read())[1], "96")
        # A pipe that nobody reads would stop it.
        reader.start()
        for _ in range(60):
            link = socket.socket(socket.AF_UNIX)
            link.connect(str(folder / "milter.sock"))
            links.append(link)
        stack.wait_for(lambda: look() and "descriptors" in reason(), what="the alarm")
        for link in links:
            link.close()
        stack.wait_for(lambda: look() and "descriptors" not in reason(), what="its end")
    finally:
        daemon.terminate()
        daemon.wait()
        if reader.ident is not None:
            reader.join()


DESCRIPTORS = 64


def test_no_descriptor_is_left(stack):
    """A draft that comes at that moment is put off; the administrators hear of it, though at that
    moment nothing can be noted."""
    subject = "開けるファイルがない"
    octets = s.octets_of(s.make_mail("bosai-staff1", town.BOSAI, subject, "本文"))

    def alarms():
        return [row["reason"] for row in stack.store("SELECT reason FROM alarm")]

    begun = len(stack.log())
    with stack.milter_by("prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}"):
        pid = stack.pid("milter")
        with stack.connect(int(stack.env["KAIRAN_SUBMISSION_PORT"]), "bosai-staff1") as smtp:
            smtp.mail("bosai-staff1@town.example")
            check_equal(smtp.rcpt(town.BOSAI)[0], 250)
            check_equal(smtp.docmd("DATA")[0], 354)
            with contextlib.ExitStack() as links:
                for _ in range(DESCRIPTORS):
                    link = links.enter_context(socket.socket(socket.AF_UNIX))
                    link.connect(str(stack.directory / "run" / "milter.sock"))
                stack.wait_for(lambda: len(os.listdir(f"/proc/{pid}/fd")) >= DESCRIPTORS,
                               what="the last descriptor")
                smtp.send(octets + b"\r\n.\r\n")
                check_equal(smtp.getreply()[0], 451)
                before = stack.log().count("descriptors")
                stack.move_clock(61)
                stack.wait_for(lambda: stack.log().count("descriptors") > before, what="a look")
        check_equal(town.state_of(stack, subject), None)
        check_equal(stack.pid("milter"), pid, "the daemon")
        stack.wait_for(lambda: len(os.listdir(f"/proc/{pid}/fd")) < DESCRIPTORS // 2,
                       what="descriptors")
        # The next look may end it.
        stack.move_clock(61)
        stack.wait_for(lambda: "warning: alarm descriptors open" in stack.log()[begun:],
                       what="the alarm")
        stack.wait_for(lambda: stack.move_clock(61) or "descriptors" not in alarms(),
                       what="its end")
        town.draft(stack, "bosai-staff1", subject)
        town.request_for(stack, "bosai-chief", subject)


def test_a_password_that_is_none(stack):
    """The directory would take an empty one for nobody's, and a cut one for a wrong one."""
    secret = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("other.password")
    store = pathlib.Path(stack.env["KAIRAN_STORE"])
    conf = second_daemon.settings(stack, ldap_password_file=secret)
    for octets, mode, word in (("kairan\n", 0o644, "others may read"), ("\n", 0o600, "no password"),
                               ("x" * 1023 + "\n", 0o600, "longer than 1022")):
        secret.write_text(octets, encoding="ascii")
        secret.chmod(mode)
        os.chown(secret, store.stat().st_uid, store.stat().st_gid)
        status, said = second_daemon.run(stack, conf)
        check_equal(status, OSERR, said)
        check_in("ldap_password_file", said)
        check_in(word, said)
    secret.unlink()


def test_what_others_may_read(stack):
    """Settings and the store are for kairan alone."""
    conf = second_daemon.make_store(stack, second_daemon.settings(stack))
    for mode in (0o644, 0o642):
        conf.chmod(mode)
        status, said = second_daemon.run(stack, conf)
        check_equal(status, os.EX_CONFIG, said)
        check_in("others may read or write it", said)
    conf.chmod(0o640)
    (stack.directory / "second" / "kairan.db").chmod(0o644)
    daemon = second_daemon.start(stack, conf)
    try:
        said = next(line for line in daemon.stderr if "the store is shut" in line)
        check_in("others may read or write", said)
    finally:
        daemon.terminate()
        daemon.stderr.read()
        daemon.wait()


def test_where_others_may_write(stack):
    """Whoever may write to a folder exchanges what is in it, however that is kept."""
    folder = stack.directory / "second"
    conf = second_daemon.make_store(stack, second_daemon.settings(stack))
    user = stack.env["KAIRAN_STACK_USER"]
    texts = folder / "texts"
    template_dir = re.findall(r'(?m)^template_dir = "(.*)"', conf.read_text(encoding="utf-8"))
    shutil.rmtree(texts, ignore_errors=True)
    shutil.copytree(template_dir[0], texts)
    keys = folder / "keys"
    keys.mkdir(exist_ok=True)
    key = shutil.copy(re.findall(r'(?m)^key_file = "(.*)"', conf.read_text(encoding="utf-8"))[0],
                      keys / "token.keys")
    for path in (keys, pathlib.Path(key)):
        shutil.chown(path, user)
    socket = folder / "socket"
    socket.mkdir(exist_ok=True)
    shutil.chown(socket, user)
    with open(conf, "a", encoding="utf-8") as file:
        file.write(f'template_dir = "{texts}"\nkey_file = "{key}"\n'
                   f'milter_socket = "{socket}/milter.sock"\n')
    for setting, path in (("template_dir", texts), ("template_dir", texts / "ja"),
                          ("template_dir", texts / "ja" / "request.txt"),
                          ("key_file", keys), ("milter_socket", socket)):
        mode = path.stat().st_mode & 0o777
        path.chmod(mode | 0o002)
        status, said = second_daemon.run(stack, conf)
        path.chmod(mode)
        check_equal(status, os.EX_CONFIG, said)
        check_in(f"{setting}: others may write to {path}; chmod o-w", said)
    # The store's own: it is shut, and other mail passes.
    folder.chmod(0o777)
    with contextlib.suppress(FileNotFoundError):
        (folder / "milter.sock").unlink()
    conf.write_text(re.sub(r"(?m)^(template_dir|key_file|milter_socket) = .*second.*$", "",
                           conf.read_text(encoding="utf-8")), encoding="utf-8")
    status, said = second_daemon.run(stack, conf)
    check_equal(status, os.EX_CONFIG, said)
    check_in(f"audit_key_file: others may write to {folder}", said)
    folder.chmod(0o755)


def test_a_stores_folder_that_others_may_write_to(stack):
    folder = stack.directory / "second" / "store"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.chown(folder, stack.env["KAIRAN_STACK_USER"])
    conf = second_daemon.make_store(stack, second_daemon.settings(
        stack, store_path=folder / "kairan.db"))
    folder.chmod(0o777)
    daemon = second_daemon.start(stack, conf)
    try:
        said = next(line for line in daemon.stderr if "the store is shut" in line)
        check_in(f"store_path: others may write to {folder}; chmod o-w", said)
    finally:
        daemon.terminate()
        daemon.stderr.read()
        daemon.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    tap.main(globals())
