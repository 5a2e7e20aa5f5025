"""When a place or a space is open: the week, its seasons, dates, and the month to come."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from billing import operations as billing
from billing.views.clearing import answers_in, in_the_way, told_in
from bookings import availability
from bookings.models import Closure
from bookings.refusals import BookingsInTheWay
from spaces import operations
from spaces.forms.clock import Span, spans_label
from spaces.forms.hours import ExceptionForm, HolidaysForm, SeasonForm, WeekForm, week_of
from spaces.models import Place, Season, Space
from spaces.operations.hours import Keeper
from spaces.periods import Period, day_span, wall_minute
from spaces.views.access import place_kept_by, space_kept_by

PREVIEWED = 35  # days


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: HttpRequest, of: str, slug: str) -> HttpResponse:
    """The weekly hours, of the season `?season=` or the rest of the year, and holidays."""
    keeper = kept(request, of, slug)
    season = asked_season(request, keeper)
    data = sent(request)
    week = WeekForm(data, week=week_of(keeper, season), prefix="week")
    holidays = HolidaysForm(data, keeper=keeper)
    forms = (week,) if season else (week, holidays)
    are_valid = [form.is_valid() for form in forms]
    if request.method == "POST" and all(are_valid):

        def change() -> None:
            operations.set_week(keeper=keeper, week=week.week(), season=season)
            if season is None:
                operations.set_holidays(keeper=keeper, **holidays.cleaned_data)

        return changed(request, of, keeper, change, then=request.get_full_path())
    return page(request, of, keeper, season=season, week=week, holidays=holidays)


@login_required
@require_POST
def add_season(request: HttpRequest, of: str, slug: str) -> HttpResponse:
    keeper = kept(request, of, slug)
    form = SeasonForm(request.POST)
    if not form.is_valid():
        return page(request, of, keeper, new_season=form)
    try:
        season = operations.add_season(keeper=keeper, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return page(request, of, keeper, new_season=form)
    messages.success(request, _("Say when it is open in that season."))
    return redirect(f"{address(of, keeper)}?season={season.pk}")


@login_required
@require_POST
def drop_season(request: HttpRequest, of: str, slug: str, pk: int) -> HttpResponse:
    keeper = kept(request, of, slug)
    season = get_object_or_404(keeper.seasons, pk=pk)
    return changed(request, of, keeper, lambda: operations.drop_season(season=season))


@login_required
@require_POST
def set_exception(request: HttpRequest, of: str, slug: str) -> HttpResponse:
    """Other hours on a date or several; with `drop`, the usual ones again."""
    keeper = kept(request, of, slug)
    if dropped := parse_date(request.POST.get("drop", "")):
        return changed(
            request, of, keeper, lambda: operations.drop_exception(keeper=keeper, day=dropped)
        )
    form = ExceptionForm(request.POST, today=today(keeper))
    if not form.is_valid():
        return page(request, of, keeper, exception=form)
    dates, said = form.dates(), form.cleaned_data
    return changed(
        request,
        of,
        keeper,
        lambda: operations.set_exception(
            keeper=keeper, dates=dates, hours=said["hours"], reason=said["reason"]
        ),
    )


def changed(
    request: HttpRequest, of: str, keeper: Keeper, change: Callable[[], object], then: str = ""
) -> HttpResponse:
    """Do it, or ask first what becomes of the bookings that would stand outside the hours."""
    now = timezone.now()
    spaces = [keeper] if isinstance(keeper, Space) else list(keeper.spaces.all())
    try:
        billing.change_hours(
            change=change,
            spaces=spaces,
            answers=answers_in(request),
            by=person(request),
            now=now,
            reason=told_in(request),
        )
    except BookingsInTheWay as refusal:
        context = {
            of: keeper,
            "keeper": keeper,
            "frame": f"spaces/{of}_frame.html",
            "back": address(of, keeper),
            **in_the_way(request, refusal, now=now),
        }
        return render(request, "billing/in_the_way.html", context, status=422)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Saved."))
    return redirect(then or address(of, keeper))


# --- What the page shows ----------------------------------------------------------------


def page(
    request: HttpRequest,
    of: str,
    keeper: Keeper,
    *,
    season: Season | None = None,
    week: WeekForm | None = None,
    holidays: HolidaysForm | None = None,
    new_season: SeasonForm | None = None,
    exception: ExceptionForm | None = None,
) -> HttpResponse:
    asked = (week, holidays, new_season, exception)
    week = week or WeekForm(week=week_of(keeper, season), prefix="week")
    context: dict[str, Any] = {
        of: keeper,
        "of": of,
        "keeper": keeper,
        "week": week,
        "holidays": None if season else holidays or HolidaysForm(keeper=keeper),
        "season": season,
        "seasons": keeper.seasons.all(),
        "new_season": new_season or SeasonForm(auto_id="season-%s"),
        "exception": exception or ExceptionForm(today=today(keeper)),
        "exceptions": exceptions(keeper),
        "month": month(keeper),
        "here": address(of, keeper),
        "has_own": keeper.opening_hours.exists(),
        "frame": f"spaces/{of}_frame.html",
    }
    status = 422 if any(form and form.errors for form in asked) else 200
    return render(request, "spaces/hours.html", context, status=status)


def exceptions(keeper: Keeper) -> list[dict[str, Any]]:
    """The dates to come with other hours."""
    found: dict[date, dict[str, Any]] = {}
    for row in keeper.hours_exceptions.filter(date__gte=today(keeper)):
        one = found.setdefault(row.date, {"date": row.date, "reason": row.reason, "spans": []})
        if row.opens is not None and row.closes is not None:
            one["spans"].append((row.opens, row.closes))
    return [{**one, "hours": spans_label(one["spans"])} for one in found.values()]


def month(keeper: Keeper) -> list[list[dict[str, Any]]]:
    """The weeks to come, from this Monday, as they will be: each day's open times."""
    zone = keeper.zone if isinstance(keeper, Place) else keeper.place.zone
    first = today(keeper)
    monday = first - timedelta(days=first.weekday())
    window = day_span(monday, zone, days=PREVIEWED)
    opened = without(availability.opening(keeper, window), own_closures(keeper, window))
    by_day = spans_by_day(opened, zone)
    days = [
        {"date": day, "hours": spans_label(by_day.get(day, ())), "is_past": day < first}
        for day in (monday + timedelta(days=n) for n in range(PREVIEWED))
    ]
    return [days[n : n + 7] for n in range(0, PREVIEWED, 7)]


def own_closures(keeper: Keeper, window: Period) -> list[Period]:
    """When a space is closed by itself. When its place is, its hours say already."""
    if isinstance(keeper, Place):
        return []
    closures = Closure.objects.filter(space=keeper, period__overlap=window)
    return [closure.period for closure in closures]


def without(opened: Iterable[Period], closed: Iterable[Period]) -> list[Period]:
    left = list(opened)
    for gap in closed:
        left = [
            Period(start, end, "[)")
            for span in left
            for start, end in (
                (span.lower, min(span.upper, gap.lower)),
                (max(span.lower, gap.upper), span.upper),
            )
            if start < end
        ]
    return left


def spans_by_day(opened: Iterable[Period], zone: Any) -> dict[date, list[Span]]:
    """Cut at midnights, so that each day says when it is open itself."""
    by_day: dict[date, list[Span]] = defaultdict(list)
    for span in opened:
        day = span.lower.astimezone(zone).date()
        start, end = wall_minute(span.lower, day, zone), wall_minute(span.upper, day, zone)
        while start < end:
            by_day[day].append((start, min(end, 24 * 60)))
            day, start, end = day + timedelta(days=1), 0, end - 24 * 60
    return by_day


def kept(request: HttpRequest, of: str, slug: str) -> Keeper:
    find = space_kept_by if of == "space" else place_kept_by
    return find(person(request), slug)


def asked_season(request: HttpRequest, keeper: Keeper) -> Season | None:
    pk = request.GET.get("season", "")
    return get_object_or_404(keeper.seasons, pk=pk) if pk.isascii() and pk.isdigit() else None


def address(of: str, keeper: Space | Place) -> str:
    return reverse(f"{of}_hours", args=[keeper.slug])


def today(keeper: Keeper) -> date:
    zone = keeper.zone if isinstance(keeper, Place) else keeper.place.zone
    return timezone.now().astimezone(zone).date()
