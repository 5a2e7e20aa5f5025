"""A file that changes hours: each booking in the way is answered first, or nothing is written."""

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Refund
from bookings.models import Booking, Status
from spaces.bulk import importing
from spaces.bulk.refusals import Unanswered
from spaces.models import Import, OpeningHours, Space
from spaces.periods import at_minute
from tests.billing.test_takings import pay
from tests.cast import EVIL, Cast
from tests.factories import NOW, make_booking, make_place, make_space
from tests.spaces.bulk.files import csv_of, sent, worked_on

pytestmark = pytest.mark.django_db

State = Import.State
TUESDAY = date(2026, 12, 1)
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
FILE = csv_of(["space", *DAYS], ["nidelva", *["08:00-12:00"] * 7])


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def room(cast: Cast) -> Space:
    place = make_place(cast.organisation, slug="kaia")
    hours = (8 * 60, 20 * 60)
    return make_space(place, slug="nidelva", name="Nidelva", hours=hours, price=10_000)


def at(space: Space, hour: int) -> datetime:
    return at_minute(TUESDAY, hour * 60, space.place.zone)


def book(space: Space, start: int, end: int, **fields: object) -> Booking:
    return make_booking(space, at(space, start), at(space, end), **fields)


def closes(space: Space) -> set[int]:
    return set(OpeningHours.objects.filter(space=space).values_list("closes", flat=True))


def confirm(job: Import, answers: dict[str, str]) -> Import:
    importing.confirm_import(job=job, answers=answers, told="Kortere dag", now=NOW)
    return worked_on(job)


def test_a_file_without_bookings_in_its_way_asks_nothing(cast: Cast, room: Space) -> None:
    book(room, 9, 11)

    job = sent(FILE, cast.owner)

    assert job.in_the_way == []
    assert confirm(job, {}).state == State.DONE
    assert closes(room) == {12 * 60}


def test_a_check_names_the_bookings_in_the_way(cast: Cast, room: Space) -> None:
    booking = book(room, 13, 15)
    book(room, 22, 23)  # stood outside before

    job = sent(FILE, cast.owner)

    assert job.in_the_way == [str(booking.pk)]
    assert closes(room) == {20 * 60}
    with pytest.raises(Unanswered):
        importing.confirm_import(job=job, now=NOW)


@pytest.mark.parametrize("of", ["hours", "place", "holidays"])
def test_hours_of_the_place_and_holidays_are_asked_about_too(
    cast: Cast, room: Space, of: str
) -> None:
    booking = book(room, 13, 15)
    if of == "holidays":
        day = datetime(2026, 12, 25, 12, tzinfo=NOW.tzinfo)
        booking = make_booking(room, day)
        file = csv_of(["slug", "on_holidays"], ["nidelva", "closed"])
    elif of == "place":
        file = csv_of(["place", *DAYS], ["kaia", *["08:00-12:00"] * 7])
    else:
        file = FILE

    assert sent(file, cast.owner, "spaces.csv").in_the_way == [str(booking.pk)]


@pytest.mark.parametrize(
    ("word", "becomes"), [("keep", Status.CONFIRMED), ("cancel", Status.CANCELLED)]
)
def test_what_is_answered_is_done_as_the_file_is_written(
    cast: Cast, room: Space, word: str, becomes: Status
) -> None:
    booking = book(room, 13, 15, amount=20_000)
    pay(booking)

    job = confirm(sent(FILE, cast.owner), {str(booking.pk): word})

    booking.refresh_from_db()
    assert (job.state, booking.status) == (State.DONE, becomes)
    assert closes(room) == {12 * 60}
    assert Refund.objects.count() == (word == "cancel")


def test_a_booking_is_moved_to_another_space(cast: Cast, room: Space) -> None:
    other = make_space(room.place, slug="lerka")
    booking = book(room, 13, 15)

    job = confirm(sent(FILE, cast.owner), {str(booking.pk): "to:lerka"})

    booking.refresh_from_db()
    assert (job.state, booking.space) == (State.DONE, other)


def test_when_one_cannot_be_moved_nothing_is_written_and_one_answers_again(
    client: Client, cast: Cast, room: Space
) -> None:
    other = make_space(room.place, slug="lerka")
    first, booking = book(room, 12, 13, amount=0), book(room, 13, 15)
    job = sent(FILE, cast.owner)
    book(other, 14, 16)  # meanwhile

    confirm(job, {str(first.pk): "cancel", str(booking.pk): "to:lerka"})

    first.refresh_from_db()
    assert (job.state, first.status) == (State.CHECKED, Status.CONFIRMED)
    assert closes(room) == {20 * 60}
    cast.sign_in(client, "owner")
    assert "Someone else has that time." in client.get(reverse("import", args=[job.pk])).text
    confirm(job, {str(first.pk): "cancel", str(booking.pk): "keep"})
    assert (job.state, job.refusal) == (State.DONE, "")


def test_a_booking_that_came_meanwhile_is_asked_about(cast: Cast, room: Space) -> None:
    job = sent(FILE, cast.owner)
    late = book(room, 13, 15)

    confirm(job, {})

    assert (job.state, job.has_moved, job.in_the_way) == (State.CHECKED, True, [str(late.pk)])
    assert closes(room) == {20 * 60}


def test_the_page_asks_and_keeps_what_is_answered(client: Client, cast: Cast, room: Space) -> None:
    make_space(room.place, slug="lerka", name="Lerka")
    one = book(room, 13, 15, title=EVIL)
    two = book(room, 16, 17)
    job = sent(FILE, cast.owner)
    cast.sign_in(client, "owner")
    page = reverse("import", args=[job.pk])

    shown = client.get(page).text
    assert "2 bookings would stand outside the new hours." in shown
    assert "Move to Lerka" in shown
    assert "<img src=x" not in shown

    said = {f"answer-{one.pk}": "to:lerka", f"answer-{two.pk}": "", "told": "Vi beklager"}
    for nonsense in ({}, {"answer-x": "keep"}, {f"answer-{two.pk}": "to:elsewhere"}, said):
        answer = client.post(reverse("confirm_import", args=[job.pk]), nonsense)
        assert answer.status_code == 422
        assert "Say what becomes of each booking" in answer.text
    assert "Vi beklager" in answer.text
    assert 'value="to:lerka" selected' in answer.text

    said[f"answer-{two.pk}"] = "cancel"
    assert client.post(reverse("confirm_import", args=[job.pk]), said).status_code == 302
    worked_on(job)
    two.refresh_from_db()
    assert (job.state, two.status) == (State.DONE, Status.CANCELLED)


def test_those_without_an_answer_can_be_kept_together(
    client: Client, cast: Cast, room: Space
) -> None:
    one, two = book(room, 13, 15), book(room, 16, 17)
    job = sent(FILE, cast.owner)
    cast.sign_in(client, "owner")

    client.post(
        reverse("confirm_import", args=[job.pk]), {f"answer-{one.pk}": "cancel", "keep": ""}
    )

    worked_on(job)
    kept = Booking.objects.get(status=Status.CONFIRMED)
    assert (job.state, kept) == (State.DONE, two)


def test_more_bookings_than_a_form_takes_are_counted(
    client: Client, cast: Cast, room: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.views.imports.ASKED", 1)
    for hour in (13, 15, 17):
        book(room, hour, hour + 1)
    job = sent(FILE, cast.owner)
    cast.sign_in(client, "owner")

    shown = client.get(reverse("import", args=[job.pk])).text

    assert "3 bookings would stand outside" in shown
    assert "2 more, further ahead, are not shown." in shown
    assert shown.count("way-answer") == 1


def test_the_bookings_of_others_are_not_asked_about(cast: Cast, room: Space) -> None:
    """Whose space stands at the place sees it among their own conflicts."""
    theirs = make_space(room.place, slug="lerka")
    Space.objects.filter(pk=theirs.pk).update(
        organisation=cast.foreign.memberships.get().organisation
    )
    book(theirs, 13, 15)

    job = sent(csv_of(["place", *DAYS], ["kaia", *["08:00-12:00"] * 7]), cast.owner)

    assert job.in_the_way == []


# --- Many ticked at once ----------------------------------------------------------------


def test_holidays_of_many_are_not_changed_over_the_heads_of_bookers(
    client: Client, cast: Cast, room: Space
) -> None:
    booking = make_booking(room, datetime(2028, 12, 25, 12, tzinfo=NOW.tzinfo))
    cast.sign_in(client, "owner")
    address = reverse("owner_spaces_edit")
    wish = {"space": ["nidelva"], "on_holidays": "closed"}
    shown = client.post(address, wish).context["shown"]

    page = client.post(address, {**wish, "shown": shown})

    assert page.status_code == 422
    assert [way.booking for way in page.context["ways"]] == [booking]
    room.refresh_from_db()
    assert room.on_holidays == "open"

    Booking.objects.all().update(status=Status.CANCELLED)
    client.post(address, {**wish, "shown": shown})
    room.refresh_from_db()
    assert room.on_holidays == "closed"
