"""Event halls. Elveporten's hall can be divided: Sal A, Sal B, or both at once."""

from district.demo.catalogue import (
    EVENINGS_TOO,
    HALL,
    LATE,
    OFFICE,
    OWN_FREE,
    DemoSpace,
    OtherHours,
    Rules,
    day,
    hour,
    startups,
    students,
    text,
)
from spaces.models import Kind, Vat

EVENT_HALL = Kind.EVENT_HALL
EVENT = Rules(step=30, min_length=2 * 60, max_length=12 * 60, lead_time=24 * 60,
              horizon_days=365, buffer_before=30, buffer_after=30,
              free_cancellation=14 * 24 * 60, late_refund_percent=50)

HALLS = (
    DemoSpace(
        "sal-a", "elveporten", EVENT_HALL, "Sal A", capacity=60, area=90, floor=1, units=("Sal A",),
        summary=text(
            "Halve salen, med scenen", "Half of the hall, the one with the stage"
        ),
        description=text(
            "Seksti stoler, lav scene og projektor. Foldeveggen mot Sal B demper det meste, men "
            "ikke musikk.",
            "Sixty chairs, a low stage and a projector. The folding wall to Sal B keeps out most "
            "sound, but not music.",
        ),
        amenities=("stage", "projector", "sound", ("chairs", 60), "hearing-loop"),
        prices=(hour(850), day(5200), OWN_FREE, startups(550)),
        palette="wharf", hours=HALL, rules=EVENT, vat=Vat.STANDARD_25,
    ),
    DemoSpace(
        "sal-b", "elveporten", EVENT_HALL, "Sal B", capacity=40, area=60, floor=1, units=("Sal B",),
        summary=text("Halve salen, mot tunet", "Half of the hall, facing the courtyard"),
        description=text(
            "Førti stoler, flatt golv og dører ut til Elvetunet. God til standplasser og mingling.",
            "Forty chairs, a level floor and doors out to the courtyard. Good for stands and "
            "mingling.",
        ),
        amenities=("screen", "sound", ("chairs", 40), "hearing-loop"),
        prices=(hour(620), day(3800), OWN_FREE, startups(400)),
        palette="fjord", hours=HALL, rules=EVENT, vat=Vat.STANDARD_25,
    ),
    DemoSpace(
        "sal-ab", "elveporten", EVENT_HALL, "Sal A+B", capacity=100, area=150, floor=1,
        units=("Sal A", "Sal B"),
        summary=text(
            "Hele salen for hundre, på forespørsel", "The whole hall for a hundred, by request"
        ),
        description=text(
            "Foldeveggen skyves bort, og scenen står på langsiden. Verten hjelper med lyd og lys "
            "den første halvtimen.",
            "The folding wall slides away and the stage stands on the long side. The host helps "
            "with sound and light for the first half hour.",
        ),
        amenities=("stage", "projector", "sound", "lights", ("chairs", 100), "hearing-loop",
                   "cloakroom"),
        prices=(hour(1350), day(8200), OWN_FREE),
        palette="wharf", hours=HALL, vat=Vat.STANDARD_25, load=0.6,
        rules=Rules(min_length=2 * 60, max_length=14 * 60, lead_time=2 * 24 * 60,
                    horizon_days=365, buffer_before=30, buffer_after=30, is_instant=False,
                    free_cancellation=14 * 24 * 60, late_refund_percent=50),
        other_hours=(OtherHours(3, 6, "Åpent hus i bydelen"),),
    ),
    DemoSpace(
        "kvartsalen", "kvarten", EVENT_HALL, "Kvartsalen", capacity=300, area=340, floor=1,
        summary=text(
            "Konsert- og festsal for tre hundre", "Concert and party hall for three hundred",
            "Konsert- og festsal for tre hundre",
        ),
        description=text(
            "Scene, lysrigg og bar. Vaktlag fra huset følger med ved arrangementer over hundre "
            "personer.",
            "Stage, lighting rig and bar. For more than a hundred guests the house provides "
            "stewards.",
            "Scene, lysrigg og bar. Vaktlag frå huset følgjer med ved arrangement over hundre "
            "personar.",
        ),
        amenities=("stage", "sound", "lights", "cloakroom", "streaming"),
        prices=(hour(1600), day(9500), OWN_FREE, students(700)),
        palette="dusk", hours=LATE, vat=Vat.NOT_REGISTERED,
        rules=Rules(step=60, min_length=3 * 60, max_length=12 * 60, lead_time=3 * 24 * 60,
                    horizon_days=365, buffer_before=60, buffer_after=60, is_instant=False,
                    free_cancellation=21 * 24 * 60, late_refund_percent=25),
    ),
    DemoSpace(
        "aulaen", "studietunet", EVENT_HALL, "Aulaen", capacity=120, area=170, floor=1,
        summary=text(
            "Auditorium med 120 faste plasser", "Lecture theatre with 120 fixed seats",
            "Auditorium med 120 faste plassar",
        ),
        description=text(
            "Skrånende rader, to projektorer og opptak. Fire plasser for rullestol på første rad.",
            "Raked seating, two projectors and recording. Four wheelchair places in the front "
            "row.",
            "Skrånande rader, to projektorar og opptak. Fire plassar for rullestol på fyrste rad.",
        ),
        amenities=(("projector", 2), "sound", "streaming", "hearing-loop", ("microphones", 3)),
        prices=(hour(900), day(5400), OWN_FREE, students(200)),
        palette="fjord", hours=EVENINGS_TOO, load=1.5,
        rules=Rules(step=15, min_length=45, max_length=10 * 60, lead_time=12 * 60,
                    horizon_days=365, buffer_after=15),
    ),
    DemoSpace(
        "forumet", "oya-kunnskapstun", EVENT_HALL, "Forumet", capacity=90, area=130, floor=1,
        summary=text("Foredragssal ved hovedinngangen", "Lecture hall by the main entrance"),
        description=text(
            "Nitti plasser, teleslynge og direkte overføring til sykehusets rom. Mat kan "
            "serveres utenfor.",
            "Ninety seats, a hearing loop and a direct link to the hospital's other rooms. Food "
            "may be served outside.",
        ),
        amenities=("projector", "sound", "streaming", "hearing-loop", "cloakroom"),
        prices=(hour(780), day(4600), OWN_FREE),
        palette="snow", hours=OFFICE, rules=EVENT, load=1.2,
    ),
    DemoSpace(
        "festsalen", "bydelshuset", EVENT_HALL, "Festsalen", capacity=80, area=110, floor=1,
        summary=text(
            "Sal for bydelen: møter, dans og selskaper",
            "Hall for the district: meetings, dancing and parties",
            "Sal for bydelen: møte, dans og selskap",
        ),
        description=text(
            "Tregolv, kjøkken med oppvaskmaskin og bord til åtti. Lag i bydelen får den rimelig.",
            "Wooden floor, a kitchen with a dishwasher and tables for eighty. Cheap for local "
            "clubs.",
            "Tregolv, kjøken med oppvaskmaskin og bord til åtti. Lag i bydelen får han rimeleg.",
        ),
        amenities=("kitchen", "sound", ("chairs", 80), "piano"),
        prices=(hour(150), day(900), OWN_FREE), vat=Vat.NOT_REGISTERED,
        palette="ochre", hours=HALL,
        rules=Rules(step=60, min_length=2 * 60, max_length=10 * 60, lead_time=24 * 60,
                    horizon_days=365, buffer_after=60, free_cancellation=7 * 24 * 60),
    ),
    DemoSpace(
        "demohallen", "robothallen", EVENT_HALL, "Demohallen", capacity=70, area=160, floor=1,
        summary=text("Hall for visninger og lanseringer", "Hall for demonstrations and launches"),
        description=text(
            "Betonggolv, port for bil og strøm i taket. Robotene kan flyttes ut på forespørsel.",
            "Concrete floor, a gate for cars and power from the ceiling. The robots can be moved "
            "out if you ask.",
        ),
        amenities=("vehicle-access", "power", "sound", "projector", "streaming"),
        prices=(hour(540), day(3200), OWN_FREE, startups(320), students(180)),
        palette="snow", hours=OFFICE, rules=EVENT, vat=Vat.STANDARD_25, load=0.9,
    ),
)
