"""The demo accounts, and the people whose bookings fill the calendars."""

from accounts.models import AffiliationKind, Role
from district.demo.catalogue import DemoPerson

PASSWORD = "ledig-demo"  # noqa: S105  what the demo prints; it exists in demo mode only

SPELT: dict[str, str | int | None] = {"æ": "ae", "ø": "o", "å": "a"}
STUDENT, EMPLOYEE, STARTUP = (
    AffiliationKind.STUDENT,
    AffiliationKind.EMPLOYEE,
    AffiliationKind.STARTUP,
)

ACCOUNTS = (
    DemoPerson(
        "student@demo.ledig.no",
        "Ingrid Solberg Aune",
        ties={"ntnu": STUDENT},
        can_sign_in=True,
    ),
    DemoPerson(
        "firma@demo.ledig.no",
        "Magnus Vårbekk",
        roles={"vaarbekk": Role.MANAGER},
        ties={"vaarbekk": EMPLOYEE},
        can_sign_in=True,
    ),
    DemoPerson(
        "eier@demo.ledig.no",
        "Kari Sætnan",
        roles={"elveporten": Role.OWNER},
        ties={"elveporten": EMPLOYEE},
        can_sign_in=True,
    ),
    DemoPerson(
        "vert@demo.ledig.no",
        "Jonas Reitan",
        roles={"elveporten": Role.HOST},
        ties={"elveporten": EMPLOYEE},
        can_sign_in=True,
    ),
    DemoPerson(
        "drift@demo.ledig.no",
        "Turid Hokstad",
        can_sign_in=True,
        is_operator=True,
    ),
)


def owner(name: str, organisation: str) -> DemoPerson:
    """Runs the organisation's spaces, and works there."""
    return DemoPerson(
        address(name), name, roles={organisation: Role.OWNER}, ties={organisation: EMPLOYEE}
    )


def employee(name: str, organisation: str, language: str = "nb") -> DemoPerson:
    return DemoPerson(address(name), name, ties={organisation: EMPLOYEE}, language=language)


def colleague(name: str, organisation: str, role: Role) -> DemoPerson:
    return DemoPerson(
        address(name), name, roles={organisation: role}, ties={organisation: EMPLOYEE}
    )


def tenant(name: str, organisation: str, company: str = "") -> DemoPerson:
    """Sits in an incubator as a start-up, and perhaps has a company of its own."""
    ties = {organisation: STARTUP, **({company: EMPLOYEE} if company else {})}
    return DemoPerson(address(name), name, ties=ties)


def student(name: str, language: str = "nb") -> DemoPerson:
    return DemoPerson(address(name), name, ties={"ntnu": STUDENT}, language=language)


def address(name: str) -> str:
    letters = name.lower().translate(str.maketrans(SPELT))
    return ".".join(letters.split()) + "@demo.ledig.no"


BOOKERS = (
    owner("Astrid Kvam", "ntnu"),
    employee("Henrik Moe", "ntnu"),
    employee("Li Na Chen", "ntnu", "en"),
    employee("Oddvar Fjelde", "ntnu", "nn"),
    employee("Siri Brekke", "ntnu"),
    owner("Bjørn Tiller", "sintef"),
    employee("Marte Haugan", "sintef"),
    employee("Paul Weber", "sintef", "en"),
    employee("Ragnhild Lien", "sintef"),
    owner("Eva Skjetne", "st-olavs"),
    employee("Amir Haddad", "st-olavs"),
    employee("Gunn Berit Rø", "st-olavs"),
    employee("Solveig Myhre", "st-olavs", "nn"),
    owner("Terje Hovde", "trondheim-kommune"),
    employee("Anne Lise Strand", "trondheim-kommune"),
    employee("Kjersti Dahl", "trondheim-kommune"),
    owner("Ola Namsvatn", "trondelag"),
    employee("Randi Fossli", "trondelag", "nn"),
    owner("Hilde Svorkmo", "studentvelferden"),
    employee("Thomas Aas", "studentvelferden"),
    owner("Sondre Vik", "kvarten"),
    employee("Tuva Holm", "kvarten"),
    colleague("Nina Berge", "elveporten", Role.MANAGER),
    colleague("Bente Øien", "elveporten", Role.FINANCE),
    tenant("Erik Stene", "elveporten"),
    tenant("Fatima Noor", "elveporten"),
    tenant("Lars Petter Ustad", "elveporten"),
    tenant("Maja Lindqvist", "elveporten"),
    tenant("Vegard Rise", "elveporten"),
    owner("Julie Sand", "gnist"),
    tenant("Adrian Lund", "gnist"),
    tenant("Hanna Eide", "gnist"),
    owner("Roar Selnes", "smia"),
    employee("Pia Granli", "smia"),
    owner("Stine Viken", "sambandet"),
    employee("Kristoffer Bye", "sambandet"),
    owner("Arne Bakkejord", "dypvann"),
    employee("Silje Aune", "dypvann"),
    owner("Mona Hegstad", "fjordsans"),
    tenant("Daniel Osei", "elveporten", "fjordsans"),
    owner("Camilla Wold", "medvind"),
    employee("Yusuf Demir", "medvind"),
    owner("Nils Okkenhaug", "nabo"),
    tenant("Ida Marie Foss", "gnist", "nabo"),
    student("Emil Haugland"),
    student("Sara Nilsen"),
    student("Håvard Osen", "nn"),
    student("Zofia Kowalska", "en"),
    student("Mathilde Rye"),
    student("Even Torgersen"),
)

PEOPLE = ACCOUNTS + BOOKERS
