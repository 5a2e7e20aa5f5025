"""What the demo's student and company have saved and looked at."""

from datetime import datetime, timedelta

from accounts.models import User
from bookings.models import Favourite, SavedSearch, Seen
from spaces.models import Space

STUDENT, COMPANY = "student@demo.ledig.no", "firma@demo.ledig.no"

FAVOURITES = {
    STUDENT: ("lesesalen", "nidelva", "vatlab-3"),
    COMPANY: ("sal-a", "vatlab-3"),
}
SEARCHES = {
    STUDENT: (
        ("Gratis arbeidsplass", "kind=desk_area&free=on"),
        ("Kollokvierom med tavle", "people=6&kind=meeting_room&amenity=whiteboard"),
    ),
    COMPANY: (("Lab med avtrekk", "kind=lab&amenity=fume-hood"),),
}
SEEN = {STUDENT: ("vatlab-3", "journalen", "sal-a", "nidelva")}


def write_saved(spaces: dict[str, Space], midnight: datetime) -> None:
    people = {one.email: one for one in User.objects.filter(email__in=(STUDENT, COMPANY))}

    def ago(days: int) -> datetime:
        return midnight - timedelta(days=days)

    Favourite.objects.bulk_create(
        Favourite(user=people[email], space=spaces[slug], saved_at=ago(n))
        for email, slugs in FAVOURITES.items()
        for n, slug in enumerate(slugs)
    )
    SavedSearch.objects.bulk_create(
        SavedSearch(user=people[email], name=name, query=query, saved_at=ago(n))
        for email, searches in SEARCHES.items()
        for n, (name, query) in enumerate(searches)
    )
    Seen.objects.bulk_create(
        Seen(user=people[email], space=spaces[slug], at=ago(n))
        for email, slugs in SEEN.items()
        for n, slug in enumerate(slugs)
    )
