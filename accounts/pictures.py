"""Making a picture that we may serve of whatever somebody uploaded.

What is served is a picture that we drew anew: upright, without metadata (a phone writes
where it was taken), and no file of another kind in disguise.
"""

import io
import warnings

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 60_000_000

REFUSALS = {
    "not_a_picture": _("This is no picture that we know. Choose a JPEG, PNG or WebP."),
    "too_heavy": _("This file is larger than 15 MB."),
    "too_many_pixels": _("This picture has more than 60 million pixels."),
    "animated": _("This picture moves. Choose one that does not."),
    "broken": _("This picture is broken."),
    "too_small": _("This picture is too small. Choose a larger one."),
}


class NoPicture(Exception):
    """Why nothing came of an upload: a code of `REFUSALS`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def redraw(content: bytes, *, within: tuple[int, int], least_width: int) -> tuple[bytes, int, int]:
    """A WebP of the picture in `content`, no larger than `within`, its width and its height.
    Raises `NoPicture`."""
    if len(content) > MOST_BYTES:
        raise NoPicture("too_heavy")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of size; we look for ourselves
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise NoPicture("too_many_pixels")
        if getattr(picture, "n_frames", 1) > 1:
            raise NoPicture("animated")
        ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for the whole process
        upright = ImageOps.exif_transpose(picture)
        flat = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except UnidentifiedImageError as error:
        raise NoPicture("not_a_picture") from error
    except Image.DecompressionBombError as error:
        raise NoPicture("too_many_pixels") from error
    except NoPicture:
        raise
    except Exception as error:  # Pillow's decoders raise whatever broken bytes make them raise
        raise NoPicture("broken") from error
    if flat.width < least_width:
        raise NoPicture("too_small")
    flat.thumbnail(within)
    drawn = io.BytesIO()
    flat.save(drawn, "WEBP", quality=82, method=4)
    return drawn.getvalue(), flat.width, flat.height
