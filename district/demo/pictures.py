"""Photos: four drawn scenes of each space, the cover first."""

from zlib import crc32

from django.core.files.base import ContentFile

from district.demo.catalogue import DemoSpace, Texts, text
from district.scenes import PALETTES, draw
from spaces.models import Kind, Photo, Space

WIDTH, HEIGHT = 800, 600

SCENES: dict[str, tuple[str, ...]] = {
    Kind.MEETING_ROOM: ("meeting", "detail", "coffee", "exterior"),
    Kind.DESK_AREA: ("desks", "quiet", "coffee", "exterior"),
    Kind.LAB: ("lab", "detail", "coffee", "exterior"),
    Kind.WORKSHOP: ("workshop", "detail", "coffee", "exterior"),
    Kind.EVENT_HALL: ("event", "detail", "coffee", "exterior"),
    Kind.STUDIO: ("studio", "detail", "coffee", "exterior"),
    Kind.OUTDOOR: ("park", "exterior", "detail", "coffee"),
}

ALTS: dict[str, Texts] = {
    "meeting": text(
        "Møtebord med stoler, skjerm på veggen og vinduer",
        "Meeting table with chairs, a screen on the wall and windows",
        "Møtebord med stolar, skjerm på veggen og vindauge",
    ),
    "desks": text(
        "Rader av arbeidsbord med lamper",
        "Rows of desks with lamps",
        "Rader av arbeidsbord med lamper",
    ),
    "quiet": text(
        "Lenestol ved en bokhylle", "An armchair by a bookshelf", "Lenestol ved ei bokhylle"
    ),
    "studio": text(
        "Mikrofoner og lyddempende vegger",
        "Microphones and sound-absorbing walls",
        "Mikrofonar og lyddempande veggar",
    ),
    "event": text(
        "Stolrader foran en scene",
        "Rows of chairs in front of a stage",
        "Stolrader framfor ei scene",
    ),
    "hall": text(
        "Salen med foldeveggen halvt igjen",
        "The hall with its folding wall half closed",
        "Salen med faldeveggen halvt att",
    ),
    "lab": text(
        "Laboratoriebenk med glassutstyr og hyller",
        "Lab bench with glassware and shelves",
        "Laboratoriebenk med glasutstyr og hyller",
    ),
    "workshop": text(
        "Arbeidsbenk med verktøy på veggen",
        "Workbench with tools on the wall",
        "Arbeidsbenk med verktøy på veggen",
    ),
    "park": text(
        "Uteområde med trær, benker og langbord",
        "Outdoor area with trees, benches and a table",
        "Uteområde med tre, benkar og langbord",
    ),
    "exterior": text(
        "Huset sett fra gata", "The building seen from the street", "Huset sett frå gata"
    ),
    "coffee": text(
        "Kaffemaskin og kopper på en benk",
        "Coffee machine and cups on a counter",
        "Kaffimaskin og koppar på ein benk",
    ),
    "detail": text(
        "Datamaskin og kopp på et bord ved vinduet",
        "A laptop and a cup on a table by the window",
        "Datamaskin og kopp på eit bord ved vindauget",
    ),
}


def photos_of(space: Space, entry: DemoSpace) -> list[Photo]:
    """The space's photos, drawn and stored, the rows still to be saved."""
    return [
        Photo(
            space=space,
            file=stored(f"spaces/{entry.slug}-{order + 1}.svg", scene, entry),
            width=WIDTH,
            height=HEIGHT,
            alt={
                language: f"{entry.name}: {decapitalised(words)}"
                for language, words in ALTS[scene].items()
            },
            order=order,
        )
        for order, scene in enumerate(entry.scenes or SCENES[entry.kind])
    ]


def stored(name: str, scene: str, entry: DemoSpace) -> str:
    """Draw and store one scene. A file left by an earlier seed is replaced."""
    if scene == "exterior":  # the same house looks the same on the photos of all its spaces
        seed = crc32(entry.place.encode())
        palette = sorted(PALETTES)[seed % len(PALETTES)]
    else:
        seed, palette = crc32(f"{entry.slug} {scene}".encode()), entry.palette
    drawing = draw(scene, palette, seed % 1000)
    storage = Photo._meta.get_field("file").storage
    storage.delete(name)
    return storage.save(name, ContentFile(drawing.encode()))


def decapitalised(words: str) -> str:
    return words[0].lower() + words[1:]
