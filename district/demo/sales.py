"""What lowers a price in the demo: codes of owners, and one of the district."""

from datetime import date, timedelta
from typing import Any

from accounts.models import Organisation
from bookings.operations import join_campaign, set_campaign


def write_codes(organisations: dict[str, Organisation], *, today: date) -> None:
    owner, first = organisations["elveporten"], today - timedelta(days=20)
    until: dict[str, Any] = {"first_day": first, "last_day": today + timedelta(days=90)}
    set_campaign(
        owner=owner,
        campaign=None,
        name="Nye naboer",
        code="HEI20",
        percent=20,
        limit=200,
        limit_each=3,
        **until,
    )
    set_campaign(
        owner=owner,
        campaign=None,
        name="Sommerstille",
        code="SOMMER",
        amount=100_00,
        kinds=["meeting_room", "desk_area"],
        first_day=first - timedelta(days=120),
        last_day=first - timedelta(days=30),
    )
    district = set_campaign(
        owner=None,
        campaign=None,
        name="Innovasjonsuka",
        code="ELGESETER",
        percent=10,
        limit_each=1,
        **until,
    )
    for slug in ("elveporten", "sintef"):
        join_campaign(campaign=district, owner=organisations[slug], joins=True)
