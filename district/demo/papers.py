"""Papers of some spaces and floor plans of a building, drawn here."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from spaces.models import Place, Space
from spaces.operations import add_plan, attach, mark

PAPERS = {
    "sal-a": ("Oppsett av stoler og bord", ("60 stoler i rekker", "36 ved bord", "40 til middag")),
    "vatlab-3": (
        "Sikkerhet i våtlaben",
        ("Frakk og briller på.", "Øyedusj ved døra.", "Avfall i merkede dunker."),
    ),
    "nidelva": (
        "Slik virker skjermen",
        ("Trykk på boksen på bordet.", "Velg kabel eller trådløst."),
    ),
}


@dataclass(frozen=True, slots=True)
class Room:
    """A rectangle on the plan, in its units; `slug` when it is listed."""

    name: str
    x: int
    y: int
    width: int
    height: int
    slug: str = ""


WIDTH, HEIGHT = 1200, 720
STAIRS = (Room("Heis", 640, 560, 90, 120), Room("Toaletter", 730, 560, 150, 120))
FLOORS: dict[str, tuple[Room, ...]] = {
    "1. etasje": (
        Room("Sal A", 40, 40, 300, 280, "sal-a"),
        Room("Sal B", 340, 40, 240, 280, "sal-b"),
        Room("Prototypeverkstedet", 40, 440, 420, 240, "prototypeverkstedet"),
        Room("Resepsjon", 900, 400, 260, 280),
        *STAIRS,
    ),
    "3. etasje": (
        Room("Kanalen", 990, 40, 170, 180, "kanalen"),
        Room("Verftet", 40, 40, 520, 420, "verftet"),
        Room("Kjøkken", 900, 400, 260, 280),
        *STAIRS,
    ),
    "4. etasje": (
        Room("Nidelva", 620, 40, 220, 180, "nidelva"),
        Room("Lune", 840, 40, 150, 180, "lune"),
        Room("Kontorer", 40, 40, 420, 640),
        Room("Kontorer", 900, 400, 260, 280),
        *STAIRS,
    ),
}


def write_papers(places: dict[str, Place], spaces: dict[str, Space]) -> None:
    for slug, (name, lines) in PAPERS.items():
        attach(space=spaces[slug], name=name, content=pdf(name, lines))
    for name, rooms in FLOORS.items():
        drawing = floor_plan(rooms).encode()
        plan = add_plan(place=places["elveporten"], name=name, content=drawing)
        for room in rooms:
            if room.slug:
                x = 100 * (room.x + room.width / 2) / WIDTH
                y = 100 * (room.y + room.height / 2 - 34) / HEIGHT  # above its name
                mark(plan=plan, space=spaces[room.slug], x=round(x, 1), y=round(y, 1))


def floor_plan(rooms: tuple[Room, ...]) -> str:
    """An SVG: walls, and names where the rooms are."""
    shapes = "".join(
        f'<rect x="{room.x}" y="{room.y}" width="{room.width}" height="{room.height}"/>'
        for room in rooms
    )
    names = "".join(
        f'<text x="{room.x + room.width / 2}" y="{room.y + room.height / 2 + 12}">'
        f"{escape(room.name)}</text>"
        for room in rooms
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        '<path d="M40 40h1120v640H40z" fill="#f4f1ea" stroke="#16313a" stroke-width="10"/>'
        f'<g fill="#fff" stroke="#16313a" stroke-width="5">{shapes}</g>'
        f'<g font-size="24" text-anchor="middle" fill="#16313a">{names}</g></svg>'
    )


def pdf(title: str, lines: tuple[str, ...]) -> bytes:
    """One page of A4 in Helvetica, as small as a PDF can be (ISO 32000-1, 7.5)."""
    shown = "".join(f"0 -28 Td ({line}) Tj\n" for line in lines)
    text = f"BT /F1 24 Tf 72 740 Td ({title}) Tj\n/F1 14 Tf\n{shown}ET".encode("cp1252")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources 6 0 R >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Font << /F1 4 0 R >> >>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, len(made))
    )
