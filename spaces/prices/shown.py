"""How somebody reads prices: with VAT, as consumers are always told them, or without."""

from django.http import HttpRequest

KEY = "is_without_vat"  # in the session


def is_without_vat(request: HttpRequest) -> bool:
    return bool(request.session.get(KEY))


def show(request: HttpRequest, *, without_vat: bool) -> None:
    """Remember it while they are signed in."""
    request.session[KEY] = without_vat
