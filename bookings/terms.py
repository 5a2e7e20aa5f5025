"""What was agreed, in words: when one may cancel and what comes back."""

from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class Terms(Protocol):
    """A space, or a booking that has frozen the space's terms."""

    free_cancellation: int  # minutes before the start
    late_refund_percent: int


def cancellation(terms: Terms, *, start: datetime | None, now: datetime) -> list[str]:
    """What cancelling costs, from now on: sentences. Without a start: in general."""
    before = terms.free_cancellation
    late = (
        _("After that you get %(percent)s %% back.") % {"percent": terms.late_refund_percent}
        if terms.late_refund_percent
        else _("After that nothing is paid back.")
    )
    if not before:
        return [_("Free cancellation until it starts.")]
    if start is None or start - timedelta(minutes=before) > now:
        return [_("Free cancellation until %(time)s before.") % {"time": length(before)}, late]
    if terms.late_refund_percent:
        percent = {"percent": terms.late_refund_percent}
        return [_("So close to the start you get %(percent)s %% back if you cancel.") % percent]
    return [_("So close to the start nothing is paid back if you cancel.")]


def length(minutes: int) -> str:
    """A deadline as people say it: `24 hours`, `7 days`, `90 minutes`."""
    if minutes % 1440 == 0 and minutes > 1440:
        days = minutes // 1440
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
