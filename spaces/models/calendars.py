"""Calendars kept elsewhere that say when a space, or one of its units, is busy."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RUNS_SPACES, User
from spaces.models.space import Space, Unit
from spaces.sealing import unseal

SEALED_FOR = "calendar-address"


class CalendarSourceQuerySet(models.QuerySet["CalendarSource"]):
    def kept_by(self, user: User) -> Self:
        """Those of the spaces that this person may change."""
        theirs = user.memberships.filter(role__in=RUNS_SPACES).values("organisation")
        return self.filter(space__organisation__in=theirs)

    def in_use(self) -> Self:
        return self.filter(is_paused=False)


class CalendarSource(models.Model):
    """An outside calendar, at an address or given once as a file. Its busy times take its
    space's units, or its one unit, while it is not paused.

    Only times are kept, never what they are for or who comes. The address is a secret: who
    has it reads the whole calendar. So it is sealed, and only its host is ever shown. A new
    one is looked at before it is used: until then it is paused, and `used_from` is not set.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="calendar_sources")
    unit = models.ForeignKey(
        Unit, models.CASCADE, null=True, blank=True, related_name="calendar_sources"
    )  # empty: the whole space, whatever it is made of
    name = models.CharField(_("name"), max_length=80)
    host = models.CharField(max_length=255, blank=True)  # empty: a file, which is not read again
    sealed_address = models.BinaryField(max_length=6000, default=b"")  # spaces/sealing.py
    maker = models.CharField(max_length=40, blank=True)  # the program, as the calendar says
    is_paused = models.BooleanField(default=True)
    used_from = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    # What it said when it was last read. Of these rows BusyTime, one for each unit, is made by
    # triggers (bookings/migrations: "busy_times").
    times = ArrayField(DateTimeRangeField(), default=list)
    events = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=dict)  # how many, by why: bookings/calendars/reading.py
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    whole_at = models.DateTimeField()  # read from its first line to its last
    read_at = models.DateTimeField()  # read, or known to be unchanged

    # How reading goes. `problem` is a code: bookings/calendars/problems.py has the sentence.
    tried_at = models.DateTimeField()
    problem = models.CharField(max_length=20, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # its keepers, that it is failing
    due_at = models.DateTimeField(null=True, blank=True)  # to be read again
    stale_at = models.DateTimeField(null=True, blank=True)  # from then on too old to trust

    objects = CalendarSourceQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="calendar_source_due"
            ),
            models.Index(
                fields=["stale_at"],
                condition=Q(stale_at__isnull=False),
                name="calendar_source_stale",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="calendar_source_used_is_read",
                condition=Q(is_paused=True, due_at=None, stale_at=None)
                | Q(is_paused=False, host="", due_at=None, stale_at=None, used_from__isnull=False)
                | (
                    Q(
                        is_paused=False,
                        due_at__isnull=False,
                        stale_at__isnull=False,
                        used_from__isnull=False,
                    )
                    & ~Q(host="")
                ),
            ),
            models.CheckConstraint(
                name="calendar_source_failing",
                condition=Q(problem="", failures=0, failing_since=None)
                | (Q(failures__gt=0, failing_since__isnull=False) & ~Q(problem="")),
            ),
            models.CheckConstraint(
                name="calendar_source_address",
                condition=Q(host="", sealed_address=b"") | (~Q(host="") & ~Q(sealed_address=b"")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The whole of it, for fetching only."""
        return unseal(self.sealed_address, SEALED_FOR)

    @property
    def is_file(self) -> bool:
        return not self.host

    def is_stale(self, now: datetime) -> bool:
        return self.stale_at is not None and self.stale_at <= now
