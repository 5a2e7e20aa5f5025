"""Inviting people to work for an organisation."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import invitations
from accounts.errors import Refused
from accounts.models import Invitation, Member, Organisation, User
from accounts.operations.members import Kind, record
from accounts.transactions import operation

VALID_FOR = timedelta(days=7)
BETWEEN_LETTERS = timedelta(minutes=1)
MOST_OPEN = 50  # nobody's colleagues; Ledig's mail is not for strangers


class AlreadyMember(Refused):
    code = "already_member"
    message = _("This person is a member already.")


class JustSent(Refused):
    code = "just_sent"
    message = _("A letter went to this address less than a minute ago.")


class TooManyInvitations(Refused):
    code = "too_many_invitations"
    message = _("Fifty invitations wait for an answer. Withdraw some, then invite more.")


class InvitationGone(Refused):
    code = "invitation_gone"
    message = _("This invitation has run out, was used or was withdrawn. Ask for a new one.")


@operation
def invite(
    *, organisation: Organisation, email: str, role: str, by: User, now: datetime
) -> Invitation:
    """Send somebody a letter that lets them join. A second one to the same address replaces
    the first. Raises `AlreadyMember`, `JustSent` and `TooManyInvitations`."""
    email = email.lower()
    if organisation.memberships.filter(user__email__iexact=email).exists():
        raise AlreadyMember
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # one letter an address
    standing = organisation.invitations.filter(accepted_at=None)
    invitation = standing.filter(email=email).first()
    if invitation is None and standing.count() >= MOST_OPEN:
        raise TooManyInvitations
    invitation = invitation or Invitation(organisation=organisation, email=email)
    invitation.role, invitation.invited_by = role, by
    return _send(invitation, by=by, now=now)


@operation
def resend(*, invitation: Invitation, by: User, now: datetime) -> Invitation:
    """A new letter. The link in the old one leads nowhere from now on. Raises
    `InvitationGone` and `JustSent`."""
    return _send(_open(invitation.pk), by=by, now=now)


@operation
def withdraw(*, invitation: Invitation, by: User, now: datetime) -> None:
    """Its link leads nowhere from now on. Raises `InvitationGone`."""
    invitation = _open(invitation.pk)
    record(
        invitation.organisation,
        Kind.WITHDRAWN,
        email=invitation.email,
        by=by,
        now=now,
        role=invitation.role,
    )
    invitation.delete()


@operation
def accept(*, token: str, by: User, now: datetime) -> Member:
    """Join. Who is a member already keeps the role they have. Raises `InvitationGone`."""
    invitation = Invitation.objects.select_for_update().with_token(token, now).first()
    if invitation is None:
        raise InvitationGone
    member, is_new = Member.objects.get_or_create(
        user=by, organisation=invitation.organisation, defaults={"role": invitation.role}
    )
    if is_new:
        record(
            member.organisation,
            Kind.JOINED,
            user=by,
            email=invitation.email,
            by=by,
            now=now,
            role=member.role,
        )
    invitation.accepted_at, invitation.accepted_by = now, by
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return member


def _open(pk: int) -> Invitation:
    invitation = Invitation.objects.select_for_update().filter(pk=pk, accepted_at=None).first()
    if invitation is None:
        raise InvitationGone
    return invitation


def _send(invitation: Invitation, *, by: User, now: datetime) -> Invitation:
    if invitation.pk and now - invitation.sent_at < BETWEEN_LETTERS:
        raise JustSent
    invitation.sent_at, invitation.expires_at = now, now + VALID_FOR
    invitation.due_at, invitation.mailed_at = now, None
    invitation.digest = Invitation.digest_of(invitation.token)
    invitation.save()
    record(
        invitation.organisation,
        Kind.INVITED,
        email=invitation.email,
        by=by,
        now=now,
        role=invitation.role,
    )
    transaction.on_commit(invitations.nudge)
    return invitation
