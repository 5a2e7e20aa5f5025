"""Signing up an organisation, and what it says about itself."""

import uuid
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from accounts.models import Member, Organisation, Role, User
from accounts.operations.members import Kind, record
from accounts.slugs import create_named
from accounts.transactions import operation


class NumberTaken(Refused):
    code = "number_taken"
    message = _(
        "An organisation with this number is here already. Ask one of its owners to invite you."
    )


@operation
def register(*, by: User, name: str, kind: str, now: datetime, **facts: Any) -> Organisation:
    """A new organisation, with the person as its owner. `facts` are its other fields."""
    with refused_by("organisation_number_once", NumberTaken):
        organisation = create_named(Organisation, name=name, kind=kind, **facts)
    Member.objects.create(user=by, organisation=organisation, role=Role.OWNER)
    record(organisation, Kind.SIGNED_UP, user=by, by=by, now=now, role=Role.OWNER)
    return organisation


@operation
def describe(*, organisation: Organisation, **facts: Any) -> None:
    """Change what the organisation says about itself. Its address in Ledig stays."""
    for name, value in facts.items():
        setattr(organisation, name, value)
    with refused_by("organisation_number_once", NumberTaken):
        organisation.save(update_fields=list(facts))


@operation
def change_logo(*, organisation: Organisation, picture: bytes | None) -> None:
    """Show this picture, as `accounts.pictures` has drawn it, or none. The old one's file goes
    once that is certain."""
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    storage, old = locked.logo.storage, locked.logo.name
    if picture is None:
        locked.logo = ""
    else:
        locked.logo.save(f"{uuid.uuid4().hex}.webp", ContentFile(picture), save=False)
    locked.save(update_fields=["logo"])
    organisation.logo = locked.logo
    if old:
        transaction.on_commit(lambda: storage.delete(old))
