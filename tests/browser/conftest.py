"""A small district with everything real: PostgreSQL, the web server, Stripe's stand-in."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page

from accounts.models import Role, User
from billing import operations
from bookings import deliveries
from bookings.models import Booking, Status
from bookings.operations import close
from spaces.models import Allocation, HoursException, Kind, Space
from spaces.periods import Period, at_minute, period
from tests.factories import make_booking, make_member, make_organisation, make_place, make_space
from tests.factories import make_user as make_person
from tools.stripe_standin import StandIn

PASSWORD = "correct horse battery"
SECRET = "whsec_browser"
HOURS = (7 * 60, 21 * 60)


@dataclass
class District:
    """A room that costs money, a free desk area, and a lab whose owner answers first."""

    room: Space
    desks: Space
    lab: Space
    student: User
    owner: User

    def tomorrow(self, start: int, end: int) -> Period:
        zone = self.room.place.zone
        day = timezone.localtime(timezone=zone).date() + timedelta(days=1)
        return period(at_minute(day, start * 60, zone), at_minute(day, end * 60, zone))

    @property
    def day(self) -> str:
        return self.tomorrow(9, 10).lower.astimezone(self.room.place.zone).date().isoformat()

    def book(self, space: Space, start: int, end: int, **fields: object) -> Booking:
        span = self.tomorrow(start, end)
        return make_booking(space, span.lower, span.upper, **fields)


@pytest.fixture
def district(live_server) -> District:
    cache.clear()  # of the limits on signing in
    owner_of_all = make_organisation("Elveporten AS")
    place = make_place(owner_of_all, name="Elveporten", is_step_free=True)
    student = make_person("ingrid@example.org", name="Ingrid Aune", password=PASSWORD)
    EmailAddress.objects.create(user=student, email=student.email, verified=True, primary=True)
    return District(
        room=make_space(place, name="Nidelva", slug="nidelva", hours=HOURS, price=32_000),
        desks=make_space(
            place,
            name="Lesesalen",
            slug="lesesalen",
            kind=Kind.DESK_AREA,
            allocation=Allocation.ANY,
            units=8,
            hours="always",
        ),
        lab=make_space(
            place,
            name="Våtlab 3",
            slug="vatlab-3",
            kind=Kind.LAB,
            hours=HOURS,
            price=54_000,
            is_instant=False,
        ),
        student=student,
        owner=make_member(owner_of_all, Role.OWNER),
    )


@pytest.fixture
def full_district(district: District) -> District:
    """With something to see on every page."""
    district.book(district.room, 9, 11, by=district.student, title="Kollokvie")
    district.book(district.desks, 10, 12, by=district.student, quantity=3)
    now = timezone.now()
    soon = {"status": Status.REQUESTED, "expires_at": now + timedelta(hours=1)}
    district.book(district.lab, 12, 14, by=district.student, **soon)
    district.book(district.room, 12, 13, by=district.student, status=Status.CANCELLED)
    make_booking(district.desks, now, now + timedelta(hours=1), by=district.student)
    HoursException.objects.create(space=district.desks, date=date.fromisoformat(district.day))
    span = district.tomorrow(16, 18)
    close(space=district.room, span=span, by=district.owner, now=now, reason="Maling")
    return district


@pytest.fixture
def standin(live_server, settings) -> Iterator[StandIn]:
    """Stripe, which tells the live server what happens as it happens."""
    policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
    webhook = f"{live_server.url}/webhooks/stripe/"
    with StandIn(webhook_url=webhook, webhook_secret=SECRET) as standin:
        policy["DIRECTIVES"]["form-action"].append(standin.url)
        settings.CONTENT_SECURITY_POLICY = policy
        settings.PUBLIC_URL = live_server.url
        settings.STRIPE_API_BASE = standin.url
        settings.STRIPE_SECRET_KEY = "sk_test_browser"
        settings.STRIPE_WEBHOOK_SECRET = SECRET
        yield standin


@pytest.fixture
def work() -> Callable[[], None]:
    """What the worker does when it is nudged: settle with Stripe, and send mail."""

    def worker() -> None:
        operations.settle(now=timezone.now())
        deliveries.send_due(now=timezone.now())

    return worker


@pytest.fixture
def sign_in(client, context: BrowserContext, live_server) -> Callable[[User], None]:
    """Be somebody, without going through the form."""

    def be(person: User) -> None:
        client.force_login(person)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    return be


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size({"width": 390, "height": 844})
    return page


@pytest.fixture
def taps(context: BrowserContext) -> Callable[[Page], int]:
    """How often a finger or a mouse has come down in this journey, over all of its pages."""
    context.add_init_script(
        "addEventListener('pointerdown', () => {"
        " sessionStorage.taps = Number(sessionStorage.taps || 0) + 1 }, true)"
    )
    return lambda page: int(page.evaluate("Number(sessionStorage.taps || 0)"))
