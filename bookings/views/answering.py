"""An invited person answers, by the link in their mail. They need no account, and see what
they are invited to: when, where, and by whom."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import Refused
from accounts.forms import sent
from bookings import operations
from bookings.models import Answer, Attendee
from bookings.models.states import COMES
from bookings.people_forms import AnswerForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_invitation(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    found = (
        Attendee.objects.with_token(token, now)
        .select_related("booking__space__place", "booking__space__organisation", "booking__booker")
        .first()
    )
    if found is None:
        return secret(render(request, "bookings/answer_gone.html", status=404))
    form = AnswerForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            operations.answer(attendee=found, answer=Answer(form.cleaned_data["answer"]), now=now)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("Thank you. The answer is passed on."))
        return redirect("answer_invitation", token=token)
    booking = found.booking
    context = {
        "attendee": found,
        "booking": booking,
        "space": booking.space,
        "place": booking.space.place,
        "zone": booking.space.place.zone,
        "token": token,
        "comes": booking.status in COMES and booking.end > now,
        "answers": [one for one in Answer if one != Answer.NEEDS_ACTION],
    }
    status = 422 if form.errors else 200
    return secret(render(request, "bookings/answer.html", context, status=status))


def secret(response: HttpResponse) -> HttpResponse:
    """Its address is passed on to nobody."""
    response["Referrer-Policy"], response["X-Robots-Tag"] = "no-referrer", "noindex"
    return response
