"""A gateway's API as an operator calls it: HTTPS with the operator's certificate; and its plain admin listener."""

import http.client
import json
import ssl
import threading

from state import Failure


class Refused(Exception):
    """The gateway answered, and not with 2xx."""

    def __init__(self, status, text):
        super().__init__(f"{status}: {text}")
        self.status = status


class Api:
    """Keeps one connection a thread; a connection that broke is made anew once."""

    def __init__(self, state, gateway):
        self.gateway = gateway
        self.port = state.port(gateway + ".api")
        self.admin_port = state.port(gateway + ".admin")
        folder = state.path("ca")
        self.context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self.context.load_cert_chain(str(folder / "operator.pem"), str(folder / "operator.key"))
        self.local = threading.local()
        self.log = state.log(gateway)

    def get(self, path):
        return json.loads(self.request("GET", path))

    def post(self, path, body):
        return json.loads(self.request("POST", path, json.dumps(body), "application/json"))

    def request(self, method, path, body=None, content_type=None):
        headers = {"Content-Type": content_type} if content_type else {}
        try:
            status, answer = self._exchange(method, path, body, headers)
        except (OSError, http.client.HTTPException):
            self._drop()
            try:
                status, answer = self._exchange(method, path, body, headers)
            except (OSError, http.client.HTTPException) as error:
                self._drop()
                raise Failure(f"the API of {self.gateway} does not answer {method} {path}: {error}", self.log) from error
        if status // 100 != 2:
            raise Refused(status, answer.decode(errors="replace").strip())
        return answer

    def _exchange(self, method, path, body, headers):
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.context)
            self.local.connection = connection
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def _drop(self):
        connection = getattr(self.local, "connection", None)
        if connection is not None:
            connection.close()
        self.local.connection = None

    def is_ready(self):
        """All checks hold; that a corridor is open cannot before its file is applied."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            checks = json.loads(connection.getresponse().read())["checks"]
            return all(found == "ok" for check, found in checks.items() if check != "corridors")
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()
