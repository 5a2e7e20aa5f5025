"""What stands around every view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.transactions import Busy


class BusyIsNotBroken:
    """A lock that could not be had in time: 503 and "try again soon", not a crash."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Busy):
            return None
        answer = render(request, "503.html", status=503)
        answer["Retry-After"] = "1"
        return answer


class CalendarsFromTheBareHost:
    """A calendar program that was told only the host may ask there, before it asks where to
    ask (RFC 6764, 6)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "PROPFIND" and request.path == "/":
            return HttpResponsePermanentRedirect(reverse("dav"))
        return self.get_response(request)
