"""The district pauses a space: its owner is told why, and cannot undo it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.deliveries import send_due
from bookings.models import Delivery
from bookings.operations.of_district import lift_space_pause, pause_space
from spaces.models import Listing, Pause, Space
from spaces.operations import relist
from spaces.operations.listing import NotThatWay, PausedByDistrict
from tests.cast import Cast
from tests.factories import NOW, make_place, make_space

pytestmark = pytest.mark.django_db

LIST = "operator:spaces_space_changelist"
WHY = "The stairs are broken."


@pytest.fixture
def cast(client: Client) -> Cast:
    cast = Cast()
    cast.sign_in(client, "operator")
    return cast


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(
        make_place(cast.organisation), name="Nidelva", summary={"nb": "Et rom"}, vat="exempt_3_11"
    )


def asked(client: Client, action: str, *spaces: Space, reason: str = "") -> str:
    sent = {"action": action, "reason": reason, "_selected_action": [one.pk for one in spaces]}
    return client.post(reverse(LIST), sent, follow=True).content.decode()


def listing(space: Space) -> str:
    return Space.objects.get(pk=space.pk).listing


def test_it_is_paused_with_a_reason_and_that_is_written_down(
    client: Client, cast: Cast, space: Space
) -> None:
    draft = make_space(listing=Listing.DRAFT)

    asked(client, "pause", space, draft, reason=WHY)

    assert (listing(space), listing(draft)) == (Listing.PAUSED, Listing.DRAFT)
    pause = Pause.objects.get()
    assert (pause.space, pause.reason, pause.made_by) == (space, WHY, cast.operator)
    entry = LogEntry.objects.get()
    assert entry.object_id == str(space.pk)
    assert WHY in entry.change_message


def test_without_a_reason_nothing_happens(client: Client, cast: Cast, space: Space) -> None:
    shown = asked(client, "pause", space, reason="  ")

    assert "Say why" in shown
    assert listing(space) == Listing.PUBLISHED


def test_those_who_keep_it_are_told_in_their_list_and_by_mail(
    client: Client, cast: Cast, space: Space
) -> None:
    asked(client, "pause", space, reason=WHY)
    send_due(now=timezone.now())

    told = {one.recipient for one in Delivery.objects.all()}
    assert told == {cast.owner, cast.manager}
    letter = next(one for one in mail.outbox if one.to == [cast.owner.email])
    assert letter.subject == "The district has paused Nidelva"
    assert WHY in letter.body
    cast.sign_in(client, "owner")
    listed = client.get(reverse("notices")).content.decode()
    assert "The district has paused one of your spaces" in listed
    notice = Delivery.objects.get(recipient=cast.owner)
    assert space.slug in client.get(reverse("notice", args=[notice.pk]))["Location"]
    page = client.get(reverse("space_publishing", args=[space.slug])).content.decode()
    assert WHY in page
    assert 'value="published"' not in page


def test_its_owner_cannot_undo_it(client: Client, cast: Cast, space: Space) -> None:
    pause_space(space=space, reason=WHY, by=cast.operator, now=NOW)
    cast.sign_in(client, "owner")
    page = reverse("space_publishing", args=[space.slug])

    for to in ("published", "archived", "draft", "published"):
        client.post(page, {"to": to})

    assert listing(space) == Listing.DRAFT
    with pytest.raises(PausedByDistrict):
        relist(space=space, to=Listing.PUBLISHED)


def test_the_database_does_not_list_it_either(cast: Cast, space: Space) -> None:
    pause_space(space=space, reason=WHY, by=cast.operator, now=NOW)

    with pytest.raises(IntegrityError, match="has paused"), transaction.atomic():
        Space.objects.update(listing=Listing.PUBLISHED)


def test_lifted_it_is_as_it_was_and_its_owner_hears_of_it(
    client: Client, cast: Cast, space: Space
) -> None:
    asked(client, "pause", space, reason=WHY)
    asked(client, "lift", space)
    send_due(now=timezone.now())

    assert listing(space) == Listing.PUBLISHED
    assert Pause.objects.get().lifted_by == cast.operator
    subjects = {one.subject for one in mail.outbox}
    assert "The district no longer pauses Nidelva" in subjects


def test_what_its_owner_had_paused_stays_paused(cast: Cast, space: Space) -> None:
    relist(space=space, to=Listing.PAUSED)

    pause_space(space=space, reason=WHY, by=cast.operator, now=NOW)
    lift_space_pause(space=space, by=cast.operator, now=NOW)

    assert listing(space) == Listing.PAUSED
    relist(space=space, to=Listing.PUBLISHED)


def test_it_is_paused_once_at_a_time(cast: Cast, space: Space) -> None:
    pause_space(space=space, reason=WHY, by=cast.operator, now=NOW)

    with pytest.raises(NotThatWay):
        pause_space(space=space, reason=WHY, by=cast.operator, now=NOW)
    lift_space_pause(space=space, by=cast.operator, now=NOW)
    with pytest.raises(NotThatWay):
        lift_space_pause(space=space, by=cast.operator, now=NOW)
