"""Why a file as a whole is not read. What is wrong with one row is said at that row."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused


class Unreadable(Refused):
    code = "unreadable"
    message = _("This file cannot be read.")


class TooMuch(Unreadable):
    code = "too_much"
    message = _("This file is too large. Split it into several.")


class NotAsShown(Refused):
    code = "not_as_shown"
    message = _("This import has moved on since you saw it. Look at it again.")


class Unanswered(Refused):
    code = "unanswered"
    message = _("Say what becomes of each booking that would stand outside the new hours.")
