"""Draws an SVG from standard input as a PNG on standard output: a process of its own.

Whoever uploads a drawing decides what is in it. So it is drawn where there is nothing to
find, with little memory and little time, and no file or address in it is followed. Run by
`spaces.drawings`, as a script with a font to write with, without Django.
"""

import resource
import sys
from xml.etree import ElementTree

import resvg_py

MEMORY, SECONDS = 1 << 30, 10
WIDTH = 2400
FONT = "Schibsted Grotesk"  # where the machine has not the one that is asked for
LINK = "href"
ESCAPES = (b"<!ENTITY", b"<?xml-stylesheet")

NOT_SVG, LINKED = 3, 4  # what this process exits with


def checked(content: bytes) -> str | int:
    """The drawing as text, or why it is not drawn."""
    if any(escape in content for escape in ESCAPES):
        return NOT_SVG
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 (without entities, nothing grows)
    except ElementTree.ParseError:
        return NOT_SVG
    if root.tag.rpartition("}")[2] != "svg":
        return NOT_SVG
    for element in root.iter():
        if str(element.tag).rpartition("}")[2] == "a":
            continue
        for name, value in element.attrib.items():
            if name.rpartition("}")[2] == LINK and not is_inside(value):
                return LINKED
    return ElementTree.tostring(root, encoding="unicode")


def is_inside(link: str) -> bool:
    """A part of the drawing, or a picture that it carries with it."""
    return link.strip().startswith(("#", "data:image/png", "data:image/jpeg", "data:image/webp"))


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    drawing = checked(sys.stdin.buffer.read())
    if isinstance(drawing, int):
        return drawing
    sys.stdout.buffer.write(
        resvg_py.svg_to_bytes(
            svg_string=drawing,
            width=WIDTH,
            background="white",
            font_files=sys.argv[1:],
            font_family=FONT,
            sans_serif_family=FONT,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
