"""On a phone, sitting there: check in, half an hour more, and the rest for others."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.models import Booking, Status
from tests.billing.owners import pay
from tests.browser.conftest import District
from tests.factories import make_booking

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sitting(district: District) -> Booking:
    """At a desk since a while, for an hour or so to come."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    return make_booking(
        district.desks,
        now - timedelta(hours=1),
        now + timedelta(hours=3),
        by=district.student,
        check_in_by=now + timedelta(hours=3),
    )


def test_check_in_extend_and_release_on_a_phone(
    phone: Page, sitting: Booking, sign_in: Callable[[User], None], live_server, district: District
) -> None:
    sign_in(district.student)
    phone.goto(live_server.url + sitting.get_absolute_url())

    phone.get_by_role("button", name="Sjekk inn").click()
    expect(phone.get_by_role("heading", name="Sjekket inn")).to_be_visible()
    phone.get_by_role("button", name="30 minutter til").click()
    expect(phone.get_by_text("Bookingen er endret.")).to_be_visible()
    sitting.refresh_from_db()
    assert sitting.status == Status.CHECKED_IN
    end = sitting.end
    phone.get_by_role("button", name="Frigjør resten").click()
    expect(phone.get_by_text("Bookingen er endret.")).to_be_visible()

    sitting.refresh_from_db()
    assert sitting.end < end
    assert sitting.occupancies.get().during.upper == sitting.end
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_change_shows_what_it_comes_to_before_the_click(
    phone: Page, district: District, sign_in: Callable[[User], None], live_server
) -> None:
    booking = district.book(
        district.room, 9, 11, by=district.student, amount=64_000, cancellation=[[0, 100]]
    )
    pay(booking, at=timezone.now())
    sign_in(district.student)
    phone.goto(live_server.url + booking.get_absolute_url())

    phone.get_by_role("link", name="Endre").click()
    phone.get_by_label("Til", exact=True).select_option("10:00")
    expect(phone.get_by_role("button", name="Endre, 320")).to_be_visible()
    phone.get_by_role("button", name="Endre, 320").click()

    expect(phone.get_by_text("Bookingen er endret.")).to_be_visible()
    booking.refresh_from_db()
    assert booking.amount == 32_000
