"""Addresses as QR codes."""

from io import BytesIO

import segno
from django.utils.safestring import SafeString

INK = "#12262b"  # on white whatever the colours around it: what phones read best


def qr(address: str) -> SafeString:
    """A drawing to set on white with some of it left around: without size, so that the page
    decides."""
    drawing = BytesIO()
    segno.make(address, error="m", micro=False, boost_error=False).save(
        drawing,
        kind="svg",
        dark=INK,
        border=0,
        omitsize=True,
        xmldecl=False,
        svgns=False,
        svgclass="qr",
        lineclass=None,
    )
    return SafeString(drawing.getvalue().decode().strip())
