"""What one has bought or is given, what one can buy, and giving it back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from accounts.models import RUNS_SALES, Organisation, User
from billing import operations, stripe_gateway
from billing.models import Order, OrderStatus
from billing.operations.card_memberships import words as card_words
from billing.views.answers import see_other
from bookings.forms import district_zone
from bookings.means import words
from bookings.means.passes import given_now
from bookings.models import Membership, Pass, PassStatus, PassType, PassUse
from bookings.models.passes import Holder
from spaces.formats import price
from spaces.money import Money

SHOWN_USES = 20


@dataclass(frozen=True, slots=True)
class Mine:
    """A pass as its holder sees it."""

    one: Pass
    left: str
    uses: list[PassUse]
    back: Money  # when it is given back now


@login_required
@require_safe
def passes(request: HttpRequest) -> HttpResponse:
    """Mine and my organisations', and those for sale."""
    now, user = timezone.now(), person(request)
    given = given_now(user, zone=district_zone(), now=now)
    held = Pass.objects.visible_to(user).with_left(now).filter(status=PassStatus.ACTIVE)
    held = held.filter(type__window="")
    held = held.select_related("type__owner", "organisation").order_by("ends_at", "pk")
    mine = [_shown(one, now) for one in held.prefetch_related("uses__booking__space__place")]
    on_sale = PassType.objects.for_sale().select_related("owner").prefetch_related("spaces")
    ours = Membership.objects.filter(
        Q(organisation__memberships__user=user) | Q(person=user), cancelled_at=None
    ).select_related("type__owner", "organisation")
    offered = PassType.objects.memberships().select_related("owner").order_by("owner__name")
    held_already = {one.type_id for one in ours if one.person_id and not one.paused_for}
    context = {
        "memberships": [(one, one.person_id and operations.month_to_pay(one)) for one in ours],
        "to_join": [(one, words.gives(one)) for one in offered if one.holder != Holder.PERSON],
        "by_card": [
            (one, words.gives(one), card_words(one))
            for one in offered
            if one.holder == Holder.PERSON and one.pk not in held_already
        ],
        "given": [(one, words.left(one)) for one in given],
        "running": [one for one in mine if one.one.ends_at and one.one.ends_at > now],
        "ended": [one for one in mine if one.one.ends_at and one.one.ends_at <= now],
        "types": [(one, words.gives(one)) for one in on_sale.order_by("owner__name", "price")],
        "organisations": organisations_of(user),
        "for_organisation": Holder.ORGANISATION.value,
        "now": now,
    }
    return render(request, "billing/passes.html", context)


@login_required
@require_POST
def buy(request: HttpRequest, pk: int) -> HttpResponse:
    """Onward to the page where it is paid."""
    now, user = timezone.now(), person(request)
    kept = get_object_or_404(PassType.objects.for_sale(), pk=pk)
    asked = request.POST.get("organisation", "")
    organisation = get_object_or_404(organisations_of(user), slug=asked) if asked else None
    try:
        order = operations.buy_pass(pass_type=kept, by=user, organisation=organisation, now=now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    except stripe_gateway.PaymentsUnavailable:
        messages.error(request, _("The payment page does not answer now. Try again in a moment."))
    else:
        return see_other(request, order.checkout_url)
    return see_other(request, reverse("passes"))


@login_required
@require_safe
def paid(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Back from the payment page."""
    found = get_object_or_404(Order, buyer=person(request), lines__sold_pass__isnull=False, pk=pk)
    try:
        found = operations.settle_order(found, now=timezone.now())
    except (stripe_gateway.PaymentsUnavailable, stripe_gateway.PaymentRefused):
        messages.info(request, _("The payment is on its way. The pass is here once it is there."))
    else:
        if found.status == OrderStatus.PAID:
            messages.success(request, _("It is yours, and is used when you book."))
    return see_other(request, reverse("passes"))


@login_required
@require_POST
def give_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = person(request)
    bought = Pass.objects.visible_to(user).filter(order_line__order__buyer=user)
    found = get_object_or_404(bought, pk=pk)
    try:
        returned = operations.return_pass(sold=found, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(
            request, _("%(amount)s is on its way back.") % {"amount": price(returned.money)}
        )
    return see_other(request, reverse("passes"))


@login_required
@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """A membership for one of one's organisations, decided by who decides what it buys."""
    user = person(request)
    kept = get_object_or_404(PassType.objects.memberships(), pk=pk)
    if kept.holder == Holder.PERSON:
        return _join_by_card(request, kept, user)
    buyers = user.memberships.filter(role__in=RUNS_SALES).values("organisation")
    theirs = organisations_of(user).filter(pk__in=buyers)
    organisation = get_object_or_404(theirs, slug=request.POST.get("organisation", ""))
    try:
        operations.start_membership(
            pass_type=kept, organisation=organisation, by=user, now=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Welcome as a member. It can be used from now on."))
    return see_other(request, reverse("passes"))


def _join_by_card(request: HttpRequest, kept: PassType, user: User) -> HttpResponse:
    """Charged at once, or onward to the page where it is paid and the card is saved."""
    if "agree" not in request.POST:
        messages.error(request, _("Say yes to what the card is charged for first."))
        return see_other(request, reverse("passes"))
    try:
        membership = operations.join_by_card(pass_type=kept, by=user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    except stripe_gateway.PaymentsUnavailable:
        messages.info(request, _("The payment is on its way. The pass is here once it is there."))
    else:
        return _onward(request, membership)
    return see_other(request, reverse("passes"))


def _onward(request: HttpRequest, membership: Membership) -> HttpResponse:
    """To the page where the month that waits is paid."""
    try:
        order = operations.pay_month(membership=membership, now=timezone.now())
    except (Refused, stripe_gateway.PaymentsUnavailable):
        messages.error(request, _("The payment page does not answer now. Try again in a moment."))
        return see_other(request, reverse("passes"))
    if order is not None:
        return see_other(request, order.checkout_url)
    if operations.month_to_pay(membership) is None:
        messages.success(request, _("It is yours, and is used when you book."))
    else:
        messages.info(request, _("The payment is on its way. The pass is here once it is there."))
    return see_other(request, reverse("passes"))


@login_required
@require_POST
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    """A month that was not charged."""
    theirs = Membership.objects.filter(person=person(request), cancelled_at=None, paused_for="")
    return _onward(request, get_object_or_404(theirs, pk=pk))


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    buyers = user.memberships.filter(role__in=RUNS_SALES).values("organisation")
    theirs = Q(organisation__in=buyers) | Q(person=user)
    found = get_object_or_404(Membership.objects.filter(theirs, cancelled_at=None), pk=pk)
    stop = operations.end_by_card if found.person_id else operations.cancel_membership
    try:
        stop(membership=found, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return see_other(request, reverse("passes"))
    messages.success(request, _("The membership ends with the month that is paid for."))
    return see_other(request, reverse("passes"))


def organisations_of(user: User) -> "QuerySet[Organisation]":
    return Organisation.objects.filter(memberships__user=user).order_by("name")


def _shown(one: Pass, now: datetime) -> Mine:
    uses = sorted(one.uses.all(), key=lambda use: use.used_at, reverse=True)[:SHOWN_USES]
    back = operations.worth_back(one, now=now) if not one.uses.all() else Money(0, one.currency)
    return Mine(one, words.left(one), uses, back)
