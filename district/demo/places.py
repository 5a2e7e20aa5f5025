"""Buildings and outdoor areas: real streets, invented houses. Points lie beside their
street on the district's map."""

from district.demo.catalogue import DemoPlace, text

PLACES = (
    DemoPlace(
        "elveporten", "elveporten", "Elveporten", "Elgeseter gate 10", "7030",
        (63.4226, 10.3938),
        text(
            "Inngang fra Elgeseter gate, to minutter fra holdeplassen Studentersamfundet. Heis til "
            "alle etasjer. Meld deg i resepsjonen i første etasje.",
            "Entrance from Elgeseter gate, two minutes from Studentersamfundet bus stop. Lift to "
            "all floors. Check in at the reception on the ground floor.",
        ),
    ),
    DemoPlace(
        "elvetunet", "elveporten", "Elvetunet", "Elgeseter gate 10 B", "7030",
        (63.4222, 10.3934),
        text(
            "Gårdsrommet bak Elveporten. Gå gjennom portrommet; fast dekke hele veien.",
            "The courtyard behind Elveporten. Walk through the gateway; paved all the way.",
        ),
        is_outdoor=True,
    ),
    DemoPlace(
        "kvarten", "kvarten", "Studenthuset Kvarten", "Elgeseter gate 16", "7030",
        (63.4198, 10.3938),
        text(
            "Hovedinngang fra gata. To trinn ved døra; ring for rampe.",
            "Main entrance from the street. Two steps at the door; call for a ramp.",
            "Hovudinngang frå gata. To trinn ved døra; ring for rampe.",
        ),
        is_step_free=False,
    ),
    DemoPlace(
        "kjemifloya", "ntnu", "Kjemifløya", "Sem Sælands vei 8", "7034",
        (63.4185, 10.4020),
        text(
            "Inngang B på østsiden. Laboratoriene er i andre etasje, heis ved inngangen. "
            "Labfrakk og vernebriller henger utenfor.",
            "Entrance B on the east side. The laboratories are on the second floor, lift by the "
            "entrance. Lab coats and goggles hang outside.",
        ),
    ),
    DemoPlace(
        "studietunet", "ntnu", "Studietunet", "Høgskoleringen 5", "7034",
        (63.4200, 10.4032),
        text(
            "Døra mot Høgskoleringen er åpen 07–21, ellers med adgangskort. Trinnfritt.",
            "The door towards Høgskoleringen is open 07–21, otherwise by access card. Step-free.",
            "Døra mot Høgskoleringen er open 07–21, elles med tilgangskort. Trinnfritt.",
        ),
    ),
    DemoPlace(
        "maskinhallen", "ntnu", "Maskinhallen", "Richard Birkelands vei 2", "7034",
        (63.4157, 10.4058),
        text(
            "Porten på kortsiden. Vernesko i verkstedet; lånes i skapet ved døra.",
            "The gate at the short end. Safety shoes in the workshop; borrow a pair by the door.",
        ),
    ),
    DemoPlace(
        "strindlab", "sintef", "Strindlab", "Strindvegen 6", "7034",
        (63.4145, 10.4030),
        text(
            "Resepsjonen registrerer gjester 08–16. Etter det møter verten deg ved døra.",
            "The reception registers guests 08–16. After that the host meets you at the door.",
        ),
    ),
    DemoPlace(
        "malehuset", "sintef", "Målehuset", "Klæbuveien 140", "7031",
        (63.4149, 10.4004),
        text(
            "Det lave teglbygget i bakgården. Kjøreport for utstyr på nordsiden.",
            "The low brick building in the back yard. Loading gate on the north side.",
        ),
    ),
    DemoPlace(
        "robothallen", "nabo", "Robothallen", "Strindvegen 20", "7031",
        (63.4137, 10.3948),
        text(
            "Rett inn fra gateplan. Se etter den gule porten.",
            "Straight in from street level. Look for the yellow gate.",
        ),
    ),
    DemoPlace(
        "oya-kunnskapstun", "st-olavs", "Øya kunnskapstun", "Prinsesse Kristinas gate 5", "7030",
        (63.4210, 10.3898),
        text(
            "Hovedinngangen mot tunet. Heis og automatiske dører; teleslynge i resepsjonen.",
            "Main entrance from the courtyard. Lift and automatic doors; hearing loop at the "
            "reception.",
        ),
    ),
    DemoPlace(
        "ovelsessenteret", "st-olavs", "Øvelsessenteret", "Olav Kyrres gate 15", "7030",
        (63.4197, 10.3866),
        text(
            "Inngang fra Olav Kyrres gate. Følg blå linje til øvingsrommene.",
            "Entrance from Olav Kyrres gate. Follow the blue line to the training rooms.",
        ),
    ),
    DemoPlace(
        "bydelshuset", "trondheim-kommune", "Elgeseter bydelshus", "Abels gate 5", "7030",
        (63.4193, 10.3908),
        text(
            "Døra mot Abels gate. Rampe på høyre side. Nøkkelboks etter klokka 16.",
            "The door on Abels gate. Ramp on the right. Key box after 16:00.",
            "Døra mot Abels gate. Rampe på høgre side. Nøkkelboks etter klokka 16.",
        ),
    ),
    DemoPlace(
        "hogskoleparken", "trondheim-kommune", "Høgskoleparken", "Høgskoleringen 1", "7034",
        (63.4211, 10.3992),
        text(
            "Grusveier fra Klæbuveien og Høgskoleringen. Paviljongen står midt i parken.",
            "Gravel paths from Klæbuveien and Høgskoleringen. The pavilion is in the middle.",
        ),
        is_outdoor=True,
    ),
    DemoPlace(
        "elvebredden", "trondheim-kommune", "Elvebredden", "Olav Kyrres gate 2", "7030",
        (63.4238, 10.3872),
        text(
            "Gressletta ned mot Nidelva. Tursti langs elva; ujevnt underlag siste 30 meter.",
            "The lawn down towards the river. Footpath along the Nidelva; uneven for the last "
            "30 metres.",
        ),
        is_step_free=False,
        is_outdoor=True,
    ),
    DemoPlace(
        "testgata", "trondheim-kommune", "Testgata", "Professor Brochs gate 22", "7030",
        (63.4164, 10.3876),
        text(
            "Sperret gatestykke i vestenden av Professor Brochs gate. Bommen åpnes med kode.",
            "A closed stretch at the west end of Professor Brochs gate. The barrier opens with a "
            "code.",
        ),
        is_outdoor=True,
    ),
    DemoPlace(
        "fylkets-moteplass", "trondelag", "Fylkets møteplass", "Professor Brochs gate 8", "7030",
        (63.4165, 10.3885),
        text(
            "Inngang på hjørnet, første dør til venstre. Trinnfritt fra gata.",
            "Entrance on the corner, first door on the left. Step-free from the street.",
            "Inngang på hjørnet, første dør til venstre. Trinnfritt frå gata.",
        ),
    ),
    DemoPlace(
        "velferdstunet", "studentvelferden", "Velferdstunet", "Mauritz Hansens gate 2", "7030",
        (63.4213, 10.3908),
        text(
            "Gå inn ved kantina. Heis bak trappa.",
            "Enter by the canteen. Lift behind the stairs.",
        ),
    ),
    DemoPlace(
        "vollatunet", "studentvelferden", "Vollatunet", "Vollabakken 12", "7030",
        (63.4165, 10.4016),
        text(
            "Øverst i Vollabakken. Åpent hele døgnet med studentkort eller dørkode.",
            "At the top of Vollabakken. Open around the clock by student card or door code.",
        ),
    ),
    DemoPlace(
        "gnist", "gnist", "Gnist", "Klæbuveien 70", "7030",
        (63.4183, 10.3970),
        text(
            "Andre etasje over sykkelverkstedet. Trapp; ingen heis.",
            "Second floor, above the bicycle repair shop. Stairs; no lift.",
        ),
        is_step_free=False,
    ),
    DemoPlace(
        "smia", "smia", "Smia", "Klæbuveien 118", "7031",
        (63.4125, 10.4003),
        text(
            "Gjennom porten og over gårdsplassen. Ring på klokka merket Smia.",
            "Through the gate and across the yard. Ring the bell marked Smia.",
        ),
    ),
    DemoPlace(
        "sambandet", "sambandet", "Sambandet", "Professor Brochs gate 14", "7030",
        (63.4161, 10.3935),
        text(
            "Kjellerdør fra bakgården, ti trinn ned. Lasterampe ved porten.",
            "Basement door from the back yard, ten steps down. Loading ramp by the gate.",
        ),
        is_step_free=False,
    ),
    DemoPlace(
        "dypvann", "dypvann", "Dypvann", "Abels gate 19", "7030",
        (63.4187, 10.3874),
        text(
            "Ring på ved glassdøra. Bassenget er rett innenfor.",
            "Ring at the glass door. The basin is right inside.",
        ),
    ),
    DemoPlace(
        "sensorloftet", "fjordsans", "Sensorloftet", "Edvard Griegs gate 4", "7030",
        (63.4206, 10.3924),
        text(
            "Fjerde etasje. Heis til tredje, så en kort trapp.",
            "Fourth floor. Lift to the third, then a short flight of stairs.",
        ),
        is_step_free=False,
    ),
    DemoPlace(
        "medvind", "medvind", "Medvind", "Mauritz Hansens gate 11", "7030",
        (63.4223, 10.3868),
        text(
            "Første etasje, innvendig inngang fra portrommet. Trinnfritt.",
            "Ground floor, entrance inside the gateway. Step-free.",
        ),
    ),
)
