"""Outdoor areas: yards, a park, a river bank, a street to test in."""

from district.demo.catalogue import (
    DAYLIGHT,
    FREE,
    OWN_FREE,
    STUDENTS_FREE,
    DemoSpace,
    OtherHours,
    Rules,
    day,
    hour,
    startups,
    students,
    text,
    week,
)
from spaces.models import Kind, OnHolidays, Vat

OUTDOOR = Kind.OUTDOOR
IN_THE_OPEN = Rules(
    step=60, min_length=60, max_length=10 * 60, lead_time=12 * 60, on_holidays=OnHolidays.OPEN
)
YARD = ("exterior", "park", "detail", "coffee")

OUTDOORS = (
    DemoSpace(
        "elvetunet",
        "elvetunet",
        OUTDOOR,
        "Elvetunet",
        capacity=80,
        area=320,
        floor=None,
        summary=text("Gårdsrom for marked og mingling", "Courtyard for markets and mingling"),
        description=text(
            "Brostein, lyslenker og strøm i fire stolper. Musikk slutter klokka 21.",
            "Cobbles, string lights and power in four posts. Music ends at 21:00.",
        ),
        amenities=("power", "benches", "toilet", "vehicle-access"),
        prices=(hour(280), day(1500), OWN_FREE, startups(150)),
        palette="wharf",
        hours=DAYLIGHT,
        rules=IN_THE_OPEN,
    ),
    DemoSpace(
        "takterrassen",
        "elveporten",
        OUTDOOR,
        "Takterrassen",
        capacity=40,
        area=110,
        floor=6,
        summary=text(
            "Takterrasse med utsikt, på forespørsel", "Roof terrace with a view, by request"
        ),
        description=text(
            "Bord til førti og bålpanne. Stenges ved vind over liten kuling; da får du pengene "
            "tilbake.",
            "Tables for forty and a fire pit. Closed in strong winds; you then get your money "
            "back.",
        ),
        amenities=("benches", "fire-pit", "power"),
        prices=(hour(350), OWN_FREE),
        palette="fjord",
        hours=week("09-21", "11-21"),
        load=0.8,
        rules=Rules(
            step=60,
            min_length=2 * 60,
            max_length=8 * 60,
            lead_time=24 * 60,
            buffer_before=30,
            buffer_after=30,
            is_instant=False,
            late_refund_percent=100,
        ),
    ),
    DemoSpace(
        "paviljongen",
        "hogskoleparken",
        OUTDOOR,
        "Paviljongen",
        capacity=50,
        area=60,
        floor=None,
        summary=text(
            "Paviljong i parken, gratis for alle",
            "Pavilion in the park, free for everyone",
            "Paviljong i parken, gratis for alle",
        ),
        description=text(
            "Tak over hodet, benker langs kanten og strøm. Søppeldunker står ved stien.",
            "A roof, benches along the sides and power. Bins are by the path.",
            "Tak over hovudet, benkar langs kanten og straum. Søppeldunkar står ved stien.",
        ),
        amenities=("roof", "power", "benches"),
        prices=(FREE,),
        vat=Vat.NOT_REGISTERED,
        palette="spruce",
        hours=DAYLIGHT,
        rules=IN_THE_OPEN,
        load=1.3,
    ),
    DemoSpace(
        "elvebredden",
        "elvebredden",
        OUTDOOR,
        "Elvebredden",
        capacity=150,
        area=1800,
        floor=None,
        summary=text(
            "Gresslette ved Nidelva",
            "Lawn by the river Nidelva",
            "Grasslette ved Nidelva",
        ),
        description=text(
            "Gratis for alle. Ved mer enn femti deltakere vil parkvakta ha beskjed på forhånd. "
            "Ingen biler på gresset.",
            "Free for everyone. Tell the park ranger in advance if you are more than fifty. No "
            "cars on the grass.",
            "Gratis for alle. Ved meir enn femti deltakarar vil parkvakta ha melding på førehand. "
            "Ingen bilar på graset.",
        ),
        amenities=("benches", "fire-pit"),
        prices=(FREE,),
        vat=Vat.NOT_REGISTERED,
        palette="spruce",
        hours=DAYLIGHT,
        rules=IN_THE_OPEN,
        load=0.8,
    ),
    DemoSpace(
        "testgata",
        "testgata",
        OUTDOOR,
        "Testgata",
        capacity=30,
        area=900,
        floor=None,
        summary=text(
            "80 meter gate til testing av ny teknologi",
            "80 metres of street for testing",
            "80 meter gate til testing av ny teknologi",
        ),
        description=text(
            "Sperret for trafikk i den tida du har booket. Fotgjengere kan gå forbi; bruk "
            "sperrebånd. Risikovurdering må tas med.",
            "Closed to traffic while you have it. Pedestrians may pass; use barrier tape. Bring "
            "your risk assessment.",
            "Sperra for trafikk i den tida du har booka. Fotgjengarar kan gå forbi; bruk "
            "sperreband. Risikovurdering må vere med.",
        ),
        amenities=("power", "vehicle-access", "wifi"),
        prices=(hour(200), OWN_FREE, startups(0), students(0)),
        vat=Vat.NOT_REGISTERED,
        palette="snow",
        scenes=YARD,
        hours=week("08-20", "10-16"),
        rules=Rules(
            step=60,
            min_length=2 * 60,
            max_length=10 * 60,
            lead_time=24 * 60,
            buffer_before=30,
            buffer_after=30,
        ),
        other_hours=(OtherHours(1, 2, "Brøyting og strøing", "12-20"),),
    ),
    DemoSpace(
        "gardsplassen",
        "smia",
        OUTDOOR,
        "Gårdsplassen",
        capacity=40,
        area=240,
        floor=None,
        summary=text("Arbeidsplass ute for store ting", "Outdoor yard for building big things"),
        description=text(
            "Fast dekke, vann og strøm. Tunge løft med truck avtales med verkstedet.",
            "Paved, with water and power. Arrange heavy lifts by forklift with the workshop.",
        ),
        amenities=("power", "vehicle-access", "hand-tools"),
        prices=(hour(160), day(900), OWN_FREE, students(60)),
        vat=Vat.NOT_REGISTERED,
        palette="ochre",
        scenes=YARD,
        hours=DAYLIGHT,
        rules=IN_THE_OPEN,
        load=0.8,
    ),
    DemoSpace(
        "grillplassen",
        "velferdstunet",
        OUTDOOR,
        "Grillplassen",
        capacity=25,
        area=90,
        floor=None,
        summary=text("Grill og langbord bak kantina", "Barbecue and long tables"),
        description=text(
            "Gratis for studenter. Ta med kull; vann og askebøtte står ved veggen.",
            "Free for students. Bring charcoal; water and an ash bucket stand by the wall.",
        ),
        amenities=("fire-pit", "benches", "roof"),
        prices=(hour(90), OWN_FREE, STUDENTS_FREE),
        palette="wharf",
        hours=DAYLIGHT,
        rules=IN_THE_OPEN,
    ),
)
