"""Money beside the price: what owners take for not coming or staying too long, deposits, and
a student who did not come."""

from bookings.models import Booking, Status
from spaces.models import Rulebook, Space

NOT_COMING, STAYING, DEPOSIT = 150_00, 250_00, 1_500_00
MOST = 500_00  # by the rulebook


def write_terms(spaces: dict[str, Space]) -> None:
    """On the rooms that ask for check-in, and on the halls."""
    Rulebook.objects.update(most_fee=MOST)
    for slug in ("lune", "kanalen"):
        spaces[slug].no_show_fee = NOT_COMING
    for slug in ("sal-a", "sal-b"):
        spaces[slug].overstay_fee, spaces[slug].deposit = STAYING, DEPOSIT
    Space.objects.bulk_update(
        [spaces[slug] for slug in ("lune", "kanalen", "sal-a", "sal-b")],
        ["no_show_fee", "overstay_fee", "deposit"],
    )


def write_missed() -> None:
    """The terms that the student did not keep. The fee for it is raised from the history, by
    the worker, as anybody's."""
    Booking.objects.filter(booker__email="student@demo.ledig.no", status=Status.NO_SHOW).update(
        no_show_fee=NOT_COMING
    )
