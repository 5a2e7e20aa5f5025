"""What a person says yes to when a card of theirs is saved, word for word."""

from django.utils.translation import gettext as _

VERSION = 1  # grows with every change of meaning; what was said yes to is kept as it was shown
CAPS = (50_000, 100_000, 200_000, 500_000)  # øre, for one booking
USUAL = 200_000


def text() -> str:
    """In the language of the page where it is shown. The most for one booking stands beside
    it."""
    return _(
        "Ledig may charge my saved card without asking me each time: for more time that I ask "
        "for myself, and for not coming or staying too long, as the space’s terms said when I "
        "booked. It may reserve the deposit of a space that I book, and draw of it what the "
        "owner claims with a reason. All of it together is at most the amount I have set for "
        "one booking. I am told of each charge, and can take this back at any time under Cards."
    )
