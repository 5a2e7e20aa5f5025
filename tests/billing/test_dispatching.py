"""Documents that go out: mailed, or handed to an access point; each once, whatever fails."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, Role
from billing import operations
from billing.documents import paper
from billing.models import Dispatch, DispatchState, Document, Way
from billing.operations import dispatching
from tests.billing.test_on_account import DECEMBER, START, agree, book
from tests.cast import Cast
from tests.factories import make_member, make_organisation, make_place, make_space

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"


@pytest.fixture
def cast() -> Cast:
    cast = Cast()
    numbered = {"number": "974760673", "address": "Gate 1", "postcode": "7030", "city": "Trondheim"}
    Organisation.objects.filter(pk=cast.organisation.pk).update(**numbered)
    cast.organisation.refresh_from_db()
    return cast


def invoiced(cast: Cast, **fields: Any) -> Document:
    space = make_space(make_place(cast.organisation), price=40_000)
    company = make_organisation("Kommunen", number="974760223")
    agree(cast.organisation, company, **fields)
    book(space, make_member(company, Role.FINANCE), at=START)
    (invoice,) = operations.invoice_month(now=DECEMBER)
    assert invoice.document is not None
    return invoice.document


def test_invoice_is_mailed_once_with_its_pdf(cast: Cast, client: Client) -> None:
    document = invoiced(cast)

    assert operations.send_documents(now=DECEMBER) == 1
    assert operations.send_documents(now=DECEMBER + DAY) == 0

    (letter,) = mail.outbox
    assert letter.to == ["faktura@example.org"]
    assert "800" in letter.body
    if paper.can_write():
        ((name, content, kind),) = letter.attachments
        assert (name, kind, content[:4]) == (name, "application/pdf", b"%PDF")
    cast.sign_in(client, "finance")
    shown = client.get(reverse("document", args=[document.pk])).content.decode()
    assert "faktura@example.org: Sent" in shown


def test_invoice_without_an_address_goes_to_those_who_look_after_the_money(cast: Cast) -> None:
    document = invoiced(cast, invoice_email="", ehf_address="0192:974760223")

    operations.send_documents(now=DECEMBER)

    told = [one.recipient for one in document.dispatches.order_by("pk")]
    assert [letter.to for letter in mail.outbox] == [[one.email] for one in told if one]
    assert len(told) == 2
    assert document.get_absolute_url() in mail.outbox[0].body


def test_invoice_is_handed_to_the_access_point_under_its_name(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    settings.EHF_OUTBOX = str(tmp_path)
    document = invoiced(cast, ehf_address="0192:987654325")

    operations.send_documents(now=DECEMBER)

    (file,) = tmp_path.iterdir()
    sent = Dispatch.objects.get()
    assert file.name == sent.receipt == f"974760673-{document.name}-{document.pk}.xml"
    ends = [one.text for one in ET.parse(file).iter(f"{CBC}EndpointID")]
    assert ends == ["974760673", "987654325"]
    assert not mail.outbox


def test_what_cannot_be_handed_over_is_tried_again_and_then_mailed(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    settings.EHF_OUTBOX = str(tmp_path / "gone")
    document = invoiced(cast, ehf_address="0192:974760223")

    operations.send_documents(now=DECEMBER)
    assert operations.send_documents(now=DECEMBER) == 0  # not at once
    first = Dispatch.objects.get()
    assert (first.state, first.error[:17]) == (DispatchState.WAITING, "FileNotFoundError")
    for later in range(1, dispatching.MOST_TRIES):
        operations.send_documents(now=DECEMBER + later * DAY)

    ehf, by_mail = document.dispatches.order_by("pk")
    assert (ehf.state, ehf.attempts) == (DispatchState.FAILED, dispatching.MOST_TRIES)
    assert by_mail.address == "faktura@example.org"


def test_a_mail_server_that_says_no_is_asked_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoiced(cast)

    def refuse(one: Dispatch) -> str:
        raise OSError("451")

    with monkeypatch.context() as broken:
        broken.setitem(dispatching.WAYS, Way.MAIL, refuse)
        operations.send_documents(now=DECEMBER)
    operations.send_documents(now=DECEMBER + timedelta(hours=1))

    assert len(mail.outbox) == 1
    assert Dispatch.objects.get().state == DispatchState.SENT
