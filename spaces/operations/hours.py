"""When a place or a space is open."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.transactions import operation
from spaces.models import HoursException, OnHolidays, OpeningHours, Place, Season, Space
from spaces.models.hours import days_of

Keeper = Place | Space
Span = tuple[int, int]  # opens, closes: minutes after the day's midnight
CLOSED: list[tuple[int | None, int | None]] = [(None, None)]


class SeasonsOverlap(Refused):
    code = "seasons_overlap"


@operation
def set_week(
    *, keeper: Keeper, week: Mapping[int, Iterable[Span]], season: Season | None = None
) -> None:
    """The weekly hours, of a season or of the rest of the year, in place of those there were.
    `week` is by ISO weekday; a weekday without spans is closed."""
    _locked(keeper)
    OpeningHours.objects.filter(**whose(keeper), season=season).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(**whose(keeper), season=season, weekday=day, opens=opens, closes=closes)
        for day, spans in week.items()
        for opens, closes in spans
    )


@operation
def set_holidays(*, keeper: Keeper, on_holidays: str | None, short: Span | None = None) -> None:
    """`short` is when it is open on public holidays, if its hours are shorter then. Of a space
    None: it does as its place."""
    keeper.on_holidays = on_holidays
    is_short = on_holidays == OnHolidays.SHORT
    keeper.holiday_opens, keeper.holiday_closes = short if short and is_short else (None, None)
    keeper.save(update_fields=["on_holidays", "holiday_opens", "holiday_closes"])


@operation
def add_season(*, keeper: Keeper, name: str, **dates: int) -> Season:
    """A part of each year, which starts with the hours of the rest of the year. Raises
    `SeasonsOverlap`: a day is in one season, or in none."""
    _locked(keeper)
    days = set(days_of(**dates))
    for other in keeper.seasons.all():
        if days.intersection(other.days()):
            raise SeasonsOverlap(_("This season overlaps with %(other)s.") % {"other": other})
    season = Season.objects.create(**whose(keeper), name=name, **dates)
    for rule in keeper.opening_hours.filter(season=None):
        OpeningHours.objects.create(
            **whose(keeper),
            season=season,
            weekday=rule.weekday,
            opens=rule.opens,
            closes=rule.closes,
        )
    return season


@operation
def drop_season(*, season: Season) -> None:
    season.delete()


@operation
def set_exception(
    *, keeper: Keeper, dates: Iterable[date], hours: Collection[Span], reason: str = ""
) -> None:
    """What holds on these dates, in place of what was said about them. No hours: closed."""
    _locked(keeper)
    dates = list(dates)
    HoursException.objects.filter(**whose(keeper), date__in=dates).delete()
    HoursException.objects.bulk_create(
        HoursException(**whose(keeper), date=day, opens=opens, closes=closes, reason=reason)
        for day in dates
        for opens, closes in (hours or CLOSED)
    )


@operation
def drop_exception(*, keeper: Keeper, day: date) -> None:
    """The usual hours hold on that date again."""
    HoursException.objects.filter(**whose(keeper), date=day).delete()


def whose(keeper: Keeper) -> dict[str, Keeper]:
    return {"space" if isinstance(keeper, Space) else "place": keeper}


def _locked(keeper: Keeper) -> None:
    """Two who change the same hours take turns, and the last one's hold."""
    type(keeper)._default_manager.select_for_update().get(pk=keeper.pk)
