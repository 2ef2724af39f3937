"""Payments ordered one by one, through the payer's wallet as everybody's are."""

import copy
import hashlib
import json

from stage import expect_equal, wait_until

import commands
import feed

ENDS = feed.OUTCOMES
SECONDS = 30


class Payer:
    """One side's wallet and gateway, as a scenario uses them."""

    def __init__(self, corridor, gateway="home"):
        self.corridor = corridor
        self.gateway = gateway
        self.services = corridor.services()
        self.wallet = self.services.wallets[gateway]
        self.api = self.services.apis[gateway]

    def payment(self, amount="100.00", **changes):
        """A good payment with these members changed; one that is None is left out, `debtor.town` lies in a party."""
        payment = copy.deepcopy(commands.make_payment(self.gateway, amount))
        for name, value in changes.items():
            place, _, member = name.rpartition("__")
            target = payment[place] if place else payment
            if value is None:
                target.pop(member, None)
            else:
                target[member] = value
        return payment

    def quote(self, amount="100.00", provider="GLOBEXFX", fixed="source"):
        order = {"corridor": "sg-th", "provider": provider, "fixed_side": fixed, "amount": amount}
        return self.api.post("/v1/commands/fx.quote", order)["quote_id"]

    def order(self, payment, corridor="sg-th", lock_amount=None):
        """Orders it; returns its UETR."""
        order = {"do": "pay", "corridor": corridor, "payment": payment}
        order["lock_amount"] = lock_amount or payment.get("source_amount") or "100000.00"
        return self.wallet.ask(**order)["uetr"]

    def status(self, uetr):
        return self.wallet.ask(do="status", uetr=uetr)

    def await_end(self, uetr, seconds=SECONDS):
        wait_until(f"payment {uetr} ended", lambda: self.status(uetr)["outcome"] in ENDS, seconds)
        return self.status(uetr)

    def settle(self, payment=None, **how):
        """Orders a payment that must settle; returns its UETR."""
        uetr = self.order(payment or self.payment(), **how)
        expect_equal(self.await_end(uetr)["outcome"], "settled", f"outcome of payment {uetr}")
        return uetr

    def expect_rejected(self, payment, code, field=None, **how):
        """The payment is rejected with this ISO code and field, and its lock is the payer's again."""
        uetr = self.order(payment, **how)
        status = self.await_end(uetr)
        expect_equal((status["outcome"], status.get("code")), ("rejected", code), f"{uetr}, {status.get('text')}")
        if field is not None:
            expect_equal(status.get("field"), field, "the field that is named")
        wait_until(f"the lock of {uetr} is released", lambda: self.status(uetr)["lock"] == "released")

    # ---- bytes on the wallet's topic ----

    def produce(self, data, key="SGW300417729104"):
        self.wallet.ask(do="produce", hex=bytes(data).hex(), key=key)

    def event_bytes(self, uetr):
        """The very bytes of the event that ordered a payment, as the gateway keeps them."""
        row, = self.corridor.rows(self.gateway, f"""
            select encode(p.body, 'hex') as body from pontis.input i join pontis.input_payload p on p.input = i.id
            where i.instruction = (select id from pontis.instruction where uetr = '{uetr}') and i.disposition = 'applied'
            order by i.id limit 1""")
        return bytes.fromhex(row["body"])

    def count_inputs(self, data):
        digest = hashlib.sha256(data).hexdigest()
        return int(self.corridor.value(self.gateway, f"select count(*) from pontis.input where hash = '\\x{digest}'"))

    def await_input(self, data, count=1):
        """The newest input row of these bytes, once there are so many."""
        wait_until(f"input {count} of the same bytes", lambda: self.count_inputs(data) >= count)
        digest = hashlib.sha256(data).hexdigest()
        return self.corridor.rows(self.gateway, f"""
            select i.*, encode(p.body, 'hex') as body from pontis.input i
            left join pontis.input_payload p on p.input = i.id where i.hash = '\\x{digest}' order by i.id desc limit 1""")[0]

    def refusals(self):
        """Every event.refused that the wallet heard."""
        return self.wallet.ask(do="refusals", after=0)["refused"]

    def alerts(self):
        return self.wallet.ask(do="totals")["alerts"]


def changed_event(data, change):
    """An event with `change` applied to its object, as bytes."""
    event = json.loads(data)
    change(event)
    return json.dumps(event, ensure_ascii=False).encode()
