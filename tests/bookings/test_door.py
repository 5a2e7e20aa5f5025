"""The door: its display, what its sign leads to, and checking in by link."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.models import Role
from bookings import deliveries, operations
from bookings.check_in_links import SIGNER, check_in_url
from bookings.models import Booking, Kind, Status
from bookings.operations import close
from bookings.queries.door import DoorView, door_view
from spaces.models import Allocation, Door, Listing, Space
from spaces.operations import door_of, rotate_door
from spaces.periods import at_minute, period
from tests.factories import NOW, make_booking, make_member, make_place, make_space, make_user

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOURS = (8 * 60, 20 * 60)  # NOW is 12:00


def view(space: Space, now: datetime = NOW) -> DoorView:
    return door_view(Space.objects.select_related("in_force", "place").get(pk=space.pk), now=now)


def path_of(space: Space, rest: str = "") -> str:
    return f"/door/{door_of(space=space, now=NOW).token}/{rest}"


# --- Free or not, and until when --------------------------------------------------------


def test_free_until_somebody_comes() -> None:
    space = make_space(hours=HOURS)
    booking = make_booking(space, NOW + 3 * HOUR)
    found = view(space)
    assert (found.state, found.until, found.next_taken) == ("free", booking.start, booking.period)


def test_taken_until_the_last_of_those_who_follow_each_other() -> None:
    space = make_space(hours=HOURS)
    make_booking(space, NOW - HOUR)
    second = make_booking(space, NOW + HOUR)
    later = make_booking(space, NOW + 5 * HOUR)
    found = view(space)
    assert (found.state, found.until) == ("busy", second.end)
    assert found.next_taken == second.period
    assert view(space, NOW + 2 * HOUR).next_taken == later.period


def test_taken_while_it_is_cleaned() -> None:
    space = make_space(hours=HOURS, buffer_after=30)
    booking = make_booking(space, NOW - 2 * HOUR)  # until now
    found = view(space)
    assert (found.state, found.until) == ("busy", booking.end + 30 * MINUTE)


def test_free_until_it_closes() -> None:
    assert view(make_space(hours=HOURS)).until == NOW + 8 * HOUR


def test_closed_until_it_opens_the_next_day() -> None:
    found = view(make_space(hours=HOURS), NOW + 9 * HOUR)
    assert (found.state, found.until, found.is_another_day) == ("closed", NOW + 20 * HOUR, True)
    assert found.offers == []


def test_never_open_is_closed_without_an_end() -> None:
    found = view(make_space(hours="never"))
    assert (found.state, found.until, found.is_until_midnight) == ("closed", None, True)


def test_always_open_is_free_for_the_rest_of_the_day() -> None:
    found = view(make_space())
    assert (found.state, found.is_until_midnight) == ("free", True)


def test_what_the_owner_has_closed_is_taken() -> None:
    space = make_space(hours=HOURS)
    close(space=space, span=period(NOW, NOW + HOUR), by=make_user(), now=NOW)
    assert view(space).state == "busy"


def test_a_hold_that_has_run_out_does_not_count() -> None:
    space = make_space(hours=HOURS)
    make_booking(space, NOW - HOUR, status=Status.HELD, expires_at=NOW)
    assert view(space).state == "free"
    assert view(space, NOW - MINUTE).state == "busy"


def test_the_title_of_what_does_not_stand_is_told_to_nobody() -> None:
    """Or anybody could write on the door by asking."""
    space = make_space(hours=HOURS)
    public = {"visibility": "public", "public_title": "Open day"}
    for start in (NOW - HOUR, NOW + 2 * HOUR):
        make_booking(space, start, status=Status.REQUESTED, **public)
    found = view(space)
    assert (found.state, found.title, found.next_title) == ("busy", "", "")
    assert found.next_taken
    Booking.objects.update(status=Status.CONFIRMED)
    found = view(space)
    assert (found.title, found.next_title) == ("Open day", "Open day")


def test_a_pool_says_how_many_are_left() -> None:
    desks = make_space(allocation=Allocation.ANY, units=3, capacity=3)
    make_booking(desks, NOW - HOUR, quantity=2)
    found = view(desks)
    assert (found.state, found.left, found.next_taken) == ("free", 1, None)


# --- Midnight and clock changes ---------------------------------------------------------


def test_over_midnight_the_day_is_the_new_one() -> None:
    space = make_space()
    zone = space.place.zone
    midnight = at_minute(NOW.astimezone(zone).date() + DAY, 0, zone)
    booking = make_booking(space, midnight - HOUR, midnight + HOUR)

    before, after = view(space, midnight - MINUTE), view(space, midnight)
    assert before.until == after.until == booking.end
    assert (before.is_another_day, after.is_another_day) == (True, False)
    assert before.line.now == 24 * 60 - 1
    assert after.line.now == 0
    assert after.line.free[0][0] == 60


def test_to_be_booked_over_midnight() -> None:
    space = make_space()
    zone = space.place.zone
    midnight = at_minute(NOW.astimezone(zone).date() + DAY, 0, zone)
    (offer, *_) = view(space, midnight - 10 * MINUTE).offers
    assert offer.span.lower == midnight
    query = parse_qs(urlsplit(offer.address).query)
    assert query["date"] == [midnight.astimezone(zone).date().isoformat()]


@pytest.mark.parametrize(
    ("now", "clock"),
    [
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 150),  # 2.30, the second time
        (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), 210),  # 3.30, an hour after 1.30
    ],
)
def test_when_clocks_change_what_is_offered_can_be_booked(now: datetime, clock: int) -> None:
    space = make_space(step=15, min_length=15)
    booking = make_booking(space, now + 2 * HOUR)
    found = view(space, now)
    assert (found.state, found.until, found.line.now) == ("free", booking.start, clock)
    assert [offer.minutes for offer in found.offers] == [15, 30, 60]
    for offer in found.offers:
        assert offer.span.lower >= now
        assert offer.span.upper <= booking.start


def test_nothing_is_offered_in_an_hour_that_its_address_does_not_mean() -> None:
    """An address says 02.30; of the two of that night it means the second, an hour from now."""
    space = make_space(step=15, min_length=15)
    found = view(space, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert (found.state, found.line.now, found.offers) == ("free", 150, [])


# --- What can be booked there and then --------------------------------------------------


def test_what_is_offered_begins_at_the_next_step_and_is_as_the_page_is_asked() -> None:
    space = make_space(hours=HOURS, step=15, min_length=15)
    found = view(space, NOW + 4 * MINUTE + timedelta(seconds=20))
    assert [offer.minutes for offer in found.offers] == [15, 30, 60]
    assert found.offers[0].span.lower == NOW + 15 * MINUTE
    assert not found.starts_now
    assert found.offers[0].address.endswith("?date=2026-11-23&from=12:15&to=12:30")
    assert view(space).starts_now


def test_only_what_fits_is_offered() -> None:
    space = make_space(hours=HOURS, step=15, min_length=15)
    make_booking(space, NOW + 45 * MINUTE)
    assert [offer.minutes for offer in view(space).offers] == [15, 30]


def test_a_space_that_is_booked_for_long_offers_its_shortest() -> None:
    space = make_space(hours=HOURS, min_length=120)
    assert [offer.minutes for offer in view(space).offers] == [120]


@pytest.mark.parametrize("fields", [{"listing": Listing.PAUSED}, {"lead_time": 24 * 60}])
def test_what_cannot_be_booked_now_is_not_offered(fields: dict[str, Any]) -> None:
    assert view(make_space(hours=HOURS, **fields)).offers == []


# --- The display ------------------------------------------------------------------------


def test_the_display_tells_nobody_s_name_or_purpose(client: Client) -> None:
    space = make_space(hours=HOURS)
    make_booking(space, NOW - HOUR, title="Oppkjøp", by=make_user(name="Kari Nordmann"))
    make_booking(space, NOW + 2 * HOUR, title="Oppsigelse")
    with time_machine.travel(NOW, tick=False):
        answer = client.get(path_of(space))
    page = answer.content.decode()
    assert "Opptatt" in page
    assert "til 13.00" in page or "til 13" in page
    for secret in ("Oppkjøp", "Kari", "Oppsigelse", "csrf"):
        assert secret not in page
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert not answer.cookies


def test_the_display_names_what_is_for_everyone(client: Client) -> None:
    space = make_space(hours=HOURS)
    public = {"visibility": "public", "title": "Styret forbereder"}
    make_booking(space, NOW - HOUR, public_title="Åpent foredrag", **public)
    make_booking(space, NOW + 2 * HOUR, public_title="<b>Kor</b>", **public)
    with time_machine.travel(NOW, tick=False):
        page = client.get(path_of(space)).content.decode()
    assert "Åpent foredrag" in page
    assert ", &lt;b&gt;Kor&lt;/b&gt;" in page
    assert "Styret" not in page


def test_htmx_gets_the_fragment_alone(client: Client) -> None:
    path = path_of(make_space())
    page = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith("<section")
    assert 'http-equiv="refresh"' in client.get(path).content.decode()


def test_a_display_weighs_little_with_all_it_loads(client: Client) -> None:
    """As it crosses the line: text compressed, the typeface and drawings as they are."""
    page = client.get(path_of(make_space(hours=HOURS))).content.decode()
    names = set(re.findall(r'(?:href|src)="/static/([^"]+)"', page))
    sheets = [name for name in names if name.endswith(".css")]
    scripts = [name for name in names if name.endswith(".js")]
    for sheet in sheets:
        found = re.findall(r'url\("?\.\./([^")]+)"?\)', static_file(sheet).decode())
        names |= set(found)
    for script in scripts:
        names |= {
            f"js/{one}" for one in re.findall(r'from "\./([^"]+)"', static_file(script).decode())
        }

    weights = {name: weight(static_file(name), name) for name in names}
    total = sum(weights.values()) + len(gzip.compress(page.encode()))

    assert {"css/door.css", "js/door.js", "fonts/schibsted-grotesk.woff2"} <= names
    assert total <= 80 * 1024, weights


def static_file(name: str) -> bytes:
    found = finders.find(name)
    assert isinstance(found, str), name
    return Path(found).read_bytes()


def weight(content: bytes, name: str) -> int:
    return len(content if name.endswith((".woff2", ".png")) else gzip.compress(content))


def test_a_display_costs_the_same_however_much_is_booked(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    space = make_space(step=15, min_length=15)
    path = path_of(space)
    for n in range(30):
        make_booking(space, NOW + (n + 2) * HOUR, NOW + (n + 3) * HOUR)
    with time_machine.travel(NOW, tick=False), django_assert_max_num_queries(9):
        client.get(path)


def test_what_is_unknown_rotated_or_archived_is_not_there(client: Client) -> None:
    space = make_space()
    door = door_of(space=space, now=NOW)
    old = path_of(space)
    assert client.get("/door/nothing/").status_code == 404
    rotate_door(door=door, now=NOW)
    assert client.get(old).status_code == 404
    assert client.get(path_of(space)).status_code == 200
    Space.objects.update(listing=Listing.ARCHIVED)
    assert client.get(path_of(space)).status_code == 404


def test_only_the_hash_of_the_address_is_stored() -> None:
    door = door_of(space=make_space(), now=NOW)
    assert len(door.token) == 64
    row = Door.objects.values().get()
    assert door.token not in str(row)
    assert bytes(row["digest"]) == Door.digest_of(door.token)
    assert door_of(space=door.space, now=NOW + DAY).token == door.token


def test_the_owner_sees_when_a_display_last_asked(client: Client) -> None:
    space = make_space()
    client.force_login(make_member(space.organisation, Role.MANAGER, make_user(language="nb")))
    page = f"/owner/spaces/{space.slug}/door/"
    assert "Ingen skjerm har spurt" in client.get(page).content.decode()
    with time_machine.travel(NOW, tick=False):
        client.get(path_of(space))
    assert "23. november kl. 12" in client.get(page).content.decode()


# --- The sign leads to checking in ------------------------------------------------------


def test_the_sign_s_code_leads_to_the_door(client: Client) -> None:
    space = make_space(name="Nidelva", is_step_free=True)
    client.force_login(make_member(space.organisation, Role.MANAGER, make_user(language="nb")))
    page = client.get(f"/owner/spaces/{space.slug}/sign/?arrow=left").content.decode()
    assert "Nidelva" in page
    assert "Trinnfri" in page
    assert 'class="qr"' in page
    Space.objects.update(is_step_free=False)
    assert "Trinnfri" not in client.get(f"/owner/spaces/{space.slug}/sign/").content.decode()


def test_who_has_booked_checks_in_at_the_door(client: Client) -> None:
    booking = make_booking(start=NOW, by=make_user(language="nb"))
    path = path_of(booking.space, "here/")
    with time_machine.travel(NOW - 10 * MINUTE, tick=False):
        assert "Logg inn for å sjekke inn" in client.get(path).content.decode()
        assert client.post(path).headers["Location"].startswith("/accounts/login/?next=/door/")
        client.force_login(booking.booker)
        assert "Sjekk inn" in client.get(path).content.decode()
        answer = client.post(path)
        assert answer.headers["Location"] == booking.get_absolute_url()
        assert "Du er sjekket inn" in client.get(path).content.decode()
    booking.refresh_from_db()
    assert booking.status == Status.CHECKED_IN


def test_nobody_checks_in_to_what_others_have_booked_or_what_is_not_now(client: Client) -> None:
    booking = make_booking(start=NOW)
    path = path_of(booking.space, "here/")
    with time_machine.travel(NOW, tick=False):
        client.force_login(make_user(language="nb"))
        assert client.post(path).headers["Location"] == path
        assert "Du har ingen booking her nå." in client.get(path).content.decode()
    with time_machine.travel(NOW - 16 * MINUTE, tick=False):
        client.force_login(booking.booker)
        client.post(path)
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_at_the_door_of_a_half_one_checks_in_to_the_whole(client: Client) -> None:
    place = make_place()
    half, other = make_space(place), make_space(place)
    whole = make_space(place, units=[half.units.get(), other.units.get()])
    booking = make_booking(whole, NOW)
    client.force_login(booking.booker)
    with time_machine.travel(NOW, tick=False):
        client.post(path_of(half, "here/"))
    booking.refresh_from_db()
    assert booking.status == Status.CHECKED_IN


def test_of_two_bookings_the_one_to_check_in_to_comes_first(client: Client) -> None:
    user = make_user()
    space = make_space()
    make_booking(space, NOW - 2 * HOUR, by=user, status=Status.CHECKED_IN)  # until NOW
    follows = make_booking(space, NOW, by=user)
    client.force_login(user)
    with time_machine.travel(NOW - 5 * MINUTE, tick=False):
        client.post(path_of(space, "here/"))
    follows.refresh_from_db()
    assert follows.status == Status.CHECKED_IN


# --- By link ----------------------------------------------------------------------------


def test_the_confirmation_has_a_link_that_checks_in(client: Client, mailoutbox: list[Any]) -> None:
    space = Space.objects.get(pk=make_space(release_after=15).pk)
    span = period(NOW + DAY, NOW + DAY + HOUR)
    booking = operations.hold(space=space, span=span, by=make_user(), now=NOW)
    deliveries.send_due(now=NOW)
    link = urlsplit(check_in_url(booking)).path
    assert link in mailoutbox[0].body

    with time_machine.travel(NOW, tick=False):
        assert "<button" not in client.get(link).content.decode().split("<main")[1]
        assert client.post(link).status_code == 422
    with time_machine.travel(NOW + DAY, tick=False):
        assert "<button" in client.get(link).content.decode().split("<main")[1]
        booking.refresh_from_db()
        assert booking.status == Status.CONFIRMED  # looking is not checking in
        assert client.post(link).status_code == 200
    booking.refresh_from_db()
    assert booking.status == Status.CHECKED_IN
    assert booking.events.get(kind=Kind.CHECKED_IN).by == booking.booker


def test_the_link_opens_nothing_else(client: Client) -> None:
    booking = make_booking(start=NOW)
    signed = SIGNER.sign(str(booking.pk))
    with time_machine.travel(NOW, tick=False):
        client.post(f"/check-in/{signed}/")
        assert client.get(booking.get_absolute_url()).status_code == 302  # to sign in


@pytest.mark.parametrize("how", ["another", "unsigned", "nonsense"])
def test_a_link_that_was_tampered_with_is_not_there(client: Client, how: str) -> None:
    booking, other = make_booking(), make_booking()
    signature = SIGNER.sign(str(booking.pk)).split(":")[1]
    signed = {
        "another": f"{other.pk}:{signature}",
        "unsigned": str(booking.pk),
        "nonsense": SIGNER.sign("nonsense"),
    }[how]
    assert client.get(f"/check-in/{signed}/").status_code == 404
    assert client.post(f"/check-in/{signed}/").status_code == 404
    assert not Booking.objects.filter(status=Status.CHECKED_IN).exists()


def test_what_is_cancelled_cannot_be_checked_in_to(client: Client) -> None:
    booking = make_booking(start=NOW, status=Status.CANCELLED)
    with time_machine.travel(NOW, tick=False):
        assert client.post(f"/check-in/{SIGNER.sign(str(booking.pk))}/").status_code == 422
