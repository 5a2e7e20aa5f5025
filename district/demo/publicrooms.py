"""Meeting rooms of the university, the institute, the hospital, the municipality, the
county and the students."""

from district.demo.catalogue import (
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
    students,
    text,
)
from spaces.models import Kind, Vat

MEETING = Kind.MEETING_ROOM
GROUP_ROOM = Rules(step=15, min_length=30, max_length=4 * 60, horizon_days=35,
                   free_cancellation=60)

PUBLIC_ROOMS = (
    DemoSpace(
        "periodesystemet", "kjemifloya", MEETING, "Periodesystemet", capacity=12, area=34, floor=3,
        summary=text(
            "Seminarrom over laboratoriene", "Seminar room above the laboratories",
            "Seminarrom over laboratoria",
        ),
        description=text(
            "Tolv plasser i hestesko, to tavler og projektor. Bruk gangen mot sør; labgangen "
            "krever adgang.",
            "Twelve seats in a horseshoe, two whiteboards and a projector. Use the south "
            "corridor; the lab corridor needs access.",
            "Tolv plassar i hestesko, to tavler og projektor. Bruk gangen mot sør; labgangen "
            "krev tilgang.",
        ),
        amenities=("projector", ("whiteboard", 2), "wifi"),
        prices=(hour(240), OWN_FREE, students(0)),
        palette="spruce",
    ),
    DemoSpace(
        "bjork", "studietunet", MEETING, "Grupperom Bjørk", capacity=6, area=14, floor=2,
        summary=text(
            "Grupperom, gratis for studenter", "Group room, free for students",
            "Grupperom, gratis for studentar",
        ),
        description=text(
            "Bord til seks, skjerm og tavle. Rommet slippes hvis ingen har kommet etter et "
            "kvarter.",
            "A table for six, a screen and a whiteboard. The room is given away if nobody has "
            "come after fifteen minutes.",
            "Bord til seks, skjerm og tavle. Rommet blir sleppt om ingen har kome etter eit "
            "kvarter.",
        ),
        amenities=("screen", "whiteboard", "wifi"),
        prices=(hour(140), OWN_FREE, STUDENTS_FREE),
        palette="snow", hours=EVENINGS_TOO, rules=GROUP_ROOM, load=1.4,
    ),
    DemoSpace(
        "selje", "studietunet", MEETING, "Grupperom Selje", capacity=8, area=18, floor=2,
        summary=text(
            "Grupperom for åtte, gratis for studenter", "Group room for eight, free for students",
            "Grupperom for åtte, gratis for studentar",
        ),
        description=text(
            "To bord som kan settes sammen, skjerm og kamera for veiledning på nett.",
            "Two tables that can be put together, a screen and a camera for online supervision.",
            "To bord som kan setjast saman, skjerm og kamera for rettleiing på nett.",
        ),
        amenities=("screen", "video", "whiteboard"),
        prices=(hour(160), OWN_FREE, STUDENTS_FREE),
        palette="fjord", hours=EVENINGS_TOO, rules=GROUP_ROOM, load=1.3,
    ),
    DemoSpace(
        "turbin", "maskinhallen", MEETING, "Turbin", capacity=8, area=22, floor=2,
        summary=text("Møterom over maskinhallen", "Meeting room above the machine hall"),
        description=text(
            "Vindu ned mot maskinene, bord til åtte og plass til prototyper. Litt støy mellom 10 "
            "og 14.",
            "A window onto the machines, a table for eight and room for prototypes. Some noise "
            "between 10:00 and 14:00.",
        ),
        amenities=("screen", "whiteboard"),
        prices=(hour(180), OWN_FREE, students(40)),
        palette="ochre", load=0.8,
    ),
    DemoSpace(
        "bolgen", "strindlab", MEETING, "Bølgen", capacity=16, area=44, floor=1,
        summary=text("Prosjektrom for seksten", "Project room for sixteen"),
        description=text(
            "Flyttbare bord, tavler på tre vegger og to skjermer. Gjester registreres i "
            "resepsjonen.",
            "Movable tables, whiteboards on three walls and two screens. Guests register at the "
            "reception.",
        ),
        amenities=(("screen", 2), "video", ("whiteboard", 3), "coffee"),
        prices=(hour(360), day(2100), OWN_FREE, startups(240)),
        palette="fjord", vat=Vat.STANDARD_25,
        rules=Rules(min_length=60, buffer_after=15, lead_time=2 * 60),
        other_hours=(OtherHours(1, 5, "Planleggingsdag"),),
    ),
    DemoSpace(
        "pulsen", "oya-kunnskapstun", MEETING, "Pulsen", capacity=12, area=30, floor=3,
        summary=text("Møterom i kunnskapssenteret", "Meeting room in the knowledge centre"),
        description=text(
            "Bord til tolv, skjerm og godkjent løsning for videomøter med pasienter.",
            "Seats twelve, with a screen and an approved set-up for video meetings with patients.",
        ),
        amenities=("screen", "video", "hearing-loop", "air"),
        prices=(hour(280), OWN_FREE, startups(180)),
        palette="snow",
    ),
    DemoSpace(
        "pasientforum", "oya-kunnskapstun", MEETING, "Pasientforum", capacity=20, area=52, floor=1,
        summary=text(
            "Rom for kurs og brukergrupper", "Room for courses and patient groups",
            "Rom for kurs og brukargrupper",
        ),
        description=text(
            "Tjue gode stoler i ring, lavt bord og kjøkkenkrok. Rommet har teleslynge og egen "
            "inngang uten trinn.",
            "Twenty comfortable chairs in a circle, a low table and a kitchenette. Hearing loop "
            "and a step-free entrance of its own.",
        ),
        amenities=("screen", "hearing-loop", "kitchen", ("chairs", 20)),
        prices=(hour(220), OWN_FREE, students(80)),
        palette="wharf", hours=SHORT_DAY,
        rules=Rules(min_length=60, buffer_before=15, buffer_after=15), load=0.8,
    ),
    DemoSpace(
        "bydelsrommet", "bydelshuset", MEETING, "Bydelsrommet", capacity=20, area=48, floor=1,
        summary=text(
            "Møterom som er gratis for alle", "Meeting room, free for everyone",
            "Møterom som er gratis for alle",
        ),
        description=text(
            "For lag, naboer og grupper i bydelen. Sett stolene tilbake og ta med søpla.",
            "For clubs, neighbours and groups in the district. Put the chairs back and take your "
            "rubbish with you.",
            "For lag, naboar og grupper i bydelen. Set stolane tilbake og ta med bosset.",
        ),
        amenities=("projector", "kitchen", ("chairs", 20), "hearing-loop"),
        prices=(FREE,), vat=Vat.NOT_REGISTERED,
        palette="ochre", hours=EVENINGS_TOO,
        rules=Rules(min_length=60, max_length=4 * 60, horizon_days=60),
    ),
    DemoSpace(
        "lillestua", "bydelshuset", MEETING, "Lillestua", capacity=8, area=18, floor=2,
        summary=text(
            "Liten stue til møter og språkkafé", "Small parlour for meetings and language cafés",
            "Lita stove til møte og språkkafé",
        ),
        description=text(
            "Sofa, lenestoler og et bord til åtte. Gratis for alle, inntil tre timer.",
            "A sofa, armchairs and a table for eight. Free for everyone, up to three hours.",
            "Sofa, lenestolar og eit bord til åtte. Gratis for alle, inntil tre timar.",
        ),
        amenities=("coffee", "wifi"),
        prices=(FREE,), vat=Vat.NOT_REGISTERED,
        palette="wharf", hours=EVENINGS_TOO, scenes=("coffee", "quiet", "detail", "exterior"),
        rules=Rules(max_length=3 * 60, horizon_days=60), load=0.9,
    ),
    DemoSpace(
        "fosen", "fylkets-moteplass", MEETING, "Fosen", capacity=10, area=27, floor=1,
        summary=text(
            "Møterom mot gata", "Meeting room facing the street", "Møterom mot gata",
        ),
        description=text(
            "Bord til ti, skjerm og kamera. Lokaler i første etasje med store vinduer; gardiner "
            "kan trekkes for.",
            "Seats ten, with a screen and a camera. On the ground floor with large windows; the "
            "curtains can be drawn.",
            "Bord til ti, skjerm og kamera. Lokale i første etasje med store vindauge; gardiner "
            "kan trekkjast for.",
        ),
        amenities=("screen", "video", "whiteboard"),
        prices=(hour(200), OWN_FREE, startups(100)),
        palette="snow",
    ),
    DemoSpace(
        "namdalen", "fylkets-moteplass", MEETING, "Namdalen", capacity=18, area=50, floor=2,
        summary=text(
            "Stort møterom for råd og utvalg", "Large room for councils and committees",
            "Stort møterom for råd og utval",
        ),
        description=text(
            "Hestesko til atten, mikrofon ved hver plass og teleslynge. Opptak kan bestilles.",
            "Horseshoe for eighteen, a microphone at each seat and a hearing loop. Recording on "
            "request.",
            "Hestesko til atten, mikrofon ved kvar plass og teleslyngje. Opptak kan tingast.",
        ),
        amenities=(("microphones", 18), "hearing-loop", "streaming", ("screen", 2)),
        prices=(hour(390), day(2300), OWN_FREE),
        palette="fjord", load=0.8,
        rules=Rules(min_length=60, buffer_before=15, buffer_after=30),
    ),
    DemoSpace(
        "spisestua", "velferdstunet", MEETING, "Spisestua", capacity=12, area=32, floor=2,
        summary=text("Rom til møter med mat", "Room for meetings over a meal"),
        description=text(
            "Langbord til tolv. Mat bestilles i kantina senest dagen før.",
            "A long table for twelve. Order food from the canteen the day before at the latest.",
        ),
        amenities=("screen", "kitchen", "coffee"),
        prices=(hour(210), OWN_FREE, students(0)),
        palette="ochre", hours=OFFICE, vat=Vat.STANDARD_25,
        scenes=("meeting", "coffee", "detail", "exterior"), rules=Rules(buffer_after=30),
    ),
    DemoSpace(
        "bakken", "vollatunet", MEETING, "Bakken", capacity=8, area=20, floor=1,
        summary=text("Grupperom nederst i huset", "Group room on the ground floor"),
        description=text(
            "To bord, skjerm og en hel vegg å skrive på. Gratis for studenter.",
            "Two tables, a screen and a whole wall to write on. Free for students.",
        ),
        amenities=("screen", "whiteboard"),
        prices=(hour(120), OWN_FREE, STUDENTS_FREE),
        palette="spruce", hours=EVENINGS_TOO, rules=GROUP_ROOM, load=1.2,
    ),
    DemoSpace(
        "redaksjonen", "kvarten", MEETING, "Redaksjonen", capacity=10, area=26, floor=3,
        summary=text(
            "Møterom med sofa og for mange plakater", "Meeting room with a sofa and posters",
            "Møterom med sofa og for mange plakatar",
        ),
        description=text(
            "Her møtes redaksjoner og styrer. Bord til ti, tavle og høyttaler.",
            "Where editors and boards meet. A table for ten, a whiteboard and a speaker.",
            "Her møtest redaksjonar og styre. Bord til ti, tavle og høgtalar.",
        ),
        amenities=("whiteboard", "sound", "coffee"),
        prices=(hour(110), OWN_FREE, students(30)), vat=Vat.NOT_REGISTERED,
        palette="dusk", hours=OFFICE_AND_SATURDAY, load=0.8,
    ),
)
