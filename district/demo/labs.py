"""Labs and instruments. Some labs let out bench by bench; an instrument serves one party."""

from district.demo.catalogue import (
    ALWAYS,
    LAB_DAY,
    OWN_FREE,
    SHORT_DAY,
    DemoSpace,
    OtherHours,
    Rules,
    a_week,
    day,
    hour,
    startups,
    students,
    text,
)
from spaces.models import Kind, OnHolidays, Vat

LAB = Kind.LAB
BENCH = Rules(step=60, min_length=60, lead_time=60, buffer_after=15)
INSTRUMENT = Rules(
    min_length=60,
    lead_time=4 * 60,
    buffer_before=15,
    buffer_after=15,
    free_cancellation=2 * 24 * 60,
)

LABS = (
    DemoSpace(
        "vatlab-3",
        "kjemifloya",
        LAB,
        "Våtlab 3",
        capacity=6,
        area=62,
        floor=2,
        pool=6,
        summary=text(
            "Seks benkeplasser for kjemi og bioteknologi",
            "Six benches for chemistry and biotechnology",
            "Seks benkeplassar for kjemi og bioteknologi",
        ),
        description=text(
            "Avtrekk, sentrifuge og autoklav. HMS-kurs må være tatt; vis kursbeviset til "
            "labansvarlig første gang.",
            "Fume hoods, a centrifuge and an autoclave. The safety course is required; show the "
            "certificate to the lab manager the first time.",
            "Avtrekk, sentrifuge og autoklav. HMS-kurs må vere teke; vis kursbeviset til "
            "labansvarleg første gong.",
        ),
        amenities=(("fume-hood", 3), "bsl-1", "centrifuge", "autoclave", "freezer", "eyewash"),
        prices=(hour(180), day(1100), OWN_FREE, students(40), startups(110)),
        palette="spruce",
        hours=LAB_DAY,
        rules=BENCH,
        vat=Vat.STANDARD_25,
        load=1.2,
    ),
    DemoSpace(
        "konfokalmikroskopet",
        "kjemifloya",
        LAB,
        "Konfokalmikroskopet",
        capacity=2,
        area=14,
        floor=2,
        summary=text("Konfokalmikroskop med fire lasere", "Confocal microscope with four lasers"),
        description=text(
            "For fluorescens i levende celler. Opplæring kreves; labansvarlig finner en erfaren "
            "bruker som kan hjelpe.",
            "For fluorescence in living cells. Training required; ask the lab manager for an "
            "experienced user to help.",
        ),
        amenities=("microscope", "air", "technician"),
        prices=(hour(650), OWN_FREE, students(150), startups(420)),
        palette="dusk",
        hours=LAB_DAY,
        rules=INSTRUMENT,
        vat=Vat.STANDARD_25,
    ),
    DemoSpace(
        "nmr-400",
        "kjemifloya",
        LAB,
        "NMR 400",
        capacity=2,
        area=22,
        floor=0,
        summary=text("NMR-spektrometer, 400 MHz", "NMR spectrometer, 400 MHz"),
        description=text(
            "Automatisk prøveveksler med 24 plasser. Ikke noe metall eller pacemaker innenfor den "
            "røde linja.",
            "Automatic sample changer with 24 positions. No metal or pacemakers inside the red "
            "line.",
        ),
        amenities=("technician", "gas"),
        prices=(hour(480), day(3000), OWN_FREE, startups(300)),
        palette="snow",
        hours=LAB_DAY,
        rules=INSTRUMENT,
        vat=Vat.STANDARD_25,
        load=0.8,
    ),
    DemoSpace(
        "materiallaben",
        "strindlab",
        LAB,
        "Materiallaben",
        capacity=5,
        area=90,
        floor=1,
        pool=5,
        summary=text("Fem benker for materialprøving", "Five benches for testing materials"),
        description=text(
            "Strekkmaskin, slipebord og ovner til 1100 grader. Tekniker er til stede 09–15.",
            "Tensile tester, grinding table and ovens up to 1,100 degrees. A technician is there "
            "09–15.",
        ),
        amenities=("technician", "gas", ("fume-hood", 2), "eyewash"),
        prices=(hour(260), day(1600), OWN_FREE, startups(170)),
        palette="snow",
        hours=LAB_DAY,
        rules=BENCH,
        vat=Vat.STANDARD_25,
    ),
    DemoSpace(
        "elektronmikroskopet",
        "strindlab",
        LAB,
        "Elektronmikroskopet",
        capacity=3,
        area=18,
        floor=0,
        summary=text(
            "Sveipeelektronmikroskop på forespørsel", "Scanning electron microscope, by request"
        ),
        description=text(
            "SEM med røntgenanalyse. Send noen ord om prøvene i tittelen, så svarer operatøren "
            "innen to dager.",
            "SEM with X-ray analysis. Say a few words about the samples in the title; the "
            "operator answers within two days.",
        ),
        amenities=("microscope", "technician", "air"),
        prices=(hour(1200), OWN_FREE, startups(800)),
        palette="dusk",
        hours=SHORT_DAY,
        vat=Vat.STANDARD_25,
        load=0.7,
        rules=Rules(
            step=60,
            min_length=2 * 60,
            lead_time=24 * 60,
            buffer_after=30,
            is_instant=False,
            answer_within=24 * 60,
            free_cancellation=3 * 24 * 60,
        ),
    ),
    DemoSpace(
        "klimakammeret",
        "malehuset",
        LAB,
        "Klimakammeret",
        capacity=4,
        area=20,
        floor=1,
        summary=text("Kammer fra −40 til +80 grader", "Climate chamber from −40 to +80 degrees"),
        description=text(
            "Tåler utstyr opp til 300 kilo. Forsøk kan gå i døgn og uker uten at noen er der. "
            "Kammeret trenger en halv time på å komme tilbake til romtemperatur.",
            "Takes equipment up to 300 kilos. Trials can run for days and weeks with nobody there. "
            "The chamber needs half an hour to return to room temperature.",
        ),
        amenities=("vehicle-access", "power", "technician"),
        prices=(hour(390), day(2400), a_week(9900), OWN_FREE, startups(250)),
        palette="fjord",
        hours=ALWAYS,
        load=0.3,
        vat=Vat.STANDARD_25,
        rules=Rules(
            step=60,
            min_length=2 * 60,
            max_length=14 * 24 * 60,
            on_holidays=OnHolidays.OPEN,
            buffer_after=30,
            lead_time=24 * 60,
            late_refund_percent=50,
        ),
    ),
    DemoSpace(
        "stromningsrenna",
        "malehuset",
        LAB,
        "Strømningsrenna",
        capacity=6,
        area=70,
        floor=1,
        summary=text("Tolv meter renne med glassvegger", "Twelve-metre flume with glass walls"),
        description=text(
            "For målinger i rennende vann, opptil 200 liter i sekundet. Støvler henger ved døra.",
            "For measurements in flowing water, up to 200 litres a second. Rubber boots hang by "
            "the door.",
        ),
        amenities=("camera", "technician", "power"),
        prices=(hour(520), day(3200), OWN_FREE, students(120)),
        palette="spruce",
        hours=LAB_DAY,
        vat=Vat.STANDARD_25,
        load=0.8,
        rules=Rules(
            step=60, min_length=2 * 60, buffer_before=30, buffer_after=30, lead_time=24 * 60
        ),
    ),
    DemoSpace(
        "simuleringsrom-1",
        "ovelsessenteret",
        LAB,
        "Simuleringsrom 1",
        capacity=8,
        area=38,
        floor=1,
        summary=text(
            "Sykehusrom til øvelser, med kontrollrom", "Hospital room for drills, with control room"
        ),
        description=text(
            "Pasientsimulator, overvåkningsskjermer og to kamera. Fyll på forbruksmateriell fra "
            "skapet når dere er ferdige.",
            "Patient simulator, monitors and two cameras. Restock consumables from the cupboard "
            "when you are done.",
        ),
        amenities=(("camera", 2), "screen", "technician"),
        prices=(hour(420), OWN_FREE, students(0)),
        palette="snow",
        hours=SHORT_DAY,
        rules=Rules(min_length=60, max_length=6 * 60, buffer_before=15, buffer_after=30),
    ),
    DemoSpace(
        "bevegelseslaben",
        "ovelsessenteret",
        LAB,
        "Bevegelseslaben",
        capacity=6,
        area=80,
        floor=1,
        summary=text(
            "Ganglab med tolv kamera og kraftplater",
            "Gait lab with twelve cameras and force plates",
        ),
        description=text(
            "Tolv meter gangbane og bevegelsesfangst. Forsøkspersoner kan skifte i rommet ved "
            "siden av.",
            "A twelve-metre walkway and motion capture. Participants can change in the room next "
            "door.",
        ),
        amenities=("motion-capture", ("camera", 12), "technician"),
        prices=(hour(540), day(3300), OWN_FREE, students(100), startups(340)),
        palette="spruce",
        hours=LAB_DAY,
        rules=INSTRUMENT,
        vat=Vat.STANDARD_25,
        load=0.8,
        other_hours=(OtherHours(2, 2, "Kalibrering", "13-18"),),
    ),
    DemoSpace(
        "testbassenget",
        "dypvann",
        LAB,
        "Testbassenget",
        capacity=6,
        area=110,
        floor=1,
        summary=text(
            "Seks meter dypt basseng for undervannsutstyr",
            "Six-metre-deep basin for underwater equipment",
        ),
        description=text(
            "Kran til 500 kilo, saltvann og kamera på tre dyp. To personer må alltid være til "
            "stede.",
            "A 500-kilo crane, salt water and cameras at three depths. There must always be two "
            "people present.",
        ),
        amenities=(("camera", 3), "power", "vehicle-access", "technician"),
        prices=(hour(680), day(4200), OWN_FREE, startups(450)),
        palette="fjord",
        hours=SHORT_DAY,
        vat=Vat.STANDARD_25,
        rules=Rules(
            step=60,
            min_length=2 * 60,
            lead_time=24 * 60,
            buffer_before=30,
            buffer_after=30,
            late_refund_percent=50,
        ),
    ),
    DemoSpace(
        "brukerlaben",
        "medvind",
        LAB,
        "Brukerlaben",
        capacity=6,
        area=40,
        floor=1,
        summary=text(
            "Leilighet for brukertester, med speilvindu",
            "Flat for user testing, with a one-way window",
        ),
        description=text(
            "Kjøkken, soverom og bad i full størrelse. Opptak av lyd og bilde krever samtykke; "
            "skjema ligger i skuffen.",
            "A full-size kitchen, bedroom and bathroom. Recording needs consent; the forms are in "
            "the drawer.",
        ),
        amenities=(("camera", 4), "microphones", "kitchen"),
        prices=(hour(340), day(1900), OWN_FREE, startups(190), students(90)),
        palette="ochre",
        hours=SHORT_DAY,
        vat=Vat.STANDARD_25,
        rules=Rules(min_length=60, buffer_before=15, buffer_after=15),
        scenes=("coffee", "quiet", "detail", "exterior"),
    ),
    DemoSpace(
        "elektronikklaben",
        "sensorloftet",
        LAB,
        "Elektronikklaben",
        capacity=4,
        area=36,
        floor=4,
        pool=4,
        summary=text("Fire måleplasser for elektronikk", "Four benches for measuring electronics"),
        description=text(
            "Oscilloskop, strømforsyning og loddestasjon på hver plass. Ta med egne komponenter.",
            "An oscilloscope, power supply and soldering station at each bench. Bring your own "
            "components.",
        ),
        amenities=(("oscilloscope", 4), ("soldering", 4), "microscope"),
        prices=(hour(120), OWN_FREE, students(30), startups(60)),
        palette="wharf",
        hours=LAB_DAY,
        rules=BENCH,
        vat=Vat.STANDARD_25,
    ),
)
