#!/usr/bin/env python3
"""The wallet contract has one meaning: what schemas/wallet refuses, the gateway's reader refuses as event.schema or
event.malformed, and nothing else; what the gateway writes, schemas/wallet accepts.

usage: test_wallet_events.py READ_EVENT WRITE_EVENT SCHEMAS
"""
import copy
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import jsonschema

MOST_BYTES, MOST_LEVELS = 64 * 1024, 8
SCHEMA_RULES = {"event.schema", "event.malformed"}
UETR = "0af76519-16cd-43dd-8448-eb211c80319c"
LOCK = "b7ad6b71-6920-1333-0af7-651916cd43dd"


# ---- the schemas' verdict ----

class Malformed(ValueError):
    """Not the JSON that an event may be."""


def _object(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Malformed("a name twice")
    return dict(pairs)


def _levels(text):
    level = most = 0
    for bracket in re.sub(r'"(?:[^"\\]|\\.)*"', "", text):
        level += {"{": 1, "[": 1, "}": -1, "]": -1}.get(bracket, 0)
        most = max(most, level)
    return most


def _refuse_constant(name):
    raise Malformed(name)


def parse(raw):
    """Python's parser, held to what the contract says of the JSON itself."""
    if len(raw) > MOST_BYTES:
        raise Malformed("too large")
    text = raw.decode("utf-8")
    if _levels(text) > MOST_LEVELS:
        raise Malformed("too deep")
    if "\\u0000" in text:
        raise Malformed("a zero")
    return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)


class Schemas:
    def __init__(self, folder):
        self.schemas = {path.name: json.loads(path.read_text()) for path in pathlib.Path(folder).glob("*.json")}
        base = "https://schemas.invalid/"
        store = {base + name: schema for name, schema in self.schemas.items()}
        self.validators = {}
        for name, schema in self.schemas.items():
            jsonschema.Draft7Validator.check_schema(schema)
            resolver = jsonschema.RefResolver(base + name, schema, store=store)
            self.validators[name] = jsonschema.Draft7Validator(schema, resolver=resolver)

    def refuses(self, event, prefix):
        """Why the event's own schema refuses it; None when it does not."""
        kind = event.get("type") if isinstance(event, dict) else None
        name = f"{kind}.json"
        if not isinstance(kind, str) or not kind.startswith(prefix) or name not in self.validators:
            return "no such type"
        error = next(self.validators[name].iter_errors(event), None)
        return error and error.message

    def verdict(self, raw):
        try:
            return self.refuses(parse(raw), "wallet.")
        except (Malformed, ValueError) as problem:
            return f"malformed: {problem}"


# ---- good events ----

def payment(**changes):
    party = {"name": "Tan Wei Ling", "street": "Cecil Street", "building": "12", "post_code": "069535",
             "town": "Singapore", "country": "SG", "lei": "984500KHRWJ8EYA0S872", "identification": "S1234567D"}
    whole = {"uetr": UETR, "end_to_end_id": "INV-1", "instruction_id": "SG-1", "debtor": party,
             "debtor_account": "SGW1", "debtor_agent": "MERLSGSG", "creditor": dict(party, country="TH"),
             "creditor_account": "THW1", "creditor_agent": "CHAOTHBK", "fixed_side": "source",
             "source_currency": "SGD", "source_amount": "100.00", "target_currency": "THB", "rate": "25.8125",
             "fx_provider": "GLOBEXFX", "quote_id": LOCK, "limit_amount": "2500.00", "purpose": "GDDS",
             "remittance": "Rice", "acceptance_time": "2026-05-04T00:00:00.000Z"}
    whole.update(changes)
    return whole


def envelope(kind, data, **changes):
    event = {"specversion": "1.0", "source": "urn:wallet:home", "id": "event-1", "type": kind, "subject": UETR,
             "partitionkey": "SGW1", "time": "2026-05-04T00:00:00Z", "datacontenttype": "application/json",
             "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "data": data}
    event.update(changes)
    return event


def good_events():
    reason = {"code": "AC04", "text": "Account closed"}
    yield envelope("wallet.transfer.initiated.v1",
                   {"corridor": "sg-th", "lock": {"id": LOCK, "amount": "100.00"},
                    "expires_at": "2026-05-04T07:00:00+07:00", "payment": payment()})
    yield envelope("wallet.transfer.cancel.requested.v1", {"corridor": "sg-th"})
    for end in ("captured", "released", "failed"):
        yield envelope(f"wallet.lock.{end}.v1", {"corridor": "sg-th", "lock": {"id": LOCK}, "amount": "99.50",
                                                 "reason": reason})
    for end in ("completed", "rejected", "blocked"):
        yield envelope(f"wallet.credit.{end}.v1", {"corridor": "sg-th", "reason": reason})


# ---- what is done to them ----

ODD_VALUES = [None, True, 0, 12.5, [], {}, [""], {"a": "b"}, "", " ", "a", "A" * 3, "x" * 200, "1", "0", "00.10", "1.",
              ".5", "1e3", "+1", "-1", "1.2.3", "0.0000000000000000001", "9" * 18, "9" * 19, "1" * 19, "1" * 20, "12,5",
              "source", "target", "Source", "SGD", "XXX", "JPY", LOCK, LOCK.upper(), UETR, UETR[:-1], UETR + "0", "1.0",
              "application/json", "wallet.lock.captured.v1", "wallet.credit.rejected.v1", "corridor.alert.v1",
              "2026-05-04T00:00:00Z", "2026-05-04t00:00:00z", "2026-05-04 00:00:00Z", "2026-05-04", "2026-02-29T00:00:00Z",
              "2028-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2000-02-29T23:59:59.123456789Z", "1969-12-31T23:59:59Z",
              "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-05-04T24:00:00Z", "2026-05-04T00:00:60Z",
              "2026-05-04T00:00:00", "2026-05-04T00:00:00.Z", "2026-05-04T00:00:00+14:00", "2026-05-04T00:00:00+15:00",
              "2026-05-04T00:00:00-00:59", "2026-05-04T00:00:00-00:60", "2026-05-04T00:00:00+0700"]


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from places(member, path + (name,))


def at(event, path):
    for name in path:
        event = event[name]
    return event


def mutants(event):
    """(what was done, event): one change each."""
    for path in places(event):
        if path:
            for odd in ODD_VALUES:
                changed = copy.deepcopy(event)
                at(changed, path[:-1])[path[-1]] = odd
                yield f"{'/'.join(path)} = {odd!r:.40}", changed
            changed = copy.deepcopy(event)
            del at(changed, path[:-1])[path[-1]]
            yield f"{'/'.join(path)} taken away", changed
        if isinstance(at(event, path), dict):
            for name in ("unknown", "amount", "reason", "name", "lock", "Corridor"):
                if name not in at(event, path):
                    changed = copy.deepcopy(event)
                    at(changed, path)[name] = "1"
                    yield f"{'/'.join(path)}/{name} added", changed


def length_mutants(event):
    """Each text one byte around every cap that a member has."""
    for path in places(event):
        if not path or not isinstance(at(event, path), str):
            continue
        for cap in (2, 3, 4, 11, 16, 20, 34, 35, 55, 70, 105, 128, 140):
            for length in (cap, cap + 1):
                changed = copy.deepcopy(event)
                at(changed, path[:-1])[path[-1]] = "A" * length
                yield f"{'/'.join(path)} of {length}", changed


def pairs_of_mutants(event, count, seed):
    """Two changes at once, where the order of the reader's checks shows."""
    chance = random.Random(seed)
    single = list(mutants(event))
    for _ in range(count):
        what, changed = chance.choice(single)
        again = [other for other in places(changed) if other]
        path = chance.choice(again)
        twice = copy.deepcopy(changed)
        odd = chance.choice(ODD_VALUES)
        at(twice, path[:-1])[path[-1]] = odd
        yield f"{what}, {'/'.join(path)} = {odd!r:.40}", twice


def raw_mutants(event):
    """What no JSON writer makes."""
    text = json.dumps(event)
    yield "as it is", text.encode()
    yield "spaced", json.dumps(event, indent=4).encode()
    yield "source twice", text.replace('"source":', '"source": "a", "source":', 1).encode()
    yield "corridor twice", text.replace('"corridor":', '"corridor": "sg-th", "corridor":', 1).encode()
    yield "cut", text[:-2].encode()
    yield "followed", (text + "{}").encode()
    yield "nothing", b""
    yield "an array", ("[" + text + "]").encode()
    yield "a string", b'"wallet"'
    yield "not UTF-8", text.replace("urn:wallet", "urn:w\xe4llet").encode("latin-1")
    yield "a zero", text.replace("urn:wallet", "urn\\u0000wallet").encode()
    yield "too large", text.replace('"data"', '"more": "' + "x" * MOST_BYTES + '", "data"').encode()
    yield "seven levels", text.replace('"data"', '"more": ' + "[" * 7 + "]" * 7 + ', "data"', 1).encode()
    yield "nine levels", text.replace('"data"', '"more": ' + "[" * 8 + "]" * 8 + ', "data"', 1).encode()
    yield "other attributes", text.replace('"data"', '"more": {"a": [1, 2.5, null]}, "data"', 1).encode()
    yield "a number that is none", text.replace('"data"', '"more": NaN, "data"', 1).encode()


def cases():
    for event in good_events():
        kind = event["type"]
        for what, raw in raw_mutants(event):
            yield f"{kind}: {what}", raw
        for made in (mutants(event), length_mutants(event), pairs_of_mutants(event, 400, kind)):
            for what, changed in made:
                yield f"{kind}: {what}", json.dumps(changed).encode()


# ---- the comparison ----

def read_all(program, raws):
    """The reader's line for each of the raw events."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(raws), 500):
            files = []
            for number, raw in enumerate(raws[start:start + 500]):
                files.append(os.path.join(folder, f"{number}.json"))
                pathlib.Path(files[-1]).write_bytes(raw)
            lines += subprocess.run([program, *files], check=True, capture_output=True, text=True).stdout.splitlines()
    return lines


def check_reading(program, schemas):
    named = list(cases())
    lines = read_all(program, [raw for _, raw in named])
    assert len(lines) == len(named), "the reader answered for each event"
    failures, accepted, refused = [], 0, 0
    for (what, raw), line in zip(named, lines):
        rule = line.split(" ")[0]
        why = schemas.verdict(raw)
        accepted, refused = accepted + (why is None), refused + (why is not None)
        if (why is not None) != (rule in SCHEMA_RULES):
            failures.append(f"{what}: the schema says {why or 'fine'}, the reader {line}")
    for event, line in zip(good_events(), read_all(program, [json.dumps(event).encode() for event in good_events()])):
        if line != "ok":
            failures.append(f"{event['type']} as it should be: the reader says {line}")
    print(f"read: {len(named)} events, {accepted} the schemas accept, {refused} they refuse")
    assert accepted > 500 and refused > 500, "both verdicts are well tried"
    return failures


def undescribed(schema, value, path):
    """Members of data that its schema does not name: it is open, so that it can grow."""
    known = schema.get("properties")
    if not isinstance(value, dict) or known is None:
        return
    for name, member in value.items():
        if name not in known:
            yield f"{path}/{name}"
        else:
            yield from undescribed(known[name], member, f"{path}/{name}")


def check_writing(program, schemas):
    failures, kinds = [], set()
    for line in subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines():
        event = parse(line.encode())
        kinds.add(event["type"])
        why = schemas.refuses(event, "corridor.")
        if why:
            failures.append(f"written {event['type']}: {why}")
            continue
        data = schemas.schemas[event["type"] + ".json"]["properties"]["data"]
        failures += [f"written {event['type']}: {where} is not described" for where in undescribed(data, event["data"], "")]
    described = {name[:-5] for name in schemas.schemas if name.startswith("corridor.")}
    failures += [f"described and never written: {kind}" for kind in described - kinds]
    print(f"written: {len(kinds)} types")
    return failures


def main():
    reader, writer, folder = sys.argv[1:]
    schemas = Schemas(folder)
    failures = check_reading(reader, schemas) + check_writing(writer, schemas)
    for failure in failures[:40]:
        print(failure)
    print(f"{len(failures)} disagreements")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
