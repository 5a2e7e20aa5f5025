"""Whose eyes an owner can look at a space's page with, and what those may have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import AffiliationKind, Organisation, User
from bookings.grounds import Grounds
from spaces.access import Access, Imagined
from spaces.models import Audience, Quota, Space
from spaces.prices import Buyer

COMPANY = "company"


@dataclass(frozen=True)
class Eyes:
    """Of somebody who is not there. `key` stands in addresses."""

    key: str
    label: str
    access: Access
    organisation: Organisation | None = None  # that they would book for

    @property
    def buyer(self) -> Buyer:
        kinds = frozenset(kind for kind, _of in self.access.ties)
        return Buyer(kinds, self.access.works_for)

    def grounds(self, space: Space) -> Grounds | None:
        """What a booking of theirs would rest on: they have booked nothing yet, and have no
        strikes. None of a stranger, who is asked to sign in first."""
        if self.access.number is None:
            return None
        return Grounds(self.access, self.buyer, None, [], list(Quota.objects.bearing_on(space)))


def eyes_for(space: Space, *, now: datetime) -> list[Eyes]:
    """All there are: anybody, and those for whom the space has a price or a door of their own."""
    return list({eyes.key: eyes for eyes in _each(space, now)}.values())


def eyes_by(key: str, space: Space, *, now: datetime) -> Eyes | None:
    return next((eyes for eyes in eyes_for(space, now=now) if eyes.key == key), None)


def sees_for_others(user: User, space: Space) -> bool:
    """Whether this person keeps the space."""
    return Space.objects.kept_by(user).filter(pk=space.pk).exists()


def _each(space: Space, now: datetime) -> Iterator[Eyes]:
    yield Eyes("stranger", _("a stranger"), Access(None, now))
    for kind, label in (
        (AffiliationKind.STUDENT, _("a student")),
        (AffiliationKind.EMPLOYEE, _("an employee in the district")),
        (AffiliationKind.STARTUP, _("a start-up")),
    ):
        yield Eyes(kind.value, label, Imagined(now, kind=kind.value))
    yield Eyes(COMPANY, _("a company"), Imagined(now))
    for price in space.prices.all():
        if price.audience == Audience.OWN:
            yield _from(space.organisation, now)
        elif price.organisation is not None:
            yield _from(price.organisation, now)
    for rule in space.access_rules.all():
        if rule.organisation is not None and not rule.affiliation:
            yield _from(rule.organisation, now)
        elif rule.organisation is not None or rule.group is not None:
            of, group = rule.organisation_id, rule.group_id
            who = Imagined(now, kind=rule.affiliation, organisation=of, group=group)
            yield Eyes(f"rule-{rule.pk}", _("one of: %(who)s") % {"who": rule}, who)


def _from(organisation: Organisation, now: datetime) -> Eyes:
    return Eyes(
        f"of-{organisation.slug}",
        _("somebody from %(organisation)s") % {"organisation": organisation},
        Imagined(now, organisation=organisation.pk),
        organisation,
    )
