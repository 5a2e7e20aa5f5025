"""Somebody waits for a taken time, is offered it, and takes it: with the keyboard's eyes too."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from billing import operations as billing
from bookings import operations
from bookings.models import Booking, Queue, Status, Waiting
from tests.browser.conftest import District
from tests.browser.test_accessibility import require_accessible
from tests.factories import make_user

SignIn = Callable[[User], None]


@pytest.fixture
def taken(district: District) -> Booking:
    """Somebody else has the room tomorrow at one."""
    district.room.prices.all().update(amount=0)
    return district.book(district.room, 13, 15, by=make_user())


def test_wait_be_offered_and_take_it(
    page: Page, live_server, district: District, taken: Booking, sign_in: SignIn
) -> None:
    sign_in(district.student)
    page.goto(f"{live_server.url}/spaces/nidelva/?date={district.day}&from=13:00&to=15:00")
    page.get_by_role("button", name="Si fra når det blir ledig").click()
    expect(page.get_by_text("Nr. 1 i køen")).to_be_visible()
    require_accessible(page, f"{live_server.url}/waitlist/")

    now = timezone.now()
    billing.cancel(booking=taken, by=taken.booker, as_owner=False, now=now)
    billing.offer_due(now=now)
    require_accessible(page, f"{live_server.url}/waitlist/")
    page.get_by_role("button", name="Ja, jeg tar det").click()

    expect(page).to_have_url(re.compile("/bookings/[0-9a-f-]{36}/$"))
    booking = Booking.objects.get(booker=district.student)
    assert booking.status == Status.CONFIRMED


def test_the_pages_around_it_are_accessible(
    page: Page, live_server, district: District, taken: Booking, sign_in: SignIn
) -> None:
    now = timezone.now()
    entry = operations.join(
        space=district.room, span=taken.period, by=district.student, now=now - timedelta(hours=1)
    )
    require_accessible(page, f"{live_server.url}/waitlist/stop/{entry.token}/")
    billing.cancel(booking=taken, by=taken.booker, as_owner=False, now=now)
    billing.offer_due(now=now)
    offer = Waiting.objects.select_related("booking").get()
    assert offer.state == Queue.OFFERED
    assert offer.booking is not None
    sign_in(district.student)
    require_accessible(page, live_server.url + offer.booking.get_absolute_url())
    page.goto(f"{live_server.url}/waitlist/stop/{entry.token}/")
    page.get_by_role("button", name="Meld meg av ventelisten").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du venter ikke på dette lenger")
    require_accessible(page, f"{live_server.url}/waitlist/")


def test_a_search_in_vain_is_kept(
    page: Page, live_server, district: District, sign_in: SignIn
) -> None:
    sign_in(district.student)
    page.goto(f"{live_server.url}/?date={district.day}&from=13:00&to=15:00&people=500")
    page.get_by_role("button", name="Si fra når noe blir ledig").click()

    expect(page.get_by_text("Nr. 1 i køen")).to_be_visible()
