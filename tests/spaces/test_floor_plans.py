"""Floor plans: what is drawn of an upload, and where spaces are on it."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.pictures import NoPicture
from district.demo.papers import FLOORS, floor_plan
from spaces.drawings import MOST_BYTES, plan_picture
from spaces.models import FloorPlan, Listing, Place, PlanPoint, Space
from spaces.operations import add_plan, drop_plan, mark, move_plan
from spaces.plans import plans_of
from tests.accounts.test_pictures import picture
from tests.cast import Cast
from tests.factories import make_place, make_space

DRAWING = floor_plan(FLOORS["1. etasje"]).encode()
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" '
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def svg(inside: str = "", attributes: str = 'viewBox="0 0 800 400"') -> bytes:
    return f"{HEAD}{attributes}>{inside}</svg>".encode()


# --- What is drawn ----------------------------------------------------------------------


def test_a_drawing_becomes_a_picture_with_its_words() -> None:
    drawn, width, height = plan_picture(DRAWING)

    assert (width, height) == (2400, 1440)
    flat = Image.open(io.BytesIO(drawn)).convert("L")
    name = flat.crop((220, 330, 540, 410))  # "Sal A", in its room
    shades = name.histogram()
    assert sum(shades[:100]) > 50  # ink
    assert sum(shades[200:]) > 50  # on paper


def test_a_photographed_plan_is_drawn_anew() -> None:
    drawn, *size = plan_picture(picture(size=(3000, 2000)))
    assert size == [2400, 1600]
    assert Image.open(io.BytesIO(drawn)).format == "WEBP"


def test_script_in_a_drawing_is_not_in_the_picture() -> None:
    harmless, *_size = plan_picture(svg('<rect width="9" height="9"/>'))
    scripted = svg(
        '<script>alert(1)</script><a href="javascript:alert(1)"><rect width="9" height="9"/></a>',
        'viewBox="0 0 800 400" onload="alert(1)"',
    )
    assert plan_picture(scripted)[0] == harmless


def test_a_drawing_with_a_document_type_is_a_drawing() -> None:
    doctype = b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">'
    assert plan_picture(doctype + DRAWING)[1:] == (2400, 1440)


def outside(tmp_path: Path) -> bytes:
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture("PNG"))
    return svg(f'<image x:href="{secret}" width="800" height="400"/>')


def tenfold(n: int) -> str:
    uses = f'<use href="#a{n - 1}"/>' * 10
    return f'<g id="a{n}">{uses}</g>'


BAD = {
    "nothing": (b"", "not_a_picture"),
    "words": (b"ikke en tegning", "not_a_picture"),
    "a page": (b"<html><svg></svg></html>", "not_a_picture"),
    "cut off": (DRAWING[:300], "not_a_picture"),
    "entities": (
        f'<!DOCTYPE svg [<!ENTITY l0 "ha">{LAUGHS}]>{HEAD}><text>&l9;</text></svg>'.encode(),
        "not_a_picture",
    ),
    "a file of ours": (
        f'<!DOCTYPE svg [<!ENTITY f SYSTEM "file:///etc/passwd">]>{HEAD}>&f;</svg>'.encode(),
        "not_a_picture",
    ),
    "a picture elsewhere": (svg('<image href="http://127.0.0.1/x.png"/>'), "linked"),
    "a drawing in it": (svg('<image href="data:image/svg+xml;base64,PHN2Zy8+"/>'), "linked"),
    "a use elsewhere": (svg('<use href="/etc/plan.svg#a"/>'), "linked"),
    "very high": (svg(attributes='viewBox="0 0 1 90000"'), "not_drawn"),
    "very deep": (svg("<g>" * 20_000 + "</g>" * 20_000), "not_drawn"),
    "very much": (
        svg('<g id="a0"><rect width="1" height="1"/></g>' + "".join(map(tenfold, range(1, 9)))),
        "not_drawn",
    ),
    "very heavy": (svg(" " * MOST_BYTES), "svg_too_heavy"),
    "a small picture": (picture(size=(200, 200)), "too_small"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_drawings_are_refused_with_a_reason(name: str) -> None:
    content, code = BAD[name]
    with pytest.raises(NoPicture) as refused:
        plan_picture(content)
    assert refused.value.code == code


def test_a_drawing_shows_no_file_of_the_machine(tmp_path: Path) -> None:
    with pytest.raises(NoPicture) as refused:
        plan_picture(outside(tmp_path))
    assert refused.value.code == "linked"


# --- Plans and points -------------------------------------------------------------------

database = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation)


@pytest.fixture
def plan(place: Place) -> FloorPlan:
    return add_plan(place=place, name="1. etasje", content=DRAWING)


@database
def test_a_space_is_at_one_point_of_a_plan(plan: FloorPlan, place: Place) -> None:
    space = make_space(place)
    mark(plan=plan, space=space, x=10, y=20)
    mark(plan=plan, space=space, x=30, y=40.5)
    assert [(point.x, point.y) for point in plan.points.all()] == [(30, 40.5)]


@database
def test_plans_move_and_go_with_their_files(
    place: Place, plan: FloorPlan, django_capture_on_commit_callbacks: Any
) -> None:
    second = add_plan(place=place, name="2. etasje", content=DRAWING)
    move_plan(plan=second, by=-1)
    assert list(place.plans.all()) == [second, plan]

    name = plan.file.name
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        drop_plan(plan=plan)
    assert not default_storage.exists(name)


@database
def test_a_booker_sees_this_space_and_the_others_that_are_listed(
    client: Client, place: Place, plan: FloorPlan
) -> None:
    here, other, draft = (make_space(place) for _ in range(3))
    for number, space in enumerate((here, other, draft), 1):
        mark(plan=plan, space=space, x=10 * number, y=12.5)
    Space.objects.filter(pk=draft.pk).update(listing=Listing.DRAFT)
    add_plan(place=place, name="Kjeller", content=DRAWING)  # where it is not

    (shown,) = plans_of(here)
    assert (shown.plan, shown.here.space) == (plan, here)
    assert [point.space for point in shown.others] == [other]

    page = client.get(here.get_absolute_url()).content.decode()
    assert plan.file.url in page
    assert 'cx="10.0%" cy="12.5%"' in page
    assert f'<a href="{other.get_absolute_url()}"' in page
    assert draft.name not in page


@database
def test_an_owner_uploads_a_plan_and_marks_a_space(
    client: Client, cast: Cast, place: Place
) -> None:
    space = make_space(place)
    cast.sign_in(client, "manager")
    plans = f"/owner/places/{place.slug}/plans/"
    file = SimpleUploadedFile("plan.svg", DRAWING, "image/svg+xml")
    done = client.post(plans, {"file": file, "name": "1. etasje"})
    made = place.plans.get()
    assert done.headers["Location"] == f"{plans}{made.pk}/"

    where = {"space": space.pk, "x": "12.5", "y": "88.4"}
    assert client.post(f"{plans}{made.pk}/", where).status_code == 302
    point = made.points.get()
    assert (point.space, point.x, point.y) == (space, 12.5, 88.4)
    assert "12.5%" in client.get(f"{plans}{made.pk}/").content.decode()

    client.post(f"{plans}points/{point.pk}/drop/")
    assert not PlanPoint.objects.exists()
    client.post(f"{plans}{made.pk}/change/", {"name": "Første"})
    assert place.plans.get().name == "Første"
    client.post(f"{plans}{made.pk}/change/", {"name": "Første", "drop": ""})
    assert not place.plans.exists()


@database
def test_what_is_not_of_the_place_is_not_marked(
    client: Client, cast: Cast, place: Place, plan: FloorPlan
) -> None:
    elsewhere = make_space(make_place(cast.organisation))
    cast.sign_in(client, "owner")
    page = f"/owner/places/{place.slug}/plans/{plan.pk}/"
    assert client.post(page, {"space": elsewhere.pk, "x": 1, "y": 1}).status_code == 422
    own = make_space(place).pk
    for x in ("-1", "101", "nan", "inf", ""):
        assert client.post(page, {"space": own, "x": x, "y": 1}).status_code == 422
    assert not PlanPoint.objects.exists()
    assert client.get(f"/owner/places/{elsewhere.place.slug}/plans/{plan.pk}/").status_code == 404


@database
def test_a_bad_drawing_is_refused_with_a_sentence(client: Client, cast: Cast, place: Place) -> None:
    cast.sign_in(client, "owner")
    file = SimpleUploadedFile("plan.svg", svg('<image href="bilde.png"/>'), "image/svg+xml")
    answer = client.post(f"/owner/places/{place.slug}/plans/", {"file": file, "name": "1"})
    assert answer.status_code == 422
    assert "from other files" in answer.content.decode()
