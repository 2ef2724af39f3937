"""What makes two gateways a corridor: certificates, settings, migrations, corridor files, rates, liquidity."""

import hashlib
import json
import subprocess
from decimal import Decimal

from cluster import APP, OWNER
from state import CORRIDOR, GATEWAYS, OPERATORS, SANDBOX, Failure, other, wrapper
from steps import command

SETTINGS = """\
# The {gateway} gateway of the sandbox; written by deploy/sandbox/run.
name: {gateway}
database: "{app}"
owner_database: "{owner}"
workers: 1
bus:
  brokers: "{brokers}"
  topic_in: {topic_in}
  topic_out: {topic_out}
  incarnation: "{incarnation}"
  group: "pontis-{gateway}"
  fetch_wait: {fetch_wait}
peer:
  listen: "127.0.0.1:{peer_port}"
api:
  listen: "127.0.0.1:{api_port}"
  operators: "{etc}/operators"
admin:
  listen: "127.0.0.1:{admin_port}"
tls:
  ca: "{ca}/ca.pem"
  certificate: "{ca}/{gateway}.pem"
  key: "{ca}/{gateway}.key"
signing:
  key: "{ca}/{gateway}-signing.key"
  certificate: "{ca}/{gateway}-signing.pem"
  peer_certificates: "{ca}/{peer}-signing.pem"
"""
# Target units per source unit, on each side for its payments out.
RATES = {"home": {"GLOBEXFX": "25.8125", "MERLIONFX": "25.7900"}, "away": {"GLOBEXFX": "0.038741", "MERLIONFX": "0.038730"}}
# Both sides of a mirrored pair get the same: the payer's gateway keeps FOREIGN_PREFUND, the payee's PEER_PREFUND.
PREFUND = {"THB": ("home", "away", Decimal("5000000000.00")), "SGD": ("away", "home", Decimal("200000000.00"))}


def make_certificates(state):
    """Makes what is missing; remembers the pins, and by what script they were made."""
    log = state.log("ca")
    script = SANDBOX.joinpath("ca").read_bytes()
    made_by, pins = hashlib.sha256(script).hexdigest(), state.values.get("pins", {})
    if state.values.get("ca") == made_by and all(state.path("ca", name + ".pem").exists() for name in pins):
        return "kept"
    ended = subprocess.run(["bash", "-s", str(state.path("ca"))], input=script, capture_output=True, **state.as_user())
    log.write_bytes(ended.stdout + ended.stderr)
    if ended.returncode != 0:
        raise Failure("certificates could not be made", log)
    pins = {}
    for line in ended.stdout.decode().splitlines():
        name, certificate, key = line.split()
        pins[name] = {"certificate": certificate, "key": key}
    state.values.update(pins=pins, ca=made_by)
    state.save()
    lines = "".join(f"{pins[person]['certificate']} {person}\n" for person in OPERATORS)
    state.write_for_user(state.path("etc", "operators"), lines)
    return f"{len(pins)} certificates"


def write_settings(state, cluster, broker):
    for gateway in GATEWAYS:
        text = SETTINGS.format(
            gateway=gateway, peer=other(gateway), app=cluster.conninfo(gateway, APP), owner=cluster.conninfo(gateway, OWNER),
            brokers=broker.address, incarnation=broker.incarnation, topic_in=broker.topic(gateway, "from-wallet"),
            topic_out=broker.topic(gateway, "to-wallet"), etc=state.path("etc"), ca=state.path("ca"),
            fetch_wait=broker.fetch_wait, peer_port=state.port(gateway + ".peer"), api_port=state.port(gateway + ".api"), admin_port=state.port(gateway + ".admin"))
        state.write_for_user(state.path("etc", gateway + ".yaml"), text)


def migrate(state):
    for gateway in GATEWAYS:
        command([state.path("bin", "pontis"), "migrate", "--settings", state.path("etc", gateway + ".yaml")],
                state.log("migrate"), **state.as_user())


def operate(state, gateway, *arguments, person="operator"):
    """An operator's command through the wrapper."""
    command([state.path("bin", wrapper(gateway, person)), *arguments], state.log("operator"))


def operate_together(state, gateway, *arguments):
    """A command that one operator proposes and the other approves; what stands already needs nobody."""
    program = state.path("bin", wrapper(gateway))
    ended = subprocess.run([str(argument) for argument in (program, *arguments, "--json")], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    with open(state.log("operator"), "ab") as log:
        log.write(b"\n$ " + " ".join(map(str, (program, *arguments))).encode() + b"\n" + ended.stdout + ended.stderr)
    if ended.returncode != 0:
        raise Failure(f"{program} ended with status {ended.returncode}", state.log("operator"))
    answer = json.loads(ended.stdout)
    if "changes" in answer:
        operate(state, gateway, "approval", "approve", answer["approval"], person="approver")


def apply_corridors(state):
    """A file that was applied as it is now is not applied again."""
    applied = state.values.setdefault("applied", {})
    changed = []
    for gateway in GATEWAYS:
        text = _corridor_text(state, gateway)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if applied.get(gateway) == digest:
            continue
        file = state.path("etc", f"corridor-{gateway}.yaml")
        state.write_for_user(file, text)
        operate(state, gateway, "corridor", "check", file)
        operate_together(state, gateway, "corridor", "apply", file)
        applied[gateway] = digest
        state.save()
        changed.append(gateway)
    return "applied: " + ", ".join(changed) if changed else "kept"


def _corridor_text(state, gateway):
    peer = other(gateway)
    text = SANDBOX.joinpath("corridors", gateway + ".yaml").read_text()
    for token, value in (
            ("PEER_PORT", str(state.port(peer + ".peer"))),
            ("PEER_CERTIFICATE_PIN", state.values["pins"][peer]["key"]),
            ("PEER_SIGNING_PIN", state.values["pins"][peer + "-signing"]["key"])):
        text = text.replace(f"@{token}@", value)
    return text


def post_rates(state):
    if state.values.get("rates") == RATES:
        return "kept"
    for gateway, rates in RATES.items():
        for provider, rate in rates.items():
            operate(state, gateway, "fx", "post", "--corridor", CORRIDOR, "--provider", provider, "--rate", rate)
    state.values["rates"] = RATES
    state.save()
    return "posted"


def fund(state, apis):
    """Brings every mirrored pair up again that has less than half; a pair that a broken-off run left uneven is evened."""
    funded = []
    for currency, (payer, payee, goal) in PREFUND.items():
        ours, theirs = position(apis[payer], "FOREIGN_PREFUND", currency), position(apis[payee], "PEER_PREFUND", currency)
        if min(ours["available"], theirs["available"]) >= goal / 2:
            continue
        top = max(ours["posted"], theirs["posted"]) + goal
        at_rest = not ours["pending"] and not theirs["pending"]
        for gateway, account, kept in ((payer, "FOREIGN_PREFUND", ours), (payee, "PEER_PREFUND", theirs)):
            amount = top - kept["posted"] if at_rest else goal
            operate(state, gateway, "liquidity", "fund", "--corridor", CORRIDOR, "--account", account, "--amount", str(amount))
            funded.append(f"{gateway} {currency} {amount}")
    return ", ".join(funded) if funded else "enough"


def position(api, role, currency):
    """A prefunded account as decimals: what it holds by its posted postings, what is pending, what is available."""
    found = {"posted": Decimal(0), "pending": Decimal(0), "available": Decimal(0)}
    for row in api.get("/v1/positions")["positions"]:
        if (row["corridor"], row["role"], row["currency"]) != (CORRIDOR, role, currency):
            continue
        net = Decimal(row["debits_posted"]) - Decimal(row["credits_posted"])
        found["posted"] += net if role == "FOREIGN_PREFUND" else -net
        found["pending"] += Decimal(row["debits_pending"]) + Decimal(row["credits_pending"])
        found["available"] += Decimal(row["available"])
    return found
