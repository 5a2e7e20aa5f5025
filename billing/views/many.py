"""Editing many spaces at once: choose, see what it comes to, do it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from billing import operations
from billing.views.clearing import answers_in, in_the_way, told_in
from bookings.refusals import BookingsInTheWay
from spaces.bulk import editing
from spaces.bulk.refusals import NotAsShown
from spaces.forms.many import EditSpacesForm
from spaces.models import Listing, Space


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_spaces(request: HttpRequest) -> HttpResponse:
    """A POST shows what would change; with the mark of what was shown, it is done."""
    now, user = timezone.now(), person(request)
    kept = Space.objects.kept_by(user).exclude(listing=Listing.ARCHIVED)
    spaces = kept.select_related("place", "organisation").prefetch_related(*editing.NEEDED)
    spaces = spaces.order_by("place__name", "name", "pk")
    if not spaces:
        raise Http404
    form = EditSpacesForm(sent(request), spaces=spaces, chosen=_ticked(request, spaces))
    if not form.is_valid():
        context = {
            "form": form,
            "spaces": spaces,
            "ticked": form.chosen_slugs(),
            "amenities": [form["has"], form["has_not"]],
        }
        return render(request, "spaces/edit_many.html", context, status=422 if form.errors else 200)
    shown = request.POST.get("shown", "")
    if shown:
        chosen = [space.slug for space in form.cleaned_data["space"]]
        try:
            count = operations.edit_spaces(
                slugs=chosen,
                wishes=form.wishes(),
                shown=shown,
                answers=answers_in(request),
                told=told_in(request),
                by=user,
                now=now,
            )
        except BookingsInTheWay as refusal:
            context = in_the_way(request, refusal, now=now)
            context |= {"frame": "spaces/many_frame.html", "back": reverse("owner_spaces_edit")}
            return render(request, "billing/in_the_way.html", context, status=422)
        except NotAsShown:
            messages.error(
                request, _("Something else was changed meanwhile. This is how it is now.")
            )
        except Refused as refusal:  # one that cannot be moved where it was to go
            messages.error(request, refusal.sentence)
        else:
            messages.success(
                request,
                ngettext("%(n)s space is changed.", "%(n)s spaces are changed.", count)
                % {"n": count},
            )
            return redirect("owner_spaces")
    return render(request, "spaces/edit_many_sure.html", _summary(form))


def _ticked(request: HttpRequest, spaces: Any) -> list[str]:
    """What the address asks for: some, those of a place, or all."""
    if "all" in request.GET:
        return [space.slug for space in spaces]
    if place := request.GET.get("place"):
        return [space.slug for space in spaces if space.place.slug == place]
    return request.GET.getlist("space")


def _summary(form: EditSpacesForm) -> dict[str, Any]:
    edits = editing.plan(spaces=form.cleaned_data["space"], wishes=form.wishes())
    changed = [edit for edit in edits if edit.changes and not edit.refusal]
    return {
        "form": form,
        "shown": editing.fingerprint(edits),
        "changed": [
            (
                edit.space,
                [
                    (form.label_of(name), form.in_words(name, was), form.in_words(name, becomes))
                    for name, was, becomes in edit.changes
                ],
            )
            for edit in changed
        ],
        "left_out": [edit for edit in edits if edit.refusal],
        "same": [edit.space for edit in edits if not edit.changes],
        "wishes": form.as_sent(),
    }
