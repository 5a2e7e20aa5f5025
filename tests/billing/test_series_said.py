"""What is said of a series is said of each of its bookings, and priced and refused as theirs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, User
from billing import operations
from billing.models import Order
from bookings import operations as bookings
from bookings.models import Attendee, Delivery, Kind, Occupancy, Pass, Series, Status
from bookings.operations import Pick
from bookings.refusals import AddOnNotOffered, WrongState
from spaces.models import AddOn, Space
from tests.billing.test_on_account import agree
from tests.billing.test_series import RULE, ask, wish
from tests.bookings.test_passes import make_pass
from tests.bookings.test_series import TUESDAY, as_wanted, at, tuesdays
from tests.cast import EVIL, Cast
from tests.factories import (
    NOW,
    make_add_on,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_series,
    make_space,
)
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.usefixtures("monday_noon", "in_english")

WEEK = timedelta(weeks=1)


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), name="Nidelva", slug="nidelva", price=10_000)


@pytest.fixture
def projector(space: Space) -> AddOn:
    return make_add_on(space.place, [space], count=1, amount=5_000)


@pytest.fixture
def booker(cast: Cast, client: Client) -> User:
    client.force_login(cast.booker)
    cast.booker.refresh_from_db()
    return cast.booker


@pytest.fixture
def company(booker: User) -> Organisation:
    company = make_organisation(slug="firma")
    make_member(company, user=booker)
    return company


def table_of(client: Client, space: Space, **changes: Any) -> Any:
    return client.get(reverse("repeat", args=[space.slug]), {**RULE, "count": "3", **changes})


def booked(client: Client, space: Space, **said: Any) -> Any:
    rule = {**RULE, "count": "3", **said}
    shown = client.get(reverse("repeat", args=[space.slug]), rule).context["table"]
    picks = {row.name: row.chosen for row in shown.rows}
    return client.post(reverse("repeat", args=[space.slug]), {**rule, **picks})


def test_the_page_books_each_with_what_is_said_once(
    client: Client, company: Organisation, space: Space, projector: AddOn, standin: StandIn
) -> None:
    answer = booked(
        client,
        space,
        **{f"add-on-{projector.pk}": "1"},
        note="We bring cake",
        visibility="organisation",
        organisation=str(company.pk),
        cost_centre="4711",
        reference="Anne",
    )

    order = Order.objects.get()
    assert answer["Location"] == order.checkout_url
    assert order.amount == 3 * (2 * 10_000 + 5_000)
    for booking in Series.objects.get().bookings.all():
        assert (booking.note, booking.visibility) == ("We bring cake", "organisation")
        assert (booking.organisation, booking.cost_centre) == (company, "4711")
        assert (booking.reference, booking.add_ons.get().add_on) == ("Anne", projector)
        assert Occupancy.objects.filter(booking=booking).count() == 2


def test_the_table_counts_what_is_along_and_says_on_which_day_it_is_taken(
    client: Client, booker: User, space: Space, projector: AddOn
) -> None:
    other = make_space(space.place)
    projector.spaces.add(other)
    taken = make_booking(other, at(TUESDAY + WEEK))
    taken.add_ons.create(add_on=projector)
    Occupancy.objects.create(
        place=space.place,
        unit=projector.units.get(),
        booking=taken,
        during=Occupancy.objects.get(booking=taken).during,
    )

    table = table_of(client, space, **{f"add-on-{projector.pk}": "1"}).context["table"]

    assert [row.is_free for row in table.rows] == [True, False, True]
    assert [one.sentence for one in table.rows[1].reasons] == ["Projector: 0 are left."]
    assert table.rows[0].wanted.price.amount == 25_000


def test_a_pass_lowers_the_sum_that_is_shown_and_what_is_paid(
    client: Client, booker: User, space: Space, standin: StandIn
) -> None:
    make_pass(space, booker, amount=180)  # an hour and a half of the third are left to pay

    shown = table_of(client, space)
    assert (shown.context["sum"].before.amount, shown.context["sum"].total.amount) == (
        60_000,
        30_000,
    )
    booked(client, space)

    assert Order.objects.get().amount == 30_000


def test_an_organisation_has_its_own_passes_and_terms(
    client: Client, company: Organisation, space: Space, standin: StandIn
) -> None:
    make_pass(space, organisation=company, amount=120)
    agree(space.organisation, company)

    assert table_of(client, space).context["sum"].total.amount == 60_000
    theirs = table_of(client, space, organisation=str(company.pk)).context
    assert (theirs["sum"].total.amount, theirs["owed_by"]) == (40_000, company)
    booked(client, space, organisation=str(company.pk), on_account="true")

    assert Order.objects.get().status == "account"
    assert {one.status for one in Series.objects.get().bookings.all()} == {Status.CONFIRMED}
    assert Pass.objects.with_left(NOW).get().left == 0


def test_the_sum_follows_what_is_picked_and_nothing_is_booked(
    client: Client, booker: User, space: Space
) -> None:
    rule = {**RULE, "count": "3"}
    first = table_of(client, space).context["table"].rows[0]

    answer = client.post(
        reverse("repeat", args=[space.slug]), {**rule, first.name: first.chosen, "see": "1"}
    )

    assert answer.status_code == 200
    assert answer.context["sum"].total.amount == 20_000
    assert answer.context["summary"] == "1 of 3 in Nidelva, 2 left out"
    assert not Series.objects.exists()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"visibility": "public"}, "public_title"),
        ({"visibility": "organisation"}, "visibility"),
    ],
)
def test_what_does_not_hang_together_is_told_beside_the_table(
    client: Client, booker: User, space: Space, said: dict[str, str], told: str
) -> None:
    answer = booked(client, space, note=EVIL, **said)

    assert answer.status_code == 422
    assert told in answer.context["form"].errors
    assert answer.context["table"]
    assert "<img src=x" not in answer.content.decode()
    assert not Series.objects.exists()


def test_a_day_that_is_added_later_is_as_the_others(
    booker: User, space: Space, projector: AddOn, standin: StandIn
) -> None:
    space.prices.all().delete()
    space.prices.create(audience="everyone", amount=0, per="hour")
    series = tuesdays(space, 3, note="Cake", add_ons={str(projector.pk): 1})
    picks = as_wanted(series)
    series = operations.book_series(series=series, picks=picks[:2], by=booker, now=NOW)

    added = operations.add_to_series(series=series, pick=picks[2], by=booker, now=NOW)

    assert (added.note, added.add_ons.get().add_on) == ("Cake", projector)


def test_in_another_space_one_has_along_what_there_is(
    booker: User, space: Space, projector: AddOn, standin: StandIn
) -> None:
    plain = make_space(space.place)
    series = tuesdays(space, 2, add_ons={str(projector.pk): 1})
    first, second = as_wanted(series)
    picks = [first, Pick(second.day, plain, second.span)]

    series = operations.book_series(series=series, picks=picks, by=booker, now=NOW)

    assert [one.add_ons.count() for one in series.bookings.order_by("period")] == [1, 0]


def test_the_api_takes_all_that_a_single_booking_takes(
    client: Client, company: Organisation, space: Space, projector: AddOn, standin: StandIn
) -> None:
    body = wish(
        space,
        add_ons=[{"id": projector.pk, "count": 1}],
        organisation="firma",
        cost_centre="4711",
        note="Cake",
        visibility="public",
        public_title="Open evening",
    )

    preview = ask(client, "?preview=1", body).json()
    answer = ask(client, "", body)

    assert preview["total"]["amount"] == 75_000
    assert answer.status_code == 201
    first = answer.json()["bookings"][0]
    assert (first["organisation"], first["cost_centre"]) == ("firma", "4711")
    assert first["public_title"] == "Open evening"


def test_what_is_not_offered_there_is_refused(client: Client, booker: User, space: Space) -> None:
    foreign = make_add_on(space.place)

    answer = ask(client, "", wish(space, add_ons=[{"id": foreign.pk}]))

    assert (answer.status_code, answer.json()["code"]) == (409, AddOnNotOffered.code)
    assert ask(client, "", wish(space, organisation="nobody")).status_code == 400


# --- Who comes along ----------------------------------------------------------------------


def test_people_are_invited_to_all_that_is_left_and_answer_each(
    client: Client, booker: User, space: Space
) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=booker)
    url = reverse("series_invite", args=[series.pk])

    for _click in range(2):
        client.post(url, {"people": "Ola Dunk <ola@example.org>, kari@example.org"})

    assert Attendee.objects.filter(booking__series=series).count() == 6
    assert Delivery.objects.filter(kind=Kind.INVITED).count() == 6
    page = client.get(url)
    assert [(one.email, count) for one, count in page.context["invited"]] == [
        ("ola@example.org", 3),
        ("kari@example.org", 3),
    ]


def test_the_api_invites_to_a_series(client: Client, booker: User, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=2, by=booker)

    answer = ask(client, f"{series.pk}/invite/", {"people": [{"email": "Ola@example.org"}]})

    assert answer.status_code == 200
    assert {one.email for one in Attendee.objects.all()} == {"ola@example.org"}
    assert ask(client, f"{series.pk}/invite/", {"people": []}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_more_than_the_space_is_for_are_invited_only_when_that_is_meant(
    client: Client, booker: User, space: Space
) -> None:
    Space.objects.update(capacity=2)
    series = make_series(space, at(TUESDAY), count=2, by=booker)
    url = reverse("series_invite", args=[series.pk])
    said = {"people": "ola@example.org, kari@example.org"}

    assert client.post(url, said).status_code == 422
    assert not Attendee.objects.exists()
    client.post(url, {**said, "beyond_capacity": "on"})

    assert Attendee.objects.count() == 4


def test_nobody_is_invited_to_what_is_over(booker: User, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=2, by=booker)
    series.bookings.update(status=Status.CANCELLED)

    with pytest.raises(WrongState):
        bookings.invite_to_series(
            series=series, people=[("", "ola@example.org")], by=booker, now=NOW
        )
