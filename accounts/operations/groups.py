"""Groups of people, trainings, and who has them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from accounts.models import Certificate, Group, GroupMember, Organisation, Training, User
from accounts.transactions import operation


class GroupThere(Refused):
    code = "group_there"
    message = _("There is a group of that name already.")


class NobodyThere(Refused):
    code = "nobody_there"
    message = _("Nobody here has that address. They need an account with it first.")


class AlreadyRevoked(Refused):
    code = "already_revoked"
    message = _("It is withdrawn already.")


@operation
def set_group(
    *, organisation: Organisation, group: Group | None, name: str, emails: Collection[str]
) -> Group:
    """A new group, or another name and other people for one. Raises `GroupThere`."""
    with refused_by("group_once", GroupThere), transaction.atomic():
        if group is None:
            group = Group.objects.create(organisation=organisation, name=name)
        else:
            group = Group.objects.select_for_update().get(pk=group.pk)
            group.name = name
            group.save(update_fields=["name"])
    group.members.exclude(email__in=emails).delete()
    GroupMember.objects.bulk_create(
        (GroupMember(group=group, email=email) for email in sorted(emails)), ignore_conflicts=True
    )
    return group


@operation
def drop_group(*, group: Group) -> None:
    """Spaces that were open to it are so no more."""
    group.delete()


@operation
def set_training(
    *, organisation: Organisation, training: Training | None, **values: Any
) -> Training:
    """A new training, or other words about one. Certificates keep the dates they have."""
    if training is None:
        return Training.objects.create(organisation=organisation, **values)
    for name, value in values.items():
        setattr(training, name, value)
    training.save(update_fields=list(values))
    return training


@operation
def grant(
    *, training: Training, email: str, expires_at: datetime | None, by: User, now: datetime
) -> Certificate:
    """Say that whoever has verified this address has the training. Raises `NobodyThere`."""
    address = EmailAddress.objects.filter(email__iexact=email, verified=True).first()
    if address is None:
        raise NobodyThere
    return Certificate.objects.create(
        training=training,
        user=address.user,
        granted_by=by,
        granted_at=now,
        expires_at=expires_at,
    )


@operation
def revoke(*, certificate: Certificate, by: User, now: datetime) -> None:
    """It stands in the list as withdrawn. Bookings that are made stand. Raises
    `AlreadyRevoked`."""
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if locked.revoked_at is not None:
        raise AlreadyRevoked
    locked.revoked_at, locked.revoked_by = now, by
    locked.save(update_fields=["revoked_at", "revoked_by"])
