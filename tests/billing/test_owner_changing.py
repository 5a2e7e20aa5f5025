"""An owner gives a booking another time or space: never dearer, and the booker is told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import gettext

from accounts.errors import Refused
from accounts.models import User
from billing import operations
from billing.models import Refund
from bookings import emails
from bookings.models import Booking, Change, ChangeStatus, Delivery, Kind, Status
from bookings.operations.ending import refund_on_cancel
from bookings.queries.history import history
from spaces.models import Space
from spaces.periods import Period, period
from tests.billing.test_changing import bought, held
from tests.billing.test_settling import work
from tests.cast import Cast
from tests.factories import make_add_on, make_booking, make_place, make_space
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def span(now: datetime) -> Period:
    start = (now + 5 * DAY).replace(hour=9, minute=0, second=0, microsecond=0)
    return period(start, start + 2 * HOUR)


@pytest.fixture
def space(cast: Cast) -> Space:
    place = make_place(cast.organisation)
    return make_space(place, name="Nidelva", price=10_000, cancellation=[[24 * 60, 100]])


def shifted(span: Period, by: timedelta, longer: timedelta = 0 * HOUR) -> Period:
    return period(span.lower + by, span.upper + by + longer)


def move(booking: Booking, by: User, now: datetime, **wish: Any) -> Booking:
    booking.refresh_from_db()
    operations.reschedule(booking=booking, by=by, now=now, as_owner=True, **wish)
    booking.refresh_from_db()
    return booking


def refused(booking: Booking, by: User, now: datetime, **wish: Any) -> str:
    with pytest.raises(Refused) as no:
        move(booking, by, now, **wish)
    assert not Change.objects.exists()
    return no.value.code


def test_another_time_costs_the_booker_no_more(
    standin: StandIn, cast: Cast, space: Space, span: Period, now: datetime
) -> None:
    booking = bought(standin, space, span, cast.booker, now)

    move(booking, cast.host, now, span=shifted(span, DAY, longer=3 * HOUR), reason="Maling")
    work(standin, now)

    assert booking.period == shifted(span, DAY, longer=3 * HOUR)
    assert booking.amount == held(booking) == 20_000
    assert not Refund.objects.exists()
    assert Change.objects.get().status == ChangeStatus.MADE
    assert booking.occupancies.get().during == booking.period


def test_what_it_costs_less_comes_back_whole_however_late(
    standin: StandIn, cast: Cast, space: Space, span: Period, now: datetime
) -> None:
    booking = bought(standin, space, span, cast.booker, now)
    late = span.lower - HOUR  # its tiers give nothing back then

    move(booking, cast.host, late, span=period(span.lower, span.lower + HOUR))
    work(standin, late)

    assert Refund.objects.get().amount == 10_000
    assert booking.amount == held(booking) == 10_000


def test_who_is_moved_may_cancel_for_nothing_until_it_begins(
    standin: StandIn, cast: Cast, space: Space, span: Period, now: datetime
) -> None:
    booking = bought(standin, space, span, cast.booker, now)
    move(booking, cast.host, now, span=shifted(span, HOUR))
    late = booking.start - timedelta(minutes=1)

    assert refund_on_cancel(booking, as_owner=False, now=late).amount == 20_000
    operations.cancel(booking=booking, by=cast.booker, as_owner=False, now=late)
    work(standin, late)
    assert Refund.objects.get().amount == 20_000


def test_the_booker_is_told_by_whom_and_why(
    cast: Cast, space: Space, span: Period, now: datetime
) -> None:
    booking = make_booking(space, span.lower, span.upper, by=cast.booker)

    move(booking, cast.host, now, span=shifted(span, HOUR), reason="Maling")

    told = Delivery.objects.get(kind=Kind.CHANGED)
    assert told.recipient == cast.booker
    letter = emails.TO_BOOKER[Kind.CHANGED](booking)
    assert letter.heading == gettext("The owner has changed your booking")
    assert any("Maling" in paragraph for paragraph in letter.paragraphs)
    (event,) = history(booking, reader=cast.host, as_owner=True)
    assert (event.who, event.why) == (str(cast.host), "Maling")
    (event,) = history(booking, reader=cast.booker, as_owner=False)
    assert event.who == str(cast.organisation)


def test_another_space_of_the_owner_at_any_notice_and_length(
    cast: Cast, space: Space, span: Period, now: datetime
) -> None:
    other = make_space(space.place, price=90_000, lead_time=60 * 24 * 30, max_length=60)
    booking = make_booking(space, span.lower, span.upper, by=cast.booker, amount=20_000)

    move(booking, cast.host, now, space=other)

    assert (booking.space, booking.amount) == (other, 20_000)
    assert {row.unit for row in booking.occupancies.all()} == set(other.units.all())


def test_a_change_that_waits_falls_away(
    cast: Cast, space: Space, span: Period, now: datetime
) -> None:
    booking = make_booking(space, span.lower, span.upper, by=cast.booker, amount=20_000)
    waiting = Change.objects.create(
        place=space.place,
        booking=booking,
        space=space,
        period=shifted(span, DAY),
        quantity=1,
        status=ChangeStatus.REQUESTED,
        by=cast.booker,
        created_at=now,
        expires_at=now + HOUR,
        sequence=booking.sequence,
    )

    move(booking, cast.host, now, span=shifted(span, HOUR))

    waiting.refresh_from_db()
    assert waiting.status == ChangeStatus.ENDED
    ended = booking.events.get(kind=Kind.CHANGE_ENDED)
    assert (ended.data["why"], ended.by) == ("moved", cast.host)


def test_what_cannot_be_is_refused_and_nothing_changed(
    cast: Cast, space: Space, span: Period, now: datetime
) -> None:
    booking = make_booking(space, span.lower, span.upper, by=cast.booker)
    make_booking(space, *(moment + DAY for moment in (span.lower, span.upper)))
    theirs, paused = make_space(), make_space(space.place, listing="paused")

    assert refused(booking, cast.host, now, span=shifted(span, DAY + HOUR)) == "slot_taken"
    assert refused(booking, cast.host, now, space=theirs) == "other_owner"
    assert refused(booking, cast.host, now, space=paused) == "not_listed"
    assert refused(booking, cast.host, now, span=shifted(span, -9 * DAY)) == "too_soon"
    assert refused(booking, cast.host, now) == "nothing_changed"
    begun = span.lower + HOUR / 2
    assert refused(booking, cast.host, begun, span=shifted(span, HOUR)) == "already_begun"
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)
    assert refused(booking, cast.host, now, span=shifted(span, HOUR)) == "wrong_state"


def test_what_is_booked_along_stays_in_its_place(cast: Cast, span: Period, now: datetime) -> None:
    room = make_space(make_place(cast.organisation))
    add_on = make_add_on(room.place, [room], count=1)
    booking = operations.book(space=room, span=span, by=cast.booker, now=now, add_ons={add_on: 1})
    elsewhere = make_space(make_place(cast.organisation))

    assert refused(booking, cast.host, now, space=elsewhere) == "add_on_not_offered"
    move(booking, cast.host, now, span=shifted(span, HOUR))
    assert booking.occupancies.filter(unit__add_on=add_on).get().during == booking.period


# --- The page ---------------------------------------------------------------------------


def asked(booking: Booking, span: Period, **more: str) -> dict[str, str]:
    zone = booking.space.place.zone
    start, end = (moment.astimezone(zone) for moment in (span.lower, span.upper))
    said = {"date": f"{start:%Y-%m-%d}", "from": f"{start:%H:%M}", "to": f"{end:%H:%M}"}
    return {**said, "space": str(booking.space_id), **more}


def test_a_host_moves_a_booking_from_its_page(
    client: Client, cast: Cast, space: Space, span: Period
) -> None:
    booking = make_booking(space, span.lower, span.upper, by=cast.booker)
    other = make_space(space.place, name="Kanalen")
    cast.sign_in(client, "host")
    page = f"/bookings/{booking.pk}/move/"
    assert page in client.get(booking.get_absolute_url()).content.decode()

    shown = client.get(page, asked(booking, shifted(span, HOUR))).content.decode()
    assert "Ingrid Aune is told" in shown
    wish = asked(booking, shifted(span, HOUR), space=str(other.pk), reason="Maling", shown="0")
    answer = client.post(page, wish, follow=True)

    assert "The booking is changed." in answer.content.decode()
    booking.refresh_from_db()
    assert (booking.space, booking.period) == (other, shifted(span, HOUR))
    assert client.post(page, wish)["Location"] == booking.get_absolute_url()  # a double click
    assert booking.events.count() == 1


def test_a_bookers_page_does_not_offer_what_is_the_owners(
    client: Client, cast: Cast, space: Space, span: Period
) -> None:
    booking = make_booking(space, span.lower, span.upper, by=cast.booker)
    for who in ("booker", "other", "finance", "foreign"):
        cast.sign_in(client, who)
        assert client.get(f"/bookings/{booking.pk}/move/").status_code == 404
    cast.sign_in(client, "booker")
    assert "/move/" not in client.get(booking.get_absolute_url()).content.decode()
