"""What is owed beside the price, on a booking's page: fees to waive, a deposit to claim of."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import person
from accounts.errors import Refused
from billing import operations
from billing.models import OrderStatus, Penalty
from billing.operations.depositing import AHEAD, TO_CLAIM, reservation_of
from billing.views.answers import see_other
from bookings.models import COMES, Booking
from bookings.views.access import booking_run_by
from spaces.forms.kroner import KronerField
from spaces.money import Money


class ClaimForm(forms.Form):
    amount = KronerField(label=gettext_lazy("Amount"))
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("Sent to the booker."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if amount < 1:
            raise forms.ValidationError(_("Say how much you claim."))
        return amount


class WaiveForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300, required=False)


@login_required
@require_POST
def waive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let somebody off a fee, for those who run the space."""
    user = person(request)
    runs = Booking.objects.run_by(user)
    penalty = get_object_or_404(Penalty.objects.filter(booking__in=runs), pk=pk)
    form = WaiveForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        operations.waive(penalty=penalty, by=user, now=timezone.now(), reason=reason)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(
            request, _("The fee is waived. %(who)s is told.") % {"who": penalty.booking.booker}
        )
    return see_other(request, penalty.booking.get_absolute_url())


@login_required
@require_POST
def claim_deposit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draw something of the deposit, for those who run the space."""
    user = person(request)
    booking = booking_run_by(user, pk)
    form = ClaimForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how much you claim, and why."))
        return see_other(request, booking.get_absolute_url())
    try:
        operations.claim_deposit(
            booking=booking,
            amount=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            by=user,
            now=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("It is drawn. %(who)s is told why.") % {"who": booking.booker})
    return see_other(request, booking.get_absolute_url())


def beside_context(booking: Booking, *, runs_it: bool, now: datetime) -> dict[str, Any]:
    """Fees and deposit, as they are now."""
    reserved = reservation_of(booking) if booking.deposit else None
    is_held = reserved is not None and reserved.status == OrderStatus.AUTHORISED
    return {
        "penalties": list(booking.penalties.select_related("order")),
        "deposit": reserved,
        "deposit_claim": getattr(reserved, "claim", None),
        "deposit_from": booking.start - AHEAD,
        "deposit_until": booking.end + TO_CLAIM,
        "deposit_is_coming": bool(booking.deposit)
        and reserved is None
        and booking.status in COMES
        and now < booking.end,
        "claim_form": ClaimForm(auto_id="claim-%s") if runs_it and is_held else None,
        "deposit_money": Money(booking.deposit, booking.currency),
    }
