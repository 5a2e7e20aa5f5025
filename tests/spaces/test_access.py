"""Who may book a space: affiliations, organisations, groups and trainings."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts import operations as accounts
from accounts.models import Affiliation, Certificate, Group, Organisation, Role, Training, User
from bookings import operations
from bookings.models import Booking
from spaces.access import NeedsTraining, NoAccess
from spaces.models import AccessRule, Space
from spaces.operations import copy_space
from spaces.periods import period
from tests.cast import Cast
from tests.factories import NOW, make_member, make_organisation, make_place, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOMORROW = NOW + DAY


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def lab(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), name="Laserlaben")


@pytest.fixture
def laser(cast: Cast) -> Training:
    return cast.organisation.trainings.create(name={"nb": "Lasersikkerhet", "en": "Laser safety"})


def tied(kind: str, organisation: Organisation, ends: Any = None) -> User:
    user = make_user()
    Affiliation.objects.create(
        user=user, kind=kind, organisation=organisation, verified_at=NOW - DAY, expires_at=ends
    )
    return user


def hold(space: Space, by: User, start: Any = TOMORROW, hours: int = 1) -> Booking:
    span = period(start, start + hours * HOUR)
    fresh = Space.objects.for_listing().get(pk=space.pk)
    return operations.hold(space=fresh, span=span, by=by, now=NOW)


def may(space: Space, user: User) -> bool:
    try:
        operations.cancel(booking=hold(space, user), by=user, as_owner=False, now=NOW, reason="try")
    except NoAccess:
        return False
    return True


# --- Who --------------------------------------------------------------------------------


def test_without_a_rule_everyone_may(lab: Space) -> None:
    assert may(lab, make_user())


def test_one_of_the_rules_must_fit(lab: Space) -> None:
    ntnu, sintef = make_organisation("NTNU"), make_organisation("SINTEF")
    AccessRule.objects.create(space=lab, affiliation="startup")
    AccessRule.objects.create(space=lab, affiliation="student", organisation=ntnu)
    AccessRule.objects.create(space=lab, organisation=sintef)

    assert may(lab, tied("startup", make_organisation()))
    assert may(lab, tied("student", ntnu))
    assert may(lab, tied("employee", sintef))
    assert may(lab, make_member(sintef))
    assert not may(lab, tied("student", sintef))
    assert not may(lab, tied("employee", ntnu))
    assert not may(lab, tied("student", ntnu, ends=NOW))
    with pytest.raises(NoAccess) as refused:
        hold(lab, make_user())
    assert refused.value.sentence == "Only for: Start-ups, Students of NTNU, People of SINTEF."


def test_those_who_run_it_always_may(lab: Space, cast: Cast, laser: Training) -> None:
    AccessRule.objects.create(space=lab, affiliation="student")
    lab.trainings.add(laser)
    assert may(lab, make_member(cast.organisation, Role.HOST))
    assert not may(lab, make_member(cast.organisation, Role.FINANCE))


def test_a_group_is_those_who_have_verified_its_addresses(lab: Space, cast: Cast) -> None:
    group = accounts.set_group(
        organisation=cast.organisation,
        group=None,
        name="Styret",
        emails=["one@example.org", "two@example.org"],
    )
    AccessRule.objects.create(space=lab, group=group)
    people = {name: make_user(f"{name}@example.org") for name in ("one", "two", "three")}
    for name, verified in (("one", True), ("two", False), ("three", True)):
        user = people[name]
        EmailAddress.objects.create(user=user, email=user.email, verified=verified)

    assert [may(lab, people[name]) for name in ("one", "two", "three")] == [True, False, False]
    EmailAddress.objects.update(verified=True)
    assert may(lab, people["two"])


def test_what_is_booked_stands_when_access_is_tightened(lab: Space) -> None:
    booking = hold(lab, make_user())
    AccessRule.objects.create(space=lab, affiliation="student")
    booking.refresh_from_db()
    assert booking.status == "confirmed"


# --- What they have learnt --------------------------------------------------------------


def certify(user: User, training: Training, ends: Any = None, **fields: Any) -> Certificate:
    return Certificate.objects.create(
        training=training,
        user=user,
        granted_by=user,
        granted_at=NOW - DAY,
        expires_at=ends,
        **fields,
    )


def test_a_training_is_needed_until_the_booking_ends(lab: Space, laser: Training) -> None:
    lab.trainings.add(laser)
    user = make_user()
    with pytest.raises(NeedsTraining) as refused:
        hold(lab, user)
    assert "Laser safety. Ask" in refused.value.sentence.replace("Lasersikkerhet", "Laser safety")

    certify(user, laser, ends=TOMORROW + HOUR)
    assert hold(lab, user)
    with pytest.raises(NeedsTraining):
        hold(lab, user, TOMORROW + 2 * HOUR)


def test_all_trainings_are_needed_and_none_withdrawn(
    lab: Space, laser: Training, cast: Cast
) -> None:
    fire = cast.organisation.trainings.create(name={"nb": "Brann"})
    lab.trainings.add(laser, fire)
    user = make_user()
    certify(user, laser)
    withdrawn = certify(user, fire)
    accounts.revoke(certificate=withdrawn, by=cast.owner, now=NOW)

    with pytest.raises(NeedsTraining) as refused:
        hold(lab, user)
    assert refused.value.details["trainings"] == [fire.pk]
    with pytest.raises(accounts.AlreadyRevoked):
        accounts.revoke(certificate=withdrawn, by=cast.owner, now=NOW)
    certify(user, fire)
    assert hold(lab, user)


# --- As bookers see it ------------------------------------------------------------------


def test_it_is_told_before_one_tries(client: Client, lab: Space, laser: Training) -> None:
    AccessRule.objects.create(space=lab, affiliation="student")
    lab.trainings.add(laser)
    client.force_login(make_user(language="en"))
    wish = {"date": "2026-11-24", "from": "12:00", "to": "13:00"}

    page = client.get(lab.get_absolute_url()).content.decode()
    assert "Only for: Students." in " ".join(page.split())
    assert "Asks for the training Laser" in page.replace("Lasersikkerhet", "Laser")
    panel = client.get(f"{lab.get_absolute_url()}panel/", wish).content.decode()
    assert "Only for: Students." in panel
    found = client.get("/", {"date": "2026-11-24", "from": "12:00", "to": "13:00"}).content.decode()
    assert "Not for you" in found

    asked = {
        "space": lab.pk,
        "start": "2026-11-24T12:00:00+01:00",
        "end": "2026-11-24T13:00:00+01:00",
    }
    quoted = client.post("/api/v1/quotes/", asked, content_type="application/json").json()
    assert (quoted["bookable"], quoted["code"]) == (False, "no_access")
    AccessRule.objects.all().delete()
    refused = client.post("/api/v1/bookings/", asked, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "needs_training")


def test_a_stranger_sees_the_price_and_whom_it_is_for(client: Client, lab: Space) -> None:
    AccessRule.objects.create(space=lab, affiliation="student")
    wish = {"date": "2026-11-24", "from": "12:00", "to": "13:00"}
    page = client.get(lab.get_absolute_url(), wish).content.decode()
    assert "Sign in to book" in page
    assert "Only for:" in page


# --- As owners set it -------------------------------------------------------------------


def test_groups_are_pasted_changed_and_deleted(client: Client, cast: Cast) -> None:
    cast.sign_in(client, "manager")
    home = f"/owner/organisations/{cast.organisation.slug}/groups/"
    pasted = "Kari <Kari@Example.org>, ola@example.org;\nola@example.org  Per"

    client.post(f"{home}new/", {"name": "Styret", "emails": pasted})

    group = Group.objects.get()
    assert [str(one) for one in group.members.all()] == ["kari@example.org", "ola@example.org"]
    assert "2 people" in client.get(home).content.decode()
    assert client.post(f"{home}new/", {"name": "Styret", "emails": ""}).status_code == 422
    bad = client.post(f"{home}new/", {"name": "B", "emails": "a@b@c"})
    assert (bad.status_code, Group.objects.count()) == (422, 1)

    client.post(f"{home}{group.pk}/", {"name": "Rådet", "emails": "per@example.org"})
    group.refresh_from_db()
    assert (group.name, [str(one) for one in group.members.all()]) == ("Rådet", ["per@example.org"])

    client.post(f"{home}{group.pk}/drop/")
    assert not Group.objects.exists()


def test_certificates_are_given_by_address_and_withdrawn(client: Client, cast: Cast) -> None:
    cast.sign_in(client, "manager")
    home = f"/owner/organisations/{cast.organisation.slug}/trainings/"
    client.post(f"{home}new/", {"name_nb": "Laser", "valid_months": "24"})
    training = Training.objects.get()
    there = f"{home}{training.pk}/"
    assert 'value="2028-11-' in client.get(there).content.decode()  # two years on

    nobody = client.post(f"{there}grant/", {"email": "who@example.org"})
    assert "Nobody here has that address." in nobody.content.decode()
    user = make_user("who@example.org", language="en")
    EmailAddress.objects.create(user=user, email="who@example.org", verified=True)
    past = client.post(f"{there}grant/", {"email": "who@example.org", "last_day": "2026-11-22"})
    assert past.status_code == 422
    client.post(f"{there}grant/", {"email": "Who@example.org", "last_day": "2027-01-31"})

    given = Certificate.objects.get()
    assert user.name in client.get(there).content.decode()
    mine = Client()
    mine.force_login(user)
    assert "Valid to 31 January 2027" in mine.get("/certificates/").content.decode()

    client.post(f"/owner/organisations/{cast.organisation.slug}/certificates/{given.pk}/revoke/")
    assert "Withdrawn" in mine.get("/certificates/").content.decode()


def test_a_space_is_opened_to_some_and_to_all_again(
    client: Client, cast: Cast, lab: Space, laser: Training
) -> None:
    cast.sign_in(client, "manager")
    there = f"/owner/spaces/{lab.slug}/rules/access/"
    ntnu = make_organisation("NTNU")

    client.post(there, {"affiliation": "student", "organisation": ntnu.pk})
    assert str(lab.access_rules.get()) == "Students of NTNU"
    again = client.post(there, {"affiliation": "student", "organisation": ntnu.pk})
    assert "They may book it already." in again.content.decode()
    group = Group.objects.create(organisation=cast.organisation, name="Styret")
    both = client.post(there, {"affiliation": "student", "group": group.pk})
    assert both.status_code == 422
    theirs = Group.objects.create(organisation=ntnu, name="Theirs")
    assert client.post(there, {"group": theirs.pk}).status_code == 422

    client.post(f"/owner/spaces/{lab.slug}/rules/trainings/", {"trainings": [laser.pk]})
    assert list(lab.trainings.all()) == [laser]
    other = ntnu.trainings.create(name={"nb": "Noe annet"})
    client.post(f"/owner/spaces/{lab.slug}/rules/trainings/", {"trainings": [other.pk]})
    assert list(lab.trainings.all()) == [laser]

    client.post(f"{there}{lab.access_rules.get().pk}/drop/")
    assert not lab.access_rules.exists()


def test_a_copy_is_for_the_same_people(lab: Space, laser: Training) -> None:
    AccessRule.objects.create(space=lab, affiliation="student")
    lab.trainings.add(laser)
    twin = copy_space(space=lab, name="Tvilling")
    assert [str(rule) for rule in twin.access_rules.all()] == ["Students"]
    assert list(twin.trainings.all()) == [laser]
