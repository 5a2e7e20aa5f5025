"""A series, or what comes from a day of it on, changed together: seen first, then done."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import person
from accounts.errors import Refused
from accounts.transactions import Busy
from billing import operations
from billing.asking import Asking
from billing.models import Order
from billing.operations.repeating import is_on_account
from billing.returns import left_of_stays
from billing.views.answers import see_other
from billing.views.series import of_day, said_of_day, series_of, words_of
from bookings.models import Change, Series
from bookings.operations.shifting import CostsMore
from bookings.queries.moved import Moves
from bookings.queries.series import spaces_for
from bookings.series_form import ChangeSeriesForm, named_day


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another time of day, space or number: of all that is to come, or with `first` of what
    comes from a day on. What becomes of each, and what it costs, is shown before it is done."""
    now = timezone.now()
    user = person(request)
    found = series_of(user, pk)
    asked = request.POST if request.method == "POST" else request.GET
    first = named_day(asked.get("first", ""))
    form = ChangeSeriesForm(
        asked if "from" in asked else None,
        series=found,
        spaces=spaces_for(found, user=user, now=now),
    )
    moves: Moves | None = None
    if form.is_valid() and not form.is_new:
        if request.method == "POST":  # the second of two clicks
            return see_other(request, found.get_absolute_url())
        form.add_error(None, _("That is the time it has already."))
    elif form.is_valid():
        said = request.POST if request.method == "POST" else None
        try:
            moves = Moves(
                found,
                form.shape,
                user=user,
                first=first,
                now=now,
                said=said,
                left_of=left_of_stays,
            )
        except Refused as no:
            form.add_error(None, no.sentence)
    is_owed = moves is not None and bool(moves.due) and is_on_account(found)
    if moves is not None and moves.is_mixed and not is_owed:
        form.add_error(None, CostsMore().sentence)
    if moves is not None and request.method == "POST" and "see" not in request.POST:
        if (refused := moves.refused) is not None:  # without a price that was shown for it
            form.add_error(None, of_day(refused.day, refused.shift.refusal or refused.refusal))
        elif (form.cleaned_data["shown"] or 0) != difference_of(moves):
            form.add_error(None, _("The price has changed. Look at it once more."))
        elif not form.errors:
            try:
                moved = operations.move_series(
                    series=found, to=moves.shape, by=user, first=first, now=now
                )
            except Refused as no:
                form.add_error(None, said_of_day(no))
            except Busy:
                form.add_error(None, _("Many want the same right now. Try again."))
            else:
                return moved_on(request, moved, now)
    context = {
        "series": found,
        "space": found.space,
        "zone": found.zone,
        "words": words_of(found),
        "first": first,
        "form": form,
        "moves": moves,
        "rows": moves.rows if moves else [],
        "shown": difference_of(moves) if moves else 0,
        "is_owed": is_owed,
        "asking": Asking.of_moves(moves, now=now) if moves else None,
        "can_move": moves is not None and bool(moves.offers) and can_be_done(moves, is_owed),
    }
    status = 422 if form.errors else 200
    return render(request, "billing/series_move.html", context, status=status)


def can_be_done(moves: Moves, is_owed: bool) -> bool:
    refused = any(one.shift.refusal for one in moves.rows)
    return not refused and (is_owed or not moves.is_mixed)


def moved_on(request: HttpRequest, series: Series, now: datetime) -> HttpResponse:
    """To pay what it costs more, or to what it has become."""
    changes = Change.objects.open(now).filter(series_change__series=series)
    waiting = changes.select_related("booking").first()
    order = Order.objects.to_pay(waiting.booking, now) if waiting else None
    if order is not None and order.session_is_open(now):
        return see_other(request, order.checkout_url)
    if order is not None:
        messages.info(request, _("The series stands as it was until the difference is paid."))
    elif waiting is not None:
        messages.info(request, _("The series stands as it was until the owner has said yes."))
    else:
        messages.success(request, _("The series is changed."))
    return see_other(request, series.get_absolute_url())


def difference_of(moves: Moves) -> int:
    """To be paid, or below zero: paid back. In minor units."""
    return moves.due.amount - moves.back.amount
