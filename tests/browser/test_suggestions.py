"""Suggestions under the search field, by keyboard and by pointer."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import District
from tests.browser.test_accessibility import OPTIONS


def test_one_finds_a_room_by_its_first_letters_without_a_pointer(
    page: Page, live_server, full_district: District
) -> None:
    page.goto(live_server.url)
    field = page.get_by_role("combobox", name=re.compile("Hva trenger"))
    field.press_sequentially("nid")
    options = page.locator(".suggest").get_by_role("option")
    expect(options.first).to_contain_text("Nidelva")
    expect(field).to_have_attribute("aria-expanded", "true")

    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "suggest-1")
    found = Axe().run(page, options=OPTIONS)
    assert found.violations_count == 0, found.generate_report()
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()

    field.press_sequentially("e")
    expect(options.first).to_contain_text("Nidelva")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page).to_have_url(re.compile("q=Nidelva"))
    expect(page.locator(".results h3")).to_have_text(["Nidelva"])
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_click_chooses(page: Page, live_server, full_district: District) -> None:
    page.goto(live_server.url)
    page.get_by_role("combobox", name=re.compile("Hva trenger")).press_sequentially("nid")
    page.locator(".suggest").get_by_role("option").first.click()
    expect(page).to_have_url(re.compile("q=Nidelva"))
    expect(page.locator(".results h3")).to_have_text(["Nidelva"])
