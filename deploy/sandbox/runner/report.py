"""After the last payment: the table, the positions, and whether all four books agree."""

from collections import Counter
from decimal import Decimal

from feed import percentile
from setup import PREFUND
from state import CORRIDOR, CURRENCY, GATEWAYS, other
from steps import wait_until

AT_REST_SECONDS = 15


class Books:
    """Both gateways' ledgers and both wallets' totals, read at one time; `findings` says where they disagree."""

    def __init__(self, services):
        self.positions = {name: services.apis[name].get("/v1/positions")["positions"] for name in GATEWAYS}
        self.trial = {name: services.apis[name].get("/v1/trial-balance")["currencies"] for name in GATEWAYS}
        self.wallets = {name: services.wallets[name].ask(do="totals") for name in GATEWAYS}
        self.findings = []
        for gateway in GATEWAYS:
            if not self.positions[gateway] or not self.trial[gateway]:
                self.findings.append(f"gateway {gateway}: its ledger is empty")
            self._check_trial(gateway)
            self._check_wallet(gateway)
        for currency, (payer, payee, _) in PREFUND.items():
            self._check_pair(currency, payer, payee)

    def agree(self):
        return not self.findings

    def sum(self, gateway, role, currency, counter):
        return sum((Decimal(row[counter]) for row in self.positions[gateway]
                    if (row["corridor"], row["role"], row["currency"]) == (CORRIDOR, role, currency)), Decimal(0))

    def _want(self, text, left, right):
        if left != right:
            self.findings.append(f"{text}: {left} and {right}")

    def _check_trial(self, gateway):
        for row in self.trial[gateway]:
            self._want(f"gateway {gateway}: debits and credits in {row['currency']}", Decimal(row["debits"]), Decimal(row["credits"]))

    def _check_wallet(self, gateway):
        """What the gateway says it took from and gave to the domestic system is what the wallet captured and credited."""
        currency = CURRENCY[gateway]
        totals = self.wallets[gateway]["currencies"].get(currency, {})
        amount = {name: Decimal(totals.get(name, "0")) for name in ("captured", "credited", "blocked", "locked")}
        for name, book in self.wallets[gateway]["currencies"].items():
            if not book["balanced"]:
                self.findings.append(f"wallet {gateway}: its own {name} book is out of balance")
        self._want(f"wallet {gateway} captured and its gateway took {currency}", amount["captured"],
                   self.sum(gateway, "DOMESTIC", currency, "debits_posted"))
        self._want(f"wallet {gateway} credited and its gateway gave {currency}", amount["credited"],
                   self.sum(gateway, "DOMESTIC", currency, "credits_posted"))
        self._want(f"wallet {gateway} blocked and its gateway set aside {currency}", amount["blocked"],
                   self.sum(gateway, "BLOCKED_FUNDS", currency, "credits_posted"))
        self._want(f"wallet {gateway} still has locked {currency}", amount["locked"], Decimal(0))

    def _check_pair(self, currency, payer, payee):
        """Our money at the peer, and the peer's money with us: one amount in two ledgers, nothing in flight."""
        ours = self.sum(payer, "FOREIGN_PREFUND", currency, "debits_posted") - self.sum(payer, "FOREIGN_PREFUND", currency, "credits_posted")
        theirs = self.sum(payee, "PEER_PREFUND", currency, "credits_posted") - self.sum(payee, "PEER_PREFUND", currency, "debits_posted")
        self._want(f"{currency} of {payer} at {payee}, in both ledgers", ours, theirs)
        paid_out = sum(Decimal(self.wallets[payee]["currencies"].get(currency, {}).get(name, "0")) for name in ("credited", "blocked"))
        self._want(f"{currency} that {payer} paid and the wallet of {payee} received",
                   self.sum(payer, "FOREIGN_PREFUND", currency, "credits_posted"), paid_out)
        for gateway, role in ((payer, "FOREIGN_PREFUND"), (payee, "PEER_PREFUND")):
            for counter in ("debits_pending", "credits_pending"):
                self._want(f"gateway {gateway}: {role} {currency} {counter}", self.sum(gateway, role, currency, counter), Decimal(0))


def read_books(services):
    """The last answers may still be on their way when the last payment ends: waits for rest, not for agreement alone."""
    found = []

    def at_rest():
        found[:] = [Books(services)]
        return found[0].agree()

    wait_until(at_rest, AT_REST_SECONDS, 0.2)
    return found[0]


def print_all(steps, entries, books, broker):
    _print_table(steps, entries)
    _print_positions(steps, books)
    steps.say()
    steps.say(f"broker: {broker.kind} at {broker.address}")
    if books.agree():
        steps.say("books: all four agree (both gateways', both wallets')")
    for finding in books.findings:
        steps.say(f"books DISAGREE: {finding}")
    for entry in entries:
        if not entry.is_as_expected():
            wanted = " ".join(filter(None, (entry.line.get("expect", "settled"), entry.line.get("code"))))
            steps.say(f"UNEXPECTED: line {entry.number}, {entry.uetr}: {entry.outcome} {entry.code} {entry.rule}, expected {wanted}")


def _print_table(steps, entries):
    steps.say(f"{'corridor':<9} {'direction':<13} {'accepted':>8} {'settled':>8} {'blocked':>8} {'in doubt':>8} {'p50 ms':>8} {'p99 ms':>8}  rejected")
    for gateway in GATEWAYS:
        own = [entry for entry in entries if entry.gateway == gateway]
        count = Counter(entry.outcome for entry in own)
        reasons = Counter(entry.code or "?" for entry in own if entry.outcome == "rejected")
        times = [entry.ms for entry in own if entry.outcome == "settled"]
        rejected = ", ".join(f"{code} {number}" for code, number in sorted(reasons.items())) or "none"
        steps.say(f"{CORRIDOR:<9} {gateway + ' -> ' + other(gateway):<13} {len(own):>8} {count['settled']:>8} {count['blocked']:>8} "
                  f"{count['in_doubt'] + count['open']:>8} {_number(percentile(times, 50)):>8} {_number(percentile(times, 99)):>8}  {rejected}")


def _print_positions(steps, books):
    counters = ("debits_pending", "debits_posted", "credits_pending", "credits_posted", "available")
    for gateway in GATEWAYS:
        steps.say()
        steps.say(f"ledger of {gateway:<6} {'account':<16} {'owner':<12} {'':<4}" + "".join(f"{name.replace('_', ' '):>18}" for name in counters))
        for row in sorted(books.positions[gateway], key=lambda row: (row["currency"], row["role"], row["owner"])):
            steps.say(f"{'':<17}{row['role']:<16} {row['owner']:<12} {row['currency']:<4}" + "".join(f"{row[name]:>18}" for name in counters))


def _number(value):
    return "-" if value is None else f"{value:.1f}"


def summary(entries, books, broker, seconds):
    """The object of --json."""
    count = Counter(entry.outcome for entry in entries)
    times = [entry.ms for entry in entries if entry.outcome == "settled"]
    return {
        "submitted": len(entries),
        "settled": count["settled"],
        "rejected": dict(sorted(Counter(entry.code or "?" for entry in entries if entry.outcome == "rejected").items())),
        "blocked": count["blocked"],
        "in_doubt": count["in_doubt"] + count["open"],
        "unexpected": sum(not entry.is_as_expected() for entry in entries),
        "books_agree": books.agree(),
        "trial_balance": _trial_balance(books),
        "settled_per_s": round(count["settled"] / seconds, 1) if seconds else None,
        "p50_ms": percentile(times, 50),
        "p99_ms": percentile(times, 99),
        "broker": broker.kind,
    }


def _trial_balance(books):
    """By currency, over both gateways."""
    balance = {}
    for gateway in GATEWAYS:
        for row in books.trial[gateway]:
            sums = balance.setdefault(row["currency"], {"debits": Decimal(0), "credits": Decimal(0)})
            for side in sums:
                sums[side] += Decimal(row[side])
    return {currency: {side: str(value) for side, value in sums.items()} for currency, sums in sorted(balance.items())}
