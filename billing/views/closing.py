"""Closing a space or a whole place, once or again and again, with an answer for each booking
in that time."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from accounts.models import RUNS_BOOKINGS, User
from billing import operations
from billing.operations.clearing import in_the_way_of
from billing.views.clearing import answers_in, told_in, ways_for
from bookings import operations as bookings
from bookings.closing_form import ClosingForm
from bookings.closures import in_words
from bookings.models import Booking, Closure, ClosureRule
from bookings.operations.closing import left_open
from bookings.refusals import BookingsInTheWay
from bookings.views.access import space_run_by
from bookings.views.owner import named_day, owner_context
from spaces.forms.clock import ClockField
from spaces.models import Place, Space


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_run_by(person(request), slug)
    return _closing(request, space.place, space)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close_place(request: HttpRequest, slug: str) -> HttpResponse:
    return _closing(request, place_run_by(person(request), slug), None)


def _closing(request: HttpRequest, place: Place, space: Space | None) -> HttpResponse:
    now, user = timezone.now(), person(request)
    form = ClosingForm(
        sent(request), place=place, space=space, now=now, initial=wished(request, place, now)
    )
    found: list[Booking] = []
    if form.is_valid():
        try:
            _do(form, request, user, now)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
            if isinstance(refusal, BookingsInTheWay):
                found = in_the_way(form, refusal, user, now)
        else:
            messages.success(request, _("%(what)s is closed then.") % {"what": space or place})
            return redirect(home_of(place, space))
    context = {
        **owner_context(user, now),
        "space": space,
        "place": place,
        "what": space or place,
        "zone": place.zone,
        "form": form,
        "in_the_way": ways_for(request, found, now=now),
        "told": told_in(request),
        **closures_of(place, space, now),
    }
    return render(request, "bookings/close.html", context, status=422 if form.errors else 200)


def _do(form: ClosingForm, request: HttpRequest, user: User, now: datetime) -> None:
    answers: Any = {"answers": answers_in(request), "told": told_in(request)}
    answers |= {"by": user, "now": now}
    reason = form.cleaned_data["reason"]
    if form.space is not None:
        answers["around_others"] = "around_others" in request.POST
    if form.repeats:
        operations.close_often(rule=form.rule(user), **answers)
    elif form.space is not None:
        operations.close(space=form.space, span=form.span, reason=reason, **answers)
    else:
        operations.close_place(place=form.place, span=form.span, reason=reason, **answers)


def in_the_way(
    form: ClosingForm, refusal: BookingsInTheWay, user: User, now: datetime
) -> list[Booking]:
    """The bookings that the refusal is about; on a space also those of others who share it."""
    if form.space is None:
        found = Booking.objects.filter(pk__in=refusal.details["ids"])
    elif form.repeats:
        found = in_the_way_of(form.rule(user), now=now)
    else:
        found = Booking.objects.occupying(now).filter(
            occupancies__unit__in=form.space.units.all(), occupancies__during__overlap=form.span
        )
    return list(found.for_listing().order_by("period", "pk").distinct())


def wished(request: HttpRequest, place: Place, now: datetime) -> dict[str, Any]:
    """The time that the address names, as the board writes it; else the whole of tomorrow."""
    tomorrow = now.astimezone(place.zone).date() + timedelta(days=1)
    day = named_day(request, tomorrow)
    found: dict[str, Any] = {"first": day, "last": day, "from": "00:00", "to": "24:00"}
    clock = ClockField(required=False)
    for name in ("from", "to"):
        asked = request.GET.get(name, "")
        with suppress(ValidationError):
            found[name] = asked if clock.clean(asked) is not None else found[name]
    return found


def closures_of(place: Place, space: Space | None, now: datetime) -> dict[str, Any]:
    """What is closed ahead: single times, rules, and what of them could not be."""
    rules = ClosureRule.objects.filter(place=place, space=space).select_related(
        "place", "space", "made_by"
    )
    single = Closure.objects.filter(place=place, space=space, rule=None, period__endswith__gt=now)
    of_place: Iterable[Closure] = ()
    if space is not None:
        of_place = Closure.objects.filter(
            place=place, space=None, period__endswith__gt=now
        ).order_by("period")[:5]
    return {
        "closures": single.select_related("made_by").order_by("period", "pk"),
        "rules": [
            (
                rule,
                in_words(rule),
                rule.closures.filter(period__endswith__gt=now).order_by("period")[:3],
                left_open(rule, now=now),
            )
            for rule in rules
        ],
        "of_place": of_place,
    }


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """One closure, also one of a rule: that does not come again."""
    closure = get_object_or_404(Closure.objects.select_related("space", "place"), pk=pk)
    _require_run(request, closure)
    bookings.reopen(closure=closure)
    what = closure.space or closure.place
    messages.success(request, _("%(what)s is open again then.") % {"what": what})
    return redirect(home_of(closure.place, closure.space))


@login_required
@require_POST
def stop_closing(request: HttpRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(ClosureRule.objects.select_related("space", "place"), pk=pk)
    _require_run(request, rule)
    bookings.stop_closing(rule=rule, now=timezone.now())
    messages.success(request, _("It is closed then no more."))
    return redirect(home_of(rule.place, rule.space))


def _require_run(request: HttpRequest, of: Closure | ClosureRule) -> None:
    user = person(request)
    if of.space is not None:
        space_run_by(user, of.space.slug)
    else:
        place_run_by(user, of.place.slug)


def place_run_by(user: User, slug: str) -> Place:
    runs = user.memberships.filter(role__in=RUNS_BOOKINGS).values("organisation")
    return get_object_or_404(Place.objects.filter(organisation__in=runs), slug=slug)


def home_of(place: Place, space: Space | None) -> str:
    if space is not None:
        return reverse("close_space", args=[space.slug])
    return reverse("close_place", args=[place.slug])
