"""Who waits for a time that is not free, and which times have become free.

What is waited for is one exact time, in one space or in whatever a search finds; or so many
minutes at any time between two dates, in whatever a search finds. In one space it is also what
is left of the time once it has begun. A person waits once for the same; the order is that of
coming. `QUEUE_MOVES` is the table of moves, as `states.py` has one for bookings.

Of a search for the same time again and again no one time is offered: half a course is no
course, and what is held for whoever may not want it is kept from all others. Who waits for one
is written to, once, when some space has more of its times than any had when they asked.
"""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation, User
from bookings.models.booking import REAL_PERIOD, Booking
from bookings.models.saved import page_of
from bookings.models.timed import Timed
from spaces.ids import uuid7
from spaces.models import Place, Space


class Queue(models.TextChoices):
    """How far somebody who waits has come."""

    WAITING = "waiting", pgettext_lazy("waiting list", "Waiting")
    OFFERED = "offered", _("Offered")  # a hold is kept for their yes
    TAKEN = "taken", pgettext_lazy("waiting list", "Taken")
    PASSED = "passed", _("Passed on")  # they said no, or nothing in time
    TOLD = "told", pgettext_lazy("waiting list", "Told")  # of what comes again, by mail
    ENDED = "ended", _("Ended")  # they left, or the time has come


QUEUE_MOVES: dict[Queue, frozenset[Queue]] = {
    Queue.WAITING: frozenset({Queue.OFFERED, Queue.TOLD, Queue.ENDED}),
    Queue.OFFERED: frozenset(
        {Queue.TAKEN, Queue.PASSED, Queue.WAITING}  # back, when it was the owner who took it
    ),
    Queue.PASSED: frozenset({Queue.TAKEN}),  # paid late, and still free
    Queue.TAKEN: frozenset(),
    Queue.TOLD: frozenset(),
    Queue.ENDED: frozenset(),
}
OPEN = frozenset({Queue.WAITING, Queue.OFFERED})
SIGNER = Signer(salt="ledig.waiting")


class WaitingQuerySet(models.QuerySet["Waiting"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own: nobody else is told who waits."""
        return self.filter(person=user) if isinstance(user, User) else self.none()

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def due(self, now: datetime) -> Self:
        """To be looked at, in fair order."""
        waiting = self.filter(state=Queue.WAITING, look_at__lte=now, person__is_active=True)
        return waiting.order_by("created_at", "pk")

    def of_token(self, token: str) -> Self:
        """The entry that a mail's link is about; none when the link is not ours."""
        try:
            return self.filter(pk=UUID(SIGNER.unsign(token)))
        except (BadSignature, ValueError):
            return self.none()

    def standing(self, now: datetime) -> Self:
        """Those whom a time could still go to."""
        waits = Q(state=Queue.WAITING, until__gt=now, person__is_active=True, had=None)
        return self.filter(waits | Q(state=Queue.OFFERED, booking__expires_at__gt=now))

    def for_listing(self) -> Self:
        return self.select_related(
            "space__place", "space__organisation", "booking__space__place", "organisation"
        )


class Waiting(Timed, models.Model):
    """One person's wish for a time that was not free when they asked.

    `search` is the address query of the search, when it is no one space that is wanted:
    whatever can be searched for can be waited for. With `minutes`, any time of that length
    within `period` would do, on the weekdays and between the hours that the search says. With
    `had`, it is for the same time again and again: so many of the times had the space with most
    of them, when they asked or were told. Each such letter to a person has its number.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="waiting", db_index=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+"
    )  # whom they book for
    space = models.ForeignKey(
        Space, models.CASCADE, null=True, blank=True, related_name="waiting", db_index=False
    )
    search = models.CharField(max_length=2000, blank=True)
    period = DateTimeRangeField()
    minutes = models.PositiveIntegerField(null=True, blank=True)
    had = models.PositiveSmallIntegerField(null=True, blank=True)
    letter = models.PositiveIntegerField(null=True, blank=True)
    offered = DateTimeRangeField(null=True, blank=True)  # the time of the latest offer
    quantity = models.PositiveIntegerField(default=1)
    people = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()  # the order
    until = models.DateTimeField()  # no offer after this
    look_at = models.DateTimeField()  # when it is next looked for
    state = models.CharField(max_length=10, choices=Queue, default=Queue.WAITING)
    booking = models.OneToOneField(
        Booking, models.CASCADE, null=True, blank=True, related_name="waiting"
    )  # the latest offer

    objects = WaitingQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiting")
        verbose_name_plural = _("waiting")
        indexes = [
            models.Index(
                fields=["created_at", "id"], condition=Q(state="waiting"), name="waiting_in_order"
            ),
            models.Index(fields=["space"], condition=Q(state="waiting"), name="waiting_for_space"),
            models.Index(fields=["person", "-created_at"], name="waiting_by_person"),
        ]
        constraints = [
            models.CheckConstraint(name="waiting_real_period", condition=REAL_PERIOD),
            models.CheckConstraint(name="waiting_quantity", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="waiting_for_one_thing",
                condition=Q(space=None) & ~Q(search="") | Q(space__isnull=False, search=""),
            ),
            models.CheckConstraint(
                name="waiting_offer_is_a_booking",
                condition=~Q(state__in=["offered", "taken", "passed"])
                | Q(booking__isnull=False, offered__isnull=False),
            ),
            models.CheckConstraint(
                name="waiting_any_time_of_a_search",
                condition=Q(minutes=None)
                | Q(minutes__isnull=False, minutes__gte=1, space=None) & ~Q(search=""),
            ),
            models.CheckConstraint(
                name="waiting_offered_what_is_wished",
                condition=Q(offered=None)
                | Q(offered=F("period"))
                | (Q(minutes__isnull=False) | Q(space__isnull=False))
                & Q(offered__contained_by=F("period")),
            ),
            models.CheckConstraint(
                name="waiting_told_of_what_comes_again",
                condition=Q(had=None, letter=None) & ~Q(state="told")
                | Q(had__isnull=False, space=None, minutes=None, booking=None)
                & (Q(state__in=["waiting", "ended"]) | Q(state="told", letter__isnull=False)),
            ),
            models.UniqueConstraint(fields=["person", "letter"], name="waiting_letter_once"),
            models.UniqueConstraint(
                fields=["person", "space", "search", "period"],
                condition=Q(state__in=["waiting", "offered"]),
                nulls_distinct=False,
                name="waiting_once",
            ),
            ExclusionConstraint(
                name="waiting_one_offer_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("offered", RangeOperators.OVERLAPS),
                ],
                condition=Q(state="offered"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space or self.search} {self.period} ({self.state})"

    @property
    def token(self) -> str:
        """What lets whoever has the mail leave this one entry, and nothing else."""
        return SIGNER.sign(str(self.pk))

    @property
    def asked(self) -> QueryDict:
        """The search, as its page is asked for it."""
        return QueryDict(self.search)

    @property
    def search_url(self) -> str:
        return f"{reverse(page_of(self.asked))}?{self.search}"

    def state_at(self, now: datetime) -> Queue:
        """The state as it is to be shown: an offer that has run out has passed on, even
        unswept, and nobody waits for what is over."""
        if self.state == Queue.OFFERED and self.booking and self.booking.has_run_out(now):
            return Queue.PASSED
        if self.state == Queue.WAITING and self.until <= now:
            return Queue.ENDED
        return Queue(self.state)


class Freed(models.Model):
    """Time that somebody may have waited for. Written by triggers, in the transaction that
    frees it; whoever matches those who wait deletes it.

    `during` is empty where it is the hours or the listing that have changed.
    """

    place = models.ForeignKey(
        Place, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )  # which may be going, with all that was in it
    during = DateTimeRangeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"place {self.place_id}: {self.during or 'opened'}"
