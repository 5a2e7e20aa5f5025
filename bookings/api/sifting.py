"""The spaces that a program's filters let through, before any clock is looked at."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from bookings.api.filters import SpaceFilter
from bookings.filters import point_of
from bookings.forms.search import FARTHEST, words_of
from bookings.unmet import Sought
from spaces.models import Space
from spaces.models.space import SpaceQuerySet
from spaces.walking import Point

TOO_MANY = OpenApiResponse(
    description="Asked more often than 240 times a minute, by you or from where you are: ask "
    "again after as many seconds as `Retry-After` says."
)


class SearchView(APIView):
    """One that looks through the whole district, which takes a while."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "searches"


@dataclass(frozen=True, slots=True)
class Sifted:
    """`near` is what distances are measured from; `radius`, in metres, is 0 for none."""

    spaces: SpaceQuerySet
    near: Point
    radius: int


def sift(request: Request, *, radius: int | None = None) -> Sifted:
    """Those that the asker may see, the nearest first; within another `radius` than asked for,
    where one is given. Raises `ValidationError` for filters that are wrong."""
    spaces = Space.objects.visible_to(request.user).published()
    query = request.query_params.copy()
    if radius is not None:
        query["radius"] = str(min(radius, FARTHEST))
    centre: Point = settings.DISTRICT_CENTRE
    filters: Any = SpaceFilter(  # type: ignore[no-untyped-call]
        query, queryset=spaces.by_distance(*centre), request=request
    )
    if not filters.is_valid():
        raise serializers.ValidationError(filters.errors)
    said = filters.form.cleaned_data
    near = point_of(said.get("near") or "")
    return Sifted(filters.qs, near or centre, int(said.get("radius") or 0) if near else 0)


def sought(request: Request, **known: Any) -> Sought:
    """What is counted of a program's search, beside what is `known` of its time."""
    said = request.query_params
    return Sought(
        query=said.urlencode(),
        kinds=words_of(said.getlist("kind")),
        places=words_of(said.getlist("place")),
        named=said.get("q", ""),
        **known,
    )
