"""What else is refused where people are invited, changed and removed, and how pages say it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member, Organisation, Role, User
from accounts.operations import (
    JustSent,
    LastOwner,
    NotAMember,
    TooManyInvitations,
    change_role,
    hand_over,
    invitations,
    invite,
    remove,
    resend,
)
from tests.cast import Cast
from tests.factories import NOW, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=59)
LATER = NOW + timedelta(seconds=60)


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(name="Elveporten")


@pytest.fixture
def owner(organisation: Organisation) -> User:
    return make_member(organisation, Role.OWNER)


def test_an_address_gets_a_letter_a_minute_at_most(organisation: Organisation, owner: User) -> None:
    def again(now):
        return invite(
            organisation=organisation, email="ny@example.org", role=Role.HOST, by=owner, now=now
        )

    sent = again(NOW)

    with pytest.raises(JustSent):
        resend(invitation=sent, by=owner, now=SOON)
    with pytest.raises(JustSent):
        again(SOON)
    assert again(LATER).pk == sent.pk


def test_an_organisation_does_not_invite_the_whole_town(
    organisation: Organisation, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "MOST_OPEN", 2)
    people = {"organisation": organisation, "role": Role.HOST, "by": owner}
    for n in range(2):
        invite(email=f"{n}@example.org", now=NOW, **people)

    with pytest.raises(TooManyInvitations):
        invite(email="2@example.org", now=NOW, **people)
    invite(email="1@example.org", now=LATER, **people)  # waits already


def test_who_has_gone_cannot_be_changed(organisation: Organisation, owner: User) -> None:
    member = make_member(organisation, Role.HOST).memberships.get()
    Member.objects.filter(pk=member.pk).delete()

    for attempt in (
        lambda: change_role(member=member, role=Role.MANAGER, by=owner, now=NOW),
        lambda: remove(member=member, by=owner, now=NOW),
        lambda: hand_over(owner=owner.memberships.get(), to=member, now=NOW),
    ):
        with pytest.raises(NotAMember):
            attempt()
    assert owner.memberships.get().role == Role.OWNER


def test_ownership_is_not_handed_to_who_cannot_sign_in(
    client: Client, organisation: Organisation, owner: User
) -> None:
    asleep = make_member(organisation, Role.HOST, make_user(is_active=False)).memberships.get()
    with pytest.raises(LastOwner):
        hand_over(owner=owner.memberships.get(), to=asleep, now=NOW)
    client.force_login(owner)

    client.post(f"/owner/organisations/{organisation.slug}/members/{asleep.pk}/hand-over/")

    assert owner.memberships.get().role == Role.OWNER
    asleep.refresh_from_db()
    assert asleep.role == Role.HOST


def test_an_owner_who_removes_themselves_has_left(client: Client) -> None:
    cast = Cast()
    make_member(cast.organisation, Role.OWNER)
    cast.sign_in(client, "owner")
    me = cast.owner.memberships.get()

    answer = client.post(f"/owner/organisations/{cast.organisation.slug}/members/{me.pk}/remove/")

    assert answer["Location"] == "/owner/organisations/"
    assert not Member.objects.filter(pk=me.pk).exists()


@pytest.mark.parametrize(("email", "is_told"), [("NY@example.org", False), ("b@b.no", True)])
def test_who_is_signed_in_with_another_address_is_told(
    client: Client, organisation: Organisation, owner: User, email: str, is_told: bool
) -> None:
    sent = invite(
        organisation=organisation,
        email="ny@example.org",
        role=Role.HOST,
        by=owner,
        now=timezone.now(),
    )
    client.force_login(make_user(email, language="en"))

    page = client.get(f"/invitations/{sent.token}/").content.decode()

    assert ("The invitation went to ny@example.org" in page) == is_told


def test_who_joins_comes_to_the_organisation(client: Client) -> None:
    organisation = make_organisation(slug="elveporten")
    sent = invite(
        organisation=organisation,
        email="ny@example.org",
        role=Role.FINANCE,
        by=make_member(organisation),
        now=timezone.now(),
    )
    client.force_login(make_user())

    answer = client.post(f"/invitations/{sent.token}/", follow=True)

    assert answer.redirect_chain == [("/owner/organisations/elveporten/", 302)]
    assert answer.status_code == 200
