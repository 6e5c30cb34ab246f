#!/usr/bin/env python3
"""A mail system that changes what was approved: before it is expanded nothing goes out, and
afterwards the administrators hear of it."""
import os
import subprocess
import unittest

import stack as s
import tap
import town
from tap import check_equal, check_in

# A filter behind kairan that writes below every text.
FOOTER = """
#include <stdbool.h>
#include <string.h>
#include <libmilter/mfapi.h>

static sfsistat add(SMFICTX *ctx)
{
    static unsigned char text[] = "The town's web page: https://town.example\\r\\n";

    return smfi_replacebody(ctx, text, sizeof(text) - 1) == MI_SUCCESS ? SMFIS_CONTINUE
                                                                       : SMFIS_TEMPFAIL;
}

int main(int argc, char **argv)
{
    static struct smfiDesc description = { .xxfi_name = "footer", .xxfi_version = SMFI_VERSION,
                                           .xxfi_flags = SMFIF_CHGBODY, .xxfi_eom = add };

    if (argc != 2 || smfi_register(description) != MI_SUCCESS ||
        smfi_setconn(argv[1]) != MI_SUCCESS || smfi_opensocket(true) != MI_SUCCESS)
        return 1;
    return smfi_main() == MI_SUCCESS ? 0 : 1;
}
"""


def on_postfix(stack):
    if stack.mta != "postfix":
        raise unittest.SkipTest("it is Postfix's configuration that is changed here")


def alarm(stack, word):
    return stack.wait_mail("sysadmin", lambda mail: word in s.text_of(mail)
                           and "要確認" in str(mail["Subject"]))


def approved(stack, subject):
    town.draft(stack, "bosai-staff1", subject)
    town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")


def test_what_arrives_as_it_was(stack):
    """The copies that come back as receipts are what was approved, in either charset."""
    for charset in ("utf-8", "auto"):
        stack.configure(outgoing_charset=charset)
        subject = f"そのままの配信 {charset}"
        town.draft(stack, "bosai-staff1", subject, "一行目です。\n\n.\nFrom 三行目です。\n最後の行です。")
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", subject), "承認")
        town.wait_state(stack, subject, town.RELEASED)
        rows = stack.wait_for(lambda: town.audit(stack, subject, "receipt"), what="the receipt")
        check_equal([row["outcome"] for row in rows], ["confirmed"], [row["detail"] for row in rows])


def test_a_rewritten_sender_is_held_back(stack):
    """A canonical map on the broadcast's From: nothing goes out; when it is gone, all does."""
    on_postfix(stack)
    subject = "書き換えられた差出人"
    with stack.mta_tools.configured(
            canonical_maps=f"inline:{{ {town.BOSAI}=somebody@town.example }}",
            canonical_classes="header_sender"):
        approved(stack, subject)
        told = s.text_of(alarm(stack, "From が"))
        check_in("somebody@town.example", told)
        check_in("canonical_maps", told)
        check_equal(town.broadcast(stack.sink(), subject), [])
    stack.move_clock(60)
    town.wait_state(stack, subject, town.RELEASED, 60)
    check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)


def test_a_footer_behind_kairan(stack):
    """Residents have a line that nobody approved: the receipt shows it."""
    on_postfix(stack)
    subject = "書き足された一行"
    socket = stack.directory / "run" / "footer.sock"
    program = stack.directory / "run" / "footer"
    subprocess.run([*os.environ.get("CC", "cc").split(), "-x", "c", "-o", str(program), "-",
                    "-lmilter", "-lpthread"], input=FOOTER, text=True, check=True)
    filters = f"unix:{stack.directory}/run/milter.sock, unix:{socket}"
    daemon = subprocess.Popen([str(program), f"unix:{socket}"])
    try:
        stack.wait_for(socket.exists, what="the filter")
        socket.chmod(0o777)
        with stack.mta_tools.configured(smtpd_milters=filters):
            approved(stack, subject)
            town.wait_state(stack, subject, town.RELEASED, 60)
            check_equal(len(town.wait_broadcast(stack, subject)), town.SUBSCRIBERS)
            # The alarm's own text went through the filter, too.
            facts = stack.wait_for(lambda: stack.store(
                "SELECT facts FROM outbox WHERE kind = 'alarm' AND state = 2"
                " AND facts LIKE '%changed-after%'"), what="the alarm")
            check_in("text: line 1", facts[0]["facts"])
            rows = town.audit(stack, subject, "receipt")
            check_equal([row["outcome"] for row in rows], ["changed", "confirmed"])
    finally:
        daemon.terminate()
        daemon.wait()


if __name__ == "__main__":
    tap.main(globals())
