"""Passwords for calendar programs: shown once, stored hashed, revoked at once."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts import operations
from accounts.models import AppPassword, User
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
API = "/api/v1/app-passwords/"
PAGE = "/calendar-apps/"


@pytest.fixture
def kari(client: Client) -> User:
    kari = make_user("kari@example.org")
    client.force_login(kari)
    return kari


def made_for(user: User, name: str = "phone") -> tuple[AppPassword, str]:
    return operations.make_app_password(user=user, name=name, now=NOW)


def test_make_tells_what_a_calendar_program_asks_for(client: Client, kari: User) -> None:
    answer = client.post(API, {"name": "phone"}, content_type="application/json")

    assert answer.status_code == 201
    told = answer.json()
    assert told["username"] == "kari@example.org"
    assert told["dav_url"].endswith("/dav/")
    assert answer["Cache-Control"] == "no-store"
    found = operations.app_password_of(email=told["username"], password=told["password"])
    assert found is not None
    assert found.user == kari


def test_make_stores_no_password(client: Client, kari: User) -> None:
    _made, password = made_for(kari)

    stored = AppPassword.objects.values().get()
    assert password not in str(stored)
    assert password.replace("-", "") not in str(stored)
    assert len(password.replace("-", "")) == 25


def test_make_refuses_the_26th(client: Client, kari: User) -> None:
    for n in range(25):
        made_for(kari, f"device {n}")

    answer = client.post(API, {"name": "one more"}, content_type="application/json")

    assert answer.status_code == 409
    assert answer.json()["code"] == "too_many_app_passwords"


def test_list_tells_when_and_by_what_each_was_used(client: Client, kari: User) -> None:
    made, _password = made_for(kari)
    made.note_use("DAVx5/4.5", NOW)

    (listed,) = client.get(API).json()

    assert listed["name"] == "phone"
    assert listed["client"] == "DAVx5/4.5"
    assert listed["used_at"].startswith("2026-11-23T12:00:00")
    assert "password" not in listed


def test_note_use_writes_every_five_minutes_at_most(kari: User) -> None:
    made, _password = made_for(kari)
    made.note_use("one", NOW)

    for later in (1, 4, 6):
        found = AppPassword.objects.get()
        found.note_use("one", NOW + timedelta(minutes=later))
        expected = NOW if later < 5 else NOW + timedelta(minutes=6)
        assert AppPassword.objects.get().used_at == expected


def test_revoke_takes_effect_at_once(client: Client, kari: User) -> None:
    made, password = made_for(kari)

    assert client.delete(f"{API}{made.pk}/").status_code == 204
    assert operations.app_password_of(email=kari.email, password=password) is None


def test_anothers_cannot_be_revoked_nor_seen(client: Client, kari: User) -> None:
    made, _password = made_for(make_user())

    assert client.delete(f"{API}{made.pk}/").status_code == 404
    assert client.post(f"{PAGE}{made.pk}/remove/").status_code == 404
    assert client.get(API).json() == []


@pytest.mark.parametrize("typed", ["{0}", "{1}", "{2}", "{3}"])
def test_it_is_taken_however_it_is_typed(kari: User, typed: str) -> None:
    _made, password = made_for(kari)
    plain = password.replace("-", "")
    said = typed.format(password, plain, password.replace("-", " "), password.upper())

    assert operations.app_password_of(email="Kari@Example.org", password=said) is not None


def test_it_opens_nothing_for_another_or_for_who_has_left(kari: User) -> None:
    _made, password = made_for(kari)

    assert operations.app_password_of(email="ola@example.org", password=password) is None
    User.objects.update(is_active=False)
    assert operations.app_password_of(email=kari.email, password=password) is None


def test_it_opens_neither_the_pages_nor_the_api(client: Client, kari: User) -> None:
    _made, password = made_for(kari)
    client.logout()

    assert not client.login(username=kari.email, password=password)
    answer = client.get("/api/v1/me/", headers={"Authorization": f"Token {password}"})
    assert answer.status_code == 401


def test_the_page_shows_a_password_once(client: Client, kari: User) -> None:
    shown = client.post(PAGE, {"name": "my phone"})

    (made,) = AppPassword.objects.all()
    found = shown.context["password"]
    assert found in shown.content.decode()
    assert AppPassword.digest_of(found) == bytes(made.digest)
    assert found not in client.get(PAGE).content.decode()
    assert "no-store" in shown["Cache-Control"]


def test_the_page_asks_for_a_name(client: Client, kari: User) -> None:
    assert client.post(PAGE, {"name": ""}).status_code == 422
    assert not AppPassword.objects.exists()


def test_the_page_lets_a_device_in_no_more(client: Client, kari: User) -> None:
    made, _password = made_for(kari)

    client.post(f"{PAGE}{made.pk}/remove/")

    assert not AppPassword.objects.exists()
