"""What the demo's student and company have saved and looked at."""

from datetime import datetime, timedelta

from django.utils.text import slugify

from accounts.models import User
from bookings import operations
from bookings.calendars.dav.xml import tag
from bookings.models import Component, Favourite, SavedSearch, Seen
from bookings.preconditions import Precondition
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
        (
            "To timer en ettermiddag",
            "minutes=120&from=12%3A00&to=18%3A00&people=4&kind=meeting_room",
        ),
        (
            "Kollokvie hver tirsdag",
            "date={day}&from=10%3A00&to=12%3A00&repeat=weekly&weekdays=2&count=10&people=6",
        ),
    ),
    COMPANY: (("Lab med avtrekk", "kind=lab&amenity=fume-hood"),),
}
SEEN = {STUDENT: ("vatlab-3", "journalen", "sal-a", "nidelva")}
CHECK_LIST = ("Book Nidelva til kollokviet", "Skaff adapter til skjermen", "Rydd og tøm søpla")


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
        SavedSearch(
            user=people[email],
            name=name,
            query=query.format(day=(midnight + timedelta(days=1)).date()),
            saved_at=ago(n),
        )
        for email, searches in SEARCHES.items()
        for n, (name, query) in enumerate(searches)
    )
    Seen.objects.bulk_create(
        Seen(user=people[email], space=spaces[slug], at=ago(n))
        for email, slugs in SEEN.items()
        for n, slug in enumerate(slugs)
    )
    write_check_list(people[STUDENT], midnight)


def write_check_list(user: User, now: datetime) -> None:
    """As a calendar program would have: a calendar of the student's own, with tasks in it."""
    calendar = operations.make_own_calendar(
        user=user,
        key="sjekkliste",
        components=[Component.TODO],
        look={tag("D:displayname"): "Sjekkliste for kollokviet"},
        now=now,
    )
    for summary in CHECK_LIST:
        uid = slugify(summary)
        text = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Ledig//Demo//NB\r\nBEGIN:VTODO\r\n"
            f"UID:{uid}\r\nDTSTAMP:{now:%Y%m%dT%H%M%SZ}\r\nSUMMARY:{summary}\r\n"
            "STATUS:NEEDS-ACTION\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
        )
        operations.keep_object(
            calendar=calendar,
            name=f"{uid}.ics",
            uid=uid,
            component=Component.TODO,
            text=text,
            during=None,
            on=Precondition(),
            now=now,
        )
