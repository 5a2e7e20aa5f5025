"""A person's own calendars: plans and tasks beside what they have booked."""

from typing import Self

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import Q

from accounts.models import User
from bookings.preconditions import tag_of


class Component(models.TextChoices):
    """What iCalendar calls an event, a task and a note."""

    EVENT = "VEVENT"
    TODO = "VTODO"
    JOURNAL = "VJOURNAL"


class OwnCalendar(models.Model):
    """Made and named by its person's calendar program. Nobody else sees it, and nothing is
    booked or taken by what is in it. How it looks is a `CalendarLook`, as of the others."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="own_calendars", db_index=False
    )  # the constraint's index begins with it
    key = models.CharField(max_length=120)  # the last part of its address
    components = ArrayField(models.CharField(max_length=8))
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="own_calendar_key"),
            models.CheckConstraint(
                name="own_calendar_components",
                condition=Q(components__contained_by=Component.values, components__len__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class OwnObjectQuerySet(models.QuerySet["OwnObject"]):
    def standing(self) -> Self:
        return self.exclude(text="")


class OwnObject(models.Model):
    """One event, task or note, to the letter as its program wrote it.

    Without a text it was deleted: for a while its programs are told so. `changed_in` is the
    transaction of its last change, by a trigger, as a booking's is.
    """

    calendar = models.ForeignKey(
        OwnCalendar, models.CASCADE, related_name="objects_kept", db_index=False
    )
    name = models.CharField(max_length=255)  # the last part of its address
    uid = models.CharField(max_length=255)
    component = models.CharField(max_length=8, choices=Component)
    text = models.TextField(blank=True)
    during = DateTimeRangeField(null=True)  # all of it is within; None: it can be at any time
    changed_in = models.BigIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField()

    objects = OwnObjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "name"], name="own_object_name"),
            models.UniqueConstraint(
                fields=["calendar", "uid"], condition=~Q(text=""), name="own_object_uid"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tag(self) -> str | None:
        return tag_of(self.text) if self.text else None
