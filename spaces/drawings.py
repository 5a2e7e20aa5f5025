"""Making a picture of a floor plan that somebody uploaded: a picture, or an SVG drawing."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from accounts.pictures import REFUSALS, NoPicture, redraw
from spaces import rasterising
from spaces.staticfinders import PACKAGE, SOURCE

MOST_BYTES = 5 * 1024 * 1024  # of an SVG
WITHIN = (2400, 2400)
LEAST_WIDTH = 400
PATIENCE = 20  # seconds

PLAN_REFUSALS = {
    **REFUSALS,
    "not_a_picture": _("This is no drawing that we know. Choose an SVG, PNG, JPEG or WebP."),
    "linked": _("The drawing shows pictures from other files. Put them into it, and save again."),
    "svg_too_heavy": _("This drawing is larger than 5 MB. Save it as PNG instead."),
    "not_drawn": _("This drawing could not be drawn. Save it as PNG instead."),
}


def plan_picture(content: bytes) -> tuple[bytes, int, int]:
    """A WebP at most 2400 pixels wide, its width and its height. Raises `NoPicture`, with a
    code of `PLAN_REFUSALS`."""
    if looks_like_svg(content):
        content = rasterised(content)
    return redraw(content, within=WITHIN, least_width=LEAST_WIDTH)


def looks_like_svg(content: bytes) -> bool:
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<") and b"<svg" in content[:65536]


def rasterised(svg: bytes) -> bytes:
    """The drawing as PNG, made by a process that is ended should it take too much."""
    if len(svg) > MOST_BYTES:
        raise NoPicture("svg_too_heavy")
    font = files(PACKAGE).joinpath(SOURCE)
    command = [sys.executable, "-I", str(Path(rasterising.__file__)), str(font)]
    try:
        done = subprocess.run(
            command, input=svg, capture_output=True, timeout=PATIENCE, check=False, env={}
        )
    except subprocess.TimeoutExpired as error:
        raise NoPicture("not_drawn") from error
    refusals = {rasterising.NOT_SVG: "not_a_picture", rasterising.LINKED: "linked"}
    if done.returncode:
        raise NoPicture(refusals.get(done.returncode, "not_drawn"))
    return done.stdout
