"""The whole way: from a search to a booking in the calendar, and back again."""

import re
from collections.abc import Callable
from datetime import timedelta

import icalendar
import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from billing import ledger
from billing.models import Order, StripeEvent
from bookings.availability import verdict_on
from bookings.models import Booking, Status
from bookings.operations import my_feed
from tests.browser.conftest import PASSWORD, District
from tests.factories import make_user
from tools.stripe_standin import StandIn

DECLINED, GOOD = "4000 0000 0000 0002", "4242 4242 4242 4242"
REQUESTED, CONFIRMED, CANCELLED = ".is-requested", ".is-confirmed", ".is-cancelled"


def pay(page: Page, card: str) -> None:
    page.fill("[name=number]", card)
    page.locator("form button").first.click()


def choose(page: Page, day: str, start: str, end: str) -> None:
    """A time in the week grid: click its start, then its last half hour."""
    page.locator(f".slot[value='{day}T{start}']").click()
    page.locator(f".slot[value='{day}T{end}']").click()


def invitation(message) -> icalendar.Calendar:
    part = next(p for p in message.message().walk() if p.get_content_type() == "text/calendar")
    return icalendar.Calendar.from_ical(part.get_payload(decode=True))


def feed_of(page: Page, district: District) -> list[icalendar.Event]:
    url = my_feed(user=district.student, now=timezone.now()).url
    return list(icalendar.Calendar.from_ical(page.request.get(url).body()).events)


def test_a_student_finds_books_pays_sees_it_and_cancels(
    page: Page, live_server, district: District, standin: StandIn, work: Callable[[], None]
) -> None:
    # Search, and narrow it to what is wanted.
    page.goto(f"{live_server.url}/?date={district.day}&from=13:00&to=15:00")
    expect(page.locator(".row")).to_have_count(3)
    page.locator(".kinds input[value=meeting_room]").check(force=True)
    expect(page).to_have_url(re.compile("kind=meeting_room"))
    expect(page.locator(".row")).to_have_count(1)

    # The space, a time in its week, and what that costs.
    page.locator(".row h3 a").click()
    expect(page.locator("#panel [name=from]")).to_have_value("13:00")
    choose(page, district.day, "14:00", "15:30")
    expect(page.locator("#panel [name=to]")).to_have_value("16:00")
    expect(page.locator("#quote .tot")).to_contain_text(re.compile(r"640\s*kr"))

    # Signing in brings one back to the same choice.
    page.locator("#quote .go").click()
    page.fill("[name=login]", district.student.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("#panel [name=from]")).to_have_value("14:00")
    expect(page.locator("#panel [name=to]")).to_have_value("16:00")

    # A card is declined, another is good.
    page.locator("#quote .go").click()
    expect(page).to_have_url(re.compile(re.escape(standin.url)))
    pay(page, DECLINED)
    expect(page.get_by_role("alert")).to_be_visible()
    pay(page, GOOD)
    expect(page.locator(CONFIRMED).first).to_be_visible()

    booking = Booking.objects.get()
    assert (booking.status, booking.amount) == (Status.CONFIRMED, 64_000)
    assert page.url.endswith(booking.get_absolute_url())

    # The webhook comes, and changes nothing that was not so already.
    assert standin.webhooks.wait()
    work()
    assert StripeEvent.objects.filter(handled_at=None).count() == 0
    assert Booking.objects.get().sequence == booking.sequence
    assert ledger.held_for(Order.objects.get()).amount == 64_000

    # The mail invites, and the feed has it, both with the same UID and time.
    message = next(m for m in mail.outbox if m.to == [district.student.email])
    invited = invitation(message)
    (asked,) = invited.events
    assert (invited["METHOD"], str(asked["UID"])) == ("REQUEST", booking.ical_uid)
    (event,) = feed_of(page, district)
    assert str(event["UID"]) == booking.ical_uid
    assert (event.start, event.end) == (booking.start, booking.end) == (asked.start, asked.end)

    # My bookings; cancelling says what comes back, and that is what comes back.
    page.goto(f"{live_server.url}/bookings/")
    page.locator(f"a[href='{booking.get_absolute_url()}']").first.click()
    page.locator("a[href$='/cancel/']").click()
    expected = 64_000 if booking.start - timezone.now() >= timedelta(hours=24) else 0
    shown = "640" if expected else "0"
    expect(page.locator(".bk-cancel .tot dd")).to_contain_text(re.compile(rf"^{shown}\s*kr"))
    page.locator(".bk-cancel button").click()
    expect(page.locator(CANCELLED).first).to_be_visible()
    work()
    page.reload()
    assert sum(ledger.trial_balance().values()) == 0
    assert ledger.held_for(Order.objects.get()).amount == 64_000 - expected
    assert sum(refund.amount for refund in booking.refunds.all()) == expected
    assert all(refund.status == "succeeded" for refund in booking.refunds.all())

    # The invitation is taken back with a higher SEQUENCE, the feed is empty, the time is free.
    cancelled = invitation([m for m in mail.outbox if m.to == [district.student.email]][-1])
    (taken_back,) = cancelled.events
    assert cancelled["METHOD"] == "CANCEL"
    assert int(str(taken_back["SEQUENCE"])) > int(str(asked["SEQUENCE"]))
    assert feed_of(page, district) == []
    assert verdict_on(district.room, booking.period, now=timezone.now()) == "free"


def test_notice_long_enough_brings_all_of_it_back(
    page: Page, live_server, district: District, standin: StandIn, work: Callable[[], None], sign_in
) -> None:
    district.room.cancellation = [[60, 100]]
    district.room.save()
    sign_in(district.student)
    page.goto(f"{live_server.url}/spaces/nidelva/?date={district.day}&from=13:00&to=15:00")
    page.locator("#quote .go").click()
    pay(page, GOOD)
    page.locator("a[href$='/cancel/']").click()
    expect(page.locator(".bk-cancel .tot dd")).to_contain_text(re.compile(r"^640\s*kr"))
    page.locator(".bk-cancel button").click()
    work()
    page.reload()

    expect(page.locator("main")).to_contain_text(re.compile(r"640\s*kr"))
    (refund,) = Booking.objects.get().refunds.all()
    assert (refund.amount, refund.status) == (64_000, "succeeded")
    assert ledger.held_for(Order.objects.get()).amount == 0


def test_a_student_on_a_phone_has_a_desk_in_a_few_taps(
    phone: Page, live_server, district: District, sign_in
) -> None:
    sign_in(district.student)
    phone.goto(f"{live_server.url}/?date={district.day}&from=09:00&to=11:00&kind=desk_area")

    phone.locator(".row h3 a").first.click()
    phone.locator("#quote .go").click()

    expect(phone.locator(CONFIRMED).first).to_be_visible()
    assert Booking.objects.get().status == Status.CONFIRMED


def test_two_quick_clicks_are_one_booking(
    page: Page, live_server, district: District, sign_in
) -> None:
    sign_in(district.student)
    page.goto(f"{live_server.url}/spaces/lesesalen/?date={district.day}&from=09:00&to=11:00")

    page.locator("#quote .go").dblclick()

    expect(page.locator(CONFIRMED).first).to_be_visible()
    assert Booking.objects.count() == 1


def test_going_back_after_paying_does_not_book_again(
    page: Page, live_server, district: District, standin: StandIn, sign_in
) -> None:
    sign_in(district.student)
    page.goto(f"{live_server.url}/spaces/nidelva/?date={district.day}&from=13:00&to=15:00")
    page.locator("#quote .go").click()
    pay(page, GOOD)
    expect(page.locator(CONFIRMED).first).to_be_visible()

    page.go_back()

    assert Booking.objects.count() == 1
    assert Booking.objects.get().status == Status.CONFIRMED


def test_an_abandoned_checkout_leaves_the_time_to_the_next_with_no_worker_running(
    page: Page, live_server, district: District, standin: StandIn, sign_in
) -> None:
    sign_in(district.student)
    page.goto(f"{live_server.url}/spaces/nidelva/?date={district.day}&from=13:00&to=15:00")
    page.locator("#quote .go").click()
    expect(page).to_have_url(re.compile(re.escape(standin.url)))
    abandoned = Booking.objects.get()
    past = timezone.now() - timedelta(seconds=1)
    Booking.objects.update(expires_at=past)
    abandoned.occupancies.update(held_until=past)

    sign_in(make_user(name="Nina"))
    page.goto(f"{live_server.url}/spaces/nidelva/?date={district.day}&from=13:00&to=15:00")
    page.locator("#quote .go").click()
    pay(page, GOOD)

    expect(page.locator(CONFIRMED).first).to_be_visible()
    abandoned.refresh_from_db()
    assert abandoned.status_at(timezone.now()) == Status.EXPIRED


@pytest.mark.parametrize(("answer", "status"), [("approve", "confirmed"), ("decline", "declined")])
def test_a_request_is_answered_in_the_owners_inbox(
    page: Page,
    live_server,
    district: District,
    standin: StandIn,
    work: Callable[[], None],
    sign_in,
    answer: str,
    status: str,
) -> None:
    sign_in(district.student)
    page.goto(f"{live_server.url}/spaces/vatlab-3/?date={district.day}&from=13:00&to=15:00")
    page.locator("#quote .go").click()
    pay(page, GOOD)
    expect(page.locator(REQUESTED).first).to_be_visible()

    sign_in(district.owner)
    page.goto(f"{live_server.url}/owner/requests/")
    if answer == "decline":
        page.locator(".bk-acts [popovertarget]").click()
    page.locator(f"form[action$='/{answer}/'] button").first.click()
    expect(page.locator("form[action$='/approve/']")).to_have_count(0)
    work()

    assert Booking.objects.get().status == status
    order = Order.objects.get()
    assert order.status == ("paid" if answer == "approve" else "void")
    assert ledger.held_for(order).amount == (108_000 if answer == "approve" else 0)


def test_a_host_books_for_somebody_who_stands_there(
    page: Page, live_server, district: District, sign_in: Callable[[User], None]
) -> None:
    sign_in(district.owner)
    page.goto(
        f"{live_server.url}/spaces/lesesalen/?date={district.day}&from=09:00&to=11:00&for=someone"
    )

    page.fill("[name=for_email]", "gjest@example.org")
    page.fill("[name=for_name]", "Gro Gjest")
    page.locator("[name=for_name]").blur()

    expect(page.locator("#quote")).to_contain_text("gjest@example.org")
    assert "gjest" not in page.url
    page.locator("#quote .go").click()
    expect(page.locator(CONFIRMED).first).to_be_visible()
    booking = Booking.objects.get()
    assert (str(booking.booker), booking.made_by) == ("Gro Gjest", district.owner)
