"""How `/dav/` says no.

What the rules refuse is a 403 with our own element and a sentence, since that is what programs
give up on and show: a 409 DAVx5 passes over in silence, and after a 503 Thunderbird shows the
event as booked.
"""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bookings.calendars.dav.xml import Element, node, write

XML = "application/xml; charset=utf-8"


def error(status: int, condition: str, sentence: str = "", *inside: Element) -> HttpResponse:
    """`condition` is the name of the precondition that does not hold."""
    parts = [node(condition, *inside)]
    if sentence:
        parts.append(node("D:responsedescription", sentence))
        parts.append(node("L:reason", sentence))
    return HttpResponse(write(node("D:error", *parts)), status=status, content_type=XML)


def refused(code: str, sentence: str) -> HttpResponse:
    """`<L:refused code="slot_taken">` beside the sentence."""
    inside = node("L:refused", sentence, code=code)
    body = node("D:error", inside, node("D:responsedescription", sentence))
    return HttpResponse(write(body), status=403, content_type=XML)


def plain(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def missing() -> HttpResponse:
    return plain(404, _("There is nothing at this address."))


def sign_in() -> HttpResponse:
    """What every program understands. The realm is what it asks its person about."""
    answer = plain(401, _("Sign in with your e-mail address and an app password."))
    answer["WWW-Authenticate"] = 'Basic realm="Ledig", charset="UTF-8"'
    return answer
