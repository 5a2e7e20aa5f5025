"""A cart and a series for somebody else: theirs, as one booking is."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from billing import operations
from billing.models import CartItem, Order
from bookings import deliveries
from bookings.models import Booking, Delivery, Kind, Series, Status
from bookings.operations import Item, Whom
from bookings.operations.behalf import NotForThem
from bookings.queries.series import days_of
from bookings.quotas import QuotaUsed
from spaces.models import Quota, Space
from spaces.periods import period
from tests.billing.test_views import LATER, TOMORROW
from tests.bookings.test_series import as_wanted, tuesdays
from tests.cast import Cast
from tests.factories import make_member, make_organisation, make_series, make_space
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db
NEW = "gjest@example.org"


def in_cart(*spaces: Space, by: User) -> None:
    items = [Item(space, period(TOMORROW, LATER), 1, 1) for space in spaces]
    operations.add_to_cart(items=items, by=by, now=timezone.now())


def rule(space: Space, count: int = 2) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=3)
    return {
        "date": day.isoformat(),
        "from": "10:00",
        "to": "12:00",
        "repeat": "weekly",
        "weekdays": [day.isoweekday()],
        "count": count,
        "quantity": 1,
        "people": 1,
    }


def booked_for(space: Space, by: User, whom: Whom, **more: Any) -> Series:
    series = tuesdays(space, 2, starts_on=timezone.localdate() + timedelta(days=3), **more)
    series.rrule = f"FREQ=WEEKLY;BYDAY={series.starts_on:%a}".upper()[:-1] + ";COUNT=2"
    return operations.book_series(
        series=series, picks=as_wanted(series), by=by, now=timezone.now(), whom=whom
    )


# --- A cart -----------------------------------------------------------------------------


def test_a_host_books_a_cart_for_a_guest(client: Client, cast: Cast, space: Space) -> None:
    other = make_space(space.place, name="Fjord")
    in_cart(space, other, by=cast.host)
    cast.sign_in(client, "host")
    said = {"for_email": NEW, "for_name": "Gro Gjest"}

    seen = client.post(reverse("cart"), {**said, "see": "1"})
    assert (seen.status_code, Booking.objects.count()) == (200, 0)
    assert NEW in seen.content.decode()
    assert client.post(reverse("cart"), said)["Location"] == reverse("bookings")

    booked = Booking.objects.all()
    assert {(one.booker.email, one.made_by, one.status) for one in booked} == {
        (NEW, cast.host, Status.CONFIRMED)
    }
    assert {one.space for one in booked} == {space, other}
    assert not CartItem.objects.exists()


def test_what_a_cart_for_another_costs_they_pay_by_a_link(
    standin: StandIn, client: Client, cast: Cast, space: Space
) -> None:
    space.prices.update(amount=10_000)
    cast.sign_in(client, "host")
    asked = {
        "for_email": NEW,
        "bookings": [{"space": space.pk, "start": TOMORROW.isoformat(), "end": LATER.isoformat()}],
    }

    answer = client.post("/api/v1/orders/", asked, content_type="application/json")

    assert answer.status_code == 201
    assert answer.json()["checkout_url"] is None
    order = Order.objects.get()
    assert order.buyer.email == NEW
    assert order.checkout_url not in answer.content.decode()
    assert Delivery.objects.filter(kind=Kind.TO_PAY, recipient=order.buyer).exists()


def test_a_cart_for_a_stranger_is_refused_and_kept(cast: Cast, space: Space) -> None:
    in_cart(space, by=cast.booker)
    with pytest.raises(NotForThem), transaction.atomic():
        operations.book_cart(by=cast.booker, now=timezone.now(), whom=Whom(NEW))
    assert CartItem.objects.count() == 1
    assert not User.objects.filter(email=NEW).exists()


# --- A series ---------------------------------------------------------------------------


def test_a_host_books_a_series_for_a_guest(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "host")
    url = reverse("repeat", args=[space.slug])
    table = client.get(url, rule(space)).context["table"]
    picks = {row.name: row.wanted.value for row in table.rows}
    said = {**rule(space), **picks, "for_email": NEW, "for_name": "Gro Gjest"}

    seen = client.post(url, {**said, "see": "1"})
    assert NEW in seen.content.decode()
    done = client.post(url, said)

    series = Series.objects.get()
    assert done["Location"] == series.get_absolute_url()
    assert (series.booker.email, series.made_by) == (NEW, cast.host)
    assert {(one.booker, one.made_by) for one in series.bookings.all()} == {
        (series.booker, cast.host)
    }
    assert "Gro Gjest" in client.get(done["Location"]).content.decode()
    told = Delivery.objects.filter(kind=Kind.SERIES_BOOKED)
    assert {one.recipient for one in told} == {series.booker, cast.owner, cast.manager}
    deliveries.send_due(now=timezone.now())
    (letter,) = [one for one in mail.outbox if one.to == [NEW]]
    assert str(cast.host) in letter.body
    assert NEW in letter.body  # how they come in


def test_its_quota_is_of_whom_it_is_for(cast: Cast, space: Space) -> None:
    company = make_organisation()
    member, colleague = make_member(company, Role.HOST), make_member(company, Role.HOST)
    Quota.objects.create(space=space, counts="bookings", amount=3, window="semester")
    whom = Whom(colleague.email)
    first = booked_for(space, member, whom, organisation=company)

    with pytest.raises(QuotaUsed), transaction.atomic():
        booked_for(space, member, whom, organisation=company, opens=900, closes=960)
    mine = booked_for(space, member, Whom(member.email), opens=900, closes=960)

    assert (first.booker, mine.booker, mine.made_by) == (colleague, member, None)


def test_who_made_it_sees_moves_and_cancels_it_and_nobody_else(
    client: Client, cast: Cast, space: Space
) -> None:
    series = booked_for(space, cast.host, Whom(cast.booker.email))
    url = series.get_absolute_url()
    for who, answer in (("host", 200), ("booker", 200), ("other", 404), ("owner", 404)):
        cast.sign_in(client, who)
        assert client.get(url).status_code == answer
        assert client.get(f"/api/v1/series/{series.pk}/").status_code == answer
    cast.sign_in(client, "host")
    client.post(reverse("series_cancel", args=[series.pk]))
    assert {one.status for one in series.bookings.all()} == {Status.CANCELLED}


def test_a_day_that_who_made_it_adds_is_theirs_whose_it_is(cast: Cast, space: Space) -> None:
    series = booked_for(space, cast.host, Whom(cast.booker.email))
    first = series.bookings.order_by("period")[0]
    now = timezone.now()
    operations.cancel(booking=first, by=cast.host, as_owner=False, now=now)
    (day,) = (one for one in days_of(series, now=now) if one.can_add)
    pick = next(one for one in as_wanted(series) if one.day == day.day)

    added = operations.add_to_series(series=series, pick=pick, by=cast.host, now=now)

    assert (added.booker, added.made_by) == (cast.booker, cast.host)


def test_who_made_it_is_not_shown_where_to_pay(
    standin: StandIn, client: Client, cast: Cast, space: Space
) -> None:
    space.prices.update(amount=10_000)
    series = booked_for(space, cast.host, Whom(NEW))
    order = Order.objects.get()
    assert (order.buyer, order.lines.count()) == (series.booker, 2)
    assert Delivery.objects.filter(kind=Kind.TO_PAY, recipient=series.booker).count() == 1

    cast.sign_in(client, "host")
    page = client.get(series.get_absolute_url())
    told = client.get(f"/api/v1/series/{series.pk}/")

    assert page.context["to_pay"] is None
    assert order.checkout_url not in told.content.decode()


def test_the_api_books_a_series_for_a_colleague(client: Client, cast: Cast, space: Space) -> None:
    company = make_organisation(slug="firma")
    member, colleague = make_member(company, Role.HOST), make_member(company, Role.HOST)
    client.force_login(member)
    asked = {
        **rule(space),
        "space": space.pk,
        "organisation": "firma",
        "for_email": colleague.email,
    }

    preview = client.post("/api/v1/series/?preview=1", asked, content_type="application/json")
    done = client.post("/api/v1/series/", asked, content_type="application/json")

    assert (preview.status_code, done.status_code) == (200, 201)
    assert Series.objects.get().booker == colleague


def test_nobody_has_made_a_series_for_themselves(cast: Cast, space: Space) -> None:
    with pytest.raises(Exception, match="series_made_by_another"), transaction.atomic():
        make_series(space, TOMORROW, by=cast.booker, made_by=cast.booker)
