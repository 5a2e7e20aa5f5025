"""A teacher books ten Tuesdays, one of which is taken."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from bookings.models import Series
from spaces.periods import at_minute
from tests.browser.conftest import District
from tests.browser.test_accessibility import require_accessible
from tests.factories import make_booking, make_space


@pytest.mark.parametrize("width", [390, 1280])
def test_a_teacher_books_ten_tuesdays(
    page: Page, live_server, district: District, sign_in, taps, width: int
) -> None:
    nidelva = district.room
    nidelva.prices.update(amount=0)
    fjord = make_space(nidelva.place, name="Fjord", slug="fjord", hours=(7 * 60, 21 * 60))
    zone = nidelva.place.zone
    today = timezone.localtime(timezone=zone).date()
    tuesday = today + timedelta(days=(1 - today.weekday()) % 7 or 7)
    tenth = tuesday + timedelta(weeks=9)
    make_booking(nidelva, at_minute(tenth, 600, zone), at_minute(tenth, 720, zone))
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(district.student)

    page.goto(f"{live_server.url}/?date={tuesday}&from=10:00&to=12:00")
    page.get_by_role("link", name="Gang etter gang").click()
    heading = page.get_by_role("heading", name="Nidelva")
    row = page.locator(".recurring .row", has=heading)
    expect(row.get_by_text("9 av 10 ganger")).to_be_visible()
    expect(row.locator(".again-lack")).to_contain_text("Fjord")
    require_accessible(page, page.url)
    page.set_viewport_size({"width": width, "height": 844})
    row.get_by_role("link", name="Se tidene").click()
    page.get_by_label("Hva skal dere gjøre?").fill("Statistikk")
    page.get_by_role("button", name="Vis tidene på nytt").click()
    expect(page.get_by_role("heading", name="9 av 10 i Nidelva, 1 i Fjord")).to_be_visible()
    require_accessible(page, page.url)
    page.set_viewport_size({"width": width, "height": 844})
    page.get_by_role("button", name="Book tidene").click()

    expect(page).to_have_url(re.compile("/series/"))
    expect(page.locator(".series-list .is-confirmed")).to_have_count(10)
    assert taps(page) == 4  # and what it is about
    expect(page.get_by_text("I Fjord")).to_be_visible()
    require_accessible(page, page.url)
    (series,) = Series.objects.all()
    assert series.bookings.get(recurrence_date=tenth).space == fjord

    page.goto(f"{live_server.url}/bookings/")
    page.get_by_role("link", name="og 9 til i serien").click()
    page.get_by_role("link", name="Avbestill alle som er igjen").click()
    page.get_by_role("button", name="Avbestill 10 bookinger").click()
    expect(page.locator(".series-list .is-cancelled")).to_have_count(10)
