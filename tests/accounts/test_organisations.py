"""Signing up an organisation, and what it says about itself."""

import pytest
from django.test import Client

from accounts.models import Member, Organisation, Role
from accounts.operations import NumberTaken, describe, register
from accounts.slugs import slug_of
from tests.cast import EVIL, Cast
from tests.factories import NOW, make_organisation, make_place, make_user

pytestmark = pytest.mark.django_db

NUMBER = "974760673"  # Brønnøysundregistrene's own
FORM = {
    "name": "Nidelva møterom AS",
    "kind": "company",
    "number": "974 760 673",
    "address": "Elgeseter gate 1",
    "postcode": "7030",
    "city": "Trondheim",
}


def test_who_signs_up_an_organisation_owns_it(client: Client) -> None:
    client.force_login(person := make_user())

    answer = client.post("/owner/organisations/new/", FORM)

    organisation = Organisation.objects.get(number=NUMBER)
    assert answer["Location"] == "/owner/organisations/nidelva-moterom-as/"
    assert organisation.city == "Trondheim"
    assert Member.objects.get(user=person).role == Role.OWNER


@pytest.mark.parametrize(
    "number", ["974760674", "97476067", "9747606731", "abcdefghi", "974760673 1", "٩٧٤٧٦٠٦٧٣"]
)
def test_a_number_whose_control_digit_is_wrong_is_refused(client: Client, number: str) -> None:
    client.force_login(make_user(language="en"))

    answer = client.post("/owner/organisations/new/", {**FORM, "number": number})

    assert answer.status_code == 422
    assert "not an organisation number" in answer.content.decode()
    assert not Organisation.objects.exists()


def test_a_number_is_signed_up_once(client: Client) -> None:
    make_organisation(number=NUMBER)
    client.force_login(make_user(language="en"))

    answer = client.post("/owner/organisations/new/", FORM)

    assert answer.status_code == 422
    assert "is here already" in answer.content.decode()


def test_many_organisations_may_have_no_number() -> None:
    for _ in range(2):
        register(by=make_user(), now=NOW, name="Lyd", kind="company", number="")

    assert set(Organisation.objects.values_list("slug", flat=True)) == {"lyd", "lyd-2"}


def test_changing_to_a_taken_number_is_refused() -> None:
    make_organisation(number=NUMBER)
    other = make_organisation()

    with pytest.raises(NumberTaken):
        describe(organisation=other, number=NUMBER)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ærlig Øl og Ål", "aerlig-ol-og-al"),
        ("  Møterom 3 ", "moterom-3"),
        ("会議室", "x"),
        ("A" * 300, "a" * 114),
    ],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_new_is_no_slug() -> None:  # /owner/organisations/new/ is a page
    made = register(by=make_user(), now=NOW, name="New", kind="company")

    assert made.slug == "new-2"


def test_only_owners_change_the_profile(client: Client) -> None:
    cast = Cast()
    address = f"/owner/organisations/{cast.organisation.slug}/"
    for who in ("manager", "host", "finance"):
        cast.sign_in(client, who)
        assert "<form" not in client.get(address).content.decode().split("<main", 1)[1]
        assert client.post(address, FORM).status_code == 404
    cast.sign_in(client, "owner")

    answer = client.post(
        address, {**FORM, "about_nb": f"Vi låner ut rom. {EVIL}", "website": "ledig.example"}
    )

    assert answer.status_code == 302
    cast.organisation.refresh_from_db()
    assert cast.organisation.about == {"nb": f"Vi låner ut rom. {EVIL}"}
    assert cast.organisation.website == "https://ledig.example"
    assert EVIL not in client.get(address).content.decode()


def test_what_documents_say_of_an_organisation_is_kept(client: Client) -> None:
    cast = Cast()
    cast.sign_in(client, "owner")
    address = f"/owner/organisations/{cast.organisation.slug}/"
    said = {**FORM, "is_vat_registered": "on", "account_number": "1503 20 80119"}

    assert client.post(address, {**said, "account_number": "1503 20 80118"}).status_code == 422
    assert client.post(address, said).status_code == 302

    cast.organisation.refresh_from_db()
    assert cast.organisation.account_number == "15032080119"
    assert cast.organisation.is_vat_registered
    assert not cast.organisation.is_in_business_register


def test_who_has_just_signed_up_is_led_on_to_the_first_place(client: Client) -> None:
    client.force_login(make_user(language="en"))

    page = client.post("/owner/organisations/new/", FORM, follow=True).content.decode()
    assert 'href="/owner/places/new/"' in page.split("<main", 1)[1]

    make_place(Organisation.objects.get())
    page = client.get("/owner/organisations/nidelva-moterom-as/").content.decode()
    assert "Add a place" not in page
