"""What is asked for together, as its booker and its owners see it."""

from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from bookings.models import Booking, BookingEvent, Kind
from spaces.money import Money, sum_of


@dataclass(frozen=True, slots=True)
class Part:
    """One booking of it: `agreed` by its owner, or nobody has to be asked."""

    booking: Booking
    is_agreed: bool
    is_answered: bool


class Jointly:
    """All that is asked for with one card: who has said yes, and who is waited for. Three queries
    at most. Owners see each other's names, but not what else is booked."""

    def __init__(self, booking: Booking) -> None:
        self.booking = booking

    @classmethod
    def of(cls, booking: Booking) -> "Jointly | None":
        """None where it is asked for by itself."""
        return cls(booking) if booking.asked_with is not None else None

    @cached_property
    def bookings(self) -> list[Booking]:
        """In order of time."""
        together = Booking.objects.filter(asked_with=self.booking.asked_with)
        return list(
            together.for_listing().select_related("space__in_force").order_by("period", "pk")
        )

    @property
    def parts(self) -> list[Part]:
        return [
            Part(one, one.agreed_at is not None, one.is_owners_to_answer) for one in self.bookings
        ]

    @property
    def others(self) -> int:
        """How many of it are in the spaces of other owners."""
        owner = self.booking.space.organisation_id
        return sum(one.space.organisation_id != owner for one in self.bookings)

    @property
    def owners(self) -> str:
        """Who is, or was, to answer."""
        return names_of([one for one in self.bookings if one.is_owners_to_answer])

    @property
    def said_yes(self) -> str:
        agreed = [one for one in self.bookings if one.is_owners_to_answer and one.agreed_at]
        return names_of([one for one in agreed if one.space.organisation_id not in self._waiting])

    @property
    def waits_for(self) -> str:
        return names_of(self._unanswered)

    @property
    def total(self) -> Money:
        return sum_of(one.price for one in self.bookings)

    @cached_property
    def said_no(self) -> Booking | None:
        """The one that its owner declined, where that is why all of it came to nothing."""
        declined = BookingEvent.objects.filter(
            booking__in=self.bookings, kind=Kind.DECLINED, by__isnull=False
        ).first()
        return next(
            (one for one in self.bookings if declined and one.pk == declined.booking_id), None
        )

    @property
    def _unanswered(self) -> list[Booking]:
        return [one for one in self.bookings if one.agreed_at is None]

    @property
    def _waiting(self) -> set[int]:
        return {one.space.organisation_id for one in self._unanswered}


def names_of(bookings: list[Booking]) -> str:
    """Of the owners, each once."""
    return get_text_list(sorted({one.space.organisation.name for one in bookings}), _("and"))
