"""The directory of the district's actors: who is here, and what they share."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Organisation, User
from spaces.models import Listing, Place, Space

LISTED = Q(space_count__gt=0) | Q(is_listed=True)


def actors(*, text: str = "", kind: str = "") -> QuerySet[Organisation]:
    """Those who share a space or whom the operators have let in, with their `space_count`, by
    name. An organisation that has only signed up is nobody's business yet."""
    found = _counted().filter(LISTED)
    for word in text.split()[:8]:
        found = found.filter(Q(name__icontains=word) | Q(about__icontains=word))
    if kind:
        found = found.filter(kind=kind)
    return found.order_by(Lower("name"), "pk")


def seen_by(user: User | AnonymousUser) -> QuerySet[Organisation]:
    """The actors, and the organisations one works for, listed or not."""
    mine = user.memberships.values("organisation") if isinstance(user, User) else []
    return _counted().filter(LISTED | Q(pk__in=mine))


def is_listed(actor: Organisation) -> bool:
    return actors().filter(pk=actor.pk).exists()


def shared_spaces(actor: Organisation) -> QuerySet[Space]:
    return Space.objects.published().for_listing().filter(organisation=actor).order_by("name", "pk")


def shared_places(actor: Organisation) -> QuerySet[Place]:
    """Where those spaces are, with their `space_count`."""
    shared = Count("spaces", filter=Q(spaces__listing=Listing.PUBLISHED))
    places = Place.objects.filter(organisation=actor).annotate(space_count=shared)
    return places.filter(space_count__gt=0).order_by("name", "pk")


def _counted() -> QuerySet[Organisation]:
    shared = Count("spaces", filter=Q(spaces__listing=Listing.PUBLISHED))
    return Organisation.objects.annotate(space_count=shared)
