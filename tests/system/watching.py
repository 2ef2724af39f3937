"""What an operator sees: metrics, readiness, alerts, traces, logs."""

import http.client
import json
import os
import re
import subprocess
import time
import urllib.parse
from contextlib import contextmanager
from pathlib import Path

from collector import Collector, Hanging
from corridor import GATEWAYS, shipped_lines
from payer import Payer
from stage import Skipped, expect, expect_equal, scenario, wait_until

from monitoring import PROGRAM

SERIES = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


# ---- asking ----


def ask_admin(corridor, gateway, path):
    connection = http.client.HTTPConnection("127.0.0.1", corridor.services().state.port(gateway + ".admin"), timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def readiness(corridor, gateway):
    status, text = ask_admin(corridor, gateway, "/readyz")
    return status, json.loads(text)


def metrics(corridor, gateway):
    """{name: [(labels, value)]}"""
    found = {}
    for line in ask_admin(corridor, gateway, "/metrics")[1].splitlines():
        match = SERIES.match(line)
        if match:
            found.setdefault(match[1], []).append((dict(LABEL.findall(match[2] or "")), float(match[3])))
    return found


def total(found, name, /, **labels):
    return sum(value for told, value in found.get(name, []) if labels.items() <= told.items())


def metric(corridor, gateway, name, /, **labels):
    return total(metrics(corridor, gateway), name, **labels)


# ---- metrics, readiness, alerts ----


@scenario
def metrics_follow_payments(stage):
    """Payments are counted by corridor, direction, state and reason; each station is told; promtool has no complaint."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    before = {gateway: metrics(corridor, gateway) for gateway in GATEWAYS}
    payer.settle()
    payer.expect_rejected(payer.payment(amount="900000.00"), "AM02")

    def home(name, **labels):
        return metric(corridor, "home", name, **labels) - total(before["home"], name, **labels)

    def away(name, **labels):
        return metric(corridor, "away", name, **labels) - total(before["away"], name, **labels)

    with stage.case("settled, credited and rejected, with the reason"):
        wait_until("counted", lambda: home("pontis_payments_total", state="SETTLED", corridor="sg-th", direction="outbound", reason="none") == 1)
        expect_equal(home("pontis_payments_total", state="REJECTED", reason="amount.too_large"), 1, "rejected at home")
        expect_equal(away("pontis_payments_total", state="CREDITED", direction="inbound"), 1, "credited away")
    with stage.case("every station of the way"):
        for station in ("consume", "load", "decide", "build", "sign", "commit", "send", "answer", "publish"):
            expect(home("pontis_station_seconds_count", station=station) > 0, f"nobody left the station {station} at home")
    with stage.case("what only the database knows"):
        def is_read():
            found = metrics(corridor, "home")
            accounts = {labels["account"] for labels, _ in found.get("pontis_account_headroom", [])}
            return accounts == {"FOREIGN_PREFUND", "PEER_PREFUND"} and "pontis_in_doubt_payments" in found and "pontis_backlog_items" in found
        wait_until("gauges of the database", is_read, 20)
        # Read every few seconds: what an earlier scenario left in doubt may still be told for so long.
        wait_until("nothing in doubt", lambda: metric(corridor, "home", "pontis_in_doubt_payments") == 0, 20)
    with stage.case("lag, certificates, workers, version"):
        found = metrics(corridor, "home")
        expect_equal(total(found, "pontis_kafka_lag_records"), 0, "lag")
        expect_equal({labels["use"] for labels, _ in found["pontis_certificate_expiry_timestamp_seconds"]},
                     {"tls", "ca", "signing", "peer_signing"}, "certificates")
        expect_equal((total(found, "pontis_workers"), total(found, "pontis_workers_wanted")), (1, 1), "workers")
        expect(found["pontis_build_info"][0][0]["version"], "the version is not told")
    with stage.case("promtool"):
        for gateway in GATEWAYS:
            done = subprocess.run(["promtool", "check", "metrics"], input=ask_admin(corridor, gateway, "/metrics")[1], capture_output=True, text=True, check=False)
            expect_equal((done.returncode, done.stdout + done.stderr), (0, ""), "what promtool says")


@scenario
def a_worker_leaves_its_counters(stage):
    """A killed worker's counters go on with the next one, and its death is counted."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    payer.settle()
    settled = wait_until("one is counted", lambda: metric(corridor, "home", "pontis_payments_total", state="SETTLED"))
    died = metric(corridor, "home", "pontis_worker_deaths_total")
    corridor.kill(corridor.worker("home"))
    wait_until("the gateway is ready again", lambda: corridor.is_ready("home"), 60)
    expect(metric(corridor, "home", "pontis_payments_total", state="SETTLED") >= settled, "the counter began anew")
    expect_equal(metric(corridor, "home", "pontis_worker_deaths_total"), died + 1, "deaths")
    payer.settle()
    wait_until("the next is counted too", lambda: metric(corridor, "home", "pontis_payments_total", state="SETTLED") == settled + 1)


@scenario
def readiness_says_why(stage):
    """/healthz is alive all the time; /readyz is 503 and names the check while broker or database is away."""
    corridor = stage.corridor()
    corridor.start()
    services = corridor.services()
    status, told = readiness(corridor, "home")
    expect_equal((status, told["ready"], set(told["checks"].values())), (200, True, {"ok"}), "readiness")
    with stage.case("no database"):
        services.cluster.stop()
        wait_until("the check fails", lambda: not_ready(corridor, "database"), 30)
        expect_equal(ask_admin(corridor, "home", "/healthz"), (200, "ok\n"), "health meanwhile")
        services.cluster.start()
        wait_until("all checks hold again", lambda: readiness(corridor, "home")[0] == 200, 60)
    with stage.case("no broker"):
        services.broker.stop()
        wait_until("the check fails", lambda: not_ready(corridor, "bus"), 30)
        corridor.start()
        wait_until("all checks hold again", lambda: readiness(corridor, "home")[0] == 200, 60)


def not_ready(corridor, check):
    status, told = readiness(corridor, "home")
    return status == 503 and told["ready"] is False and told["checks"][check] != "ok" and metric(corridor, "home", "pontis_ready", check=check) == 0


@scenario
def prometheus_rings(stage):
    """`run --monitoring` scrapes both gateways; an event that cannot be read rings its alert, which leads to its runbook."""
    if not os.path.exists(PROGRAM):
        raise Skipped(f"{PROGRAM} is not there")
    corridor = stage.corridor()
    said = corridor.run("start", "--monitoring").out
    monitoring = corridor.services().monitoring
    expect(monitoring.url() in said, "the URL is not said")
    expect_equal({row["metric"]["gateway"] for row in query(monitoring, "pontis_build_info")}, set(GATEWAYS), "scraped gateways")
    quarantined = metric(corridor, "away", "pontis_inputs_total", disposition="quarantined")
    if quarantined == 0:
        expect("PontisInputQuarantined" not in firing(monitoring, "away"), "the alert rings before its cause")
    corridor.services().wallets["away"].ask(do="produce", hex=b"not JSON".hex(), key="x")
    alert = wait_until("the alert rings", lambda: firing(monitoring, "away").get("PontisInputQuarantined"), 60)
    expect_equal((alert["labels"]["severity"], alert["labels"]["reason"]), ("page", "event.malformed"), "the alert")
    expect_equal(metric(corridor, "away", "pontis_inputs_total", disposition="quarantined"), quarantined + 1, "quarantined inputs")
    page = Path(__file__).parents[2] / "deploy/runbooks" / alert["annotations"]["runbook"]
    statement = re.search(r"`(SELECT [^`]*'quarantined'[^`]*)`", " ".join(page.read_text().split()))[1]
    row = corridor.rows("away", statement)[0]
    expect_equal(row["reason"], "event.malformed", "what the runbook's question finds")
    expect(f"event=input.quarantined gateway=away/1 door=wallet topic={row['topic']} partition={row['partition']} offset={row['record_offset']} "
           "reason=event.malformed" in corridor.log("away"), "the log does not say where it lies")


def query(monitoring, expression):
    return monitoring.ask("/api/v1/query?query=" + urllib.parse.quote(expression))["result"]


def firing(monitoring, gateway):
    return {alert["labels"]["alertname"]: alert for alert in monitoring.ask("/api/v1/alerts")["alerts"]
            if alert["state"] == "firing" and alert["labels"].get("gateway") == gateway}


# ---- traces ----


@contextmanager
def traced(stage, collector):
    """A sandbox of its own whose gateways tell their spans to the collector."""
    corridor = stage.corridor("watched")
    if corridor.exists():
        corridor.run("stop")
    os.environ["PONTIS_TRACING_ENDPOINT"] = collector.endpoint
    try:
        corridor.start()
        yield corridor
    finally:
        del os.environ["PONTIS_TRACING_ENDPOINT"]
        corridor.run("stop")
        collector.close()


def order_traced(payer, trace, parent):
    order = {"do": "pay", "corridor": "sg-th", "payment": payer.payment(), "lock_amount": "100.00", "traceparent": f"00-{trace}-{parent}-01"}
    return payer.wallet.ask(**order)["uetr"]


WAY = [
    # gateway, span, what it hangs below
    ("home", "transfer.initiated", None),
    ("home", "send payment", ("home", "transfer.initiated")),
    ("away", "peer.payment", ("home", "send payment")),
    ("away", "answer", ("away", "peer.payment")),
    ("away", "credit.completed", ("away", "peer.payment")),
    ("away", "send status", ("away", "credit.completed")),
    ("home", "peer.status", ("away", "send status")),
    ("home", "answer", ("home", "peer.status")),
    ("home", "lock.captured", ("home", "peer.status")),
]


@scenario
def a_trace_goes_every_hop(stage):
    """A wallet's traceparent goes through both gateways, both wallets and back; each span hangs below the one that caused it."""
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    collector = Collector()
    with traced(stage, collector) as corridor:
        payer = Payer(corridor)
        uetr = order_traced(payer, trace, parent)
        expect_equal(payer.await_end(uetr)["outcome"], "settled", "outcome")
        wait_until("all spans came", lambda: len(collector.of_trace(trace)) >= len(WAY), 20)
        check_way(stage, collector.of_trace(trace), parent)
        check_hops(stage, corridor, uetr, f"00-{trace}-")
        with stage.case("payment show names it"):
            said = corridor.shell(f"{corridor.folder}/bin/pontis-home payment show {uetr}").out
            expect(f"trace     00-{trace}-{parent}-01" in said, said)
        with stage.case("a payment that came without a trace begins one under its UETR"):
            untraced = payer.settle()
            trace = untraced.replace("-", "")
            # Both gateways send their spans in their own time: the peer's may come first.
            first = wait_until("the first span came", lambda: next((span for span in collector.of_trace(trace) if span["name"] == "transfer.initiated"), None), 20)
            expect("parentSpanId" not in first, "the first span has a parent")


def check_way(stage, spans, parent):
    place = {(span["gateway"], span["name"]): span for span in spans if span["name"] != "answer"}
    answers = {(span["gateway"], span["parentSpanId"]): span for span in spans if span["name"] == "answer"}
    for gateway, name, above in WAY:
        with stage.case(f"span {name} of {gateway}"):
            wanted = place[above]["spanId"] if above else parent
            span = answers.get((gateway, wanted)) if name == "answer" else place.get((gateway, name))
            expect(span, f"there is none; there are {sorted(place)}")
            expect_equal(span["parentSpanId"], wanted, "its parent")
            expect(int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]), "it ends before it begins")


def check_hops(stage, corridor, uetr, start):
    with stage.case("stored with instruction and messages on both sides"):
        for gateway in GATEWAYS:
            rows = corridor.rows(gateway, f"select m.traceparent, m.type from pontis.message m join pontis.instruction i on i.id = m.instruction where i.uetr = '{uetr}'")
            expect_equal(len(rows), 2, f"messages of {gateway}")
            content = corridor.value(gateway, f"select content from pontis.instruction where uetr = '{uetr}'")
            expect(start in content, f"the instruction of {gateway} has no such trace")
            for row in rows:
                expect(row["traceparent"].startswith(start), f"{gateway} {row['type']}: {row['traceparent']!r}")
    with stage.case("in every event to the wallets"):
        for gateway in GATEWAYS:
            query_ = f"select e.type, convert_from(e.body, 'UTF8')::json ->> 'traceparent' as trace from pontis.wallet_event e join pontis.instruction i on i.id = e.instruction where i.uetr = '{uetr}'"
            for row in corridor.rows(gateway, query_):
                expect((row["trace"] or "").startswith(start), f"{gateway} {row['type']}: {row['trace']!r}")


@scenario
def a_hanging_collector_changes_nothing(stage):
    """Spans that a hanging collector does not take are dropped and counted; payments settle as fast as ever."""
    with traced(stage, Hanging()) as corridor:
        payer = Payer(corridor)
        begun = time.monotonic()
        for uetr in [payer.order(payer.payment()) for _ in range(20)]:
            expect_equal(payer.await_end(uetr)["outcome"], "settled", "outcome")
        seconds = time.monotonic() - begun
        expect(seconds < 5, f"20 payments took {seconds:.1f} s, as long as a collector is waited for")
        wait_until("what was dropped is counted", lambda: metric(corridor, "home", "pontis_spans_total", outcome="dropped"), 30)
        expect_equal(metric(corridor, "home", "pontis_spans_total", outcome="exported"), 0, "exported spans")


# ---- logs ----


def persons():
    """Every name, account, street and remittance text that ships, in lower case."""
    found = set()
    for line in shipped_lines():
        payment = line["payment"]
        found |= {payment.get(name, "") for name in ("debtor_account", "creditor_account", "remittance")}
        for party in (payment.get("debtor", {}), payment.get("creditor", {})):
            found |= {party.get(name, "") for name in ("name", "street", "identification")}
    return {text.lower() for text in found if len(text) > 3}


def leaks(logs):
    texts = persons()
    for path in logs:
        lines = path.read_text(errors="replace").lower()
        yield from (f"{path.name}: {text}" for text in texts if text in lines)


@scenario
def logs_name_nobody(stage):
    """After all that ships went through, no log of gateways, broker or database holds a name, an account or a remittance text."""
    corridor = stage.corridor()
    corridor.run("--patience", 120)
    logs = [path for path in Path(corridor.folder, "log").glob("*.log") if not path.name.startswith("wallet-")]
    expect({"home.log", "away.log"} <= {path.name for path in logs}, "the gateways' logs are not there")
    found = list(leaks(logs))
    expect(not found, f"{len(found)} leaks: {found[:5]}")
    with stage.case("a planted one would be found"):
        planted = corridor.scratch("planted.log")
        planted.write_text(f"time=x level=info event=y detail=\"{shipped_lines()[0]['payment']['debtor']['name'].upper()}\"\n")
        expect_equal(len(list(leaks([planted]))), 1, "findings in the planted line")
    with stage.case("each line has time in UTC, level and event"):
        for line in corridor.log("home").splitlines():
            expect(re.match(r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=(info|warning|error) event=[\w.]+ gateway=home", line) or not line.startswith("time="), line)
