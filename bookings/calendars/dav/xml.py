"""The XML of WebDAV: names, elements, and bodies read without trust."""

from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element as Element
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

NAMESPACES = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "CS": "http://calendarserver.org/ns/",
    "A": "http://apple.com/ns/ical/",
    "L": "urn:ledig:dav",  # ours: why something was refused
}
for _prefix, _uri in NAMESPACES.items():
    ElementTree.register_namespace(_prefix, _uri)

DEEPEST = 40  # elements within elements; a client's filter has about eight
Content = str | Iterable[Element]


class Malformed(Exception):
    """A body that is no XML, or XML that nobody needs to send: a DTD, an entity."""


def tag(name: str) -> str:
    """`D:href` as ElementTree writes it."""
    prefix, local = name.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def node(name: str, /, *children: "Element | str", **attributes: str) -> Element:
    """`node("D:href", "/dav/")`; a text is the element's own."""
    made = Element(tag(name) if ":" in name else name, attributes)
    for child in children:
        if isinstance(child, str):
            made.text = legible(child)
        else:
            made.append(child)
    return made


def filled(name: str, content: Content) -> Element:
    """An element, named as ElementTree writes it, with a property's value in it."""
    made = Element(name)
    if isinstance(content, str):
        made.text = legible(content)
    else:
        made.extend(content)
    return made


def legible(text: str) -> str:
    """Without the characters that XML 1.0 has no way to say."""
    return "".join(c for c in text if c >= " " or c in "\t\n\r")


def read(body: bytes) -> Element | None:
    """The root of a request's body; None of an empty one. Raises `Malformed`."""
    if not body.strip():
        return None
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Malformed from error
    if _depth(root) > DEEPEST:
        raise Malformed
    return root


def _depth(root: Element) -> int:
    depth, level = 0, [root]
    while level and depth <= DEEPEST:
        depth, level = depth + 1, [child for one in level for child in one]
    return depth


def write(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root)


# --- Answers of many parts ------------------------------------------------------------------


def multistatus(*responses: Element) -> Element:
    return node("D:multistatus", *responses)


def gone(href: str) -> Element:
    return node("D:response", node("D:href", href), node("D:status", "HTTP/1.1 404 Not Found"))


def propstat(status: str, properties: Iterable[Element]) -> Element | None:
    found = list(properties)
    if not found:
        return None
    return node("D:propstat", node("D:prop", *found), node("D:status", f"HTTP/1.1 {status}"))


def response(href: str, *stats: Element | None) -> Element:
    given = [one for one in stats if one is not None]
    if not given:  # nothing was asked for: RFC 4918 wants a status all the same
        given = [node("D:status", "HTTP/1.1 200 OK")]
    return node("D:response", node("D:href", href), *given)
