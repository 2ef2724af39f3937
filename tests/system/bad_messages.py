"""What a peer may send by mistake or malice, at the real listener; and what it gets for it."""

import http.client
import re
import ssl
import subprocess

import envelope
from bad_events import expect_untouched, payment_row
from payer import Payer
from stage import Failed, expect, expect_equal, scenario, wait_until

ROUTE = "/v1/iso20022"
# A message that its peer signed is remembered by its id, so that the id cannot come back with other content.
TOUCHED_BY_REFUSAL = {"input", "input_payload", "identity"}


class Peer:
    """The gateway away, as home sees it on the wire: its certificates, its signing key, and messages it really sent."""

    def __init__(self, corridor):
        self.corridor = corridor
        self.ca = corridor.folder + "/ca/"
        self.port = corridor.services().state.port("home.peer")
        self.key = self.ca + "away-signing.key"
        payer = Payer(corridor, "away")
        self.uetr = payer.settle()
        self.payment = self.sent("pacs.008")
        Payer(corridor, "home").settle()
        self.status = self.sent("pacs.002")

    def sent(self, kind):
        """The newest message of a kind that away sent."""
        row, = self.corridor.rows("away", f"""
            select encode(b.body, 'hex') as body from pontis.message m join pontis.message_body b on b.message = m.id
            where m.direction = 'outbound' and m.type like '{kind}%' order by m.id desc limit 1""")
        return bytes.fromhex(row["body"])

    def tls(self, name="away"):
        return envelope.context(self.ca + "ca.pem", self.ca + name + ".pem", self.ca + name + ".key")

    def post(self, message, name="away"):
        return envelope.post(self.port, ROUTE, message, self.tls(name))


def nested(peer):
    return peer.payment.replace(b"<Ustrd>", b"<a>" * 100 + b"</a>" * 100 + b"<Ustrd>", 1)


def flood(peer):
    attributes = b" ".join(b'a%d="x"' % number for number in range(1000))
    return peer.payment.replace(b"<GrpHdr>", b"<GrpHdr " + attributes + b">", 1)


def of_another_bank(peer):
    message = peer.payment.replace(b"BOTHTHBK", b"BKKBTHBK")
    return envelope.sign(envelope.renew(message), peer.key)


def with_doctype(peer):
    return peer.payment.replace(b"<BusinessMessageEnvelope", b'<!DOCTYPE x [<!ENTITY e "e">]><BusinessMessageEnvelope', 1)


def with_embedded_key(peer):
    own = peer.corridor.scratch("own.key")
    own.write_bytes(envelope.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"))
    return envelope.sign(envelope.renew(peer.payment), own, key_info=envelope.key_value(own))


def with_right_name_and_wrong_key(peer):
    """Names the pinned key, is signed with another."""
    return envelope.sign(envelope.renew(peer.payment), peer.ca + "operator.key", key_info=f"<KeyName>{envelope.pin(peer.key)}</KeyName>")


def changed_after_signing(peer):
    return peer.payment.replace(b"<Ustrd>", b"<Ustrd>x", 1)


def schema_invalid(peer):
    return envelope.sign(envelope.renew(envelope.set_element(peer.payment, "ChrgBr", "NONE")), peer.key)


MESSAGES = [
    # name, how it is made, HTTP status, rule
    ("oversize", lambda peer: peer.payment + b" " * (256 * 1024), 413, "message.size"),
    ("nothing at all", lambda peer: b"", 400, "message.malformed"),
    ("cut off", lambda peer: peer.payment[:-20], 400, "message.malformed"),
    ("deep", nested, 400, "message.complex"),
    ("a flood of attributes", flood, 400, "message.complex"),
    ("a DOCTYPE", with_doctype, 400, "message.doctype"),
    ("not UTF-8", lambda peer: peer.payment.replace(b"<Ustrd>", b"<Ustrd>\xff", 1), 400, "message.malformed"),
    ("declared in another encoding", lambda peer: peer.payment.replace(b"UTF-8", b"UTF-16", 1), 400, "message.malformed"),
    ("schema-invalid", schema_invalid, 422, "message.schema"),
    ("a type the corridor does not carry", lambda peer: peer.payment.replace(b"pacs.008.001.13", b"pacs.008.001.08"), 422, "message.type"),
    ("unsigned", lambda peer: envelope.unsigned(envelope.renew(peer.payment)), 401, "signature.missing"),
    ("changed after it was signed", changed_after_signing, 401, "signature.invalid"),
    ("signed with a key it brings along", with_embedded_key, 401, "signature.form"),
    ("signed with another key under a pinned name", with_right_name_and_wrong_key, 401, "signature.invalid"),
    ("signed by another peer", lambda peer: envelope.sign(envelope.renew(peer.payment), peer.ca + "home-signing.key"), 401, "signature.invalid"),
    ("speaks for another bank", of_another_bank, 403, "message.foreign"),
    ("a status that matches no payment", lambda peer: envelope.sign(envelope.renew(peer.status), peer.key), 404, "status.no_match"),
]


@scenario
def our_own_signatures(stage):
    """Python and openssl, without any code of Pontis, find every signature of a peer's messages right."""
    corridor = stage.corridor()
    corridor.start()
    peer = Peer(corridor)
    for message in (peer.payment, peer.status):
        expect(envelope.verify(message, peer.ca + "away-signing.pem"), "openssl does not verify a message of away")
        expect(not envelope.verify(message.replace(b"Sent", b"sent").replace(b"ACCC", b"ACSC"), peer.ca + "away-signing.pem"), "a change is not noticed")


@scenario
def forged_messages(stage):
    """Bad messages get an HTTP 4xx with a signed admi.002 that names the reason, and nothing else is touched."""
    corridor = stage.corridor()
    corridor.start()
    peer = Peer(corridor)
    for name, make, status, rule in MESSAGES:
        with stage.case(name):
            expect_refused(peer, make(peer), status, rule)

def expect_refused(peer, message, status, rule):
    corridor = peer.corridor
    wait_until("the last payment is at rest", lambda: corridor.value("home", "select count(*) from pontis.wallet_event_unpublished") == "0")
    before, books = corridor.counts("home"), corridor.books("home")
    found, content_type, answer = peer.post(message)
    expect_equal(found, status, f"HTTP status, with {answer[:300]!r}")
    expect(content_type.startswith("application/xml"), f"the answer is {content_type}: {answer[:300]!r}")
    expect_equal(re.search(rb"<RjctgPtyRsn>([^<]*)<", answer).group(1).decode(), rule, "rule of the admi.002")
    expect(envelope.verify(answer, peer.ca + "home-signing.pem"), "openssl does not verify the admi.002")
    check_official(corridor, answer)
    expect_untouched(before, corridor.counts("home"), TOUCHED_BY_REFUSAL)
    expect_equal(corridor.books("home"), books, "balances")


def check_official(corridor, answer):
    path = corridor.scratch("admi.002.xml")
    path.write_bytes(answer)
    checked = subprocess.run([corridor.folder + "/bin/pontis", "message", "check", str(path)], capture_output=True, text=True)
    expect(checked.returncode == 0, checked.stdout + checked.stderr)


@scenario
def message_again(stage):
    """The same message again is acknowledged again and does nothing; with other content it is refused and a case."""
    corridor = stage.corridor()
    corridor.start()
    peer = Peer(corridor)
    wait_until("everything is at rest", lambda: corridor.value("home", "select count(*) from pontis.wallet_event_unpublished") == "0")
    books, state = corridor.books("home"), payment_row(corridor, peer.uetr)
    expect_equal(peer.post(peer.payment)[0], 202, "HTTP status of the same message again")
    expect_equal(payment_row(corridor, peer.uetr), state, "the payment")
    changed = envelope.sign(envelope.set_element(peer.payment, "Ustrd", "Other words"), peer.key)
    cases = int(corridor.value("home", "select count(*) from pontis.case_"))
    status, _, answer = peer.post(changed)
    expect_equal((status, b"event.collision" in answer), (409, True), "HTTP status and rule of other content")
    expect_equal(int(corridor.value("home", "select count(*) from pontis.case_")), cases + 1, "cases")
    expect_equal(payment_row(corridor, peer.uetr), state, "the payment")
    expect_equal(corridor.books("home"), books, "balances")


# ---- certificates ----

def make_certificate(peer, name, days_from, days_to, authority="ca"):
    """A client certificate of the development CA, or of one that nobody knows, valid between two days from now."""
    folder = peer.corridor.scratch(name)
    folder.mkdir()
    key, request, made = folder / "key", folder / "request", folder / "certificate"
    key.write_bytes(envelope.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"))
    envelope.openssl("req", "-new", "-key", key, "-subj", "/CN=" + name, "-out", request)
    signer = peer.ca + "ca"
    if authority != "ca":
        signer = str(folder / "authority")
        envelope.openssl("req", "-x509", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", signer + ".key",
                         "-subj", "/CN=Nobody", "-days", "10", "-out", signer + ".pem")
    sign_between(folder, request, signer, made, days_from, days_to)
    return made, key


def sign_between(folder, request, signer, made, days_from, days_to):
    """`openssl x509` knows no first day; `openssl ca` does."""
    stamp = lambda days: subprocess.run(["date", "-u", "-d", f"{days} days", "+%Y%m%d%H%M%SZ"], capture_output=True, text=True, check=True).stdout.strip()
    (folder / "index").write_text("")
    (folder / "settings").write_text(f"""[ca]
default_ca = d
[d]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = p
x509_extensions = e
[p]
commonName = supplied
[e]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = clientAuth
""")
    envelope.openssl("ca", "-batch", "-notext", "-config", folder / "settings", "-cert", signer + ".pem", "-keyfile", signer + ".key",
                     "-startdate", stamp(days_from), "-enddate", stamp(days_to), "-in", request, "-out", made)


CLIENTS = [
    # name, first and last day from now, who signed
    ("an expired certificate", -10, -1, "ca"),
    ("a certificate that is not valid yet", 1, 10, "ca"),
    ("a certificate of an unknown authority", -1, 10, "unknown"),
]


@scenario
def unknown_clients(stage):
    """A client whose certificate is unknown or expired gets no TLS session, on either listener."""
    corridor = stage.corridor()
    corridor.start()
    peer = Peer(corridor)
    ports = {listener: corridor.services().state.port("home." + listener) for listener in ("peer", "api")}
    before = corridor.counts("home")
    for listener, port in ports.items():
        with stage.case(f"no certificate, {listener}"):
            expect_no_session(port, envelope.context(peer.ca + "ca.pem"))
        for name, first, last, authority in CLIENTS:
            with stage.case(f"{name}, {listener}"):
                made, key = make_certificate(peer, "client", first, last, authority)
                expect_no_session(port, envelope.context(peer.ca + "ca.pem", made, key))
    with stage.case("plain HTTP"):
        expect_no_plain_answer(ports["peer"])
    with stage.case("nothing was touched"):
        expect_untouched(before, corridor.counts("home"), set())


def expect_no_session(port, tls):
    try:
        answer = envelope.post(port, ROUTE, b"<x/>", tls)
    except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
        return
    raise Failed(f"it was answered: {answer}")


def expect_no_plain_answer(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", ROUTE)
        raise Failed(f"it was answered: {connection.getresponse().status}")
    except (ConnectionError, http.client.HTTPException):
        pass
    finally:
        connection.close()


@scenario
def wrong_doors(stage):
    """A certificate opens its own door only: a peer is no operator, an operator no peer."""
    corridor = stage.corridor()
    corridor.start()
    peer = Peer(corridor)
    port = corridor.services().state.port("home.api")
    for method, path in (("GET", "/v1/positions"), ("POST", "/v1/commands/liquidity.fund"), ("GET", "/v1/payments/" + peer.uetr)):
        with stage.case(f"away's certificate at the API, {method} {path.rsplit('/', 1)[0]}"):
            status, content_type, answer = envelope.post(port, path, b"{}" if method == "POST" else None, peer.tls("away"), method)
            expect_equal((status, content_type), (403, "application/problem+json"), f"answer {answer!r}")
    with stage.case("the operator's certificate at the peer listener"):
        expect_equal(peer.post(peer.payment, "operator")[0], 403, "HTTP status")
