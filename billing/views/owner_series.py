"""A series as the owner of its space sees it: answered or cancelled in one go."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import Busy
from billing import operations
from billing.operations.answering_series import changes_asked_of, run_by
from billing.views.answers import see_other
from billing.views.series import words_of
from bookings.models import COMES, Booking, Series
from bookings.refusals import WrongState
from spaces.money import sum_of

MOST_SAID = 300  # characters, as of one request


@login_required
@require_safe
def owner_series(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What of it is in one's own spaces, day by day."""
    now = timezone.now()
    user = person(request)
    series, found = seen(user, pk)
    waiting = [one for one in found if one.waits_for_owner(now)]
    changes = changes_asked_of(series, user, now=now)
    becomes = {one.booking_id: one for one in changes}
    context = {
        "series": series,
        "words": words_of(series),
        "bookings": [(one, one.status_at(now), becomes.get(one.pk)) for one in found],
        "waiting": waiting,
        "changes": changes,
        "due": sum_of(one.to_pay for one in changes) if changes else None,
        "back": sum_of(one.paid_back for one in changes) if changes else None,
        "standing": [one for one in found if one.status in COMES and one.start > now],
        "value": sum_of(one.price for one in waiting) if waiting else None,
    }
    return render(request, "billing/owner_series.html", context)


@login_required
@require_POST
def approve_series(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = person(request)
    series, _found = seen(user, pk)
    return told(
        request,
        series,
        lambda: operations.approve_series(series=series, by=user, now=timezone.now()),
        lambda n: ngettext("%(n)d time is approved.", "%(n)d times are approved.", n),
    )


@login_required
@require_POST
def decline_series(request: HttpRequest, pk: UUID) -> HttpResponse:
    return ended(
        request,
        pk,
        operations.decline_series,
        lambda n: ngettext("%(n)d time is declined.", "%(n)d times are declined.", n),
    )


@login_required
@require_POST
def cancel_series(request: HttpRequest, pk: UUID) -> HttpResponse:
    return ended(
        request,
        pk,
        operations.cancel_series_as_owner,
        lambda n: ngettext("%(n)d booking is cancelled.", "%(n)d bookings are cancelled.", n),
    )


def ended(
    request: HttpRequest, pk: UUID, end: Callable[..., list[Booking]], words: Callable[[int], str]
) -> HttpResponse:
    """With what the owner says about it, at most as much as a form takes."""
    user = person(request)
    series, _found = seen(user, pk)
    reason = request.POST.get("reason", "").strip()[:MOST_SAID]
    return told(
        request,
        series,
        lambda: end(series=series, by=user, now=timezone.now(), reason=reason),
        words,
    )


def told(
    request: HttpRequest,
    series: Series,
    answer: Callable[[], list[Booking]],
    words: Callable[[int], str],
) -> HttpResponse:
    """Do it, say what came of it, and show the series."""
    try:
        found = answer()
    except WrongState:  # the second of two clicks, or somebody else was quicker
        messages.info(request, _("None of it waits for that any more."))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    except Busy:
        messages.error(request, _("Many want the same right now. Try again."))
    else:
        messages.success(request, words(len(found)) % {"n": len(found)})
    return see_other(request, reverse("owner_series", args=[series.pk]))


def seen(user: User, pk: UUID) -> tuple[Series, list[Booking]]:
    """The series, and what of it is in spaces one answers for; 404 where there is none."""
    series = get_object_or_404(Series.objects.select_related("booker", "organisation"), pk=pk)
    found = run_by(series, user)
    if not found:
        raise Http404
    return series, found
