"""What a pass has, in words."""

from datetime import timedelta

from django.utils.translation import gettext as _

from bookings.means.passes import back_of
from bookings.models import Booking, Counts, Pass, PassType
from bookings.models.passes import Window
from spaces import formats
from spaces.prices import lines


def units(counts: str, amount: int) -> str:
    """`10 dager`, `20 timer`, `20 % avslag`"""
    if counts == Counts.PERCENT:
        return _("%(n)d %% off") % {"n": amount}
    return lines.units(counts, amount)


def left(one: Pass) -> str:
    """`2 av 4 timer igjen denne uka`, `7 av 10 dager igjen, til og med 1. mars`"""
    until = {"day": last_day(one)}
    if one.counts == Counts.PERCENT:
        return _("%(what)s until %(day)s") % {"what": units(one.counts, one.amount), **until}
    shown = {"left": _bare(one.counts, max(one.left, 0)), "all": units(one.counts, one.amount)}
    if not one.type.window:
        return _("%(left)s of %(all)s left, until %(day)s") % {**shown, **until}
    if one.type.window == Window.WEEK:
        return _("%(left)s of %(all)s left that week") % shown
    return _("%(left)s of %(all)s left that month") % shown


def back(booking: Booking, *, percent: int) -> list[tuple[str, str]]:
    """What a cancellation at so many percent gives back of each pass that it used: `Ti
    timer`, `2 timer`."""
    used = booking.pass_uses.select_related("used_of__type")
    return [
        (one.used_of.type.name, units(one.used_of.counts, back_of(one.amount, one.bound, percent)))
        for one in used
        if one.amount
    ]


def last_day(one: Pass) -> str:
    """The last day on which a booking with it may begin."""
    if one.ends_at is None:
        return ""
    return formats.day_short(one.ends_at - timedelta(seconds=1))


def gives(one: PassType) -> str:
    """`10 dager`; of what is given, how often: `4 timer hver uke`"""
    what = units(one.counts, one.amount)
    return f"{what} {one.get_window_display()}" if one.is_given else what


def _bare(counts: str, amount: int) -> str:
    """The number alone, of days or hours: the unit is said after it."""
    if counts == Counts.DAYS:
        return str(amount)
    hours, minutes = divmod(amount, 60)
    return str(hours) if not minutes else formats.hours(amount)
