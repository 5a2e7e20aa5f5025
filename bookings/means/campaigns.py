"""Campaign codes: which one is meant, why it does not hold, and what it takes off."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from fractions import Fraction

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from accounts.models import User
from bookings.means import guessing
from bookings.means.wanted import Asked
from bookings.models import Booking, Campaign, CampaignUse
from spaces import formats
from spaces.models import Audience, Kind, Space
from spaces.money import Money
from spaces.prices import Buyer, Line, Quote
from spaces.prices.lines import Item

LONGEST = 30


class CodeRefused(Refused):
    code = "code_refused"
    message = _("There is no such code here. Look at how it is spelled.")


class CodeUsedUp(CodeRefused):
    code = "code_used_up"
    message = _("This code has been used as often as it may be.")


def campaign_for(
    code: str, asked: Asked, *, now: datetime, locks: bool = False, besides: int = 0
) -> Campaign:
    """The campaign that a code means for what is asked for; with `locks`, nobody else can use
    it until the transaction ends. `besides`: how often the same person is to use it in the
    same go. Raises `TooManyGuesses`, and `CodeRefused` with a sentence that says why it does
    not hold."""
    guessing.require_patience(asked.by)
    space = asked.space
    campaign = Campaign.objects.bearing_on(space).filter(code=normal(code)).first()
    if campaign is None:
        guessing.note_wrong(asked.by, normal(code))
        raise CodeRefused
    if locks:
        lock([campaign.pk])
        campaign.refresh_from_db()
    today = formats.as_date(now, space.place.zone)
    if campaign.first_day > today:
        day = formats.day_name(campaign.first_day)
        raise CodeRefused(_("This code holds from %(day)s.") % {"day": day})
    if campaign.is_over(today):
        raise CodeRefused(_("This code is over."))
    if campaign.is_paused:
        raise CodeRefused(_("This code is paused."))
    _require_for(campaign, asked, now=now)
    _require_left(campaign, asked.by, now=now, besides=besides)
    return campaign


def holds(campaign: Campaign, asked: Asked, *, now: datetime) -> bool:
    """Whether one that has been used holds for something more, without guessing at codes."""
    if not Campaign.objects.bearing_on(asked.space).filter(pk=campaign.pk).exists():
        return False
    try:
        return campaign_for(campaign.code, asked, now=now) == campaign
    except Refused:
        return False


def lock(pks: Iterable[int]) -> list[Campaign]:
    """Until the transaction ends, whoever else would use these waits. In id order, and before
    any unit is locked."""
    rows = Campaign.objects.filter(pk__in=list(pks)).order_by("pk")
    return list(rows.select_for_update(no_key=True))


def lock_all(code: str, spaces: Iterable[Space]) -> None:
    """What a code may mean in any of these spaces."""
    owners = {space.organisation_id for space in spaces}
    ours = Q(owner__in=owners) | Q(owner=None, joined__in=owners)
    lock(Campaign.objects.filter(ours, code=normal(code)).values_list("pk", flat=True))


def normal(code: str) -> str:
    """As it is kept, however it is typed."""
    return "".join(code.split()).upper()[:LONGEST]


def _require_for(campaign: Campaign, asked: Asked, *, now: datetime) -> None:
    if campaign.kinds and asked.space.kind not in campaign.kinds:
        kinds = ", ".join(str(Kind(kind).label).lower() for kind in campaign.kinds)
        raise CodeRefused(_("This code is only for: %(what)s.") % {"what": kinds})
    spaces = list(campaign.spaces.all())
    if spaces and asked.space not in spaces:
        names = ", ".join(space.name for space in spaces)
        raise CodeRefused(_("This code is only for: %(what)s.") % {"what": names})
    if campaign.affiliations and not Buyer.of(asked.by, now).affiliations & {
        *campaign.affiliations
    }:
        who = ", ".join(str(Audience(one).label).lower() for one in campaign.affiliations)
        raise CodeRefused(_("This code is only for: %(what)s.") % {"what": who})


def _require_left(campaign: Campaign, person: User, *, now: datetime, besides: int) -> None:
    """Counted without what holds that have run out still have."""
    waiting = Q(booking__status__in=("held", "requested"), booking__expires_at__lte=now)
    counted = campaign.uses.exclude(waiting).aggregate(
        all=Count("pk"), theirs=Count("pk", filter=Q(person=person))
    )
    if campaign.limit is not None and counted["all"] + besides >= campaign.limit:
        raise CodeUsedUp
    if campaign.limit_each is not None and counted["theirs"] + besides >= campaign.limit_each:
        raise CodeUsedUp(_("You have used this code as often as one may."))


def lines_of(campaign: Campaign, price: Quote) -> list[Line]:
    """What it takes off a price, one line for each VAT rate: never more than the price."""
    if campaign.percent is not None:
        off = price.total.times(Fraction(campaign.percent, 100))
    elif price.total.currency == "NOK":
        off = min(Money(campaign.amount or 0), price.total)
    else:
        raise CodeRefused
    about = {
        "campaign": campaign.pk,
        "code": campaign.code,
        "percent": campaign.percent,
        "worth": campaign.amount,
    }
    return list(_split(off, price.lines, about)) if off else []


def lines_again(booking: Booking, price: Quote) -> list[Line]:
    """What the code that a booking was sold with takes off another price of it: as it was
    then, whatever has become of the campaign."""
    frozen = [Line.from_json(one) for one in booking.lines if one.get("item") == Item.CODE]
    if not frozen:
        return []
    about = dict(frozen[0].about)
    if about["percent"] is not None:
        off = price.total.times(Fraction(about["percent"], 100))
    else:
        off = min(Money(about["worth"], price.total.currency), price.total)
    return list(_split(off, price.lines, about)) if off else []


def use(campaign: Campaign, booking: Booking, *, off: Money, now: datetime) -> None:
    """The booking has its price. Raises `CodeUsedUp`: the database counts."""
    with refused_by("campaign_limits", CodeUsedUp):
        CampaignUse.objects.create(
            campaign=campaign,
            booking=booking,
            person_id=booking.booker_id,
            amount=off.amount,
            used_at=now,
        )


def _split(off: Money, lines: Iterable[Line], about: dict[str, object]) -> Iterator[Line]:
    """In proportion to what each rate has of the price; what rounding leaves goes along."""
    by_rate: dict[str, int] = {}
    for line in lines:
        by_rate[line.vat] = by_rate.get(line.vat, 0) + line.amount.amount
    whole, seen, given = sum(by_rate.values()), 0, 0
    for vat, amount in sorted(by_rate.items()):
        seen += amount
        upto = off.times(Fraction(seen, whole)).amount
        part, given = Money(upto - given, off.currency), upto
        if part:
            yield Line.taking_off(Item.CODE, part, vat, about)
