"""Who works for an organisation: invited, changed, leaving; never without an owner."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import invitations
from accounts.models import Invitation, Member, Organisation, Role, User
from accounts.operations import (
    AlreadyMember,
    InvitationGone,
    LastOwner,
    accept,
    change_role,
    hand_over,
    invite,
    leave,
    remove,
    resend,
    withdraw,
)
from tests.cast import Cast
from tests.factories import NOW, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(name="Elveporten")


@pytest.fixture
def owner(organisation: Organisation) -> User:
    return make_member(organisation, Role.OWNER)


@pytest.fixture
def invitation(organisation: Organisation, owner: User) -> Invitation:
    return invite(
        organisation=organisation, email="Ny@Example.org", role=Role.HOST, by=owner, now=NOW
    )


# --- Inviting ---------------------------------------------------------------------------


def test_the_mail_alone_has_the_token(invitation: Invitation) -> None:
    assert invitations.send_due(now=NOW) == 1

    (message,) = mail.outbox
    assert message.to == ["ny@example.org"]
    assert invitation.token in message.body
    stored = Invitation.objects.values_list().get(pk=invitation.pk)
    assert invitation.token not in repr(stored)


def test_a_mail_is_sent_once(invitation: Invitation) -> None:
    assert [invitations.send_due(now=NOW) for _ in range(2)] == [1, 0]


def test_a_mail_that_fails_is_tried_again(invitation: Invitation, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens
    assert invitations.send_due(now=NOW) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert invitations.send_due(now=NOW + timedelta(seconds=119)) == 0  # a little later

    assert invitations.send_due(now=NOW + timedelta(minutes=2)) == 1


def test_a_mail_whose_sender_died_is_sent_by_another(
    invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_invitation: Invitation) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(invitations, "mail_for", die)
        with pytest.raises(KeyboardInterrupt):
            invitations.send_due(now=NOW)
    assert invitations.send_due(now=NOW) == 0

    assert invitations.send_due(now=NOW + invitations.LEASE) == 1


def test_a_letter_that_cannot_be_written_keeps_no_other_back(
    invitation: Invitation,
    organisation: Organisation,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    invite(organisation=organisation, email="b@example.org", role=Role.HOST, by=owner, now=NOW)
    write = invitations.mail_for

    def broken(one: Invitation):
        if one.email == "b@example.org":
            raise ValueError
        return write(one)

    monkeypatch.setattr(invitations, "mail_for", broken)

    assert invitations.send_due(now=NOW) == 1
    assert mail.outbox[0].to == ["ny@example.org"]


def test_whoever_has_the_link_joins_once(invitation: Invitation) -> None:
    person = make_user()

    member = accept(token=invitation.token, by=person, now=NOW)

    assert (member.user, member.role) == (person, Role.HOST)
    with pytest.raises(InvitationGone):
        accept(token=invitation.token, by=make_user(), now=NOW)


def test_a_member_who_accepts_keeps_the_role_they_have(invitation: Invitation, owner: User) -> None:
    accept(token=invitation.token, by=owner, now=NOW)

    assert owner.memberships.get().role == Role.OWNER


def test_an_invitation_runs_out_after_a_week(invitation: Invitation) -> None:
    with pytest.raises(InvitationGone):
        accept(token=invitation.token, by=make_user(), now=NOW + timedelta(days=7))


def test_sending_again_ends_the_first_link(invitation: Invitation) -> None:
    first = invitation.token

    again = resend(invitation=invitation, by=invitation.invited_by, now=NOW + timedelta(days=8))

    with pytest.raises(InvitationGone):
        accept(token=first, by=make_user(), now=NOW + timedelta(days=8))
    accept(token=again.token, by=make_user(), now=NOW + timedelta(days=14))


def test_a_second_invitation_replaces_the_first(
    invitation: Invitation, organisation: Organisation, owner: User
) -> None:
    later = NOW + timedelta(hours=1)
    invite(
        organisation=organisation, email="ny@example.org", role=Role.MANAGER, by=owner, now=later
    )

    assert organisation.invitations.get().role == Role.MANAGER


def test_a_withdrawn_invitation_leads_nowhere(invitation: Invitation) -> None:
    withdraw(invitation=invitation, by=invitation.invited_by, now=NOW)

    with pytest.raises(InvitationGone):
        accept(token=invitation.token, by=make_user(), now=NOW)


def test_a_member_is_not_invited(organisation: Organisation, owner: User) -> None:
    with pytest.raises(AlreadyMember):
        invite(
            organisation=organisation,
            email=owner.email.upper(),
            role=Role.HOST,
            by=owner,
            now=NOW,
        )


def test_a_stranger_signs_in_first_and_comes_back(client: Client, organisation, owner) -> None:
    sent = invite(
        organisation=organisation,
        email="ny@example.org",
        role=Role.FINANCE,
        by=owner,
        now=timezone.now(),
    )
    address = f"/invitations/{sent.token}/"
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"
    client.force_login(person := make_user(language="en"))

    assert "You are invited to Elveporten" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert person.memberships.get().role == Role.FINANCE
    assert client.get(address).status_code == client.post(address).status_code == 410


@pytest.mark.parametrize("token", ["x", "0" * 64, "%00", "æ"])
def test_a_token_nobody_has_sent_is_gone(client: Client, token: str) -> None:
    client.force_login(make_user())

    assert client.get(f"/invitations/{token}/").status_code == 410


# --- Roles ------------------------------------------------------------------------------


def test_the_last_owner_stays_an_owner(organisation: Organisation, owner: User) -> None:
    member = owner.memberships.get()
    for attempt in (
        lambda: change_role(member=member, role=Role.HOST, by=owner, now=NOW),
        lambda: remove(member=member, by=owner, now=NOW),
        lambda: leave(organisation=organisation, user=owner, now=NOW),
    ):
        with pytest.raises(LastOwner):
            attempt()
    assert owner.memberships.get().role == Role.OWNER


def test_an_owner_who_cannot_sign_in_does_not_count(
    organisation: Organisation, owner: User
) -> None:
    make_member(organisation, Role.OWNER, make_user(is_active=False))

    with pytest.raises(LastOwner):
        leave(organisation=organisation, user=owner, now=NOW)


def test_with_another_owner_one_may_leave(organisation: Organisation, owner: User) -> None:
    make_member(organisation, Role.OWNER)

    leave(organisation=organisation, user=owner, now=NOW)

    assert organisation.memberships.count() == 1


def test_handing_over_changes_both(organisation: Organisation, owner: User) -> None:
    host = make_member(organisation, Role.HOST)

    hand_over(owner=owner.memberships.get(), to=host.memberships.get(), now=NOW)

    assert [user.memberships.get().role for user in (owner, host)] == [Role.MANAGER, Role.OWNER]


# --- Pages ------------------------------------------------------------------------------


def test_an_owner_invites_changes_and_removes(client: Client) -> None:
    cast = Cast()
    cast.sign_in(client, "owner")
    page = f"/owner/organisations/{cast.organisation.slug}/members/"
    host = cast.host.memberships.get()

    assert client.post(page, {"email": "ny@example.org", "role": "manager"}).status_code == 302
    assert "ny@example.org" in client.get(page).content.decode()
    client.post(f"{page}{host.pk}/role/", {"role": "finance"})
    assert Member.objects.get(pk=host.pk).role == Role.FINANCE
    client.post(f"{page}{host.pk}/role/", {"role": "emperor"})
    assert Member.objects.get(pk=host.pk).role == Role.FINANCE
    client.post(f"{page}{host.pk}/remove/")
    assert not Member.objects.filter(pk=host.pk).exists()


def test_the_last_owner_is_told_why_they_stay(client: Client) -> None:
    cast = Cast()
    cast.sign_in(client, "owner")

    answer = client.post(
        f"/owner/organisations/{cast.organisation.slug}/leave/", follow=True
    ).content.decode()

    assert "An organisation needs an owner" in answer


def test_anothers_members_are_not_there(client: Client) -> None:
    cast = Cast()
    cast.sign_in(client, "foreign")
    theirs = cast.foreign.memberships.get().organisation
    host = cast.host.memberships.get()

    answer = client.post(f"/owner/organisations/{theirs.slug}/members/{host.pk}/remove/")

    assert answer.status_code == 404
    assert Member.objects.filter(pk=host.pk).exists()
