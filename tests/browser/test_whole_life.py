"""On a phone, with money: a series from its form to confirmed and moved, a cart over two
owners, and half an hour more with a saved card and without."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from billing import operations
from billing.models import Order
from bookings.models import Booking, Series, Status
from tests.browser.conftest import HOURS, District
from tests.browser.test_journey import GOOD, pay
from tests.factories import make_booking, make_organisation, make_place, make_space
from tools.stripe_standin import StandIn

SignIn = Callable[[User], None]
Work = Callable[[], None]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= 390)


def statuses() -> set[str]:
    return {one.status for one in Booking.objects.all()}


def test_a_paid_series_is_booked_paid_and_moved_to_another_time_of_day(
    phone: Page, live_server, district: District, standin: StandIn, sign_in: SignIn, work: Work
) -> None:
    first = date.fromisoformat(district.day) + timedelta(days=2)
    sign_in(district.student)
    phone.goto(f"{live_server.url}/spaces/nidelva/?date={first}&from=10:00&to=12:00")
    phone.get_by_role("link", name="Gjenta").click()
    phone.get_by_label("Hvor mange ganger").fill("3")
    phone.get_by_role("button", name="Vis alle tidene").click()

    total = phone.locator("#series-sum .tot dd")
    expect(total).to_contain_text(re.compile(r"1\s920\s*kr"))
    phone.locator(".pick input").nth(1).uncheck()
    expect(total).to_contain_text(re.compile(r"1\s280\s*kr"))
    expect(phone.locator("#times-h")).to_contain_text("2 av 3 i Nidelva")
    assert fits(phone)
    phone.get_by_role("button", name="Book tidene").click()
    expect(phone).to_have_url(re.compile(re.escape(standin.url)))
    pay(phone, GOOD)
    expect(phone.locator(".is-confirmed").first).to_be_visible()
    assert statuses() == {Status.CONFIRMED}
    work()

    phone.goto(live_server.url + Series.objects.get().get_absolute_url())
    assert fits(phone)
    phone.get_by_role("link", name="Endre alle som er igjen").click()
    phone.get_by_label("Fra").select_option("13:00")
    phone.get_by_label("Til").select_option("15:00")
    phone.get_by_role("button", name="Se hva som skjer").click()
    assert fits(phone)
    phone.get_by_role("button", name="Endre 2 bookinger").click()
    expect(phone.get_by_text("Serien er endret.")).to_be_visible()
    zone = district.room.place.zone
    assert {one.start.astimezone(zone).hour for one in Booking.objects.all()} == {13}


def test_a_cart_over_two_owners_is_paid_in_one_go(
    phone: Page, live_server, district: District, standin: StandIn, sign_in: SignIn
) -> None:
    theirs = make_place(make_organisation("Verftet AS"), name="Verftet")
    make_space(theirs, name="Kanalen", slug="kanalen", hours=HOURS, price=20_000)
    sign_in(district.student)
    for slug in ("nidelva", "kanalen"):
        time = f"date={district.day}&from=13:00&to=15:00"
        phone.goto(f"{live_server.url}/spaces/{slug}/?{time}")
        phone.get_by_role("button", name="Legg i kurven").click()
        expect(phone.get_by_role("heading", level=1)).to_have_text("Kurven din")
    assert fits(phone)

    phone.get_by_role("button", name=re.compile(r"Book alle, 1\s040\s*kr")).click()
    pay(phone, GOOD)

    expect(phone.locator(".is-confirmed").first).to_be_visible()
    assert statuses() == {Status.CONFIRMED}
    assert {one.owner.name for one in Order.objects.get().lines.all()} == {
        "Elveporten AS",
        "Verftet AS",
    }


@pytest.mark.parametrize("has_card", [True, False])
def test_half_an_hour_more_is_charged_or_paid_on_the_spot(
    phone: Page,
    live_server,
    district: District,
    standin: StandIn,
    sign_in: SignIn,
    work: Work,
    has_card: bool,
) -> None:
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    district.desks.prices.update(amount=10_000)
    times = (hour - timedelta(hours=1), hour + timedelta(hours=2))
    sitting = make_booking(district.desks, *times, by=district.student, amount=30_000)
    if has_card:
        setup = operations.open_setup(by=district.student, now=now, cap=200_000)
        standin.pay(setup.session_id, GOOD.replace(" ", ""))
        operations.settle_setup(setup, now=now)
    sign_in(district.student)
    phone.goto(live_server.url + sitting.get_absolute_url())

    phone.get_by_role("button", name=re.compile(r"30 minutter til, 50\s*kr")).click()
    if has_card:
        work()
        phone.goto(live_server.url + sitting.get_absolute_url())
    else:
        pay(phone, GOOD)

    expect(phone.locator(".bk-when, h1, .lede").filter(has_text="30").first).to_be_visible()
    sitting.refresh_from_db()
    assert sitting.end == times[1] + timedelta(minutes=30)
    assert sitting.amount == 35_000
    assert fits(phone)
