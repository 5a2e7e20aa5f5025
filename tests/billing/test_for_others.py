"""Booking for somebody else: it is theirs, and who made it may change it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.errors import Refused
from accounts.models import Affiliation, Role, User
from billing import operations
from billing.models import Order
from bookings import deliveries
from bookings.models import Booking, Delivery, Kind, Status
from bookings.operations import Whom, attending
from bookings.operations.behalf import MOST_A_DAY, BookedEnough, NotForThem
from bookings.operations.moves import record
from bookings.queries.history import history
from bookings.quotas import QuotaUsed
from spaces.models import AccessRule, Audience, Price, Quota, Space
from spaces.periods import period
from tests.billing.test_views import LATER, TOMORROW, asked
from tests.cast import Cast
from tests.factories import make_booking, make_member, make_organisation, make_place, make_space
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db
NEW = "Gjest@example.org"


def book_for(space: Space, address: str, by: User, **more: Any) -> Booking:
    return operations.book(
        space=space,
        span=period(TOMORROW, LATER),
        by=by,
        now=timezone.now(),
        whom=Whom(address, "Gro Gjest"),
        **more,
    )


# --- Who may, and whose it is -----------------------------------------------------------


def test_a_host_books_for_somebody_new_who_comes_in_by_a_code(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "host")
    told = asked(title="Besøk", for_email=NEW, for_name="Gro Gjest")
    answer = client.post(f"/spaces/{space.slug}/book/", told)

    booking = Booking.objects.get()
    assert answer["Location"] == booking.get_absolute_url()
    assert (booking.status, booking.made_by) == ("confirmed", cast.host)
    assert (booking.booker.email.lower(), str(booking.booker)) == (NEW.lower(), "Gro Gjest")
    assert "Booked for Gro Gjest" in client.get(booking.get_absolute_url()).content.decode()

    deliveries.send_due(now=timezone.now())
    (letter,) = [one for one in mail.outbox if one.to == [booking.booker.email]]
    link = next(line for line in letter.body.splitlines() if "/for-you/" in line)
    guest = Client()
    page = guest.get(link.split(":8000", 1)[1])
    assert "Nidelva" in page.content.decode()
    assert guest.get(link.split(":8000", 1)[1][:-3] + "x/").status_code == 404

    guest.post(reverse("account_request_login_code"), {"email": booking.booker.email})
    (code,) = re.findall(r"^[A-Z0-9-]{6,12}$", mail.outbox[-1].body, re.MULTILINE)
    guest.post(reverse("account_confirm_login_code"), {"code": code})
    assert guest.get(booking.get_absolute_url()).status_code == 200
    assert EmailAddress.objects.get(user=booking.booker).verified
    assert guest.get(link.split(":8000", 1)[1])["Location"] == booking.get_absolute_url()


def test_a_member_books_for_a_colleague_and_the_quota_is_theirs(cast: Cast, space: Space) -> None:
    company = make_organisation()
    member, colleague = make_member(company, Role.HOST), make_member(company, Role.HOST)
    Quota.objects.create(space=space, counts="bookings", amount=1, window="semester")
    make_booking(space, TOMORROW + timedelta(hours=5), by=member)  # theirs is used

    booking = book_for(space, colleague.email.upper(), member, organisation=company)

    assert (booking.booker, booking.made_by, booking.organisation) == (colleague, member, company)
    told = set(Delivery.objects.filter(kind=Kind.CONFIRMED).values_list("recipient", flat=True))
    assert told == {colleague.pk, cast.owner.pk, cast.manager.pk, cast.host.pk}
    with pytest.raises(QuotaUsed):
        operations.book(
            space=space,
            span=period(LATER, LATER + timedelta(hours=1)),
            by=member,
            now=timezone.now(),
            organisation=company,
            whom=Whom(colleague.email),
        )


@pytest.mark.parametrize("who", ["booker", "finance", "foreign"])
def test_nobody_books_for_strangers(cast: Cast, space: Space, who: str) -> None:
    by = cast.named(who)
    assert by is not None
    for address in (NEW, cast.other.email):
        with pytest.raises(NotForThem):
            book_for(space, address, by)
    assert not User.objects.filter(email__iexact=NEW).exists()
    assert not Booking.objects.exists()


def test_for_oneself_is_as_ever(cast: Cast, space: Space) -> None:
    booking = book_for(space, cast.booker.email.upper(), cast.booker)
    assert (booking.booker, booking.made_by) == (cast.booker, None)


def test_nobody_floods_others_with_bookings(cast: Cast, space: Space) -> None:
    one = make_booking(space, TOMORROW, by=cast.other)
    rows = [
        Booking(
            place=one.place,
            space=space,
            booker=cast.other,
            made_by=cast.host,
            period=one.period,
            status=Status.CANCELLED,
            created_at=timezone.now(),
            changed_at=timezone.now(),
        )
        for _n in range(MOST_A_DAY)
    ]
    Booking.objects.bulk_create(rows)
    with pytest.raises(BookedEnough):
        book_for(make_space(space.place), NEW, cast.host)
    assert not User.objects.filter(email__iexact=NEW).exists()


def test_who_booked_for_another_is_not_that_other(cast: Cast, space: Space) -> None:
    with pytest.raises(IntegrityError, match="booking_made_by_another"), transaction.atomic():
        make_booking(space, by=cast.booker, made_by=cast.booker)


# --- Afterwards -------------------------------------------------------------------------


def test_who_made_it_sees_changes_and_cancels_it_and_nobody_else(
    client: Client, cast: Cast, space: Space
) -> None:
    company = make_organisation()
    make_member(company, Role.HOST, cast.other)
    booking = make_booking(
        space, TOMORROW, LATER, by=cast.booker, made_by=cast.other, organisation=company
    )
    for who, status in (("other", 200), ("booker", 200), ("foreign", 404)):
        cast.sign_in(client, who)
        assert client.get(f"/bookings/{booking.pk}/").status_code == status
        assert client.get(f"/bookings/{booking.pk}/change/").status_code == status
        assert client.get(f"/api/v1/bookings/{booking.pk}/").status_code == status
    cast.sign_in(client, "other")
    assert "For Ingrid Aune" in client.get("/bookings/").content.decode()
    assert client.post(f"/bookings/{booking.pk}/pay/").status_code == 404

    client.post(f"/bookings/{booking.pk}/cancel/", {"shown": 0})

    booking.refresh_from_db()
    event = booking.events.get()
    assert (booking.status, event.by, event.data["as_owner"]) == ("cancelled", cast.other, False)


@pytest.mark.parametrize("who", ["other", "host"])
def test_who_has_left_keeps_nothing_of_what_they_made(
    client: Client, cast: Cast, space: Space, who: str
) -> None:
    """A colleague who booked for a colleague, and a host who booked for a customer."""
    company = make_organisation()
    make_member(company, Role.HOST, cast.other)
    by = cast.named(who)
    assert by is not None
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker, made_by=by, organisation=company)
    cast.sign_in(client, who)
    pages = (
        booking.get_absolute_url(),
        f"/bookings/{booking.pk}/cancel/",
        f"/bookings/{booking.pk}/messages/",
        f"/api/v1/bookings/{booking.pk}/",
    )
    assert [client.get(page).status_code for page in pages] == [200] * 4

    by.memberships.all().delete()

    assert [client.get(page).status_code for page in pages] == [404] * 4
    assert "Nidelva" not in client.get("/bookings/").content.decode()
    assert not Booking.objects.kept_by(by).exists()
    assert not Booking.objects.visible_to(by).exists()


def test_who_has_booked_for_another_invites_and_takes_off_the_list(
    client: Client, cast: Cast, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending, "MOST_A_DAY", 2)
    booking = book_for(space, NEW, cast.host)
    cast.sign_in(client, "host")
    invite = f"/bookings/{booking.pk}/attendees/"
    client.post(invite, {"people": "ola@example.org"})
    ola = booking.attendees.invited().get()

    assert client.post(f"/bookings/attendees/{ola.pk}/remove/").status_code == 302

    assert not booking.attendees.invited().exists()
    assert client.post(invite, {"people": "per@example.org"}).status_code == 302
    full = client.post(invite, {"people": "kari@example.org"})
    assert full.status_code == 422
    assert "sent many invitations" in full.content.decode()
    cast.sign_in(client, "foreign")
    per = booking.attendees.invited().get()
    assert client.post(f"/bookings/attendees/{per.pk}/remove/").status_code == 404


def test_the_history_tells_a_colleague_from_the_owner(cast: Cast, space: Space) -> None:
    company = make_organisation()
    member, colleague = make_member(company, Role.HOST), make_member(company, Role.HOST)
    booking = book_for(space, colleague.email, member, organisation=company)
    record(booking, Kind.DESCRIBED, by=colleague, now=timezone.now(), changed=["title"])
    record(booking, Kind.MOVED, by=cast.host, now=timezone.now(), was="Fjord")

    def who(reader: User) -> list[str]:
        return [one.who for one in history(booking, reader=reader, as_owner=False)]

    with translation.override("en"):
        assert who(colleague) == [str(member), "you", str(cast.organisation)]
        assert who(member) == ["you", str(colleague), str(cast.organisation)]

    theirs = book_for(make_space(space.place), colleague.email, cast.host)
    (made,) = history(theirs, reader=colleague, as_owner=False)
    assert made.who == str(cast.organisation)


def test_it_stands_in_the_calendar_of_whose_it_is(cast: Cast, space: Space) -> None:
    make_booking(space, TOMORROW, by=cast.booker, made_by=cast.other)
    assert Booking.objects.booked_by(cast.booker).count() == 1
    assert not Booking.objects.booked_by(cast.other).exists()


def test_the_way_from_the_board_unfolds_whom_it_is_for(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "host")

    def page(**asked: str) -> str:
        return client.get(space.get_absolute_url(), asked).content.decode()

    unfolded = " open><summary>Book for somebody else"
    assert unfolded in page(date=str(TOMORROW.date()), **{"for": "someone"})
    assert unfolded not in page(date=str(TOMORROW.date()))


def test_a_host_needs_no_answer_from_themselves(cast: Cast) -> None:
    asks = make_space(make_place(cast.organisation), is_instant=False)
    assert book_for(asks, NEW, cast.host).status == Status.CONFIRMED


def test_what_costs_money_they_pay_by_a_link(client: Client, cast: Cast, standin: StandIn) -> None:
    space = make_space(make_place(cast.organisation), price=32_000)
    cast.sign_in(client, "host")
    client.post(f"/spaces/{space.slug}/book/", asked(for_email=cast.booker.email))

    booking = Booking.objects.get()
    assert booking.status == Status.HELD
    assert booking.expires_at is not None
    assert booking.expires_at > timezone.now() + timedelta(hours=1)
    assert Order.objects.get().buyer == cast.booker
    assert Delivery.objects.get(recipient=cast.booker).kind == Kind.TO_PAY
    page = client.get(booking.get_absolute_url()).content.decode()
    assert "who is mailed where to pay" in page
    assert "checkout_url" not in client.get(f"/api/v1/bookings/{booking.pk}/").json()
    cast.sign_in(client, "booker")
    assert client.post(f"/bookings/{booking.pk}/pay/").status_code == 303


def test_programs_book_for_others_too(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "host")
    said = {
        "space": space.pk,
        "start": TOMORROW.isoformat(),
        "end": LATER.isoformat(),
        "for_email": NEW,
    }
    answer = client.post("/api/v1/bookings/", said, content_type="application/json")
    assert answer.status_code == 201
    assert Booking.objects.get().booker.email.lower() == NEW.lower()
    cast.sign_in(client, "booker")
    refused = client.post("/api/v1/bookings/", said, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_for_them")


# --- What it costs them -----------------------------------------------------------------


def be_student(person: User) -> None:
    Affiliation.objects.create(
        user=person,
        organisation=make_organisation(),
        kind="student",
        verified_at=timezone.now(),
    )


def priced(client: Client, space: Space, address: str, **more: Any) -> str:
    told = asked(for_email=address, **more)
    return client.post(reverse("space_panel", args=[space.slug]), told).content.decode()


def test_the_price_is_theirs_for_whom_it_is(client: Client, cast: Cast) -> None:
    space = make_space(make_place(cast.organisation), price=32_000)
    Price.objects.create(space=space, audience=Audience.OWN, amount=0)
    make_booking(space, TOMORROW + timedelta(days=3), by=cast.booker)
    cast.sign_in(client, "host")
    assert "It is yours at once" in priced(client, space, cast.host.email)

    known = priced(client, space, cast.booker.email)

    assert f"For {cast.booker.email}, at their price. They are mailed where to pay." in known
    assert "640" in known
    assert "Add to the cart" not in known


def test_nothing_is_told_of_strangers_not_even_whether_they_are_here(
    client: Client, cast: Cast
) -> None:
    space = make_space(make_place(cast.organisation), price=32_000)
    Price.objects.create(space=space, audience=Audience.STUDENT, amount=0)
    be_student(cast.other)
    cast.sign_in(client, "host")
    here, nowhere = (priced(client, space, one) for one in (cast.other.email, NEW))
    assert re.sub(r'value="[^"]+"', "", here.replace(cast.other.email, NEW)) == re.sub(
        r'value="[^"]+"', "", nowhere
    )
    assert "what they pay themselves is said when it is booked" in here


def test_who_may_only_perhaps_is_not_refused_before_it_is_booked(
    client: Client, cast: Cast, space: Space
) -> None:
    AccessRule.objects.create(space=space, affiliation="student")
    cast.sign_in(client, "host")
    page = priced(client, space, NEW)
    assert "when-idle" in page
    with pytest.raises(Refused):
        book_for(space, NEW, cast.host)
