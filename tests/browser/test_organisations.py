"""The pages about organisations and the actor directory, as axe and a stranger see them."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from accounts import operations
from accounts.models import Organisation, Role, User
from tests.browser.conftest import PASSWORD, District
from tests.browser.test_accessibility import require_accessible
from tests.factories import make_member

SignIn = Callable[[User], None]


@pytest.fixture
def owner(district: District) -> User:
    person: User = User.objects.filter(memberships__role=Role.OWNER).earliest("pk")
    Organisation.objects.update(
        is_listed=True, about={"nb": "Vi låner ut rom.", "en": "We lend rooms."}
    )
    organisation = person.organisations.get()
    make_member(organisation, Role.HOST)
    operations.invite(
        organisation=organisation,
        email="ny@example.org",
        role=Role.HOST,
        by=person,
        now=timezone.now(),
    )
    return person


@pytest.mark.parametrize("path", ["/actors/", "/actors/?q=finnes+ikke", "/actors/{slug}/"])
def test_the_directory_is_open_to_everyone(page: Page, live_server, owner: User, path: str) -> None:
    slug = owner.organisations.get().slug
    require_accessible(page, live_server.url + path.format(slug=slug))


def test_the_invitation_is_for_all(page: Page, live_server, owner: User, sign_in: SignIn) -> None:
    sign_in(owner)
    token = owner.organisations.get().invitations.get().token
    require_accessible(page, f"{live_server.url}/invitations/{token}/")


def test_a_logo_is_uploaded_and_seen_in_the_directory(
    page: Page, live_server, owner: User, sign_in: SignIn, tmp_path: Path, settings
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = io.BytesIO()
    Image.new("RGB", (300, 300), "teal").save(file, "PNG")
    sign_in(owner)
    organisation = owner.organisations.get()
    page.goto(f"{live_server.url}/owner/organisations/{organisation.slug}/")
    form = page.locator("form[enctype]")

    form.locator("[name=logo]").set_input_files(
        {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    )
    form.locator("button").first.click()
    expect(page.locator("form[enctype] .errorlist")).to_contain_text(re.compile("JPEG"))
    form.locator("[name=logo]").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    form.locator("button").first.click()

    page.goto(f"{live_server.url}/actors/{organisation.slug}/")
    logo = page.locator(".actor-head img")
    expect(logo).to_be_visible()
    assert logo.evaluate("img => img.naturalWidth") == 300


def test_an_invited_stranger_signs_up_and_comes_back_to_the_invitation(
    page: Page, live_server, owner: User
) -> None:
    organisation = owner.organisations.get()
    page.goto(f"{live_server.url}/invitations/{organisation.invitations.get().token}/")
    page.locator("main a[href*='/accounts/signup/']").first.click()
    page.fill("[name=name]", "Ny Kollega")
    page.fill("[name=email]", "ny@example.org")
    page.fill("[name=password1]", PASSWORD)
    page.locator("main form button[type=submit]").last.click()
    page.locator("[name=code]").wait_for()
    code = re.search(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", mail.outbox[-1].body, re.MULTILINE)
    assert code, mail.outbox[-1].body
    page.fill("[name=code]", code.group(1))
    page.locator("main form button").first.click()

    expect(page.locator("main h1")).to_contain_text(organisation.name)
    page.locator("main form .btn.primary").click()

    expect(page).to_have_url(re.compile(f"/owner/organisations/{organisation.slug}/$"))
    person = User.objects.get(email="ny@example.org")
    assert person.memberships.get().role == Role.HOST
    assert EmailAddress.objects.get(user=person).verified
