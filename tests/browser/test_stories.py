"""Three who look for a time: a student late at night, a company with days to spare, and what
comes close when nothing fits."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.models import Booking, Status
from spaces.models import Kind
from tests.browser.conftest import District
from tests.browser.test_accessibility import require_accessible
from tests.factories import make_member, make_organisation, make_space

SignIn = Callable[[User], None]
Taps = Callable[[Page], int]
OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture
def half_past_ten() -> time_machine.travel:
    """22.40 of today, in Trondheim."""
    today = timezone.localtime(timezone=OSLO).date()
    return time_machine.travel(datetime.combine(today, time(22, 40), OSLO), tick=True)


def test_a_student_at_22_40_has_a_desk_four_taps_later(
    phone: Page, live_server, district: District, sign_in: SignIn, taps: Taps, half_past_ten
) -> None:
    with half_past_ten:
        sign_in(district.student)
        phone.goto(live_server.url)
        phone.locator(".kinds .chip", has_text="Arbeidsplasser").click()
        expect(phone.locator(".res-on")).to_contain_text("Arbeidsplasser")
        phone.get_by_role("link", name="Nå 23–01").click()
        phone.locator(".row h3 a").first.click()
        phone.locator("#bookbar button").click()
        expect(phone.locator(".is-confirmed").first).to_be_visible()
        assert taps(phone) == 4

    booking = Booking.objects.get()
    start = booking.start.astimezone(OSLO)
    assert (booking.space, booking.status) == (district.desks, Status.CONFIRMED)
    assert (start.hour, start.minute) == (23, 0)
    assert booking.end - booking.start == timedelta(hours=2)


def test_a_company_finds_half_a_day_in_a_lab_within_the_week(
    page: Page, live_server, district: District, sign_in: SignIn
) -> None:
    sign_in(district.owner)
    page.goto(live_server.url)
    page.get_by_role("link", name="Når som helst").click()
    page.locator(".kinds .chip", has_text="Lab").click()
    page.locator("select[name=minutes]").select_option("240")
    expect(page.locator(".slots")).to_have_count(1)
    expect(page.locator(".slot")).to_have_count(3)

    page.locator(".slot").nth(1).click()
    expect(page.locator("#panel [name=from]")).to_have_value("08:00")
    expect(page.locator("#panel [name=to]")).to_have_value("12:00")


def test_a_company_asks_for_a_lab_for_three_days_running(
    page: Page, live_server, district: District, sign_in: SignIn
) -> None:
    district.lab.prices.update(amount=0)
    company = make_member(make_organisation("Biotek AS"))
    EmailAddress.objects.create(user=company, email=company.email, verified=True, primary=True)
    sign_in(company)
    page.goto(f"{live_server.url}/?kind=lab&date={district.day}&from=08:00&to=16:00")
    page.locator(".row-repeat a").click()
    page.get_by_label("Hvor ofte").select_option("daily")
    page.get_by_label("Hvor mange ganger").fill("3")
    page.get_by_label("Hva skal dere gjøre?").fill("Celleforsøk")
    page.get_by_role("button", name="Vis alle tidene").click()
    expect(page.get_by_role("heading", name="3 av 3 i Våtlab 3")).to_be_visible()

    page.get_by_role("button", name="Book tidene").click()
    expect(page.locator(".series-list .is-requested")).to_have_count(3)
    asked = Booking.objects.order_by("period")
    days = [booking.start.astimezone(OSLO).date() for booking in asked]
    assert [day - days[0] for day in days] == [timedelta(days=n) for n in range(3)]
    assert {(booking.space, booking.booker) for booking in asked} == {(district.lab, company)}


def test_a_company_books_a_lab_for_three_days_on_a_phone(
    phone: Page, live_server, district: District, sign_in: SignIn, taps: Taps
) -> None:
    lab = make_space(
        district.lab.place,
        name="Klimakammeret",
        kind=Kind.LAB,
        hours="always",
        max_length=7 * 24 * 60,
    )
    company = make_member(make_organisation("Biotek AS"))
    EmailAddress.objects.create(user=company, email=company.email, verified=True, primary=True)
    first = date.fromisoformat(district.day)
    last = first + timedelta(days=2)
    sign_in(company)
    phone.goto(f"{live_server.url}/?kind=lab&date={first}&from=09:00&to=16:00")
    expect(phone.get_by_label("Til og med")).to_be_hidden()
    phone.get_by_text("Flere dager").click()
    phone.get_by_label("Til og med").fill(last.isoformat())
    expect(phone.locator(".row h3")).to_have_text(["Klimakammeret", "Våtlab 3"])
    expect(phone.locator(".row .state").last).to_contain_text("Høyst 12 timer")
    phone.locator(".row h3 a").first.click()
    expect(phone.locator("#panel [name=last]")).to_have_value(last.isoformat())
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.locator("#bookbar button").click()
    expect(phone.locator(".is-confirmed").first).to_be_visible()
    assert taps(phone) == 3  # and a last day

    booking = Booking.objects.get()
    start, end = (one.astimezone(OSLO) for one in (booking.start, booking.end))
    assert (booking.space, booking.booker) == (lab, company)
    assert (start.date(), start.hour, end.date(), end.hour) == (first, 9, last, 16)


def test_what_comes_close_says_what_is_otherwise(
    phone: Page, live_server, district: District
) -> None:
    phone.goto(f"{live_server.url}/anytime/?people=10&kind=meeting_room")
    expect(phone.get_by_text("Ingen tid passer med alt dette")).to_be_visible()
    expect(phone.locator(".almost")).to_contain_text("Plass til 8 personer")


@pytest.mark.parametrize("query", ["", "?people=10&kind=meeting_room"])
def test_any_time_is_accessible(
    page: Page, live_server, full_district: District, query: str
) -> None:
    require_accessible(page, f"{live_server.url}/anytime/{query}")
