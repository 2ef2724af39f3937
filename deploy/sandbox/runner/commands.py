"""What `run` can do once the corridor is up: send one more, break the peer; and bring everything to an end."""

import os
import signal
import time

import feed
import story
from state import CURRENCY, Failure, other
from steps import wait_until

PARTIES = {
    "home": ({"name": "Tan Wei Ling", "street": "Upper Thomson Road", "building": "301", "post_code": "574424", "town": "Singapore",
              "country": "SG", "identification": "X2041178B"}, "SGW300417729104", "MERLSGSG"),
    "away": ({"name": "Kanya Srisawat", "street": "Nimmanhaemin Road", "building": "12/4", "post_code": "50200", "town": "Chiang Mai",
              "country": "TH", "identification": "9502300411876"}, "THW550128834461", "CHAOTHBK"),
}
IN_DOUBT_SECONDS = 60


def make_payment(payer, amount, fixed="source", account=None, remittance="Sent by hand from the sandbox"):
    payee = other(payer)
    debtor, debtor_account, debtor_agent = PARTIES[payer]
    creditor, creditor_account, creditor_agent = PARTIES[payee]
    return {
        "end_to_end_id": "HAND-" + time.strftime("%Y%m%d-%H%M%S", time.gmtime()),
        "debtor": debtor, "debtor_account": debtor_account, "debtor_agent": debtor_agent,
        "creditor": creditor, "creditor_account": account or creditor_account, "creditor_agent": creditor_agent,
        "fixed_side": fixed, "source_currency": CURRENCY[payer], "target_currency": CURRENCY[payee],
        fixed + "_amount": amount, "purpose": "OTHR", "remittance": remittance,
    }


def send(services, steps, options):
    payer = getattr(options, "from")
    payment = make_payment(payer, options.amount, options.fixed, options.account, options.remittance)
    entry = _pay(services, steps, {"from": payer, "quote": not options.no_quote, "payment": payment}, options.no_quote)
    if entry.outcome == "settled":
        story.tell(services, steps, entry)
    story.show_end(services, steps, entry)
    return 0 if entry.outcome == "settled" else 1


def _pay(services, steps, line, no_quote=False):
    if no_quote:
        line.pop("quote")
    entry = feed.Entry(1, line)
    feed.Feed(services, steps).run([entry])
    return entry


def break_peer(services, steps):
    """A refusal, then a payment whose answer does not come: the peer is stopped in the middle and goes on later."""
    steps.say()
    steps.say("1. A refusal: the payee's account is closed.")
    payment = make_payment("home", "120.00", account="CLOSED000117", remittance="To a closed account")
    refused = _pay(services, steps, {"from": "home", "quote": True, "expect": "rejected", "code": "AC04", "payment": payment})
    story.show_end(services, steps, refused)
    steps.say()
    steps.say("2. A payment in doubt: the gateway away is stopped (SIGSTOP), so the message leaves and no answer comes.")
    process = services.gateway_process("away")
    pid = process.pid()
    if pid is None:
        raise Failure("the gateway away does not run", process.log)
    follow = feed.Feed(services, steps)
    entry = feed.Entry(1, {"from": "home", "quote": True, "payment": make_payment("home", "250.00", remittance="While the peer is broken")})
    quote = follow.quote(entry)
    _signal_all(pid, signal.SIGSTOP)
    try:
        follow.submit(entry, quote)
        in_doubt = wait_until(lambda: _outcome(services, entry) == "in_doubt", IN_DOUBT_SECONDS, 0.1)
        steps.say(f"  {entry.uetr}: {_outcome(services, entry)}; the payer's lock stays, no time turns it into a rejection")
    finally:
        _signal_all(pid, signal.SIGCONT)
    steps.say("  the gateway away goes on (SIGCONT); the stored message is sent again, and its answer decides")
    wait_until(lambda: _outcome(services, entry) in feed.OUTCOMES, IN_DOUBT_SECONDS, 0.1)
    entry.outcome = _outcome(services, entry)
    if entry.outcome == "settled":
        story.tell(services, steps, entry)
    story.show_end(services, steps, entry)
    return 0 if in_doubt and entry.outcome == "settled" and refused.is_as_expected() else 1


def _outcome(services, entry):
    return services.wallets[entry.gateway].ask(do="status", uetr=entry.uetr)["outcome"]


def _signal_all(pid, number):
    """The supervisor and its workers are one session."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        pass
