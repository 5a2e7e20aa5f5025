"""The owner's workspace on a phone: what a host sees first, and what can be done from there."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Role, User
from bookings.models import Booking, Closure, Kind, Status
from tests.browser.conftest import District
from tests.factories import make_member

SignIn = Callable[[User], None]
PAGES = [
    "/owner/",
    "/owner/month/",
    "/owner/requests/",
    "/owner/conflicts/",
    "/owner/organisations/",
    "/owner/spaces/nidelva/publishing/",
]


@pytest.fixture
def host(full_district: District) -> User:
    return make_member(full_district.room.organisation, Role.HOST)


@pytest.mark.parametrize("path", PAGES)
def test_the_tab_one_is_on_is_in_sight(
    phone: Page, live_server, full_district: District, sign_in: SignIn, path: str
) -> None:
    sign_in(full_district.owner)
    phone.goto(live_server.url + path)

    for tab in phone.locator("nav.tabs [aria-current]").all():
        box = tab.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize("path", PAGES[:4])
def test_nothing_is_cut_at_320_pixels(
    page: Page, live_server, full_district: District, sign_in: SignIn, path: str
) -> None:
    sign_in(full_district.owner)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + path)
    expect(page.locator("main")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_host_sees_who_is_here_without_scrolling_and_answers(
    phone: Page, live_server, full_district: District, sign_in: SignIn, host: User
) -> None:
    sign_in(host)
    phone.goto(f"{live_server.url}/owner/")

    expect(phone.locator(".guest").first).to_be_in_viewport()
    expect(phone.locator(".guest").first).to_contain_text("Ingrid Aune")
    phone.locator(".ow-waits .btn.primary").first.click()

    expect(phone).to_have_url(f"{live_server.url}/owner/")
    expect(phone.locator(".ow-asks")).to_have_count(0)
    assert not Booking.objects.filter(status=Status.REQUESTED).exists()


def test_dragging_over_a_line_chooses_a_time_to_close(
    page: Page, live_server, full_district: District, sign_in: SignIn
) -> None:
    sign_in(full_district.owner)
    page.goto(f"{live_server.url}/owner/?date={full_district.day}")
    row = page.locator(".board-row", has_text="Nidelva").first
    line = row.locator(".daybar")
    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    assert box is not None
    board = page.locator("drag-to-close")
    starts, ends = (int(str(board.get_attribute(f"data-{name}"))) for name in ("from", "to"))

    def x(minute: int) -> float:
        return box["x"] + box["width"] * (minute - starts) / (ends - starts)

    offer = page.locator(".ow-chosen")
    for is_meant in (False, True):
        page.mouse.move(x(18 * 60 + 10), box["y"] + 3)
        page.mouse.down()
        page.mouse.move(x(19 * 60), box["y"] + 3)
        page.mouse.move(x(19 * 60 + 20), box["y"] + 3)
        page.mouse.up()
        expect(offer.locator("a")).to_have_text("Steng Nidelva, 18–19.30")
        if not is_meant:
            page.keyboard.press("Escape")
            expect(offer).to_be_hidden()
    offer.locator("a").click()

    expect(page.locator("#close-from")).to_have_value("18:00")
    expect(page.locator("#close-to")).to_have_value("19:30")
    page.locator("main form .btn.primary").click()

    expect(page.locator(".ow-closures")).to_contain_text("18–19.30")
    closure = Closure.objects.latest("pk")
    assert closure.space == full_district.room
    assert closure.period.upper - closure.period.lower == timedelta(minutes=90)


def test_a_conflict_is_sorted_out_from_today(
    phone: Page, live_server, full_district: District, sign_in: SignIn, host: User
) -> None:
    sign_in(host)
    phone.goto(f"{live_server.url}/owner/")
    phone.locator("main a[href='/owner/conflicts/'].btn").click()

    phone.locator(".ways select").select_option("keep")
    phone.locator("main form .btn.primary").click()

    expect(phone.locator(".empty")).to_be_visible()
    expect(phone).to_have_url(re.compile("/owner/conflicts/$"))
    assert Booking.objects.filter(events__kind=Kind.KEPT).count() == 1


def test_a_free_stretch_is_closed_by_keyboard_alone(
    page: Page, live_server, full_district: District, sign_in: SignIn
) -> None:
    sign_in(full_district.owner)
    page.goto(f"{live_server.url}/owner/?date={full_district.day}")
    row = page.locator(".board-row", has_text="Nidelva").first

    row.locator(".bar-offer").first.focus()
    page.keyboard.press("Enter")

    expect(page.locator("#close-from")).to_have_value("07:00")
    expect(page.locator("#close-to")).to_have_value("09:00")


def test_a_booking_in_the_way_is_kept_and_the_rest_closed(
    phone: Page, live_server, full_district: District, sign_in: SignIn
) -> None:
    sign_in(full_district.owner)
    day = full_district.day
    phone.goto(f"{live_server.url}/owner/spaces/nidelva/close/?date={day}&from=08:00&to=15:00")
    phone.locator("main form.ow-close .btn.primary").click()

    ways = phone.locator(".ways select")
    expect(ways.first).to_be_visible()
    for way in ways.all():
        way.select_option("keep")
    phone.locator("main form.ow-close .btn.primary").click()

    expect(phone.locator(".ow-closures").first).to_contain_text("08–15")
    closure = Closure.objects.latest("pk")
    booked = Booking.objects.filter(space=closure.space, status=Status.CONFIRMED)
    assert booked.filter(period__overlap=closure.period).exists()
    assert closure.occupancies.count() > 1
