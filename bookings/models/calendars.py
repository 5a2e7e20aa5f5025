"""What calendar programs that write to us need us to remember."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models import User
from bookings.models.booking import Booking
from bookings.models.series import Series
from spaces.models import Space


class CalendarObject(models.Model):
    """What a calendar program has called a booking or a series, and wrote of its own in it.

    One made on our pages has none: its name and UID follow from its id. Names and UIDs are
    told apart within one person's view of one space, as one collection of `/dav/` is.
    """

    booking = models.OneToOneField(
        Booking, models.CASCADE, null=True, blank=True, related_name="calendar_object"
    )
    series = models.OneToOneField(
        Series, models.CASCADE, null=True, blank=True, related_name="calendar_object"
    )
    booker = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)  # the last part of its address
    uid = models.CharField(max_length=255)
    extras = models.TextField(blank=True)  # lines of iCalendar that are only the program's own

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="calendar_object_of_one",
                condition=Q(booking__isnull=False, series=None)
                | Q(booking=None, series__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["booker", "space", "name"], name="calendar_object_name"
            ),
            models.UniqueConstraint(fields=["booker", "space", "uid"], name="calendar_object_uid"),
        ]

    def __str__(self) -> str:
        return self.name


class MovedAway(models.Model):
    """A booking that was in a space and is now in another: what the calendar of the first
    has lost. Written by a trigger; `changed_in` is the transaction, as a booking's is."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, models.CASCADE, related_name="+", db_index=False)
    changed_in = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["space", "changed_in"], name="moved_away_since")]

    def __str__(self) -> str:
        return f"{self.booking_id} from {self.space_id}"


class CalendarRefusal(models.Model):
    """Something a calendar program wrote that could not be done, as its person is told by mail.

    Programs try the same again for days: `digest` is of all that was asked, so one mail tells
    of it however often it comes.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, models.CASCADE, null=True, blank=True, related_name="+")
    digest = models.BinaryField(max_length=32)
    code = models.CharField(max_length=40)
    sentence = models.TextField()  # in the person's language then
    title = models.CharField(max_length=140, blank=True)
    start = models.DateTimeField(null=True, blank=True)
    end = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="calendar_refusal_once")
        ]
        indexes = [models.Index(fields=["refused_at"], name="calendar_refusal_old")]

    def __str__(self) -> str:
        return self.sentence

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        return (self.start, self.end) if self.start and self.end else None


class CalendarLook(models.Model):
    """How a person's programs show one of their calendars: colour, order, another name. WebDAV
    calls these dead properties: kept, and given back as they came."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    calendar = models.CharField(max_length=120)  # as in its address
    said = models.JSONField(default=dict)  # {"{namespace}name": text}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "calendar"], name="calendar_look_once")
        ]

    def __str__(self) -> str:
        return self.calendar
