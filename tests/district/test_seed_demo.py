import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import lucide
import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from accounts.models import Affiliation, Member, Organisation, Role, User
from billing import audit as money
from bookings import audit as bookings
from bookings import availability
from bookings.audit import audit
from bookings.forms import SearchForm
from bookings.models import (
    OCCUPYING,
    Booking,
    BookingEvent,
    BusyTime,
    Closure,
    Delivery,
    DeliveryState,
    Occupancy,
    SavedSearch,
    Status,
)
from bookings.models import Kind as Event
from bookings.queries.candidates import Candidates
from bookings.queries.conflicts import conflicts
from bookings.queries.obtaining import Asker
from spaces.checklist import missing
from spaces.holidays import public_holidays
from spaces.models import (
    Amenity,
    CalendarSource,
    HoursException,
    Kind,
    Listing,
    OpeningHours,
    Photo,
    Place,
    Price,
    Rulebook,
    Space,
    Unit,
)
from spaces.periods import at_minute, day_span, minutes_in, period, widened
from spaces.prices import Buyer
from spaces.rulebook import has_accepted

ZONE = ZoneInfo("Europe/Oslo")
AN_ORDINARY_MONDAY = date(2026, 11, 23)
AT_EASTER = date(2027, 3, 25)  # a holiday; three days before the clocks change


def seed(today: date) -> str:
    said = StringIO()
    with override_settings(DEMO=True):
        call_command("seed_demo", "--today", today.isoformat(), stdout=said)
    return said.getvalue()


def clear() -> None:
    """Empty the database of what was committed; the ledger would refuse TRUNCATE."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # without triggers
        call_command("flush", verbosity=0, interactive=False)
        cursor.execute("SET session_replication_role = origin")


@pytest.fixture(scope="module", params=[AN_ORDINARY_MONDAY, AT_EASTER], ids=str)
def district(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[date]:
    """The seeded district, committed, for all tests of this module to read: to seed anew for
    each of them would take a minute. The day it is seeded on."""
    today: date = request.param
    with django_db_blocker.unblock():
        seed(today)
    yield today
    with django_db_blocker.unblock():
        clear()


def test_seed_demo_refuses_outside_demo_mode() -> None:
    with pytest.raises(CommandError, match="LEDIG_DEMO=1"):
        call_command("seed_demo")


@pytest.mark.django_db
def test_seed_demo_again_says_so_and_changes_nothing(
    district: date, django_assert_max_num_queries
) -> None:
    before = digest()
    with django_assert_max_num_queries(1):
        said = seed(district + timedelta(days=1))
    assert "already there" in said
    assert digest() == before


@pytest.mark.parametrize("district", [AN_ORDINARY_MONDAY], indirect=True, ids=str)
def test_seed_demo_writes_the_same_every_time(
    district: date, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        first = digest()
        clear()
        seed(district)
        assert digest() == first


def digest() -> str:
    """Of everything but primary keys that count up, the passwords' salt and when people joined."""
    rows = [
        *User.objects.order_by("email").values_list("email", "name", "is_staff"),
        *Organisation.objects.order_by("slug").values_list("slug", "name", "about"),
        *Member.objects.order_by("pk").values_list("user__email", "organisation__slug", "role"),
        *Affiliation.objects.order_by("pk").values_list("user__email", "kind", "expires_at"),
        *Place.objects.order_by("slug").values_list("slug", "latitude", "longitude", "arrival"),
        *Space.objects.order_by("slug").values_list("slug", "summary", "step", "max_length"),
        *Unit.objects.order_by("pk").values_list("name", "place__slug"),
        *OpeningHours.objects.order_by("pk").values_list("space__slug", "weekday", "closes"),
        *HoursException.objects.order_by("pk").values_list("space__slug", "date", "opens"),
        *Price.objects.order_by("pk").values_list("space__slug", "audience", "per", "amount"),
        *Photo.objects.order_by("pk").values_list("space__slug", "file", "alt"),
        *Booking.objects.order_by("pk").values_list(
            "pk", "space__slug", "booker__email", "period", "status", "title", "changed_at"
        ),
        *BookingEvent.objects.order_by("pk").values_list("booking", "kind", "at", "by__email"),
        *Closure.objects.order_by("pk").values_list("space__slug", "period", "reason"),
        *Occupancy.objects.order_by("pk").values_list(
            "unit__name", "during", "booking", "held_until"
        ),
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


# --- The catalogue ------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_district_has_actors_places_and_spaces_of_every_kind(district: date) -> None:
    assert Organisation.objects.count() >= 12
    assert Place.objects.count() >= 15
    assert Space.objects.count() >= 60
    assert Place.objects.filter(is_outdoor=True).count() >= 3
    kinds = Counter(Space.objects.values_list("kind", flat=True))
    assert set(kinds) == set(Kind.values)
    assert min(kinds.values()) >= 6
    for area in Space.objects.filter(kind=Kind.DESK_AREA):
        assert area.is_pool
        assert 8 <= area.units.count() <= 40


@pytest.mark.django_db
def test_everything_is_marked_as_demo_data(district: date) -> None:
    for organisation in Organisation.objects.all():
        assert organisation.is_demo
        assert "Demodata" in organisation.about["nb"]
        if organisation.number:  # no number is invented for one that there is
            assert organisation.website.endswith(".example")


@pytest.mark.django_db
def test_every_place_lies_in_the_district(district: date) -> None:
    inside = Q(latitude__range=(63.410, 63.428), longitude__range=(10.380, 10.410))
    assert not Place.objects.exclude(inside).exists()
    assert not Place.objects.exclude(postcode__in=("7030", "7031", "7034")).exists()


@pytest.mark.django_db
def test_every_space_can_be_shown_and_booked(district: date) -> None:
    spaces = Space.objects.published()
    for space in spaces.prefetch_related("units", "prices", "opening_hours", "photos"):
        assert space.slug.isascii()
        assert space.units.all(), space
        assert space.prices.all(), space
        assert space.opening_hours.all(), space
        assert len(space.photos.all()) == 4, space
        if space.is_pool:
            assert len(space.units.all()) == space.capacity, space


@pytest.mark.django_db
def test_one_draft_shows_what_is_missing(district: date) -> None:
    draft = Space.objects.exclude(listing=Listing.PUBLISHED).get()
    assert draft.listing == Listing.DRAFT
    assert {item.code for item in missing(draft)} == {"summary", "price"}


@pytest.mark.django_db
def test_all_owners_but_one_have_said_yes_to_the_rulebook(district: date) -> None:
    undecided = [one.slug for one in Organisation.objects.all() if not has_accepted(one)]
    owned = Organisation.objects.filter(memberships__role=Role.OWNER, slug__in=undecided)
    assert [one.slug for one in owned] == ["nabo"]


@pytest.mark.django_db
def test_every_photo_is_a_stored_drawing(district: date) -> None:
    for photo in Photo.objects.all():
        with photo.file.open() as file:
            assert file.read(4) == b"<svg"


@pytest.mark.django_db
def test_every_text_is_there_in_norwegian_and_english(district: date) -> None:
    texts = [
        *Organisation.objects.values_list("about", flat=True),
        *Place.objects.values_list("arrival", flat=True),
        *Space.objects.published().values_list("summary", flat=True),
        *Space.objects.published().values_list("description", flat=True),
        *Space.objects.exclude(house_rules={}).values_list("house_rules", flat=True),
        *Place.objects.exclude(public_transport={}).values_list("public_transport", flat=True),
        *Rulebook.objects.values_list("text", flat=True),
        *Space.objects.exclude(floor={}).values_list("floor", flat=True),
        *Photo.objects.values_list("alt", flat=True),
        *Amenity.objects.values_list("name", flat=True),
    ]
    assert [text for text in texts if not (text.get("nb") and text.get("en"))] == []
    assert any(text.get("nn") for text in texts)


@pytest.mark.django_db
def test_every_amenity_is_used_and_has_an_icon(district: date) -> None:
    with ZipFile(f"{lucide.__path__[0]}/lucide.zip") as archive:
        icons = {name.rsplit("/", 1)[-1].removesuffix(".svg") for name in archive.namelist()}
    assert set(Amenity.objects.values_list("icon", flat=True)) <= icons
    assert not Amenity.objects.filter(spaces=None).exists()


# --- The accounts -------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_demo_accounts_can_sign_in_and_nobody_else_can(district: date) -> None:
    can = {user.email.split("@")[0] for user in User.objects.all() if user.has_usable_password()}
    assert can == {"student", "firma", "eier", "vert", "drift"}
    for name in can:
        assert User.objects.get(email=f"{name}@demo.ledig.no").check_password("ledig-demo")
    addresses = EmailAddress.objects.filter(verified=True, primary=True, email=F("user__email"))
    assert addresses.count() == User.objects.count()


@pytest.mark.django_db
def test_the_demo_accounts_are_who_they_should_be(district: date) -> None:
    def account(name: str) -> User:
        return User.objects.get(email=f"{name}@demo.ledig.no")

    now = at_minute(district, 12 * 60, ZONE)
    assert account("student").affiliations_at(now) == {"student"}
    firma = account("firma").memberships.get()
    assert (firma.role, firma.organisation.books_on_account) == (Role.MANAGER, True)
    eier, vert = account("eier").memberships.get(), account("vert").memberships.get()
    assert (eier.role, vert.role) == (Role.OWNER, Role.HOST)
    assert eier.organisation == vert.organisation
    assert account("drift").is_staff


@pytest.mark.django_db
def test_the_owner_has_colleagues_in_every_role_and_one_to_come(district: date) -> None:
    elveporten = Organisation.objects.get(slug="elveporten")
    assert set(elveporten.memberships.values_list("role", flat=True)) == set(Role)
    now = at_minute(district, 12 * 60, ZONE)
    assert elveporten.invitations.to_mail(now).count() == 1


@pytest.mark.django_db
def test_the_invented_actors_have_logos(district: date) -> None:
    actors = Organisation.objects.exclude(logo="")
    assert actors.count() >= 10
    for actor in actors:
        with actor.logo.open() as file:
            assert file.read().startswith(b"<svg")


@pytest.mark.django_db
def test_the_owner_has_a_divisible_hall_and_much_else(district: date) -> None:
    spaces = Space.objects.filter(organisation__memberships__user__email="eier@demo.ledig.no")
    assert spaces.count() >= 8
    assert len(set(spaces.values_list("kind", flat=True))) >= 5
    halls = {slug: set(spaces.get(slug=slug).units.all()) for slug in ("sal-a", "sal-b", "sal-ab")}
    assert halls["sal-ab"] == halls["sal-a"] | halls["sal-b"]
    assert not halls["sal-a"] & halls["sal-b"]
    inbox = Booking.objects.filter(status=Status.REQUESTED)
    assert {booking.space.organisation for booking in inbox} == {spaces[0].organisation}
    assert len({booking.booker for booking in inbox}) == len(inbox) >= 4
    for booking in inbox:
        assert not booking.space.is_instant
        assert booking.expires_at is not None
        assert at_minute(district, 48 * 60, ZONE) <= booking.expires_at <= booking.start


@pytest.mark.django_db
def test_the_student_and_the_company_have_bookings(district: date) -> None:
    midnight = at_minute(district, 0, ZONE)
    for name, past, coming, missed in (("student", 3, 3, ["no_show"]), ("firma", 2, 3, [])):
        mine = Booking.objects.filter(booker__email=f"{name}@demo.ledig.no")
        assert mine.filter(period__endswith__lte=midnight).count() == past
        assert mine.filter(period__startswith__gt=midnight).count() == coming
        assert set(mine.values_list("status", flat=True)) == {"completed", "confirmed", *missed}


# --- The calendars ------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_saved_finds_something(district: date) -> None:
    student, noon = User.objects.get(email="student@demo.ledig.no"), at_minute(district, 720, ZONE)

    assert student.favourites.count() >= 3
    for search in SavedSearch.objects.all():
        asker = Asker(search.user, Buyer.of(search.user, noon), noon)
        wanted = SearchForm(search.asked, now=noon).wanted
        assert Candidates(wanted, asker).narrowed.exists(), search.name


@pytest.mark.django_db
def test_the_bookings_are_many_and_free_of_charge(district: date) -> None:
    assert 1500 <= Booking.objects.count() <= 2700
    assert not Booking.objects.filter(Q(amount__gt=0) | Q(lines=[]) | Q(title="")).exists()
    told = {DeliveryState.SENT, DeliveryState.SILENT}  # nobody is mailed
    assert not Delivery.objects.exclude(state__in=told).exists()


@pytest.mark.django_db
def test_the_district_keeps_every_promise(district: date) -> None:
    midnight = at_minute(district, 0, ZONE)
    assert [
        one for one in audit([*bookings.CHECKS, *money.CHECKS], now=midnight) if one.count
    ] == []


@pytest.mark.django_db
def test_exactly_the_occupying_bookings_occupy(district: date) -> None:
    bookings = Booking.objects.select_related("space").prefetch_related("occupancies")
    units = dict(Space.objects.annotate(n=Count("units")).values_list("pk", "n"))
    for booking in bookings:
        space, taken = booking.space, booking.occupancies.all()
        needed = booking.quantity if space.is_pool else units[space.pk]
        assert len(taken) == (needed if booking.status in OCCUPYING else 0)
        during = widened(booking.period, space.buffer_before, space.buffer_after)
        assert {row.during for row in taken} <= {during}
        assert {row.held_until for row in taken} <= {booking.expires_at}
        assert {row.place_id for row in taken} <= {space.place_id}


@pytest.mark.django_db
def test_no_unit_is_taken_that_the_space_has_not(district: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM bookings_occupancy AS o
            JOIN bookings_booking AS b ON b.id = o.booking_id
            LEFT JOIN spaces_space_units AS has
                ON has.space_id = b.space_id AND has.unit_id = o.unit_id
            WHERE has.id IS NULL
            """
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_no_booking_lies_outside_opening_hours(district: date) -> None:
    window = day_span(district - timedelta(days=32), ZONE, 65)
    calendars = availability.calendars(
        Space.objects.values_list("pk", flat=True), window, now=window.lower
    )
    for booking in Booking.objects.select_related("space"):
        assert any(
            open_.lower <= booking.start and booking.end <= open_.upper
            for open_ in calendars[booking.space_id].open
        ), booking


@pytest.mark.django_db
def test_every_booking_keeps_the_rules_of_its_space(district: date) -> None:
    for booking in Booking.objects.select_related("space"):
        space = booking.space
        start, end = booking.start.astimezone(ZONE), booking.end.astimezone(ZONE)
        assert space.min_length <= minutes_in(booking.period) <= space.max_length
        assert (start.hour * 60 + start.minute) % space.step == 0
        assert (end.hour * 60 + end.minute) % space.step == 0
        notice = booking.start - booking.created_at
        assert timedelta(minutes=space.lead_time) <= notice <= timedelta(days=space.horizon_days)


@pytest.mark.django_db
def test_every_status_is_what_its_history_leads_to(district: date) -> None:
    midnight = at_minute(district, 0, ZONE)
    statuses = Counter(Booking.objects.values_list("status", flat=True))
    assert set(statuses) == {
        "completed", "confirmed", "requested", "cancelled", "declined", "no_show"
    }  # fmt: skip
    for booking in Booking.objects.select_related("space").prefetch_related("events"):
        events = list(booking.events.all())
        first = Event.CONFIRMED if booking.space.is_instant else Event.REQUESTED
        assert (events[0].kind, events[-1].kind) == (first, booking.status)
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert events[0].at == booking.created_at
        assert events[-1].at == booking.changed_at <= midnight
        if booking.status in (Status.COMPLETED, Status.NO_SHOW):
            assert booking.end <= midnight
        if booking.status in (Status.CONFIRMED, Status.REQUESTED):
            assert booking.end > midnight


@pytest.mark.django_db
def test_closures_take_their_units(district: date) -> None:
    for closure in Closure.objects.exclude(space=None).select_related("space"):
        taken = closure.occupancies.all()
        assert {row.unit for row in taken} == set(closure.space.units.all())
        assert {row.during for row in taken} == {closure.period}
    assert Closure.objects.count() >= 2


@pytest.mark.django_db
def test_a_search_in_the_coming_days_finds_free_and_taken_spaces(district: date) -> None:
    now = at_minute(district, 0, ZONE)
    for offset in range(1, 15):
        day = district + timedelta(days=offset)
        if day.isoweekday() > 5 or public_holidays(day, day):
            continue
        span = period(at_minute(day, 13 * 60, ZONE), at_minute(day, 15 * 60, ZONE))
        asked = Space.objects.annotate(verdict=availability.verdict(span, now=now))
        found = Counter(asked.values_list("verdict", flat=True))
        assert found["free"] >= 24
        assert found["slot_taken"] >= 5


@pytest.mark.django_db
def test_one_calendar_clashes_with_one_booking_and_one_is_lost(district: date) -> None:
    midnight = at_minute(district, 0, ZONE)
    outlook, lost = CalendarSource.objects.order_by("pk")
    owner = User.objects.get(email="eier@demo.ledig.no")

    clashes = [one for one in conflicts(owner, now=midnight) if one.clashes]

    assert [one.booking.space for one in clashes] == [outlook.space]
    assert BusyTime.objects.count() > 10
    assert outlook.skipped == {"free": 1, "cancelled": 1}
    assert lost.is_stale(midnight)
    assert lost.problem == "gone"
