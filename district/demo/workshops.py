"""Workshops and the machines in them."""

from district.demo.catalogue import (
    EVENINGS_TOO,
    LAB_DAY,
    OFFICE_AND_SATURDAY,
    OWN_FREE,
    STUDENTS_FREE,
    DemoSpace,
    Rules,
    day,
    hour,
    startups,
    students,
    text,
)
from spaces.models import Kind, Vat

WORKSHOP = Kind.WORKSHOP
MACHINE = Rules(step=15, min_length=30, max_length=6 * 60, lead_time=30, buffer_after=15)

WORKSHOPS = (
    DemoSpace(
        "treverkstedet", "smia", WORKSHOP, "Treverkstedet", capacity=8, area=95, floor=1,
        summary=text("Snekkerverksted med formatsag", "Joinery with a panel saw"),
        description=text(
            "Formatsag, båndsag, høvel og fire benker. Sagkurset må være tatt. Feie etter seg er "
            "en del av leien.",
            "Panel saw, band saw, planer and four benches. The saw course is required. Sweeping "
            "up is part of the deal.",
        ),
        amenities=("saw", "hand-tools", "cnc", "eyewash"),
        prices=(hour(290), day(1700), OWN_FREE, students(120), startups(190)),
        palette="ochre", hours=EVENINGS_TOO, vat=Vat.NOT_REGISTERED,
        rules=Rules(min_length=60, buffer_after=30),
    ),
    DemoSpace(
        "laserkutteren", "smia", WORKSHOP, "Laserkutteren", capacity=2, area=12, floor=1,
        summary=text("Laserkutter, 90 × 60 cm", "Laser cutter, 90 × 60 cm"),
        description=text(
            "Kutter tre, papp og akryl opp til 8 mm. Ikke PVC. Bli stående ved maskinen.",
            "Cuts wood, cardboard and acrylic up to 8 mm. No PVC. Stay with the machine.",
        ),
        amenities=("laser-cutter", "fume-hood"),
        prices=(hour(220), OWN_FREE, students(80)),
        palette="snow", hours=EVENINGS_TOO, rules=MACHINE, vat=Vat.NOT_REGISTERED,
        scenes=("detail", "workshop", "coffee", "exterior"), load=1.2,
    ),
    DemoSpace(
        "3d-printrommet", "smia", WORKSHOP, "3D-printrommet", capacity=4, area=18, floor=1, pool=4,
        summary=text("Fire printere, bookes hver for seg", "Four printers, booked one by one"),
        description=text(
            "PLA og PETG ligger i tørkeskapet. Lange utskrifter kan gå over natta hvis noen er "
            "her når de starter.",
            "PLA and PETG are in the drying cabinet. Long prints may run overnight if someone is "
            "here when they start.",
        ),
        amenities=(("3d-printer", 4), "wifi"),
        prices=(hour(70), day(420), OWN_FREE, students(25)),
        palette="fjord", hours=EVENINGS_TOO, vat=Vat.NOT_REGISTERED,
        rules=Rules(min_length=60, max_length=12 * 60),
        scenes=("detail", "workshop", "coffee", "exterior"),
    ),
    DemoSpace(
        "sveiseboden", "smia", WORKSHOP, "Sveiseboden", capacity=2, area=24, floor=1,
        summary=text("Sveiseplass med avsug", "Welding bay with extraction"),
        description=text(
            "MIG og TIG, skjæring og slipebukk. Sertifikat for varme arbeider må vises.",
            "MIG and TIG, cutting and a bench grinder. A hot-work certificate is required.",
        ),
        amenities=("welding", "gas", "eyewash"),
        prices=(hour(260), OWN_FREE, students(110)),
        palette="dusk", hours=LAB_DAY, vat=Vat.NOT_REGISTERED, load=0.7,
        rules=Rules(min_length=60, lead_time=24 * 60, buffer_after=30, is_instant=False),
    ),
    DemoSpace(
        "prototypeverkstedet", "elveporten", WORKSHOP, "Prototypeverkstedet", capacity=6, area=48,
        floor=1,
        summary=text(
            "Verksted for prototyper, på forespørsel", "Prototype workshop, by request"
        ),
        description=text(
            "3D-printer, liten laserkutter og håndverktøy. Verten viser maskinene første gang, "
            "derfor bookes det på forespørsel.",
            "A 3D printer, a small laser cutter and hand tools. The host shows you the machines "
            "the first time, so booking is by request.",
        ),
        amenities=(("3d-printer", 2), "laser-cutter", "hand-tools", "soldering"),
        prices=(hour(310), OWN_FREE, startups(160), students(90)),
        palette="snow", hours=OFFICE_AND_SATURDAY, vat=Vat.STANDARD_25,
        rules=Rules(min_length=60, max_length=6 * 60, lead_time=12 * 60, buffer_after=30,
                    is_instant=False),
    ),
    DemoSpace(
        "studentverkstedet", "maskinhallen", WORKSHOP, "Studentverkstedet", capacity=10, area=120,
        floor=1,
        summary=text(
            "Verksted for studentprosjekter", "Workshop for student projects",
            "Verkstad for studentprosjekt",
        ),
        description=text(
            "Dreiebenk, fres, søylebor og god golvplass. Gratis for studenter med verkstedkort.",
            "Lathe, mill, drill press and plenty of floor. Free for students with a workshop "
            "card.",
            "Dreiebenk, fres, søylebor og god golvplass. Gratis for studentar med verkstadkort.",
        ),
        amenities=("cnc", "hand-tools", "3d-printer", "eyewash"),
        prices=(hour(280), OWN_FREE, STUDENTS_FREE),
        palette="spruce", hours=EVENINGS_TOO,
        rules=Rules(min_length=60, max_length=6 * 60, buffer_after=30), load=1.2,
    ),
    DemoSpace(
        "robotcella", "robothallen", WORKSHOP, "Robotcella", capacity=4, area=30, floor=1,
        summary=text("Robotarm bak gitter", "Robot arm behind a fence"),
        description=text(
            "Seksakset arm med gripere og kamera. Nødstopp ved begge dører; prøv den før du "
            "begynner.",
            "A six-axis arm with grippers and a camera. Emergency stop at both doors; test it "
            "before you start.",
        ),
        amenities=("robot", "camera", "technician"),
        prices=(hour(360), day(2200), OWN_FREE, students(90), startups(210)),
        palette="fjord", hours=LAB_DAY, rules=MACHINE, vat=Vat.STANDARD_25, load=0.8,
    ),
    DemoSpace(
        "loddebordene", "gnist", WORKSHOP, "Loddebordene", capacity=4, area=16, floor=2, pool=4,
        summary=text("Fire loddeplasser", "Four soldering benches"),
        description=text(
            "Loddestasjon, lupe og avsug på hver plass. Motstander og ledning ligger i skuffene.",
            "A soldering station, magnifier and extraction at each bench. Resistors and wire are "
            "in the drawers.",
        ),
        amenities=(("soldering", 4), "oscilloscope"),
        prices=(hour(50), OWN_FREE, STUDENTS_FREE, startups(20)),
        palette="wharf", hours=EVENINGS_TOO, rules=Rules(max_length=6 * 60), load=0.8,
    ),
)
