"""Studios: sound, music and film."""

from district.demo.catalogue import (
    EVENINGS_TOO,
    LATE,
    OFFICE,
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

STUDIO = Kind.STUDIO
RECORDING = Rules(step=30, min_length=60, max_length=10 * 60, buffer_after=15, lead_time=60)

STUDIOS = (
    DemoSpace(
        "ekko", "sambandet", STUDIO, "Ekko", capacity=4, area=16, floor=0,
        summary=text("Podkaststudio med fire mikrofoner", "Podcast studio with four microphones"),
        description=text(
            "Lydtett rom med opptaker og hodetelefoner. Ta med minnekort eller bruk studioets.",
            "A soundproof room with a recorder and headphones. Bring a memory card or use the "
            "studio's.",
        ),
        amenities=(("microphones", 4), "mixer", "soundproof"),
        prices=(hour(280), OWN_FREE, students(140), startups(200)),
        palette="dusk", hours=OFFICE_AND_SATURDAY, rules=RECORDING, vat=Vat.STANDARD_25, load=1.3,
    ),
    DemoSpace(
        "tone", "sambandet", STUDIO, "Tone", capacity=8, area=45, floor=0,
        summary=text("Musikkstudio, åpent til 02", "Music studio, open until 02:00"),
        description=text(
            "Kontrollrom og opptaksrom med piano og trommer. Lydtekniker kan leies inn på dagtid.",
            "Control room and live room with piano and drums. A sound engineer can be hired in "
            "the daytime.",
        ),
        amenities=("piano", "drums", "mixer", ("microphones", 12), "soundproof"),
        prices=(hour(420), day(2900), OWN_FREE, students(220)),
        palette="wharf", hours=LATE, vat=Vat.STANDARD_25,
        rules=Rules(step=60, min_length=2 * 60, max_length=12 * 60, buffer_after=30,
                    lead_time=2 * 60, free_cancellation=2 * 24 * 60, closed_on_holidays=False),
    ),
    DemoSpace(
        "blalys", "sambandet", STUDIO, "Blålys", capacity=10, area=60, floor=0,
        summary=text("Videostudio med grønn vegg", "Video studio with a green screen"),
        description=text(
            "Tre kamera, fast lys og grønn vegg på fem meter. Sminkeplass ved siden av.",
            "Three cameras, fixed lighting and a five-metre green screen. Make-up table next "
            "door.",
        ),
        amenities=(("camera", 3), "green-screen", "lights", "microphones"),
        prices=(hour(560), day(3400), OWN_FREE, startups(400)),
        palette="fjord", hours=OFFICE, rules=RECORDING, vat=Vat.STANDARD_25,
    ),
    DemoSpace(
        "ovingsrommet", "kvarten", STUDIO, "Øvingsrommet", capacity=8, area=30, floor=0,
        summary=text(
            "Øvingsrom for band, åpent til 02", "Rehearsal room for bands, open until 02:00",
            "Øvingsrom for band, ope til 02",
        ),
        description=text(
            "Trommesett, forsterkere og sanganlegg. Skru av alt og lås når dere går.",
            "Drum kit, amplifiers and a PA. Switch everything off and lock up when you leave.",
            "Trommesett, forsterkarar og songanlegg. Skru av alt og lås når de går.",
        ),
        amenities=("drums", "sound", ("microphones", 4), "soundproof"),
        prices=(hour(120), OWN_FREE, students(0)), vat=Vat.NOT_REGISTERED,
        palette="dusk", hours=LATE, load=1.3,
        rules=Rules(step=60, min_length=60, max_length=4 * 60, horizon_days=60),
    ),
    DemoSpace(
        "opptaksrommet", "studietunet", STUDIO, "Opptaksrommet", capacity=3, area=14, floor=3,
        summary=text(
            "Opptak av forelesninger og presentasjoner", "For recording lectures and talks",
            "Opptak av førelesingar og presentasjonar",
        ),
        description=text(
            "Trykk på én knapp, og kamera, lys og lyd starter. Opptaket sendes til e-posten din.",
            "Press one button to start camera, lights and sound. The recording is sent to your "
            "e-mail.",
            "Trykk på éin knapp, og kamera, lys og lyd startar. Opptaket blir sendt til e-posten "
            "din.",
        ),
        amenities=("camera", "lights", "microphones", "screen"),
        prices=(hour(190), OWN_FREE, STUDENTS_FREE),
        palette="snow", hours=EVENINGS_TOO,
        rules=Rules(step=15, min_length=30, max_length=3 * 60, free_cancellation=2 * 60),
    ),
    DemoSpace(
        "podboksen", "elveporten", STUDIO, "Podboksen", capacity=2, area=6, floor=2,
        summary=text("Lydboks for to stemmer", "Sound booth for two voices"),
        description=text(
            "To mikrofoner rett i datamaskinen med USB. Døra tetter først når den smekker.",
            "Two microphones straight to your laptop by USB. The door seals when it clicks shut.",
        ),
        amenities=(("microphones", 2), "soundproof"),
        prices=(hour(140), OWN_FREE, startups(70), students(50)),
        palette="spruce", hours=OFFICE_AND_SATURDAY, vat=Vat.STANDARD_25,
        rules=Rules(step=15, min_length=30, max_length=3 * 60, free_cancellation=2 * 60),
    ),
)
