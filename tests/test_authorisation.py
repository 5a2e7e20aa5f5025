"""Who may do what: every address of the resolver, times every role.

A route without a row here fails, so nothing is added to Ledig without somebody deciding
who may see it. What belongs to somebody else is not there: 404, never 403.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import operations as accounts
from accounts.models import Role, User
from bookings.models import Booking, Closure, Status
from bookings.operations import close
from spaces.periods import period
from tests.factories import make_booking, make_member, make_space, make_user

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLES = (
    "stranger",
    "another",  # signed in, nothing to do with any of it
    "booker",
    "host",
    "manager",
    "finance",
    "owner",
    "other_owner",  # of another organisation
    "operator",
)
RUNS_BOOKINGS = {"host", "manager", "owner"}
SIGNED_IN = set(ROLES) - {"stranger"}
OK, REDIRECT, SIGN_IN, FORBIDDEN, MISSING = "ok", "redirect", "sign in", "forbidden", "missing"


@dataclass(frozen=True)
class Row:
    """What a method on a route answers: `allowed` roles get `answer`, a stranger is asked
    to sign in (if `stranger` says so), all others get `otherwise`."""

    allowed: set[str]
    answer: str = OK
    otherwise: str = MISSING
    stranger: str = SIGN_IN
    data: dict[str, Any] = field(default_factory=dict)


EVERYONE = Row(set(ROLES))
ANYBODY_SIGNED_IN = Row(SIGNED_IN)
SEES_BOOKING = Row({"booker"} | RUNS_BOOKINGS)
ANSWERS = Row(RUNS_BOOKINGS, answer=REDIRECT)

# route name -> method -> who. A method that is not named must not be taken (405), HEAD and
# OPTIONS aside.
ROUTES: dict[str, dict[str, Row]] = {
    "search": {"GET": EVERYONE},
    "space": {"GET": EVERYONE},
    "space_panel": {"GET": EVERYONE},
    "book": {"POST": Row(SIGNED_IN, answer="unprocessable")},  # an empty form
    "bookings": {"GET": ANYBODY_SIGNED_IN},
    "rotate_feed": {"POST": Row(SIGNED_IN, answer=REDIRECT)},
    "booking": {"GET": SEES_BOOKING},
    "booking_file": {"GET": SEES_BOOKING},
    "pay": {"POST": Row({"booker"}, answer=REDIRECT, otherwise=MISSING)},
    "paid": {"GET": Row({"booker"}, answer=REDIRECT, otherwise=MISSING)},
    "cancel": {
        "GET": SEES_BOOKING,
        "POST": Row({"booker"} | RUNS_BOOKINGS, answer=REDIRECT, data={"reason": "Vannlekkasje"}),
    },
    "approve": {"POST": ANSWERS},
    "decline": {"POST": ANSWERS},
    "owner": {"GET": Row(RUNS_BOOKINGS | {"other_owner"}, otherwise=FORBIDDEN)},
    "owner_week": {"GET": Row(RUNS_BOOKINGS | {"other_owner"}, otherwise=FORBIDDEN)},
    "owner_requests": {"GET": Row(RUNS_BOOKINGS | {"other_owner"}, otherwise=FORBIDDEN)},
    "close_space": {
        "GET": Row(RUNS_BOOKINGS),
        "POST": Row(RUNS_BOOKINGS, answer="unprocessable"),
    },
    "reopen_space": {"POST": ANSWERS},
    "stripe_webhook": {"POST": Row(set(ROLES), answer="malformed")},  # no signature
    "district_map": {"GET": EVERYONE},
    "personal_feed": {"GET": EVERYONE},  # who has the address has the feed
    # Django's own: what is not POST changes nothing and leads back.
    "set_language": {method: Row(set(ROLES), answer=REDIRECT) for method in METHODS},
    "healthz": {"GET": EVERYONE},
    "readyz": {"GET": EVERYONE},
    "api_schema": {"GET": EVERYONE},
    "api_docs": {"GET": EVERYONE},
    "api_tokens": {"POST": Row(set(ROLES), answer="malformed")},
    "api_me": {"GET": ANYBODY_SIGNED_IN},
    "api_quotes": {"POST": Row(set(ROLES), answer="malformed")},
    "api-space-list": {"GET": EVERYONE},
    "api-space-detail": {"GET": EVERYONE},
    "api-space-availability": {"GET": Row(set(ROLES), answer="malformed")},
    "api-booking-list": {
        "GET": ANYBODY_SIGNED_IN,
        "POST": Row(SIGNED_IN, answer="malformed"),
    },
    "api-booking-detail": {"GET": SEES_BOOKING},
    "api-booking-cancel": {"POST": SEES_BOOKING},
    "api_nowhere": {"GET": Row(set(), otherwise=MISSING, stranger=MISSING)},
}

# allauth decides about its own pages, and has tests of its own; here: that we know them.
ALLAUTH = "account_"
FILES = {"media"}  # the demo's photos; production leaves them to the reverse proxy


@dataclass
class District:
    """One organisation with its people, a booking tomorrow, a request and a closure."""

    people: dict[str, User | None]
    booking: Booking
    requested: Booking
    closure: Closure
    feed: str

    def arguments(self, route: str) -> dict[str, Any]:
        pk = self.requested.pk if route in ("approve", "decline") else self.booking.pk
        return {
            "slug": self.booking.space.slug,
            "pk": self.closure.pk if route == "reopen_space" else pk,
            "token": self.feed,
            "path": "nothing.svg",
        }

    def address(self, route: str) -> str:
        given = self.arguments(route)
        if route == "api_nowhere":
            return "/api/v1/castles/"
        if route.startswith("api-space-"):
            given["pk"] = self.booking.space_id
        for names in ((), ("slug",), ("pk",), ("token",), ("path",)):
            try:
                return reverse(route, kwargs={name: given[name] for name in names})
            except NoReverseMatch:
                continue
        raise AssertionError(f"no arguments for {route}")


@pytest.fixture
def district() -> District:
    cache.clear()  # the limit on asking for tokens is kept there
    now = timezone.now()
    tomorrow = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    space = make_space()
    ours = space.organisation
    booker = make_user()
    people = {
        "stranger": None,
        "another": make_user(),
        "booker": booker,
        "host": make_member(ours, Role.HOST),
        "manager": make_member(ours, Role.MANAGER),
        "finance": make_member(ours, Role.FINANCE),
        "owner": make_member(ours, Role.OWNER),
        "other_owner": make_member(make_space().organisation, Role.OWNER),
        "operator": make_user(is_staff=True),
    }
    return District(
        people=people,
        booking=make_booking(space, tomorrow, by=booker),
        requested=make_booking(
            space,
            tomorrow + timedelta(hours=3),
            by=booker,
            status=Status.REQUESTED,
            expires_at=now + timedelta(hours=4),
        ),
        closure=close(
            space=space,
            span=period(tomorrow + timedelta(days=2), tomorrow + timedelta(days=3)),
            by=people["owner"],
            now=now,
        ),
        feed=accounts.calendar_token(user=booker, now=now).token,
    )


def routes(patterns: list[Any] | None = None) -> Iterator[str]:
    """The names of all routes, in namespaces too."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} has no name"
            yield pattern.name


def outcome(response: Any) -> str:
    status = response.status_code
    if status in (301, 302, 303):
        return SIGN_IN if "/accounts/login" in response["Location"] else REDIRECT
    return {
        200: OK,
        201: OK,
        204: OK,
        400: "malformed",
        401: SIGN_IN,
        403: FORBIDDEN,
        404: MISSING,
        405: "not taken",
        422: "unprocessable",
    }.get(status, str(status))


def expected(row: Row, role: str) -> str:
    if role in row.allowed:
        return row.answer
    return row.stranger if role == "stranger" else row.otherwise


def test_every_route_has_a_row() -> None:
    found = {name for name in routes() if not name.startswith(ALLAUTH)} - FILES

    assert found == set(ROUTES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ROUTES)
def test_a_route_answers_each_role_as_decided(
    district: District, route: str, role: str, client: Client
) -> None:
    person = district.people[role]
    if person is not None:
        client.force_login(person)
    address = district.address(route)

    for method in METHODS:
        row = ROUTES[route].get(method)
        json = address.startswith("/api/v1/")
        answer = client.generic(
            method,
            address,
            _body(row.data if row else {}, json=json),
            content_type="application/json" if json else "application/x-www-form-urlencoded",
        )
        got = outcome(answer)
        if row is None:
            assert got in ("not taken", SIGN_IN, FORBIDDEN, MISSING), f"{method} {address}: {got}"
        else:
            assert got == expected(row, role), f"{method} {address}: {got}"


@pytest.mark.parametrize("route", ["booking", "pay", "paid", "cancel", "approve", "decline"])
def test_a_booking_that_never_was_is_as_missing_as_anothers(client: Client, route: str) -> None:
    client.force_login(make_user())

    for method in (client.get, client.post):
        assert method(reverse(route, args=[uuid.uuid4()])).status_code in (404, 405)


def _body(data: dict[str, Any], *, json: bool) -> bytes:
    import json as encoder
    from urllib.parse import urlencode

    return (encoder.dumps(data) if json else urlencode(data)).encode()
