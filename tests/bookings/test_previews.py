"""An owner looks at a space's page as somebody else: prices, doors, trainings and quotas as for
that person, and a draft as if it were listed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Group, Training
from bookings.previews import eyes_for
from spaces.models import AccessRule, Audience, Listing, Price, Quota, Space
from tests.cast import Cast
from tests.factories import NOW, make_organisation, make_place, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(client: Client) -> Cast:
    cast = Cast()
    cast.sign_in(client, "owner")
    return cast


@pytest.fixture
def lab(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), kind="lab", price=20_000)


def panel(client: Client, space: Space, who: str, *, hours: int = 2) -> Any:
    """What they would be told of some hours tomorrow."""
    tomorrow = timezone.localdate(timezone=space.place.zone) + timedelta(days=1)
    asked = {"date": f"{tomorrow}", "from": "10:00", "to": f"{10 + hours}:00", "as": who}
    return client.get(reverse("space_panel", args=[space.slug]), asked).context


def codes(context: Any) -> list[str]:
    return [reason.code for reason in context.get("reasons") or ()]


def test_all_with_a_deal_or_a_door_of_their_own_can_be_looked_as(cast: Cast, lab: Space) -> None:
    deal, door = make_organisation("SINTEF"), make_organisation("Hub")
    staff = Group.objects.create(organisation=cast.organisation, name="Staff")
    Price.objects.create(space=lab, audience=Audience.ORGANISATION, organisation=deal, amount=0)
    Price.objects.create(space=lab, audience=Audience.OWN, amount=0)
    AccessRule.objects.create(space=lab, organisation=door)
    AccessRule.objects.create(space=lab, organisation=deal)
    students = AccessRule.objects.create(space=lab, affiliation="student", organisation=door)
    group = AccessRule.objects.create(space=lab, group=staff)

    keys = [eyes.key for eyes in eyes_for(lab, now=NOW)]

    assert keys[:5] == ["stranger", "student", "employee", "startup", "company"]
    assert sorted(keys[5:]) == sorted(
        [
            f"of-{deal.slug}",
            f"of-{cast.organisation.slug}",
            f"of-{door.slug}",
            f"rule-{students.pk}",
            f"rule-{group.pk}",
        ]
    )


def test_a_price_of_their_own_is_shown(client: Client, cast: Cast, lab: Space) -> None:
    deal = make_organisation("SINTEF")
    Price.objects.create(space=lab, audience=Audience.ORGANISATION, organisation=deal, amount=5_000)

    assert panel(client, lab, f"of-{deal.slug}")["quote"].total.amount == 10_000
    assert panel(client, lab, "company")["quote"].total.amount == 40_000


def test_who_may_not_enter_is_told_so(client: Client, cast: Cast, lab: Space) -> None:
    hub = make_organisation("Hub")
    of_hub = AccessRule.objects.create(space=lab, affiliation="student", organisation=hub)
    AccessRule.objects.create(space=lab, affiliation="employee")

    assert codes(panel(client, lab, "student")) == ["no_access"]  # of somewhere else
    assert codes(panel(client, lab, "company")) == ["no_access"]
    assert codes(panel(client, lab, "employee")) == []
    assert codes(panel(client, lab, f"rule-{of_hub.pk}")) == []
    assert codes(panel(client, lab, "stranger")) == []  # is asked to sign in first
    assert codes(panel(client, lab, "")) == []  # the owner's own eyes


def test_a_training_is_asked_for_as_of_anybody(client: Client, cast: Cast, lab: Space) -> None:
    laser = Training.objects.create(organisation=cast.organisation, name={"en": "Laser"})
    lab.trainings.add(laser)

    told = panel(client, lab, "student")

    assert codes(told) == ["needs_training"]
    assert "Laser" in told["reasons"][0].sentence


def test_quotas_bind_as_they_would(client: Client, cast: Cast, lab: Space) -> None:
    Quota.objects.create(
        space=lab, counts="minutes", amount=180, window="week", affiliation="student"
    )

    assert codes(panel(client, lab, "student", hours=4)) == ["quota_used"]
    assert codes(panel(client, lab, "student", hours=3)) == []
    assert codes(panel(client, lab, "employee", hours=4)) == []
    assert codes(panel(client, lab, "", hours=4)) == []  # those who run it are not bound


def test_a_quota_of_organisations_binds_somebody_who_books_for_one(
    client: Client, cast: Cast, lab: Space
) -> None:
    deal = make_organisation("SINTEF")
    Price.objects.create(space=lab, audience=Audience.ORGANISATION, organisation=deal, amount=0)
    Quota.objects.create(
        space=lab, counts="minutes", amount=60, window="week", whose="organisation"
    )

    assert codes(panel(client, lab, f"of-{deal.slug}")) == ["quota_used"]


def test_a_draft_is_priced_as_if_it_were_listed(client: Client, cast: Cast, lab: Space) -> None:
    Space.objects.update(listing=Listing.DRAFT)

    assert panel(client, lab, "student")["quote"].total.amount == 40_000
    assert codes(panel(client, lab, "")) == ["not_listed"]


def test_nothing_can_be_booked_with_their_eyes(client: Client, cast: Cast, lab: Space) -> None:
    page = reverse("space_panel", args=[lab.slug])
    tomorrow = timezone.localdate(timezone=lab.place.zone) + timedelta(days=1)
    asked = {"date": f"{tomorrow}", "from": "10:00", "to": "12:00"}

    own = client.get(page, asked).content.decode()
    theirs = client.get(page, asked | {"as": "student"}).content.decode()

    assert "Add to the cart" in own
    assert "Add to the cart" not in theirs
    assert "They can book this." in theirs


def test_the_owners_page_links_to_each(client: Client, cast: Cast, lab: Space) -> None:
    deal = make_organisation("SINTEF")
    Price.objects.create(space=lab, audience=Audience.ORGANISATION, organisation=deal, amount=0)

    shown = client.get(reverse("space_publishing", args=[lab.slug])).content.decode()

    assert f"?as=of-{deal.slug}" in shown
    assert "somebody from SINTEF" in shown
    assert "a company" in shown
