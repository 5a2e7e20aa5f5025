"""Files of rows on their way into the district."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from spaces.ids import uuid7


class ImportQuerySet(models.QuerySet["Import"]):
    def of(self, user: User) -> Self:
        return self.filter(made_by=user)

    def unfinished(self) -> Self:
        """Those that wait for a worker, or are with one."""
        return self.filter(state__in=WORK)


class Import(models.Model):
    """A file somebody sent, what it would change, and whether it was done.

    While a worker has it, it holds the row's lock; when the worker dies, PostgreSQL gives
    the lock back, the transaction is undone and the next worker takes it up.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Being checked")
        CHECKED = "checked", _("Waiting for your yes")
        CONFIRMED = "confirmed", _("Being written")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Stopped")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    made_by = models.ForeignKey(User, models.CASCADE, related_name="imports")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    name = models.CharField(max_length=200)  # of the file, as its owner calls it
    content = models.BinaryField(null=True)  # the file, until the import has ended
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)  # by workers, since it was asked for
    total = models.PositiveIntegerField(default=0)  # rows
    result = models.JSONField(null=True, blank=True)  # spaces.bulk.running.Outcome
    # Why the file as a whole was not read, or what was answered could not be done.
    refusal = models.TextField(blank=True)
    answers = models.JSONField(default=dict)  # booking in the way: what becomes of it
    told = models.CharField(max_length=280, blank=True)  # to the bookers of those
    has_moved = models.BooleanField(default=False)  # what stands differed from what was shown

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        indexes = [models.Index(fields=["made_by", "-made_at"], name="import_of_person")]
        constraints = [
            models.CheckConstraint(
                name="import_keeps_file_until_its_end",
                condition=Q(state__in=["done", "refused"], content=None)
                | (~Q(state__in=["done", "refused"]) & Q(content__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"

    @property
    def badge(self) -> str:
        """Which colour its state has."""
        return BADGES[State(self.state)]

    @property
    def in_the_way(self) -> list[str]:
        """The ids of the bookings that would stand outside the hours it brings."""
        return self.result.get("in_the_way", []) if self.result else []

    @property
    def is_asking(self) -> bool:
        return self.state == State.CHECKED

    @property
    def is_working(self) -> bool:
        return self.state in WORK


State = Import.State
WORK = (State.WAITING, State.CONFIRMED)
IMPORT_MOVES: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.CHECKED, State.DONE, State.REFUSED, State.FAILED}),
    State.CHECKED: frozenset({State.CONFIRMED}),
    State.CONFIRMED: frozenset({State.DONE, State.CHECKED, State.REFUSED, State.FAILED}),
    State.FAILED: frozenset({State.WAITING}),
    State.DONE: frozenset(),
    State.REFUSED: frozenset(),
}
BADGES = {
    State.WAITING: "pending",
    State.CHECKED: "warning",
    State.CONFIRMED: "pending",
    State.DONE: "success",
    State.REFUSED: "danger",
    State.FAILED: "danger",
}
