"""Filters, the map and what is saved, as they are used."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from bookings.models import Favourite
from bookings.operations import like, note_seen
from spaces.models import Amenity, Kind, Space
from tests.browser.conftest import District
from tests.browser.test_accessibility import require_accessible
from tests.factories import make_place, make_space

SignIn = Callable[[User], None]


@pytest.fixture
def kept(full_district: District) -> District:
    """With equipment to filter by, and something saved."""
    now, student = timezone.now(), full_district.student
    full_district.room.amenities.add(Amenity.objects.create(code="screen", name={"nb": "Skjerm"}))
    like(space=full_district.room, by=student, now=now)
    note_seen(space=full_district.lab, by=student, now=now)
    student.saved_searches.create(name="Lab", query="kind=lab", saved_at=now)
    return full_district


@pytest.mark.parametrize("path", ["/saved/", "/?date={day}&kind=lab&amenity=screen&q=lab"])
def test_what_is_saved_and_filtered_is_accessible(
    page: Page, live_server, kept: District, sign_in: SignIn, path: str
) -> None:
    sign_in(kept.student)
    require_accessible(page, live_server.url + path.format(day=kept.day))


def test_unfolded_filters_are_accessible(page: Page, live_server, kept: District) -> None:
    page.add_init_script(
        "addEventListener('DOMContentLoaded',"
        " () => document.querySelector('.sieve')?.setAttribute('open', ''))"
    )
    require_accessible(page, f"{live_server.url}/?date={kept.day}")


def test_a_tick_narrows_the_list_and_keeps_its_place(
    page: Page, live_server, kept: District
) -> None:
    page.goto(f"{live_server.url}/?date={kept.day}&from=13:00&to=15:00")
    page.locator(".sieve summary").click()
    page.get_by_label("Skjerm").check()

    expect(page.locator(".row h3")).to_have_text(["Nidelva"])
    expect(page).to_have_url(
        f"{live_server.url}/?date={kept.day}&from=13%3A00&to=15%3A00&amenity=screen"
    )
    expect(page.get_by_label("Skjerm")).to_be_focused()
    expect(page.locator("#folded-count")).to_have_text("1")

    page.locator(".res-on a").click()
    expect(page.locator(".row")).to_have_count(3)


def test_without_script_the_filters_are_a_form(
    browser: Browser, live_server, kept: District
) -> None:
    phone = {"width": 390, "height": 844}
    context = browser.new_context(java_script_enabled=False, viewport=phone, locale="nb-NO")
    page = context.new_page()
    page.goto(f"{live_server.url}/?date={kept.day}&from=13:00&to=15:00")
    page.locator(".sieve summary").click()
    page.get_by_label("Skjerm").check()
    page.get_by_role("button", name="Vis treff").click()

    expect(page.locator(".row h3")).to_have_text(["Nidelva"])
    context.close()


@pytest.mark.parametrize(("path", "listed"), [("/", 3), ("/anytime/", 2)])  # free or not, and free
def test_a_chip_is_tapped_on_and_off_again(
    page: Page, live_server, kept: District, path: str, listed: int
) -> None:
    Space.objects.filter(pk=kept.lab.pk).update(is_step_free=True)
    page.goto(f"{live_server.url}{path}?date={kept.day}&last={kept.day}&from=14:00&to=16:00")
    expect(page.locator("[name=step_free]")).to_have_count(1)
    expect(page.locator("#n-kind-meeting_room")).to_have_text("1")

    page.get_by_label("Trinnfri").check()
    expect(page.locator(".rows h3")).to_have_text(["Våtlab 3"])
    expect(page.locator("#n-kind-meeting_room")).to_have_text("0")
    assert "step_free=on" in page.url

    page.get_by_label("Trinnfri").uncheck()
    expect(page.locator(".rows h3")).to_have_count(listed)
    expect(page.locator("#n-kind-meeting_room")).to_have_text("1")
    assert "step_free" not in page.url


@pytest.mark.parametrize(("path", "listed"), [("/", 3), ("/anytime/", 2)])  # free or not, and free
def test_without_script_a_chip_is_turned_off_and_there_is_no_empty_map(
    browser: Browser, live_server, kept: District, path: str, listed: int
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="nb-NO")
    page = context.new_page()
    query = f"date={kept.day}&last={kept.day}&from=14:00&to=16:00&step_free=on"
    page.goto(f"{live_server.url}{path}?{query}")
    expect(page.locator(".rows h3")).to_have_count(0)
    expect(page.locator(".mapside")).to_be_hidden()

    page.get_by_label("Trinnfri").uncheck()
    page.get_by_role("button", name="Søk", exact=True).click()

    expect(page.locator(".rows h3")).to_have_count(listed)
    assert "step_free" not in page.url
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".fab")).to_have_count(2)
    for button in page.locator(".fab").all():
        expect(button).to_be_hidden()
    context.close()


@pytest.mark.parametrize("path", ["/", "/anytime/"])
def test_the_map_follows_the_list(page: Page, live_server, kept: District, path: str) -> None:
    away = make_place(kept.room.organisation, name="Dragvoll", latitude=63.409, longitude=10.47)
    make_space(away, name="Fjord", kind=Kind.STUDIO)
    page.goto(f"{live_server.url}{path}?date={kept.day}&last={kept.day}&from=14:00&to=16:00")
    expect(page.locator(".pin")).to_have_count(2)
    expect(page.locator(".spot-pin")).to_have_count(0)

    page.get_by_label("Studio").check()
    expect(page.locator(".pin")).to_have_count(1)
    expect(page.locator(".pin")).to_be_in_viewport()  # it lay at the edge, beside the others

    page.locator(".sieve summary").click()
    page.locator("#f-near").fill("Dragvoll")
    page.locator("#f-near").press("Enter")
    expect(page.locator(".spot-pin")).to_have_count(1)
    page.locator(".sieve summary").click()  # which left no room for the map
    expect(page.locator(".spot-pin")).to_be_in_viewport()
    page.locator(".res-on a").last.click()
    expect(page.locator(".spot-pin")).to_have_count(0)


def test_a_moved_map_offers_to_search_there(page: Page, live_server, kept: District) -> None:
    page.goto(f"{live_server.url}/?date={kept.day}&kind=lab")
    here = page.locator(".map-here")
    expect(here).to_be_hidden()

    page.locator(".leaflet-control-zoom-in").click()
    here.click()

    expect(page.locator(".res-on li")).to_have_count(2)
    assert "kind=lab" in page.url
    assert "bbox=" in page.url


def test_a_heart_is_full_at_once_and_stays(
    page: Page, live_server, kept: District, sign_in: SignIn
) -> None:
    sign_in(kept.student)
    page.goto(f"{live_server.url}/spaces/vatlab-3/")
    heart = page.get_by_role("button", name="Lagre Våtlab 3")

    with page.expect_response("**/favourite/"):
        heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")

    page.reload()
    expect(heart).to_have_attribute("aria-pressed", "true")
    assert Favourite.objects.filter(user=kept.student).count() == 2


def test_a_heart_that_is_refused_is_empty_again(
    page: Page, live_server, kept: District, sign_in: SignIn
) -> None:
    sign_in(kept.student)
    page.goto(f"{live_server.url}/spaces/vatlab-3/")
    page.route("**/favourite/", lambda route: route.fulfill(status=422))
    heart = page.get_by_role("button", name="Lagre Våtlab 3")

    heart.evaluate("heart => heart.click()")

    expect(heart).to_have_attribute("aria-pressed", "false")
