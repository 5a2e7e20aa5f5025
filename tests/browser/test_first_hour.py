"""A facility manager's first hour: from nothing to a listed room and an invited colleague."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from accounts import invitations
from accounts.models import Organisation, Role, User
from bookings import availability
from spaces import photos
from spaces.models import Listing, Rulebook, Space
from spaces.periods import day_span
from tests.browser.conftest import PASSWORD, District
from tests.browser.test_accessibility import require_accessible
from tests.factories import NOW, make_user

SignIn = Callable[[User], None]


@pytest.fixture
def manager(district: District) -> User:
    person = make_user("kari@example.org", name="Kari Moen", password=PASSWORD)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Rulebook.objects.create(version=1, text={"nb": "Vi rydder etter oss."}, published_at=NOW)
    return person


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = io.BytesIO()
    Image.new("RGB", (1200, 900), "teal").save(file, "JPEG")
    (tmp_path / "rom.jpg").write_bytes(file.getvalue())
    return tmp_path / "rom.jpg"


def save(page: Page) -> None:
    page.locator("main form .form-actions .btn.primary").first.click()
    page.wait_for_load_state()


def go(page: Page, path: str) -> None:
    """By a link that is there to be clicked, in the page or in the menu."""
    links = page.locator(f"a[href='{path}']")
    if not any(link.is_visible() for link in links.all()):
        page.locator("[popovertarget=account-menu], [popovertarget=main-menu]").first.click()
    links.locator("visible=true").first.click()
    page.wait_for_load_state()


def next_step(page: Page) -> None:
    page.locator(".next-step .btn.primary").click()
    page.wait_for_load_state()


def sign_up(page: Page, name: str, email: str) -> None:
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)
    page.fill("[name=password1]", PASSWORD)
    page.locator("main form button[type=submit]").last.click()
    page.locator("[name=code]").wait_for()
    code = re.search(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", mail.outbox[-1].body, re.MULTILINE)
    assert code, mail.outbox[-1].body
    page.fill("[name=code]", code.group(1))
    page.locator("main form button").first.click()
    page.wait_for_load_state()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_from_nothing_to_a_listed_room_and_an_invited_colleague(
    page: Page,
    live_server,
    district: District,
    picture: Path,
    settings,
    width: int,
    height: int,
) -> None:
    """Every page is come to by a link or a button, from the front page on."""
    settings.PUBLIC_URL = live_server.url
    Rulebook.objects.create(version=1, text={"nb": "Vi rydder etter oss."}, published_at=NOW)
    page.set_viewport_size({"width": width, "height": height})

    # Somebody new signs up.
    page.goto(live_server.url)
    page.locator("header a[href*='/accounts/login/']").first.click()
    page.locator("main a[href*='/accounts/signup/']").first.click()
    sign_up(page, "Kari Moen", "kari@example.org")

    # The organisation.
    go(page, "/owner/")
    page.locator("main .btn.primary").click()
    page.fill("[name=name]", "Nidelva Eiendom")
    page.select_option("[name=kind]", "company")
    page.fill("[name=number]", "974760673")
    page.fill("[name=address]", "Elgeseter gate 1")
    page.fill("[name=postcode]", "7030")
    page.fill("[name=city]", "Trondheim")
    save(page)
    organisation = Organisation.objects.get(number="974760673")

    # A colleague, who opens the letter.
    go(page, f"/owner/organisations/{organisation.slug}/members/")
    page.fill("[name=email]", "jonas@example.org")
    page.locator(".panel .btn.primary").click()
    expect(page.locator("main")).to_contain_text("jonas@example.org")
    invitations.send_due(now=timezone.now())
    letter = re.search(r"http\S+/invitations/\S+", str(mail.outbox[-1].body))
    assert letter
    assert page.context.browser
    theirs = page.context.browser.new_context(locale="nb-NO")
    opened = theirs.new_page()
    opened.goto(letter.group())
    opened.locator("main a[href*='/accounts/signup/']").first.click()
    sign_up(opened, "Jonas Lien", "jonas@example.org")
    expect(opened.locator("main h1")).to_contain_text("Nidelva Eiendom")
    opened.locator("main form .btn.primary").click()
    expect(opened).to_have_url(re.compile(f"/owner/organisations/{organisation.slug}/$"))
    theirs.close()

    # The building: its point by a click on the map; then its hours.
    go(page, "/owner/places/")
    go(page, "/owner/places/new/")
    page.fill("[name=name]", "Brohuset")
    page.fill("[name=address]", "Elgeseter gate 1")
    page.fill("[name=postcode]", "7030")
    page.fill("[name=city]", "Trondheim")
    page.locator("point-map .point-pin").wait_for()
    page.locator("point-map").click(position={"x": 120, "y": 200})
    expect(page.locator("[name=latitude]")).to_have_value(re.compile(r"^63\.4\d+$"))
    save(page)
    page.fill("[name=week-day-1]", "07-21")
    page.locator("[data-copy-week]").click()
    save(page)
    expect(page.locator("[name=week-day-5]")).to_have_value("07–21")

    # A room, and what is said about it.
    next_step(page)
    page.fill("[name=name]", "Loftet")
    page.fill("[name=capacity]", "12")
    save(page)
    page.fill("[name=summary_nb]", "Lyst møterom med utsikt mot elva")
    save(page)
    space = Space.objects.get(slug="loftet")

    # A picture, made while one waits.
    go(page, "/owner/spaces/loftet/photos/")
    page.set_input_files("[name=pictures]", picture)
    save(page)
    expect(page.locator("#uploads progress")).to_be_visible()
    photos.make_due(now=NOW)
    expect(page.locator(".photos-kept img")).to_be_visible()

    # What it costs, and whether it may be listed.
    next_step(page)
    page.fill("[name=everyone-hour]", "250,50")
    save(page)
    go(page, "/owner/spaces/loftet/publishing/")
    expect(page.locator(".is-missing")).to_have_count(1)
    expect(page.locator("button[value=published]")).to_be_disabled()
    page.locator(".is-missing a").click()
    expect(page.locator("main")).to_contain_text("Vi rydder etter oss.")
    page.locator("button[name=organisation]").click()
    page.locator("button[value=published]").click()
    expect(page.locator("[role=status]").first).to_contain_text("Loftet")

    space.refresh_from_db()
    assert space.listing == Listing.PUBLISHED
    assert space.prices.get().amount == 25_050
    opened_on = availability.opening(space, day_span(NOW.date(), space.place.zone))
    assert [(span.upper - span.lower).total_seconds() / 3600 for span in opened_on] == [14]
    page.goto(f"{live_server.url}/?q=Loftet")
    expect(page.locator(".row h3 a")).to_have_text(["Loftet"])


PAGES = [
    "/owner/organisations/",
    "/owner/organisations/new/",
    "/owner/organisations/{organisation}/",
    "/owner/organisations/{organisation}/members/",
    "/owner/places/",
    "/owner/places/new/",
    "/owner/places/{place}/",
    "/owner/places/{place}/hours/",
    "/owner/spaces/",
    "/owner/spaces/new/",
    *(
        f"/owner/spaces/lesesalen/{page}"
        for page in ("", "photos/", "units/", "hours/", "rules/", "prices/", "publishing/")
    ),
    "/owner/start/",
    "/owner/month/",
    "/owner/money/",
    "/spaces/lesesalen/?as=student",
    "/rulebook/",
]


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_of_the_first_hour_are_for_all(
    page: Page, live_server, district: District, manager: User, sign_in: SignIn, path: str
) -> None:
    place = district.room.place
    place.organisation.memberships.update_or_create(user=manager, defaults={"role": Role.OWNER})
    sign_in(manager)
    names = {"organisation": place.organisation.slug, "place": place.slug}

    require_accessible(page, live_server.url + path.format(**names))
