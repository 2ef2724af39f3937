#!/usr/bin/env python3
"""schemas/openapi.yaml and the API say the same: every operation is asked, every answer is as described, everything that
is described is seen; and an order that its schema refuses is refused, with a pointer, and no other is.

usage: test_answers.py ANSWER_REQUEST SOURCE_FOLDER
"""
import copy
import json
import pathlib
import random
import re
import subprocess
import sys
import urllib.parse

import jsonschema
import yaml

UETR, ID, SECOND = "3f0e2c52-5c7b-4f7e-9a55-0c5d7f6f2a11", "0193a5c0-0000-7000-8000-000000000001", "0193a5c0-0000-7000-8000-000000000002"
AT = "2027-01-15T08:00:00.000Z"


# ---- the document ----

class Document:
    def __init__(self, folder):
        self.files, self.folder = {}, folder
        path = folder / "openapi.yaml"
        self.paths = self.resolved(self.load(path)["paths"], path)
        self.problem = self.resolved({"$ref": "#/components/schemas/Problem"}, path)

    def load(self, path):
        if path not in self.files:
            text = path.read_text(encoding="utf-8")
            self.files[path] = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        return self.files[path]

    def resolved(self, value, path):
        """The value with what its references lead to in their place."""
        if isinstance(value, list):
            return [self.resolved(member, path) for member in value]
        if not isinstance(value, dict):
            return value
        plain = {name: self.resolved(member, path) for name, member in value.items() if name != "$ref"}
        if not isinstance(value.get("$ref"), str):
            return plain
        file, _, pointer = value["$ref"].partition("#")
        target_path = (path.parent / file).resolve() if file else path
        target = self.load(target_path)
        for step in pointer.split("/")[1:]:
            target = target[step]
        return {**self.resolved(target, target_path), **plain}

    def operations(self):
        for path, item in self.paths.items():
            for method, operation in item.items():
                yield method.upper(), path, operation


def closed(schema):
    """The same schema with nothing allowed that it does not name."""
    if isinstance(schema, list):
        return [closed(member) for member in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: closed(member) for name, member in schema.items()}
    if isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)
    return schema


def members(schema, prefix=""):
    """Every member that a schema describes, as a path."""
    for name, member in schema.get("properties", {}).items():
        yield prefix + name
        yield from members(member, f"{prefix}{name}.")
    if "items" in schema:
        yield from members(schema["items"], prefix)


def seen(value, prefix=""):
    if isinstance(value, dict):
        for name, member in value.items():
            yield prefix + name
            yield from seen(member, f"{prefix}{name}.")
    elif isinstance(value, list):
        for member in value:
            yield from seen(member, prefix)


# ---- good requests, with the rows that their answers are made of ----

def party(name):
    texts = {"name": name, "street": "Orchard Road", "building": "1", "post_code": "238823", "town": "Singapore", "country": "SG",
             "lei": "529900T8BM49AURSDO55", "identification": "X2041178B"}
    return "".join(f"instruction.payment.%s.{key}={value}\n" for key, value in texts.items())


CONTENT = (f"instruction.payment.uetr={UETR}\ninstruction.payment.end_to_end_id=E1\ninstruction.payment.instruction_id=I1\n"
           + party("Tan").replace("%s", "debtor") + "instruction.payment.debtor_account=SGW1\ninstruction.payment.debtor_agent=MERLSGSG\n"
           + party("Kanya").replace("%s", "creditor") + "instruction.payment.creditor_account=THW1\n"
           "instruction.payment.creditor_agent=CHAOTHBK\ninstruction.payment.fixed_side=target\ninstruction.payment.source_currency=SGD\n"
           "instruction.payment.source_amount=10000\ninstruction.payment.target_currency=THB\ninstruction.payment.target_amount=258125\n"
           f"instruction.payment.rate=25.8125\ninstruction.payment.fx_provider=GLOBEXFX\ninstruction.payment.quote_id={ID}\n"
           "instruction.payment.limit_amount=10001\ninstruction.payment.purpose=SUPP\ninstruction.payment.remittance=Rent\n"
           f"instruction.payment.acceptance_time={AT}\ninstruction.reason_code=AC04\ninstruction.reason_text=closed\n"
           "instruction.reason_field=/payment/creditor_account\n"
           "instruction.traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n")
CORRIDOR = "".join(f"corridor.{line}\n" for line in (
    "name=sg-th", "open=true", "home.name=MAS", "home.country=SG", "home.bic=MASGSGSG", "home.currency=SGD", "peer.name=BOT",
    "peer.country=TH", "peer.bic=BOTHTHBK", "peer.currency=THB", "adapter=plain", "payment_version=plain.pay.1",
    "status_version=plain.sts.1", "endpoint=https://127.0.0.1:1", "peer_certificate_pin_1=" + "a" * 64,
    "peer_signing_pin_1=" + "b" * 64, "limits_minimum=100", "limits_maximum=20000000", "timing_queue_age=300000",
    "timing_answer=5000", "timing_repeat=1500", "timing_credit=3600000", "timing_maximum_execution=86400000",
    "fx_provider_1=GLOBEXFX", "fx_quote_validity=600000"))
CORRIDOR_FILE = """name: sg-my
open: true
home: {name: MAS, country: SG, bic: MASGSGSG, currency: SGD}
peer: {name: BNM, country: MY, bic: BNMAMYKL, currency: MYR}
adapter: plain
payment_version: plain.pay.1
status_version: plain.sts.1
endpoint: https://127.0.0.1:2
peer_certificate_pins: [%s]
peer_signing_pins: [%s]
limits: {minimum: "1.00", maximum: "200000.00", total_reserved: "0.00"}
timing: {queue_age: 5min, answer: 5s, repeat: 5s, credit: 5s, maximum_execution: 1d}
fx: {providers: [GLOBEXFX], quote_validity: 10min}
""" % ("c" * 64, "d" * 64)
# What the corridor of the desk says already.
SAME_FILE = """name: sg-th
open: true
home: {name: Monetary Authority of Singapore, country: SG, bic: MASGSGSG, currency: SGD}
peer: {name: Bank of Thailand, country: TH, bic: BOTHTHBK, currency: THB}
adapter: plain
payment_version: plain.pay.1
status_version: plain.sts.1
endpoint: https://127.0.0.1:1
peer_certificate_pins: [%s]
peer_signing_pins: [%s]
limits: {minimum: "1.00", maximum: "200000.00", total_reserved: "0.00"}
timing: {queue_age: 5min, answer: 5s, repeat: 1500ms, credit: 5s, maximum_execution: 1d}
fx: {providers: [GLOBEXFX, MERLIONFX], quote_validity: 10min}
""" % ("a" * 64, "b" * 64)

PROPOSED = [ID, "liquidity.withdraw", "sg-th", "ann", AT, AT, "open", None, None, None, None, '[{"path": "a", "from": "1", "to": "2"}]',
            b'{"corridor":"sg-th","account":"PEER_PREFUND","amount":"5.00"}'.hex()]
APPROVED = [*PROPOSED[:6], "approved", "bob", AT, "as agreed", "3", *PROPOSED[11:]]
DECIDING = {"body": {"approval": ID, "reason": "as agreed"}, "approval": {"order": "liquidity.withdraw", "proposer": "ann"}, "other_asks": True}

GOOD = {
    ("GET", "/v1/payments"): {
        "query": f"corridor=sg-th&state=SETTLED&limit=10&after={ID}",
        "rows": {"payment_changes": [[UETR, "sg-th", "outbound", "REJECTED", "SGD", "100.00", "THB", "2581.25", "AC04", AT, SECOND, AT, "SENT",
                                      "peer.status", "party.creditor.account"]]}},
    ("GET", "/v1/payments/{uetr}"): {
        "path": f"/v1/payments/{UETR}",
        "rows": {"payment_show": [[ID, "sg-th", "outbound", "REJECTED", "3", "AC04", "closed", AT, CONTENT]],
                 "payment_timeline": [[AT, "NONE", "REJECTED", "transfer.initiated", "applied", "party.creditor.account"]],
                 "payment_messages": [[SECOND, "pacs.008.001.13", "outbound", "M1", "B1", AT, "1", "true"]],
                 "payment_postings": [[AT, "pending", "DOMESTIC", "FX:GLOBEXFX", "SGD", "100.00"]]}},
    ("GET", "/v1/messages/{id}"): {"path": f"/v1/messages/{ID}", "rows": {"message_body": [["3c612f3e"]]}},
    ("GET", "/v1/positions"): {
        "rows": {"positions": [["sg-th", "FX", "GLOBEXFX", "SGD", "0.00", "0.00", "0.00", "5.00", "-5.00"]]}},
    ("GET", "/v1/trial-balance"): {"rows": {"trial_balance": [["SGD", "10.00", "10.00"]]}},
    ("GET", "/v1/corridors"): {"rows": {"corridors_current": [["sg-th", "3", CORRIDOR]]}},
    ("GET", "/v1/corridors/{name}"): {"path": "/v1/corridors/sg-th", "rows": {"corridor_show": [["sg-th", "3", CORRIDOR]]}},
    ("GET", "/v1/counts"): {"rows": {"counts": [["sg-th", "outbound", "REJECTED", "AC04", "7"]]}},
    ("GET", "/v1/cases"): {"rows": {"cases_open": [[ID, SECOND, "sg-th", "event.collision", "twice", AT]]}},
    ("GET", "/v1/status"): {"unreachable": True, "rows": {
        "status_corridors": [["sg-th", "3", "open", "ann", AT]],
        "gauges_accounts": [["sg-th", "FOREIGN_PREFUND", "", "THB", "5.00", "4.00"]],
        "gauges_backlog": [["payments", "1", "0.5"]], "status_in_doubt": [["sg-th", "outbound", "IN_DOUBT", "1", "7"]],
        "status_workers": [["home/1", AT, "0.3", "9"]], "status_leases": [["shard:0", "home/1", "1", "4.7"]],
        "approvals_open": [[ID, "corridor.apply", "sg-th", "ann", AT, AT, "open"]], "status_schema": [["11", "0011_operators.sql", AT]]}},
    ("GET", "/v1/participants"): {"rows": {"participants": [["MASGSGSG", "MAS", "MASGSGSG", "529900T8BM49AURSDO55", "operator_bank", AT]]}},
    ("GET", "/v1/operators"): {"rows": {"operators": [["ann", "operator", "MASGSGSG", "yes", "a" * 64, AT]]}},
    ("GET", "/v1/approvals"): {"rows": {"approvals_open": [[ID, "corridor.apply", "sg-th", "ann", AT, AT, "open"]]}},
    ("GET", "/v1/approvals/{id}"): {"path": f"/v1/approvals/{ID}", "rows": {"approval_show": [APPROVED]}},
    ("POST", "/v1/commands/corridor.apply"): {"body": SAME_FILE.replace("200000.00", "150000.00"), "status": 202},
    ("POST", "/v1/commands/corridor.suspend"): {"body": {"corridor": "sg-th"}},
    ("POST", "/v1/commands/corridor.resume"): {"body": {"corridor": "sg-th"}},
    ("POST", "/v1/commands/fx.post"): {"body": {"corridor": "sg-th", "provider": "GLOBEXFX", "rate": "25.8125"}},
    ("POST", "/v1/commands/fx.quote"): {
        "body": {"corridor": "sg-th", "provider": "GLOBEXFX", "fixed_side": "source", "amount": "100.00"},
        "rows": {"rate_current": [["258125", "4"]]}},
    ("POST", "/v1/commands/liquidity.fund"): {"body": {"corridor": "sg-th", "account": "FX:GLOBEXFX:SGD", "amount": "5.00"}},
    ("POST", "/v1/commands/liquidity.withdraw"): {"body": {"corridor": "sg-th", "account": "FX:GLOBEXFX:SGD", "amount": "5.00"}, "status": 202},
    ("POST", "/v1/commands/operator.add"): {
        "body": {"name": "dan", "certificate": "d" * 64, "role": "auditor", "participant": "MASGSGSG"}, "status": 202},
    ("POST", "/v1/commands/operator.suspend"): {"body": {"name": "bob"}, "other": True},
    ("POST", "/v1/commands/approval.approve"): {**DECIDING, "rows": {"approval_show": [PROPOSED]}},
    ("POST", "/v1/commands/approval.refuse"): DECIDING,
}

# What is described for every order alike, and this one never answers.
NEVER = {("POST", "/v1/commands/operator.add"): {"changes.from"}}

BAD = [
    (("GET", "/v1/payments"), {"query": "after=now"}, 200),
    (("GET", "/v1/payments"), {"query": "corridor=sg-th&state=SETTLED&limit=10",
                               "rows": {"payment_list": [[UETR, "sg-th", "outbound", "REJECTED", "SGD", "100.00", "THB", "2581.25", "AC04", AT]]}}, 200),
    (("GET", "/v1/payments"), {"query": "limit=0"}, 400),
    (("GET", "/v1/payments"), {"query": "order=asc"}, 400),
    (("GET", "/v1/payments/{uetr}"), {"rows": {}}, 404),
    (("GET", "/v1/payments/{uetr}"), {"path": "/v1/payments/x"}, 422),
    (("GET", "/v1/messages/{id}"), {"rows": {}}, 404),
    (("GET", "/v1/messages/{id}"), {"path": "/v1/messages/x"}, 400),
    (("GET", "/v1/corridors/{name}"), {"rows": {}}, 404),
    (("GET", "/v1/approvals/{id}"), {"rows": {}}, 404),
    (("GET", "/v1/approvals/{id}"), {"path": "/v1/approvals/x"}, 400),
    (("POST", "/v1/commands/corridor.apply"), {"body": SAME_FILE}, 200),
    (("POST", "/v1/commands/corridor.apply"), {"body": CORRIDOR_FILE}, 202),
    (("POST", "/v1/commands/corridor.apply"), {"body": "name: x\n"}, 422),
    (("POST", "/v1/commands/corridor.suspend"), {"body": "{"}, 400),
    (("POST", "/v1/commands/corridor.suspend"), {"body": {"corridor": "sg-xx"}}, 422),
    (("POST", "/v1/commands/corridor.resume"), {"body": "{"}, 400),
    (("POST", "/v1/commands/corridor.resume"), {"body": {"corridor": "sg-xx"}}, 422),
    (("POST", "/v1/commands/corridor.resume"), {"rows": {}, "closed": True}, 202),
    (("POST", "/v1/commands/liquidity.withdraw"), {"body": "{"}, 400),
    (("POST", "/v1/commands/liquidity.withdraw"), {"available": 499}, 422),
    (("POST", "/v1/commands/operator.add"), {"body": "{"}, 400),
    (("POST", "/v1/commands/operator.add"), {"other": True}, 409),
    (("POST", "/v1/commands/operator.add"), {"participants": ""}, 422),
    (("POST", "/v1/commands/operator.suspend"), {"body": "{"}, 400),
    (("POST", "/v1/commands/operator.suspend"), {"other": None}, 404),
    (("POST", "/v1/commands/operator.suspend"), {"active": 2}, 409),
    (("POST", "/v1/commands/approval.approve"), {"body": "{"}, 400),
    (("POST", "/v1/commands/approval.approve"), {"approval": {"order": "liquidity.withdraw", "proposer": "bob"}}, 403),
    (("POST", "/v1/commands/approval.approve"), {"approval": None}, 404),
    (("POST", "/v1/commands/approval.approve"), {"approval": {"order": "liquidity.withdraw", "proposer": "ann", "late": True}}, 409),
    (("POST", "/v1/commands/approval.approve"), {"available": 499}, 422),
    (("POST", "/v1/commands/approval.refuse"), {"body": "{"}, 400),
    (("POST", "/v1/commands/approval.refuse"), {"approval": None}, 404),
    (("POST", "/v1/commands/approval.refuse"), {"approval": {"order": "liquidity.withdraw", "proposer": "ann", "late": True}}, 409),
    (("POST", "/v1/commands/fx.post"), {"body": "{"}, 400),
    (("POST", "/v1/commands/fx.post"), {"body": {"corridor": "x", "provider": "P", "rate": "1"}}, 422),
    (("POST", "/v1/commands/fx.quote"), {"rows": {}}, 422),
    (("POST", "/v1/commands/fx.quote"), {"body": "[]"}, 400),
    (("POST", "/v1/commands/liquidity.fund"), {"body": {"corridor": "sg-th", "account": "DOMESTIC", "amount": "1"}}, 400),
    (("POST", "/v1/commands/liquidity.fund"), {"body": {"corridor": "sg-th", "account": "PEER_PREFUND", "amount": "0"}}, 422),
]


# ---- asking ----

class Api:
    def __init__(self, program):
        self.program = program

    def ask(self, requests):
        lines = "".join(json.dumps(self.line(*request)) + "\n" for request in requests)
        ended = subprocess.run([self.program], input=lines.encode(), capture_output=True, check=False)
        assert ended.returncode == 0, ended.stderr.decode()
        return [json.loads(line) for line in ended.stdout.splitlines()]

    @staticmethod
    def line(operation, changes):
        request = {"method": operation[0], "path": operation[1], **GOOD[operation], **changes}
        request = {name: value for name, value in request.items() if value is not None}
        if not isinstance(request.get("body", ""), str):
            request["body"] = json.dumps(request["body"])
        return request


def judge(document, operation, answer, wanted):
    """What is wrong with one answer."""
    what = " ".join(operation)
    if answer["status"] != wanted:
        yield f"{what}: {answer['status']} instead of {wanted}: {answer['body']}"
        return
    responses = document.paths[operation[1]][operation[0].lower()]["responses"]
    if str(wanted) not in responses:
        yield f"{what}: {wanted} is not described"
        return
    content = responses[str(wanted)]["content"]
    if answer["type"] not in content:
        yield f"{what}: {answer['type']} is not described for {wanted}"
        return
    if "json" not in answer["type"]:
        return
    schema = closed(content[answer["type"]]["schema"])
    for error in jsonschema.Draft7Validator(schema).iter_errors(json.loads(answer["body"])):
        yield f"{what}: {error.message} at {list(error.absolute_path)}"


def check_answers(document, api):
    operations = {operation[:2]: operation[2] for operation in document.operations()}
    yield from (f"{' '.join(operation)} is never asked" for operation in operations.keys() - GOOD.keys())
    good = [(operation, {}) for operation in GOOD]
    for (operation, _), answer in zip(good, api.ask(good)):
        wanted = GOOD[operation].get("status", 200)
        yield from judge(document, operation, answer, wanted)
        content = operations[operation]["responses"][str(wanted)]["content"]
        if "application/json" in content and answer["status"] == wanted:
            described = set(members(content["application/json"]["schema"]))
            missing = described - set(seen(json.loads(answer["body"]))) - NEVER.get(operation, set())
            yield from (f"{' '.join(operation)}: {name} is described and never answered" for name in sorted(missing))
    for (operation, _, status), answer in zip(BAD, api.ask([row[:2] for row in BAD])):
        yield from judge(document, operation, answer, status)
    tried = {(operation, str(status)) for operation, _, status in BAD} | {(operation, str(row.get("status", 200))) for operation, row in GOOD.items()}
    for operation, described in operations.items():
        yield from (f"{' '.join(operation)}: {status} is described and never answered"
                    for status in described["responses"] if status != "default" and (operation, status) not in tried)


# ---- mutated requests: one verdict ----

VALUES = ["", "x", "sg-th", "source", "target", "both", "GLOBEXFX", "1", "1.5", "0.01", "-1", "1e3", ".5", "1.", "1.12345678901",
          "FOREIGN_PREFUND", "PEER_PREFUND", "FX:GLOBEXFX:THB", "FX:GLOBEXFX:thb", "FX:GLOBEXFX:", "FX::SGD", "DOMESTIC", "x" * 36,
          "x" * 35, "\u00e4" * 36, 1, 1.5, True, None, [], {}, ["sg-th"], {"a": "b"}]


def mutate(body, randomness):
    body = copy.deepcopy(body)
    name = randomness.choice([*body, "memo", "Corridor", "", "a/b"])
    if name in body and randomness.random() < 0.15:
        del body[name]
    else:
        body[name] = randomness.choice(VALUES)
    return body


def is_one_verdict(valid, answer):
    """A body that the schema refuses is malformed or has no amount; one that it allows may still be refused for what it means."""
    problem = json.loads(answer["body"])
    said_malformed = problem.get("rule") == "request.malformed" or problem.get("rule") == "amount.format"
    return said_malformed == (not valid) or (valid and problem.get("rule") == "amount.format")


def check_orders(document, api, randomness):
    for operation in GOOD:
        body = GOOD[operation].get("body")
        if not isinstance(body, dict):
            continue
        schema = document.paths[operation[1]]["post"]["requestBody"]["content"]["application/json"]["schema"]
        validator = jsonschema.Draft7Validator(schema)
        bodies = [body] + [mutate(body, randomness) for _ in range(400)]
        refused = 0
        for mutated, answer in zip(bodies, api.ask([(operation, {"body": mutated}) for mutated in bodies])):
            valid = validator.is_valid(mutated)
            refused += not valid
            if not is_one_verdict(valid, answer):
                yield f"{operation[1]}: the schema {'allows' if valid else 'refuses'} {json.dumps(mutated)}: {answer['body']}"
            elif not valid and "pointer" not in json.loads(answer["body"]):
                yield f"{operation[1]}: {json.dumps(mutated)} is refused without a pointer"
        assert 50 < refused < 400, f"{operation[1]}: {refused} of 400 mutations are refused"


def is_described(parameters, query):
    given = urllib.parse.parse_qsl(query, keep_blank_values=True)
    for name, value in given:
        schema = next((parameter["schema"] for parameter in parameters if parameter["name"] == name), None)
        if schema is None or [name for name, _ in given].count(name) > 1:
            return False
        if schema.get("type") == "integer":
            if not re.fullmatch(r"\d{1,9}", value):
                return False
            value = int(value)
        if not jsonschema.Draft7Validator(schema).is_valid(value):
            return False
    return True


def check_parameters(document, api, randomness):
    operation = ("GET", "/v1/payments")
    parameters = [parameter for parameter in document.paths["/v1/payments"]["get"]["parameters"] if parameter["in"] == "query"]
    names = [parameter["name"] for parameter in parameters] + ["order", "Limit", ""]
    values = ["1", "1000", "1001", "0", "-1", "x", "", "SETTLED", "IN_DOUBT", "NONE", "settled", "sg-th", "a/b c&d", "y" * 35, "y" * 36, "now", ID, ID.upper()]
    queries = ["&".join(f"{urllib.parse.quote(randomness.choice(names))}={urllib.parse.quote(randomness.choice(values))}"
                        for _ in range(randomness.randint(1, 2))) for _ in range(400)]
    for query, answer in zip(queries, api.ask([(operation, {"query": query}) for query in queries])):
        if (answer["status"] == 200) != is_described(parameters, query):
            yield f"GET /v1/payments?{query}: {answer['status']} {answer['body']}"


def main():
    api, document = Api(sys.argv[1]), Document(pathlib.Path(sys.argv[2]).resolve() / "schemas")
    randomness = random.Random(20261124)
    failures = [*check_answers(document, api), *check_orders(document, api, randomness), *check_parameters(document, api, randomness)]
    for failure in failures:
        print(failure)
    print(f"{len(failures)} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
