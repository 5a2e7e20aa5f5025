"""The secret in the address of a personal feed."""

from datetime import datetime

from django.db import transaction

from accounts.models import CalendarToken, User


def calendar_token(*, user: User, now: datetime) -> CalendarToken:
    """The person's feed token, made the first time it is asked for."""
    found = CalendarToken.objects.filter(user=user).first()
    return found or _new_token(user=user, now=now)


@transaction.atomic(durable=True)
def rotate_calendar_token(*, user: User, now: datetime) -> CalendarToken:
    """A new address for the person's feed; the old one answers 404 from now on."""
    CalendarToken.objects.filter(user=user).delete()
    return _new_token(user=user, now=now)


def _new_token(*, user: User, now: datetime) -> CalendarToken:
    token = CalendarToken(user=user)
    token.renew(now)
    made, _ = CalendarToken.objects.get_or_create(
        user=user, defaults={"salt": token.salt, "digest": token.digest, "created_at": now}
    )
    return made
