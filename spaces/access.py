"""Who may book a space, and why somebody may not."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cached_property

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Refused
from accounts.models import RUNS_BOOKINGS, Affiliation, Certificate, Group, Member, Training, User
from spaces.models import AccessRule, Space
from spaces.versions import once_a_version


class NoAccess(Refused):
    code = "no_access"
    message = gettext_lazy("This space is not for everyone.")


class NeedsTraining(Refused):
    code = "needs_training"
    message = gettext_lazy("This space asks for a training first.")


class Access:
    """What about a person opens spaces. Nothing is asked of the database before a space is
    looked at that is not for everyone."""

    def __init__(
        self,
        user: User | AnonymousUser | None,
        now: datetime,
        *,
        memberships: list[Member] | None = None,
        affiliations: Iterable[Affiliation] | None = None,
    ) -> None:
        """`memberships` and `affiliations` where the caller has asked for them already."""
        self.user, self.now = user if isinstance(user, User) else None, now
        if memberships is not None:
            self.memberships = memberships
        self._affiliations = affiliations

    @property
    def number(self) -> int | None:
        """By which what they have booked is counted. None of somebody who has not signed in."""
        return None if self.user is None else self.user.pk

    @cached_property
    def ties(self) -> frozenset[tuple[str, int]]:
        """The affiliations that stand: (kind, organisation)."""
        if self.user is None:
            return frozenset()
        return frozenset(
            (one.kind, one.organisation_id)
            for one in (
                self.user.affiliations.all() if self._affiliations is None else self._affiliations
            )
            if not one.expires_at or one.expires_at > self.now
        )

    @cached_property
    def works_for(self) -> frozenset[int]:
        if self.user is None:
            return frozenset()
        employed = {organisation for kind, organisation in self.ties if kind != "student"}
        return frozenset(employed | {one.organisation_id for one in self.memberships})

    @cached_property
    def memberships(self) -> list[Member]:
        return [] if self.user is None else list(self.user.memberships.all())

    @cached_property
    def runs(self) -> frozenset[int]:
        """The organisations whose spaces are theirs to run."""
        return frozenset(
            one.organisation_id for one in self.memberships if one.role in RUNS_BOOKINGS
        )

    @cached_property
    def groups(self) -> frozenset[int]:
        if self.user is None:
            return frozenset()
        return frozenset(self.in_groups.values_list("pk", flat=True))

    @property
    def in_groups(self) -> "QuerySet[Group]":
        verified = EmailAddress.objects.filter(user=self.user, verified=True)
        return Group.objects.filter(members__email__in=verified.values(lower=Lower("email")))

    @cached_property
    def certificates(self) -> list[Certificate]:
        if self.user is None:
            return []
        return list(self.user.certificates.filter(revoked_at=None))

    def fits(self, rule: AccessRule) -> bool:
        if rule.group_id is not None:
            return rule.group_id in self.groups
        if not rule.affiliation:
            return rule.organisation_id in self.works_for
        return any(
            kind == rule.affiliation and rule.organisation_id in (None, organisation)
            for kind, organisation in self.ties
        )

    def may_book(self, space: Space) -> bool:
        """As far as who they are decides. Those who run a space may."""
        rules, _trainings = asked_of(space)
        if not rules or space.organisation_id in self.runs:
            return True
        return any(self.fits(rule) for rule in rules)

    def lacks(self, space: Space, until: datetime) -> list[Training]:
        """The trainings the space asks for that they will not have all the time `until`."""
        _rules, trainings = asked_of(space)
        if not trainings or space.organisation_id in self.runs:
            return []
        held = {one.training_id for one in self.certificates if one.holds_at(until)}
        return [one for one in trainings if one.pk not in held]

    def opens(self, until: datetime) -> Q:
        """The spaces that `require_access` lets them book for a time that ends then."""
        if self.user is None:
            return Q(access_rules=None, trainings=None)
        rules = AccessRule.objects.filter(space=OuterRef("pk"))
        fitting = Q(group__in=self.in_groups)
        fitting |= Q(group=None, affiliation="", organisation__in=self.works_for)
        for kind, organisation in self.ties:
            of_kind = Q(organisation=None) | Q(organisation=organisation)
            fitting |= Q(of_kind, affiliation=kind)
        asked_for = Space.trainings.through.objects.filter(space=OuterRef("pk"))
        held = self.user.certificates.holding_at(until).values("training")
        lacking = asked_for.exclude(training__in=held)
        may = ~Exists(rules) | Exists(rules.filter(fitting))
        return Q(organisation__in=self.runs) | Q(may & ~Exists(lacking))


@once_a_version
def asked_of(space: Space) -> tuple[Collection[AccessRule], Collection[Training]]:
    """Whom it is for, when not for everyone, and what they are to have learnt."""
    return space.access_rules.all(), space.trainings.all()


class Imagined(Access):
    """Somebody who is not there, to look at a page as: signed in, of one affiliation, perhaps of
    an organisation or a group, without any certificate, and with nothing booked."""

    def __init__(
        self,
        now: datetime,
        *,
        kind: str = "",
        organisation: int | None = None,
        group: int | None = None,
    ) -> None:
        super().__init__(None, now, memberships=[])
        self.ties = frozenset({(kind, organisation or 0)} if kind else ())
        if organisation is not None and kind != "student":
            self.works_for = frozenset({organisation})
        self.groups = frozenset(() if group is None else (group,))
        self.certificates = []

    @property
    def number(self) -> int:
        return -1  # as nobody has


def require_access(space: Space, access: Access, *, until: datetime) -> None:
    """Raise `NoAccess` or `NeedsTraining` when this person may not book the space for a time
    that ends then."""
    if not access.may_book(space):
        raise NoAccess(only_for(space), space=space.pk)
    if lacking := access.lacks(space, until):
        raise NeedsTraining(training_needed(lacking), trainings=[one.pk for one in lacking])


def only_for(space: Space) -> str:
    """`Only for: Students of NTNU, Start-ups.`"""
    who = ", ".join(str(rule) for rule in space.access_rules.all())
    return _("Only for: %(who)s.") % {"who": who}


def training_needed(trainings: list[Training]) -> str:
    names = ", ".join(str(one) for one in trainings)
    return _("First you need a valid certificate for: %(what)s. Ask %(who)s.") % {
        "what": names,
        "who": trainings[0].organisation.name,
    }
