"""What is told of many bookings at once: one letter for a whole series."""

from datetime import datetime

from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from bookings.check_in_links import check_in_link
from bookings.emails.papers import comes_back
from bookings.emails.to_booker import made_for_you, what_comes_back
from bookings.emails.words import (
    Letter,
    answered_by,
    latest,
    price_of,
    reason,
    takes_place,
    unless_answered,
    what,
    when,
)
from bookings.models import Booking, BookingEvent, Kind, Series, Status
from spaces import formats
from spaces.models import Place
from spaces.money import sum_of

CHECK_INS = 60  # links in one letter: the rest come with the reminders
ON_REQUEST = (Status.REQUESTED, Status.DECLINED)


def booked(booking: Booking) -> Letter:
    together = certain_with(booking)
    asked = [one for one in together if not is_certain(one)]
    paragraphs = [_("The file in this mail puts all of them into your calendar.")]
    if asked:
        owners = ", ".join(sorted({one.space.organisation.name for one in asked}))
        paragraphs = [_("%(owner)s is to say yes first. We keep the times until then.")]
        paragraphs[0] %= {"owner": owners}
        paragraphs += answered_by(soonest(asked), asked[0])
    paragraphs = [*made_for_you(booking), *paragraphs]
    waits = len(asked) == len(together)
    subject = _("Asked for: %(what)s") if waits else _("Booked: %(what)s")
    return Letter(
        subject=subject % {"what": many(together)},
        heading=_("Your request is with the owner") if waits else _("Your series is booked"),
        paragraphs=paragraphs,
        action=_("See, change or cancel the series"),
        rows=facts(together, is_booker=True),
        events=[one for one in together if is_certain(one)],
        link=link(booking),
        check_ins=check_ins(together),
    )


def changed(booking: Booking) -> Letter:
    together = at_once_with(booking, Kind.CHANGED)
    back = sum(one.data.get("back", 0) for one in alike(together, change_of(booking)))
    paragraphs = [_("The file in this mail moves all of them in your calendar.")]
    if back:
        paragraphs.append(comes_back(booking, back))
    return Letter(
        subject=_("Changed: %(what)s") % {"what": many(together)},
        heading=_("Your series is changed"),
        paragraphs=paragraphs,
        action=_("See, change or cancel the series"),
        rows=facts(together, is_booker=True),
        events=[one for one in together if is_certain(one)],
        link=link(booking),
        check_ins=check_ins(together),
    )


def changed_here(booking: Booking) -> Letter:
    together = of_same_owner(at_once_with(booking, Kind.CHANGED), booking)
    told = {"booker": booking.booker, "what": many(together)}
    return Letter(
        subject=_("Changed: %(what)s") % told,
        heading=_("Bookings of a series were changed"),
        paragraphs=[_("%(booker)s has another time now: %(what)s.") % told],
        action=_("See the first of them"),
        rows=facts(together, is_booker=False),
    )


def cancelled(booking: Booking) -> Letter:
    together, event = ended_with(booking), ending_of(booking)
    is_declined = event.kind == Kind.DECLINED
    told = {"owner": booking.space.organisation}
    if is_declined:
        paragraphs = [_("%(owner)s said no to these times.") % told, *reason(event)]
    elif event.data.get("as_owner"):
        paragraphs = [_("%(owner)s had to cancel these bookings.") % told, *reason(event)]
        paragraphs.append(_("We are sorry: you had reckoned with them."))
    else:
        paragraphs = [_("You have cancelled these bookings."), *reason(event)]
    paragraphs += what_comes_back(together, alike(together, event))
    if not is_declined:
        paragraphs.append(_("The file in this mail takes all of them out of your calendar."))
    subject = _("Declined: %(what)s") if is_declined else _("Cancelled: %(what)s")
    return Letter(
        subject=subject % {"what": many(together)},
        heading=_("The times are declined") if is_declined else _("The bookings are cancelled"),
        paragraphs=paragraphs,
        action=_("See the series"),
        rows=facts(together, is_booker=True),
        events=[] if is_declined else together,
        link=link(booking),
    )


def booked_here(booking: Booking) -> Letter:
    together = of_same_owner(made_with(booking), booking)
    told = {"booker": booking.booker, "what": many(together)}
    if asked := [one for one in together if one.status in ON_REQUEST]:
        return Letter(
            subject=_("Waits for your answer: %(what)s") % told,
            heading=_("A series waits for your answer"),
            paragraphs=[
                _("%(booker)s asks for %(what)s.") % told,
                *unless_answered(soonest(asked), asked[0]),
            ],
            action=_("Answer the request"),
            rows=facts(together, is_booker=False),
        )
    return Letter(
        subject=_("New series: %(what)s") % told,
        heading=_("New series"),
        paragraphs=[_("%(booker)s has booked %(what)s.") % told],
        action=_("See the first of them"),
        rows=facts(together, is_booker=False),
    )


def cancelled_here(booking: Booking) -> Letter:
    together = of_same_owner(ended_with(booking), booking)
    return Letter(
        subject=_("Cancelled: %(what)s") % {"what": many(together)},
        heading=_("Bookings of a series were cancelled"),
        paragraphs=[
            _("%(booker)s has cancelled.") % {"booker": booking.booker},
            _("The times are free for others again."),
        ],
        action=_("See the first of them"),
        rows=facts(together, is_booker=False),
    )


# --- Which bookings ---------------------------------------------------------------------


def of(booking: Booking) -> Series:
    assert booking.series is not None  # letters of a series are about its bookings
    return booking.series


def made_with(booking: Booking) -> list[Booking]:
    """Those that were made with it and came to something, also when others were added since."""
    found = of(booking).bookings.filter(created_at=booking.created_at)
    found = found.exclude(status__in=(Status.HELD, Status.EXPIRED))  # not paid
    return list(found.for_listing().order_by("period", "pk"))


def certain_with(booking: Booking) -> list[Booking]:
    """Those that were booked, paid for or approved in one go with it, as it stands now. What was
    asked for with it comes along: in one series some are certain and some are to be answered."""
    event = latest(booking, Kind.CONFIRMED) or latest(booking, Kind.REQUESTED)
    assert event is not None  # that is what the letter is about
    made = BookingEvent.objects.filter(kind__in=(Kind.CONFIRMED, Kind.REQUESTED), at=event.at)
    found = of(booking).bookings.filter(pk__in=made.values("booking"))
    return list(found.for_listing().order_by("period", "pk"))


def ending_of(booking: Booking) -> BookingEvent:
    """That it was cancelled, or declined."""
    event = latest(booking, Kind.CANCELLED) or latest(booking, Kind.DECLINED)
    assert event is not None  # that is what the letter is about
    return event


def ended_with(booking: Booking) -> list[Booking]:
    event = ending_of(booking)
    return at_once_with(booking, Kind(event.kind))


def change_of(booking: Booking) -> BookingEvent:
    event = latest(booking, Kind.CHANGED)
    assert event is not None  # that is what the letter is about
    return event


def at_once_with(booking: Booking, kind: Kind) -> list[Booking]:
    """It and those of its series to which the same happened in one go, the earliest first."""
    event = latest(booking, kind)
    if booking.series is None or event is None:
        return [booking]
    found = booking.series.bookings.filter(events__kind=kind, events__at=event.at)
    return list(found.for_listing().order_by("period", "pk"))


def alike(together: list[Booking], event: BookingEvent) -> list[BookingEvent]:
    """What happened to each of these when this happened to one of them."""
    found = BookingEvent.objects.filter(booking__in=together, kind=event.kind, at=event.at)
    return list(found)


def soonest(asked: list[Booking]) -> datetime | None:
    """When the first of these is declined, if nobody has answered."""
    return min((one.expires_at for one in asked if one.expires_at), default=None)


def of_same_owner(together: list[Booking], booking: Booking) -> list[Booking]:
    owner = booking.space.organisation_id
    return [one for one in together if one.space.organisation_id == owner]


def is_certain(booking: Booking) -> bool:
    return booking.status not in (*ON_REQUEST, Status.HELD, Status.EXPIRED)


# --- Words ------------------------------------------------------------------------------


def many(together: list[Booking]) -> str:
    """`Nidelva, 10 times from Tuesday 1 December`; `Nidelva and Selje, Tuesday 1 December, 9–11`"""
    first = together[0]
    if len(together) == 1:
        return what(first)
    rooms = get_text_list([*dict.fromkeys(one.space.name for one in together)], _("and"))
    if len({(one.start, one.end) for one in together}) == 1:
        return f"{rooms}, {when(first)}"
    told = {
        "space": rooms,
        "n": len(together),
        "day": formats.day_name(first.start, first.space.place.zone),
    }
    return _("%(space)s, %(n)d times from %(day)s") % told


def times(together: list[Booking]) -> str:
    """One on each line, with its space where there are several."""
    is_several = len({one.space_id for one in together}) > 1
    lines = []
    for one in together:
        time = formats.when(one.start, one.end, one.space.place.zone)
        lines.append(f"{time}: {one.space.name}" if is_several else time)
    return "\n".join(lines)


def check_ins(together: list[Booking]) -> list[tuple[str, str]]:
    """For each that one has to check in to: its time, and the link that does it."""
    links = [(when(one), check_in_link(one)) for one in together]
    return [(time, where) for time, where in links if where][:CHECK_INS]


def facts(together: list[Booking], *, is_booker: bool) -> list[tuple[str, str]]:
    first = together[0]
    places = {one.space.place_id: one.space.place for one in together}
    rooms = dict.fromkeys((one.space.name, one.space.place) for one in together)
    arrival = "\n".join(one.arrival_text for one in places.values())
    total = sum_of(one.price for one in together)
    rows = [
        (_("When"), times(together)),
        (_("Where"), "\n".join(f"{name}, {at(place)}" for name, place in rooms)),
        (_("How to get in"), arrival if is_booker and any(map(takes_place, together)) else ""),
        (_("How many"), str(first.quantity) if first.space.is_pool else ""),
        (_("What"), first.title),
        (_("Booked by"), "" if is_booker else f"{first.booker}, {first.booker.email}"),
        (_("On behalf of"), str(first.organisation or "")),
        (_("Price"), price_of(total)),
    ]
    return [(name, text) for name, text in rows if text.strip()]


def at(place: Place) -> str:
    return f"{place.name}, {place.full_address}"


def link(booking: Booking) -> str:
    return settings.PUBLIC_URL + of(booking).get_absolute_url()
