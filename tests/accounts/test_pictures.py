"""Pictures: whatever comes in, what is served is drawn anew, or it is refused."""

import io
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageFile

from accounts.pictures import MOST_BYTES, REFUSALS, NoPicture, redraw


def picture(kind: str = "JPEG", size: tuple[int, int] = (1000, 750), **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind, **options)
    return file.getvalue()


def turned() -> bytes:
    """As a phone held upright writes it: the picture lies, and a tag says so."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "at home"  # Orientation, ImageDescription
    return picture(size=(1200, 800), exif=exif)


def animated() -> bytes:
    frames = [Image.new("RGB", (500, 400), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:])
    return file.getvalue()


def bomb() -> bytes:
    """A small PNG that says it is 60 000 pixels each way."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    side = (60_000).to_bytes(4, "big")
    head = chunk(b"IHDR", side + side + bytes([8, 0, 0, 0, 0]))
    body = chunk(b"IDAT", zlib.compress(bytes(60_001) * 3))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def drawn(content: bytes) -> tuple[bytes, int, int]:
    return redraw(content, within=(1600, 1200), least_width=400)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "not_a_picture"),
    "text": (lambda: b"not a picture", "not_a_picture"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "not_a_picture"),
    "html": (lambda: b"<!doctype html><script>alert(1)</script>", "not_a_picture"),
    "pdf": (lambda: b"%PDF-1.7\n", "not_a_picture"),
    "gif": (lambda: picture("GIF"), "not_a_picture"),
    "tiff": (lambda: picture("TIFF"), "not_a_picture"),
    "cut off": (lambda: picture()[:900], "broken"),
    "torn png": (lambda: picture("PNG")[:80], "broken"),
    "bomb": (bomb, "too_many_pixels"),
    "many pixels": (lambda: picture("PNG", (10_000, 6_100)), "too_many_pixels"),
    "heavy": (lambda: picture() + bytes(MOST_BYTES), "too_heavy"),
    "animated": (animated, "animated"),
    "tiny": (lambda: picture(size=(399, 300)), "too_small"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # what WeasyPrint leaves behind
    make, code = BAD[name]

    with pytest.raises(NoPicture) as refused:
        drawn(make())

    assert refused.value.code == code
    assert code in REFUSALS


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_webp_of_bounded_size(kind: str) -> None:
    made, width, height = drawn(picture(kind, (4000, 3000)))

    assert (width, height) == (1600, 1200)
    assert Image.open(io.BytesIO(made)).format == "WEBP"


def test_a_turned_picture_stands_upright_and_tells_nothing() -> None:
    made, width, height = drawn(turned())

    assert (width, height) == (800, 1200)
    assert not Image.open(io.BytesIO(made)).getexif()
    assert b"at home" not in made


def test_a_file_that_is_two_things_is_served_as_one() -> None:
    made, _width, _height = drawn(picture() + b"<script>alert(1)</script>")

    assert b"<script>" not in made


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_mode_of_colour_can_be_drawn(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    file = io.BytesIO()
    Image.new(mode, (500, 400)).save(file, kind)

    assert drawn(file.getvalue())[1:] == (500, 400)
