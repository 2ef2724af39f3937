#!/usr/bin/env python3
"""Verbs that ask and order a gateway: what goes over the wire, what a person reads, how it ends."""
import hashlib
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile

from gateway import Gateway
from program import CONFIGURATION, GOLDEN, PONTIS, REFUSED, SOURCE, UNREACHABLE, Program, main

UETR = "3f0e2c52-5c7b-4f7e-9a55-0c5d7f6f2a11"
PAYMENT = json.loads((GOLDEN / "payment.json").read_text())


class Asking(Program):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.gateway = Gateway(SOURCE, cls.folder.name)
        cls.environment = cls.gateway.environment()

    @classmethod
    def tearDownClass(cls):
        cls.gateway.close()
        cls.folder.cleanup()

    def setUp(self):
        self.gateway.answers.clear()
        self.gateway.requests.clear()
        self.gateway.keys.clear()

    def get(self, path, body, *words):
        self.gateway.lay_out("GET", path, body)
        text = self.pontis(*words)
        self.assertEqual([("GET", path, None, "")], self.gateway.requests)
        self.gateway.requests.clear()
        return text


class Payments(Asking):
    def test_a_payment_is_told_for_people(self):
        self.assert_golden("payment_show.txt", self.get(f"/v1/payments/{UETR}", PAYMENT, "payment", "show", UETR))

    def test_and_as_it_came_for_programs(self):
        text = self.get(f"/v1/payments/{UETR}", PAYMENT, "payment", "show", "--json", UETR)
        self.assertEqual(PAYMENT, json.loads(text))

    def test_what_a_stranger_wrote_moves_no_cursor(self):
        payment = json.loads(json.dumps(PAYMENT))
        payment["instructions"][0]["payment"]["remittance"] = "rent\x1b[2J\x9b2J\x7f\x07\n ok"
        text = self.get(f"/v1/payments/{UETR}", payment, "payment", "show", UETR)
        self.assertIn("SUPP, rent?[2J?2J???", text)
        self.assertNotIn("\x1b", text)

    def test_a_list_has_a_column_for_what_any_row_has(self):
        rows = [{"uetr": "u1", "state": "SETTLED", "source_amount": "1.00"},
                {"uetr": "u2", "state": "REJECTED", "source_amount": "2000.00", "reason_code": "AC04"}]
        text = self.get("/v1/payments", {"payments": rows}, "payment", "list")
        self.assertEqual("uetr  state     source_amount  reason_code\n"
                         "u1    SETTLED            1.00  \n"
                         "u2    REJECTED        2000.00  AC04\n", text)
        self.assertEqual("nothing\n", self.get("/v1/payments", {"payments": []}, "payment", "list"))

    def test_filters_are_encoded(self):
        self.get("/v1/payments?corridor=sg%2Fth%20%26%3D%3F%23&state=IN_DOUBT&limit=5", {"payments": []},
                 "payment", "list", "--corridor", "sg/th &=?#", "--state", "IN_DOUBT", "--limit", "5")

    def test_a_message_comes_byte_by_byte(self):
        self.gateway.lay_out("GET", "/v1/messages/0193", b"<a>\r\n \xc3\xa4</a>", kind="application/xml")
        self.assertEqual("<a>\r\n \u00e4</a>", self.pontis("message", "show", "0193"))


class Books(Asking):
    def test_positions_are_a_table(self):
        row = {"corridor": "sg-th", "role": "FX", "owner": "GLOBEXFX", "currency": "THB", "available": "-12.50"}
        text = self.get("/v1/positions", {"positions": [row]}, "liquidity", "show")
        self.assertEqual("corridor  role  owner     currency  available\nsg-th     FX    GLOBEXFX  THB          -12.50\n", text)
        self.assertEqual({"positions": [row]}, json.loads(self.get("/v1/positions", {"positions": [row]}, "liquidity", "show", "--json")))

    def test_corridors_are_listed(self):
        row = {"name": "sg-th", "version": "3"}
        self.assertEqual("name   version\nsg-th        3\n", self.get("/v1/corridors", {"corridors": [row]}, "corridor", "list"))

    def test_a_corridor_is_shown_as_a_file_that_is_right(self):
        answer = {"name": "sg-th", "version": 3, "document": json.loads((GOLDEN / "corridor.json").read_text())}
        text = self.get("/v1/corridors/sg-th", answer, "corridor", "show", "sg-th")
        self.assert_golden("corridor_show.yaml", text)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            self.assertIn(": ok: corridor sg-th, SGD to THB", self.pontis("corridor", "check", file.name))
        self.assertEqual(answer, json.loads(self.get("/v1/corridors/sg-th", answer, "corridor", "show", "sg-th", "--json")))

    def test_a_name_with_a_slash_stays_one_part_of_the_path(self):
        self.gateway.problem("GET", "/v1/corridors/sg%2Fth%3Fx%25", 404, title="no such corridor")
        self.pontis("corridor", "show", "sg/th?x%", status=REFUSED)
        self.assertIn("pontis: refused: no such corridor", self.said)
        self.pontis("corridor", "show", "..", status=REFUSED)
        self.assertEqual("/v1/corridors/..", self.gateway.requests[-1][1])


class Orders(Asking):
    def order(self, path, sent, answer, *words):
        self.gateway.lay_out("POST", path, answer)
        text = self.pontis(*words)
        method, asked, kind, body = self.gateway.requests.pop()
        self.assertEqual(("POST", path, "application/json"), (method, asked, kind))
        self.assertEqual(sent, json.loads(body))
        return text

    def test_options_become_members(self):
        text = self.order("/v1/commands/fx.post", {"corridor": "sg-th", "provider": "GLOBEXFX", "rate": "25.8125"},
                          {"corridor": "sg-th", "provider": "GLOBEXFX", "rate": "25.8125"},
                          "fx", "post", "--provider", "GLOBEXFX", "--corridor", "sg-th", "--rate", "25.8125")
        self.assertEqual("corridor         sg-th\nprovider         GLOBEXFX\nrate             25.8125\n", text)
        self.order("/v1/commands/fx.quote", {"corridor": "sg-th", "provider": "P", "fixed_side": "source", "amount": "1.00"}, {},
                   "fx", "quote", "--corridor", "sg-th", "--provider", "P", "--fixed", "source", "--amount", "1.00")
        text = self.order("/v1/commands/liquidity.fund", {"corridor": "sg-th", "account": "PEER_PREFUND", "amount": "-5"},
                          {"corridor": "sg-th"}, "liquidity", "fund", "--json", "--corridor", "sg-th", "--account",
                          "PEER_PREFUND", "--amount", "-5")
        self.assertEqual({"corridor": "sg-th"}, json.loads(text))

    def test_a_corridor_file_is_sent_as_it_is(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            self.gateway.lay_out("POST", "/v1/commands/corridor.apply", {"corridor": "sg-th", "version": 4})
            self.pontis("corridor", "apply", file.name)
            self.assertEqual(("POST", "/v1/commands/corridor.apply", "application/yaml", ""), self.gateway.requests[-1])
            file.write("name: sg-th\n# \u00e4\n")
            file.flush()
            self.assertEqual("corridor         sg-th\nversion          4\n", self.pontis("corridor", "apply", file.name))
            self.assertEqual("name: sg-th\n# \u00e4\n", self.gateway.requests[-1][3])

    def test_a_refusal_names_what_where_and_what_to_do(self):
        self.gateway.problem("POST", "/v1/commands/fx.post", 422, title="no such corridor", detail="no corridor is called x\x1b[2J",
                             rule="corridor.unknown", hint="ask the operator", pointer="/corridor")
        self.pontis("fx", "post", "--corridor", "x", "--provider", "P", "--rate", "1", status=REFUSED)
        self.assertEqual("pontis: refused: no such corridor [corridor.unknown]\n  /corridor: no corridor is called x?[2J\n"
                         "  ask the operator\n", self.said)


class FourEyes(Asking):
    ID = "0193a5c0-0000-7000-8000-000000000001"
    CHANGES = [{"path": "limits.maximum", "from": "200000.00", "to": "150000.00"}, {"path": "participants.BNMAMYKL", "to": "correspondent_bank\x1b[2J"},
               {"path": "fx.providers", "from": ["A"], "to": ["A", "B"]}]
    PROPOSED = {"approval": ID, "order": "corridor.apply", "expires_at": "2027-01-16T08:00:00.000Z", "changes": CHANGES}
    DIFF = ("changes\n  limits.maximum\n    - \"200000.00\"\n    + \"150000.00\"\n  participants.BNMAMYKL\n    + \"correspondent_bank\\u001B[2J\"\n"
            "  fx.providers\n    - [\"A\"]\n    + [\"A\",\"B\"]\n")

    def test_what_is_proposed_is_shown_change_by_change_with_the_line_to_paste(self):
        self.gateway.lay_out("POST", "/v1/commands/corridor.resume", self.PROPOSED, status=202)
        text = self.pontis("corridor", "resume", "sg-th")
        self.assertEqual({"corridor": "sg-th"}, json.loads(self.gateway.requests[-1][3]))
        self.assertEqual(f"approval         {self.ID}\norder            corridor.apply\nexpires_at       2027-01-16T08:00:00.000Z\n" + self.DIFF, text)
        self.assertEqual(f"pontis: nothing has changed yet: another operator has to approve it\n  pontis approval approve {self.ID}\n", self.said)
        self.assertEqual(self.PROPOSED, json.loads(self.pontis("corridor", "resume", "sg-th", "--json")))

    def test_an_approval_is_shown_with_its_bytes(self):
        answer = {"id": self.ID, "order": "corridor.apply", "corridor": "sg-th", "proposer": "ann", "state": "open", "changes": self.CHANGES,
                  "request": "name: sg-th\n# \u00e4\x1b[2J\nopen: true\n"}
        text = self.get(f"/v1/approvals/{self.ID}", answer, "approval", "show", self.ID)
        self.assertEqual(f"id               {self.ID}\norder            corridor.apply\ncorridor         sg-th\nproposer         ann\nstate            open\n"
                         + self.DIFF + "request\n  name: sg-th\n  # \u00e4?[2J\n  open: true\n", text)
        self.assertEqual(answer, json.loads(self.get(f"/v1/approvals/{self.ID}", answer, "approval", "show", "--json", self.ID)))

    def test_what_waits_is_a_table(self):
        rows = [{"id": self.ID, "order": "operator.add", "proposer": "ann", "state": "open"}]
        self.assertEqual(f"id                                    order         proposer  state\n{self.ID}  operator.add  ann       open\n",
                         self.get("/v1/approvals", {"approvals": rows}, "approval", "list"))

    def test_a_decision_names_its_approval_and_says_why(self):
        answer = {"approval": self.ID, "order": "corridor.apply", "state": "approved", "result": {"corridor": "sg-th", "version": 4}}
        self.gateway.lay_out("POST", "/v1/commands/approval.approve", answer)
        text = self.pontis("approval", "approve", self.ID, "--reason", "as agreed")
        self.assertEqual({"approval": self.ID, "reason": "as agreed"}, json.loads(self.gateway.requests[-1][3]))
        self.assertEqual(f"approval         {self.ID}\norder            corridor.apply\nstate            approved\ncorridor         sg-th\nversion          4\n", text)
        self.gateway.lay_out("POST", "/v1/commands/approval.refuse", {"approval": self.ID, "state": "refused"})
        self.pontis("approval", "refuse", self.ID)
        self.assertEqual({"approval": self.ID}, json.loads(self.gateway.requests[-1][3]))
        self.assertEqual("", self.said)

    def test_which_verbs_need_two_is_told_by_their_help(self):
        wanted = {"corridor apply", "corridor resume", "liquidity withdraw", "operator add"}
        verbs = [line[2:21].strip() for line in self.pontis("--help").splitlines() if line.startswith("  ")]
        self.assertEqual(wanted, {verb for verb in verbs if "another operator has to approve it" in self.pontis(*verb.split(), "--help")})


class Enrolment(Asking):
    def test_an_operator_is_known_by_the_certificate_in_a_file(self):
        self.gateway.lay_out("POST", "/v1/commands/operator.add", {"operator": "dan", "active": True})
        file = pathlib.Path(self.folder.name) / "approver.pem"
        text = self.pontis("operator", "add", "dan", "--certificate", file, "--role", "auditor", "--participant", "KPMGSGSG")
        self.assertEqual("operator         dan\nactive           true\n", text)
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read_text())).hexdigest()
        self.assertEqual({"name": "dan", "certificate": digest, "role": "auditor", "participant": "KPMGSGSG"},
                         json.loads(self.gateway.requests[-1][3]))
        self.pontis("operator", "add", "dan", "--certificate", file, "--role", "auditor")
        self.assertNotIn("participant", json.loads(self.gateway.requests[-1][3]))

    def test_a_file_without_a_certificate_is_named(self):
        for file, why in (("/no/such/file", "cannot read /no/such/file: No such file"), ("/dev/null", "/dev/null holds no certificate")):
            self.pontis("operator", "add", "dan", "--certificate", file, "--role", "auditor", status=CONFIGURATION)
            self.assertIn(why, self.said)
        self.assertEqual([], self.gateway.requests)

    def test_others_are_named(self):
        self.gateway.lay_out("POST", "/v1/commands/operator.suspend", {"operator": "bob", "active": False})
        self.assertEqual("operator         bob\nactive           false\n", self.pontis("operator", "suspend", "bob"))
        self.assertEqual({"name": "bob"}, json.loads(self.gateway.requests.pop()[3]))
        rows = [{"name": "ann", "role": "operator", "active": "yes"}]
        self.assertEqual("name  role      active\nann   operator  yes\n", self.get("/v1/operators", {"operators": rows}, "operator", "list"))
        rows = [{"code": "BOTHTHBK", "role": "correspondent_bank"}]
        self.assertIn("BOTHTHBK  correspondent_bank\n", self.get("/v1/participants", {"participants": rows}, "participant", "list"))


class Status(Asking):
    STATUS = {"gateway": "/pontis/home", "at": "2027-01-15T08:00:00.000Z", "peers": [{"corridor": "sg-th", "peer": "Bank of Thailand", "state": "reachable"}],
              "corridors": [{"name": "sg-th", "version": "3", "state": "open"}], "positions": [], "in_doubt": [],
              "backlog": [{"kind": "queued", "count": "0"}, {"kind": "payments", "count": "12", "oldest_seconds": "3.5"}],
              "workers": [{"name": "home/1", "heartbeat_seconds": "0.4"}], "leases": [], "approvals": [], "schema": [{"number": "11"}]}

    def test_a_gateway_is_told_on_one_screen(self):
        text = self.get("/v1/status", self.STATUS, "status")
        self.assertEqual("gateway /pontis/home at 2027-01-15T08:00:00.000Z\n"
                         "\ncorridors\n  name   version  state\n  sg-th        3  open\n"
                         "\npeers\n  corridor  peer              state\n  sg-th     Bank of Thailand  reachable\n"
                         "\nin_doubt\n  nothing\n"
                         "\nbacklog\n  kind      count  oldest_seconds\n  queued        0                \n  payments     12             3.5\n"
                         "\npositions\n  nothing\n\napprovals\n  nothing\n"
                         "\nworkers\n  name    heartbeat_seconds\n  home/1                0.4\n"
                         "\nleases\n  nothing\n\nschema\n  number\n      11\n", text)
        self.assertEqual(self.STATUS, json.loads(self.get("/v1/status", self.STATUS, "status", "--json")))


class Watch(Asking):
    def change(self, number, state, **more):
        return {"uetr": UETR, "corridor": "sg-th", "direction": "outbound", "state": state, "source_currency": "SGD", "source_amount": "100.00",
                "target_currency": "THB", "target_amount": "2581.25", "received_at": "2027-01-15T08:00:00.000Z",
                "change": f"01a2185c-5000-7000-8000-00000000000{number}", "at": "2027-01-15T08:00:01.234Z", "from": "SENT", "event": "peer.status", **more}

    def cursor(self, number):
        return f"01a2185c-5000-7000-8000-00000000000{number}"

    def path(self, after, more=""):
        return f"/v1/payments?after={after}&limit=1000{more}"

    def watch(self, *words):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PONTIS_")}
        process = subprocess.Popen([PONTIS, "payment", "watch", *words], env={**plain, **self.environment}, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        return process

    def end(self, process):
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
        process.stdout.close()
        process.stderr.close()
        self.assertEqual((0, ""), (process.returncode, said))
        return rest

    def test_each_change_is_a_line_once_until_it_is_interrupted(self):
        first, second = self.change(1, "ACCEPTED"), self.change(3, "REJECTED", reason="party.creditor.account\x1b[2J")
        self.gateway.lay_out("GET", self.path("now"), {"payments": [], "after": self.cursor(0)})
        self.gateway.lay_out("GET", self.path(self.cursor(0)), {"payments": [first], "after": self.cursor(0)})
        process = self.watch()
        self.assertEqual("08:00:01.234Z  sg-th     outbound  SENT            -> ACCEPTED         SGD 100.00        -> THB 2581.25       "
                         f"{UETR}\n", process.stdout.readline())
        self.gateway.lay_out("GET", self.path(self.cursor(0)), {"payments": [first, second], "after": self.cursor(2)})
        self.gateway.lay_out("GET", self.path(self.cursor(2)), {"payments": [second], "after": self.cursor(2)})
        self.assertTrue(process.stdout.readline().endswith("-> REJECTED         SGD 100.00        -> THB 2581.25       "
                                                           f"{UETR}  party.creditor.account?[2J\n"))
        self.assertEqual("", self.end(process))

    def test_for_programs_a_line_is_an_object(self):
        filters = "&corridor=sg-th&state=IN_DOUBT"
        rows = [self.change(1, "IN_DOUBT"), self.change(2, "IN_DOUBT")]
        self.gateway.lay_out("GET", self.path("now", filters), {"payments": [], "after": self.cursor(0)})
        self.gateway.lay_out("GET", self.path(self.cursor(0), filters), {"payments": rows, "after": self.cursor(2)})
        self.gateway.lay_out("GET", self.path(self.cursor(2), filters), {"payments": [], "after": self.cursor(2)})
        process = self.watch("--corridor", "sg-th", "--state", "IN_DOUBT", "--json")
        self.assertEqual(rows, [json.loads(process.stdout.readline()) for _ in rows])
        self.assertEqual("", self.end(process))

    def test_a_gateway_that_does_not_answer_ends_it(self):
        self.gateway.problem("GET", self.path("now"), 503, title="the gateway cannot answer now")
        self.pontis("payment", "watch", status=UNREACHABLE)


class Trouble(Asking):
    """Exit 4: try again. Exit 3: it would not help."""

    def test_a_gateway_that_cannot_now_says_so(self):
        self.gateway.problem("GET", "/v1/corridors", 503, title="the gateway cannot answer now")
        self.pontis("corridor", "list", status=UNREACHABLE)
        self.assertIn("the gateway cannot answer now", self.said)

    def test_a_gateway_that_is_down_is_unreachable(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            self.pontis("corridor", "list", status=UNREACHABLE, PONTIS_URL=f"https://127.0.0.1:{closed.getsockname()[1]}")
        self.assertRegex(self.said, r"^pontis: the gateway cannot be reached: .*127\.0\.0\.1.*\n$")
        self.pontis("fx", "post", "--corridor", "x", "--provider", "P", "--rate", "1", status=UNREACHABLE,
                    PONTIS_URL="https://name.invalid:1")
        self.assertNotIn("carried out", self.said, "nothing was sent")

    def test_an_order_without_an_answer_may_have_been_carried_out(self):
        self.gateway.lay_out("POST", "/v1/commands/fx.post", None)
        self.pontis("fx", "post", "--corridor", "x", "--provider", "P", "--rate", "1", status=UNREACHABLE)
        self.assertEqual(1, len(self.gateway.requests), "it is not sent twice")
        key = self.gateway.keys[0]
        self.assertRegex(key, "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
        self.assertTrue(self.said.endswith("\n  the order may have been carried out; it is carried out once when it is given again with\n"
                                           f"  --idempotency-key {key}\n"), self.said)
        self.gateway.problem("POST", "/v1/commands/fx.post", 503, title="the gateway cannot answer now")
        self.pontis("fx", "post", "--corridor", "x", "--provider", "P", "--rate", "1", "--idempotency-key", key, status=UNREACHABLE)
        self.assertEqual([key, key], self.gateway.keys)
        self.assertIn(f"--idempotency-key {key}\n", self.said)

    def test_an_answer_of_somebody_else_is_not_believed(self):
        self.gateway.lay_out("GET", "/v1/corridors", b"<html>", kind="text/html")
        self.pontis("corridor", "list", status=UNREACHABLE)
        self.gateway.lay_out("GET", "/v1/corridors", b"<html>", status=502, kind="text/html")
        self.pontis("corridor", "list", status=REFUSED)
        self.assertEqual("pontis: the gateway answered with HTTP status 502\n", self.said)

    def test_a_gateway_of_another_authority_is_not_trusted(self):
        with tempfile.TemporaryDirectory() as folder:
            other = Gateway(SOURCE, folder)
            self.addCleanup(other.close)
            self.pontis("corridor", "list", status=CONFIGURATION, PONTIS_URL=other.environment()["PONTIS_URL"])
            self.assertIn("do not go together", self.said)
            self.assertEqual([], other.requests)

    def test_a_key_of_another_certificate_is_told(self):
        self.pontis("corridor", "list", status=CONFIGURATION, PONTIS_KEY=str(pathlib.Path(self.folder.name) / "away.key"))
        self.assertEqual([], self.gateway.requests)


if __name__ == "__main__":
    main()
