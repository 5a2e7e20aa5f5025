"""The operators' admin: for the district's staff alone; every change is written down."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import Organisation
from bookings.models import Delivery, Kind
from bookings.operations.moves import record
from district.operators.pages import operators
from spaces.models import Rulebook
from tests.cast import NAMES, Cast
from tests.factories import NOW, make_booking, make_organisation, make_space, make_user

pytestmark = pytest.mark.django_db

METHODS = ("get", "post")


@pytest.fixture
def cast() -> Cast:
    return Cast()


def addresses() -> Iterator[str]:
    """Every address of the admin, from its own resolver, about the row 1 where it needs one."""
    for pattern in operators.urls[0]:
        inner = getattr(pattern, "url_patterns", [pattern])
        for one in inner:
            if one.name is None:
                continue
            for arguments in ([], ["1"], ["accounts"], ["1", "1"]):
                try:
                    yield reverse(f"operator:{one.name}", args=arguments)
                except NoReverseMatch:
                    continue
                break


def test_every_page_is_for_operators_alone(client: Client, cast: Cast) -> None:
    found = list(addresses())
    assert len(found) > 40
    for who in NAMES:
        cast.sign_in(client, who)
        for address in found:
            for method in METHODS:
                answer = getattr(client, method)(address)
                if who == "operator":
                    assert answer.status_code in (200, 302, 403, 404, 405), address
                    continue
                if who:
                    assert answer.status_code == 404, f"{who} {address}"
                else:
                    assert answer["Location"].startswith("/accounts/login/"), address
        if who == "operator":
            client.logout()


def test_an_operator_sees_all_lists(client: Client, cast: Cast) -> None:
    make_booking(make_space())
    Rulebook.objects.create(version=1, text={"nb": "Regler"})
    cast.sign_in(client, "operator")

    for model in operators._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        answer = client.get(reverse(f"operator:{name}_changelist"))
        assert answer.status_code == 200, name
        assert client.get(reverse(f"operator:{name}_changelist"), {"q": "a"}).status_code == 200
    assert client.get("/operator/").status_code == 200


def test_its_pages_alone_have_a_looser_policy(client: Client, cast: Cast) -> None:
    cast.sign_in(client, "operator")

    inside = client.get("/operator/")["Content-Security-Policy"]
    outside = client.get("/")["Content-Security-Policy"]

    assert "'unsafe-eval'" in inside
    assert "'unsafe-inline'" not in inside.split("script-src")[1].split(";")[0]
    assert "unsafe" not in outside


# --- What may be changed ----------------------------------------------------------------


def test_a_change_is_written_down_with_before_and_after(client: Client, cast: Cast) -> None:
    organisation = make_organisation("Gamle AS", kind="company")
    cast.sign_in(client, "operator")

    answer = client.post(
        reverse("operator:accounts_organisation_change", args=[organisation.pk]),
        {"name": "Nye AS", "kind": "company"},
    )

    assert answer.status_code == 302
    assert Organisation.objects.get(pk=organisation.pk).name == "Nye AS"
    entry = LogEntry.objects.get()
    assert entry.user == cast.operator
    assert '"name": ["Gamle AS", "Nye AS"]' in entry.change_message


def test_a_rulebook_is_written_published_once_and_then_stays(client: Client, cast: Cast) -> None:
    Rulebook.objects.create(version=1, text={"nb": "Gamle"}, published_at=NOW - timedelta(days=9))
    cast.sign_in(client, "operator")

    strikes = {"strike_limit": 3, "strike_days": 60, "strike_pause": 7, "strike_then": "ask"}
    fees = {"fee_points": "8.5", "fee_least": "5"}
    no_quotas = {"quotas-TOTAL_FORMS": 0, "quotas-INITIAL_FORMS": 0}
    written = {"version": "2", "text_nb": "Nye", **strikes, **fees, **no_quotas}
    client.post(reverse("operator:spaces_rulebook_add"), written)
    rulebook = Rulebook.objects.get(version=2)
    assert rulebook.strike_days == 60
    assert rulebook.fee_points == 850
    publish = {"action": "publish_it", "_selected_action": [rulebook.pk]}
    for _ in range(2):
        client.post(reverse("operator:spaces_rulebook_changelist"), publish)
    change = reverse("operator:spaces_rulebook_change", args=[rulebook.pk])
    answer = client.post(change, {"version": "2", "text_nb": "Andre"})

    rulebook.refresh_from_db()
    assert rulebook.published_at
    assert answer.status_code == 403
    assert rulebook.text == {"nb": "Nye"}
    assert [entry.action_flag for entry in LogEntry.objects.order_by("pk")] == [1, 2]


def test_a_mail_that_was_given_up_is_sent_again(client: Client, cast: Cast) -> None:
    booking = make_booking(make_space(), by=cast.booker)
    told = {"booking": booking, "version": 0, "not_before": NOW, "kind": Kind.CONFIRMED}
    dead = Delivery.objects.create(**told, recipient=cast.booker, state="dead", attempts=38)
    refused = "SMTPRecipientsRefused: {'ola@example.org'}"
    Delivery.objects.create(**told, address="ola@example.org", state="dead", error=refused)
    sent = Delivery.objects.create(**told, recipient=cast.owner, state="sent")
    cast.sign_in(client, "operator")
    address = reverse("operator:bookings_delivery_changelist")
    page = client.get(address).content.decode()
    assert cast.booker.email in page
    assert cast.owner.email not in page
    assert "ola@example.org" not in page

    chosen = {"action": "again", "_selected_action": [dead.pk, sent.pk]}
    answer = client.post(address, chosen, follow=True)

    assert "1 mail is on its way." in answer.content.decode()
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("pending", 0)
    assert LogEntry.objects.get().user == cast.operator


# --- What may not -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bookings_booking", "billing_order", "billing_entry"])
def test_money_and_history_are_only_looked_at(client: Client, cast: Cast, name: str) -> None:
    booking = make_booking(make_space())
    cast.sign_in(client, "operator")

    for page in ("add", "change", "delete"):
        arguments = [] if page == "add" else [booking.pk if "booking" in name else 1]
        answer = client.post(reverse(f"operator:{name}_{page}", args=arguments), {"status": "x"})
        assert answer.status_code in (302, 403), page
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert not LogEntry.objects.exists()


def test_nothing_is_deleted_here(client: Client, cast: Cast) -> None:
    organisation = make_organisation()
    cast.sign_in(client, "operator")

    answer = client.post(
        reverse("operator:accounts_organisation_delete", args=[organisation.pk]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert Organisation.objects.filter(pk=organisation.pk).exists()


def test_operators_see_a_bookings_history_but_not_its_note_or_guests(client: Client) -> None:
    booking = make_booking(make_space(), note="Secret note")
    record(booking, Kind.MOVED, by=booking.booker, now=NOW, reason="A pipe has burst")
    record(booking, Kind.INVITED, by=booking.booker, now=NOW, attendee=4711)
    client.force_login(make_user(is_staff=True, language="en"))

    page = client.get(reverse("operator:bookings_booking_change", args=[booking.pk]))

    text = page.content.decode()
    assert "A pipe has burst" in text
    assert "4711" not in text
    assert "Secret note" not in text
