"""Papers of a space: what is taken in, in which order, and who may read them."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from district.demo.papers import pdf
from spaces.models import Listing, Space
from spaces.operations import attach, copy_space, move_attachment
from spaces.operations.attachments import (
    MOST,
    MOST_BYTES,
    NotPdf,
    PaperTooLarge,
    TooManyPapers,
)
from tests.cast import Cast
from tests.factories import make_place, make_space

pytestmark = pytest.mark.django_db

PAPER = pdf("Branninstruks", ("Gå ut.",))


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Hei",
        b"GIF89a" + PAPER,  # of another kind in front
        PAPER[:-20],  # cut off
        b"%PDF-1.4",
        b"<html><script>alert(1)</script>%PDF-1.4 %%EOF",
    ],
)
def test_what_is_no_whole_pdf_is_refused(space: Space, content: bytes) -> None:
    with pytest.raises(NotPdf):
        attach(space=space, name="Papir", content=content)
    assert not space.attachments.exists()


def test_there_is_an_end_of_papers_and_of_each(space: Space) -> None:
    with pytest.raises(PaperTooLarge):
        attach(space=space, name="Tung", content=PAPER + b" " * MOST_BYTES + b"%%EOF")
    for number in range(MOST):
        attach(space=space, name=str(number), content=PAPER)
    with pytest.raises(TooManyPapers):
        attach(space=space, name="En til", content=PAPER)
    assert [paper.order for paper in space.attachments.all()] == list(range(MOST))


def test_papers_move_and_a_copy_of_the_space_has_them_too(space: Space) -> None:
    first, second = (attach(space=space, name=name, content=PAPER) for name in ("A", "B"))
    move_attachment(attachment=second, by=-1)
    move_attachment(attachment=second, by=-1)  # already first
    assert list(space.attachments.all()) == [second, first]

    twin = copy_space(space=space, name="Tvilling")
    assert [(one.name, bytes(one.content)) for one in twin.attachments.all()] == [
        ("B", PAPER),
        ("A", PAPER),
    ]


def test_an_owner_uploads_renames_orders_and_deletes(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "manager")
    page = f"/owner/spaces/{space.slug}/papers/"
    for name in ("Branninstruks.pdf", "Oppsett av bord.pdf"):
        file = SimpleUploadedFile(name, PAPER, "application/pdf")
        assert client.post(page, {"file": file, "name": ""}).status_code == 302
    first, second = space.attachments.all()
    assert (first.name, second.name) == ("Branninstruks", "Oppsett av bord")

    client.post(f"{page}{first.pk}/", {"name": "Ved brann"})
    client.post(f"{page}{first.pk}/", {"name": "Ved brann", "move": "1"})
    assert [one.name for one in space.attachments.all()] == ["Oppsett av bord", "Ved brann"]

    client.post(f"{page}{second.pk}/", {"name": second.name, "drop": ""})
    assert [one.name for one in space.attachments.all()] == ["Ved brann"]
    assert "Ved brann" in client.get(page).content.decode()

    picture = SimpleUploadedFile("bilde.pdf", b"\x89PNG", "application/pdf")
    refused = client.post(page, {"file": picture, "name": ""})
    assert refused.status_code == 422
    assert "no whole PDF" in refused.content.decode()


def test_a_booker_finds_them_on_the_page_and_saves_one(client: Client, space: Space) -> None:
    paper = attach(space=space, name="Sikkerhet på «laben»", content=PAPER)
    address = f"/spaces/{space.slug}/papers/{paper.pk}/"
    page = client.get(space.get_absolute_url()).content.decode()
    assert address in page
    assert "Sikkerhet på «laben»" in page

    answer: Any = client.get(address)
    assert answer.content == PAPER
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Sikkerhet")


def test_the_papers_of_a_draft_are_for_its_own_people(
    client: Client, cast: Cast, space: Space
) -> None:
    paper = attach(space=space, name="Utkast", content=PAPER)
    other = make_space(make_place())
    Space.objects.filter(pk=space.pk).update(listing=Listing.DRAFT)
    address = f"/spaces/{space.slug}/papers/{paper.pk}/"
    assert client.get(address).status_code == 404
    assert client.get(f"/spaces/{other.slug}/papers/{paper.pk}/").status_code == 404
    cast.sign_in(client, "host")
    assert client.get(address).status_code == 200
