"""An OpenTelemetry collector as a test needs one: it keeps the spans it is sent, or never answers."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Collector:
    """Takes OTLP as JSON over HTTP."""

    def __init__(self):
        self.spans = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # pylint: disable=invalid-name
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/v1/traces" and self.headers["Content-Type"] == "application/json":
                    outer.take(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):  # pylint: disable=arguments-differ
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}/v1/traces"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body):
        for resource in body["resourceSpans"]:
            told = attributes(resource["resource"])
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    self.spans.append({**span, "gateway": told["service.instance.id"].partition("/")[0], "told": attributes(span)})

    def of_trace(self, trace):
        return [span for span in list(self.spans) if span["traceId"] == trace]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Hanging:
    """Takes connections and says nothing, ever."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1/traces"

    def close(self):
        self.listener.close()


def attributes(owner):
    return {row["key"]: row["value"]["stringValue"] for row in owner["attributes"]}
