#!/usr/bin/env python3
"""From the MTA to the last phone: carriers that are slow or strict get all of a release once, and
one that is dead keeps back its own subscribers' mail alone. (How long it takes is measured by
tests/bench/delivered.py.)"""
import collections
import os

from carriers import DEAD, Carrier, Carriers
import tap
import town
from tap import check_equal

DEAD_DOMAIN = "dead.example"
CARRIERS = {"plain.example": Carrier(),
            "slow.example": Carrier(delay=10),
            "busy.example": Carrier(connections=1),
            "strict.example": Carrier(recipients=15),
            DEAD_DOMAIN: DEAD}
COUNT = 200
SUBJECT = "全員に届く"


def subscribe(stack):
    """COUNT people of these carriers, two fifths of them the dead one's; bosai@ sends to them."""
    living = [domain for domain in CARRIERS if domain != DEAD_DOMAIN]
    people = [f"k{n}@{DEAD_DOMAIN if n % 5 < 2 else living[n % len(living)]}"
              for n in range(COUNT)]
    file = stack.directory / "delivered.csv"
    file.write_text("address\n" + "\n".join(people) + "\n", encoding="ascii")
    os.chmod(file, 0o644)
    stack.kairanctl("subscribers", "import", "--list", "delivered", "--new-list",
                    str(file.resolve()))
    stack.ldapmodify("dn: cn=bosai,ou=broadcasts,dc=town,dc=example\nchangetype: modify\n"
                     "replace: kairanList\nkairanList: delivered\n")
    stack.wait_for(lambda: stack.store("SELECT 1 FROM snapshot WHERE list = 'delivered'"),
                   what="the list's broadcast")
    return people


def wait_got(stack, carriers, wanted):
    """Until all of them have it; everybody at all who has it has it once."""
    def count():
        return collections.Counter(arrival.recipient for arrival in carriers.arrivals())

    def all_have_it():
        stack.flush()
        return set(wanted) <= set(count())

    stack.wait_for(all_have_it, 60, f"mail for {len(wanted)} subscribers")
    found = count()
    check_equal([who for who, count in found.items() if count != 1], [], "who got it twice")
    check_equal(set(found), set(wanted), "who got it")


def test_a_dead_carrier_holds_up_nobody_else(stack):
    people = subscribe(stack)
    dead = [who for who in people if who.endswith(DEAD_DOMAIN)]
    with Carriers(stack.directory, CARRIERS) as carriers, \
         stack.mta_tools.routed(carriers.hosts, carriers.port):
        town.draft(stack, "bosai-staff1", SUBJECT, "避難所を開設しました。")
        town.answer(stack, "bosai-chief", town.request_for(stack, "bosai-chief", SUBJECT), "承認")
        town.wait_state(stack, SUBJECT, town.RELEASED)
        wait_got(stack, carriers, [who for who in people if who not in dead])
        stack.wait_for(lambda: sorted(stack.mta_tools.waiting()) == sorted(dead),
                       what="a queue that has the dead carrier's mail and no other")
        with carriers.changed({DEAD_DOMAIN: Carrier()}):
            wait_got(stack, carriers, people)
            stack.wait_for(stack.queue_is_empty, what="an empty queue")


if __name__ == "__main__":
    tap.main(globals())
