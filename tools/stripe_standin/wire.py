"""Requests and answers, free of sockets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.stripe_standin.errors import Doc
from tools.stripe_standin.scope import HERE


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]  # names in lower case
    body: str


@dataclass
class Response:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Dropped(Exception):
    """The connection is closed without an answer."""


def with_address(text: str, base: str) -> str:
    """Stored links get the address the stand-in has today."""
    return text.replace(f'"{HERE}/', f'"{base}/')


def json_response(status: int, body: Doc | list[Any], base: str = "") -> Response:
    text = with_address(json.dumps(body, indent=2), base)
    return Response(status, text.encode(), {"Content-Type": "application/json"})


def redirect(url: str) -> Response:
    return Response(303, headers={"Location": url})
