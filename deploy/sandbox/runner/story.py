"""One payment told from its order to its end: who, how much, each step with its milliseconds, its documents as files."""

import json
from datetime import datetime

from api import Refused
from state import CURRENCY, Failure, other

SYSTEM = {"home": "Singapore", "away": "Thailand"}
# What a step means to somebody who sees a payment for the first time: by event of the wallet, or state reached by event.
MEANING = {
    "wallet.transfer.initiated.v1": "orders the payment; the payer's money is locked",
    ("RESERVED", "transfer.initiated"): "checked, priced, reserved in the ledger",
    ("SENT", "dispatch"): "the signed pacs.008 leaves",
    ("ACCEPTED", "peer.status"): "the peer has taken it, not finally",
    ("CREDIT_REQUESTED", "peer.payment"): "verified and reserved; the payee's wallet is asked",
    ("CREDITED", "credit.completed"): "the payee has the money; the signed pacs.002 leaves",
    ("SETTLED", "peer.status"): "verified: final, posted in the ledger",
    "corridor.transfer.settled.v1": "captures the payer's lock",
    ("SETTLED", "lock.captured"): "closed",
}
FILE_OF = {"pacs.008": "payment.pacs.008.xml", "pacs.002": "answer.pacs.002.xml"}


def tell(services, steps, entry):
    payer, payee = entry.gateway, other(entry.gateway)
    status = services.wallets[payer].ask(do="status", uetr=entry.uetr)
    sent = _instruction(services.apis[payer], entry.uetr, "outbound")
    taken = _instruction(services.apis[payee], entry.uetr, "inbound")
    payment = sent["payment"]
    say = steps.say
    say()
    say(f"One payment, {SYSTEM[payer]} to {SYSTEM[payee]}  (UETR {entry.uetr})")
    say(f"  from    {_party(payment, 'debtor')}")
    say(f"  to      {_party(payment, 'creditor')}")
    say(f"  amount  {_money(payment, 'source')} -> {_money(payment, 'target')}, {payment['fixed_side']} fixed, "
        f"rate {payment.get('rate', '?')} by {payment.get('fx_provider') or '?'}")
    say(f"  for     {payment.get('purpose', '')} {payment.get('remittance', '')}")
    say()
    for milliseconds, who, what in _steps(payer, payee, status, sent, taken):
        say(f"  {milliseconds:7.1f} ms  {who:<15} {what}")
    say()
    for label, path in _files(services, payer, entry, status, sent):
        say(f"  {label:<22} {path}")
    say()


def _instruction(api, uetr, direction):
    found = find(api, uetr, direction)
    if found is None:
        raise Failure(f"the gateway {api.gateway} knows no {direction} payment {uetr}", api.log)
    return found


def find(api, uetr, direction):
    try:
        answer = api.get("/v1/payments/" + uetr)
    except Refused as refused:
        if refused.status == 404:
            return None
        raise
    for instruction in answer["instructions"]:
        if instruction["direction"].lower() == direction:
            return instruction
    return None


def _party(payment, role):
    party = payment[role]
    place = ", ".join(part for part in (
        " ".join(filter(None, (party.get("street"), party.get("building")))), party.get("town"), party.get("country")) if part)
    return f"{party['name']}, {place}; account {payment[role + '_account']} at {payment[role + '_agent']}"


def _money(payment, side):
    return f"{payment[side + '_currency']} {payment.get(side + '_amount', '?')}"


def _steps(payer, payee, status, sent, taken):
    """The payer's wallet, the payer's gateway and the payee's gateway on one line of time."""
    rows = [(moment(step["at"]), f"wallet {payer}", _with_meaning(step["type"], step["type"])) for step in status["steps"]]
    for gateway, instruction in ((payer, sent), (payee, taken)):
        for row in instruction["timeline"]:
            what = f"{row['to']:<17}{row.get('event', '')}"
            rows.append((moment(row["at"]), f"gateway {gateway}", _with_meaning(what, (row["to"], row.get("event")))))
    rows.sort(key=lambda row: row[0])
    begun = rows[0][0]
    return [(1000 * (at - begun), who, what) for at, who, what in rows]


def _with_meaning(what, key):
    return f"{what:<37} {MEANING.get(key, '')}".rstrip()


def moment(text):
    """RFC 3339 as seconds."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def _files(services, payer, entry, status, sent):
    folder = services.state.path("story", entry.uetr)
    folder.mkdir(parents=True, exist_ok=True)
    event = folder / "event.json"
    event.write_text(json.dumps(status["event"], indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    yield "the wallet's event", event
    for message in sent["messages"]:
        for kind, name in FILE_OF.items():
            if message["type"].startswith(kind):
                path = folder / name
                path.write_bytes(services.apis[payer].request("GET", "/v1/messages/" + message["id"]))
                yield message["type"], path


def show_end(services, steps, entry):
    """Two lines about a payment that was just sent."""
    status = services.wallets[entry.gateway].ask(do="status", uetr=entry.uetr)
    amount = f"{CURRENCY[entry.gateway]} {status['captured']} captured" if status.get("captured") else ""
    why = " ".join(filter(None, (status.get("code"), status.get("text"), status.get("field"))))
    steps.say(f"  {entry.uetr}: {status['outcome']} {why} {amount}".rstrip())
