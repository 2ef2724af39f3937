"""A peer's messages, forged: parts replaced, signed anew with any key, posted with any certificate.

The signature is made here a second time, with Python's canonicalisation and the openssl program, so that the gateway's
own code does not judge itself.
"""

import base64
import hashlib
import http.client
import re
import ssl
import subprocess
import uuid
import xml.etree.ElementTree as tree

DSIG = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE = re.compile(rb"<Signature xmlns=.*?</Signature>", re.S)
SIGNED_INFO = f"""<SignedInfo xmlns="{DSIG}">
<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></CanonicalizationMethod>
<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"></SignatureMethod>
<Reference URI="">
<Transforms>
<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></Transform>
<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></Transform>
</Transforms>
<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>
<DigestValue>%s</DigestValue>
</Reference>
</SignedInfo>"""


def canonical(data):
    return tree.canonicalize(data.decode()).encode()


def digest(message):
    """The digest that a signature of this message states: of everything but the signature."""
    return base64.b64encode(hashlib.sha256(canonical(SIGNATURE.sub(b"", message))).digest()).decode()


def stated_digest(message):
    return re.search(rb"<DigestValue>(.*?)</DigestValue>", message, re.S).group(1).decode().strip()


def set_element(message, name, value):
    """Replaces the text of every element of this name."""
    changed, count = re.subn(rf"<{name}>[^<]*</{name}>".encode(), f"<{name}>{value}</{name}>".encode(), message)
    if not count:
        raise ValueError(f"no {name} in the message")
    return changed


def unsigned(message):
    return re.sub(rb"<Sgntr>.*?</Sgntr>", b"", message, flags=re.S)


def renew(message):
    """The same payment or status as a new one: other message ids, other UETR."""
    uetr, reference = str(uuid.uuid4()), uuid.uuid4().hex
    for name in (b"BizMsgIdr", b"MsgId"):
        message = set_element(message, name.decode(), reference)
    for name in (b"UETR", b"OrgnlUETR"):
        if b"<" + name + b">" in message:
            message = set_element(message, name.decode(), uetr)
    return message


def uetr_of(message):
    return re.search(rb"<(?:Orgnl)?UETR>([^<]*)<", message).group(1).decode()


def sign(message, key_file, key_info=None, stated=None):
    """Signs the message anew. `key_info` replaces the content of KeyInfo, `stated` the digest."""
    info = (SIGNED_INFO % (stated or digest(message))).encode()
    raw = raw_signature(openssl("dgst", "-sha256", "-sign", key_file, data=canonical(info)))
    inner = info.replace(f' xmlns="{DSIG}"'.encode(), b"", 1)
    named = key_info or f"<KeyName>{pin(key_file)}</KeyName>"
    whole = (f'<Signature xmlns="{DSIG}">\n'.encode() + inner + b"\n<SignatureValue>" + base64.b64encode(raw) +
             b"</SignatureValue>\n<KeyInfo>\n" + named.encode() + b"\n</KeyInfo>\n</Signature>")
    return SIGNATURE.sub(lambda _: whole, message)


def verify(message, certificate_file):
    """Whether the signature is the certificate's over these bytes, by openssl alone."""
    if digest(message) != stated_digest(message):
        return False
    info = re.search(rb"<SignedInfo>.*?</SignedInfo>", message, re.S).group(0)
    info = canonical(info.replace(b"<SignedInfo>", f'<SignedInfo xmlns="{DSIG}">'.encode(), 1))
    raw = base64.b64decode(re.search(rb"<SignatureValue>(.*?)</SignatureValue>", message, re.S).group(1))
    public = openssl("x509", "-in", certificate_file, "-noout", "-pubkey")
    return openssl_verifies(public, der_signature(raw), info)


def key_value(key_file):
    """KeyInfo that brings its own key along, as nobody may."""
    point = openssl("pkey", "-in", key_file, "-pubout", "-outform", "DER")[-65:]
    return (f'<KeyValue><ECKeyValue xmlns="http://www.w3.org/2009/xmldsig11#"><NamedCurve URI="urn:oid:1.2.840.10045.3.1.7"/>'
            f"<PublicKey>{base64.b64encode(point).decode()}</PublicKey></ECKeyValue></KeyValue>")


def pin(key_file):
    return hashlib.sha256(openssl("pkey", "-in", key_file, "-pubout", "-outform", "DER")).hexdigest()


# ---- openssl ----

def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True, check=True).stdout


def openssl_verifies(public, signature, data):
    folder = subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip()
    for name, content in (("key", public), ("signature", signature), ("data", data)):
        with open(f"{folder}/{name}", "wb") as stream:
            stream.write(content)
    ended = subprocess.run(["openssl", "dgst", "-sha256", "-verify", folder + "/key", "-signature", folder + "/signature", folder + "/data"],
                           capture_output=True)
    subprocess.run(["rm", "-r", folder], check=True)
    return ended.returncode == 0


def raw_signature(der):
    """ECDSA-Sig-Value as XML wants it: r and s, 32 bytes each."""
    length = der[3]
    numbers = der[4:4 + length], der[6 + length:]
    return b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in numbers)


def der_signature(raw):
    numbers = b""
    for half in (raw[:32], raw[32:]):
        number = half.lstrip(b"\0") or b"\0"
        number = b"\0" + number if number[0] >= 0x80 else number
        numbers += bytes([2, len(number)]) + number
    return bytes([0x30, len(numbers)]) + numbers


# ---- the wire ----

def context(ca, certificate=None, key=None):
    made = ssl.create_default_context(cafile=str(ca))
    if certificate:
        made.load_cert_chain(str(certificate), str(key))
    return made


def post(port, path, body, tls, method="POST"):
    """Returns status, content type and body of the answer."""
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=tls)
    try:
        connection.request(method, path, body, {"Content-Type": "application/xml"})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()
