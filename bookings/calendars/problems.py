"""Why an outside calendar cannot be read, each as a sentence for the one who keeps it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused


class Problem(TextChoices):
    BAD_ADDRESS = "bad_address", _("That is no address of a calendar.")
    NOT_SECURE = "not_secure", _("The address has to begin with https:// or webcal://.")
    NO_SUCH_HOST = "no_such_host", _("There is no such host. Is the address whole?")
    NOT_PUBLIC = "not_public", _("That address is not on the public internet.")
    NO_ANSWER = "no_answer", _("The calendar’s server does not answer.")
    NOT_TRUSTED = "not_trusted", _("The certificate of the calendar’s server is not valid.")
    TOO_SLOW = "too_slow", _("The calendar’s server was too slow.")
    NO_ENTRY = "no_entry", _("The server wants a password. Use the calendar’s secret address.")
    GONE = "gone", _("There is no calendar at that address any more.")
    BROKEN = "broken", _("The calendar’s server has trouble of its own.")
    LED_ASTRAY = "led_astray", _("The address leads on and on, and nowhere.")
    NO_CALENDAR = "no_calendar", _("What is at that address is no calendar.")
    CUT_OFF = "cut_off", _("The calendar broke off before its end.")
    TOO_LARGE = "too_large", _("The calendar is too large: 10 MB is the most.")
    TOO_MUCH = "too_much", _("The calendar took too long to work out.")
    ADDRESS_LOST = "address_lost", _("The address can no longer be read here. Write it anew.")


class FetchFailed(Refused):
    """The calendar could not be had; `problem` says why."""

    code = "calendar_unreadable"

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.label, problem=problem.value)
