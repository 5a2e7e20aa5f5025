"""Memberships that a person pays with their card: each month an order of its own, charged to
the saved card while they are away, on our own clock (docs/adr/0032).

A month is ordered before Stripe is asked, so it is charged once whoever dies. What the bank
does not let through waits on a page for `GRACE`, and its member is told; then the membership
is paused, and nothing more is asked for.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import refused_by
from accounts.models import User
from accounts.transactions import operation, take_turns
from billing import stripe_gateway
from billing.models import Card, CardConsent, LineKind, Order, OrderLine, OrderStatus
from billing.models.order import GRACE
from billing.nudge import nudge
from billing.operations.booking import SESSION, PaymentsClosed, open_page
from billing.operations.cancelling import close_page
from billing.operations.cards import give_consent
from billing.operations.memberships import MemberAlready, NotAMembership, next_month
from billing.operations.settling import carry_out, settle_order
from billing.operations.telling import tell_unpaid
from bookings.models import Membership, Pass, PassType
from bookings.models.passes import Holder
from spaces.formats import price

NOT_PAID = "not_paid"


def words(pass_type: PassType) -> str:
    """What a member says yes to, in the language of the page where it is shown."""
    return _(
        "Ledig charges my saved card %(amount)s each month for %(name)s, until I end it. I get a "
        "receipt each time, and can end it whenever I want: then the month that is paid runs out."
    ) % {"amount": price(pass_type.money), "name": pass_type.name}


def join_by_card(*, pass_type: PassType, by: User, now: datetime) -> Membership:
    """From now on a pass each month, paid by the person's saved card, or the first time on a
    page that saves one: see `pay_month`. Raises `NotAMembership`, `MemberAlready`, and
    `PaymentsClosed`."""
    membership = _join(pass_type=pass_type, by=by, now=now)
    order = month_to_pay(membership)
    if order is not None and order.status == OrderStatus.CHARGING:
        carry_out(order, now=now)
    return membership


def pay_month(*, membership: Membership, now: datetime) -> Order | None:
    """The page on which the month that waits can be paid; None when none waits any more.
    Raises `PaymentsUnavailable` and `PaymentsClosed`."""
    order = month_to_pay(membership)
    if order is not None and order.session_id and not order.session_is_open(now):
        order = settle_order(order, now=now)
    if order is None or order.status != OrderStatus.OPEN:
        return None
    if order.session_is_open(now):
        return order
    order.session_expires_at = now + SESSION
    order.save(update_fields=["session_expires_at"])
    done = reverse("pass_paid", args=[order.pk])
    return open_page(order, back=reverse("passes"), done=done, now=now)


def month_to_pay(membership: Membership) -> Order | None:
    """The order of a month that is neither paid nor given up."""
    waiting = Order.objects.filter(
        lines__sold_pass__membership=membership,
        status__in=(OrderStatus.OPEN, OrderStatus.CHARGING),
    )
    return waiting.select_related("buyer").order_by("-created_at").first()


@operation
def end_by_card(*, membership: Membership, now: datetime) -> None:
    """No new month, and nothing more to pay. Raises `PaymentUnderWay`."""
    membership.cancelled_at = now
    membership.save(update_fields=["cancelled_at"])
    close_page(Order.objects.filter(lines__sold_pass__membership=membership), now=now)


def renew_by_card(*, now: datetime) -> int:
    """Order the months that are due, and pause what was not paid in time; how many were
    ordered."""
    if not stripe_gateway.is_configured():
        return 0
    late = Order.objects.filter(
        lines__sold_pass__membership__person__isnull=False,
        status=OrderStatus.OPEN,
        created_at__lte=now - GRACE,
    )
    for pk in late.values_list("pk", flat=True):
        _give_up(pk, now=now)
    due = Membership.objects.filter(
        cancelled_at=None, paused_for="", next_at__lte=now, person__isnull=False
    )
    return sum(_renew(pk, now=now) for pk in due.order_by("pk").values_list("pk", flat=True))


@operation
def _join(*, pass_type: PassType, by: User, now: datetime) -> Membership:
    if not (pass_type.renews and pass_type.is_offered and pass_type.holder == Holder.PERSON):
        raise NotAMembership
    if not stripe_gateway.is_configured():
        raise PaymentsClosed
    take_turns(by)  # two quick clicks are one
    if not CardConsent.objects.standing().filter(user=by).exists():
        give_consent(by=by, now=now)
    theirs = Membership.objects.filter(type=pass_type, person=by, cancelled_at=None)
    theirs.exclude(paused_for="").update(cancelled_at=now)  # it goes on as another
    with translation.override(by.language):
        agreed = words(pass_type)
    with refused_by("membership_of_person_once", MemberAlready), transaction.atomic():
        membership = Membership.objects.create(
            type=pass_type,
            person=by,
            started_by=by,
            started_at=now,
            next_at=now,
            price=pass_type.price,
            agreed=agreed,
        )
    _order_month(membership, now=now, is_told=False)
    return membership


@operation
def _renew(pk: int, *, now: datetime) -> bool:
    rows = Membership.objects.select_for_update(of=("self",))
    membership = rows.select_related("type", "person").get(pk=pk)
    is_due = membership.cancelled_at is None and not membership.paused_for
    if not is_due or membership.next_at > now or month_to_pay(membership) is not None:
        return False
    _order_month(membership, now=now, is_told=True)
    return True


def _order_month(membership: Membership, *, now: datetime, is_told: bool) -> None:
    """To be charged, or without a card to be paid on a page. At the price that was agreed."""
    kept, person = membership.type, membership.person
    assert person is not None
    starts_at, membership.next_at = next_month(membership)
    sold = Pass.objects.create(
        **kept.terms,
        person=person,
        membership=membership,
        price=membership.price,
        starts_at=starts_at,
        ends_at=membership.next_at,
        created_at=now,
    )
    card = Card.objects.to_charge(person)
    order = Order.objects.create(
        buyer=person,
        status=OrderStatus.CHARGING if card else OrderStatus.OPEN,
        card=card,
        consent=CardConsent.objects.standing().filter(user=person).first(),
        amount=sold.price,
        currency=sold.currency,
        created_at=now,
        session_expires_at=now,
        not_before=now,
    )
    line = OrderLine.objects.create(
        order=order, kind=LineKind.PASS, sold_pass=sold, owner_id=kept.owner_id, amount=sold.price
    )
    membership.save(update_fields=["next_at"])
    if card is not None:
        nudge()
    elif is_told:
        tell_unpaid(line, now=now)


@operation
def _give_up(pk: UUID, *, now: datetime) -> None:
    """Nobody has paid the month in time: it is over, and so is asking."""
    order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if order.status != OrderStatus.OPEN:
        return
    Membership.objects.filter(passes__order_line__order=order, paused_for="").update(
        paused_for=NOT_PAID
    )
    close_page(Order.objects.filter(pk=order.pk), now=now)
