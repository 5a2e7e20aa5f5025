"""Links that check in without signing in. Whoever has one can do that, and nothing else."""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from bookings.models import Booking, Status

SIGNER = Signer(salt="bookings.check-in")


def check_in_url(booking: Booking) -> str:
    return settings.PUBLIC_URL + reverse("check_in_link", args=[SIGNER.sign(str(booking.pk))])


def check_in_link(booking: Booking) -> str:
    """For a letter: empty where nobody has to check in, or has to any more."""
    asks = booking.check_in_by is not None and booking.status == Status.CONFIRMED
    return check_in_url(booking) if asks else ""


def booking_id(signed: str) -> UUID | None:
    """Whose link it is; None when it is nobody's."""
    try:
        return UUID(SIGNER.unsign(signed))
    except (BadSignature, ValueError):
        return None
