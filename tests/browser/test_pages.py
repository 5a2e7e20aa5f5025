"""How the pages behave: by mouse, by keyboard, and with no script at all."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from bookings.models import Booking, Status
from tests.browser.conftest import District

SignIn = Callable[[User], None]


def slot(page: Page, day: str, clock: str):
    return page.locator(f".slot[value='{day}T{clock}']")


@pytest.fixture
def space_page(page: Page, live_server, district: District) -> Page:
    page.set_viewport_size({"width": 1280, "height": 1800})
    page.goto(f"{live_server.url}/spaces/nidelva/?date={district.day}")
    return page


def test_dragging_over_the_week_fills_the_panel(space_page: Page, district: District) -> None:
    day = district.day
    slot(space_page, day, "13:00").drag_to(slot(space_page, day, "14:30"))

    expect(space_page.locator("#panel [name=from]")).to_have_value("13:00")
    expect(space_page.locator("#panel [name=to]")).to_have_value("15:00")
    expect(space_page.locator("#quote .tot")).to_contain_text(re.compile(r"640\s*kr"))


def test_the_week_works_by_keyboard_alone(space_page: Page, district: District) -> None:
    first = slot(space_page, district.day, "13:00")
    first.focus()
    space_page.keyboard.press("Shift+ArrowDown")
    space_page.keyboard.press("Shift+ArrowDown")

    expect(space_page.locator(".slot.sel")).to_have_count(3)
    expect(slot(space_page, district.day, "14:00")).to_be_focused()
    space_page.keyboard.press("Escape")
    expect(space_page.locator(".slot.sel")).to_have_count(0)


def test_a_time_that_went_meanwhile_is_refused_in_place(
    page: Page, live_server, district: District, sign_in: SignIn
) -> None:
    sign_in(district.student)
    page.goto(f"{live_server.url}/spaces/nidelva/?date={district.day}&from=13:00&to=15:00")
    district.book(district.room, 13, 15)

    with page.expect_response(re.compile("/book/")) as answer:
        page.locator("#quote .go").click()

    assert answer.value.status == 422
    expect(page.locator("#panel [role=alert]")).to_be_visible()
    expect(page.locator("#panel [name=from]")).to_have_value("13:00")


@pytest.mark.parametrize("language", ["en", "nn", "nb"])
def test_the_language_is_changed_and_said(page: Page, live_server, district: District, language):
    page.goto(f"{live_server.url}/spaces/nidelva/")
    page.locator("[popovertarget]:visible").first.click()
    page.locator(f"button[name=language][value={language}]:visible").first.click()

    expect(page.locator("html")).to_have_attribute("lang", language)
    assert "/spaces/nidelva/" in page.url


def test_pins_on_the_map_lead_to_spaces(page: Page, live_server, district: District) -> None:
    page.goto(f"{live_server.url}/?kind=lab")

    pin = page.locator(".pin-in").first

    expect(pin).to_be_visible()
    pin.click()
    expect(page).to_have_url(re.compile("/spaces/vatlab-3/"))


def test_filters_swap_only_the_results(page: Page, live_server, district: District) -> None:
    page.goto(live_server.url)
    page.locator(".seek").evaluate("form => form.dataset.mark = 'same'")

    page.locator("label:has([name=free])").click()

    expect(page).to_have_url(re.compile("free=on"))
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".seek[data-mark=same]")).to_have_count(1)


@pytest.fixture
def plain(browser: Browser, client, live_server) -> Iterator[Page]:
    """A browser without script."""
    context = browser.new_context(java_script_enabled=False, locale="nb-NO")
    yield context.new_page()
    context.close()


def test_everything_works_without_script(
    plain: Page, live_server, district: District, client
) -> None:
    client.force_login(district.student)
    session = client.cookies["sessionid"].value
    plain.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    plain.goto(f"{live_server.url}/?date={district.day}&from=13:00&to=15:00")
    plain.locator("[name=kind][value=desk_area]").check(force=True)
    plain.locator(".ask-go").click()
    expect(plain.locator(".row")).to_have_count(1)
    plain.locator(".row h3 a").click()
    slot(plain, district.day, "16:00").click()
    expect(plain).to_have_url(re.compile("slot="))  # else the next click meets the page before
    expect(plain.locator("#panel [name=from]")).to_have_value("16:00")
    plain.locator("#quote .go").click()
    expect(plain.locator(".is-confirmed").first).to_be_visible()
    plain.locator("a[href$='/cancel/']").click()
    plain.locator(".bk-cancel button").click()
    expect(plain.locator(".is-cancelled").first).to_be_visible()

    assert Booking.objects.get().status == Status.CANCELLED
