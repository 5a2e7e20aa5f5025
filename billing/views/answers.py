"""How the pages here send people on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from accounts.errors import Refused
from bookings.models import Status


class SeeOther(HttpResponseRedirect):
    """What was asked for is done; look here."""

    status_code = 303


def by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def see_other(request: HttpRequest, url: str) -> HttpResponse:
    """On to another page, also where htmx has sent the form."""
    return HttpResponseClientRedirect(url) if by_htmx(request) else SeeOther(url)


def next_or(request: HttpRequest, url: str) -> str:
    """The page of ours that the form came from, when it says so."""
    asked = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if asked and ours else url


def say_no(request: HttpRequest, refusal: Refused, *, wanted: Status | None = None) -> None:
    """Why not; but nothing where the booking is as was `wanted` already: a second click on the
    same button is no mistake."""
    if wanted is None or refusal.details.get("booking_status") != wanted:
        messages.error(request, refusal.sentence)
