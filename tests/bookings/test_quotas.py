"""How much somebody may book: by day to semester, each or together."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Affiliation, Role, User
from bookings import operations
from bookings.models import Booking, Status
from bookings.quotas import QuotaUsed, window_of
from spaces.models import Quota, Rulebook, Space
from spaces.periods import Period, period
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_space,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

HOUR = timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def space() -> Space:
    return make_space()


@pytest.fixture
def person() -> User:
    return make_user(language="en")


def quota(space: Space, amount: int = 240, **fields: Any) -> Quota:
    values = {"counts": "minutes", "window": "week", **fields}
    if not {"owner", "rulebook"} & set(values):
        values["space"] = space
    return Quota.objects.create(amount=amount, **values)


def hold(space: Space, by: User, hours: float = 1, start: datetime = TOMORROW, **more: Any) -> Any:
    span = period(start, start + hours * HOUR)
    return operations.hold(space=space, span=span, by=by, now=NOW, **more)


def student(organisation: Any = None, expires_at: datetime | None = None) -> User:
    user = make_user()
    Affiliation.objects.create(
        user=user,
        kind="student",
        organisation=organisation or make_organisation(),
        verified_at=NOW - timedelta(days=9),
        expires_at=expires_at,
    )
    return user


def test_four_hours_a_week_are_four_hours(space: Space, person: User) -> None:
    quota(space)
    hold(space, person, 3)

    with pytest.raises(QuotaUsed) as refused:
        hold(space, person, 2, TOMORROW + 4 * HOUR)
    assert refused.value.sentence == (
        "The quota is 4 hours a week for each person: 1 hour left, and a new one from "
        "Monday 30 November."
    )
    assert hold(space, person, 1, TOMORROW + 4 * HOUR)
    assert hold(space, make_user(), 4, TOMORROW + 6 * HOUR)
    assert hold(space, person, 4, TOMORROW + timedelta(days=7))  # next week


def test_what_was_cancelled_or_ran_out_is_not_counted(space: Space, person: User) -> None:
    quota(space, 1, counts="bookings")
    cancelled = hold(space, person)
    operations.cancel(booking=cancelled, by=person, as_owner=False, now=NOW)
    late = make_booking(space, TOMORROW + 5 * HOUR, by=person, status=Status.HELD)
    Booking.objects.filter(pk=late.pk).update(expires_at=NOW)

    assert hold(space, person)
    with pytest.raises(QuotaUsed):
        hold(space, person, 1, TOMORROW + 2 * HOUR)


@pytest.mark.parametrize("level", ["space", "owner", "district"])
def test_each_level_counts_over_what_is_its_own(level: str, person: User) -> None:
    here = make_space()
    same_owner = make_space(here.place)
    elsewhere = make_space()
    of: dict[str, dict[str, Any]] = {
        "space": {},
        "owner": {"owner": here.organisation},
        "district": {"rulebook": Rulebook.objects.create(version=1, published_at=NOW)},
    }
    quota(here, 1, counts="bookings", **of[level])
    hold(here, person)

    def can(space: Space) -> bool:
        try:
            hold(space, person, 1, TOMORROW + 5 * HOUR)
        except QuotaUsed:
            return False
        return True

    assert [can(here), can(same_owner), can(elsewhere)] == {
        "space": [False, True, True],
        "owner": [False, False, True],
        "district": [False, False, False],
    }[level]


def test_only_the_rulebook_in_force_has_quotas(space: Space, person: User) -> None:
    for version, published_at in ((1, NOW), (2, NOW), (3, None)):
        book = Rulebook.objects.create(version=version, published_at=published_at)
        if version != 2:
            quota(space, 1, counts="bookings", rulebook=book)
    hold(space, person)
    assert hold(space, person, 1, TOMORROW + 5 * HOUR)


def test_students_share_what_is_theirs_together(space: Space) -> None:
    quota(space, 2, counts="bookings", whose="affiliation", affiliation="student")
    hold(space, student())
    hold(space, student(), 1, TOMORROW + 2 * HOUR)

    with pytest.raises(QuotaUsed):
        hold(space, student(), 1, TOMORROW + 4 * HOUR)
    assert hold(space, student(expires_at=NOW), 1, TOMORROW + 4 * HOUR)  # is one no longer
    assert hold(space, make_user(), 1, TOMORROW + 6 * HOUR)


def test_an_organisation_has_its_quota_whoever_books_for_it(space: Space) -> None:
    quota(space, 1, counts="bookings", whose="organisation")
    firm = make_organisation()
    hold(space, make_member(firm), organisation=firm)

    with pytest.raises(QuotaUsed):
        hold(space, make_member(firm), 1, TOMORROW + 2 * HOUR, organisation=firm)
    assert hold(space, make_user(), 1, TOMORROW + 4 * HOUR)  # for nobody


def test_who_keeps_the_space_is_not_bound(space: Space) -> None:
    quota(space, 1, counts="bookings")
    host = make_member(space.organisation, Role.HOST)
    hold(space, host)
    assert hold(space, host, 1, TOMORROW + 2 * HOUR)


def test_a_yes_within_the_minute_of_another_clock_is_within_the_quota(
    space: Space, person: User
) -> None:
    """Where it had run out already, the time was used for something else."""
    quota(space, 1, counts="bookings")
    asked = make_booking(space, TOMORROW, by=person, status=Status.REQUESTED)
    until = asked.expires_at
    assert until is not None
    operations.hold(
        space=space,
        span=period(TOMORROW + 5 * HOUR, TOMORROW + 6 * HOUR),
        by=person,
        now=until,
    )

    with pytest.raises(QuotaUsed):
        operations.approve(booking=asked, by=make_user(), now=until - timedelta(seconds=1))
    asked.refresh_from_db()
    assert asked.status == Status.REQUESTED


def test_a_yes_to_a_change_is_within_the_quota(space: Space, person: User) -> None:
    quota(space, 240)
    booking = hold(space, person, 2)
    Space.objects.filter(pk=space.pk).update(is_instant=False)
    change = operations.reschedule(
        booking=Booking.objects.get(pk=booking.pk),
        span=period(TOMORROW, TOMORROW + 4 * HOUR),
        by=person,
        now=NOW,
    )
    Space.objects.filter(pk=space.pk).update(is_instant=True)
    hold(Space.objects.get(pk=space.pk), person, 1, TOMORROW + 6 * HOUR)

    with pytest.raises(QuotaUsed):
        operations.approve_change(change=change, by=make_user(), now=NOW)
    booking.refresh_from_db()
    assert booking.end == TOMORROW + 2 * HOUR


@pytest.mark.parametrize(
    ("window", "moment", "first", "after"),
    [
        ("day", "2026-10-25T12:00", "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
        ("day", "2027-03-28T12:00", "2027-03-27T23:00", "2027-03-28T22:00"),  # 23 hours
        ("week", "2026-11-29T22:59", "2026-11-22T23:00", "2026-11-29T23:00"),
        ("week", "2026-11-29T23:00", "2026-11-29T23:00", "2026-12-06T23:00"),
        ("month", "2026-12-31T22:59", "2026-11-30T23:00", "2026-12-31T23:00"),
        ("semester", "2026-07-31T21:59", "2025-12-31T23:00", "2026-07-31T22:00"),
        ("semester", "2026-07-31T22:00", "2026-07-31T22:00", "2026-12-31T23:00"),
    ],
)
def test_a_window_is_the_places_own(
    window: str, moment: str, first: str, after: str, space: Space
) -> None:
    def utc(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    found = window_of(window, utc(moment), space.place.zone)
    assert found == Period(utc(first), utc(after), "[)")


# --- As it is told ----------------------------------------------------------------------


def test_the_page_and_the_api_tell_before_one_tries(
    client: Client, space: Space, person: User
) -> None:
    quota(space, 1, counts="bookings")
    hold(space, person)
    client.force_login(person)
    wish = {"date": "2026-11-24", "from": "16:00", "to": "17:00"}

    panel = client.get(f"{space.get_absolute_url()}panel/", wish).content.decode()
    assert "The quota is 1 booking a week for each person: 0 bookings left" in panel

    asked = {
        "space": space.pk,
        "start": "2026-11-24T16:00:00+01:00",
        "end": "2026-11-24T17:00:00+01:00",
    }
    told = client.post("/api/v1/quotes/", asked, content_type="application/json").json()
    assert (told["bookable"], told["code"]) == (False, "quota_used")
    refused = client.post("/api/v1/bookings/", asked, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "quota_used")


# --- As owners set it -------------------------------------------------------------------


@pytest.mark.parametrize("level", ["space", "organisation"])
def test_owners_set_quotas_and_take_them_away(client: Client, level: str) -> None:
    cast = Cast()
    space = make_space(make_place(cast.organisation))
    cast.sign_in(client, "manager")
    there = (
        f"/owner/spaces/{space.slug}/rules/quotas/"
        if level == "space"
        else f"/owner/organisations/{cast.organisation.slug}/rules/quotas/"
    )
    wish = {"amount": "4", "counts": "minutes", "window": "week", "whose": "person"}

    assert client.post(there, wish).status_code == 302
    again = client.post(there, wish)
    assert "There is a quota for just that already." in again.content.decode()
    assert client.post(there, {**wish, "whose": "affiliation"}).status_code == 422

    made = Quota.objects.get()
    assert (made.amount, made.space, made.owner) == (
        (240, space, None) if level == "space" else (240, None, cast.organisation)
    )
    client.post(f"{there}{made.pk}/drop/")
    assert not Quota.objects.exists()
