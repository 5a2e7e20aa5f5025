"""Every address and method of /dav/, times who asks."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from tests.billing.dav.programs import Program, ics, when
from tests.factories import NOW, make_booking, make_member, make_space, make_user

pytestmark = pytest.mark.django_db

READS = {"PROPFIND": 207, "GET": 200, "OPTIONS": 200, "REPORT": 403}
ROUTES = ("dav", "dav_principal", "dav_home", "dav_calendar", "dav_object")
METHODS = ("OPTIONS", "GET", "PUT", "DELETE", "PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR")
BODIES = {
    "PUT": ics("UID:a", *when(NOW, NOW)),
    "PROPPATCH": '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop/></D:set></D:propertyupdate>',
    "REPORT": '<D:expand-property xmlns:D="DAV:"/>',
}


@pytest.fixture
def people() -> dict[str, Any]:
    space = make_space(slug="nidelva")
    booker = make_user()
    return {
        "booking": make_booking(space, by=booker),
        "booker": Program(booker),
        "owner": Program(make_member(space.organisation, Role.OWNER)),
        "another": Program(make_user()),
    }


def address(route: str, people: dict[str, Any]) -> str:
    booking = people["booking"]
    keys: dict[str, tuple[Any, ...]] = {
        "dav": (),
        "dav_calendar": (booking.booker_id, booking.space.slug),
        "dav_object": (booking.booker_id, booking.space.slug, f"{booking.pk}.ics"),
    }
    return reverse(route, args=keys.get(route, (booking.booker_id,)))


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", METHODS)
def test_only_the_person_finds_what_is_theirs(
    people: dict[str, Any], route: str, method: str
) -> None:
    """Not even who runs the space: what they may see of it is in a calendar of their own."""
    path, body = address(route, people), BODIES.get(method, "")
    others = [people[who].ask(method, path, body) for who in ("owner", "another")]
    mine = people["booker"].ask(method, path, body)

    if method == "OPTIONS" or route == "dav":
        assert {one.status_code for one in others} == {mine.status_code}
    else:
        assert {one.status_code for one in others} == {404}
        assert mine.status_code != 404
    assert mine.status_code < 500


@pytest.mark.parametrize("method", METHODS)
def test_the_name_of_anothers_booking_opens_nothing_in_ones_own_calendar(
    people: dict[str, Any], method: str
) -> None:
    booking = people["booking"]
    for calendar in ("nidelva", "_mine"):
        answer = people["owner"].ask(method, f"{calendar}/{booking.pk}.ics", BODIES.get(method, ""))
        assert answer.status_code in (200, 403, 404), method
        assert booking.title not in answer.content.decode() or not booking.title
    booking.refresh_from_db()
    assert booking.status == "confirmed"
