"""How something may come again, as the forms about it offer it."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from spaces import formats

REPEATS = [
    ("weekly", _("Every week")),
    ("fortnightly", _("Every other week")),
    ("daily", _("Every day")),
    ("weekdays", _("Every day from Monday to Friday")),
    ("weekday", _("Every month, that weekday of it")),
    ("last", _("Every month, the last such weekday of it")),
]
ON_WEEKDAYS = {"weekly", "fortnightly"}
USUAL_COUNT = 10


def weekday_choices() -> list[tuple[int, str]]:
    days = (formats.A_MONDAY + timedelta(days=n) for n in range(7))
    return [(day.isoweekday(), formats.weekday_full(day)) for day in days]
