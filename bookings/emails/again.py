"""What somebody is told who waits for the same time again and again."""

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.emails.words import Letter
from bookings.forms import Recurring
from bookings.models import Waiting
from bookings.queries.fitting import wanted_of
from spaces import formats


def more_times(entry: Waiting) -> Letter:
    """That some space had more of the times than any before, when it was looked."""
    wanted = wanted_of(entry)
    assert isinstance(wanted, Recurring)
    told = {"n": entry.had, "all": len(wanted.times), "what": wanted.in_words}
    return Letter(
        subject=_("Free now: %(n)s of %(all)s times, %(what)s") % told,
        heading=_("A space has %(n)s of the %(all)s times you wait for") % told,
        paragraphs=[
            _("Nothing is kept for you: the times are for who books them first."),
            _("This is the only mail about it. On the page of the search you can wait for more."),
        ],
        action=_("See the spaces"),
        link=settings.PUBLIC_URL + entry.search_url,
        rows=[
            (_("When"), wanted.in_words),
            (_("The first"), formats.day_name(wanted.days[0])),
            (_("The last"), formats.day_name(wanted.days[-1])),
        ],
    )
