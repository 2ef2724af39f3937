"""Creates topics on a Kafka that is already there: CreateTopics (key 19) version 2 of Kafka's protocol."""

import socket
import struct

from state import Failure

CREATE_TOPICS = 19
VERSION = 2
DONE, ALREADY_THERE = 0, 36
DEFAULT_REPLICATION = -1


def create(address, names, partitions):
    """A topic that is already there is kept as it is."""
    host, _, port = address.rpartition(":")
    for replication in (DEFAULT_REPLICATION, 1):
        codes = _exchange(host, int(port), _request(names, partitions, replication))
        if all(code in (DONE, ALREADY_THERE) for code in codes.values()):
            made = sum(code == DONE for code in codes.values())
            return f"made {made} topics" if made else "topics kept"
    raise Failure(f"{address} makes no topics: " + ", ".join(f"{name}: Kafka error {code}" for name, code in codes.items()))


def _string(text):
    data = text.encode()
    return struct.pack(">h", len(data)) + data


def _request(names, partitions, replication):
    body = struct.pack(">hhi", CREATE_TOPICS, VERSION, 1) + _string("pontis-sandbox")
    body += struct.pack(">i", len(names))
    for name in names:
        body += _string(name) + struct.pack(">ihii", partitions, replication, 0, 0)
    body += struct.pack(">ib", 30000, 0)
    return struct.pack(">i", len(body)) + body


def _exchange(host, port, request):
    """Returns the error code of each topic."""
    with socket.create_connection((host, port), timeout=35) as connection:
        connection.sendall(request)
        stream = connection.makefile("rb")
        header = stream.read(4)
        if len(header) < 4:
            raise Failure(f"{host}:{port} closed the connection: it does not speak CreateTopics version {VERSION}")
        answer = stream.read(struct.unpack(">i", header)[0])
    count, = struct.unpack_from(">i", answer, 8)
    position, codes = 12, {}
    for _ in range(count):
        length, = struct.unpack_from(">h", answer, position)
        name = answer[position + 2:position + 2 + length].decode()
        position += 2 + length
        codes[name], length = struct.unpack_from(">hh", answer, position)
        position += 4 + max(length, 0)
    return codes
