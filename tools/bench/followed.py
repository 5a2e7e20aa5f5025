"""A calendar with 5,000 events, made in the database of a bench's home; prints its address.

Run with that home's environment: `python -m tools.bench.followed`.
"""

import os
from datetime import timedelta

import django

EVENTS = 5_000
NAME = "bench@demo.ledig.no"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(address())


def address() -> str:
    """Made once for each home: bookings of the past three months, that take nothing now."""
    from django.utils import timezone

    from accounts.models import User
    from bookings.models import Booking, Status
    from bookings.operations import my_feed
    from spaces.models import Space
    from spaces.periods import period

    now = timezone.now()
    user, _is_new = User.objects.get_or_create(email=NAME, defaults={"name": "Bench"})
    if user.bookings.count() < EVENTS:
        spaces = list(Space.objects.published().order_by("pk"))
        first = now - timedelta(days=90)
        Booking.objects.bulk_create(
            (
                Booking(
                    place_id=space.place_id,
                    space=space,
                    booker=user,
                    period=period(start, start + timedelta(minutes=20)),
                    status=Status.COMPLETED,
                    title=f"Møte {number}",
                    created_at=first,
                    changed_at=start,
                )
                for number in range(EVENTS)
                for space in [spaces[number % len(spaces)]]
                for start in [first + timedelta(minutes=25) * number]
            ),
            batch_size=1_000,
        )
    return my_feed(user=user, now=now).url


if __name__ == "__main__":
    main()
