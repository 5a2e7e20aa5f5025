"""The door's display on a tablet, the sign, and checking in on a phone."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect

from accounts.models import User
from bookings.models import Booking, Status
from spaces.models import CodeFrom, Space
from spaces.operations import door_of, set_way_in
from tests.browser.conftest import District
from tests.browser.test_accessibility import SignIn, require_accessible
from tests.factories import make_booking

pytestmark = pytest.mark.browser

TABLET: ViewportSize = {"width": 1280, "height": 800}


def display_of(live_server: object, space: Space) -> str:
    token = door_of(space=space, now=timezone.now()).token
    return f"{live_server.url}/door/{token}/"  # type: ignore[attr-defined]


def one_desk(district: District) -> Space:
    district.desks.units.set(district.desks.units.all()[:1])
    return district.desks


def booked_now(space: Space, by: User | None = None) -> Booking:
    now = timezone.now().replace(second=0, microsecond=0)
    return make_booking(space, now - timedelta(minutes=20), now + timedelta(hours=1), by=by)


@pytest.fixture
def tablet(browser: Browser) -> Iterator[Page]:
    """A page whose console may tell of requests that fail."""
    context = browser.new_context(viewport=TABLET, locale="nb-NO")
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


@pytest.mark.parametrize("is_taken", [False, True])
def test_axe_on_the_display(page: Page, live_server, district: District, is_taken: bool) -> None:
    space = one_desk(district)
    if is_taken:
        booked_now(space)
    require_accessible(page, display_of(live_server, space))


def test_axe_on_the_owner_s_page_the_sign_and_at_the_door(
    page: Page, live_server, district: District, sign_in: SignIn
) -> None:
    display = display_of(live_server, district.desks)
    require_accessible(page, f"{display}here/")
    sign_in(district.owner)
    owner = f"{live_server.url}/owner/spaces/lesesalen/"
    require_accessible(page, f"{owner}door/")
    require_accessible(page, f"{owner}sign/")


def test_the_display_fits_a_tablet_on_either_side(
    page: Page, live_server, district: District
) -> None:
    address = display_of(live_server, district.desks)
    for width, height in ((1280, 800), (800, 1280)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address)
        page.wait_for_load_state("networkidle")
        size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        assert page.evaluate(size) == [width, height]
        expect(page.locator(".door-code svg.qr").first).to_be_visible()


def test_a_display_follows_what_is_booked(tablet: Page, live_server, district: District) -> None:
    page, space = tablet, one_desk(district)
    page.goto(display_of(live_server, space))
    expect(page.get_by_role("heading", level=1)).to_have_text("Ledig")
    booked_now(space)
    page.clock.fast_forward(31_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Opptatt")
    expect(page.locator(".door-stale")).to_be_hidden()


def test_a_display_that_is_not_answered_says_since_when(
    tablet: Page, live_server, district: District
) -> None:
    page, address = tablet, display_of(live_server, district.desks)
    page.goto(address)
    clock = page.locator(".door header p").last.inner_text()
    page.route(address, lambda route: route.abort())
    page.clock.fast_forward(31_000)
    stale = page.locator(".door-stale")
    expect(stale).to_be_visible()
    expect(stale).to_have_text(f"Ikke oppdatert siden {clock}")

    page.unroute(address)
    page.clock.fast_forward(31_000)
    expect(stale).to_be_hidden()


def test_a_display_whose_answers_never_come_says_so_too(
    tablet: Page, live_server, district: District
) -> None:
    page, address = tablet, display_of(live_server, district.desks)
    page.goto(address)
    page.route(address, lambda route: None)  # silent
    page.clock.run_for(80_000)
    expect(page.locator(".door-stale")).to_be_visible()


@pytest.mark.parametrize("scripted", [True, False])
def test_checking_in_at_the_door_on_a_phone(
    browser, live_server, district: District, scripted: bool
) -> None:
    door = door_of(space=district.desks, now=timezone.now())
    set_way_in(door=door, code_from=CodeFrom.BOOKING)
    booking = booked_now(district.desks, by=district.student)
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=scripted, locale="nb-NO"
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/door/{door.token}/here/")
    page.get_by_role("link", name="Logg inn for å sjekke inn").click()
    page.get_by_label("E-post").fill(district.student.email)
    page.locator("input[name=password]").fill("correct horse battery")
    page.locator("main button").first.click()
    page.get_by_role("button", name="Sjekk inn").click()
    expect(page.get_by_text("Velkommen.")).to_be_visible()
    expect(page.locator(".bk-code")).to_have_text(re.compile(r"^\d{6}$"))
    booking.refresh_from_db()
    assert booking.status == Status.CHECKED_IN
    context.close()
