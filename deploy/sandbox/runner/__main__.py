"""The command line of the sandbox; started by deploy/sandbox/run."""

import argparse
import fcntl
import json
import os
import shlex
import sys
from pathlib import Path

import commands
import feed
import report
import story
from services import Services
from state import GATEWAYS, SANDBOX, Failure, State, other
from steps import Steps

LOG_LINES = 5
TEXT = """Two Pontis gateways, home (SGD) and away (THB), each with its own database and domestic wallet system, and
payments between them. Without a command: brings everything up, feeds payments, reports, and leaves it running."""


def read_options(arguments):
    parser = argparse.ArgumentParser(prog="deploy/sandbox/run", description=TEXT, epilog=f"Everything lies in {os.environ['PONTIS_SANDBOX']} (PONTIS_SANDBOX).")
    parser.add_argument("--kafka", metavar="embedded|apache|HOST:PORT", help="the broker (default: embedded)")
    parser.add_argument("--payments", metavar="FILE", default=str(SANDBOX / "payments.jsonl"), help="JSON lines to feed instead of the 200 that ship")
    parser.add_argument("--once", action="store_true", help="end after the table; stops what it started")
    parser.add_argument("--json", action="store_true", help="--once, and one object on the last line")
    parser.add_argument("--patience", metavar="SECONDS", type=float, default=120, help="give up when no payment has ended for so long (default: 120)")
    parser.add_argument("--monitoring", action="store_true", help="also a Prometheus that scrapes both gateways")
    anywhere = argparse.ArgumentParser(add_help=False)
    anywhere.add_argument("--monitoring", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    anywhere.add_argument("--kafka", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    verbs = parser.add_subparsers(dest="command", metavar="COMMAND")
    verbs.add_parser("start", parents=[anywhere], help="bring everything up, or up again, and feed nothing")
    sending = verbs.add_parser("send", parents=[anywhere], help="submit one more payment and tell its way")
    sending.add_argument("--from", choices=GATEWAYS, default="home")
    sending.add_argument("--to", choices=GATEWAYS)
    sending.add_argument("--amount", default="100.00")
    sending.add_argument("--fixed", choices=("source", "target"), default="source", help="which side the amount fixes")
    sending.add_argument("--account", help="the payee's account; CLOSED... is refused, FROZEN... is blocked")
    sending.add_argument("--remittance", default="Sent by hand from the sandbox")
    sending.add_argument("--no-quote", action="store_true", help="take the best rate at the time of payment")
    verbs.add_parser("break-peer", parents=[anywhere], help="show a refusal, and a payment in doubt that resolves")
    verbs.add_parser("stop", help="stop everything; data stay")
    verbs.add_parser("clean", help="stop everything and remove the folder")
    options = parser.parse_args(arguments)
    options.once |= options.json
    if options.command == "send":
        payer = getattr(options, "from")
        options.to = options.to or other(payer)
        if options.to == payer:
            parser.error("--from and --to name the same side")
        if not feed.is_amount(options.amount):
            parser.error(f"--amount {options.amount}: not an amount")
    if options.kafka and options.kafka not in ("embedded", "apache") and not options.kafka.rpartition(":")[2].isdigit():
        parser.error("--kafka is embedded, apache or HOST:PORT")
    return options


def main():
    options = read_options(sys.argv[1:])
    steps = Steps(sys.stderr if options.json else sys.stdout)
    state = State(os.environ["PONTIS_SANDBOX"])
    try:
        return dispatch(state, steps, options)
    except Failure as failure:
        show_log(failure.log)
        print(f"failed: {failure}" + (f"; see {failure.log}" if failure.log else ""), file=sys.stderr)
        return failure.status
    except OSError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("interrupted; what was started still runs: `run stop` ends it", file=sys.stderr)
        return 130


def show_log(log):
    """The log's last words, which mostly say why."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:] if log else []
    except OSError:
        return
    for line in lines:
        print(f"  | {line}", file=sys.stderr)


def dispatch(state, steps, options):
    if options.command in ("stop", "clean") and not state.exists():
        steps.say(f"nothing in {state.folder}")
        return 0
    state.open()
    with open(state.path("lock"), "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failure(f"another `run` works in {state.folder}") from error
        if options.command in ("stop", "clean"):
            return end(state, steps, options.command)
        wanted = options.kafka or (state.values.get("broker", "embedded") if options.command else "embedded")
        services = Services(state, wanted)
        if options.monitoring:
            services.monitoring.want()
        if options.command is None:
            return run(services, steps, options)
        services.up(steps)
        if options.command == "send":
            return commands.send(services, steps, options)
        return commands.break_peer(services, steps) if options.command == "break-peer" else 0


def end(state, steps, command):
    Services(state, state.values.get("broker", "embedded")).down(steps)
    if command == "clean":
        steps.run(f"remove {state.folder}", state.remove)
    return 0


def run(services, steps, options):
    entries = feed.read(options.payments)
    steps.say(f"Pontis sandbox in {services.state.folder}")
    try:
        services.up(steps)
        ended_well, summary = work(services, steps, options, entries)
    finally:
        if options.once and services.started_any:
            services.down(steps)
    if options.json:
        print(json.dumps(summary), flush=True)
    return 0 if ended_well else 1


def work(services, steps, options, entries):
    feeding = feed.Feed(services, steps, options.patience)
    first = next((entry for entry in entries if entry.line.get("expect", "settled") == "settled"), None)
    if first is not None:
        feeding.run([first])
    if first is not None and first.outcome == "settled":
        story.tell(services, steps, first)
    rest = [entry for entry in entries if entry is not first]
    feeding.seconds = 0.0
    steps.run(f"{len(rest)} payments", feeding.run, rest)
    books = report.read_books(services)
    report.print_all(steps, entries, books, services.broker)
    ended_well = books.agree() and all(entry.is_as_expected() for entry in entries)
    if not options.once:
        print_invitation(services, steps, first or entries[0])
    return ended_well, report.summary(entries, books, services.broker, feeding.seconds)


def print_invitation(services, steps, entry):
    state = services.state
    ca, run_file = shlex.quote(str(state.path("ca"))), SANDBOX / "run"
    me = shlex.quote(str(run_file.relative_to(Path.cwd()) if run_file.is_relative_to(Path.cwd()) else run_file))
    me = me if state.is_usual() else f"PONTIS_SANDBOX={shlex.quote(str(state.folder))} {me}"
    steps.say()
    if services.monitoring.is_wanted():
        steps.say(f"Prometheus, with the alerts of deploy/monitoring: {services.monitoring.url()}")
    steps.say("The corridor stays up. To paste:")
    steps.say(f"  {shlex.quote(str(state.path('bin', 'pontis-' + entry.gateway)))} payment show {entry.uetr}")
    steps.say(f"  curl --cacert {ca}/ca.pem --cert {ca}/operator.pem --key {ca}/operator.key "
              f"https://127.0.0.1:{state.port(entry.gateway + '.api')}/v1/payments/{entry.uetr}")
    steps.say(f"  {me} send --from away --to home --amount 2500.00")
    steps.say(f"  {me} break-peer")
    steps.say(f"and {me} stop, or clean.")


if __name__ == "__main__":
    sys.exit(main())
