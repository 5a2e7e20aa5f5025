"""The socket side: HTTP/1.1 with keep-alive, one thread per connection, loopback only."""

import contextlib
import http.server
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tools.stripe_standin.errors import ApiError
from tools.stripe_standin.store import Closed
from tools.stripe_standin.wire import Dropped, Request, Response, json_response

HOST = "127.0.0.1"
IDLE = 60
LARGEST_BODY = 1_000_000

Answer = Callable[[Request], Response]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "LedigStandIn"
    sys_version = ""
    timeout = IDLE
    # Headers and body leave together: two small packets would wait for each other.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: "_HttpServer"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self._send(Response(413))
            return
        body = self.rfile.read(length).decode("utf-8", "replace")
        target = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, target.path, target.query, headers, body)
        try:
            response = self.server.answer(request)
        except (Dropped, Closed):
            self.close_connection = True
            return
        except ApiError as error:
            response = json_response(error.status, error.body)
        except Exception:  # noqa: BLE001 - a bug of ours must not look like a lost connection
            traceback.print_exc(file=sys.stderr)
            message = "The stand-in has a bug; see its output."
            response = json_response(500, {"error": {"type": "api_error", "message": message}})
        self._send(response)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the base class names them

    def log_message(self, *_: Any) -> None:
        """Quiet: the interesting things are in the state and in `delivered`."""


class _HttpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    # A port in use is refused below on every system, and a closed one can be taken at once.
    allow_reuse_address = True

    def __init__(self, port: int, answer: Answer) -> None:
        self.answer = answer
        self.open: set[socket.socket] = set()
        super().__init__((HOST, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Someone hung up; nothing to do about it."""


class Server:
    def __init__(self, port: int, answer: Answer) -> None:
        self._http = _HttpServer(port, answer)
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="standin-http", daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._http.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Answer nothing more, also not on connections kept open."""
        if self._thread.is_alive():
            self._http.shutdown()
        self._http.server_close()
        for connection in list(self._http.open):
            with contextlib.suppress(OSError):  # closed meanwhile
                connection.shutdown(socket.SHUT_RDWR)
