"""Selling passes, and taking back what nobody has used.

A pass is there as soon as it is ordered, and can be used once it is paid for. It is the
owner's as it is used, and the rest once it ends: docs/adr/0027.
"""

from datetime import datetime, timedelta
from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Organisation, User
from accounts.transactions import operation, take_turns
from billing import stripe_gateway
from billing.models import LineKind, Order, OrderLine, OrderStatus, Refund
from billing.operations.booking import SESSION, PaymentsClosed, open_page
from billing.operations.dispatching import post_to
from billing.operations.disputing import is_asked_about
from billing.operations.refunding import BankAsks, LeftHasChanged, refund
from bookings.models import Pass, PassStatus, PassType
from bookings.models.passes import Holder
from bookings.operations.holding import require_member
from spaces.money import Money

REGRET = timedelta(days=14)  # in which a pass that is not used can be given back whole


class NotSold(Refused):
    code = "not_sold"
    message = _("This pass is not for sale now.")


class ForOrganisations(Refused):
    code = "for_organisations"
    message = _("This pass is for organisations. Say for which of yours.")


class ForPersons(Refused):
    code = "for_persons"
    message = _("This pass is for one person. Buy it for yourself.")


class NotReturned(Refused):
    code = "not_returned"
    message = _("A pass is taken back within 14 days, and only while nothing of it is used.")


def buy_pass(
    *, pass_type: PassType, by: User, now: datetime, organisation: Organisation | None = None
) -> Order:
    """Order a pass, for oneself or for an organisation of one's own, with a page to pay on;
    asked again while that page is open, the same order. Raises the `Refused` that says why
    not, and `PaymentsUnavailable`: then the same can be asked again."""
    order = _order(pass_type=pass_type, by=by, now=now, organisation=organisation)
    if order.session_is_open(now):
        return order
    done = reverse("pass_paid", args=[order.pk])
    return open_page(order, back=reverse("passes"), done=done, now=now)


@operation
def _order(
    *, pass_type: PassType, by: User, now: datetime, organisation: Organisation | None
) -> Order:
    if not pass_type.is_offered or pass_type.is_given or pass_type.renews:
        raise NotSold
    if pass_type.holder == Holder.ORGANISATION and organisation is None:
        raise ForOrganisations
    if pass_type.holder == Holder.PERSON and organisation is not None:
        raise ForPersons
    require_member(by, organisation)
    if not stripe_gateway.is_configured():
        raise PaymentsClosed
    take_turns(by)  # two quick clicks are one order
    waiting = Order.objects.filter(
        buyer=by,
        status=OrderStatus.OPEN,
        session_expires_at__gt=now,
        lines__sold_pass__type=pass_type,
        lines__sold_pass__organisation=organisation,
        lines__amount=pass_type.price,
    )
    if (order := waiting.first()) is not None:
        return order
    sold = Pass.objects.create(
        **pass_type.terms,
        person=None if organisation else by,
        organisation=organisation,
        price=pass_type.price,
        created_at=now,
    )
    order = Order.objects.create(
        buyer=by,
        amount=pass_type.price,
        currency=pass_type.currency,
        created_at=now,
        session_expires_at=now + SESSION,
        not_before=now,
    )
    OrderLine.objects.create(
        order=order,
        kind=LineKind.PASS,
        sold_pass=sold,
        owner_id=pass_type.owner_id,
        amount=pass_type.price,
    )
    return order


@operation
def return_pass(*, sold: Pass, now: datetime) -> Refund:
    """Its holder gives it back, and gets all of the price: within `REGRET`, while nothing of
    it is used. Raises `NotReturned`."""
    return _return(sold, now=now)


@operation
def take_pass_back(*, sold: Pass, left: int, by: User, reason: str, now: datetime) -> Refund:
    """The owner's own people end a pass and give back what is not used, in proportion. `left`
    is what that was when they decided. Raises `LeftHasChanged`, `BankAsks` and `NotReturned`."""
    return _return(sold, now=now, left=left, by=by, reason=reason)


def _return(
    sold: Pass, *, now: datetime, left: int | None = None, by: User | None = None, reason: str = ""
) -> Refund:
    line = OrderLine.objects.select_related("order").filter(sold_pass=sold).first()
    if line is None:
        raise NotReturned
    order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=line.order_id)
    sold = Pass.objects.select_for_update(of=("self",), no_key=True).get(pk=sold.pk)
    if sold.status != PassStatus.ACTIVE or order.status != OrderStatus.PAID:
        raise NotReturned
    if is_asked_about(order):
        raise BankAsks
    back = worth_back(sold, now=now, by_owner=left is not None)
    if not back:
        raise NotReturned
    if left is not None and left != back.amount:
        raise LeftHasChanged(left=back.amount)
    sold.status = PassStatus.RETURNED
    sold.save(update_fields=["status"])
    returned = refund(line=line, amount=back.amount, by=by, reason=reason, now=now)
    for note in returned.documents.all():
        post_to(note, order.buyer, now=now)
    return returned


def worth_back(sold: Pass, *, now: datetime, by_owner: bool = False) -> Money:
    """What would come back of its price now; never for what is used, or was held for it."""
    nothing = Money(0, sold.currency)
    if sold.status != PassStatus.ACTIVE or sold.is_given or sold.ends_at is None:
        return nothing
    if sold.type.renews:  # a month of a membership is on an invoice, and ends with itself
        return nothing
    uses = list(sold.uses.all())
    if not by_owner:
        is_early = sold.starts_at is not None and now < sold.starts_at + REGRET
        return sold.money if is_early and not uses else nothing
    if not sold.is_counted:
        return nothing if uses else sold.money
    left = sold.amount - sum(one.amount for one in uses)
    return sold.money.times(Fraction(left, sold.amount))
