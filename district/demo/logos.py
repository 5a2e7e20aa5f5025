"""Logos of the invented actors, drawn; the real ones show their initials."""

from django.core.files.base import ContentFile

from accounts.models import Organisation

# Background, ink, and shapes on 96 by 96: a path to fill, or one to draw with a pen ("|").
MARKS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "elveporten": (
        "#0b5c4a",
        "#f4b63a",
        ("M16 66V50a32 32 0 0 1 64 0v16H66V50a18 18 0 0 0-36 0v16z", "|M16 78q16-8 32 0t32 0"),
    ),
    "gnist": ("#f4b63a", "#271a00", ("M52 12 26 54h18l-6 30 32-44H50z",)),
    "smia": ("#3a2a1c", "#fbf6ea", ("M18 30h60v10q-18 2-20 16h12v10H30V56h10q-2-14-22-16z",)),
    "sambandet": (
        "#1f4e5f",
        "#e9f1ef",
        ("|M20 40v16", "|M34 28v40", "|M48 18v60", "|M62 32v32", "|M76 42v12"),
    ),
    "dypvann": ("#16313a", "#7fb6c6", ("M48 14q24 28 24 44a24 24 0 0 1-48 0q0-16 24-44z",)),
    "fjordsans": ("#bfdbe2", "#16313a", ("|M14 40q17-14 34 0t34 0", "|M14 60q17-14 34 0t34 0")),
    "medvind": (
        "#2c9671",
        "#ffffff",
        ("|M14 38h44a11 11 0 1 0-11-11", "|M14 56h58a11 11 0 1 1-11 11"),
    ),
    "nabo": (
        "#a2331d",
        "#fbeae6",
        ("M22 34h52v36H22zM34 46v10h8V46zM54 46v10h8V46z", "|M48 34V20", "|M34 78h28"),
    ),
    "vaarbekk": (
        "#d3e6d3",
        "#0b5c4a",
        ("M48 80V46Q22 46 20 20q28 0 28 26 2-20 26-22 0 26-26 26z",),
    ),
    "kvarten": ("#362a12", "#f2b84b", ("M24 24h48a48 48 0 0 1-48 48z",)),
    "studentvelferden": (
        "#e2f2ea",
        "#0b5c4a",
        ("M22 34h44v22a18 18 0 0 1-18 18h-8a18 18 0 0 1-18-18z", "|M66 40h6a8 8 0 0 1 0 18h-8"),
    ),
}


def logo_of(slug: str) -> str:
    """The stored name of the actor's logo; empty when it has none. A file left by an earlier
    seed is replaced."""
    if slug not in MARKS:
        return ""
    name = f"logos/{slug}.svg"
    storage = Organisation._meta.get_field("logo").storage
    storage.delete(name)
    return storage.save(name, ContentFile(drawing(*MARKS[slug]).encode()))


def drawing(ground: str, ink: str, shapes: tuple[str, ...]) -> str:
    pen = f'fill="none" stroke="{ink}" stroke-width="7" stroke-linecap="round"'
    paths = (
        f'<path {pen} d="{shape[1:]}"/>' if shape[0] == "|" else f'<path fill="{ink}" d="{shape}"/>'
        for shape in shapes
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
        f'<rect width="96" height="96" fill="{ground}"/>{"".join(paths)}</svg>'
    )
