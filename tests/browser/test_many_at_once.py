"""A file of rooms from the form to the district, without a reload; and editing several."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import User
from billing import tasks
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
