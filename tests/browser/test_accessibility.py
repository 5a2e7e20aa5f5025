"""Every page, in light and dark, on a desk and on a phone: axe finds nothing to mend."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.models import Booking, Series, Status
from bookings.operations import invite, write_message
from spaces.models import Audience, Per
from tests.browser.conftest import District
from tests.factories import make_booking, make_series, make_source

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"preload": False, "runOnly": {"type": "tag", "values": TAGS}}
SIZES = [(1280, 900), (390, 844)]
LEAST_SLOT = {1280: 24, 390: 30}

SignIn = Callable[[User], None]


def require_accessible(page: Page, address: str) -> None:
    """axe in both schemes and sizes, and nothing that has to be scrolled to sideways."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.goto("about:blank")  # an address with a hash would only be scrolled to
            page.goto(address)
            page.wait_for_load_state("networkidle")
            found = Axe().run(page, options=OPTIONS)
            assert found.violations_count == 0, f"{address} {width} {scheme}\n" + (
                found.generate_report() or ""
            )
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address} is {wide} px wide on {width}"


def require_for_all(page: Page, address: str) -> None:
    """axe in the two views that differ most, of one load: dark on a desk, light on a phone."""
    page.emulate_media(reduced_motion="reduce")
    with page.expect_response(address.partition("#")[0]) as answered:
        page.goto(address)
    assert answered.value.ok, address
    for (width, height), scheme in zip(SIZES, ("dark", "light"), strict=True):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options=OPTIONS)
        said = found.generate_report() or ""
        assert found.violations_count == 0, f"{address} {width} {scheme}\n{said}"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address} is {wide} px wide on {width}"


def address_of(district: District, status: Status) -> str:
    return Booking.objects.get(status=status).get_absolute_url()


@pytest.mark.parametrize(
    "path",
    [
        "/?date={day}&from=13:00&to=15:00",
        "/?q=finnes+ikke",
        "/spaces/nidelva/?date={day}&from=13:00&to=15:00",
        "/spaces/nidelva/?date={day}&from=09:00&to=10:00",  # taken: the panel says why not
        "/activities/",
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
    ],
)
def test_what_anybody_sees(page: Page, live_server, full_district: District, path: str) -> None:
    require_accessible(page, live_server.url + path.format(day=full_district.day))


@pytest.mark.parametrize(
    "which",
    [
        *("bookings", "confirmed", "requested", "cancelled", "cancel"),
        *("describe", "attendees", "messages", "notices", "notice_choices", "answer"),
    ],
)
def test_what_a_booker_sees(
    page: Page, live_server, full_district: District, sign_in: SignIn, which: str
) -> None:
    sign_in(full_district.student)
    confirmed = Booking.objects.get(status=Status.CONFIRMED, space=full_district.room)
    now = timezone.now()
    people = [("Ola", "ola@example.org"), ("", "per@example.org")]
    guest, _per = invite(booking=confirmed, people=people, by=full_district.student, now=now)
    for as_owner, by in ((False, full_district.student), (True, full_district.owner)):
        write_message(booking=confirmed, text="Hei", by=by, as_owner=as_owner, now=now)
    path = {
        "describe": confirmed.get_absolute_url() + "describe/",
        "attendees": confirmed.get_absolute_url() + "attendees/",
        "messages": confirmed.get_absolute_url() + "messages/",
        "notices": "/notices/",
        "notice_choices": "/notices/choices/",
        "answer": f"/answers/{guest.token}/",
        "bookings": "/bookings/",
        "confirmed": confirmed.get_absolute_url(),
        "requested": address_of(full_district, Status.REQUESTED),
        "cancelled": address_of(full_district, Status.CANCELLED),
        "cancel": confirmed.get_absolute_url() + "cancel/",
    }[which]
    require_accessible(page, live_server.url + path)


@pytest.mark.parametrize(
    "path",
    [
        "/owner/",
        "/owner/?date={day}",
        "/owner/conflicts/",
        "/owner/week/?date={day}",
        "/owner/week/?date={day}&space=nidelva",
        "/owner/requests/",
        "/notices/choices/",
        "/owner/spaces/nidelva/close/",
    ],
)
def test_what_an_owner_sees(
    page: Page, live_server, full_district: District, sign_in: SignIn, path: str
) -> None:
    sign_in(full_district.owner)
    require_accessible(page, live_server.url + path.format(day=full_district.day))


@pytest.mark.parametrize("which", ["calendars", "one that is stale", "a clash"])
def test_what_an_owner_sees_of_other_calendars(
    page: Page, live_server, full_district: District, sign_in: SignIn, which: str
) -> None:
    room = full_district.room
    booking = Booking.objects.get(status=Status.CONFIRMED, space=room)
    source = make_source(
        room, booking.period, problem="gone", failures=1, failing_since=booking.created_at
    )
    path = {
        "calendars": f"/owner/spaces/{room.slug}/calendars/",
        "one that is stale": f"/owner/calendars/{source.pk}/",
        "a clash": "/owner/conflicts/",
    }[which]
    sign_in(full_district.owner)
    require_accessible(page, live_server.url + path)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_slots_are_large_enough_to_hit(
    page: Page, live_server, district: District, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{live_server.url}/spaces/nidelva/?date={district.day}")

    slot = page.locator(".slot:visible").nth(3)

    box = slot.bounding_box()
    assert box is not None
    assert box["height"] >= LEAST_SLOT[width]


@pytest.mark.parametrize("path", ["/", "/spaces/nidelva/", "/accounts/login/", "/bookings/"])
def test_nothing_is_cut_at_320_pixels(
    page: Page, live_server, full_district: District, sign_in: SignIn, path: str
) -> None:
    if path == "/bookings/":
        sign_in(full_district.student)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url + path)
    expect(page.locator("main")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.fixture
def busy_district(full_district: District) -> District:
    """With a series that waits for its owner, days on end, a cart, and names that do not stop."""
    student, lab, room = full_district.student, full_district.lab, full_district.room
    now = timezone.now()
    start = full_district.tomorrow(9, 11).lower + timedelta(days=7)
    title = "Donaudampfschifffahrtsgesellschaft " * 3
    make_series(lab, start, count=3, by=student, title=title)
    lab.bookings.filter(series=None).delete()
    lab.bookings.update(status=Status.REQUESTED, expires_at=now + timedelta(hours=1))
    lab.bookings.filter(period__startswith=start).update(status=Status.CONFIRMED, expires_at=None)
    make_booking(room, start, start + timedelta(days=2, hours=7), by=student, title=title)
    room.prices.create(amount=200_000, per=Per.DAY)
    room.prices.create(amount=20_000, audience=Audience.STUDENT)
    student.cart.create(space=room, period=full_district.tomorrow(13, 15), added_at=now)
    student.cart.create(space=room, period=full_district.tomorrow(9, 11), added_at=now)
    return full_district


def test_what_a_booker_sees_of_series_carts_and_days_on_end(
    page: Page, live_server, busy_district: District, sign_in: SignIn
) -> None:
    sign_in(busy_district.student)
    one = Booking.objects.get(series=None, space=busy_district.room, title__startswith="Donau")
    series = Series.objects.get()
    paths = [
        *("/bookings/", one.get_absolute_url(), f"{one.get_absolute_url()}change/"),
        *(series.get_absolute_url() + page for page in ("", "time/", "cancel/")),
        "/cart/",
        f"/spaces/{one.space.slug}/?date={one.start.date()}&from=09:00&to=10:00#rules",
    ]
    for path in paths:
        require_for_all(page, live_server.url + path)


def test_what_an_owner_sees_of_series_and_days_on_end(
    page: Page, live_server, busy_district: District, sign_in: SignIn
) -> None:
    sign_in(busy_district.owner)
    one = Booking.objects.get(series=None, space=busy_district.room, title__startswith="Donau")
    week = f"/owner/week/?date={one.start.date()}"
    paths = [
        *("/owner/bookings/", "/owner/requests/"),
        *(f"/owner/series/{Series.objects.get().pk}/", f"{one.get_absolute_url()}move/"),
        *(week, f"{week}&space={one.space.slug}"),
    ]
    for path in paths:
        require_for_all(page, live_server.url + path)
