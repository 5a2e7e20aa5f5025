"""What people are told, and what of it they may do without by mail.

Everything stands in a person's list of notices. A mail goes too, unless they want none of
its topic; a receipt, a no or a change by the owner they always get.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookings.models import Booking, Delivery, Kind, NoticeChoices, Reminder, Waiting
from spaces.models import Space

STOP = "ledig.stop-notices"  # the salt of what a mail's link to stop them is signed with


class Side(StrEnum):
    """As whom one is told: a person may be both, of different bookings."""

    BOOKER = "booker"
    OWNER = "owner"

    @classmethod
    def of(cls, user: User, booking: Booking | None) -> "Side":
        return cls.BOOKER if booking is not None and booking.booker_id == user.pk else cls.OWNER


@dataclass(frozen=True)
class Topic:
    """What a choice is about."""

    side: Side
    kind: Kind
    label: str | Promise

    @property
    def key(self) -> str:
        return f"{self.side}.{self.kind}"


OPTIONAL = {
    topic.key: topic
    for topic in (
        Topic(Side.BOOKER, Kind.MESSAGE, _("Messages from owners")),
        Topic(Side.BOOKER, Kind.REQUESTED, _("A request is with the owner")),
        Topic(Side.BOOKER, Kind.NO_SHOW, _("A time was given to others, since nobody checked in")),
        Topic(Side.BOOKER, Kind.EXPIRED, _("The time to pay ran out")),
        Topic(Side.OWNER, Kind.REQUESTED, _("Requests to answer")),
        Topic(Side.OWNER, Kind.CONFIRMED, _("New bookings")),
        Topic(Side.OWNER, Kind.CHANGED, _("Bookings changed by bookers")),
        Topic(Side.OWNER, Kind.CHANGE_ASKED, _("Changes to answer")),
        Topic(Side.OWNER, Kind.DECLINED, _("Requests that nobody answered in time")),
        Topic(Side.OWNER, Kind.CHANGE_ENDED, _("Changes that need no answer any more")),
        Topic(Side.OWNER, Kind.CANCELLED, _("Cancellations by bookers")),
        Topic(Side.OWNER, Kind.SERIES_BOOKED, _("New series")),
        Topic(Side.OWNER, Kind.SERIES_CHANGED, _("Series changed by bookers")),
        Topic(Side.OWNER, Kind.SERIES_CANCELLED, _("Series cancelled by bookers")),
        Topic(Side.OWNER, Kind.PAYMENT_FAILED, _("Payments that failed")),
        Topic(Side.OWNER, Kind.MESSAGE, _("Messages from bookers")),
    )
}
REMINDER = Topic(Side.BOOKER, Kind.REMINDER, _("Reminders"))
DIGEST = Topic(Side.OWNER, Kind.DIGEST, _("The day’s summary"))
STOPPABLE = {**OPTIONAL, REMINDER.key: REMINDER, DIGEST.key: DIGEST}
IN_DIGEST = {  # what a summary once a day is enough for
    topic.key for topic in OPTIONAL.values() if topic.side == Side.OWNER
} - {f"{Side.OWNER}.{Kind.MESSAGE}"}


def choices_of(users: Iterable[User]) -> dict[int, NoticeChoices]:
    """Each one's, by person; the defaults of who has made none."""
    people = list(users)
    made = {one.user_id: one for one in NoticeChoices.objects.filter(user__in=people)}
    return {user.pk: made.get(user.pk) or NoticeChoices(user=user) for user in people}


def is_mailed(kind: Kind, side: Side, choices: NoticeChoices) -> bool:
    key = f"{side}.{kind}"
    if key not in OPTIONAL:
        return True
    if choices.is_digest and key in IN_DIGEST:
        return False
    return key not in choices.unmailed


def stop(user: User, key: str) -> Topic:
    """No more mail about a topic: what the link in a mail does. Twice is once."""
    topic = STOPPABLE[key]
    made, _is_new = NoticeChoices.objects.get_or_create(user=user)
    if topic == REMINDER:
        made.reminder = Reminder.NEVER
    elif key not in made.unmailed:
        made.unmailed = [*made.unmailed, key]
    made.save()
    return topic


def mark_read(user: User, *, now: datetime, only: Collection[int] | None = None) -> int:
    """All that stands unread in their list, or `only` these; how many that were."""
    unread = Delivery.objects.unread_by(user)
    return (unread if only is None else unread.filter(pk__in=only)).update(read_at=now)


# --- The list ---------------------------------------------------------------------------

SAID: dict[tuple[Side, Kind], str | Promise] = {
    (Side.BOOKER, Kind.REQUESTED): _("Your request is with the owner"),
    (Side.BOOKER, Kind.CONFIRMED): _("Your booking is confirmed"),
    (Side.BOOKER, Kind.DECLINED): _("The request was declined"),
    (Side.BOOKER, Kind.OFFERED): _("A time you wait for is yours to take"),
    (Side.BOOKER, Kind.MOVED): _("Your booking is in another space"),
    (Side.BOOKER, Kind.CHANGED): _("Your booking is changed"),
    (Side.BOOKER, Kind.CHANGE_ASKED): _("Your change is with the owner"),
    (Side.BOOKER, Kind.CHANGE_ENDED): _("Your booking stands as it was"),
    (Side.BOOKER, Kind.CANCELLED): _("The booking is cancelled"),
    (Side.BOOKER, Kind.NO_SHOW): _("Nobody checked in"),
    (Side.BOOKER, Kind.EXPIRED): _("The time to pay ran out"),
    (Side.BOOKER, Kind.NOT_CHARGED): _("Your saved card was not charged"),
    (Side.BOOKER, Kind.FEE_DUE): _("A fee, as the terms say"),
    (Side.BOOKER, Kind.FEE_WAIVED): _("The owner has waived the fee"),
    (Side.BOOKER, Kind.FEE_CHARGED): _("The fee is paid"),
    (Side.BOOKER, Kind.DEPOSIT_RESERVED): _("The deposit is reserved on your card"),
    (Side.BOOKER, Kind.DEPOSIT_CLAIMED): _("The owner claims something of the deposit"),
    (Side.BOOKER, Kind.DEPOSIT_RELEASED): _("The deposit is let go"),
    (Side.BOOKER, Kind.MESSAGE): _("The owner has written"),
    (Side.BOOKER, Kind.ANSWERED): _("Somebody you invited has answered"),
    (Side.BOOKER, Kind.REMINDER): _("Soon it is time"),
    (Side.BOOKER, Kind.TO_PAY): _("The time is kept for you until you have paid"),
    (Side.BOOKER, Kind.SERIES_BOOKED): _("Your series is booked"),
    (Side.BOOKER, Kind.SERIES_CHANGED): _("Your series is changed"),
    (Side.BOOKER, Kind.SERIES_CANCELLED): _("The bookings are cancelled"),
    (Side.OWNER, Kind.REQUESTED): _("%(booker)s asks"),
    (Side.OWNER, Kind.CONFIRMED): _("%(booker)s has booked"),
    (Side.OWNER, Kind.CHANGED): _("%(booker)s has changed a booking"),
    (Side.OWNER, Kind.CHANGE_ASKED): _("%(booker)s asks for a change"),
    (Side.OWNER, Kind.DECLINED): _("The request of %(booker)s was not answered in time"),
    (Side.OWNER, Kind.CHANGE_ENDED): _("What %(booker)s wanted changed needs no answer any more"),
    (Side.OWNER, Kind.CANCELLED): _("%(booker)s has cancelled"),
    (Side.OWNER, Kind.PAYMENT_FAILED): _("The payment of %(booker)s failed"),
    (Side.OWNER, Kind.MESSAGE): _("%(booker)s has written"),
    (Side.OWNER, Kind.SERIES_BOOKED): _("%(booker)s has booked"),
    (Side.OWNER, Kind.SERIES_CHANGED): _("%(booker)s has changed a booking"),
    (Side.OWNER, Kind.SERIES_CANCELLED): _("%(booker)s has cancelled"),
}


# Of what is asked for together, which also falls with what another owner says.
SAID_OF_ALL: dict[tuple[Side, Kind], str | Promise] = {
    (Side.OWNER, Kind.DECLINED): _("What %(booker)s asked for came to nothing"),
    (Side.OWNER, Kind.CANCELLED): _("%(booker)s has withdrawn a request"),
}


# Where a notice that is about no one booking leads.
PAGES = {
    Kind.CALENDAR_LOST: "owner",
    Kind.REFUSED: "bookings",
    Kind.MONTH_UNPAID: "passes",
    Kind.RULEBOOK: "rulebook",
}


def page_of(notice: Delivery) -> str:
    """Where one reads on."""
    if notice.kind in (Kind.PAUSED, Kind.PAUSE_LIFTED):
        paused = Space.objects.get(pauses=notice.version)
        return reverse("space_publishing", args=[paused.slug])
    if notice.kind == Kind.MORE_TIMES:
        told = Waiting.objects.filter(person=notice.recipient, letter=notice.version).first()
        return told.search_url if told else reverse("waitlist")  # long ago
    if notice.booking is None:
        return reverse(PAGES[Kind(notice.kind)])
    part = "#messages" if notice.kind == Kind.MESSAGE else ""
    return notice.booking.get_absolute_url() + part


def sentence(kind: Kind, booking: Booking | None, reader: User) -> str:
    """A notice in a few words."""
    if booking is None:
        return str(kind.label)
    side = Side.of(reader, booking)
    said = SAID.get((side, kind), kind.label)
    if booking.asked_with is not None:
        said = SAID_OF_ALL.get((side, kind), said)
    return str(said) % {"booker": booking.booker}
