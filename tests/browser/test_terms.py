"""What owners say about prices, rules, access, closures, papers and plans: axe on each page,
and a plan marked with a click."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.closures import rrule_for
from bookings.models import ClosureRule
from bookings.operations import close_often
from district.demo.papers import FLOORS, floor_plan, pdf
from spaces.models import AddOn, FloorPlan, Quota
from spaces.operations import add_plan, attach, mark
from tests.browser.conftest import District
from tests.browser.test_accessibility import require_accessible

SignIn = Callable[[User], None]

SPACE, PLACE = "/owner/spaces/nidelva/", "/owner/places/{place}/"
PAGES = [
    *(SPACE + page for page in ("papers/", "units/", "rules/", "rules/access/", "rules/quotas/")),
    *(SPACE + page for page in ("prices/", "prices/special/", "close/")),
    *(PLACE + page for page in ("plans/", "plans/{plan}/", "add-ons/", "add-ons/new/", "close/")),
    *("/owner/organisations/{organisation}/" + page for page in ("rules/", "groups/")),
    *("/owner/organisations/{organisation}/" + page for page in ("groups/{group}/", "trainings/")),
    "/owner/organisations/{organisation}/trainings/{training}/",
    "/certificates/",
    "/spaces/nidelva/",
]


@pytest.fixture
def plan(full_district: District) -> FloorPlan:
    drawing = floor_plan(FLOORS["1. etasje"]).encode()
    return add_plan(place=full_district.room.place, name="1. etasje", content=drawing)


@pytest.fixture
def names(full_district: District, plan: FloorPlan) -> dict[str, object]:
    """One of all that can be said."""
    room, owner, now = full_district.room, full_district.owner, timezone.now()
    mark(plan=plan, space=room, x=20, y=30)
    mark(plan=plan, space=full_district.desks, x=60, y=70)
    attach(space=room, name="Slik virker skjermen", content=pdf("Skjerm", ("Trykk.",)))
    AddOn.objects.create(place=room.place, name={"nb": "Kaffe"}, amount=3_500).spaces.add(room)
    Quota.objects.create(space=room, counts="bookings", amount=3, window="week")
    room.prices.create(amount=22_000, weekdays=[6, 7], opens=600, closes=1200)
    room.access_rules.create(affiliation="student")
    group = room.organisation.groups.create(name="Styret")
    training = room.organisation.trainings.create(name={"nb": "Lasersikkerhet"})
    training.certificates.create(user=full_district.student, granted_by=owner, granted_at=now)
    room.trainings.add(training)
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    rule = ClosureRule(
        place=room.place,
        space=room,
        rrule=rrule_for("weekly", monday, None),
        starts_on=monday,
        opens=6 * 60,
        closes=7 * 60,
        reason="Renhold",
        made_by=owner,
        created_at=now,
    )
    close_often(rule=rule, now=now)
    return {
        "place": room.place.slug,
        "organisation": room.organisation.slug,
        "plan": plan.pk,
        "group": group.pk,
        "training": training.pk,
    }


@pytest.mark.parametrize("path", PAGES)
def test_what_an_owner_says_is_readable_by_all(
    page: Page,
    live_server,
    full_district: District,
    names: dict[str, object],
    sign_in: SignIn,
    path: str,
) -> None:
    sign_in(full_district.owner)
    require_accessible(page, live_server.url + path.format(**names))


def test_a_click_on_the_plan_says_where_a_space_is(
    page: Page, live_server, full_district: District, plan: FloorPlan, sign_in: SignIn
) -> None:
    sign_in(full_district.owner)
    page.goto(f"{live_server.url}/owner/places/{plan.place.slug}/plans/{plan.pk}/")
    sheet = page.locator("point-plan img")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box is not None

    page.locator("#point select").select_option(str(full_district.room.pk))
    sheet.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75}, force=True)
    page.locator("#point .btn.primary").click()

    expect(page.locator(".kept h4")).to_have_text("Nidelva")
    point = plan.points.get()
    assert abs(point.x - 25) < 1
    assert abs(point.y - 75) < 1
