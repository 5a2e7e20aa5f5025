"""A cart over several spaces and owners: gathered, seen, and booked together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
from accounts.forms import sent
from accounts.models import Organisation, User
from accounts.transactions import Busy
from billing import operations
from billing.asking import Asking
from billing.idempotency import StillUnderWay
from billing.models import CartItem
from billing.operations.cart import items_of, rows_of
from billing.operations.on_account import may_owe
from billing.views.answers import see_other
from billing.views.booking import onward, refused
from bookings.behalf_form import BehalfForm, WhomForm
from bookings.explaining import why_not_each
from bookings.forms import BookForm, RoomsForm
from bookings.means import NO_MEANS, Asked, Means, preview_together
from bookings.means.campaigns import normal
from bookings.models import Status
from bookings.operations import Item
from bookings.queries.whom import known_to
from bookings.views.space import OF_THEM, visible
from spaces.ids import uuid7
from spaces.models import Space
from spaces.money import Money, sum_of
from spaces.prices import Buyer, NotForSale, Quote, are_paid_apart


@dataclass(frozen=True, slots=True)
class CartLine:
    """One time in the cart as it is now: its price, or why it cannot be had."""

    row: CartItem
    price: Money | None
    net: Money | None  # of which so much is not VAT
    why_not: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cart(request: HttpRequest) -> HttpResponse:
    """What is in it and what it comes to, for oneself or for an organisation of one's own; and
    booking all of it."""
    now, user = timezone.now(), person(request)
    said = request.POST if request.method == "POST" else request.GET
    behalf = BehalfForm(said, user=user)
    whom = WhomForm(sent(request))
    means = Means(code=normal(said.get("code", "")))
    refusal = ""
    is_booked = request.method == "POST" and "see" not in request.POST
    if is_booked and behalf.is_valid() and whom.is_valid():
        try:
            booked = operations.book_cart(
                by=user,
                now=now,
                means=means,
                key=said.get("key", "")[:100],
                whom=whom.whom,
                **behalf.said,
            )
        except StillUnderWay:
            messages.info(request, _("Your booking is being made. Here it comes."))
            return see_other(request, reverse("bookings"))
        except Refused as no:
            refusal = said_of(user, no)
        except Busy:
            refusal = _("Many want the same right now. Try again.")
        else:
            unpaid = next((one for one in booked if one.status == Status.HELD), None)
            if unpaid is not None:
                return see_other(request, onward(unpaid, now))
            if booked[0].made_by_id is not None:
                told = _("All is booked for %(who)s.") % {"who": booked[0].booker}
                messages.success(request, told)
                return see_other(request, reverse("bookings"))
            messages.success(request, _("All is booked."))
            return see_other(request, reverse("bookings"))
    rows = rows_of(user)
    buyer = buyer_of(whom.address, rows, user=user, behalf=behalf)
    lines, no_code = lines_of(rows, buyer, behalf.chosen, means, now)
    total = _sum(line.price for line in lines)
    priced = [line.row.space for line in lines if line.price]
    owed_by = behalf.chosen if may_owe(priced, behalf.chosen) else None
    on_account = said.get("on_account", "true") != "false"
    is_owed = owed_by is not None and on_account
    sold = [(line.row.space, line.row.period, line.price) for line in lines if line.price]
    context = {
        "lines": lines,
        "total": total,
        "apart": not is_owed and are_paid_apart(price for _space, _span, price in sold),
        "asking": None if is_owed else Asking.of(sold, now=now),
        "net": _sum(line.net for line in lines),
        "can_book": bool(lines) and not any(line.why_not for line in lines),
        "refusal": refusal,
        "behalf": behalf,
        "whom": whom,
        "named": whom.address if buyer != user else "",
        "is_known": buyer is not None,
        "owed_by": owed_by,
        "on_account": on_account,
        "code": means.code,
        "no_code": "" if refusal else no_code,
        "key": str(uuid7()),
    }
    is_wrong = refusal or behalf.errors or whom.errors
    return render(request, "billing/cart.html", context, status=422 if is_wrong else 200)


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
            about=form.about,
        )
        try:
            operations.add_to_cart(items=[item], by=person(request), now=now)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            told = _("It is in the cart. The time is not kept until you book.")
            messages.success(request, told)
            return see_other(request, reverse("cart"))
    return refused(request, space, form, now)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cart_rooms(request: HttpRequest) -> HttpResponse:
    """Two rooms beside each other at one time, as a search offers them: seen, and put into the
    cart together."""
    now, user = timezone.now(), person(request)
    form = RoomsForm(request.GET, spaces=Space.objects.visible_to(user))
    rows = [
        CartItem(user=user, space=space, period=form.span, people=people)
        for space, people in form.rooms
    ]
    refusal = "" if rows else _("There are no such rooms. Search for them again.")
    if rows and request.method == "POST":
        try:
            operations.add_to_cart(items=items_of(rows), by=user, now=now)
        except Refused as no:
            refusal = no.sentence
        else:
            told = _("Both rooms are in the cart. The time is not kept until you book.")
            messages.success(request, told)
            return see_other(request, reverse("cart"))
    lines, _no_code = lines_of(rows, user, None, NO_MEANS, now)
    context = {
        "lines": lines,
        "total": _sum(line.price for line in lines),
        "net": _sum(line.net for line in lines),
        "refusal": refusal,
    }
    return render(request, "billing/cart_rooms.html", context, status=422 if refusal else 200)


def _sum(amounts: Iterable[Money | None]) -> Money | None:
    """Of those that are known, if any, and in one currency."""
    known = [one for one in amounts if one is not None]
    costs = [one for one in known if one] or known[:1]
    if len({one.currency for one in costs}) != 1:
        return None
    return sum_of(costs)


@login_required
@require_POST
def cart_drop(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(CartItem, user=person(request), pk=pk).delete()
    return see_other(request, reverse("cart"))


def buyer_of(
    address: str, rows: Sequence[CartItem], *, user: User, behalf: BehalfForm
) -> User | None:
    """Whose it is to be; None for somebody of whom `user` is told nothing."""
    if not address:
        return user
    spaces = [row.space for row in rows]
    return known_to(user, address, spaces=spaces, organisation=behalf.chosen)


def lines_of(
    rows: list[CartItem],
    user: User | None,
    organisation: Organisation | None,
    means: Means,
    now: datetime,
) -> tuple[list[CartLine], str]:
    """The times with their prices for somebody, and why the code holds for none of them, if so.
    As many queries for many that can be had as for one. Whether somebody of whom nothing is
    told may have them, only a booking tells."""
    items = items_of(rows)
    if not items:
        return [], ""
    reasons = why_not_each(items, user=user, now=now, organisation=organisation)
    if user is None:
        reasons = [[one for one in why if one.code not in OF_THEM] for why in reasons]
    buyer = Buyer.of(user, now)
    free = [item for item, why in zip(items, reasons, strict=True) if not why]
    quotes = {n: price_of(item, buyer) for n, item in enumerate(free)}
    known = {n: one for n, one in quotes.items() if one is not None}
    no_code = ""
    if user is not None and known:
        asked = [
            Asked(free[n].space, free[n].span, free[n].quantity, user, organisation) for n in known
        ]
        lowered, no_code = preview_together([*known.values()], asked, means=means, now=now)
        known = dict(zip(known, lowered, strict=True))
    prices = iter([known.get(n) for n in quotes])
    lines = []
    for row, why in zip(rows, reasons, strict=True):
        if why:
            lines.append(CartLine(row, None, None, " ".join(str(one.sentence) for one in why)))
        else:
            priced = next(prices)
            total, net = (priced.total, priced.net) if priced else (None, None)
            lines.append(CartLine(row, total, net, ""))
    return lines, no_code


def price_of(item: Item, buyer: Buyer) -> Quote | None:
    """None when it is not for sale to them, as far as is known."""
    try:
        return item.quoted(buyer)
    except NotForSale:
        return None


def said_of(user: User, refusal: Refused) -> str:
    """The sentence, and which of several it is about."""
    number = refusal.details.get("item")
    rows = rows_of(user)
    if number is None or number >= len(rows):
        return refusal.sentence
    told = {"space": rows[number].space.name, "why": refusal.sentence}
    return _("%(space)s: %(why)s") % told
