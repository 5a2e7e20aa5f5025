"""The cast: the real client, a person with a browser, and an inbox for webhooks."""

import http.server
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import stripe

SECRET = "whsec_test"
# A fixture that makes something of Stripe's, given its parameters.
Make = Callable[..., Any]


def client_for(url: str, **options: Any) -> Any:
    """The real client. Untyped: its types make a test ask about every null on the way."""
    options.setdefault("max_network_retries", 0)
    return stripe.StripeClient("sk_test_ledig", base_addresses={"api": url}, **options)


@dataclass
class Answer:
    status: int
    location: str  # empty where there is none
    body: str
    headers: Any


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """The tests look at redirects instead of following them."""


def detail(error: stripe.StripeError) -> Any:
    """The error object as it was sent."""
    return error.error


class Browser:
    _opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)

    def get(self, url: str) -> Answer:
        return self._open(urllib.request.Request(url))

    def post(self, url: str, **form: str) -> Answer:
        return self._open(urllib.request.Request(url, data=urlencode(form).encode()))

    def pay(self, url: str, number: str = "4242 4242 4242 4242") -> Answer:
        return self.post(url, number=number, expiry="12/34", cvc="123")

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            response = self._opener.open(request, timeout=10)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            location = response.headers.get("Location", "")
            return Answer(response.status, location, response.read().decode(), response.headers)


class Inbox:
    """A webhook that takes what it gets, after failing as often as it is told to."""

    def __init__(self, port: int = 0) -> None:
        self.letters: list[tuple[bytes, str]] = []
        self.fail_next = 0
        self.refused: list[bytes] = []
        inbox = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if inbox.fail_next:
                    inbox.fail_next -= 1
                    inbox.refused.append(body)
                    self.send_response(500)
                else:
                    inbox.letters.append((body, self.headers["Stripe-Signature"]))
                    self.send_response(200)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/stripe/"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def events(self, secret: str = SECRET) -> list[Any]:
        return [
            stripe.Webhook.construct_event(body, signature, secret)
            for body, signature in self.letters
        ]

    def types(self, secret: str = SECRET) -> list[str]:
        return [event.type for event in self.events(secret)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def session_params(**params: Any) -> dict[str, Any]:
    room = {"currency": "nok", "unit_amount": 32_000, "product_data": {"name": "Møterom Ø"}}
    return {
        "mode": "payment",
        "success_url": "http://127.0.0.1:8000/betalt?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/avbrutt",
        "line_items": [{"quantity": 2, "price_data": room}],
        **params,
    }
