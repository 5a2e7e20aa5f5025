"""Who works for an organisation. It always has an owner."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Member, Organisation, Role, User
from accounts.transactions import operation


class LastOwner(Refused):
    code = "last_owner"
    message = _("An organisation needs an owner. Make somebody else its owner first.")


class NotAMember(Refused):
    code = "not_a_member"
    message = _("This person is no longer a member.")


@operation
def change_role(*, member: Member, role: str) -> None:
    """Raises `LastOwner` when nobody else would be left to own the organisation, and
    `NotAMember`."""
    member = _locked(member)
    if member.role == Role.OWNER and role != Role.OWNER:
        _require_another_owner(member)
    member.role = role
    member.save(update_fields=["role"])


@operation
def remove(*, member: Member) -> None:
    """Raises `LastOwner` and `NotAMember`."""
    member = _locked(member)
    if member.role == Role.OWNER:
        _require_another_owner(member)
    member.delete()


@operation
def leave(*, organisation: Organisation, user: User) -> None:
    """Raises `LastOwner`."""
    remove(member=Member.objects.get(organisation=organisation, user=user))


@operation
def hand_over(*, owner: Member, to: Member) -> None:
    """Another becomes an owner in one's place, and oneself a manager. Raises `LastOwner` when
    that other can no longer sign in, and `NotAMember`."""
    assert owner.organisation_id == to.organisation_id
    if not to.user.is_active:
        raise LastOwner
    change_role(member=to, role=Role.OWNER)
    change_role(member=owner, role=Role.MANAGER)


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
