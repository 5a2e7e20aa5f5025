"""Writes the catalogue to the database, in one transaction and with few statements."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from accounts.models import (
    Affiliation,
    AffiliationKind,
    Invitation,
    Member,
    Organisation,
    Role,
    User,
)
from accounts.operations.invitations import VALID_FOR
from accounts.transactions import be_patient
from district.demo import bookings
from district.demo.access import write_access
from district.demo.along import write_along
from district.demo.beside import write_missed, write_terms
from district.demo.calendars import write_calendars
from district.demo.catalogue import DemoSpace, Texts, text
from district.demo.closing import write_closures
from district.demo.doors import write_doors
from district.demo.keeping import write_keeping, write_rulebook
from district.demo.logos import logo_of
from district.demo.offers import write_offers
from district.demo.organisations import ORGANISATIONS
from district.demo.papers import write_papers
from district.demo.people import PASSWORD, PEOPLE
from district.demo.pictures import photos_of
from district.demo.places import PLACES
from district.demo.sales import write_codes, write_credit, write_membership, write_passes
from district.demo.saved import write_saved
from district.demo.spaces import SPACES
from district.demo.waiting import write_waiting
from spaces.amenities import add_missing
from spaces.models import (
    Allocation,
    Amenity,
    HoursException,
    Listing,
    OpeningHours,
    Photo,
    Place,
    Price,
    Space,
    SpaceAmenity,
    Unit,
    Vat,
)
from spaces.models.vat import VAT_PERCENT
from spaces.periods import at_minute

CITY, ZONE = "Trondheim", ZoneInfo("Europe/Oslo")
BATCH = 1000


def is_seeded() -> bool:
    return Organisation.objects.filter(is_demo=True).exists()


@transaction.atomic
def seed(*, today: date) -> None:
    """Write the whole demo district. What has a date is placed around `today`; nothing else
    differs from one time to the next, but for the passwords' salt."""
    be_patient(timedelta(minutes=10))  # a small machine may be busy
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_timeout = 0")  # a busy machine may be slow
    midnight = at_minute(today, 0, ZONE)
    organisations = write_organisations()
    write_people(organisations, midnight)
    write_invitation(organisations["elveporten"], midnight)
    places = write_places(organisations)
    spaces = write_spaces(places)
    register_for_vat(spaces)
    write_units(spaces)
    write_details(spaces, today)
    write_rulebook(organisations, midnight)
    by_slug = {space.slug: space for space in spaces}
    write_keeping(places, by_slug)
    write_offers(places, by_slug, organisations, today=today)
    write_codes(organisations, today=today)
    write_passes(organisations, by_slug, midnight=midnight)
    write_credit(organisations, midnight=midnight)
    write_membership(organisations, midnight=midnight)
    write_terms(by_slug)
    write_access(by_slug, midnight)
    write_papers(places, by_slug)
    write_doors(by_slug, midnight)
    write_saved(by_slug, midnight)
    write_closures(places, by_slug, today=today, zone=ZONE)
    bookings.fill(today=today, zone=ZONE)
    write_along(midnight)
    write_missed()
    write_waiting(today=today, zone=ZONE)
    write_calendars(by_slug, today=today, zone=ZONE)


def write_organisations() -> dict[str, Organisation]:
    made = Organisation.objects.bulk_create(
        Organisation(
            slug=entry.slug,
            name=entry.name,
            kind=entry.kind,
            about=entry.about,
            is_demo=True,
            is_listed=True,
            books_on_account=entry.books_on_account,
            address=entry.address[0],
            postcode=entry.address[1],
            city=CITY if entry.address[0] else "",
            website=entry.website,
            number=entry.number,
            is_vat_registered=bool(entry.number),
            logo=logo_of(entry.slug),
        )
        for entry in ORGANISATIONS
    )
    return {organisation.slug: organisation for organisation in made}


def write_people(organisations: dict[str, Organisation], midnight: datetime) -> None:
    known = make_password(PASSWORD)  # slow by design, so once for all accounts
    people = User.objects.bulk_create(
        User(
            email=entry.email,
            name=entry.name,
            language=entry.language,
            password=known if entry.can_sign_in else make_password(None),
            is_staff=entry.is_operator,
        )
        for entry in PEOPLE
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True)
        for person in people
    )
    Member.objects.bulk_create(
        Member(user=person, organisation=organisations[slug], role=role)
        for person, entry in zip(people, PEOPLE, strict=True)
        for slug, role in entry.roles.items()
    )
    Affiliation.objects.bulk_create(
        Affiliation(
            user=person,
            kind=kind,
            organisation=organisations[slug],
            verified_at=midnight - timedelta(days=200),
            expires_at=midnight + timedelta(days=300) if kind == AffiliationKind.STUDENT else None,
        )
        for person, entry in zip(people, PEOPLE, strict=True)
        for slug, kind in entry.ties.items()
    )


def write_invitation(organisation: Organisation, midnight: datetime) -> None:
    """One that waits for an answer; its letter goes to the mailbox as soon as a worker runs."""
    invitation = Invitation(
        organisation=organisation,
        email="silje.moen@demo.ledig.no",
        role=Role.HOST,
        invited_by=organisation.members.get(memberships__role=Role.OWNER),
        sent_at=midnight,
        due_at=midnight,
        expires_at=midnight + VALID_FOR,
    )
    invitation.digest = Invitation.digest_of(invitation.token)
    invitation.save()


def write_places(organisations: dict[str, Organisation]) -> dict[str, Place]:
    made = Place.objects.bulk_create(
        Place(
            organisation=organisations[entry.organisation],
            slug=entry.slug,
            name=entry.name,
            address=entry.address,
            postcode=entry.postcode,
            city=CITY,
            latitude=entry.point[0],
            longitude=entry.point[1],
            time_zone=str(ZONE),
            is_outdoor=entry.is_outdoor,
            is_step_free=entry.is_step_free,
            arrival=entry.arrival,
        )
        for entry in PLACES
    )
    return {place.slug: place for place in made}


def write_spaces(places: dict[str, Place]) -> list[Space]:
    """The spaces, in the order of `SPACES`."""
    return Space.objects.bulk_create(space_row(entry, places[entry.place]) for entry in SPACES)


def register_for_vat(spaces: list[Space]) -> None:
    """Those who take VAT for any of their rooms."""
    taxing = {space.organisation_id for space in spaces if VAT_PERCENT[Vat(space.vat)]}
    Organisation.objects.filter(pk__in=taxing).update(is_vat_registered=True)


def space_row(entry: DemoSpace, place: Place) -> Space:
    step_free = place.is_step_free if entry.is_step_free is None else entry.is_step_free
    rules: dict[str, Any] = {name: getattr(entry.rules, name) for name in entry.rules.__slots__}
    free_until, late = rules.pop("free_cancellation"), rules.pop("late_refund_percent")
    tiers = [[free_until, 100], *([[0, late]] if late and free_until else [])]
    return Space(
        place=place,
        organisation_id=place.organisation_id,
        kind=entry.kind,
        listing=Listing.PUBLISHED,
        name=entry.name,
        slug=entry.slug,
        floor=floor_text(entry.floor),
        summary=entry.summary,
        description=entry.description,
        capacity=entry.capacity,
        area=entry.area,
        is_step_free=step_free,
        allocation=Allocation.ANY if entry.pool else Allocation.ALL,
        vat=entry.vat,
        cancellation=tiers,
        **rules,
    )


def floor_text(floor: int | None) -> Texts:
    """Floors are counted as in Norway, where the first is at street level."""
    if floor is None:
        return {}
    if floor == 0:
        return text("Kjeller", "Basement", "Kjellar")
    return text(f"{floor}. etasje", f"Floor {floor}", f"{floor}. etasje")


def unit_names(entry: DemoSpace) -> tuple[str, ...]:
    if entry.pool:
        return tuple(f"{entry.name} {number}" for number in range(1, entry.pool + 1))
    return entry.units or (entry.name,)


def write_units(spaces: list[Space]) -> None:
    """The units; a name that two spaces of a place have in common is one unit."""
    wanted = [
        (space, name)
        for space, entry in zip(spaces, SPACES, strict=True)
        for name in unit_names(entry)
    ]
    keys = dict.fromkeys((space.place_id, name) for space, name in wanted)
    made = Unit.objects.bulk_create(Unit(place_id=place, name=name) for place, name in keys)
    units = dict(zip(keys, made, strict=True))
    through = Space.units.through
    through.objects.bulk_create(
        through(space_id=space.pk, unit_id=units[space.place_id, name].pk) for space, name in wanted
    )


def write_details(spaces: list[Space], today: date) -> None:
    """Amenities, hours, prices and photos."""
    listed = list(zip(spaces, SPACES, strict=True))
    add_missing(Amenity)
    SpaceAmenity.objects.bulk_create(
        SpaceAmenity(space=space, amenity_id=code, count=count)
        for space, entry in listed
        for code, count in map(counted, entry.amenities)
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(space=space, weekday=weekday, opens=opens, closes=closes)
        for space, entry in listed
        for weekday, (opens, closes) in entry.hours.items()
    )
    HoursException.objects.bulk_create(
        HoursException(
            space=space,
            date=other.date(today),
            opens=other.span[0] if other.span else None,
            closes=other.span[1] if other.span else None,
            reason=other.reason,
        )
        for space, entry in listed
        for other in entry.other_hours
    )
    Price.objects.bulk_create(
        Price(
            space=space,
            audience=price.audience,
            per=price.per,
            amount=price.kroner * 100,
        )
        for space, entry in listed
        for price in entry.prices
    )
    Photo.objects.bulk_create(
        (photo for space, entry in listed for photo in photos_of(space, entry)), BATCH
    )


def counted(amenity: str | tuple[str, int]) -> tuple[str, int]:
    return (amenity, 1) if isinstance(amenity, str) else amenity
