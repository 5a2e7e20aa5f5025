"""What a platform tells the tax authority of an owner, once a year.

Who mediates the letting of real property tells of it by skatteforvaltningsloven § 7-5, eighth
and ninth paragraph; Prop. 91 L (2024–2025) adds what the OECD's standard "Digital Platform
Information" asks for: who the seller is, for each property its address, how often and for how
many days it was let, and quarter by quarter what was paid and what the platform kept.

It is what the owner may hold against their own books. It is handed in by the operator, in the
form the authority asks for; nothing here sends it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.models import Organisation
from billing import stripe_gateway
from billing.documents.statements import taken
from billing.models import DocumentKind, DocumentLine
from bookings.forms import district_zone
from bookings.models import Booking
from spaces.models import Place
from spaces.money import Money

QUARTERS = (1, 2, 3, 4)
A_DAY = 24 * 60 * 60


@dataclass(slots=True)
class Quarter:
    """What was let of one place, by the quarter in which the letting ended: how often, for
    how many days (a begun day is one), and for how much, less what was given back."""

    number: int
    lettings: int = 0
    days: int = 0
    paid: Money = field(default_factory=lambda: Money(0))


@dataclass(slots=True)
class Property:
    """One place of the owner: an address that is let."""

    place: Place
    quarters: list[Quarter] = field(default_factory=lambda: [Quarter(n) for n in QUARTERS])

    @property
    def lettings(self) -> int:
        return sum(one.lettings for one in self.quarters)

    @property
    def days(self) -> int:
        return sum(one.days for one in self.quarters)

    @property
    def paid(self) -> Money:
        return sum((one.paid for one in self.quarters), Money(0))


class Report:
    """A year of an owner, on the district's calendar, in kroner."""

    def __init__(self, owner: Organisation, year: int, *, is_test: bool | None = None) -> None:
        self.owner, self.year = owner, year
        self.is_test = stripe_gateway.is_test_money() if is_test is None else is_test
        self.properties = self._read()

    @property
    def fees(self) -> list[Money]:
        """What the platform kept, quarter by quarter."""
        zone = district_zone()
        return [taken(self.owner, *_days_of(self.year, n), zone) for n in QUARTERS]

    @property
    def fee(self) -> Money:
        return sum(self.fees, Money(0))

    @property
    def paid(self) -> Money:
        return sum((one.paid for one in self.properties), Money(0))

    def _read(self) -> list[Property]:
        zone = district_zone()
        begins = datetime(self.year, 1, 1, tzinfo=zone)
        ends = datetime(self.year + 1, 1, 1, tzinfo=zone)
        lines = DocumentLine.objects.filter(
            document__series__owner=self.owner,
            document__series__is_test=self.is_test,
            document__currency="NOK",
            booking__period__endswith__gte=begins,
            booking__period__endswith__lt=ends,
        )
        paid: dict[Booking, int] = defaultdict(int)
        for line in lines.select_related("document", "booking__place"):
            assert line.booking is not None
            is_credit = line.document.kind == DocumentKind.CREDIT_NOTE
            paid[line.booking] += -line.gross if is_credit else line.gross
        found: dict[Place, Property] = {}
        for booking, amount in paid.items():
            if amount:  # what was given back in full was not let
                place = found.setdefault(booking.place, Property(booking.place))
                quarter = place.quarters[(booking.end.astimezone(zone).month - 1) // 3]
                quarter.lettings += 1
                quarter.days += -(-int((booking.end - booking.start).total_seconds()) // A_DAY)
                quarter.paid += Money(amount)
        return sorted(found.values(), key=lambda one: (one.place.name, one.place.pk))


def _days_of(year: int, quarter: int) -> tuple[date, date]:
    first = date(year, 3 * quarter - 2, 1)
    after = date(year + (quarter == 4), 3 * quarter % 12 + 1, 1)
    return first, date.fromordinal(after.toordinal() - 1)
