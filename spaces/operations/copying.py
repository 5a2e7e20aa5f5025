"""A new space like one that is there."""

from accounts.slugs import create_named
from accounts.transactions import operation
from spaces.models import OpeningHours, Season, Space, Unit
from spaces.models.space import Listing

# What belongs to a space and is copied with it, row by row.
COPIED = (
    "space_amenities",
    "layouts",
    "attachments",
    "hours_exceptions",
    "prices",
    "length_discounts",
    "access_rules",
    "quotas",
)
NOT_COPIED = {"id", "slug", "name", "listing", "place", "organisation"}


@operation
def copy_space(*, space: Space, name: str) -> Space:
    """A draft with the same facts, hours, rules and prices, and new units of its own. Photos
    and bookings stay with the first."""
    values = {
        field.name: getattr(space, field.name)
        for field in Space._meta.concrete_fields
        if field.name not in NOT_COPIED
    }
    twin = create_named(
        Space,
        name=name,
        place=space.place,
        organisation=space.organisation,
        listing=Listing.DRAFT,
        **values,
    )
    count = space.units.count()
    names = [f"{name} {n}" for n in range(1, count + 1)] if count > 1 else [name]
    twin.units.set(
        Unit.objects.bulk_create(Unit(place=space.place, name=one[:120]) for one in names)
    )
    for related in COPIED:
        rows = list(getattr(space, related).all())
        for row in rows:
            row.pk, row.space = None, twin
        if rows:
            type(rows[0])._default_manager.bulk_create(rows)
    twin.add_ons.set(space.add_ons.all())
    twin.trainings.set(space.trainings.all())
    seasons: dict[int | None, Season | None] = {None: None}
    for season in space.seasons.all():
        first = season.pk
        season.pk, season.space = None, twin
        season.save()
        seasons[first] = season
    rules = list(space.opening_hours.all())
    for rule in rules:
        rule.season = seasons[rule.season_id]
        rule.pk, rule.space = None, twin
    OpeningHours.objects.bulk_create(rules)
    return twin
