"""What stands around every view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
