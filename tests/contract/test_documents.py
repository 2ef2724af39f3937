#!/usr/bin/env python3
"""schemas/openapi.yaml and schemas/asyncapi.yaml: every reference resolves, and what they list is what the code has.

usage: test_documents.py SOURCE_FOLDER
"""
import json
import pathlib
import re
import sys

import yaml

METHODS = {"get", "post", "put", "delete", "patch"}


class Documents:
    def __init__(self, folder):
        self.folder = folder
        self.loaded = {}

    def load(self, path):
        if path not in self.loaded:
            text = path.read_text()
            self.loaded[path] = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        return self.loaded[path]

    def resolve(self, reference, base):
        file, _, pointer = reference.partition("#")
        value = self.load((base.parent / file).resolve() if file else base)
        for step in pointer.split("/")[1:]:
            value = value[step.replace("~1", "/").replace("~0", "~")]
        return value

    def references(self, value):
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for member in value.values():
                yield from self.references(member)
        elif isinstance(value, list):
            for member in value:
                yield from self.references(member)

    def broken(self, path, done):
        if path in done:
            return
        done.add(path)
        for reference in self.references(self.load(path)):
            try:
                self.resolve(reference, path)
            except (KeyError, OSError, TypeError) as problem:
                yield f"{path.name}: {reference} leads nowhere ({problem!r})"
                continue
            file = reference.partition("#")[0]
            if file:
                yield from self.broken((path.parent / file).resolve(), done)


def compare(what, code, document):
    for missing in sorted(code - document):
        yield f"{what}: {missing} is in the code and not described"
    for extra in sorted(document - code):
        yield f"{what}: {extra} is described and not in the code"


def routes_of_code(source):
    api = (source / "gateway/api/api.c").read_text()
    routes = {(method, path) for method, path in re.findall(r'\{"(GET|POST|PUT|DELETE|PATCH)", "([^"]+)",', api)}
    routes |= {("GET", path) for path in re.findall(r'^    (?:READ|ROWS)\("([^"]+)",', api, re.M)}
    found = re.search(r"const char \*const order_names\[\] = \{([^}]*)\}", (source / "gateway/core/command.c").read_text())
    names = re.findall(r'"([a-z.]+)"', found.group(1))
    assert len(routes) > 5 and len(names) > 3, "the tables of routes and orders were found"
    routes.remove(("POST", "/v1/commands/"))
    return routes | {("POST", "/v1/commands/" + name) for name in names}


def routes_of_document(openapi):
    return {(method.upper(), re.sub(r"\{[^}]*\}$", "", path))
            for path, item in openapi["paths"].items() for method in item if method in METHODS}


def columns_of_code(source, file, name):
    text = (source / file).read_text()
    found = re.search(r"const char \*const %s\[\] = \{([^}]*)\}" % name, text)
    assert found, f"{name} stands in {file}"
    return set(re.findall(r'"(\w+)"', found.group(1)))


TABLES = [("gateway/api/api.c", "position_names", "Position"), ("gateway/api/api.c", "balance_names", "Balance"),
          ("gateway/api/api.c", "corridor_names", "CorridorRow"), ("gateway/api/api.c", "count_names", "Count"),
          ("gateway/api/api.c", "case_names", "Case"), ("gateway/api/payments.c", "timeline_names", "Transition"),
          ("gateway/api/payments.c", "message_names", "Message"), ("gateway/api/payments.c", "posting_names", "Posting"),
          ("gateway/api/payments.c", "list_names", "PaymentRow"), ("gateway/api/api.c", "operator_names", "Operator"),
          ("gateway/api/api.c", "participant_names", "Participant"), ("gateway/api/api.c", "approval_names", "ApprovalRow"),
          ("gateway/api/status.c", "approval_names", "ApprovalRow"),
          ("gateway/api/orders.c", "rate_members", "RateOrder"), ("gateway/api/orders.c", "quote_members", "QuoteOrder"),
          ("gateway/api/orders.c", "liquidity_members", "FundOrder"), ("gateway/api/orders.c", "corridor_members", "CorridorOrder"),
          ("gateway/api/orders.c", "new_operator_members", "OperatorOrder"), ("gateway/api/orders.c", "operator_members", "NameOrder"),
          ("gateway/api/orders.c", "approval_members", "DecisionOrder")]


def check_openapi(source, documents):
    path = source / "schemas/openapi.yaml"
    openapi = documents.load(path)
    yield from documents.broken(path, set())
    yield from compare("route", {" ".join(route) for route in routes_of_code(source)},
                       {" ".join(route) for route in routes_of_document(openapi)})
    for file, name, schema in TABLES:
        described = set(openapi["components"]["schemas"][schema]["properties"])
        yield from compare(schema, columns_of_code(source, file, name), described)


def check_payment(source, documents):
    """schemas/wallet/payment.json has the members of core/payment.c; their caps are tried in test_wallet_events.py."""
    code = (source / "gateway/core/payment.c").read_text()
    schema = documents.load(source / "schemas/wallet/payment.json")
    for record, properties in (("payment", schema["properties"]), ("party", schema["definitions"]["party"]["properties"])):
        yield from compare(record, set(re.findall(r"FIELD\w*\(%s, (\w+)" % record, code)), set(properties))


def check_asyncapi(source, documents):
    path = source / "schemas/asyncapi.yaml"
    asyncapi = documents.load(path)
    yield from documents.broken(path, set())
    described = {message["name"]: message["payload"]["$ref"] for message in asyncapi["components"]["messages"].values()}
    code = set(re.findall(r'"(wallet\.[a-z_.]+\.v1)"', (source / "gateway/flow/wallet_event.c").read_text()))
    code |= set(re.findall(r'"(corridor\.[a-z_.]+\.v1)"', (source / "gateway/core/decision.c").read_text()))
    assert len(code) > 15, "the types of events were found"
    yield from compare("event", code, set(described))
    yield from (f"{name}: its payload is {file}" for name, file in described.items() if file != f"wallet/{name}.json")
    for channel, prefix in (("fromWallet", "wallet."), ("toWallet", "corridor.")):
        messages = [documents.resolve(item["$ref"], path)["name"] for item in asyncapi["channels"][channel]["messages"].values()]
        yield from compare(channel, {name for name in code if name.startswith(prefix)}, set(messages))


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    documents = Documents(source / "schemas")
    failures = [*check_openapi(source, documents), *check_asyncapi(source, documents), *check_payment(source, documents)]
    for failure in failures:
        print(failure)
    print(f"{len(failures)} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
