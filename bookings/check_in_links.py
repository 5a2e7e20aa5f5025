"""Links that check in, or show what was booked for one, without signing in. Whoever has one can
do that, and nothing else."""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from bookings.models import Booking, Status

SIGNER = Signer(salt="bookings.check-in")
BOOKED_FOR = Signer(salt="bookings.booked-for")


def check_in_url(booking: Booking) -> str:
    return settings.PUBLIC_URL + reverse("check_in_link", args=[SIGNER.sign(str(booking.pk))])


def check_in_link(booking: Booking) -> str:
    """For a letter: empty where nobody has to check in, or has to any more."""
    asks = booking.check_in_by is not None and booking.status == Status.CONFIRMED
    return check_in_url(booking) if asks else ""


def booked_for_url(booking: Booking) -> str:
    """Where somebody who has no account yet sees what was booked for them."""
    signed = BOOKED_FOR.sign(str(booking.pk))
    return settings.PUBLIC_URL + reverse("booked_for", args=[signed])


def booking_id(signed: str, signer: Signer = SIGNER) -> UUID | None:
    """Whose link it is; None when it is nobody's."""
    try:
        return UUID(signer.unsign(signed))
    except (BadSignature, ValueError):
        return None
