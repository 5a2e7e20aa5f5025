"""Closing a space for a period, with an answer for each booking in that time."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from billing import operations
from billing.views.clearing import answers_in, told_in, ways_for
from bookings import operations as bookings
from bookings.closing_form import ClosingForm
from bookings.models import Booking, Closure
from bookings.refusals import BookingsInTheWay
from bookings.views.access import space_run_by
from bookings.views.owner import named_day, owner_context


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    user = person(request)
    space = space_run_by(user, slug)
    tomorrow = now.astimezone(space.place.zone).date() + timedelta(days=1)
    form = ClosingForm(sent(request), space=space, now=now, day=named_day(request, tomorrow))
    in_the_way: list[Booking] = []
    if form.is_valid():
        try:
            operations.close(
                space=space,
                span=form.span,
                answers=answers_in(request),
                by=user,
                now=now,
                reason=form.cleaned_data["reason"],
                told=told_in(request),
            )
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
            if isinstance(refusal, BookingsInTheWay):
                in_the_way = list(
                    Booking.objects.occupying(now)
                    .filter(
                        occupancies__unit__in=space.units.all(),
                        occupancies__during__overlap=form.span,
                    )
                    .for_listing()
                    .order_by("period", "pk")
                    .distinct()
                )
        else:
            messages.success(request, _("%(space)s is closed then.") % {"space": space})
            return redirect("close_space", slug=space.slug)
    context = {
        **owner_context(user, now),
        "space": space,
        "zone": space.place.zone,
        "form": form,
        "in_the_way": ways_for(request, in_the_way, now=now),
        "told": told_in(request),
        "closures": Closure.objects.filter(space=space, period__endswith__gt=now)
        .select_related("made_by")
        .order_by("period", "pk"),
    }
    return render(request, "bookings/close.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    closure = Closure.objects.select_related("space").filter(pk=pk).first()
    if closure is None:
        raise Http404
    space = space_run_by(person(request), closure.space.slug)
    bookings.reopen(closure=closure)
    messages.success(request, _("%(space)s is open again then.") % {"space": space})
    return redirect("close_space", slug=space.slug)
