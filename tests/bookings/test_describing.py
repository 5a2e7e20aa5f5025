"""What a booking is for, and who else sees it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from bookings import operations
from bookings.about import About
from bookings.models import Booking, BookingEvent, Delivery, Kind, Status, Visibility
from bookings.operations.moves import record
from bookings.refusals import NobodyToShareWith, PublicNeedsTitle, WrongState
from spaces.models import Listing
from spaces.periods import period
from tests.cast import EVIL
from tests.factories import NOW, make_booking, make_member, make_organisation, make_space, make_user

pytestmark = pytest.mark.django_db
PUBLIC = About(public_title="Open day", visibility=Visibility.PUBLIC)


def describe(booking: Booking, title: str = "", about: About | None = None) -> Booking:
    return operations.describe(
        booking=booking, title=title, about=about or About(), by=booking.booker, now=NOW
    )


# --- Describing -------------------------------------------------------------------------


def test_describe_says_it_anew_and_is_remembered() -> None:
    booking = make_booking(title="Old")
    described = describe(booking, "New", About("A note", "Open day", Visibility.PUBLIC))
    assert (described.title, described.note, described.visibility) == ("New", "A note", "public")
    (event,) = BookingEvent.objects.all()
    assert (event.kind, event.by) == (Kind.DESCRIBED, booking.booker)
    assert event.data == {"changed": ["title", "note", "public_title", "visibility"]}


def test_describe_the_same_is_nothing() -> None:
    describe(make_booking())
    assert not BookingEvent.objects.exists()


def test_describe_tells_guests_of_another_title_and_of_nothing_else() -> None:
    booking = make_booking(title="Old")
    record(booking, Kind.CONFIRMED, by=booking.booker, now=NOW)
    operations.invite(booking=booking, people=[("", "ola@example.org")], by=booking.booker, now=NOW)
    booking = describe(booking, "Old", About("A note"))
    assert not Delivery.objects.filter(kind=Kind.DESCRIBED).exists()
    booking = describe(booking, "New", About("A note"))
    told = Delivery.objects.get(kind=Kind.DESCRIBED)
    assert (told.address, told.version) == ("ola@example.org", booking.sequence)
    assert booking.sequence == 1


def test_public_needs_a_public_title_also_in_the_database() -> None:
    booking = make_booking()
    with pytest.raises(PublicNeedsTitle):
        describe(booking, "x", About(visibility=Visibility.PUBLIC))
    with pytest.raises(IntegrityError, match="booking_public_has_title"), transaction.atomic():
        Booking.objects.update(visibility="public")


def test_sharing_with_colleagues_needs_an_organisation_also_in_the_database() -> None:
    booking = make_booking()
    with pytest.raises(NobodyToShareWith):
        describe(booking, "x", About(visibility=Visibility.ORGANISATION))
    with pytest.raises(IntegrityError, match="booking_shared_with_somebody"), transaction.atomic():
        Booking.objects.update(visibility="organisation")


def test_hold_takes_what_is_said_and_refuses_what_does_not_hang_together() -> None:
    space, kari = make_space(), make_user()
    tomorrow = period(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1))
    told = {"space": space, "span": tomorrow, "by": kari, "now": NOW}
    with pytest.raises(PublicNeedsTitle):
        operations.hold(**told, about=About(visibility=Visibility.PUBLIC))
    booking = operations.hold(**told, about=PUBLIC)
    assert (booking.visibility, booking.public_title) == ("public", "Open day")


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED])
def test_describe_what_has_ended(status: Status) -> None:
    with pytest.raises(WrongState):
        describe(make_booking(status=status), "New")


# --- Who sees it ------------------------------------------------------------------------


def test_activities_show_public_titles_time_and_place_alone(client: Client) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    booker = make_user("kari@example.org", name="Kari Nordmann")
    said = {"title": "Private title", "note": "Secret note", "public_title": EVIL}
    space = make_space(name="Nidelva")
    booking = make_booking(space, tomorrow, by=booker, visibility="public", **said)

    page = client.get("/activities/").content.decode()

    assert "&lt;img src=x" in page
    assert "Nidelva" in page
    for secret in (
        EVIL,
        "Private title",
        "Secret note",
        "Kari",
        "kari@",
        booking.get_absolute_url(),
    ):
        assert secret not in page


def test_activities_in_a_space_that_its_owner_hides_are_not_told(client: Client) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    space = make_space(listing=Listing.PAUSED)
    make_booking(space, tomorrow, visibility="public", public_title="Open day")

    assert "Open day" not in client.get("/activities/").content.decode()


@pytest.mark.parametrize(
    ("status", "days"),
    [(Status.CANCELLED, 1), (Status.REQUESTED, 1), (Status.HELD, 1), (Status.COMPLETED, -1)],
)
def test_activities_are_confirmed_and_not_over(client: Client, status: Status, days: int) -> None:
    start = timezone.now() + timedelta(days=days)
    make_booking(start=start, status=status, visibility="public", public_title="Open day")
    make_booking(start=timezone.now() + timedelta(days=1), public_title="Open day")  # private
    assert "Open day" not in client.get("/activities/").content.decode()


def test_colleagues_see_what_is_shared_within_their_organisation(client: Client) -> None:
    ours, theirs = make_organisation(), make_organisation()
    tomorrow = timezone.now() + timedelta(days=1)
    for organisation, title, visibility in (
        (ours, "Shared", "organisation"),
        (ours, "Kept private", "private"),
        (theirs, "Of others", "organisation"),
    ):
        make_booking(start=tomorrow, organisation=organisation, title=title, visibility=visibility)
    client.force_login(make_member(ours))

    page = client.get(f"/actors/{ours.slug}/bookings/").content.decode()

    assert "Shared" in page
    assert "Kept private" not in page
    assert "Of others" not in page
    assert client.get(f"/actors/{theirs.slug}/bookings/").status_code == 404
    shared = Booking.objects.get(title="Shared")
    assert client.get(shared.get_absolute_url()).status_code == 404  # the list is all they see


def test_note_is_the_owners_to_read_and_text(client: Client) -> None:
    space = make_space()
    booking = make_booking(space, timezone.now() + timedelta(days=1), note=EVIL, title=EVIL)
    for person in (booking.booker, make_member(space.organisation)):
        client.force_login(person)
        page = client.get(booking.get_absolute_url()).content.decode()
        assert page.count("&lt;img src=x") >= 2
        assert EVIL not in page


# --- The form and the API ---------------------------------------------------------------


def test_describe_page_asks_for_the_public_title(client: Client) -> None:
    booking = make_booking(start=timezone.now() + timedelta(days=1))
    client.force_login(booking.booker)
    address = f"/bookings/{booking.pk}/describe/"
    assert 'value="organisation"' not in client.get(address).content.decode()
    assert client.post(address, {"visibility": "public"}).status_code == 422
    assert client.post(address, {"visibility": "organisation"}).status_code == 422
    said = {"title": "T", "visibility": "public", "public_title": "Open day", "note": "N"}
    assert client.post(address, said).status_code == 302
    booking.refresh_from_db()
    assert (booking.visibility, booking.public_title, booking.note) == ("public", "Open day", "N")


def test_api_describes_ones_own_booking_and_says_what_stands(client: Client) -> None:
    booking = make_booking(start=timezone.now() + timedelta(days=1))
    address = f"/api/v1/bookings/{booking.pk}/describe/"
    client.force_login(booking.booker)
    body = {"title": "T", "note": "N", "visibility": "public"}
    refused = client.post(address, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "public_needs_title")
    body["public_title"] = "Open day"
    answer = client.post(address, body, content_type="application/json").json()
    assert {name: answer[name] for name in body} == body
    client.force_login(make_member(booking.space.organisation))
    assert client.post(address, body, content_type="application/json").status_code == 404
