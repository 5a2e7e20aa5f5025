"""Who may book a space."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import AffiliationKind, Group, Organisation
from spaces.models.space import Space


class AccessRule(models.Model):
    """Some people who may book a space: of an affiliation, of an organisation, of both (the
    students of NTNU), or of a group. A space with no rule is for everyone; else one must fit.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="access_rules")
    affiliation = models.CharField(max_length=10, choices=AffiliationKind, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                name="access_rule_for_some",
                condition=Q(group=None) & ~Q(affiliation="", organisation=None)
                | Q(group__isnull=False, affiliation="", organisation=None),
            ),
            models.UniqueConstraint(
                fields=["space", "affiliation", "organisation", "group"],
                name="access_rule_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        if self.group is not None:
            return f"{self.group} ({self.group.organisation})"
        if not self.affiliation:
            return _("People of %(organisation)s") % {"organisation": self.organisation}
        who = {
            AffiliationKind.STUDENT: _("Students"),
            AffiliationKind.EMPLOYEE: _("Employees"),
            AffiliationKind.STARTUP: _("Start-ups"),
        }[AffiliationKind(self.affiliation)]
        if self.organisation is None:
            return who
        return _("%(who)s of %(organisation)s") % {"who": who, "organisation": self.organisation}
