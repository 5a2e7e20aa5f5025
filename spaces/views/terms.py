"""How a space is booked, and what it costs."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import person
from accounts.forms import sent
from spaces import operations
from spaces.forms.prices import PricesForm
from spaces.forms.rules import RulesForm
from spaces.forms.simulator import SimulatorForm
from spaces.models import Audience, Per, Space
from spaces.prices import NotForSale, quote
from spaces.views.access import space_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    form = RulesForm(sent(request), instance=space)
    if request.method == "POST" and form.is_valid():
        operations.set_rules(space=space, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("space_rules", slug=slug)
    context = {"space": space, "form": form}
    return render(request, "spaces/rules.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    form = PricesForm(sent(request), space=space)
    if request.method == "POST" and form.is_valid():
        operations.set_prices(space=space, prices=form.prices())
        messages.success(request, _("Saved."))
        return redirect("space_prices", slug=slug)
    context = {
        "space": space,
        "form": form,
        "pers": [per.label for per in Per],
        **tried(request, space, timezone.now()),
    }
    return render(request, "spaces/prices.html", context, status=422 if form.errors else 200)


def tried(request: HttpRequest, space: Space, now: datetime) -> dict[str, Any]:
    """The simulator, and once it is asked, its answer: the saved prices line by line."""
    asked = request.GET if "who" in request.GET else None
    simulator = SimulatorForm(asked, space=space, now=now)
    context: dict[str, Any] = {"simulator": simulator}
    if simulator.is_valid():
        quantity = simulator.cleaned_data["quantity"]
        try:
            price = quote(space, simulator.span, quantity=quantity, buyer=simulator.buyer)
        except NotForSale:
            context["refusal"] = _("They have no price, and cannot book.")
        else:
            context["quote"] = price
            context["lines"] = [
                (line, int(line.count * 60), Audience(line.audience).label) for line in price.lines
            ]
    return context
