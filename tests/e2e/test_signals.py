"""A signal at every commit and every step of a hand-over, from a draft's arrival to the last
subscriber: whoever asks the daemon to end, or to read its settings anew, loses nothing and sends
nothing twice; it ends by itself, and a reload ends nothing.

test_kill.py's way and points, with few subscribers."""
import os
import signal

import test_kill as kill

# What follows is imported for the build that has the points.
import tap  # noqa: E402
from tap import check_equal  # noqa: E402

kill.SUBSCRIBERS, kill.ENGLISH = 75, 20
kill.SETTINGS = """
shard_size = "40"
receipt_wait = "3s"
retry_first = "1s"
retry_most = "1s"
"""


class Sender(kill.Killer):
    """Sends a signal to the program that has stopped at the point, and lets it go on."""

    def kill(self):
        pid = int((kill.folder(self.stack) / "stopped").read_text())
        daemon = self.stack.pid("milter")
        while kill.state_of_process(pid) not in ("T", None):
            os.sched_yield()
        kill.send_signal(pid, self.victim)
        kill.send_signal(pid, signal.SIGCONT)
        if pid == daemon and self.victim != signal.SIGHUP:
            # A busy machine's daemon; what it has begun is done, or waits for the next one.
            self.stack.wait_for(lambda: self.stack.pid("milter") is None, what="the daemon's end")
            self.stack.start("milter")
        elif pid == daemon:
            check_equal(self.stack.pid("milter"), daemon, "the daemon")
        self.stack.flush()


def signal_everywhere(stack, number):
    kill.prepare(stack)
    if not kill.PASSED:
        kill.test_undisturbed(stack)
    reached, failures = 0, []
    for point, passes in kill.choose(kill.PASSED, "signal"):
        sender = Sender(stack, point, passes, number)
        try:
            kill.run_once(stack, f"{number.name} {point} {passes}", sender)
        except Exception as failure:
            failures.append(f"{point} {passes}: {failure}")
        reached += sender.reached
    tap.comment(f"{number.name} at {reached} points")
    check_equal(failures, [], "what ended differently")
    check_equal(reached >= len(set(kill.PASSED)) * 3 // 4, True, "points were reached")


def test_term(stack):
    signal_everywhere(stack, signal.SIGTERM)


def test_hup(stack):
    signal_everywhere(stack, signal.SIGHUP)


if __name__ == "__main__":
    kill.build()
    tap.main(globals())
