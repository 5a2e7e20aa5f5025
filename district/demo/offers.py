"""What owners offer beyond a price per hour: evenings and weekends, groups, longer times,
deals with a neighbour, a new price from new year, and what can be booked along."""

from datetime import date

from accounts.models import Organisation
from district.demo.catalogue import text
from spaces.models import AddOn, LengthDiscount, Per, Place, Price, Space
from spaces.operations import add_add_on

EVENING = {"opens": 17 * 60, "closes": 23 * 60}
DAYTIME = {"opens": 8 * 60, "closes": 16 * 60}


def write_offers(
    places: dict[str, Place],
    spaces: dict[str, Space],
    organisations: dict[str, Organisation],
    *,
    today: date,
) -> None:
    nidelva, hall = spaces["nidelva"], spaces["sal-a"]
    new_year = date(today.year + 1, 1, 1)
    deal = {"audience": "organisation", "organisation": organisations["sintef"]}
    Price.objects.bulk_create(
        [
            Price(space=nidelva, amount=220_00, **EVENING),
            Price(space=nidelva, amount=0, weekdays=[1, 2, 3, 4, 5], **DAYTIME, **deal),
            Price(space=nidelva, amount=1_100_00, per=Per.HALF_DAY),
            Price(space=nidelva, amount=345_00, valid_from=new_year),
            Price(space=hall, amount=1_150_00, weekdays=[6, 7]),
            Price(space=hall, amount=1_000_00, min_people=50),
            Price(space=spaces["verftet"], amount=990_00, per=Per.WEEK),
            Price(space=spaces["verftet"], amount=2_900_00, per=Per.MONTH),
        ]
    )
    LengthDiscount.objects.bulk_create(
        LengthDiscount(space=hall, from_minutes=hours * 60, percent=percent)
        for hours, percent in ((4, 10), (8, 20))
    )
    for space, least, cleaning in ((hall, 1_500_00, 600_00), (spaces["sal-b"], 1_000_00, 450_00)):
        space.minimum_charge, space.cleaning_fee = least, cleaning
        space.save(update_fields=["minimum_charge", "cleaning_fee"])
    write_add_ons(places["elveporten"], spaces)


def write_add_ons(place: Place, spaces: dict[str, Space]) -> None:
    rooms = [spaces[slug] for slug in ("nidelva", "kanalen", "styrerommet", "sal-a", "sal-b")]
    halls = [spaces["sal-a"], spaces["sal-b"]]
    add_add_on(
        place=place,
        spaces=rooms,
        count=2,
        name=text("Bærbar projektor", "Portable projector", "Berbar projektor"),
        description=text(
            "Hentes i resepsjonen.", "Collect it at the reception.", "Blir henta i resepsjonen."
        ),
        amount=150_00,
    )
    add_add_on(
        place=place,
        spaces=rooms,
        count=None,
        name=text("Kaffe og te", "Coffee and tea", "Kaffi og te"),
        amount=35_00,
        per=AddOn.Per.PERSON,
    )
    add_add_on(
        place=place,
        spaces=halls,
        count=1,
        name=text("Tekniker", "Technician", "Teknikar"),
        description=text(
            "Lyd, lys og strømming.", "Sound, light and streaming.", "Lyd, lys og strøyming."
        ),
        amount=690_00,
        per=AddOn.Per.HOUR,
    )
