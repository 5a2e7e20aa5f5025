"""How the API answers: pages of results, and problems as RFC 9457 describes them."""

import binascii
from hmac import compare_digest
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from knox.settings import CONSTANTS
from rest_framework import exceptions, pagination, parsers, views
from rest_framework.response import Response

from accounts.errors import Refused
from accounts.models import User
from accounts.rows import Gathering
from accounts.transactions import Busy
from billing.idempotency import IdempotencyMismatch

PROBLEM = "application/problem+json"
API = "/api/v1/"


_TOKEN = Gathering(
    tokens=(AuthToken, "WHERE one.token_key = %(key)s"),
    people=(
        User,
        """WHERE one.id IN (SELECT token.user_id FROM knox_authtoken AS token
                        WHERE token.token_key = %(key)s)""",
    ),
)


class ByToken(TokenAuthentication):
    """Knox's tokens, in one statement: without a look through all of the person's others."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        try:
            said = token.decode()
            digest = hash_token(said)
        except (UnicodeDecodeError, binascii.Error):
            raise exceptions.AuthenticationFailed(_("Invalid token.")) from None
        found = _TOKEN(key=said[: CONSTANTS.TOKEN_KEY_LENGTH])
        people = {user.pk: user for user in found["people"]}
        for known in found["tokens"]:
            if not self._cleanup_token(known) and compare_digest(digest, known.digest):
                known.user = people[known.user_id]
                user, _token = self.validate_user(known)  # type: ignore[no-untyped-call]
                return user, known
        raise exceptions.AuthenticationFailed(_("Invalid token."))

    def _cleanup_token(self, auth_token: AuthToken) -> bool:
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


class ByTokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """The same in the description of the API."""

    target_class = "config.api.ByToken"


class Json(parsers.JSONParser):
    """Nested deeper than can be followed is malformed, and no fault of ours."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError:
            raise exceptions.ParseError(_("It is nested too deep.")) from None


class Pages(pagination.PageNumberPagination):
    """`{count, next, previous, results}`, 24 at a time unless `page_size` says otherwise."""

    page_size = 24
    page_size_query_param = "page_size"
    max_page_size = 100


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception that an API view has raised; None lets bugs crash."""
    if isinstance(error, Refused):
        status = 422 if isinstance(error, IdempotencyMismatch) else 409
        return _problem(status, error.code, error.sentence, error.details)
    if isinstance(error, Busy):
        answer = _problem(503, "busy", _("Too many want the same at once. Try again."))
        answer["Retry-After"] = "1"
        return answer
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    theirs = views.exception_handler(error, context)
    assert theirs is not None  # DRF answers its own exceptions
    if isinstance(error, exceptions.ValidationError):
        plain = _problem(
            400, "invalid", _("Something in the request is not right."), {"errors": error.detail}
        )
    else:
        detail = error.detail
        code = (isinstance(detail, exceptions.ErrorDetail) and detail.code) or "error"
        plain = _problem(error.status_code, code, str(error.detail))
    for name, value in theirs.items():
        if name in ("WWW-Authenticate", "Retry-After", "Allow"):
            plain[name] = value
    return plain


@csrf_exempt  # whatever the method: there is nothing to protect
def no_such_route(request: HttpRequest, **_path: str) -> JsonResponse:
    """Addresses under /api/ that do not exist answer as the rest of the API does."""
    return _outside(404, "not_found", _("There is nothing at this address."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """What Django itself will not take, such as a body of many megabytes."""
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return _outside(413, "too_large", _("That is more than can be sent at once."))
    return _outside(400, "invalid", _("Something in the request is not right."))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """A bug: a program is told so as it is told of everything else."""
    if not request.path.startswith(API):
        return defaults.server_error(request)
    return _outside(500, "error", _("Something broke on our side"))


def _outside(status: int, code: str, sentence: str) -> JsonResponse:
    """Where there is no view of the API to answer."""
    return JsonResponse(_said(status, code, sentence), status=status, content_type=PROBLEM)


def _problem(
    status: int, code: str, sentence: str, details: dict[str, Any] | None = None
) -> Response:
    body = {**(details or {}), **_said(status, code, sentence)}
    return Response(body, status=status, content_type=PROBLEM)


def _said(status: int, code: str, sentence: str) -> dict[str, Any]:
    title = code.replace("_", " ").capitalize()
    return {
        "type": f"urn:ledig:{code}",
        "title": title,
        "status": status,
        "detail": sentence,
        "code": code,
    }
