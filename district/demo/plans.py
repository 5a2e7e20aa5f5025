"""The bookings that are meant to be there: those of the demo accounts, and the requests in
the owner's inbox."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """A booking about `days` from now: on the nearest day further off when the space is open
    and free from `hour` for `minutes`."""

    booker: str  # e-mail
    space: str
    days: int
    hour: int
    minutes: int
    title: str
    quantity: int = 1
    is_request: bool = False  # still waits for the owner's answer
    is_missed: bool = False  # nobody came


STUDENT, FIRMA = "student@demo.ledig.no", "firma@demo.ledig.no"

PLANS = (
    Plan(STUDENT, "bjork", -5, 12, 120, "Kollokvie i statistikk"),
    Plan(STUDENT, "ovingsrommet", -8, 19, 120, "Bandøving", is_missed=True),
    Plan(STUDENT, "lesesalen", -11, 9, 360, "Eksamenslesing"),
    Plan(STUDENT, "selje", 1, 14, 120, "Gruppeøving, prosjekt 3"),
    Plan(STUDENT, "lesesalen", 3, 10, 300, "Lesing"),
    Plan(STUDENT, "ovingsrommet", 6, 19, 180, "Bandøving"),
    Plan(FIRMA, "leseloftet", -9, 9, 360, "Teamdag", quantity=2),
    Plan(FIRMA, "bydelsrommet", -4, 10, 180, "Kundeverksted, sykkelrute"),
    Plan(FIRMA, "leseloftet", 2, 9, 420, "Teamdag", quantity=3),
    Plan(FIRMA, "bydelsrommet", 7, 12, 180, "Medvirkning, Elgeseter gate"),
    Plan(FIRMA, "paviljongen", 12, 13, 120, "Befaring med kommunen"),
    Plan("erik.stene@demo.ledig.no", "styrerommet", 4, 10, 180, "Styremøte", is_request=True),
    Plan(
        "fatima.noor@demo.ledig.no",
        "styrerommet",
        7,
        13,
        120,
        "Møte med investorer",
        is_request=True,
    ),
    Plan(
        "vegard.rise@demo.ledig.no",
        "prototypeverkstedet",
        5,
        12,
        180,
        "Kapsling til værstasjon",
        is_request=True,
    ),
    Plan(
        "maja.lindqvist@demo.ledig.no",
        "sal-ab",
        11,
        16,
        240,
        "Demodag for leietakerne",
        is_request=True,
    ),
    Plan(
        "lars.petter.ustad@demo.ledig.no",
        "takterrassen",
        8,
        15,
        180,
        "Samling for leietakerne",
        is_request=True,
    ),
)
