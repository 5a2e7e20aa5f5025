"""A cart over several spaces and owners: gathered, seen, and booked together."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import Busy
from billing import operations
from billing.models import CartItem
from billing.operations.cart import items_of, rows_of
from billing.views.answers import see_other
from billing.views.booking import onward, refused
from bookings.explaining import why_not
from bookings.forms import BookForm
from bookings.means import Asked, Means, Planned, preview
from bookings.means.campaigns import CodeRefused, normal
from bookings.means.guessing import TooManyGuesses
from bookings.models import Status
from bookings.operations import Item
from bookings.views.space import visible
from spaces.ids import uuid7
from spaces.money import Money
from spaces.prices import Buyer, quote


@dataclass(frozen=True, slots=True)
class CartLine:
    """One time in the cart as it is now: its price, or why it cannot be had."""

    row: CartItem
    price: Money | None
    why_not: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cart(request: HttpRequest) -> HttpResponse:
    """What is in it and what it comes to; and booking all of it."""
    now, user = timezone.now(), person(request)
    refusal = ""
    means = Means(code=normal(request.POST.get("code", "") or request.GET.get("code", "")))
    if request.method == "POST":
        try:
            booked = operations.book_cart(
                by=user, now=now, means=means, key=request.POST.get("key", "")[:100]
            )
        except Refused as no:
            refusal = said_of(user, no)
        except Busy:
            refusal = _("Many want the same right now. Try again.")
        else:
            unpaid = next((one for one in booked if one.status == Status.HELD), None)
            if unpaid is not None:
                return see_other(request, onward(unpaid, now))
            messages.success(request, _("All is booked."))
            return see_other(request, reverse("bookings"))
    lines, no_code = lines_of(user, means, now)
    prices = [line.price for line in lines if line.price is not None]
    context = {
        "lines": lines,
        "total": sum(prices[1:], prices[0]) if prices else None,
        "can_book": bool(lines) and not any(line.why_not for line in lines),
        "refusal": refusal,
        "code": means.code,
        "no_code": "" if refusal else no_code,
        "key": str(uuid7()),
    }
    return render(request, "billing/cart.html", context, status=422 if refusal else 200)


@login_required
@require_POST
def cart_add(request: HttpRequest, slug: str) -> HttpResponse:
    """The time chosen on a space's page."""
    now = timezone.now()
    space = visible(request, slug)
    form = BookForm(request.POST, space=space, now=now)
    if form.is_valid():
        item = Item(
            space=space,
            span=form.span,
            quantity=form.cleaned_data["quantity"],
            people=form.people,
            add_ons=form.add_ons,
            title=form.cleaned_data["title"],
        )
        try:
            operations.add_to_cart(item=item, by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            told = _("It is in the cart. The time is not kept until you book.")
            messages.success(request, told)
            return see_other(request, reverse("cart"))
    return refused(request, space, form, now)


@login_required
@require_POST
def cart_drop(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(CartItem, user=person(request), pk=pk).delete()
    return see_other(request, reverse("cart"))


def lines_of(user: User, means: Means, now: datetime) -> tuple[list[CartLine], str]:
    """The times with their prices, and why the code holds for none of them, if so."""
    rows = rows_of(user)
    planned, no_code = Planned(), ""
    buyer = Buyer.of(user, now)
    lines: list[CartLine] = []
    for row, item in zip(rows, items_of(rows), strict=True):
        reasons = why_not(
            item.space,
            item.span,
            user=user,
            now=now,
            quantity=item.quantity,
            people=item.people,
            buyer=buyer,
        )
        if reasons:
            lines.append(CartLine(row, None, " ".join(str(one.sentence) for one in reasons)))
            continue
        price = quote(
            item.space,
            item.span,
            quantity=item.quantity,
            people=item.people,
            add_ons=item.add_ons,
            buyer=buyer,
        )
        asked = Asked(item.space, item.span, item.quantity, user)
        try:
            price = preview(price, asked, means=means, now=now, planned=planned).price
        except (CodeRefused, TooManyGuesses) as no:
            no_code = no_code or no.sentence
            without = replace(means, code="")
            price = preview(price, asked, means=without, now=now, planned=planned).price
        lines.append(CartLine(row, price.total, ""))
    return lines, "" if planned.codes else no_code


def said_of(user: User, refusal: Refused) -> str:
    """The sentence, and which of several it is about."""
    number = refusal.details.get("item")
    rows = rows_of(user)
    if number is None or number >= len(rows):
        return refusal.sentence
    told = {"space": rows[number].space.name, "why": refusal.sentence}
    return _("%(space)s: %(why)s") % told
