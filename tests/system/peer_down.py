"""A peer or a wallet that does not answer: payments wait or are in doubt, and are resolved when it comes back."""

import json
import signal

from bad_events import payment_row, set_in
from payer import Payer, changed_event
from stage import expect, expect_equal, scenario, wait_until

STOPPED_PAYMENTS = 5


def state_of(corridor, uetr, gateway="home"):
    return corridor.value(gateway, f"select state from pontis.instruction where uetr = '{uetr}'")


def await_state(corridor, uetr, state, gateway="home", seconds=30):
    wait_until(f"payment {uetr} is {state} at {gateway}", lambda: state_of(corridor, uetr, gateway) == state, seconds)


@scenario
def peer_stopped(stage):
    """The peer hangs (SIGSTOP): payments are in doubt, nothing ends them but its answer, and all settle once it goes on."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    corridor.kill_gateway("away", signal.SIGSTOP)
    try:
        uetrs = [payer.order(payer.payment(f"{number}.00")) for number in range(10, 10 + STOPPED_PAYMENTS)]
        for uetr in uetrs:
            wait_until(f"{uetr} is in doubt", lambda uetr=uetr: payer.status(uetr)["outcome"] == "in_doubt")
            expect_equal(payer.status(uetr)["lock"], "held", "the payer's lock")
        leave_alone(payer, uetrs[0])
    finally:
        corridor.kill_gateway("away", signal.SIGCONT)
    for uetr in uetrs:
        expect_equal(payer.await_end(uetr, 60)["outcome"], "settled", f"outcome of {uetr}")
        expect_equal(corridor.value("away", f"select count(*) from pontis.instruction where uetr = '{uetr}' and state = 'CREDITED'"), "1", "credits")


def leave_alone(payer, uetr):
    """What cannot be honoured any more touches the living payment in no way: a cancellation, and its id with other content."""
    corridor = payer.corridor
    state, refusals = payment_row(corridor, uetr), len(payer.refusals())
    cancel = payer.wallet.ask(do="cancel", uetr=uetr)["id"]
    other = changed_event(payer.event_bytes(uetr), set_in("data", "payment", "remittance", value="Other words"))
    payer.produce(other)
    wanted = {(cancel, "cancel.too_late"), (json.loads(other)["id"], "event.collision")}
    wait_until("both are refused", lambda: {(one["id"], one["rule"]) for one in payer.refusals()[refusals:]} >= wanted)
    left = payment_row(corridor, uetr)
    for column in ("state", "source_amount", "target_amount", "reason_code"):
        expect_equal(left[column], state[column], f"{column} of the living payment")
    expect_equal(payer.status(uetr)["lock"], "held", "the payer's lock")


@scenario
def peer_down(stage):
    """The peer is down: payments wait unsent and can still be called off; when it is up again the others settle."""
    corridor = stage.corridor()
    services = corridor.start()
    payer = Payer(corridor)
    services.gateway_process("away").stop()
    try:
        first = payer.order(payer.payment("21.00"))
        wait_until("the first sending fails", lambda: not_sent(corridor, first))
        waiting, called_off = payer.order(payer.payment("22.00")), payer.order(payer.payment("23.00"))
        for uetr in (waiting, called_off):
            await_state(corridor, uetr, "RESERVED")
            expect_equal(messages_of(corridor, uetr), "0", f"messages of the waiting payment {uetr}")
        payer.wallet.ask(do="cancel", uetr=called_off)
        expect_equal(payer.await_end(called_off)["outcome"], "cancelled", "outcome of what was called off")
        wait_until("its lock is released", lambda: payer.status(called_off)["lock"] == "released")
        expect_equal(state_of(corridor, waiting), "RESERVED", "state of the one that waits")
    finally:
        corridor.start()
    for uetr in (first, waiting):
        expect_equal(payer.await_end(uetr, 60)["outcome"], "settled", f"outcome of {uetr}")
    expect_equal(messages_of(corridor, called_off), "0", "messages of what was called off")


def not_sent(corridor, uetr):
    return corridor.value("home", f"""
        select count(*) from pontis.attempt_end e join pontis.message m on m.id = e.message join pontis.instruction i on i.id = m.instruction
        where i.uetr = '{uetr}' and e.outcome = 'not_sent'""") != "0"


def messages_of(corridor, uetr):
    return corridor.value("home", f"""
        select count(*) from pontis.message m join pontis.instruction i on i.id = m.instruction where i.uetr = '{uetr}'""")


@scenario
def wallet_silent(stage):
    """The payee's wallet does not answer: the credit is asked for again under its id and never rejected by time."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    payee = Payer(corridor, "away").wallet
    payee.ask(do="set", silent_credits=True)
    try:
        uetr = payer.order(payer.payment("31.00"))
        await_state(corridor, uetr, "CREDIT_IN_DOUBT", "away")
        requests = requests_of(corridor, uetr)
        expect_equal(len(requests), 1, "credit requests, however often published")
        expect(payer.status(uetr)["outcome"] in ("open", "in_doubt"), "the payer was told an end")
    finally:
        payee.ask(do="set", silent_credits=False)
    expect_equal(payer.await_end(uetr, 60)["outcome"], "settled", "outcome")
    expect_equal(requests_of(corridor, uetr), requests, "the one credit request")


def requests_of(corridor, uetr):
    return corridor.rows("away", f"""
        select e.id from pontis.wallet_event e join pontis.instruction i on i.id = e.instruction
        where i.uetr = '{uetr}' and e.type = 'corridor.credit.requested.v1'""")


@scenario
def break_peer(stage):
    """`run break-peer` shows a refusal and a payment in doubt that resolves."""
    corridor = stage.corridor()
    corridor.start()
    said = corridor.run("break-peer").out
    for text in ("rejected AC04", ": in_doubt", ": settled"):
        expect(text in said, f"{text!r} is not told:\n{said}")
