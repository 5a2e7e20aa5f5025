"""What owners are told by the district."""

from collections.abc import Callable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.emails.words import Letter
from bookings.models import Kind
from spaces import limits
from spaces.models import Listing, Pause, Rulebook


def new_rulebook(version: int) -> Letter:
    rulebook = Rulebook.objects.get(version=version)
    return Letter(
        subject=_("The district’s rulebook has a new version"),
        heading=_("Version %(n)s of the rulebook is in force") % {"n": version},
        paragraphs=[
            _("Please read it and say yes to it for your organisation."),
            _("What you have listed stays listed. Without your yes nothing new can be."),
            *limits.in_words(rulebook),
        ],
        action=_("Read and accept"),
        link=settings.PUBLIC_URL + reverse("rulebook"),
        rows=[],
    )


def paused(number: int) -> Letter:
    made = Pause.objects.select_related("space").get(pk=number)
    heading = _("The district has paused %(space)s") % {"space": made.space}
    return Letter(
        subject=heading,
        heading=heading,
        paragraphs=[
            made.reason,
            _("Nobody finds or books it for now. What is booked stands, and you answer for it."),
            _("When it is mended, tell the district, who lists it again."),
        ],
        action=_("See the space"),
        link=settings.PUBLIC_URL + reverse("space_publishing", args=[made.space.slug]),
        rows=[],
    )


def pause_lifted(number: int) -> Letter:
    made = Pause.objects.select_related("space").get(pk=number)
    is_listed = made.space.listing == Listing.PUBLISHED
    heading = _("The district no longer pauses %(space)s") % {"space": made.space}
    return Letter(
        subject=heading,
        heading=heading,
        paragraphs=[_("It is listed.") if is_listed else _("You can list it again.")],
        action=_("See the space"),
        link=settings.PUBLIC_URL + reverse("space_publishing", args=[made.space.slug]),
        rows=[],
    )


LETTERS: dict[Kind, Callable[[int], Letter]] = {
    Kind.RULEBOOK: new_rulebook,
    Kind.PAUSED: paused,
    Kind.PAUSE_LIFTED: pause_lifted,
}
