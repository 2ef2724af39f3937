"""What must hold in every sandbox after whatever was played in it."""

import glob
import os
import re
import shutil
import subprocess
from pathlib import Path

from corridor import GATEWAYS
from stage import Skipped, expect, expect_equal, wait_until

import report

MESSAGES_AT_ONCE = 500
# gcc's sanitizer for undefined behaviour writes to standard error whatever its options say.
UNDEFINED = re.compile(r"[^\n]*runtime error:[^\n]*")

# Each query finds what must not be there: rows, none of which is right.
FORBIDDEN = {
    "an account's counters are not the sum of its postings": "select account from pontis.ledger_check",
    "a payment was settled twice": """
        select instruction from pontis.transition
        where verdict = 'applied' and to_state in ('SETTLED', 'CREDITED') and from_state <> to_state
        group by instruction having count(*) > 1""",
    "a final state was left": """
        select instruction from pontis.transition
        where from_state in ('SETTLED', 'CREDITED', 'REJECTED', 'BLOCKED', 'CANCELLED') and to_state <> from_state""",
    "a payment's versions have a gap": """
        select instruction from pontis.transition where verdict = 'applied'
        group by instruction having count(distinct version) <> max(version)""",
    "a final payment has something pending": """
        select t.instruction from pontis.transfer t join pontis.instruction i on i.id = t.instruction
        where i.due_at is null and i.state in ('SETTLED', 'CREDITED', 'REJECTED', 'BLOCKED', 'CANCELLED')
        group by t.instruction, t.debit, t.credit, t.currency
        having sum(case phase when 'pending' then amount when 'direct' then 0 else -amount end) <> 0""",
    "a record was taken in twice": """
        select topic from pontis.input where topic <> ''
        group by topic, incarnation, partition, record_offset having count(*) > 1""",
    "a position is not behind the last record taken in": """
        select p.topic from pontis.position p
        where p.next_offset <> (select coalesce(max(i.record_offset), -1) + 1 from pontis.input i
            where (i.topic, i.incarnation, i.partition) = (p.topic, p.incarnation, p.partition))""",
    "an event was not published": "select id from pontis.wallet_event_unpublished",
    "a leaf is not the hash of its record": """
        select id from pontis.transition where leaf <> sha256('\\x00'::bytea || salt || convert_to(record, 'UTF8'))""",
}


def audit(stage, corridor):
    """Plays all checks on one sandbox, each a case of its own."""
    failed = stage.score.failed
    with stage.case("everything comes up again and is at rest"):
        corridor.start()
        wait_until("all is at rest", lambda: is_at_rest(corridor), 60)
    if stage.score.failed > failed:
        return
    for gateway in GATEWAYS:
        for what, query in FORBIDDEN.items():
            with stage.case(f"{gateway}: never {what}"):
                expect_equal(corridor.rows(gateway, query)[:3], [], what)
        paths = []
        with stage.case(f"{gateway}: messages that crossed the wire, by our profile"):
            if corridor.value(gateway, "select count(*) from pontis.instruction") == "0":
                raise Skipped("no payment was ordered")
            paths += write_messages(corridor, gateway)
            check_messages(corridor, paths, "--profile", "peer")
        with stage.case(f"{gateway}: messages that crossed the wire, by the official schemas"):
            if not paths:
                raise Skipped("no message crossed the wire")
            if not os.environ.get("ISO20022_DIR"):
                raise Skipped("ISO20022_DIR names no folder of official schemas")
            check_messages(corridor, paths, "--schema")
        with stage.case(f"{gateway}: every decision, decided again"):
            replay(corridor, gateway)
    with stage.case("the four books agree"):
        expect_equal(report.read_books(corridor.services()).findings, [], "the four books")
    with stage.case("no sanitizer found anything"):
        found = [Path(path).read_text(errors="replace")[:2000] for path in glob.glob(corridor.folder + "/log/sanitizer.*")]
        for path in glob.glob(corridor.folder + "/log/*.log"):
            found += UNDEFINED.findall(Path(path).read_text(errors="replace"))
        expect(not found, "\n".join(found))


def is_at_rest(corridor):
    return all(corridor.value(gateway, "select (select count(*) from pontis.instruction where due_at is not null) "
                                       "+ (select count(*) from pontis.wallet_event_unpublished)") == "0" for gateway in GATEWAYS)


def write_messages(corridor, gateway):
    """Every message of a gateway as a file, ours and the peer's."""
    folder = corridor.scratch("messages")
    folder.mkdir()
    paths = []
    for row in corridor.rows(gateway, "select m.id, m.type, encode(b.body, 'hex') as body from pontis.message m "
                                      "join pontis.message_body b on b.message = m.id order by m.id"):
        path = folder / f"{row['type']}.{row['id']}.xml"
        path.write_bytes(bytes.fromhex(row["body"]))
        paths.append(str(path))
    return paths


def check_messages(corridor, paths, *how):
    expect(paths, "no message crossed the wire")
    for begin in range(0, len(paths), MESSAGES_AT_ONCE):
        some = paths[begin:begin + MESSAGES_AT_ONCE]
        checked = subprocess.run([corridor.folder + "/bin/pontis", "message", "check", *how, *some], capture_output=True, text=True)
        expect(checked.returncode == 0, (checked.stdout + checked.stderr)[:2000])
        expect_equal(checked.stdout.count(": ok"), len(some), "messages judged as right")


def replay(corridor, gateway):
    """The program is copied: its build folder may be closed to the user that owns the database's socket."""
    built = os.environ.get("PONTIS_BUILD")
    found = [path for path in Path(built).rglob("pontis-replay") if path.is_file()] if built else []
    if not found:
        raise Skipped("--build names no folder in which pontis-replay is built")
    program = shutil.copy(found[0], corridor.folder + "/bin/")
    services = corridor.services()
    decided = subprocess.run([program, services.cluster.conninfo(gateway, "pontis_auditor")], capture_output=True, text=True,
                             **services.state.as_user())
    expect(decided.returncode == 0, (decided.stdout + decided.stderr)[-2000:])
