"""Listing a space, pausing it, archiving it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from accounts.access import person
from accounts.errors import Refused
from bookings.models import OCCUPYING, Booking
from bookings.previews import eyes_for
from spaces import operations
from spaces.checklist import checklist
from spaces.forms.spaces import UnitForm
from spaces.models import Listing
from spaces.operations.listing import LISTING_MOVES
from spaces.views.access import space_kept_by

SAID = {
    Listing.PUBLISHED: gettext_noop("%(space)s is listed."),
    Listing.PAUSED: gettext_noop("%(space)s is paused. Nobody finds or books it for now."),
    Listing.ARCHIVED: gettext_noop("%(space)s is archived. What is booked stands."),
    Listing.DRAFT: gettext_noop("%(space)s is a draft again."),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publishing(request: HttpRequest, slug: str) -> HttpResponse:
    """What is missing, and the moves there are. `to` in a POST is the state to move to."""
    space = space_kept_by(person(request), slug)
    if request.method == "POST":
        to = request.POST.get("to", "")
        if to not in Listing.values:
            raise Http404
        try:
            operations.relist(space=space, to=Listing(to))
            messages.success(request, _(SAID[Listing(to)]) % {"space": space})
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return redirect("space_publishing", slug=slug)
    items = checklist(space)
    context = {
        "space": space,
        "items": items,
        "is_ready": all(item.is_done for item in items if item.is_required),
        "moves": LISTING_MOVES[Listing(space.listing)],
        "pause": space.pauses.filter(lifted_at=None).first(),
        "copy": UnitForm(auto_id="copy-%s"),
        "coming": Booking.objects.filter(
            space=space, status__in=OCCUPYING, period__endswith__gt=timezone.now()
        ).count(),
        "previews": eyes_for(space, now=timezone.now()),
    }
    return render(request, "spaces/publishing.html", context)
