"""Booking again and again: the rule, the table of its times, and what came of it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from accounts.models import User
from accounts.transactions import Busy
from billing import operations
from billing.asking import Asking
from billing.forms import CancelForm
from billing.idempotency import IdempotencyMismatch, StillUnderWay
from billing.operations.on_account import may_owe
from billing.operations.repeating import (
    cancellable,
    ending_with,
    invited_to_all,
    is_on_account,
    means_of,
    returns_of,
)
from billing.views.answers import see_other
from billing.views.booking import onward
from bookings import operations as bookings
from bookings import terms
from bookings.behalf_form import BehalfForm, WhomForm
from bookings.models import UNSETTLED, Change, Series, Status
from bookings.occurrences import occurrences
from bookings.operations import Pick
from bookings.operations.offering import waits_with_others
from bookings.people_forms import InviteForm
from bookings.queries.jointly import Jointly
from bookings.queries.series import days_of, invited_to
from bookings.queries.table import Row, Table, picked
from bookings.queries.whom import known_to
from bookings.recurrence import in_words
from bookings.refusals import NothingPicked, OverCapacity, TwiceThatDay, WrongState
from bookings.series_form import SeriesForm, named_day
from bookings.views.space import visible
from spaces import formats
from spaces.models import Space
from spaces.money import sum_of
from spaces.prices import Buyer, are_paid_apart

SKIP = ""  # what a form says of a day that is left out


@require_http_methods(["GET", "HEAD", "POST"])
def repeat(request: HttpRequest, slug: str) -> HttpResponse:
    """The rule, then the table of what it comes to, and then the bookings: all or none."""
    now = timezone.now()
    space = visible(request, slug)
    is_sent = request.method == "POST"
    behalf = BehalfForm(request.POST if is_sent else request.GET, user=request.user)
    whom = WhomForm(sent(request))
    if not is_sent:
        form = SeriesForm.from_query(request.GET, space=space, now=now, behalf=behalf)
        return repeat_page(request, form, whom, now=now)
    form = SeriesForm(request.POST, space=space, now=now, behalf=behalf)
    if "see" in request.POST:
        return repeat_page(request, form, whom, now=now)
    if not request.user.is_authenticated:
        here = reverse("repeat", args=[slug])
        return see_other(request, redirect_to_login(f"{here}?{form.query()}").url)
    if form.is_valid() and behalf.is_valid() and whom.is_valid():
        picks = picks_of(request, [one.day for one in occurrences(form.series)])
        try:
            booked = operations.book_series(
                series=form.series,
                picks=picks,
                by=person(request),
                now=now,
                means=form.means,
                on_account=behalf.said["on_account"],
                whom=whom.whom,
                key=str(form.cleaned_data["key"] or ""),
            )
        except StillUnderWay:
            messages.info(request, _("Your booking is being made. Here it comes."))
            return see_other(request, reverse("bookings"))
        except IdempotencyMismatch:
            form.add_error(None, _("You have booked from this page already. Is this one more?"))
        except Refused as refusal:
            form.add_error(None, said_of_day(refusal))
        except Busy:
            form.add_error(None, _("Many want the same right now. Try again."))
        else:
            unpaid = booked.bookings.filter(status=Status.HELD).first()
            is_mine = booked.made_by_id is None
            onwards = onward(unpaid, now) if unpaid and is_mine else booked.get_absolute_url()
            return see_other(request, onwards)
    return repeat_page(request, form, whom, now=now, status=422)


def repeat_page(
    request: HttpRequest, form: SeriesForm, whom: WhomForm, *, now: datetime, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "space": form.space,
        "form": form,
        "behalf": form.behalf,
        "whom": whom,
        "key": form.fresh_key,
    }
    if form.is_bound and form.has_series:
        asker = request.user if isinstance(request.user, User) else None
        user = asker
        if asker is not None and whom.address:
            organisation = form.series.organisation
            user = known_to(asker, whom.address, spaces=[form.space], organisation=organisation)
        buyer = Buyer.of(user, now)
        table = Table(
            form.series,
            user=user,
            buyer=buyer,
            now=now,
            means=form.means,
            instead=form.instead,
        )
        choose(request, table.rows)
        organisation = form.series.organisation
        priced = [one.space for one in table.picked if one.price]
        owed_by = organisation if may_owe(priced, organisation) else None
        on_account = request.POST.get("on_account", "true") != "false"
        is_owed = owed_by is not None and on_account
        sum_of_it = table.sum()
        context |= {
            "table": table,
            "sum": sum_of_it,
            "apart": not is_owed and are_paid_apart(price for _at, _span, price in sum_of_it.sold),
            "asking": None if is_owed else Asking.of(sum_of_it.sold, now=now),
            "words": words_of(form.series),
            "zone": form.zone,
            "summary": summary(table),
            "named": whom.address if user != asker else "",
            "is_known": user is not None,
            "owed_by": owed_by,
            "on_account": on_account,
        }
    return render(request, "billing/repeat.html", context, status=status)


@login_required
@require_safe
def series(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What came of it, day by day; what was skipped can be added."""
    now = timezone.now()
    found = series_of(person(request), pk)
    days = days_of(found, now=now)
    coming = [day.booking for day in days if day.is_coming and day.booking is not None]
    is_booker = found.booker == request.user
    held = [one for one in coming if is_booker and one.status_at(now) == Status.HELD]
    waiting = Change.objects.open(now).filter(series_change__series=found)
    changes = list(waiting.select_related("booking", "space__place").order_by("period", "pk"))
    context = {
        "series": found,
        "space": found.space,
        "zone": found.zone,
        "words": words_of(found),
        "days": days,
        "is_booker": is_booker,
        "coming": coming,
        "to_pay": held[0] if held else None,
        "due": sum_of(one.price for one in held) if held else None,
        "total": sum_of(one.price for one in coming),
        "invited": len(invited_to(found)),
        "change": next(iter(changes), None),
        "changing": len(changes),
        "extra": sum_of(one.to_pay for one in changes) if changes else None,
        "jointly": next((Jointly.of(one) for one in coming if waits_with_others(one)), None),
    }
    return render(request, "billing/series.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A day that was skipped: what could be had, and then the booking of it."""
    now = timezone.now()
    user = person(request)
    found = series_of(user, pk)
    asked = named_day(request.GET.get("date", ""))
    if asked is None or asked not in {one.day for one in occurrences(found)}:
        return see_other(request, found.get_absolute_url())
    refused = ""
    if request.method == "POST":
        try:
            on_account = {"true": True, "false": False}.get(request.POST.get("on_account", ""))
            for pick in picks_of(request, [asked]):
                operations.add_to_series(
                    series=found, pick=pick, by=user, now=now, on_account=on_account
                )
                messages.success(request, _("The time is added to the series."))
                return see_other(request, found.get_absolute_url())
            refused = str(NothingPicked.message)
        except TwiceThatDay:  # the second of two clicks
            return see_other(request, found.get_absolute_url())
        except Refused as refusal:
            refused = refusal.sentence
        except Busy:
            refused = _("Many want the same right now. Try again.")
    table = Table(found, user=user, buyer=Buyer.of(user, now), now=now)
    (row,) = table.rows_on({asked})
    choose(request, [row])
    priced = [one.space for one in row.choices if one.price]
    owed_by = found.organisation if may_owe(priced, found.organisation) else None
    picked = row.picked
    code = means_of(found, Pick(asked, picked.space, picked.span), now=now).code if picked else ""
    context = {
        "series": found,
        "space": found.space,
        "zone": found.zone,
        "row": row,
        "refused": refused,
        "owed_by": owed_by,
        "on_account": request.POST.get("on_account", "true" if is_on_account(found) else "false")
        != "false",
        "code": code,
        "guests": invited_to_all(found, now=now),
    }
    return render(request, "billing/series_add.html", context, status=422 if refused else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """People who come along to all that is left."""
    user = person(request)
    found = series_of(user, pk)
    form = InviteForm(sent(request), auto_id="invite-%s")
    if request.method == "POST" and form.is_valid():
        try:
            bookings.invite_to_series(
                series=found, by=user, now=timezone.now(), **form.cleaned_data
            )
        except OverCapacity as refusal:
            form.ask_whether_meant()
            form.add_error("beyond_capacity", refusal.sentence)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("They are invited to all that are left."))
            return see_other(request, found.get_absolute_url())
    context = {"series": found, "space": found.space, "form": form, "invited": invited_to(found)}
    status = 422 if form.errors else 200
    return render(request, "billing/series_invite.html", context, status=status)


@login_required
@require_POST
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = person(request)
    found = series_of(user, pk)
    title = request.POST.get("title", "").strip()[:140]
    first = named_day(request.POST.get("first", ""))
    n = bookings.rename_series(series=found, title=title, by=user, now=timezone.now(), first=first)
    told = ngettext("%(n)d booking has the new name.", "%(n)d bookings have the new name.", n)
    messages.success(request, told % {"n": n})
    return see_other(request, found.get_absolute_url())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All that is to come, or with `from` what comes from a day on. First what it returns."""
    now = timezone.now()
    user = person(request)
    found = series_of(user, pk)
    first = named_day(request.POST.get("from", "") or request.GET.get("from", ""))
    coming = ending_with(found, now=now, first=first)
    ending = cancellable(coming, now=now)
    fixed = [booking for booking in coming if booking not in ending]
    returns = returns_of(ending, now=now)
    total = sum_of(one.amount for one in returns)
    form = CancelForm(
        request.POST if request.method == "POST" else None, as_owner=False, returned=total
    )
    if form.is_valid():
        try:
            ended = operations.cancel_series(series=found, by=user, first=first, now=now)
        except WrongState:  # the second of two clicks: all of it is cancelled
            pass
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            n = len(ended)
            told = ngettext("%(n)d booking is cancelled.", "%(n)d bookings are cancelled.", n)
            messages.success(request, told % {"n": n})
        return see_other(request, found.get_absolute_url())
    if not returns:
        why = terms.fixed() if fixed else _("There is nothing left to cancel.")
        messages.error(request, why)
        return see_other(request, found.get_absolute_url())
    context = {
        "series": found,
        "space": found.space,
        "zone": found.zone,
        "first": first,
        "returns": returns,
        "fixed": fixed,
        "total": total,
        "form": form,
        "costs": any(one.booking.amount for one in returns),
        "withdraws": any(one.asked_with and one.status in UNSETTLED for one in coming),
    }
    return render(
        request, "billing/series_cancel.html", context, status=422 if form.errors else 200
    )


def series_of(user: User, pk: UUID) -> Series:
    found = Series.objects.visible_to(user).select_related("booker", "made_by", "organisation")
    space = Prefetch("space", queryset=Space.objects.for_listing())
    return get_object_or_404(found.prefetch_related(space), pk=pk)


def picks_of(request: HttpRequest, days: Iterable[date]) -> list[Pick]:
    """What was picked on the table, day by day."""
    said = {day: request.POST.get(f"pick-{day.isoformat()}", SKIP) for day in days}
    pks = {int(head) for value in said.values() if (head := value.partition(".")[0]).isdecimal()}
    spaces = Space.objects.visible_to(request.user).for_listing().in_bulk(pks)
    picks = (picked(value, day, spaces) for day, value in said.items() if value)
    return [pick for pick in picks if pick is not None]


def choose(request: HttpRequest, rows: list[Row]) -> None:
    """Mark in each row what was picked, where that is still there."""
    for row in rows if request.method == "POST" else ():
        sent = request.POST.get(row.name, SKIP)
        if sent in {SKIP, *(choice.value for choice in row.choices)}:
            row.chosen = sent


def words_of(series: Series) -> str:
    """`Every week, Tuesday, 10–12`"""
    closes = series.closes if series.closes <= 1440 else series.closes - 1440
    hours = formats.minute_range(series.opens, closes)
    return f"{in_words(series.rrule, series.starts_on)}, {hours}"


def summary(table: Table) -> str:
    """`9 of 10 in Nidelva, 1 in Fjord`"""
    here = [one for one in table.picked if one.space == table.series.space]
    told = {"n": len(here), "all": len(table.rows), "space": table.series.space}
    parts = [_("%(n)s of %(all)s in %(space)s") % told]
    others: dict[str, int] = {}
    for one in table.picked:
        if one.space != table.series.space:
            others[one.space.name] = others.get(one.space.name, 0) + 1
    parts += [_("%(n)s in %(space)s") % {"n": n, "space": name} for name, n in others.items()]
    if left := len(table.rows) - len(table.picked):
        parts.append(_("%(n)s left out") % {"n": left})
    return ", ".join(parts)


def said_of_day(refusal: Refused) -> str:
    """The sentence, and which day it is about."""
    return of_day(named_day(str(refusal.details.get("date", ""))), refusal.sentence)


def of_day(day: date | None, sentence: str) -> str:
    if day is None:
        return sentence
    named = formats.day_name(day)
    return f"{named[:1].upper()}{named[1:]}: {sentence}"
