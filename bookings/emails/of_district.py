"""What owners are told by the district."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.emails.words import Letter
from spaces import limits
from spaces.models import Rulebook


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
