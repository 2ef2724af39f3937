"""A corridor from nothing, with each kind of broker: every payment ends as its line expects."""

import re
import shutil
from collections import Counter

from corridor import GATEWAYS, shipped_lines
from stage import Skipped, expect, expect_equal, scenario

SECOND_START_SECONDS = 10


def expect_all_right(summary, lines, broker):
    """The object of --json says of these payments what their lines expect, and that all books agree."""
    wanted = Counter(line.get("expect", "settled") for line in lines)
    codes = Counter(line["code"] for line in lines if line.get("expect") == "rejected")
    expect_equal(summary["submitted"], len(lines), "submitted")
    expect_equal(summary["settled"], wanted["settled"], "settled")
    expect_equal(summary["blocked"], wanted["blocked"], "blocked")
    expect_equal(summary["rejected"], dict(sorted(codes.items())), "rejected by code")
    expect_equal(summary["in_doubt"], 0, "in doubt")
    expect_equal(summary["unexpected"], 0, "unexpected")
    expect_equal(summary["books_agree"], True, "the four books agree")
    expect_equal(sorted(summary["trial_balance"]), ["SGD", "THB"], "currencies of the trial balance")
    for currency, sums in summary["trial_balance"].items():
        expect_equal(sums["debits"], sums["credits"], f"trial balance in {currency}")
    for number in ("settled_per_s", "p50_ms", "p99_ms"):
        expect(summary[number] > 0, f"{number} is {summary[number]}")
    expect_equal(summary["broker"], broker, "broker")


def seconds_to_start(ended):
    """What the steps before the first payment took together, by the run's own progress lines."""
    taken = 0.0
    for line in ended.err.splitlines():
        step = re.match(r"  done +([0-9.]+) s  (.*)", line)
        if step and re.match(r"[0-9]+ payments", step.group(2)):
            return taken
        taken += float(step.group(1)) if step else 0
    return taken


def expect_no_refusals(corridor):
    """No event and no message was refused, and every payment's lock was closed by its wallet."""
    corridor.start()
    for gateway in GATEWAYS:
        odd = corridor.rows(gateway, "select reason, detail from pontis.input where disposition not in ('applied', 'repeated') limit 3")
        expect_equal(odd, [], f"inputs that {gateway} did not take")
        totals = corridor.services().wallets[gateway].ask(do="totals")
        expect_equal((totals["refused"], totals["alerts"]), (0, 0), f"refusals and alerts at {gateway}")
        expect_equal(corridor.value(gateway, "select count(*) from pontis.case_"), "0", f"cases of {gateway}")
        unclosed = corridor.value(gateway, "select count(*) from pontis.instruction where direction = 'outbound' and "
                                           "not exists (select from pontis.transition t where t.instruction = instruction.id and t.event like 'lock.%')")
        expect_equal(unclosed, "0", f"payments of {gateway} without an end of their lock")


def settle_twice(corridor, broker, *options):
    lines = shipped_lines()
    expect_all_right(corridor.run("--json", *options).summary(), lines, broker)
    again = corridor.run("--json", *options)
    expect_all_right(again.summary(), lines, broker)
    seconds = seconds_to_start(again)
    expect(seconds < SECOND_START_SECONDS, f"the second run needed {seconds:.1f} s to start")


@scenario
def fresh_sandbox(stage):
    """A fresh folder and the embedded broker: all 200 payments end as expected, and again in a second run."""
    corridor = stage.corridor()
    corridor.clean()
    settle_twice(corridor, "embedded")
    expect_no_refusals(corridor)


def needs_java():
    for program in ("java", "mvn"):
        if not shutil.which(program):
            raise Skipped(f"{program} is not installed (apt-get install openjdk-17-jre-headless maven)")


@scenario
def fresh_sandbox_on_apache_kafka(stage):
    """The same with a real Apache Kafka; and another sandbox on that Kafka, which is there already."""
    needs_java()
    apache = stage.corridor("apache")
    apache.clean()
    settle_twice(apache, "apache", "--kafka", "apache")
    apache.run("start", "--kafka", "apache")
    address = apache.services().broker.state.port("kafka")
    other = stage.corridor("other")
    other.clean()
    settle_twice(other, f"127.0.0.1:{address}", "--kafka", f"127.0.0.1:{address}")


@scenario
def broker_changed(stage):
    """From the embedded broker to Apache Kafka and back: what is open is finished first, nothing is lost."""
    needs_java()
    corridor = stage.corridor("apache")
    lines = shipped_lines()
    for broker in ("embedded", "apache"):
        expect_all_right(corridor.run("--json", "--kafka", broker).summary(), lines, broker)
    for gateway in GATEWAYS:
        open_payments = corridor.value(gateway, "select count(*) from pontis.instruction where due_at is not null") \
            if corridor.services().cluster.is_running() else "0"
        expect_equal(open_payments, "0", f"open payments of {gateway}")
