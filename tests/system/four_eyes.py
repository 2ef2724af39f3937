"""What one operator proposes and another approves, and what one alone may do, in a live corridor."""

import json

from payer import Payer
from stage import expect, expect_equal, scenario

import setup


def order(corridor, *arguments, person="", status=0):
    """The answer of pontis for one of the home gateway's two operators; None when it is refused."""
    ended = corridor.shell(" ".join((f"{corridor.folder}/bin/pontis-home{person}", *arguments, "--json")), status=status)
    return json.loads(ended.out) if status == 0 else None


@scenario
def changed_limit(stage):
    """A limit that one operator proposes and another approves is in force on the next payment, and not before."""
    corridor = stage.corridor()
    services = corridor.start()
    payer = Payer(corridor)
    file = corridor.scratch("limit.yaml")
    usual = services.state.path("etc", "corridor-home.yaml").read_text()
    file.write_text(usual.replace('maximum: "200000.00"', 'maximum: "50.00"'), encoding="utf-8")
    proposed = order(corridor, "corridor", "apply", str(file))
    expect_equal(proposed["changes"], [{"path": "limits.maximum", "from": "200000.00", "to": "50.00"}], "what would change")
    payer.settle()
    with stage.case("nobody approves alone"):
        order(corridor, "approval", "approve", proposed["approval"], status=5)
    approved = order(corridor, "approval", "approve", proposed["approval"], person="-approver")
    try:
        payer.expect_rejected(payer.payment(), "AM02")
        versions = corridor.value("home", "select max(version) from pontis.corridor_version where name = 'sg-th'")
        expect_equal(str(approved["result"]["version"]), versions, "the newest version")
        with stage.case("it was decided"):
            order(corridor, "approval", "approve", proposed["approval"], person="-approver", status=5)
        shown = order(corridor, "approval", "show", proposed["approval"])
        expect_equal((shown["proposer"], shown["decided_by"], shown["state"]), ("operator", "approver", "approved"), "who")
    finally:
        setup.operate_together(services.state, "home", "corridor", "apply", services.state.path("etc", "corridor-home.yaml"))
    payer.settle()


@scenario
def third_operator(stage):
    """An operator is enrolled by two and suspended by one, at once; the last two stay."""
    corridor = stage.corridor()
    services = corridor.start()
    third = corridor.scratch("third")
    corridor.shell(f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {third}.key -out {third}.pem -subj /CN=third")
    if "third" not in [row["name"] for row in order(corridor, "operator", "list")["operators"]]:
        setup.operate_together(services.state, "home", "operator", "add", "third", "--certificate", f"{third}.pem", "--role", "operator")
    expect_equal(order(corridor, "operator", "suspend", "third"), {"operator": "third", "active": False}, "answer")
    for name, person in (("operator", "-approver"), ("approver", "")):
        order(corridor, "operator", "suspend", name, person=person, status=5)
    rows = {row["name"]: row["active"] for row in order(corridor, "operator", "list")["operators"]}
    expect_equal(rows, {"operator": "yes", "approver": "yes", "third": "no"}, "operators")
    owners = corridor.value("home", "select count(*) from pontis.account a join pontis.participant p on p.code = a.participant")
    expect(int(owners) > 0 and owners == corridor.value("home", "select count(*) from pontis.account"), "every account belongs to somebody")
