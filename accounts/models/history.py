"""What has happened to who works for an organisation."""

from django.db import models
from django.utils.translation import gettext as _

from accounts.models.organisation import Organisation, Role
from accounts.models.people import User


class MemberEvent(models.Model):
    """One entry of the history of an organisation's members. Append-only: a database trigger
    sees to it."""

    class Kind(models.TextChoices):
        SIGNED_UP = "signed_up"  # the organisation, by its first owner
        INVITED = "invited"
        WITHDRAWN = "withdrawn"
        JOINED = "joined"
        CHANGED = "changed"
        HANDED_OVER = "handed_over"
        REMOVED = "removed"
        LEFT = "left"

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="member_events", db_index=False
    )
    kind = models.CharField(max_length=12, choices=Kind)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    email = models.EmailField(blank=True)  # of who was invited, before they are anybody here
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(default=dict, blank=True)  # the `role`, and what it `was`

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["organisation", "-id"], name="member_event_latest")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"

    @property
    def sentence(self) -> str:
        """What happened, in the reader's language."""
        said = {
            "by": self.by,
            "who": self.user or self.email,
            "role": _role(self.data.get("role")),
            "was": _role(self.data.get("was")),
        }
        kind = MemberEvent.Kind
        return {
            kind.SIGNED_UP: _("%(by)s signed up the organisation"),
            kind.INVITED: _("%(by)s invited %(who)s (%(role)s)"),
            kind.WITHDRAWN: _("%(by)s withdrew the invitation to %(who)s"),
            kind.JOINED: _("%(who)s joined (%(role)s)"),
            kind.CHANGED: _("%(by)s changed the role of %(who)s from %(was)s to %(role)s"),
            kind.HANDED_OVER: _("%(by)s handed ownership over to %(who)s"),
            kind.REMOVED: _("%(by)s removed %(who)s (%(was)s)"),
            kind.LEFT: _("%(who)s left (%(was)s)"),
        }[kind(self.kind)] % said


def _role(value: str | None) -> str:
    return str(Role(value).label) if value else ""
