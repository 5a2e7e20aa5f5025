"""The district's rulebook: which version is in force, and who has said yes to it."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Organisation, Role, User
from accounts.transactions import operation
from spaces.models import Acceptance, Rulebook


def in_force() -> Rulebook | None:
    """The newest published version."""
    return Rulebook.objects.exclude(published_at=None).order_by("-version").first()


def has_accepted(organisation: Organisation) -> bool:
    """True when no rulebook is published."""
    newest = in_force()
    if newest is None:
        return True
    return newest.acceptances.filter(organisation=organisation).exists()


def undecided(user: User) -> "QuerySet[Organisation]":
    """The organisations this person works for that have not accepted what is in force."""
    theirs = Organisation.objects.filter(memberships__in=user.memberships.all())
    newest = in_force()
    if newest is None:
        return theirs.none()
    yes = Acceptance.objects.filter(rulebook=newest, organisation=OuterRef("pk"))
    return theirs.filter(~Exists(yes)).order_by("name")


def to_accept(user: User) -> "QuerySet[Organisation]":
    """Those of them that this person owns, and may so accept for."""
    owned = user.memberships.filter(role=Role.OWNER)
    return undecided(user).filter(memberships__in=owned)


class AlreadyPublished(Refused):
    code = "already_published"
    message = _("This version is published already.")


class OlderVersion(Refused):
    code = "older_version"
    message = _("A newer version is published already.")


@operation
def publish(*, rulebook: Rulebook, now: datetime) -> None:
    """From now on this version is in force, and all owners are asked for their yes. Nothing
    that is listed is unlisted. Raises `AlreadyPublished` and `OlderVersion`."""
    locked = Rulebook.objects.select_for_update().get(pk=rulebook.pk)
    newest = in_force()
    if locked.published_at:
        raise AlreadyPublished
    if newest and newest.version > locked.version:
        raise OlderVersion
    locked.published_at = rulebook.published_at = now
    locked.save(update_fields=["published_at"])


@operation
def write_next(*, rulebook: Rulebook) -> Rulebook:
    """A draft that begins as this version does, its quotas too."""
    newest = Rulebook.objects.order_by("-version").select_for_update().first()
    assert newest is not None
    quotas = list(rulebook.quotas.all())
    draft = Rulebook.objects.get(pk=rulebook.pk)
    draft.pk, draft.version, draft.published_at = None, newest.version + 1, None
    draft._state.adding = True
    draft.save()
    for quota in quotas:
        quota.pk, quota.rulebook = None, draft
        quota._state.adding = True
        quota.save()
    return draft


@operation
def accept(*, rulebook: Rulebook, organisation: Organisation, by: User, now: datetime) -> None:
    """Saying yes twice is saying it once."""
    Acceptance.objects.get_or_create(
        rulebook=rulebook,
        organisation=organisation,
        defaults={"accepted_by": by, "accepted_at": now},
    )
