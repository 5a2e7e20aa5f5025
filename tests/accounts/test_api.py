"""Tokens, and who one is."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from accounts.models import Affiliation, Role, User
from tests.factories import NOW, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def person() -> User:
    cache.clear()  # the limit on attempts is kept there
    person = make_user("ingrid@example.org", password=PASSWORD, name="Ingrid")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def ask(client: Client, **credentials: str):
    return client.post("/api/v1/tokens/", credentials, content_type="application/json")


def test_a_token_opens_what_the_password_does(client: Client, person: User) -> None:
    token = ask(client, email=person.email, password=PASSWORD).json()["token"]

    me = client.get("/api/v1/me/", headers={"Authorization": f"Token {token}"})

    assert me.status_code == 200
    assert me.json()["email"] == person.email


def test_the_address_is_read_without_regard_to_case(client: Client, person: User) -> None:
    assert ask(client, email="Ingrid@Example.org", password=PASSWORD).status_code == 201


@pytest.mark.parametrize(
    ("email", "password"),
    [("ingrid@example.org", "wrong"), ("nobody@example.org", PASSWORD)],
)
def test_wrong_credentials_answer_alike(
    client: Client, person: User, email: str, password: str
) -> None:
    answer = ask(client, email=email, password=password)

    assert answer.status_code == 401
    assert answer.json()["code"] == "authentication_failed"


def test_an_unverified_address_gets_no_token(client: Client, person: User) -> None:
    EmailAddress.objects.update(verified=False)

    assert ask(client, email=person.email, password=PASSWORD).status_code == 403


def test_who_knows_the_password_need_not_wait(client: Client, person: User) -> None:
    answers = {ask(client, email=person.email, password=PASSWORD).status_code for _ in range(25)}

    assert answers == {201}


def test_guessing_is_slowed_down(client: Client, person: User) -> None:
    answers = {ask(client, email=person.email, password="no").status_code for _ in range(25)}

    assert 429 in answers


def test_guessing_is_slowed_down_whatever_address_is_claimed(client: Client, person: User) -> None:
    answers = [
        client.post(
            "/api/v1/tokens/",
            {"email": person.email, "password": "no"},
            content_type="application/json",
            headers={"X-Forwarded-For": f"10.0.0.{n}"},
        )
        for n in range(25)
    ]

    assert 429 in {one.status_code for one in answers}


def test_the_token_is_stored_hashed(client: Client, person: User) -> None:
    token = ask(client, email=person.email, password=PASSWORD).json()["token"]

    from knox.models import AuthToken

    row = AuthToken.objects.get()
    assert token not in (row.digest, row.token_key)


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    answer = client.get("/api/v1/me/")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer["Content-Type"] == "application/problem+json"


def test_me_tells_of_affiliations_and_roles(client: Client, person: User) -> None:
    university = make_organisation("Universitetet")
    make_member(university, Role.HOST, person)
    Affiliation.objects.create(
        user=person, kind="student", organisation=university, verified_at=NOW
    )
    client.force_login(person)

    me = client.get("/api/v1/me/").json()

    assert [(o["name"], o["role"]) for o in me["organisations"]] == [("Universitetet", "host")]
    assert [a["kind"] for a in me["affiliations"]] == ["student"]
    assert me["feed_url"].endswith(".ics")
