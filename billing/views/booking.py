"""Making a booking, and its page."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import Busy
from billing import consent, operations
from billing.asking import Asking
from billing.forms import DeclineForm
from billing.idempotency import IdempotencyMismatch, StillUnderWay
from billing.models import CardConsent, Order
from billing.money_access import bookings_paid_to
from billing.receipt import Receipt
from billing.views.answers import by_htmx, see_other
from billing.views.beside import beside_context
from billing.views.changing import change_context
from billing.views.presence import presence_context
from bookings import availability, terms
from bookings.behalf_form import BehalfForm, WhomForm
from bookings.calendars.download import STANDS
from bookings.calendars.links import EventLinks
from bookings.forms import BookForm
from bookings.forms.times import chosen_time
from bookings.models import OCCUPYING, Booking, Kind, Queue, Status, Waiting
from bookings.operations import my_feed
from bookings.queries.diary import without
from bookings.queries.history import history
from bookings.queries.jointly import Jointly
from bookings.queries.otherwise import instead
from bookings.queries.week import spans_of
from bookings.views.access import booking_seen_by
from bookings.views.calendars import links_of
from bookings.views.messages import messages_context
from bookings.views.people import people_context
from bookings.views.space import page, page_context, visible
from spaces import formats
from spaces.dayline import DayLine, axis_for
from spaces.formats import minute_range
from spaces.forms.clock import DAY
from spaces.models import Space
from spaces.money import Money
from spaces.periods import day_span, minutes_in, wall_minute

LONG = timedelta(hours=1)  # more, and the day is said too
POLLS = 40  # every third second: two minutes, after which the page says to come back


@require_POST
def book(request: HttpRequest, slug: str) -> HttpResponse:
    """The chosen time, from the space's page. The same sending twice is one booking."""
    now = timezone.now()
    space = visible(request, slug)
    form = BookForm(request.POST, space=space, now=now)
    if not request.user.is_authenticated:
        to_sign_in = redirect_to_login(f"{space.get_absolute_url()}?{form.query()}")
        return see_other(request, to_sign_in.url)
    behalf = BehalfForm(request.POST, user=request.user)
    whom = WhomForm(request.POST)
    if form.is_valid() and behalf.is_valid() and whom.is_valid():
        try:
            booking = operations.book(
                space=space,
                span=form.span,
                quantity=form.cleaned_data["quantity"],
                people=form.people,
                add_ons=form.add_ons,
                title=form.cleaned_data["title"],
                about=form.about,
                means=form.means,
                by=person(request),
                now=now,
                key=str(form.cleaned_data["key"] or ""),
                whom=whom.whom,
                **behalf.said,
            )
        except StillUnderWay:
            messages.info(request, _("Your booking is being made. Here it comes."))
            return see_other(request, reverse("bookings"))
        except IdempotencyMismatch:
            form.add_error(None, _("You have booked from this page already. Is this one more?"))
        except Refused as refusal:
            form, was = form.caught_up(now), form
            passed = _("That start has passed. This is from the next on: book it if that is right.")
            form.add_error(None, refusal.sentence if form is was else passed)
        except Busy:
            form.add_error(None, _("Many want the same right now. Try again."))
        else:
            return see_other(request, onward(booking, now))
    return refused(request, space, form, now)


def onward(booking: Booking, now: datetime) -> str:
    """To pay what they who have booked it have to pay themselves, else to the booking."""
    if booking.status_at(now) == Status.HELD and booking.made_by_id is None:
        order = Order.objects.to_pay(booking, now)
        if order is not None and order.session_is_open(now):
            return order.checkout_url
    return booking.get_absolute_url()


def refused(request: HttpRequest, space: Space, form: BookForm, now: datetime) -> HttpResponse:
    """The form with what is wrong with it: the panel alone where there is script."""
    if not by_htmx(request):
        return page(request, space, form, now=now, status=422)
    context = page_context(space, form, request, now)
    return render(request, "bookings/_panel.html", context, status=422)


@login_required
@require_safe
def booking(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One booking, for its booker and for those who run the space."""
    now = timezone.now()
    user = person(request)
    found = booking_seen_by(user, pk)
    return render(request, "billing/booking.html", booking_context(request, found, user, now))


def booking_context(
    request: HttpRequest, booking: Booking, user: User, now: datetime
) -> dict[str, Any]:
    receipt = Receipt(booking, now=now)
    is_mine = not booking.as_owner(user)
    runs_it = Booking.objects.run_by(user).filter(pk=booking.pk).exists()
    status = booking.status_at(now)
    place = booking.space.place
    context: dict[str, Any] = {
        "booking": booking,
        "space": booking.space,
        "place": place,
        "zone": place.zone,
        "status": status,
        "is_mine": is_mine,
        "is_booker": booking.booker_id == user.pk,
        "runs_it": runs_it,
        "can_answer": runs_it and booking.waits_for_owner(now) and not receipt.is_being_drawn,
        "jointly": Jointly.of(booking),
        **change_context(booking, user, now),
        "decline_form": DeclineForm(auto_id="decline-%s"),
        "receipt": receipt,
        "offer": offer_on(booking, user, now) if status == Status.HELD else None,
        "can_check_in": status == Status.CONFIRMED and booking.check_in_opens <= now < booking.end,
        "can_give_back": not is_mine
        and bool(receipt.left)
        and bookings_paid_to(user).filter(pk=booking.pk).exists(),
        "can_cancel": receipt.can_cancel(as_owner=not is_mine),
        "terms": terms.cancellation(
            booking, start=booking.start, now=now, last_notice=booking.last_notice
        ),
        "fees": terms.fees(booking) if status in OCCUPYING else [],
        "line": line_of(booking, now) if status in OCCUPYING else None,
        "geo": f"geo:{place.latitude},{place.longitude}?q={place.latitude},{place.longitude}",
        "last_event": booking.events.filter(kind=booking.status).select_related("by").last(),
        "next_poll": next_poll(request, receipt),
        "payment_failed": booking.events.filter(kind=Kind.PAYMENT_FAILED).exists(),
        "in_calendars": status in STANDS and booking.end > now,
        "day": booking.start.astimezone(place.zone).date(),
        "again": again(booking),
        "can_describe": is_mine and status in OCCUPYING and booking.end > now,
        "now": now,
    }
    if booking.expires_at is not None:
        until = formats.clock(booking.expires_at, place.zone)
        if booking.expires_at - now > LONG:
            until = f"{formats.day_name(booking.expires_at, place.zone)} {until}"
        context["until"] = until
    context["history"] = history(booking, reader=user, as_owner=runs_it)
    context |= messages_context(booking, user)
    context |= presence_context(booking, runs_it=runs_it, now=now)
    context |= beside_context(booking, runs_it=runs_it, now=now)
    last = context["last_event"]
    context["is_owners_no"] = status == Status.CANCELLED and last and last.data.get("as_owner")
    # What an owner has said is said to the booker, and not to the other owners.
    context["hides_reason"] = not is_mine and last and last.data.get("together")
    is_lost = status == Status.DECLINED or context["is_owners_no"]
    if is_mine and is_lost and booking.start > now:
        context["alternatives"] = instead(booking, now=now)
    if context["is_booker"] and status == Status.HELD:
        context["saving"] = saving(user)
        if (jointly := context["jointly"]) is not None:
            context["asking"] = Asking.of_bookings(jointly.bookings, now=now)
    if is_mine:
        context |= people_context(booking)
        context["feed"] = links_of(my_feed(user=user, now=now))
        page = settings.PUBLIC_URL + booking.get_absolute_url()
        context["copy"] = EventLinks.of(booking, title=booking.title, page=page)
    return context


def saving(user: User) -> dict[str, Any] | None:
    """What is said yes to by saving the card one pays with; None once it is said."""
    if CardConsent.objects.standing().filter(user=user).exists():
        return None
    return {"words": consent.text(), "most": Money(consent.USUAL)}


def offer_on(booking: Booking, user: User, now: datetime) -> Waiting | None:
    """The offer that a held booking is, to the one who may take it and has not yet."""
    entry = Waiting.objects.visible_to(user).filter(booking=booking).first()
    is_offered = entry is not None and entry.state_at(now) == Queue.OFFERED
    is_accepted = Order.objects.filter(lines__booking=booking).exists()
    return entry if is_offered and not is_accepted else None


def next_poll(request: HttpRequest, receipt: Receipt) -> int:
    """The number of the next look at a payment on its way; 0 when there is none to wait for.

    `paid` sends people here with `settling=1` when it could not tell yet.
    """
    number = request.GET.get("settling", "")
    polls = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
    returned = polls > 0 and receipt.is_unpaid
    if not (returned or receipt.is_being_drawn) or polls >= POLLS:
        return 0
    return polls + 1


def line_of(booking: Booking, now: datetime) -> DayLine:
    """The booking on its space's day, or on all its days where it lasts a day or more."""
    space, span = booking.space, booking.period
    zone = space.place.zone
    day = span.lower.astimezone(zone).date()
    days = -(-wall_minute(span.upper, day, zone) // DAY) if minutes_in(span) >= DAY else 1
    found = availability.calendars([space.pk], day_span(day, zone, days), now=now)
    calendar = found.get(space.pk, availability.NOTHING)
    opens, taken, (wanted,) = (
        spans_of(times, day, space, days=days) for times in (calendar.open, calendar.taken, [span])
    )
    first, last = (0, days * DAY) if days > 1 else axis_for([*opens, wanted])
    return DayLine(
        opens_at=first,
        closes_at=last,
        free=without(opens, taken),
        open=opens,
        wanted=wanted,
        wanted_is_free=True,
        label=formats.when(span.lower, span.upper, zone) if days > 1 else minute_range(*wanted),
        first=day if days > 1 else None,
    )


def again(booking: Booking) -> str:
    """The same time in the space, as its page is asked for it; another day once it is past."""
    time = chosen_time(booking.period, booking.space.place.zone)
    return urlencode({**time, "quantity": booking.quantity})
