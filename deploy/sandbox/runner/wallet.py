"""The control socket of a wallet simulator: one JSON object a line, in and out."""

import json
import socket

from state import Failure


class Wallet:
    def __init__(self, state, gateway):
        self.gateway = gateway
        self.path = state.path("run", f"wallet-{gateway}.sock")
        self.log = state.log("wallet-" + gateway)
        self.stream = None

    def ask(self, **order):
        """One order and its answer; an order that the wallet refuses is a Failure."""
        line = json.dumps(order).encode() + b"\n"
        try:
            answer = self._exchange(line)
        except (OSError, ValueError) as error:
            self.close()
            raise Failure(f"the wallet of {self.gateway} does not answer: {error}", self.log) from error
        if "error" in answer:
            raise Failure(f"the wallet of {self.gateway} refuses {order['do']}: {answer['error']}", self.log)
        return answer

    def _exchange(self, line):
        if self.stream is None:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(30)
            connection.connect(str(self.path))
            self.stream = connection.makefile("rwb")
            connection.close()
        self.stream.write(line)
        self.stream.flush()
        answer = self.stream.readline()
        if not answer.endswith(b"\n"):
            raise ConnectionError("the socket closed")
        return json.loads(answer)

    def close(self):
        if self.stream is not None:
            try:
                self.stream.close()
            except OSError:
                pass
        self.stream = None

    def is_ready(self):
        try:
            self.ask(do="unfinished")
        except Failure:
            self.close()
            return False
        return True
