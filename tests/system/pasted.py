"""The sandbox as a newcomer uses it: what is printed can be pasted, what is wrong is said plainly."""

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from corridor import GATEWAYS, SANDBOX, write_payments
from payer import Payer
from stage import Skipped, expect, expect_equal, scenario, wait_until


def lines_to_paste(said):
    """The lines after `To paste:`."""
    lines = said.partition("To paste:\n")[2].splitlines()
    return [line.strip() for line in lines if line.startswith("  ")]


@scenario
def four_lines(stage):
    """`run` stays up and prints four lines; each does what it promises when it is pasted."""
    corridor = stage.corridor()
    said = corridor.run("--payments", write_payments(corridor.scratch("payments"), 10)).out
    lines = lines_to_paste(said)
    expect_equal(len(lines), 4, f"lines to paste in\n{said[-1500:]}\n")
    show, curl, send, break_it = lines
    uetr = show.split()[-1]
    with stage.case("the story and the table"):
        for text in ("One payment, Singapore to Thailand", "verified: final, posted in the ledger", "home -> away", "away -> home", "books: all four agree"):
            expect(text in said, f"{text!r} is not told:\n{said}")
        for path in re.findall(r" (/\S+/story/\S+)", said):
            expect(os.path.getsize(path) > 0, f"{path} is empty")
    with stage.case(show.split(" ", 1)[1].rsplit(" ", 1)[0]):
        shown = corridor.shell(show).out
        for text in (uetr, "SETTLED", "pacs.008.001.13", "pacs.002.001.15", "DOMESTIC -> FX:"):
            expect(text in shown, f"{text!r} is not shown:\n{shown}")
    with stage.case("curl"):
        answer = json.loads(corridor.shell(curl.replace("curl ", "curl -sS ", 1)).out)
        expect_equal(answer["instructions"][0]["state"], "SETTLED", "state")
    with stage.case("send"):
        expect(": settled" in corridor.shell(send).out, "the payment that was sent did not settle")
    with stage.case("break-peer is offered"):
        expect(break_it.endswith("run break-peer"), break_it)


@scenario
def operator_verbs(stage):
    """What an operator asks through the wrappers: payments, corridors, books, messages."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    uetr = payer.settle()
    wait_until("the gateway knows that the lock is captured", lambda: corridor.value("home", f"""
        select count(*) from pontis.transition t join pontis.instruction i on i.id = t.instruction
        where i.uetr = '{uetr}' and t.event = 'lock.captured'""") == "1")
    home = corridor.folder + "/bin/pontis-home"
    listed = corridor.shell(f"{home} payment list --state SETTLED --limit 5").out
    expect(uetr in listed, f"the newest payment is not listed:\n{listed}")
    shown = json.loads(corridor.shell(f"{home} payment show {uetr} --json").out)
    instruction, = shown["instructions"]
    expect_equal([row["to"] for row in instruction["timeline"]], ["RESERVED", "SENT", "SETTLED", "SETTLED"], "timeline, with the lock's end")
    message = corridor.shell(f"{home} message show {instruction['messages'][0]['id']} > {corridor.folder}.scratch/m.xml && "
                             f"{home} message check {corridor.folder}.scratch/m.xml").out
    expect(": ok " in message, message)
    for verb, text in (("corridor list", "sg-th"), ("corridor show sg-th", "GLOBEXFX"), ("liquidity show", "FOREIGN_PREFUND"),
                       ("states", "digraph"), ("version", "pontis"), ("status", "shard:0"), ("participant list", "BOTHTHBK"),
                       ("operator list", "approver"), ("approval list", "nothing")):
        said = corridor.shell(f"{home} {verb}").out
        expect(text in said, f"{verb} says\n{said}")
    corridor.shell(f"{home} payment show 00000000-0000-4000-8000-000000000000", status=5)


@scenario
def followed_live(stage):
    """`pontis payment watch` prints every change of a payment once, and ends well when it is interrupted."""
    corridor = stage.corridor()
    corridor.start()
    payer = Payer(corridor)
    watch = subprocess.Popen([corridor.folder + "/bin/pontis-home", "payment", "watch", "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        while not select.select([watch.stdout], [], [], 0)[0]:
            payer.settle()  # until one is seen: it watches
        uetr, seen = payer.settle(), []
        while "SETTLED" not in seen:
            row = json.loads(watch.stdout.readline())
            if row["uetr"] == uetr:
                seen.append(row["state"])
        expect_equal(seen, ["RESERVED", "SENT", "SETTLED"], "changes told")
    finally:
        watch.send_signal(signal.SIGINT)
        watch.stdout.close()
    expect_equal(watch.wait(30), 0, "exit status")


@scenario
def send_ends(stage):
    """`run send` tells each kind of end, and its exit status says whether the payment settled."""
    corridor = stage.corridor()
    for arguments, status, text in (
            (("send", "--from", "away", "--to", "home", "--amount", "2500.00"), 0, "settled"),
            (("send", "--amount", "55.00", "--no-quote"), 0, "settled"),
            (("send", "--amount", "2600.00", "--fixed", "target"), 0, "settled"),
            (("send", "--account", "CLOSED0001"), 1, "rejected AC04"),
            (("send", "--account", "FROZEN0001"), 1, "blocked"),
            (("send", "--amount", "200000.01", "--no-quote"), 1, "rejected AM02")):
        with stage.case(" ".join(arguments)):
            said = corridor.run(*arguments, status=status).out
            expect(text in said.strip().splitlines()[-1], f"the last line does not say {text!r}:\n{said[-1500:]}")


@scenario
def wrong_orders(stage):
    """Options and files that are wrong are refused in one line that says what and where; nothing is started for them."""
    corridor = stage.corridor()
    broken = corridor.scratch("broken.jsonl")
    lines = (SANDBOX / "payments.jsonl").read_text(encoding="utf-8").splitlines()
    for name, arguments, status, text in (
            ("an unknown option", ("--fast",), 2, "--fast"),
            ("an unknown command", ("sned",), 2, "sned"),
            ("a broker that is none", ("--kafka", "rabbit"), 2, "embedded, apache or HOST:PORT"),
            ("a Kafka that is not there", ("start", "--kafka", "127.0.0.1:1"), 3, "127.0.0.1:1"),
            ("an amount that is none", ("send", "--amount", "ten"), 2, "ten"),
            ("to oneself", ("send", "--from", "home", "--to", "home"), 2, "same side"),
            ("a file that is not there", ("--payments", "/nowhere.jsonl"), 2, "/nowhere.jsonl"),
            ("a folder as file", ("--payments", "/tmp"), 2, "/tmp"),
            ("an empty file", ("--payments", "/dev/null"), 2, "no payments")):
        with stage.case(name):
            expect_one_line(corridor.run(*arguments, status=status), text)
    for name, line, text in (
            ("a line that is no JSON", "{", ":7:"),
            ("a line without a payment", '{"from": "home"}', ":7:"),
            ("a line from nowhere", '{"from": "moon", "payment": {}}', ":7:"),
            ("a line with an unknown key", '{"from": "home", "expects": "settled", "payment": {}}', ":7: unknown key `expects`"),
            ("a line whose quote has no amount", '{"from": "home", "quote": true, "payment": {"fixed_side": "source"}}', ":7:"),
            ("a line that expects the unexpected", '{"from": "home", "expect": "setled", "payment": {}}', ":7:")):
        with stage.case(name):
            broken.write_text("\n".join(lines[:6] + [line] + lines[6:9]) + "\n", encoding="utf-8")
            expect_one_line(corridor.run("--payments", broken, status=2), text)


def expect_one_line(ended, text):
    said = ended.err.strip()
    expect("Traceback" not in said, said)
    expect(text in said.splitlines()[-1], f"the last line does not say {text!r}:\n{said}")


@scenario
def folders(stage):
    """A folder that cannot be made, is too long or is full is named, with what to do; no trace of Python is shown."""
    corridor = stage.corridor("a space")
    with stage.case("a folder nobody can make"):
        expect_failure(corridor, "/proc/pontis", 3, "/proc/pontis")
    with stage.case("a path that is too long for a socket"):
        expect_failure(corridor, "/tmp/" + "x" * 120, 3, "too long")
        shutil.rmtree("/tmp/" + "x" * 120, ignore_errors=True)
    with stage.case("a full folder"):
        full = corridor.folder
        os.makedirs(full, exist_ok=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "pontis-test", full], capture_output=True).returncode:
            raise Skipped("a small file system cannot be mounted here")
        try:
            expect_failure(corridor, full, 1, "no space left", within=6)
        finally:
            subprocess.run(["umount", full], check=True)


def expect_failure(corridor, folder, status, text, within=1):
    environment = {**corridor.environment(), "PONTIS_SANDBOX": folder}
    ended = subprocess.run([str(SANDBOX / "run"), "--json"], capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL)
    expect_equal(ended.returncode, status, f"status of a run that says\n{ended.stderr[-1500:]}\n")
    expect("Traceback" not in ended.stderr, ended.stderr)
    last = "\n".join(ended.stderr.strip().splitlines()[-within:])
    expect(text.lower() in last.lower(), f"the last words do not say {text!r}:\n{ended.stderr[-1500:]}")


@scenario
def clone_of_a_stranger(stage):
    """The first command works in a clone under a path with a space, for a user who is not root."""
    corridor = stage.corridor("stranger")
    home = corridor.scratch("some body")
    home.mkdir()
    clone = shutil.copytree(SANDBOX.parent, home / "my clones" / "deploy").parent
    shutil.copytree(built_programs(stage), home / "programs")
    as_stranger = []
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "nobody", home], check=True)
        as_stranger = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_STATE_HOME": str(home), "PONTIS_BUILD": str(home / "programs")}
    for arguments in (["--once"], ["clean"]):
        ended = subprocess.run([*as_stranger, str(clone / "deploy" / "sandbox" / "run"), *arguments], cwd=clone, env=environment,
                               capture_output=True, text=True, stdin=subprocess.DEVNULL)
        expect_equal(ended.returncode, 0, f"status of {arguments} that says\n{(ended.stdout + ended.stderr)[-2000:]}\n")
        expect("--once" not in arguments or "books: all four agree" in ended.stdout, ended.stdout[-2000:])
    expect(not (home / "pontis-sandbox").exists(), "the sandbox is still there after clean")


def built_programs(stage):
    """The programs of this test, in a folder that anybody may read."""
    corridor = stage.corridor()
    corridor.start()
    return Path(corridor.folder, "bin")


@scenario
def one_at_a_time(stage):
    """A second `run` in the same folder says that another works there."""
    corridor = stage.corridor()
    corridor.start()
    first = corridor.begin("--json", "--payments", write_payments(corridor.scratch("payments"), 200))
    while "payments" not in first.said() and first.process.poll() is None:
        if "Pontis sandbox in" in first.said():
            break
    second = corridor.run("send", status=1)
    expect_one_line(second, "another `run` works in")
    first.end()


@scenario
def taken_port(stage):
    """A remembered port that somebody else took meanwhile is replaced, also in the corridor of the other side."""
    corridor = stage.corridor()
    services = corridor.start()
    ports = {kind: services.state.port("away." + kind) for kind in ("peer", "api", "admin")}
    corridor.run("stop")
    taken = [socket.create_server(("127.0.0.1", port)) for port in ports.values()]
    try:
        expect(": settled" in corridor.run("send").out, "the payment did not settle")
        for kind, port in ports.items():
            expect(corridor.services().state.port("away." + kind) != port, f"the {kind} port is still {port}")
    finally:
        for listener in taken:
            listener.close()


@scenario
def stop_and_clean(stage):
    """`stop` ends every process and keeps what was done; `clean` leaves nothing."""
    corridor = stage.corridor()
    corridor.start()
    uetr = Payer(corridor).settle()
    corridor.run("stop")
    expect_equal(processes_of(corridor), [], "processes after stop")
    corridor.start()
    expect_equal(Payer(corridor).status(uetr)["outcome"], "settled", "what the wallet still knows")
    for gateway in GATEWAYS:
        expect_equal(corridor.value(gateway, f"select count(*) from pontis.instruction where uetr = '{uetr}'"), "1", f"rows at {gateway}")
    odd = stage.corridor("a space")
    odd.run("start")
    odd.run("clean")
    expect(not os.path.exists(odd.folder), f"{odd.folder} is still there")
    expect_equal(processes_of(odd), [], "processes after clean")
    expect("nothing in" in odd.run("stop").out, "a second stop says nothing")


def processes_of(corridor):
    found = subprocess.run(["pgrep", "-af", corridor.folder + "/"], capture_output=True, text=True).stdout.splitlines()
    return [line for line in found if "tests/system/run" not in line and "pgrep" not in line]
