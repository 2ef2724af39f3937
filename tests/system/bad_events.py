"""What a wallet may send by mistake, through the real topic; and what it gets for it."""

import json
import uuid

from payer import Payer, changed_event
from stage import expect, expect_equal, scenario, wait_until

import setup

TOUCHED_BY_REFUSAL = {"input", "input_payload", "wallet_event"}


def deep_event():
    return ('{"a":' * 50 + "1" + "}" * 50).encode()


def with_change(change):
    """Makes bytes of a good event under a new id, changed."""
    def make(good):
        def renew(event):
            event["id"] = str(uuid.uuid4())
            event["subject"] = str(uuid.uuid4())
            event["data"]["lock"]["id"] = str(uuid.uuid4())
            change(event)
        return changed_event(good, renew)
    return make


def set_in(*path, value):
    def change(event):
        for name in path[:-1]:
            event = event[name]
        event[path[-1]] = value
    return change


def drop(*path):
    def change(event):
        for name in path[:-1]:
            event = event[name]
        del event[path[-1]]
    return change


UNREADABLE = [
    # name, bytes out of a good event, rule
    ("no JSON", lambda good: good[:-1], "event.malformed"),
    ("nothing at all", lambda good: b"", "event.malformed"),
    ("not UTF-8", lambda good: good.replace(b"Singapore", b"Singap\xffre"), "event.malformed"),
    ("a member twice", lambda good: good.replace(b'{"specversion"', b'{"id":"x","specversion"', 1), "event.malformed"),
    ("50 levels deep", lambda good: deep_event(), "event.malformed"),
    ("over 64 KiB", lambda good: good + b" " * 65536, "event.malformed"),
    ("an unknown type", with_change(set_in("type", value="wallet.transfer.imagined.v1")), "event.schema"),
    ("no id", with_change(drop("id")), "event.schema"),
    ("no lock", with_change(drop("data", "lock")), "event.schema"),
    ("a lock that is no UUID", with_change(set_in("data", "lock", "id", value="lock-1")), "event.schema"),
    ("an amount as a number", with_change(set_in("data", "payment", "source_amount", value=100)), "event.schema"),
    ("an unknown member", with_change(set_in("data", "payment", "colour", value="red")), "event.schema"),
    ("another version of CloudEvents", with_change(set_in("specversion", value="0.3")), "event.schema"),
]


def expect_untouched(before, after, allowed):
    changed = {name for name in before if before[name] != after[name]}
    expect(changed <= allowed, f"rows were added to {sorted(changed - allowed)}")


@scenario
def unreadable_events(stage):
    """Malformed and schema-invalid events are quarantined with bytes, hash and reason, told, and the stream goes on."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    good = payer.event_bytes(payer.settle())
    wait_until("nothing is under way", lambda: payer.wallet.ask(do="unfinished")["count"] == 0)
    for name, make, rule in UNREADABLE:
        with stage.case(name):
            expect_quarantined(payer, make(good), rule)
    with stage.case("a good event behind all of them, in the same partition"):
        payer.settle()


def expect_quarantined(payer, data, rule):
    corridor, gateway = payer.corridor, payer.gateway
    wait_until("the last payment is at rest", lambda: corridor.value(gateway, "select count(*) from pontis.wallet_event_unpublished") == "0")
    before, books, refusals, alerts = corridor.counts(gateway), corridor.books(gateway), len(payer.refusals()), payer.alerts()
    known = payer.count_inputs(data)
    payer.produce(data)
    row = payer.await_input(data, known + 1)
    expect_equal(row["disposition"], "quarantined", "disposition")
    expect_equal(row["reason"], rule, "reason")
    expect_equal(bytes.fromhex(row["body"] or ""), data, "the bytes that are kept")
    wait_until("the wallet is told", lambda: len(payer.refusals()) > refusals)
    expect_equal(payer.refusals()[-1]["rule"], rule, "rule told to the wallet")
    wait_until("an alert is given", lambda: payer.alerts() == alerts + 1)
    expect_untouched(before, corridor.counts(gateway), TOUCHED_BY_REFUSAL | {"wallet_event_unpublished"})
    expect_equal(corridor.books(gateway), books, "balances")


@scenario
def event_again(stage):
    """The same event again: nothing happens twice, and the wallet is told the same again."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    uetr = payer.settle()
    wait_until("the lock is captured", lambda: payer.status(uetr)["lock"] == "captured")
    data = payer.event_bytes(uetr)
    books, state = corridor.books("home"), payment_row(corridor, uetr)
    for times in (2, 3):
        payer.produce(data)
        row = payer.await_input(data, times)
        expect_equal(row["disposition"], "repeated", "disposition")
    expect_equal(payment_row(corridor, uetr), state, "the payment")
    expect_equal(corridor.books("home"), books, "balances")
    expect_equal(payer.status(uetr)["outcome"], "settled", "the wallet's own view")


def payment_row(corridor, uetr, gateway="home"):
    row, = corridor.rows(gateway, f"select * from pontis.instruction where uetr = '{uetr}'")
    return row


@scenario
def event_with_other_content(stage):
    """The same id with other content: refused and a case, while the payment of that id is untouched."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    uetr = payer.settle()
    books, state = corridor.books("home"), payment_row(corridor, uetr)
    cases = corridor.value("home", "select count(*) from pontis.case_")
    data = changed_event(payer.event_bytes(uetr), set_in("data", "payment", "creditor_account", value="THW000000000001"))
    payer.produce(data)
    row = payer.await_input(data)
    expect_equal((row["disposition"], row["reason"]), ("refused", "event.collision"), "disposition and reason")
    identifier = json.loads(data)["id"]
    wait_until("the wallet is told", lambda: {"id": identifier, "rule": "event.collision", "code": "AM05"} in payer.refusals())
    expect_equal(int(corridor.value("home", "select count(*) from pontis.case_")), int(cases) + 1, "cases")
    expect_equal(payment_row(corridor, uetr), state, "the payment")
    expect_equal(corridor.books("home"), books, "balances")
    expect_equal(payer.status(uetr)["outcome"], "settled", "the wallet's own view")


REJECTED = [
    # name, changes of a good payment, other things of the order, ISO code, field
    ("an unknown corridor", {}, {"corridor": "sg-xx"}, "AG01", "/corridor"),
    ("an unknown currency", {"target_currency": "XXX"}, {}, "AM03", "/payment/target_currency"),
    ("a currency of another corridor", {"target_currency": "MYR"}, {}, "AM03", "/payment/target_currency"),
    ("over the maximum", {"source_amount": "200000.01"}, {}, "AM02", "/payment/source_amount"),
    ("under the minimum", {"source_amount": "0.99"}, {}, "AM06", "/payment/source_amount"),
    ("three decimals", {"source_amount": "100.005"}, {"lock_amount": "200.00"}, "AM12", "/payment/source_amount"),
    ("nothing", {"source_amount": "0.00"}, {"lock_amount": "1.00"}, "AM01", "/payment/source_amount"),
    ("a lock that is too small", {}, {"lock_amount": "99.99"}, "AM04", "/lock/amount"),
    ("no name of the payer", {"debtor__name": None}, {}, "BE04", "/payment/debtor/name"),
    ("no town of the payer", {"debtor__town": None}, {}, "BE07", "/payment/debtor/town"),
    ("nothing that says who the payer is", {"debtor__street": None, "debtor__identification": None}, {}, "BE16", "/payment/debtor"),
    ("no name of the payee", {"creditor__name": None}, {}, "BE22", "/payment/creditor/name"),
    ("no country of the payee", {"creditor__country": None}, {}, "BE04", "/payment/creditor/country"),
    ("no account of the payee", {"creditor_account": None}, {}, "AC03", "/payment/creditor_account"),
    ("no BIC", {"creditor_agent": "bank"}, {}, "RC01", "/payment/creditor_agent"),
    ("letters that ISO 20022 does not carry", {"remittance": "東京"}, {}, "CH11", "/payment/remittance"),
    ("a quote nobody gave", {"quote_id": str(uuid.uuid4())}, {}, "AM09", "/payment/quote_id"),
]


@scenario
def refused_payments(stage):
    """Payments that must not leave are rejected with ISO code and field, and the payer has the money again."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    messages = corridor.value("home", "select count(*) from pontis.message")
    for name, changes, order, code, field in REJECTED:
        with stage.case(name):
            payer.expect_rejected(payer.payment(**changes), code, field, **order)
    expect_equal(corridor.value("home", "select count(*) from pontis.message"), messages, "messages")


@scenario
def refused_quotes(stage):
    """A quote that was used, has expired, is another corridor's or of another amount is refused; a good one settles."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    quote = payer.quote()
    with stage.case("a good quote"):
        payer.settle(payer.payment(quote_id=quote))
    with stage.case("a used quote"):
        payer.expect_rejected(payer.payment(quote_id=quote), "AM09", "/payment/quote_id")
    with stage.case("a quote of another amount"):
        payer.expect_rejected(payer.payment("100.01", quote_id=payer.quote()), "AM09")
    with stage.case("a quote of the other gateway"):
        payer.expect_rejected(payer.payment(quote_id=Payer(corridor, "away").quote()), "AM09", "/payment/quote_id")
    with stage.case("an expired quote"):
        quote = payer.quote()
        corridor.value("home", f"update pontis.quote set expires_at = now() - interval '1 second' where id = '{quote}'")
        payer.expect_rejected(payer.payment(quote_id=quote), "AM09", "/payment/quote_id")


@scenario
def closed_corridor(stage):
    """A corridor that one operator suspends refuses payments until two resume it; each is a version of its own."""
    corridor = stage.corridor()
    services = corridor.start()
    payer = Payer(corridor)
    setup.operate(services.state, "home", "corridor", "suspend", "sg-th")
    try:
        payer.expect_rejected(payer.payment(), "AB08")
    finally:
        setup.operate_together(services.state, "home", "corridor", "resume", "sg-th")
    payer.settle()
