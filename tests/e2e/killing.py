"""Killing servers, and what goes on meanwhile: a client that tries again, a wait that has the MTA
look through its queue."""
import os
import pathlib
import signal
import smtplib
import time

SERVERS = ("slapd", "dovecot", "mta", "milter")


def state_of_process(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def send_signal(pid, number):
    """To a process that may be gone: a stopped kairanctl is hung up on when its MTA dies."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def children_of(pid):
    return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()]


def kill_mta(stack):
    """The MTA and all its processes at once, as a crash of the machine would."""
    master = stack.pid("mta")
    os.kill(master, signal.SIGSTOP)
    for pid in [*children_of(master), master]:
        send_signal(pid, signal.SIGKILL)
    stack.wait_for(lambda: stack.pid("mta") is None, 10, "the end of the MTA")


def submit_until_taken(stack, user, to, mail):
    """As a client that keeps trying in its outbox."""
    end = time.monotonic() + stack.BUSY
    while time.monotonic() < end:
        try:
            replies = stack.submit(user, to, mail)
            if replies.final is not None and replies.final[0] == 250:
                return
            told = [replies.mail, *replies.recipients.values(), replies.final]
            if any(reply is not None and reply[0] >= 500 for reply in told):
                raise AssertionError(f"refused for good: {replies}")
        except (OSError, smtplib.SMTPException):
            pass
            stack.wait_for(lambda: all(map(stack.pid, SERVERS)), what="the servers")
    raise TimeoutError("nothing was taken")


def progress(stack):
    """What changes while the MTA does something."""
    return len(stack.sink_files()), len(stack.mta_log())


def wait_with_flushes(stack, condition, seconds, what):
    """Wait as stack.wait_for() does, with an MTA that looks through its queue now and then as a
    real one does: what was being delivered when it was killed is tried again. Not so often
    that it does nothing else. The time begins anew while the MTA is at work, but not for ever."""
    begin = time.monotonic()
    end, before = begin + seconds, progress(stack)
    while time.monotonic() < end:
        try:
            stack.peek(condition, 4)
            return
        except TimeoutError:
            stack.flush()
        if progress(stack) != before:
            before = progress(stack)
            end = min(time.monotonic() + seconds, begin + 10 * seconds)
    raise TimeoutError(f"{what} did not come within {time.monotonic() - begin:.0f} s")
