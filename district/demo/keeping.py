"""What owners have said beyond the catalogue: house rules, facts of each kind, a building's
own hours, a summer, a draft; and the district's rulebook with their answers to it."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Organisation, Role
from district.demo.catalogue import Texts, text
from spaces.models import (
    Acceptance,
    Kind,
    Layout,
    OnHolidays,
    Place,
    Rulebook,
    Space,
)
from spaces.operations import add_season, add_space, set_holidays, set_week

UNDECIDED = "nabo"  # has not said yes to the rulebook

RULEBOOK = text(
    "Rommene i bydelen er åpne for hverandre.\n\n"
    "Den som legger ut et rom, viser når det faktisk er ledig, og holder det som er booket. Må "
    "eieren likevel avlyse, får bookeren vite det med en gang og alle pengene tilbake.\n\n"
    "Den som booker, forlater rommet slik det var, og avbestiller når planene endrer seg.\n\n"
    "Av det eieren tjener, beholder plattformen 8 %, og minst 5 kroner, til drift og kortgebyr. "
    "Eieren får resten når oppholdet er over.\n\n"
    "Tar bookerens bank en betaling tilbake, bærer eieren prisen og bydelen bankens gebyr.\n\n"
    "Priser er oppgitt med avgift. Ingen tar betalt utenom Ledig for det som er booket her.\n\n"
    "Personopplysninger brukes bare til det bookingen trenger.",
    "The rooms of the district are open to each other.\n\n"
    "Whoever lists a room shows when it is really free, and keeps what is booked. Should the "
    "owner have to cancel, the booker is told at once and gets all the money back.\n\n"
    "Whoever books leaves the room as it was, and cancels when plans change.\n\n"
    "Of what an owner earns, the platform keeps 8 %, and at least 5 kroner, for its running and "
    "for card fees. The owner gets the rest when the stay is over.\n\n"
    "Should the booker’s bank take a payment back, the owner bears the price and the district "
    "the bank’s fee.\n\n"
    "Prices include tax. Nobody charges outside Ledig for what is booked here.\n\n"
    "Personal data is used only for what the booking needs.",
    "Romma i bydelen er opne for kvarandre.\n\n"
    "Den som legg ut eit rom, viser når det faktisk er ledig, og held det som er booka. Må "
    "eigaren likevel avlyse, får bookaren vite det med ein gong og alle pengane attende.\n\n"
    "Den som bookar, går frå rommet slik det var, og avbestiller når planane endrar seg.\n\n"
    "Av det eigaren tener, held plattforma att 8 %, og minst 5 kroner, til drift og kortgebyr. "
    "Eigaren får resten når opphaldet er over.\n\n"
    "Tek banken til bookaren ei betaling tilbake, ber eigaren prisen og bydelen gebyret til "
    "banken.\n\n"
    "Prisar er oppgjevne med avgift. Ingen tek betalt utanom Ledig for det som er booka her.\n\n"
    "Personopplysingar blir brukte berre til det bookinga treng.",
)

HOUSE_RULES: dict[str, Texts] = {
    "sal-a": text(
        "Rydd stolene i stabler på tolv. Ingen konfetti.",
        "Stack the chairs in twelves. No confetti.",
        "Rydd stolane i stablar på tolv. Ingen konfetti.",
    ),
    "vatlab-3": text(
        "Labfrakk og briller på. Meld fra om kjemikalier minst en dag i forveien.",
        "Lab coat and goggles on. Announce chemicals at least a day ahead.",
        "Labfrakk og briller på. Meld frå om kjemikaliar minst ein dag i førevegen.",
    ),
    "lesesalen": text(
        "Stille sone. Telefoner på lydløs.",
        "Quiet zone. Phones on silent.",
        "Stille sone. Telefonar på lydlaus.",
    ),
}

FACTS: dict[str, dict[str, Any]] = {
    "sal-a": {"has_stage": True, "ceiling": 480},
    "sal-b": {"has_flat_floor": True, "ceiling": 480},
    "vatlab-3": {
        "safety": "bsl_1",
        "fume_hoods": 2,
        "instruments": "Sentrifuge\nAutoklav\nRotasjonsfordamper",
    },
    "verftet": {"screens": 1, "is_adjustable": True},
    "lesesalen": {"is_quiet": True},
}

LAYOUTS = {
    "sal-a": {"theatre": 60, "classroom": 36, "banquet": 40},
    "sal-b": {"theatre": 40, "banquet": 24, "standing": 60},
}

WITH_LIFT = ("elveporten", "kjemifloya", "bydelshuset", "sensorloftet")
TRANSPORT = text(
    "Buss 1, 3 og 11 til Studentersamfundet.",
    "Buses 1, 3 and 11 to Studentersamfundet.",
    "Buss 1, 3 og 11 til Studentersamfundet.",
)
HOUSE = {
    **{day: [(6 * 60, 24 * 60)] for day in range(1, 6)},
    6: [(8 * 60, 24 * 60)],
    7: [(10 * 60, 22 * 60)],
}
SHORT_DAY = (10 * 60, 16 * 60)
LONG_DAYS = {day: [(8 * 60, 23 * 60)] for day in range(1, 8)}


def write_rulebook(organisations: dict[str, Organisation], midnight: datetime) -> None:
    rulebook = Rulebook.objects.create(
        version=1,
        text=RULEBOOK,
        published_at=midnight - timedelta(days=90),
        strike_limit=3,
        fee_points=800,
        fee_least=500,
    )
    owned = [
        (organisation, organisation.memberships.filter(role=Role.OWNER).first())
        for slug, organisation in organisations.items()
        if slug != UNDECIDED
    ]
    Acceptance.objects.bulk_create(
        Acceptance(
            rulebook=rulebook,
            organisation=organisation,
            accepted_by_id=owner.user_id,
            accepted_at=midnight - timedelta(days=80),
        )
        for organisation, owner in owned
        if owner
    )


def write_keeping(places: dict[str, Place], spaces: dict[str, Space]) -> None:
    for slug in WITH_LIFT:
        places[slug].has_lift = places[slug].has_accessible_toilet = True
    places["elveporten"].has_automatic_doors = places["elveporten"].has_hearing_loop = True
    places["elveporten"].public_transport = TRANSPORT
    for place in places.values():
        place.save()
    for slug in {**FACTS, **HOUSE_RULES}:
        space = spaces[slug]
        space.facts, space.house_rules = FACTS.get(slug, {}), HOUSE_RULES.get(slug, {})
        space.save(update_fields=["facts", "house_rules"])
    Layout.objects.bulk_create(
        Layout(space=spaces[slug], seating=seating, capacity=people)
        for slug, layouts in LAYOUTS.items()
        for seating, people in layouts.items()
    )
    set_week(keeper=places["elveporten"], week=HOUSE)
    set_holidays(keeper=places["elveporten"], on_holidays=OnHolidays.OPEN)
    set_holidays(keeper=spaces["lesesalen"], on_holidays=OnHolidays.SHORT, short=SHORT_DAY)
    dates = {"first_month": 6, "first_day": 1, "last_month": 8, "last_day": 31}
    summer = add_season(keeper=spaces["elvebredden"], name="Sommer", **dates)
    set_week(keeper=spaces["elvebredden"], week=LONG_DAYS, season=summer)
    add_space(place=places["elveporten"], kind=Kind.MEETING_ROOM, name="Prosjektrommet", capacity=6)
