"""Feeds payments through the wallets, at most 500 unfinished, and follows each to its end."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, InvalidOperation

from api import Refused
from state import CORRIDOR, GATEWAYS, Failure

WINDOW = 500
QUOTES_AHEAD = 16
QUOTE_PATIENCE = 0.5
BEST_PROVIDER = "GLOBEXFX"
UNREACHABLE_SECONDS = 60
KEYS = ("from", "expect", "code", "quote", "lock_amount", "corridor", "payment")
OUTCOMES = ("settled", "rejected", "blocked", "cancelled")


class Entry:
    """One line of the payments file, and what became of it."""

    def __init__(self, number, line):
        self.number = number
        self.line = line
        self.gateway = line["from"]
        self.uetr = None
        self.outcome = None
        self.code = self.rule = ""
        self.ms = None

    def is_as_expected(self):
        expected = self.line.get("expect", "settled")
        if self.outcome != expected:
            return False
        return expected != "rejected" or "code" not in self.line or self.line["code"] == self.code


def read(path):
    """The payments of a file of JSON lines; what is wrong is told with its line."""
    try:
        with open(path, encoding="utf-8") as stream:
            texts = [(number, text) for number, text in enumerate(stream, 1) if text.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path}: {error}", status=2) from error
    if not texts:
        raise Failure(f"{path}: no payments", status=2)
    return [Entry(number, _read_line(path, number, text)) for number, text in texts]


def _read_line(path, number, text):
    try:
        line = json.loads(text)
    except ValueError as error:
        raise Failure(f"{path}:{number}: not JSON: {error}", status=2) from error
    wrong = _what_is_wrong(line)
    if wrong:
        raise Failure(f"{path}:{number}: {wrong}", status=2)
    return line


def _what_is_wrong(line):
    """Only what the sandbox itself needs: whether the payment is right is the gateway's to say."""
    if not isinstance(line, dict):
        return "not an object"
    unknown = next((key for key in line if key not in KEYS), None)
    if unknown is not None:
        return f"unknown key `{unknown}`; there are " + ", ".join(KEYS)
    if line.get("from") not in GATEWAYS:
        return "`from` is home or away"
    payment = line.get("payment")
    if not isinstance(payment, dict):
        return "`payment` is an object"
    if line.get("expect", "settled") not in OUTCOMES:
        return "`expect` is one of " + ", ".join(OUTCOMES)
    if "quote" in line and not is_amount(payment.get(f"{payment.get('fixed_side')}_amount")):
        return "a payment with a quote has a fixed_side, source or target, and its amount"
    return None


class Feed:
    def __init__(self, services, steps, patience=120):
        self.services = services
        self.steps = steps
        self.patience = patience
        self.entries = []
        self.open = {}
        self.seconds = 0.0
        self.cursor = {gateway: self._end_of(gateway) for gateway in GATEWAYS}

    def _end_of(self, gateway):
        """Where the wallet's list of ended payments ends now."""
        position = 0
        while True:
            answer = self.services.wallets[gateway].ask(do="outcomes", after=position, limit=10000)
            if not answer["ended"]:
                return answer["next"]
            position = answer["next"]

    def run(self, entries):
        """Feeds all; returns when every payment ended or nothing has ended for `patience` seconds."""
        self.entries += entries
        begun = self.moved = self.shown = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            quotes = {}
            for index, entry in enumerate(entries):
                for ahead in entries[index:index + QUOTES_AHEAD]:
                    if ahead.number not in quotes and "quote" in ahead.line:
                        quotes[ahead.number] = pool.submit(self.quote, ahead)
                self.collect()
                while len(self.open) >= WINDOW and self._is_moving():
                    self._wait()
                if not self._is_moving():
                    break
                quote = self._await(quotes.pop(entry.number)) if "quote" in entry.line else None
                self.submit(entry, quote)
        self._follow()
        self.seconds += time.monotonic() - begun

    def _await(self, quote):
        """A quote that does not come may wait for a gateway that died."""
        while True:
            try:
                return quote.result(QUOTE_PATIENCE)
            except TimeoutError:
                self._wait()

    def _follow(self):
        while self.open and self._is_moving():
            self._wait()
        for entry in self.open.values():
            status = self.services.wallets[entry.gateway].ask(do="status", uetr=entry.uetr)
            entry.outcome = status["outcome"]
            entry.code = status.get("code") or ""

    def _is_moving(self):
        return time.monotonic() - self.moved < self.patience

    def _wait(self):
        if not self.collect():
            time.sleep(0.02)
        now = time.monotonic()
        if now - self.moved > 1:
            self.services.revive(self.steps.say)
        if now - self.shown > 5:
            self.shown = now
            ended = sum(1 for entry in self.entries if entry.outcome)
            self.steps.say(f"       {ended} of {len(self.entries)} ended, {len(self.open)} open")

    def collect(self):
        """Notes what has ended; True when something has."""
        any_ended = False
        for gateway in GATEWAYS:
            answer = self._ask_wallet(gateway, do="outcomes", after=self.cursor[gateway], limit=1000)
            self.cursor[gateway] = answer["next"]
            for ended in answer["ended"]:
                entry = self.open.pop((gateway, ended["uetr"]), None)
                if entry is None:
                    continue
                entry.outcome, entry.code, entry.rule = ended["outcome"], ended.get("code") or "", ended.get("rule") or ""
                entry.ms = ended["ms"]
                self.moved = time.monotonic()
                any_ended = True
        return any_ended

    def quote(self, entry):
        """A quote for the payment's fixed side; a gateway that is being started again is waited for."""
        payment = entry.line["payment"]
        provider = entry.line["quote"] if isinstance(entry.line["quote"], str) else BEST_PROVIDER
        order = {"corridor": entry.line.get("corridor", CORRIDOR), "provider": provider, "fixed_side": payment["fixed_side"],
                 "amount": payment[payment["fixed_side"] + "_amount"]}
        end = time.monotonic() + UNREACHABLE_SECONDS
        while True:
            try:
                return self.services.apis[entry.gateway].post("/v1/commands/fx.quote", order)
            except Refused as refused:
                if refused.status != 503 or time.monotonic() > end:
                    raise Failure(f"line {entry.number}: no quote: {refused}", self.services.apis[entry.gateway].log) from refused
            except Failure:
                if time.monotonic() > end:
                    raise
            time.sleep(0.2)

    def submit(self, entry, quote):
        payment = dict(entry.line["payment"])
        if quote:
            payment["quote_id"] = quote["quote_id"]
        order = {"do": "pay", "corridor": entry.line.get("corridor", CORRIDOR), "payment": payment}
        lock = entry.line.get("lock_amount") or _lock_amount(payment, quote)
        if lock:
            order["lock_amount"] = lock
        entry.uetr = self._ask_wallet(entry.gateway, **order)["uetr"]
        self.open[entry.gateway, entry.uetr] = entry

    def _ask_wallet(self, gateway, **order):
        """A wallet that died is started again; what it had journalled it knows again. A payment that was being
        ordered may then be ordered twice only when it carries no UETR, so that one is not repeated."""
        try:
            return self.services.wallets[gateway].ask(**order)
        except Failure:
            if order["do"] == "pay":
                raise
            self.services.ensure_wallet(gateway)
            return self.services.wallets[gateway].ask(**order)


def _lock_amount(payment, quote):
    """What the payer's funds must cover at most; None: the wallet knows by itself."""
    if payment.get("fixed_side") == "source":
        return payment.get("source_amount")
    if quote:
        return quote["source_amount"]
    return payment.get("limit_amount")


def percentile(values, share):
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 100) - 1))] if ordered else None


def is_amount(text):
    try:
        return Decimal(text) > 0
    except (InvalidOperation, TypeError):
        return False
