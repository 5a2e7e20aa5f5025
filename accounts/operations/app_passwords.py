"""Passwords for calendar programs."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import AppPassword, User
from accounts.transactions import operation, take_turns

MOST = 25


class TooManyAppPasswords(Refused):
    code = "too_many_app_passwords"
    message = _("You have 25 app passwords. Remove one that you no longer use first.")


@operation
def make_app_password(*, user: User, name: str, now: datetime) -> tuple[AppPassword, str]:
    """A new one for a device, and the password itself, which is told only this once.
    Raises `TooManyAppPasswords`."""
    take_turns(user)  # counted one at a time
    if user.app_passwords.count() >= MOST:
        raise TooManyAppPasswords
    password = AppPassword.fresh()
    made = AppPassword.objects.create(
        user=user, name=name, digest=AppPassword.digest_of(password), created_at=now
    )
    return made, password


@operation
def revoke_app_password(*, app_password: AppPassword) -> None:
    """The device that has it is let in no more, from its next request on."""
    app_password.delete()


def app_password_of(*, email: str, password: str) -> AppPassword | None:
    """The app password these belong to, with its user; None when they open nothing."""
    found = (
        AppPassword.objects.filter(digest=AppPassword.digest_of(password), user__is_active=True)
        .select_related("user")
        .first()
    )
    return found if found and found.user.email.casefold() == email.strip().casefold() else None
