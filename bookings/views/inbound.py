"""Mail that comes in: answers to invitations, handed over by the mail server or provider."""

import json
from base64 import b64decode
from binascii import Error as NotBase64

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bookings import operations

FIELDS = ("body-mime", "email")  # where Mailgun and SendGrid put the mail as it came
JSON_FIELD = "RawEmail"  # and Postmark


@csrf_exempt
@require_POST
def inbound_mail(request: HttpRequest) -> HttpResponse:
    """Take a mail as it came (RFC 5322): as the body itself (`message/rfc822`, as a pipe from
    Postfix sends it), or in the form or JSON field of a provider. Whoever hands it over knows
    `MAIL_WEBHOOK_SECRET` as the password of HTTP Basic; without that setting there is nothing
    here. 200 also when nothing was in it, so that nobody tries it again."""
    if not settings.MAIL_WEBHOOK_SECRET:
        raise Http404
    if not knows_secret(request.headers.get("Authorization", "")):
        answer = JsonResponse({"error": "unauthorised"}, status=401)
        answer["WWW-Authenticate"] = 'Basic realm="mail", charset="UTF-8"'
        return answer
    try:
        raw = mail_in(request)
    except RequestDataTooBig:  # with attachments: no calendar program's answer
        return JsonResponse({"outcome": "too large"})
    return JsonResponse({"outcome": operations.take_reply(raw=raw, now=timezone.now())})


def knows_secret(authorization: str) -> bool:
    scheme, _space, told = authorization.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        _user, _colon, password = b64decode(told, validate=True).partition(b":")
    except (NotBase64, ValueError):
        return False
    return constant_time_compare(password, settings.MAIL_WEBHOOK_SECRET.encode())


def mail_in(request: HttpRequest) -> bytes:
    match request.content_type:
        case "multipart/form-data" | "application/x-www-form-urlencoded":
            given = [request.POST[name] for name in FIELDS if name in request.POST]
            return given[0].encode(errors="surrogateescape") if given else b""
        case "application/json":
            try:
                sent = json.loads(request.body)
            except ValueError:
                return b""
            mail = sent.get(JSON_FIELD) if isinstance(sent, dict) else None
            return mail.encode() if isinstance(mail, str) else b""
    return request.body
