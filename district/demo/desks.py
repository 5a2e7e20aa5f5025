"""Desk areas: the bookers say how many desks they need."""

from district.demo.catalogue import (
    ALWAYS,
    EVENINGS_TOO,
    FREE,
    OFFICE,
    OFFICE_AND_SATURDAY,
    OWN_FREE,
    SHORT_DAY,
    STUDENTS_FREE,
    DemoSpace,
    OtherHours,
    Rules,
    day,
    hour,
    startups,
    text,
)
from spaces.models import Audience, Kind, Vat

DESKS = Kind.DESK_AREA
DESK = Rules(step=60, min_length=60, max_length=12 * 60, free_cancellation=60)

DESK_AREAS = (
    DemoSpace(
        "verftet", "elveporten", DESKS, "Verftet", capacity=24, area=140, floor=3, pool=24,
        summary=text("Arbeidsplasser i åpent landskap", "Desks in an open-plan room"),
        description=text(
            "24 hev- og senkbare bord med skjerm. To telefonbokser, skriver og kaffe er med i "
            "prisen.",
            "24 height-adjustable desks with monitors. Two phone booths, a printer and coffee "
            "are included.",
        ),
        amenities=(("adjustable-desk", 24), ("monitor", 24), ("phone-booth", 2), "printer",
                   "coffee"),
        prices=(hour(45), day(250), OWN_FREE, startups(20), day(110, Audience.STARTUP)),
        palette="fjord", hours=OFFICE_AND_SATURDAY, rules=DESK, vat=Vat.STANDARD_25,
    ),
    DemoSpace(
        "lesesalen", "studietunet", DESKS, "Lesesalen", capacity=40, area=180, floor=1, pool=40,
        summary=text(
            "Lesesal med 40 plasser, åpen hele døgnet",
            "Reading room with 40 desks, open around the clock",
            "Lesesal med 40 plassar, open heile døgnet",
        ),
        description=text(
            "Stille sone med leselampe og strøm ved hver plass. Gratis for studenter. "
            "Adgangskort etter klokka 21.",
            "Quiet zone with a lamp and power at each desk. Free for students. Access card "
            "needed after 21:00.",
            "Stille sone med leselampe og straum ved kvar plass. Gratis for studentar. "
            "Tilgangskort etter klokka 21.",
        ),
        amenities=("quiet-zone", ("lockers", 40), "wifi", "toilet"),
        prices=(hour(30), day(150), OWN_FREE, STUDENTS_FREE),
        palette="ochre", hours=ALWAYS, load=1.3,
        rules=Rules(step=60, min_length=60, max_length=14 * 60, horizon_days=35,
                    free_cancellation=60, closed_on_holidays=False),
    ),
    DemoSpace(
        "nattlyset", "vollatunet", DESKS, "Nattlyset", capacity=20, area=86, floor=2, pool=20,
        summary=text(
            "Leseplasser for dem som er våkne lenge", "Study desks for those who stay up late"
        ),
        description=text(
            "Tjue plasser og et lite kjøkken. Åpent hele døgnet, hver dag.",
            "Twenty desks and a small kitchen. Open day and night, every day.",
        ),
        amenities=("quiet-zone", "kitchen", ("lockers", 20)),
        prices=(hour(25), OWN_FREE, STUDENTS_FREE), vat=Vat.NOT_REGISTERED,
        palette="dusk", hours=ALWAYS, load=0.9,
        rules=Rules(step=60, min_length=60, max_length=14 * 60, horizon_days=35,
                    free_cancellation=60, closed_on_holidays=False),
    ),
    DemoSpace(
        "gnistplassen", "gnist", DESKS, "Gnistplassen", capacity=16, area=82, floor=2, pool=16,
        summary=text("Plasser for ferske gründere", "Desks for new founders"),
        description=text(
            "Seksten bord rundt en felles tavle. Her snakkes det; trenger du ro, ta et møterom.",
            "Sixteen desks around a shared whiteboard. People talk here; for quiet, take a "
            "meeting room.",
        ),
        amenities=(("monitor", 8), "whiteboard", "coffee", "printer"),
        prices=(hour(40), day(200), OWN_FREE, startups(15), STUDENTS_FREE),
        palette="spruce", hours=EVENINGS_TOO, rules=DESK,
    ),
    DemoSpace(
        "leseloftet", "bydelshuset", DESKS, "Leseloftet", capacity=12, area=54, floor=3, pool=12,
        summary=text(
            "Tolv gratis arbeidsplasser under taket", "Twelve free desks under the roof",
            "Tolv gratis arbeidsplassar under taket",
        ),
        description=text(
            "For alle som trenger et bord. Trapp siste etasje; i første etasje er det to plasser "
            "uten trinn, spør i skranken.",
            "For anyone who needs a desk. Stairs on the last floor; two step-free desks on the "
            "ground floor, ask at the counter.",
            "For alle som treng eit bord. Trapp siste etasje; i første etasje er det to plassar "
            "utan trinn, spør i skranken.",
        ),
        amenities=("wifi", "quiet-zone"),
        prices=(FREE,), vat=Vat.NOT_REGISTERED,
        palette="wharf", hours=OFFICE_AND_SATURDAY, rules=DESK, is_step_free=False, load=0.9,
    ),
    DemoSpace(
        "fylkesplassene", "fylkets-moteplass", DESKS, "Drop-in hos fylket",
        capacity=8, area=40, floor=1, pool=8,
        summary=text(
            "Åtte plasser for folk på gjennomreise", "Eight desks for people passing through",
            "Åtte plassar for folk på gjennomreise",
        ),
        description=text(
            "Ta plass mellom to møter. Skjermer på fire av bordene, skap til sekken.",
            "Sit down between two meetings. Monitors on four of the desks, lockers for bags.",
            "Ta plass mellom to møte. Skjermar på fire av borda, skap til sekken.",
        ),
        amenities=(("monitor", 4), ("lockers", 8), "wifi"),
        prices=(hour(30), OWN_FREE, startups(0)),
        palette="snow", hours=SHORT_DAY, rules=DESK,
        other_hours=(OtherHours(1, 3, "Felles samling i fylket", "12-16"),),
    ),
    DemoSpace(
        "loftet", "sensorloftet", DESKS, "Loftet", capacity=10, area=58, floor=4, pool=10,
        summary=text("Arbeidsplasser hos Fjordsans", "Desks at Fjordsans"),
        description=text(
            "Ti bord under takvinduene, med loddekrok i hjørnet. Elektronikklaben ligger vegg i "
            "vegg.",
            "Ten desks under the skylights, with a soldering corner. The electronics lab is next "
            "door.",
        ),
        amenities=(("monitor", 10), "coffee", "wifi"),
        prices=(hour(35), day(180), OWN_FREE, startups(20)),
        palette="ochre", hours=OFFICE, rules=DESK, load=0.8,
    ),
    DemoSpace(
        "gjesteplassene", "strindlab", DESKS, "Gjesteplassene", capacity=12, area=64, floor=2,
        pool=12,
        summary=text("Plasser for gjesteforskere og partnere", "Desks for visiting researchers"),
        description=text(
            "Tolv faste bord med skjerm og nettverk. Adgangskort hentes i resepsjonen.",
            "Twelve desks with monitors and wired network. Collect an access card at the "
            "reception.",
        ),
        amenities=(("adjustable-desk", 12), ("monitor", 12), "printer", "lockers"),
        prices=(hour(50), day(280), OWN_FREE),
        palette="fjord", hours=SHORT_DAY, vat=Vat.STANDARD_25, load=0.8,
        rules=Rules(step=60, min_length=2 * 60, lead_time=2 * 60),
    ),
)
