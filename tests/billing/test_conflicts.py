"""The page where those who run spaces answer for what no longer fits."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import Refund
from billing.operations import CANCEL, KEEP, Answer, change_hours, clear
from billing.views.clearing import others_for
from bookings.models import Booking, Kind, Status
from bookings.operations import note_said
from bookings.operations.calendars import Said
from bookings.queries.conflicts import Reason, conflicts
from bookings.refusals import SlotTaken
from spaces.models import Listing, Place, Space
from spaces.operations import set_week
from spaces.periods import period
from tests.billing.test_takings import pay
from tests.cast import EVIL, NAMES, RUN_IT, Cast
from tests.factories import NOW, make_booking, make_place, make_source, make_space

pytestmark = pytest.mark.django_db
PAGE = "/owner/conflicts/"


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation)


@pytest.fixture
def room(place: Place) -> Space:
    """Paused, so that whatever is booked in it is a conflict."""
    return make_space(place, name="Nidelva", listing=Listing.PAUSED)


def coming(days: int = 1) -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=days)


# --- Answering --------------------------------------------------------------------------


def test_kept_moved_and_cancelled_with_all_money_back(cast: Cast, room: Space) -> None:
    other = make_space(room.place)
    kept, leaving, going, waiting = (
        make_booking(room, NOW + timedelta(days=day), amount=10_000) for day in range(1, 5)
    )
    pay(going)
    answers = {kept.pk: KEEP, leaving.pk: Answer(to=other), going.pk: CANCEL}

    assert clear(answers=answers, by=cast.host, now=NOW, reason="Maling") == 3

    assert [(one.space, one.status) for one in Booking.objects.order_by("period")] == [
        (room, Status.CONFIRMED),
        (other, Status.CONFIRMED),
        (room, Status.CANCELLED),
        (room, Status.CONFIRMED),
    ]
    assert Refund.objects.get().amount == 10_000
    assert going.events.last().data["reason"] == "Maling"
    assert [one.booking for one in conflicts(cast.host, now=NOW)] == [waiting]


def test_a_request_that_is_cancelled_is_declined(cast: Cast, room: Space) -> None:
    asked = make_booking(room, status=Status.REQUESTED)

    clear(answers={asked.pk: CANCEL}, by=cast.host, now=NOW, reason="Maling")

    asked.refresh_from_db()
    assert asked.status == Status.DECLINED


def test_when_one_cannot_be_moved_none_is(cast: Cast, room: Space) -> None:
    other = make_space(room.place)
    first, second = (make_booking(room, NOW + timedelta(days=day)) for day in (1, 2))
    make_booking(other, second.start)

    with pytest.raises(SlotTaken):
        clear(answers={first.pk: CANCEL, second.pk: Answer(to=other)}, by=cast.host, now=NOW)

    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 3


def test_what_is_in_no_conflict_is_left_alone(cast: Cast, place: Place) -> None:
    fine = make_booking(make_space(place))
    theirs = make_booking(make_space(listing=Listing.PAUSED))

    assert clear(answers={fine.pk: CANCEL, theirs.pk: CANCEL}, by=cast.host, now=NOW) == 0
    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 2


def test_what_is_kept_when_hours_change_is_not_asked_about_again(cast: Cast, place: Place) -> None:
    room = make_space(place)
    booking = make_booking(room)

    change_hours(
        change=lambda: set_week(keeper=room, week={7: [(0, 60)]}),
        spaces=[room],
        answers={booking.pk: KEEP},
        by=cast.manager,
        now=NOW,
    )

    assert conflicts(cast.host, now=NOW) == []
    assert booking.events.get().kind == Kind.KEPT


# --- With another calendar --------------------------------------------------------------


def test_a_clash_kept_does_not_come_back_until_the_event_changes(cast: Cast, place: Place) -> None:
    booking = make_booking(make_space(place))
    half = timedelta(minutes=30)
    event = period(booking.start - half, booking.start + half)
    source = make_source(booking.space, event)
    (found,) = conflicts(cast.host, now=NOW)
    assert found.reasons == (Reason.BUSY,)

    clear(answers={booking.pk: KEEP}, by=cast.host, now=NOW)
    assert conflicts(cast.host, now=NOW) == []

    for times in ([], [event]):  # gone from the calendar for a while, and back
        note_said(source=source, said=Said(times=tuple(times)), now=NOW)
        assert conflicts(cast.host, now=NOW) == []
    moved = period(event.lower, event.upper + half)
    note_said(source=source, said=Said(times=(moved,)), now=NOW)
    assert [one.booking for one in conflicts(cast.host, now=NOW)] == [booking]


def test_a_clash_kept_says_nothing_of_another_event(cast: Cast, place: Place) -> None:
    booking = make_booking(make_space(place))
    make_source(booking.space, booking.period)
    clear(answers={booking.pk: KEEP}, by=cast.host, now=NOW)

    make_source(booking.space, booking.period)

    assert len(conflicts(cast.host, now=NOW)) == 1


def test_a_clash_is_moved_away_or_cancelled_with_all_money_back_and_an_apology(
    cast: Cast, place: Place
) -> None:
    room, other = make_space(place), make_space(place)
    leaving, going = (make_booking(room, NOW + timedelta(days=n), amount=9_000) for n in (1, 2))
    pay(going)
    make_source(room, leaving.period, going.period)
    answers = {leaving.pk: Answer(to=other), going.pk: CANCEL}

    assert clear(answers=answers, by=cast.host, now=NOW) == 2

    leaving.refresh_from_db()
    assert leaving.space == other
    assert Refund.objects.get().amount == 9_000
    assert "Vi beklager" in going.events.last().data["reason"]


def test_no_other_space_is_offered_that_is_busy_too(cast: Cast, place: Place) -> None:
    booking = make_booking(make_space(place))
    busy, free = make_space(place), make_space(place)
    make_source(busy, booking.period)

    assert others_for([booking], now=NOW) == {booking.pk: (free,)}


def test_what_has_begun_is_too_late_to_ask_about(cast: Cast, place: Place) -> None:
    booking = make_booking(make_space(place), NOW - timedelta(hours=1))
    make_source(booking.space, booking.period)

    assert conflicts(cast.host, now=NOW) == []


def test_the_page_names_the_calendar_and_when_it_is_busy(
    client: Client, cast: Cast, place: Place
) -> None:
    booking = make_booking(make_space(place), coming())
    make_source(booking.space, booking.period, name="Outlook", address="")
    cast.sign_in(client, "host")

    shown = client.get(PAGE).content.decode()

    assert "Another calendar says that it is busy then." in shown
    assert "<b>Outlook, " in shown
    assert "Keep it, and ignore the other calendar here" in shown


def test_the_calendar_of_a_neighbour_who_shares_the_unit_is_not_named(
    client: Client, cast: Cast, place: Place
) -> None:
    ours = make_space(place)
    theirs = make_space(make_place(), units=[ours.units.get()])
    booking = make_booking(ours, coming())
    make_source(theirs, booking.period, name="Hemmelig kalender", address="")
    cast.sign_in(client, "host")

    shown = client.get(PAGE).content.decode()

    assert "Hemmelig kalender" not in shown
    assert "Another calendar, " in shown


# --- The page ---------------------------------------------------------------------------


@pytest.mark.parametrize("who", NAMES)
def test_the_page_is_for_those_who_run_spaces(
    client: Client, cast: Cast, room: Space, who: str
) -> None:
    booking = make_booking(room, coming())
    cast.sign_in(client, who)

    assert client.get(PAGE).status_code == (200 if who in RUN_IT else 302)
    client.post(PAGE, {f"answer-{booking.pk}": "cancel"})

    booking.refresh_from_db()
    assert (booking.status == Status.CANCELLED) == (who in RUN_IT)


def test_the_page_says_what_is_wrong_and_does_what_is_chosen(
    client: Client, cast: Cast, room: Space
) -> None:
    make_space(room.place, name="Kanalen", slug="kanalen")
    booking = make_booking(room, coming(), by=cast.booker, title="Styremøte")
    cast.sign_in(client, "host")

    shown = client.get(PAGE).content.decode()
    assert "Ingrid Aune · Styremøte" in shown
    assert "The space is paused." in shown
    assert "Move to Kanalen (8 people)" in shown
    answer = client.post(PAGE, {f"answer-{booking.pk}": "to:kanalen", "told": "Maling"})

    assert answer["Location"] == PAGE
    booking.refresh_from_db()
    assert booking.space.slug == "kanalen"
    assert booking.events.get().data["reason"] == "Maling"
    assert "Nothing in conflict" in client.get(PAGE).content.decode()


def test_without_a_choice_nothing_is_done_and_one_is_told(
    client: Client, cast: Cast, room: Space
) -> None:
    booking = make_booking(room, coming())
    cast.sign_in(client, "host")

    answer = client.post(PAGE, {f"answer-{booking.pk}": "", "told": "Maling"})

    assert answer.status_code == 422
    assert "Choose what becomes of at least one" in answer.content.decode()
    assert 'value="Maling"' in answer.content.decode()


def test_a_choice_that_cannot_be_had_is_told(client: Client, cast: Cast, room: Space) -> None:
    taken = make_space(room.place, slug="kanalen")
    booking = make_booking(room, coming())
    make_booking(taken, coming())
    cast.sign_in(client, "host")

    answer = client.post(PAGE, {f"answer-{booking.pk}": "to:kanalen"})

    assert answer.status_code == 422
    assert "Someone else has that time" in answer.content.decode()


def test_all_the_others_can_be_kept_at_once(client: Client, cast: Cast, room: Space) -> None:
    bookings = [make_booking(room, coming(day)) for day in (1, 2, 3)]
    cast.sign_in(client, "manager")
    answers = {f"answer-{one.pk}": "" for one in bookings}

    client.post(PAGE, {**answers, f"answer-{bookings[0].pk}": "cancel", "keep": "1"})

    assert conflicts(cast.manager, now=timezone.now()) == []
    assert [one.status for one in Booking.objects.order_by("period")] == [
        Status.CANCELLED,
        Status.CONFIRMED,
        Status.CONFIRMED,
    ]


def test_many_are_asked_about_a_page_at_a_time(
    client: Client, cast: Cast, room: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.views.conflicts.OFFERED", 2)
    for day in (1, 2, 3):
        make_booking(room, coming(day))
    cast.sign_in(client, "host")

    shown = client.get(PAGE).content.decode()

    assert shown.count("<select") == 2
    assert "One more comes" in shown


def test_the_number_stands_on_the_tab(client: Client, cast: Cast, room: Space) -> None:
    make_booking(room, coming())
    cast.sign_in(client, "host")

    for page in (PAGE, "/owner/", "/owner/week/", "/owner/requests/"):
        assert 'Conflicts <span class="count hot">1</span>' in client.get(page).content.decode()


def test_what_people_write_is_escaped(client: Client, cast: Cast, place: Place) -> None:
    room = make_space(place, name=EVIL, listing=Listing.PAUSED)
    make_space(place, name=EVIL)
    make_booking(room, coming(), title=EVIL)
    cast.sign_in(client, "host")

    assert EVIL not in client.get(PAGE).content.decode()


def test_halves_of_a_hall_are_not_in_their_own_way(cast: Cast, place: Place) -> None:
    half, other = make_space(place), make_space(place)
    whole = make_space(place, units=[half.units.get(), other.units.get()])
    booking = make_booking(half)
    assert others_for([booking], now=NOW) == {booking.pk: (other, whole)}

    make_booking(other)
    make_booking(make_space(make_place()), booking.start)

    assert others_for([booking], now=NOW) == {booking.pk: ()}


def test_queries_do_not_grow_with_rows(client: Client, cast: Cast, place: Place) -> None:
    make_space(place)
    cast.sign_in(client, "host")
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_booking(make_space(place, listing=Listing.PAUSED), coming())
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))

    assert counts[0] == counts[1]
