"""What a space costs: its table, its special prices, and trying them."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from spaces import operations
from spaces.forms.prices import PricesForm
from spaces.forms.simulator import SimulatorForm
from spaces.forms.special_prices import SpecialPriceForm
from spaces.models import Per, Price, Space
from spaces.prices import NotForSale, quote
from spaces.prices.rates import Rate
from spaces.prices.table import is_over, limits
from spaces.views.access import space_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    space = space_kept_by(person(request), slug)
    form = PricesForm(sent(request), space=space)
    if request.method == "POST" and form.is_valid():
        operations.set_prices(space=space, **form.terms())
        messages.success(request, _("Saved."))
        return redirect("space_prices", slug=slug)
    today = today_at(space, now)
    context = {
        "space": space,
        "form": form,
        "pers": [per.label for per in Per],
        "special": [
            (price, limits(price), Rate(price, is_from=False).words, is_over(price, today))
            for price in space.prices.select_related("organisation").order_by("pk")
            if price.is_special
        ],
        **tried(request, space, now),
    }
    return render(request, "spaces/prices.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_price(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    form = SpecialPriceForm(sent(request), space=space, today=today_at(space, timezone.now()))
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_price(space=space, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("space_prices", slug=slug)
    context = {"space": space, "form": form}
    status = 422 if form.errors else 200
    return render(request, "spaces/special_price.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def special_price(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    price = special_of(space, pk)
    today = today_at(space, timezone.now())
    form = SpecialPriceForm(sent(request), space=space, today=today, price=price)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_price(price=price, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("space_prices", slug=slug)
    context = {"space": space, "form": form, "price": price}
    status = 422 if form.errors else 200
    return render(request, "spaces/special_price.html", context, status=status)


@login_required
@require_POST
def drop_price(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    operations.drop_price(price=special_of(space, pk))
    messages.success(request, _("The price is gone."))
    return redirect("space_prices", slug=slug)


def special_of(space: Space, pk: int) -> Price:
    plain = space.prices.plain().values("pk")
    return get_object_or_404(space.prices.exclude(pk__in=plain), pk=pk)


def today_at(space: Space, now: datetime) -> date:
    return now.astimezone(space.place.zone).date()


def tried(request: HttpRequest, space: Space, now: datetime) -> dict[str, Any]:
    """The simulator, and once it is asked, its answer: the saved prices line by line."""
    asked = request.GET if "who" in request.GET else None
    simulator = SimulatorForm(asked, space=space, now=now)
    context: dict[str, Any] = {"simulator": simulator}
    if simulator.is_valid():
        try:
            context["quote"] = quote(
                space,
                simulator.span,
                quantity=simulator.cleaned_data["quantity"],
                people=simulator.cleaned_data["people"],
                buyer=simulator.buyer,
            )
        except NotForSale as no:
            context["refusal"] = no.sentence
    return context
