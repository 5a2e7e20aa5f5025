"""Who works for an organisation. It always has an owner."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Member, MemberEvent, Organisation, Role, User
from accounts.transactions import operation

Kind = MemberEvent.Kind


class LastOwner(Refused):
    code = "last_owner"
    message = _("An organisation needs an owner. Make somebody else its owner first.")


class NotAMember(Refused):
    code = "not_a_member"
    message = _("This person is no longer a member.")


@operation
def change_role(*, member: Member, role: str, by: User, now: datetime) -> None:
    """Raises `LastOwner` when nobody else would be left to own the organisation, and
    `NotAMember`."""
    member = _locked(member)
    was = member.role
    if was != role:
        _give_role(member, role)
        record(
            member.organisation, Kind.CHANGED, user=member.user, by=by, now=now, role=role, was=was
        )


@operation
def remove(*, member: Member, by: User, now: datetime) -> None:
    """Raises `LastOwner` and `NotAMember`."""
    member = _locked(member)
    if member.role == Role.OWNER:
        _require_another_owner(member)
    kind = Kind.LEFT if member.user == by else Kind.REMOVED
    record(member.organisation, kind, user=member.user, by=by, now=now, was=member.role)
    member.delete()


@operation
def leave(*, organisation: Organisation, user: User, now: datetime) -> None:
    """Raises `LastOwner`."""
    remove(member=Member.objects.get(organisation=organisation, user=user), by=user, now=now)


@operation
def hand_over(*, owner: Member, to: Member, now: datetime) -> None:
    """Another becomes an owner in one's place, and oneself a manager. Raises `LastOwner` when
    that other can no longer sign in, and `NotAMember`."""
    assert owner.organisation_id == to.organisation_id
    if not to.user.is_active:
        raise LastOwner
    to, owner = _locked(to), _locked(owner)
    was = to.role
    _give_role(to, Role.OWNER)
    _give_role(owner, Role.MANAGER)
    record(owner.organisation, Kind.HANDED_OVER, user=to.user, by=owner.user, now=now, was=was)


def record(
    organisation: Organisation,
    kind: MemberEvent.Kind,
    *,
    by: User,
    now: datetime,
    user: User | None = None,
    email: str = "",
    **data: str,
) -> None:
    """Append to the history of the organisation's members."""
    MemberEvent.objects.create(
        organisation=organisation, kind=kind, user=user, email=email, by=by, at=now, data=data
    )


def _give_role(member: Member, role: str) -> None:
    if member.role == Role.OWNER and role != Role.OWNER:
        _require_another_owner(member)
    member.role = role
    member.save(update_fields=["role"])


def _locked(member: Member) -> Member:
    """The member as it is now. Owners take turns per organisation: two who leave at once
    would otherwise each see the other stay."""
    Organisation.objects.select_for_update().get(pk=member.organisation_id)
    found = Member.objects.filter(pk=member.pk).first()
    if found is None:
        raise NotAMember
    return found


def _require_another_owner(member: Member) -> None:
    owners = Member.objects.filter(organisation=member.organisation_id, role=Role.OWNER)
    if not owners.exclude(pk=member.pk).filter(user__is_active=True).exists():
        raise LastOwner
