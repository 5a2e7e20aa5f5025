"""One import: what it would change, and what becomes of the bookings in its way."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from billing.operations.clearing import answers_of
from billing.views.clearing import said_in, told_in, ways_for
from bookings.models import Booking
from spaces.bulk import importing
from spaces.bulk.pages import pictured
from spaces.bulk.refusals import Unanswered
from spaces.models import Import
from spaces.views.bulk import import_of

ASKED = 200  # bookings with an answer of their own; a form takes no more than a thousand


@login_required
@never_cache
@require_safe
def import_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where an import is: on its way, what it would change, or how it ended."""
    return page(request, import_of(person(request), pk))


@login_required
@require_POST
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Yes to what was shown, with an answer for each booking in the way; with `keep`, those
    that have none stay as they are."""
    user = person(request)
    job = import_of(user, pk)
    said = said_in(request)
    meant = {str(answered) for answered in answers_of(said, by=user)}
    answers = {name: value for name, value in said.items() if name in meant}
    if "keep" in request.POST:
        answers = dict.fromkeys(job.in_the_way, "keep") | answers
    try:
        importing.confirm_import(
            job=job, answers=answers, told=told_in(request), now=timezone.now()
        )
    except Unanswered as refusal:
        return page(request, job, refusal=refusal.sentence, status=422)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("import", pk=pk)


def page(
    request: HttpRequest, job: Import, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    asked = job.in_the_way if job.is_asking else []
    found = Booking.objects.filter(pk__in=asked).for_listing().order_by("period", "pk")
    context = {
        "job": job,
        **pictured(job, show_all="all" in request.GET),
        "refusal": refusal,
        "ways": ways_for(request, found[:ASKED], now=timezone.now()),
        "asked": len(asked),
        "unseen": max(0, len(asked) - ASKED),
        "told": told_in(request) or job.told,
    }
    template = "spaces/_import.html" if request.headers.get("HX-Request") else "spaces/import.html"
    return render(request, template, context, status=status)
