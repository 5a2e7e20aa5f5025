"""How the district's people use each kind of space, and what they call it."""

from dataclasses import dataclass

from spaces.models import Kind


@dataclass(frozen=True, slots=True)
class Habit:
    """`a_day`: bookings of one space on an ordinary weekday; for a pool, of each unit.
    Hours and lengths stand as many times as they are likely."""

    a_day: float
    starts: tuple[int, ...]  # hours
    lengths: tuple[int, ...]  # minutes
    titles: tuple[str, ...]
    weekend: float = 0.3  # beside a weekday
    quantities: tuple[int, ...] = (1,)  # of a pool


HABITS: dict[str, Habit] = {
    Kind.MEETING_ROOM: Habit(
        1.2,
        (8, 9, 9, 10, 10, 11, 12, 13, 13, 14, 14, 15, 16),
        (30, 60, 60, 60, 90, 120, 120, 180),
        (
            "Statusmøte",
            "Prosjektmøte",
            "Avdelingsmøte",
            "Intervju",
            "Veiledning",
            "Styringsgruppe",
            "Kundemøte",
            "Arbeidsgruppe mobilitet",
            "Søknadsskriving",
            "Kollokvie",
            "Planlegging",
            "Samarbeidsmøte",
            "Opplæring nyansatte",
            "Referansegruppe",
            "Budsjett",
            "Ukesplan",
            "Idédugnad",
            "Workshop brukerreise",
        ),
    ),
    Kind.DESK_AREA: Habit(
        0.075,
        (8, 8, 9, 9, 9, 10, 11, 12, 13, 17),
        (180, 240, 240, 360, 420, 480),
        (
            "Arbeidsdag",
            "Lesing",
            "Masterskriving",
            "Prosjektuke",
            "Skriveøkt",
            "Gjesteplass",
            "Eksamenslesing",
            "Rapport",
            "Teamdag",
        ),
        weekend=0.4,
        quantities=(1, 1, 1, 1, 2, 2, 3, 4, 6),
    ),
    Kind.LAB: Habit(
        0.75,
        (8, 8, 9, 9, 10, 11, 12, 13),
        (120, 180, 240, 240, 360),
        (
            "Prøveserie 4",
            "Kalibrering",
            "Måling av sensor",
            "Pilotforsøk",
            "Analyse",
            "Opplæring på utstyr",
            "Studentlab",
            "Repetisjon av forsøk",
            "Brukertest",
            "Materialprøver",
            "Forprosjekt",
            "Testkjøring",
        ),
    ),
    Kind.WORKSHOP: Habit(
        0.65,
        (9, 10, 11, 12, 13, 14, 16, 17, 18),
        (60, 120, 120, 180, 240),
        (
            "Prototype v2",
            "Kapsling til sensor",
            "Modell i 1:50",
            "Kurs i laserkutting",
            "Reparasjon",
            "Møbel til kontoret",
            "Robotprosjekt",
            "Utskrift av deler",
            "Studentprosjekt",
            "Stativ til test",
        ),
    ),
    Kind.EVENT_HALL: Habit(
        0.4,
        (8, 9, 9, 12, 13, 16, 17, 17, 18, 18),
        (120, 180, 240, 240, 300, 480),
        (
            "Frokostmøte om energi",
            "Åpen kveld for gründere",
            "Allmøte",
            "Fagdag",
            "Innovasjonsforum",
            "Nabomøte",
            "Disputas",
            "Lansering",
            "Jubileumsmiddag",
            "Foredrag om bydelen",
            "Hackathon",
            "Generalforsamling",
            "Konsert",
        ),
        weekend=0.5,
    ),
    Kind.STUDIO: Habit(
        0.9,
        (10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21),
        (60, 120, 120, 180, 240),
        (
            "Podkast, episode 12",
            "Innspilling",
            "Øving",
            "Opptak av forelesning",
            "Intervju",
            "Lydbok",
            "Miksing",
            "Video til søknad",
            "Bandøving",
            "Voiceover",
        ),
        weekend=0.8,
    ),
    Kind.OUTDOOR: Habit(
        0.3,
        (10, 11, 12, 13, 15, 16, 17),
        (120, 120, 180, 240),
        (
            "Test av leveringsrobot",
            "Bydelsdag",
            "Sosialt for kullet",
            "Lunsj ute",
            "Dronetest",
            "Bruktmarked",
            "Sykkelverksted",
            "Friluftsmøte",
            "Grillkveld",
            "Måling av støy",
        ),
        weekend=0.9,
    ),
}
