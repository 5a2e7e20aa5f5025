"""Memberships: a pass anew each month, on account, until somebody ends it."""

import calendar
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from accounts.models import CreditAgreement, Organisation, User
from accounts.transactions import operation
from billing.models import LineKind, OrderLine
from billing.operations.on_account import NoCredit, owe
from bookings.forms import district_zone
from bookings.models import Membership, Pass, PassStatus, PassType
from bookings.models.passes import Holder
from bookings.operations.holding import require_member


class NotAMembership(Refused):
    code = "not_a_membership"
    message = _("This membership is not offered now.")


class MemberAlready(Refused):
    code = "member_already"
    message = _("Your organisation has this membership already.")


@operation
def start_membership(
    *, pass_type: PassType, organisation: Organisation, by: User, now: datetime
) -> Membership:
    """From now on, a pass each month and its price on the organisation's invoice. One that
    was paused goes on. Raises `NoCredit` and `OverLimit`."""
    if not (pass_type.renews and pass_type.is_offered) or pass_type.holder == Holder.PERSON:
        raise NotAMembership
    require_member(by, organisation)
    paused = Membership.objects.select_for_update().filter(
        type=pass_type, organisation=organisation, cancelled_at=None
    )
    membership = paused.exclude(paused_for="").first()
    if membership is None:
        membership = Membership(type=pass_type, organisation=organisation, started_at=now)
    membership.started_by, membership.next_at, membership.paused_for = by, now, ""
    with refused_by("membership_once", MemberAlready), transaction.atomic():
        membership.save()
    _begin(membership, now=now)
    return membership


@operation
def cancel_membership(*, membership: Membership, now: datetime) -> None:
    """No new month after this one; what is paid for can be used."""
    membership.cancelled_at = now
    membership.save(update_fields=["cancelled_at"])


def renew_memberships(*, now: datetime) -> int:
    """Begin the months that are due; how many. One that cannot be put on account any more is
    paused, and its page says why."""
    due = Membership.objects.filter(cancelled_at=None, paused_for="", next_at__lte=now)
    due = due.filter(person=None)
    return sum(_renew(pk, now=now) for pk in due.order_by("pk").values_list("pk", flat=True))


@operation
def _renew(pk: int, *, now: datetime) -> bool:
    rows = Membership.objects.select_for_update(of=("self",))
    membership = rows.select_related("type", "organisation", "started_by").get(pk=pk)
    is_due = membership.cancelled_at is None and not membership.paused_for
    if not is_due or membership.next_at > now:
        return False
    try:
        with transaction.atomic():
            _begin(membership, now=now)
    except Refused as refusal:
        membership.paused_for = refusal.code
        membership.save(update_fields=["paused_for"])
        return False
    return True


def _begin(membership: Membership, *, now: datetime) -> None:
    kept = membership.type
    agreements = CreditAgreement.objects.agreed().select_for_update(no_key=True, of=("self",))
    ours = agreements.filter(owner=kept.owner_id, customer=membership.organisation_id)
    agreement = ours.first()
    if agreement is None:
        raise NoCredit
    starts_at, membership.next_at = next_month(membership)
    sold = Pass.objects.create(
        **kept.terms,
        organisation_id=membership.organisation_id,
        status=PassStatus.ACTIVE,
        price=kept.price,
        starts_at=starts_at,
        ends_at=membership.next_at,
        created_at=now,
    )
    line = OrderLine(kind=LineKind.PASS, sold_pass=sold, owner_id=kept.owner_id, amount=kept.price)
    owe(agreement, [line], currency=kept.currency, by=membership.started_by, now=now)
    membership.save(update_fields=["next_at"])


def next_month(membership: Membership) -> tuple[datetime, datetime]:
    """When the month that is due begins, and when it ends."""
    until = _a_month_after(membership.next_at, membership.started_at, district_zone())
    return membership.next_at, until


def _a_month_after(moment: datetime, first: datetime, zone: ZoneInfo) -> datetime:
    """The same day of the next month as it first began, or its last day; on the wall clock
    of the district."""
    local = moment.astimezone(zone)
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    day = min(first.astimezone(zone).day, calendar.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day, fold=0)
