"""The actors. The public ones go by their own names, as in the district's strategy; the
companies and societies, and all rooms and people, are invented."""

from accounts.models import OrganisationKind as Kind
from district.demo.catalogue import DemoOrganisation, text

ORGANISATIONS = (
    DemoOrganisation(
        "ntnu",
        "NTNU",
        Kind.UNIVERSITY,
        text(
            "Universitet med laboratorier, auditorier og lesesaler på Gløshaugen. "
            "Demodata: rommene og bookingene er oppdiktet.",
            "University with laboratories, lecture halls and reading rooms at Gløshaugen. "
            "Demo data: rooms and bookings are invented.",
            "Universitet med laboratorium, auditorium og lesesalar på Gløshaugen. "
            "Demodata: romma og bookingane er oppdikta.",
        ),
        address=("Høgskoleringen 1", "7034"),
        website="https://www.ntnu.no",
    ),
    DemoOrganisation(
        "sintef",
        "SINTEF",
        Kind.INSTITUTE,
        text(
            "Forskningsinstitutt med måle- og materiallaboratorier som partnere kan bruke. "
            "Demodata: rommene og bookingene er oppdiktet.",
            "Research institute with measuring and materials laboratories open to partners. "
            "Demo data: rooms and bookings are invented.",
        ),
        address=("Strindvegen 4", "7034"),
        website="https://www.sintef.no",
    ),
    DemoOrganisation(
        "st-olavs",
        "St. Olavs hospital",
        Kind.HOSPITAL,
        text(
            "Universitetssykehuset på Øya låner ut møterom og øvingsrom når klinikken ikke "
            "bruker dem. Demodata: rommene og bookingene er oppdiktet.",
            "The university hospital at Øya lends meeting and training rooms when the clinic "
            "does not need them. Demo data: rooms and bookings are invented.",
        ),
        address=("Prinsesse Kristinas gate 3", "7030"),
        website="https://www.stolav.no",
    ),
    DemoOrganisation(
        "trondheim-kommune",
        "Trondheim kommune",
        Kind.MUNICIPALITY,
        text(
            "Bydelshus, parker og testområder som er åpne for alle. "
            "Demodata: rommene og bookingene er oppdiktet.",
            "A community house, parks and test areas open to everyone. "
            "Demo data: rooms and bookings are invented.",
            "Bydelshus, parkar og testområde som er opne for alle. "
            "Demodata: romma og bookingane er oppdikta.",
        ),
        address=("Munkegata 1", "7011"),
        website="https://www.trondheim.kommune.no",
    ),
    DemoOrganisation(
        "trondelag",
        "Trøndelag fylkeskommune",
        Kind.COUNTY,
        text(
            "Fylkets møteplass i bydelen, med møterom og noen arbeidsplasser. "
            "Demodata: rommene og bookingene er oppdiktet.",
            "The county's meeting place in the district, with meeting rooms and a few desks. "
            "Demo data: rooms and bookings are invented.",
            "Møteplassen til fylket i bydelen, med møterom og nokre arbeidsplassar. "
            "Demodata: romma og bookingane er oppdikta.",
        ),
        website="https://www.trondelagfylke.no",
    ),
    DemoOrganisation(
        "studentvelferden",
        "Studentvelferden i Trondheim",
        Kind.STUDENT_WELFARE,
        text(
            "Kantiner, lesesaler og samtalerom for studentene. Demodata.",
            "Canteens, reading rooms and quiet rooms for students. Demo data.",
        ),
    ),
    DemoOrganisation(
        "kvarten",
        "Studenthuset Kvarten",
        Kind.STUDENT_SOCIETY,
        text(
            "Studentdrevet hus med scene, øvingsrom og kafé. Demodata.",
            "A house run by students, with a stage, a rehearsal room and a café. Demo data.",
            "Studentdrive hus med scene, øvingsrom og kafé. Demodata.",
        ),
        website="https://kvarten.example",
    ),
    DemoOrganisation(
        "elveporten",
        "Elveporten innovasjonssenter",
        Kind.INCUBATOR,
        text(
            "Innovasjonssenter ved Elgeseter bru: møterom, arbeidsplasser, verksted og en "
            "delbar sal. Leietakerne bruker rommene gratis. Demodata.",
            "Innovation centre by Elgeseter bridge: meeting rooms, desks, a workshop and a "
            "divisible hall. Tenants use the rooms free of charge. Demo data.",
        ),
        address=("Elgeseter gate 10", "7030"),
        website="https://elveporten.example",
        number="312345676",
    ),
    DemoOrganisation(
        "gnist",
        "Gnist studentinkubator",
        Kind.INCUBATOR,
        text(
            "Inkubator for studenter som starter bedrift. Demodata.",
            "Incubator for students who start companies. Demo data.",
        ),
    ),
    DemoOrganisation(
        "smia",
        "Smia verkstedfellesskap",
        Kind.COMPANY,
        text(
            "Medlemseid verksted for tre, metall og 3D-print. Demodata.",
            "A workshop for wood, metal and 3D printing, owned by its members. Demo data.",
        ),
        website="https://smia.example",
    ),
    DemoOrganisation(
        "sambandet",
        "Sambandet lyd og bilde",
        Kind.COMPANY,
        text(
            "Studioer for podkast, musikk og video. Demodata.",
            "Studios for podcasts, music and video. Demo data.",
        ),
        website="https://sambandet.example",
    ),
    DemoOrganisation(
        "dypvann",
        "Dypvann instrument",
        Kind.COMPANY,
        text(
            "Lager undervannsinstrumenter og leier ut testbassenget sitt. Demodata.",
            "Makes underwater instruments and lets its test basin. Demo data.",
        ),
    ),
    DemoOrganisation(
        "fjordsans",
        "Fjordsans",
        Kind.STARTUP,
        text(
            "Sensorer for rent vann. Deler loftet og elektronikklaben. Demodata.",
            "Sensors for clean water. Shares its loft and electronics lab. Demo data.",
        ),
    ),
    DemoOrganisation(
        "medvind",
        "Medvind helse",
        Kind.STARTUP,
        text(
            "Digitale verktøy for hjemmesykepleien, testet med brukere i egen lab. Demodata.",
            "Digital tools for home care, tested with users in a lab of its own. Demo data.",
        ),
    ),
    DemoOrganisation(
        "nabo",
        "Nabo robotikk",
        Kind.STARTUP,
        text(
            "Små roboter for bydeler. Viser fram i Robothallen. Demodata.",
            "Small robots for neighbourhoods, on show in Robothallen. Demo data.",
        ),
    ),
    DemoOrganisation(
        "vaarbekk",
        "Vårbekk rådgivning",
        Kind.COMPANY,
        text(
            "Rådgivere i miljø og mobilitet. Booker rom i bydelen på konto. Demodata.",
            "Consultants in environment and mobility. Books rooms on account. Demo data.",
        ),
        books_on_account=True,
    ),
)
