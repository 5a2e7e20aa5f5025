"""Prices with VAT, or without for who books for an organisation."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from billing.views.answers import next_or, see_other
from spaces.prices import shown


@login_required
@require_POST
def show_vat(request: HttpRequest) -> HttpResponse:
    """Remember, while signed in, how prices are read: `show` is `with` or `without`. What is
    to be paid is the same, and a consumer is always told it."""
    shown.show(request, without_vat=request.POST.get("show") == "without")
    return see_other(request, next_or(request, reverse("search")))
