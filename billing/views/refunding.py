"""Giving money back, by those who look after an organisation's money: first what it means,
then the deed."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from accounts.models import User
from billing import operations
from billing.forms import RefundForm, TakeBackForm
from billing.models import Refund
from billing.money_access import bookings_paid_to, organisations_of, passes_sold_by
from billing.operations.refunding import left_to_give, parts_of
from billing.receipt import Receipt
from billing.views.answers import see_other
from bookings.forms import district_zone
from bookings.means import words
from bookings.models import Booking
from spaces.formats import price
from spaces.money import Money


def booking_paid_to(user: User, pk: UUID) -> Booking:
    """A booking that an organisation of theirs is paid for; 404 otherwise."""
    return get_object_or_404(bookings_paid_to(user).for_listing(), pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Any amount up to what is left. The first POST shows what it means; the one that says
    `confirmed` does it."""
    booking = booking_paid_to(person(request), pk)
    left = left_to_give(booking)
    bound = request.method == "POST" and "again" not in request.POST
    form = RefundForm(request.POST if bound else None, left=left)
    if not bound and request.method == "POST":
        form.initial.update({name: request.POST.get(name) for name in ("amount", "reason")})
    parts = []
    if bound and form.is_valid():
        asked = form.cleaned_data
        if "confirmed" in request.POST:
            try:
                operations.give_back_some(
                    booking=booking,
                    amount=asked["amount"],
                    left=asked["left"],
                    by=person(request),
                    reason=asked["reason"],
                    now=timezone.now(),
                )
            except Refused as refusal:
                messages.error(request, refusal.sentence)
                return see_other(request, request.path)
            told = {"amount": price(Money(asked["amount"], booking.currency))}
            if Receipt(booking, now=timezone.now()).is_on_account:
                messages.success(request, _("%(amount)s is taken off the invoice.") % told)
            else:
                messages.success(request, _("%(amount)s is on its way back.") % told)
            return see_other(request, request.path)
        parts = parts_of(booking, asked["amount"])
    context = {
        "booking": booking,
        "organisation": booking.space.organisation,
        "zone": booking.space.place.zone,
        "left": left,
        "form": form,
        "parts": parts,
        "amount": Money(sum(part.amount for part in parts), booking.currency),
        "share": Money(sum(part.share for part in parts), booking.currency),
        "fee": Money(sum(part.fee.gross for part in parts), booking.currency),
        "is_owed": any(part.is_owed for part in parts),
        "is_earned": any(part.line.earned for part in parts),
        "refunds": booking.refunds.select_related("order", "by", "again").order_by("pk"),
    }
    return render(request, "billing/refund.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A pass that was sold: what is used and earned of it, and giving back the rest."""
    user, now = person(request), timezone.now()
    found = passes_sold_by(user).with_left(now).select_related("type__owner", "person")
    sold = get_object_or_404(found.select_related("organisation", "order_line__order"), pk=pk)
    left = operations.worth_back(sold, now=now, by_owner=True)
    form = TakeBackForm(sent(request), initial={"left": left.amount})
    if request.method == "POST" and form.is_valid():
        try:
            returned = operations.take_pass_back(sold=sold, by=user, now=now, **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            amount = price(returned.money)
            messages.success(request, _("%(amount)s is on its way back.") % {"amount": amount})
        return see_other(request, request.path)
    line = sold.order_line
    context = {
        "sold": sold,
        "line": line,
        "left_of_it": words.left(sold),
        "organisation": line.owner,
        "zone": district_zone(),
        "uses": sold.uses.select_related("booking__space__place").order_by("-used_at"),
        "left": left,
        "earned": Money(line.earned, sold.currency),
        "form": form,
        "refunds": line.refunds.select_related("order", "by", "again").order_by("pk"),
    }
    return render(request, "billing/take_back.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def resend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send anew what could not be given back."""
    theirs = Refund.objects.filter(line__owner__in=organisations_of(person(request)))
    failed = get_object_or_404(theirs, pk=pk)
    try:
        operations.resend_refund(refund=failed, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("It is sent anew."))
    return see_other(request, "/owner/money/")
