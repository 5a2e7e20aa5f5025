"""What an owner does next with a place or a space that is not finished."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from spaces.checklist import missing
from spaces.models import Listing, Place, Space

register = template.Library()


@register.inclusion_tag("spaces/_next_step.html")
def next_of_place(request: HttpRequest, place: Place) -> dict[str, Any]:
    """Its hours, then its first space. Nothing once it has one."""
    if place.spaces.exclude(listing=Listing.ARCHIVED).exists():
        return {}
    if not place.opening_hours.exists():
        address = reverse("place_hours", args=[place.slug])
        words = _("Next: when it is open"), _("Then add its rooms."), _("Set the hours")
        return {} if request.path == address else step(*words, address)
    address = f"{reverse('space_new')}?place={place.slug}"
    words = (
        _("Next: the rooms"),
        _("Rooms, desks, labs: each with its page. They take the hours of the place."),
        _("Add a space"),
    )
    return {**step(*words, address), "many": reverse("owner_import")}


@register.inclusion_tag("spaces/_next_step.html")
def next_of_space(request: HttpRequest, space: Space) -> dict[str, Any]:
    """Of a draft the first that is needed, and at last to publish it; on the page where that
    is done, nothing."""
    if space.listing != Listing.DRAFT:
        return {}
    publishing = reverse("space_publishing", args=[space.slug])
    needed = missing(space)
    if not needed:
        words = _("Next: let others find it"), _("All that is needed is there."), _("Publish")
        return {} if request.path == publishing else step(*words, publishing)
    item = needed[0]
    if item.page == "rulebook":
        address = f"{reverse('rulebook')}?space={space.slug}"
    else:
        address = reverse(item.page, args=[space.slug])
    what = {"what": item.words}
    words = (_("Next: %(what)s") % what, _("It is a draft that only you see."), _("Go on"))
    return {} if request.path in (address, publishing) else step(*words, address)


def step(title: str, words: str, action: str, address: str) -> dict[str, Any]:
    return {"title": title, "words": words, "action": action, "address": address}
