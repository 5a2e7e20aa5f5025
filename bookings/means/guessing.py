"""Who tries code after code is made to wait: a code is worth money."""

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User

MOST = 10  # different codes that were none
WINDOW = 60 * 60  # seconds


class TooManyGuesses(Refused):
    code = "too_many_guesses"
    message = _("That is many codes that do not exist. Try again in an hour.")


def require_patience(user: User) -> None:
    """Raise `TooManyGuesses` when they have tried many codes that were none."""
    if len(cache.get(_key(user), ())) >= MOST:
        raise TooManyGuesses


def note_wrong(user: User, code: str) -> None:
    """The same one again counts once: a page asks for each field that changes."""
    tried = cache.get(_key(user), ())
    if code not in tried:
        cache.set(_key(user), (*tried, code), WINDOW)


def _key(user: User) -> str:
    return f"wrong-codes:{user.pk}"
