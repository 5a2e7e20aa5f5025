"""Strikes: what gives one, what comes of too many, and how they wear off."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Role, User
from bookings import operations
from bookings.emails import mail_for
from bookings.explaining import why_not
from bookings.models import Booking, BookingEvent, Kind, Status
from bookings.queries.obtaining import Asker
from bookings.refusals import MayStillCome, NotOver, WrongState
from bookings.strikes import TooManyStrikes, standing_of, strikes_at
from spaces.models import Rulebook, Space
from spaces.periods import period
from tests.factories import NOW, make_booking, make_member, make_space, make_user

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def rulebook() -> Rulebook:
    """Two in thirty days are too many: for a week only what an owner answers."""
    return Rulebook.objects.create(
        version=1, published_at=NOW - 400 * DAY, strike_limit=2, strike_days=30, strike_pause=7
    )


def strike(user: User, at: datetime, kind: Kind = Kind.NO_SHOW) -> Booking:
    booking = make_booking(start=at - 3 * HOUR, by=user, status=Status.NO_SHOW)
    BookingEvent.objects.create(booking=booking, place=booking.place, kind=kind, at=at)
    return booking


def book(user: User, now: datetime = NOW, **fields: object) -> Booking:
    space = Space.objects.get(pk=make_space(**fields).pk)
    span = period(now + DAY, now + DAY + HOUR)
    return operations.hold(space=space, span=span, by=user, now=now)


# --- A host says that nobody came -------------------------------------------------------


def test_missing_frees_the_rest_and_tells_the_booker() -> None:
    booking = make_booking(start=NOW, by=make_user(language="en"))
    host = make_member(booking.space.organisation, Role.HOST)
    operations.miss(booking=booking, by=host, now=NOW + 10 * MINUTE)

    booking.refresh_from_db()
    assert booking.status == Status.NO_SHOW
    assert not booking.occupancies.exists()
    delivery = booking.deliveries.get()
    assert (delivery.recipient, delivery.kind) == (booking.booker, Kind.NO_SHOW)
    assert "found nobody there" in mail_for(delivery).body


def test_missing_twice_is_missing_once() -> None:
    booking = make_booking(start=NOW)
    for _ in range(2):
        operations.miss(booking=booking, by=make_user(), now=NOW + HOUR)
    assert booking.events.filter(kind=Kind.NO_SHOW).count() == 1


def test_they_may_still_come_for_ten_minutes() -> None:
    booking = make_booking(start=NOW)
    with pytest.raises(MayStillCome):
        operations.miss(booking=booking, by=make_user(), now=NOW + 9 * MINUTE)


@pytest.mark.parametrize("status", [Status.CHECKED_IN, Status.COMPLETED, Status.CANCELLED])
def test_who_came_or_need_not_come_is_not_missed(status: Status) -> None:
    booking = make_booking(start=NOW, status=status)
    with pytest.raises(WrongState):
        operations.miss(booking=booking, by=make_user(), now=NOW + HOUR)


# --- A host says that they are still there ----------------------------------------------


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED])
def test_leaving_late_is_told_once_and_changes_no_status(status: Status) -> None:
    booking = make_booking(start=NOW, status=status, by=make_user(language="en"))
    host = make_user()
    for _ in range(2):
        operations.leave_late(booking=booking, by=host, now=booking.end + MINUTE)

    booking.refresh_from_db()
    assert booking.status == status
    assert booking.events.get(kind=Kind.LEFT_LATE).by == host
    assert "still there" in mail_for(booking.deliveries.get()).body


def test_leaving_late_is_from_the_end_and_for_two_hours() -> None:
    booking = make_booking(start=NOW)
    with pytest.raises(NotOver):
        operations.leave_late(booking=booking, by=make_user(), now=booking.end - MINUTE)
    with pytest.raises(WrongState):
        operations.leave_late(booking=booking, by=make_user(), now=booking.end + 2 * HOUR)


def test_nobody_leaves_late_who_never_came() -> None:
    booking = make_booking(start=NOW, status=Status.NO_SHOW)
    with pytest.raises(WrongState):
        operations.leave_late(booking=booking, by=make_user(), now=booking.end)


@pytest.mark.parametrize("kind", [Kind.NO_SHOW, Kind.LEFT_LATE])
def test_the_database_keeps_one_strike_of_a_kind(kind: Kind) -> None:
    booking = strike(make_user(), NOW, kind)
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingEvent.objects.create(booking=booking, place=booking.place, kind=kind, at=NOW)


# --- Too many ---------------------------------------------------------------------------


def test_without_a_limit_nobody_has_too_many() -> None:
    user = make_user()
    for n in range(5):
        strike(user, NOW - n * DAY)
    assert standing_of(user, now=NOW) is None
    assert book(user).status == Status.CONFIRMED


def test_too_many_refuse_what_is_booked_at_once(rulebook: Rulebook) -> None:
    user = make_user()
    strike(user, NOW - 10 * DAY)
    assert book(user)
    strike(user, NOW - DAY, Kind.LEFT_LATE)

    with pytest.raises(TooManyStrikes) as refusal:
        book(user)
    assert refusal.value.details == {"until": (NOW + 6 * DAY).isoformat(), "strikes": 2}
    assert "29. november" in refusal.value.sentence
    assert book(user, is_instant=False).status == Status.REQUESTED
    assert book(make_user())


def test_what_a_search_offers_leaves_out_what_strikes_refuse(rulebook: Rulebook) -> None:
    user, (at_once, asked) = make_user(), (make_space(), make_space(is_instant=False))
    for n in range(2):
        strike(user, NOW - n * DAY)
    span = period(NOW + DAY, NOW + DAY + HOUR)
    for person, offered in ((user, {asked}), (make_user(), {at_once, asked})):
        asker = Asker.at(NOW, person)
        theirs = Space.objects.filter(pk__in=(at_once.pk, asked.pk))
        assert set(theirs.filter(asker.may_book(span))) == offered
        assert set(theirs.filter(asker.opens(span.upper))) == offered


def test_a_rulebook_can_refuse_everything(rulebook: Rulebook) -> None:
    Rulebook.objects.update(strike_then=Rulebook.Strikes.NOTHING)
    user = make_user()
    for n in range(2):
        strike(user, NOW - n * DAY)
    with pytest.raises(TooManyStrikes):
        book(user, is_instant=False)


def test_the_pause_is_over_to_the_minute(rulebook: Rulebook) -> None:
    user = make_user()
    for n in range(2):
        strike(user, NOW - n * DAY)
    with pytest.raises(TooManyStrikes):
        book(user, NOW + 7 * DAY - MINUTE)
    assert book(user, NOW + 7 * DAY)


def test_strikes_far_apart_are_not_too_many(rulebook: Rulebook) -> None:
    user = make_user()
    strike(user, NOW - 30 * DAY)
    strike(user, NOW)
    assert book(user)


def test_another_strike_begins_the_pause_anew(rulebook: Rulebook) -> None:
    user = make_user()
    for days in (20, 10, 1):
        strike(user, NOW - days * DAY)
    standing = standing_of(user, now=NOW)
    assert standing is not None
    assert standing.paused_until == NOW + 6 * DAY


def test_a_pause_goes_on_while_old_strikes_wear_off(rulebook: Rulebook) -> None:
    user = make_user()
    strike(user, NOW - 29 * DAY)
    strike(user, NOW)
    standing = standing_of(user, now=NOW + 2 * DAY)
    assert standing is not None
    assert (standing.count, standing.paused_until) == (1, NOW + 7 * DAY)
    assert standing.next_wears_off == NOW + 30 * DAY


def test_a_strike_wears_off_to_the_moment(rulebook: Rulebook) -> None:
    user = make_user()
    for at in (NOW - 30 * DAY, NOW - 30 * DAY + MINUTE):
        strike(user, at)

    standing = standing_of(user, now=NOW)

    assert standing is not None
    assert (standing.count, standing.next_wears_off) == (1, NOW + MINUTE)


def test_those_who_run_the_space_are_not_bound(rulebook: Rulebook) -> None:
    space = make_space()
    host = make_member(space.organisation, Role.HOST)
    for n in range(2):
        strike(host, NOW - n * DAY)
    span = period(NOW + DAY, NOW + DAY + HOUR)
    space = Space.objects.get(pk=space.pk)
    assert operations.hold(space=space, span=span, by=host, now=NOW)


def test_why_not_says_it_too(rulebook: Rulebook) -> None:
    user = make_user()
    for n in range(2):
        strike(user, NOW - n * DAY)
    space = Space.objects.get(pk=make_space().pk)
    span = period(NOW + DAY, NOW + DAY + HOUR)
    assert [one.code for one in why_not(space, span, user=user, now=NOW)] == ["too_many_strikes"]


# --- Who sees them ----------------------------------------------------------------------


def test_one_sees_one_s_own(rulebook: Rulebook, client: Client) -> None:
    user = make_user(language="nb")
    client.force_login(user)
    with time_machine.travel(NOW, tick=False):
        assert "Prikker" not in client.get("/bookings/").content.decode()
        strike(user, NOW - DAY)
        assert "Prikker: 1 av 2" in client.get("/bookings/").content.decode()


def test_a_host_sees_those_in_the_spaces_of_the_owner_alone(
    rulebook: Rulebook, client: Client
) -> None:
    user = make_user()
    here = strike(user, NOW - DAY)
    strike(user, NOW - DAY)  # elsewhere
    strike(make_user(), NOW - DAY)
    assert strikes_at(here.space, user, now=NOW) == 1

    client.force_login(make_member(here.space.organisation, Role.HOST, make_user(language="nb")))
    with time_machine.travel(NOW, tick=False):
        assert "har 1 prikk i rommene" in client.get(here.get_absolute_url()).content.decode()


def test_the_host_s_day_has_the_buttons_when_they_help(client: Client) -> None:
    booking = make_booking(start=NOW)
    client.force_login(make_member(booking.space.organisation, Role.HOST))
    no_show = f"{booking.get_absolute_url()}no-show/"
    still_there = f"{booking.get_absolute_url()}still-there/"

    def shown(now: datetime) -> list[bool]:
        with time_machine.travel(now, tick=False):
            page = client.get("/owner/").content.decode()
        return [no_show in page, still_there in page]

    assert shown(NOW + 5 * MINUTE) == [False, False]
    assert shown(NOW + 10 * MINUTE) == [True, False]
    assert shown(booking.end) == [False, True]
    with time_machine.travel(booking.end, tick=False):
        assert client.post(still_there, {"next": "/owner/"}).headers["Location"] == "/owner/"
    assert shown(booking.end) == [False, False]
