"""Meeting rooms of the innovation centre, the incubator and the companies."""

from district.demo.catalogue import (
    OFFICE_AND_SATURDAY,
    OWN_FREE,
    SHORT_DAY,
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

ROOMS = (
    DemoSpace(
        "nidelva",
        "elveporten",
        MEETING,
        "Nidelva",
        capacity=10,
        area=28,
        floor=4,
        summary=text(
            "Møterom med langbord og utsikt mot elva",
            "Meeting room with a long table and a view of the river",
        ),
        description=text(
            "Bord til ti, skjerm på 75 tommer og kamera for videomøter. Vinduene kan åpnes. "
            "Kaffemaskinen står rett utenfor.",
            "Seats ten, with a 75-inch screen and a camera for video meetings. The windows "
            "open. The coffee machine is just outside.",
        ),
        amenities=("screen", "video", "whiteboard", "hearing-loop", "coffee"),
        prices=(hour(320), day(1900), OWN_FREE, startups(220)),
        palette="fjord",
        hours=OFFICE_AND_SATURDAY,
        load=1.2,
        rules=Rules(max_length=10 * 60, late_refund_percent=50),
    ),
    DemoSpace(
        "kanalen",
        "elveporten",
        MEETING,
        "Kanalen",
        capacity=6,
        area=16,
        floor=3,
        summary=text("Lite møterom for seks", "Small meeting room for six"),
        description=text(
            "Rundt bord, tavle på langveggen og skjerm på 55 tommer. Passer til møter der noen "
            "skal tegne.",
            "A round table, a whiteboard along the wall and a 55-inch screen. Good for meetings "
            "where somebody has to draw.",
        ),
        amenities=("screen", "whiteboard", "wifi"),
        prices=(hour(190), OWN_FREE, startups(120), students(60)),
        palette="ochre",
        hours=OFFICE_AND_SATURDAY,
        rules=Rules(
            step=15, min_length=15, max_length=4 * 60, free_cancellation=2 * 60, release_after=15
        ),
    ),
    DemoSpace(
        "lune",
        "elveporten",
        MEETING,
        "Lune",
        capacity=1,
        area=4,
        floor=4,
        summary=text(
            "Stillerom for én telefon eller én samtale på skjerm",
            "Quiet booth for one call",
        ),
        description=text(
            "Lydtett boks med stol, hylle og dempet lys. Ventilasjonen går hele tida.",
            "A soundproof booth with a chair, a shelf and soft light. The ventilation is always "
            "on.",
        ),
        amenities=("soundproof", "wifi"),
        prices=(hour(60), OWN_FREE, startups(30)),
        palette="dusk",
        scenes=("quiet", "detail", "coffee", "exterior"),
        load=1.4,
        rules=Rules(
            step=15,
            min_length=15,
            max_length=2 * 60,
            horizon_days=35,
            free_cancellation=60,
            release_after=10,
        ),
    ),
    DemoSpace(
        "styrerommet",
        "elveporten",
        MEETING,
        "Styrerommet",
        capacity=14,
        area=42,
        floor=5,
        summary=text(
            "Styrerom i øverste etasje, bookes på forespørsel",
            "Boardroom on the top floor, by request",
        ),
        description=text(
            "Ovalt bord til fjorten, to skjermer og eget lite kjøkken. Verten svarer innen to "
            "dager og setter fram kaffe og vann.",
            "An oval table for fourteen, two screens and a small kitchen. The host answers "
            "within two days and puts out coffee and water.",
        ),
        amenities=(("screen", 2), "video", "hearing-loop", "kitchen", "air"),
        prices=(hour(580), day(3400), OWN_FREE),
        palette="wharf",
        vat=Vat.STANDARD_25,
        load=0.5,
        rules=Rules(
            step=60,
            min_length=60,
            buffer_before=15,
            buffer_after=15,
            lead_time=24 * 60,
            is_instant=False,
            free_cancellation=3 * 24 * 60,
            late_refund_percent=50,
        ),
        other_hours=(OtherHours(2, 5, "Kundedag", "12-21"),),
    ),
    DemoSpace(
        "gnisten",
        "gnist",
        MEETING,
        "Gnisten",
        capacity=8,
        area=20,
        floor=2,
        summary=text("Møterom hos studentinkubatoren", "Meeting room at the student incubator"),
        description=text(
            "Åtte stoler, stor tavle og en skjerm som virker med én kabel. Rydd tavla når dere "
            "går.",
            "Eight chairs, a large whiteboard and a screen that works with one cable. Wipe the "
            "board when you leave.",
        ),
        amenities=("screen", "whiteboard", "coffee"),
        prices=(hour(180), OWN_FREE, startups(90), students(0)),
        palette="spruce",
    ),
    DemoSpace(
        "pitchrommet",
        "gnist",
        MEETING,
        "Pitchrommet",
        capacity=20,
        area=46,
        floor=2,
        summary=text(
            "Rom for presentasjoner foran tjue", "Room for presentations to twenty people"
        ),
        description=text(
            "Stolrader, en liten forhøyning og projektor. Lyset kan dempes foran og stå på bak.",
            "Rows of chairs, a low platform and a projector. The lights dim in front and stay "
            "on at the back.",
        ),
        amenities=("projector", "stage", ("chairs", 20), "microphones"),
        prices=(hour(260), OWN_FREE, startups(120), students(50)),
        palette="dusk",
        load=0.7,
        rules=Rules(buffer_after=15),
    ),
    DemoSpace(
        "signal",
        "sensorloftet",
        MEETING,
        "Signal",
        capacity=6,
        area=15,
        floor=4,
        summary=text("Møterom på loftet", "Meeting room in the loft"),
        description=text(
            "Skråtak, takvinduer og bord til seks. Det blir varmt på solrike dager; vifta står i "
            "skapet.",
            "Sloping ceiling, skylights and a table for six. It gets warm on sunny days; the fan "
            "is in the cupboard.",
        ),
        amenities=("screen", "whiteboard", "wifi"),
        prices=(hour(150), OWN_FREE, startups(80)),
        palette="snow",
        hours=SHORT_DAY,
        load=0.7,
    ),
    DemoSpace(
        "kompass",
        "dypvann",
        MEETING,
        "Kompass",
        capacity=10,
        area=26,
        floor=2,
        summary=text(
            "Møterom med vindu ned mot testbassenget",
            "Meeting room with a window onto the test basin",
        ),
        description=text(
            "Bord til ti og skjerm som kan vise kameraene i bassenget. Fint for kunder som vil "
            "se på.",
            "Seats ten, with a screen that can show the cameras in the basin. Good for customers "
            "who want to watch.",
        ),
        amenities=("screen", "video", "coffee"),
        prices=(hour(240), day(1400), OWN_FREE),
        palette="fjord",
        hours=SHORT_DAY,
        vat=Vat.STANDARD_25,
        load=0.7,
    ),
    DemoSpace(
        "journalen",
        "medvind",
        MEETING,
        "Journalen",
        capacity=8,
        area=19,
        floor=1,
        summary=text("Møterom på gateplan", "Meeting room at street level"),
        description=text(
            "Bredt bord og god plass til rullestol rundt hele. Skjermen kan heves og senkes.",
            "A wide table with room for a wheelchair all the way round. The screen moves up and "
            "down.",
        ),
        amenities=("screen", "video", "hearing-loop"),
        prices=(hour(170), OWN_FREE, startups(90)),
        palette="spruce",
        hours=SHORT_DAY,
        load=0.6,
    ),
)
