"""The bookings that stand outside what their spaces offer now, or that an outside calendar
clashes with, and what becomes of each."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import person
from accounts.errors import Refused
from accounts.models import User
from billing import operations
from billing.views.clearing import OFFERED, Way, answers_in, told_in, ways_for
from bookings.queries.conflicts import Conflict, Reason
from bookings.views.access import for_owners
from bookings.views.owner import owner_context
from spaces import formats
from spaces.models import CalendarSource, Space


@dataclass(frozen=True, slots=True)
class Asked:
    way: Way
    reasons: tuple[Reason, ...]
    clashes: list[str]  # `Outlook, 9–11`


@require_http_methods(["GET", "HEAD", "POST"])
@for_owners
def conflicts(request: HttpRequest) -> HttpResponse:
    """The nearest first, so many at a time. With `keep` all that have no other answer stay."""
    now = timezone.now()
    problem = ""
    if request.method == "POST":
        answers = answers_in(request, otherwise="keep" if "keep" in request.POST else "")
        try:
            number = operations.clear(
                answers=answers, by=person(request), now=now, reason=told_in(request)
            )
        except Refused as refusal:
            problem = refusal.sentence
        else:
            if answers:
                messages.success(request, done(number))
                return redirect("owner_conflicts")
            problem = _("Choose what becomes of at least one of them.")
    return page(request, problem, now=now)


def page(request: HttpRequest, problem: str, *, now: datetime) -> HttpResponse:
    context = owner_context(person(request), now)
    found: list[Conflict] = context["conflicts"]
    shown = found[:OFFERED]
    ways = ways_for(request, (one.booking for one in shown), now=now)
    names = names_of(person(request), shown)
    context |= {
        "asked": [
            Asked(way, one.reasons, in_words(one, names))
            for way, one in zip(ways, shown, strict=True)
        ],
        "more": len(found) - len(shown),
        "problem": problem,
        "told": told_in(request),
    }
    status = 422 if problem else 200
    return render(request, "billing/conflicts.html", context, status=status)


def names_of(user: User, found: list[Conflict]) -> dict[int, str]:
    """The calendars this person may know by name; a unit may be shared with another owner."""
    sources = {clash.source for one in found for clash in one.clashes}
    run = Space.objects.run_by(user)
    named = CalendarSource.objects.filter(pk__in=sources, space__in=run)
    return dict(named.values_list("pk", "name"))


def in_words(conflict: Conflict, names: dict[int, str]) -> list[str]:
    zone = conflict.booking.space.place.zone
    return [
        f"{names.get(clash.source, _('Another calendar'))}, "
        f"{formats.when(clash.during.lower, clash.during.upper, zone)}"
        for clash in conflict.clashes
    ]


def done(number: int) -> str:
    """None: somebody else was quicker, or its owner has mended the space."""
    if not number:
        return _("Nothing was left to do: they are sorted out already.")
    return ngettext("One booking is sorted out.", "%(n)s bookings are sorted out.", number) % {
        "n": number
    }
