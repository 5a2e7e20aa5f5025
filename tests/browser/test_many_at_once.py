"""A file of rooms from the form to the district, without a reload; and editing several."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import User
from billing import tasks
from bookings.models import Status
from spaces.models import Space
from tests.browser.conftest import District
from tests.browser.test_accessibility import require_accessible
from tests.spaces.bulk.files import csv_of

SignIn = Callable[[User], None]


def send(page: Page, address: str, content: bytes) -> None:
    page.goto(address)
    page.locator("[name=file]").set_input_files(
        files=[{"name": "spaces.csv", "mimeType": "text/csv", "buffer": content}]
    )
    page.locator("form[enctype] button").click()
    expect(page.locator("progress")).to_be_visible()


def test_rooms_come_in_as_a_file(
    page: Page, live_server, district: District, sign_in: SignIn
) -> None:
    sign_in(district.owner)
    address = live_server.url + "/owner/import/"
    send(page, address, csv_of(["slug", "capacity"], ["nidelva", 11], ["nowhere", 2]))
    tasks.run_imports()
    expect(page.locator(".bulk-wrong")).to_have_count(1)
    require_accessible(page, page.url)

    send(page, address, csv_of(["slug", "capacity"], ["nidelva", 11]))
    tasks.run_imports()
    expect(page.locator("ins")).to_have_text("11")
    require_accessible(page, page.url)

    page.locator(".bulk-ask .btn.primary").click()
    expect(page.locator("progress")).to_be_visible()
    tasks.run_imports()
    expect(page.locator(".alert.good")).to_be_visible()
    assert Space.objects.get(slug="nidelva").capacity == 11


def test_the_pages_for_many_are_accessible(
    page: Page, live_server, district: District, sign_in: SignIn
) -> None:
    sign_in(district.owner)
    require_accessible(page, live_server.url + "/owner/import/")
    require_accessible(page, live_server.url + "/owner/edit-spaces/?all")

    page.select_option("[name=lead_time]", "120")
    page.locator(".bulk-pick .btn.primary").click()
    expect(page.locator("ins").first).to_be_visible()
    page.locator(".form-actions .btn.primary").click()

    expect(page.locator("h1")).to_be_visible()
    assert Space.objects.get(slug="nidelva").lead_time == 120


def test_a_file_that_shortens_the_hours_asks_about_the_bookings_in_its_way(
    page: Page, live_server, district: District, sign_in: SignIn
) -> None:
    booking = district.book(district.room, 13, 15, by=district.student, title="Kollokvie")
    district.book(district.room, 16, 17, by=district.student)
    sign_in(district.owner)
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    file = csv_of(["space", *days], ["nidelva", *["08:00-12:00"] * 7])
    send(page, live_server.url + "/owner/import/", file)
    tasks.run_imports()
    expect(page.locator(".ways li")).to_have_count(2)
    require_accessible(page, page.url)

    page.locator(f"#answer-{booking.pk}").select_option("cancel")
    page.locator(".bulk-ask .btn[name=keep]").click()
    expect(page.locator("progress")).to_be_visible()
    tasks.run_imports()
    expect(page.locator(".alert.good")).to_be_visible()
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
