"""Whose places and spaces these are to keep. What is not theirs is not there: 404."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import RUNS_SPACES, Organisation, User
from spaces.models import Place, Space


def organisations_kept_by(user: User) -> "QuerySet[Organisation]":
    """Those for which the person may list places and spaces."""
    mine = user.memberships.filter(role__in=RUNS_SPACES)
    return Organisation.objects.filter(memberships__in=mine)


def space_kept_by(user: User, slug: str) -> Space:
    """A space in any state of listing."""
    spaces = Space.objects.kept_by(user).select_related("place__organisation", "organisation")
    return get_object_or_404(spaces, slug=slug)


def place_kept_by(user: User, slug: str) -> Place:
    return get_object_or_404(Place.objects.kept_by(user).select_related("organisation"), slug=slug)
