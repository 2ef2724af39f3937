"""A gateway that only listens: real mutual TLS, answers that a test lays out, requests that it can look at."""
import http.server
import json
import pathlib
import ssl
import subprocess
import threading


class Gateway:
    def __init__(self, source, folder):
        self.ca = pathlib.Path(folder)
        subprocess.run([source / "deploy/sandbox/ca", self.ca], check=True, capture_output=True)
        self.answers, self.requests, self.keys = {}, [], []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca / "home.pem", self.ca / "home.key")
        context.load_verify_locations(self.ca / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def _handler(self):
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                gateway.requests.append((self.command, self.path, self.headers.get("Content-Type"), body.decode()))
                if self.command == "POST":
                    gateway.keys.append(self.headers.get("Idempotency-Key"))
                answer = gateway.answers.get((self.command, self.path), (404, "application/problem+json", b"{}"))
                if answer is None:
                    self.close_connection = True
                    return
                status, kind, body = answer
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        return Handler

    def lay_out(self, method, path, body, status=200, kind="application/json"):
        """What the path answers from now on; None as body: the connection ends instead."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        self.answers[(method, path)] = None if body is None else (status, kind, body)

    def problem(self, method, path, status, **members):
        given = {"type": "about:blank", "title": "wrong", "status": status, "detail": "what was found", "rule": "a.rule",
                 "hint": "what to do", **members}
        self.lay_out(method, path, given, status, "application/problem+json")

    def environment(self):
        return {"PONTIS_URL": f"https://127.0.0.1:{self.server.server_address[1]}/", "PONTIS_CA": str(self.ca / "ca.pem"),
                "PONTIS_CERT": str(self.ca / "operator.pem"), "PONTIS_KEY": str(self.ca / "operator.key")}

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
