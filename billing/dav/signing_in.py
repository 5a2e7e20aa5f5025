"""Who is asking: an app password, by Basic authentication over TLS."""

import base64
import binascii
from datetime import datetime

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.operations import app_password_of
from billing.dav.errors import plain

WINDOW = 60  # seconds
MOST_REQUESTS = 600  # in a window, of one person; a first synchronisation has about a hundred
MOST_FAILURES = 30  # in a window, from one address


def signed_in(request: HttpRequest, now: datetime) -> User | None:
    """The person, and the device noted as seen; None when the request opens nothing."""
    if settings.HTTPS and not request.is_secure():
        return None  # a password that was sent in the clear is none
    named = _credentials(request.headers.get("Authorization", ""))
    if named is None:
        return None
    found = app_password_of(email=named[0], password=named[1])
    if found is None:
        _count(f"dav-failures:{_address(request)}")
        return None
    found.note_use(request.headers.get("User-Agent", ""), now)
    return found.user


def _credentials(header: str) -> tuple[str, str] | None:
    scheme, _space, value = header.partition(" ")
    if scheme.lower() != "basic" or len(value) > 2000:
        return None
    try:
        email, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (email, password) if colon and "\0" not in email else None


def too_many(request: HttpRequest, user: User | None) -> HttpResponse | None:
    """ "Later" to whoever asks too often: only to the question that a synchronisation begins
    with. In the midst of one, a program would take it for an answer to what it wrote."""
    if request.method != "PROPFIND" or request.headers.get("Depth", "0") != "0":
        return None
    if user is not None:
        is_too_many = _count(f"dav-requests:{user.pk}") > MOST_REQUESTS
    else:
        is_too_many = cache.get(f"dav-failures:{_address(request)}", 0) > MOST_FAILURES
    if not is_too_many:
        return None
    answer = plain(503, _("Too many requests. Try again in a minute."))
    answer["Retry-After"] = str(WINDOW)
    return answer


def _count(key: str) -> int:
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out just now
        return 1


def _address(request: HttpRequest) -> str:
    return str(get_adapter().get_client_ip(request))
