"""The rulebook on the operators' pages, in people's units; and that owners hear of a new one."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from bookings.deliveries import send_due
from bookings.models import Delivery, Kind
from bookings.operations.of_district import publish_rulebook
from spaces.models import Acceptance, Quota, Rulebook
from spaces.rulebook import AlreadyPublished, accept
from tests.cast import Cast
from tests.factories import NOW, make_member, make_organisation

pytestmark = pytest.mark.django_db

ADD = "operator:spaces_rulebook_add"
LIST = "operator:spaces_rulebook_changelist"


@pytest.fixture
def cast(client: Client) -> Cast:
    cast = Cast()
    cast.sign_in(client, "operator")
    return cast


def form(*quotas: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What the page sends."""
    sent = {
        "version": "1",
        "text_nb": "Regler",
        "strike_days": "90",
        "strike_pause": "14",
        "strike_then": "ask",
        "fee_points": "0",
        "fee_least": "0",
        "quotas-TOTAL_FORMS": len(quotas),
        "quotas-INITIAL_FORMS": 0,
    }
    for n, quota in enumerate(quotas):
        whole = {"counts": "minutes", "window": "week", "whose": "person", **quota}
        sent |= {f"quotas-{n}-{name}": value for name, value in whole.items()}
    return sent | fields


# --- Written in people's units ------------------------------------------------------------


def test_lengths_kroner_percent_and_hours_are_kept_as_we_count(client: Client, cast: Cast) -> None:
    sent = form(
        {"amount": "4"},
        {"amount": "3", "counts": "bookings"},
        text_nn="Reglar",
        max_length="480",
        longest_notice="2880",
        most_fee="500",
        fee_points="8.5",
        fee_least="5.50",
    )

    answer = client.post(reverse(ADD), sent)

    assert answer.status_code == 302
    written = Rulebook.objects.get()
    assert written.text == {"nb": "Regler", "nn": "Reglar"}
    assert (written.min_length, written.max_length, written.longest_notice) == (None, 480, 2880)
    assert (written.most_fee, written.fee_points, written.fee_least) == (50000, 850, 550)
    amounts = [(one.counts, one.amount) for one in written.quotas.all()]
    assert amounts == [("minutes", 240), ("bookings", 3)]


def test_a_draft_is_shown_as_it_was_written_and_sent_back_unchanged(
    client: Client, cast: Cast
) -> None:
    draft = Rulebook.objects.create(
        version=1, text={"nb": "Regler"}, max_length=500, most_fee=50000, fee_points=850
    )
    quota = Quota.objects.create(rulebook=draft, counts="minutes", amount=90, window="week")
    page = reverse("operator:spaces_rulebook_change", args=[draft.pk])

    shown = client.get(page).content.decode()
    line = {"id": quota.pk, "rulebook": draft.pk, "amount": "1.5"}
    sent = form(line, max_length="500", most_fee="500", fee_points="8.5")
    answer = client.post(page, sent | {"quotas-INITIAL_FORMS": 1})

    assert 'value="1.5"' in shown
    assert 'value="500"' in shown
    assert "8 hours 20 min" in shown
    assert answer.status_code == 302
    draft.refresh_from_db()
    quota.refresh_from_db()
    assert (draft.max_length, draft.most_fee, draft.fee_points) == (500, 50000, 850)
    assert quota.amount == 90


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (form(text_nb=""), "This field is required."),
        (form(min_length="480", max_length="60"), "The longest is shorter than the shortest."),
        (form(fee_points="101"), "less than or equal to 100"),
        (form(strike_limit="0"), "greater than or equal to 1"),
        (form({"amount": "1.5", "counts": "bookings"}), "counted in whole numbers"),
        (form({"amount": "2", "whose": "affiliation"}), "Say of whom"),
        (form({"amount": "2"}, {"amount": "3"}), "There is a quota for just that already."),
        (form({"amount": "-2"}), "greater than or equal to 0.25"),
    ],
)
def test_what_cannot_hold_is_refused(
    client: Client, cast: Cast, sent: dict[str, Any], says: str
) -> None:
    page = client.post(reverse(ADD), sent)

    assert page.status_code == 200
    assert says in page.content.decode()
    assert not Rulebook.objects.exists()


def test_the_next_version_begins_as_the_last(client: Client, cast: Cast) -> None:
    first = Rulebook.objects.create(
        version=1, text={"nb": "Regler"}, max_length=480, published_at=NOW
    )
    Quota.objects.create(rulebook=first, counts="bookings", amount=3, window="week")

    client.post(reverse(LIST), {"action": "write_next_one", "_selected_action": [first.pk]})

    draft = Rulebook.objects.get(version=2)
    assert (draft.published_at, draft.max_length, draft.text) == (None, 480, {"nb": "Regler"})
    assert [quota.amount for quota in draft.quotas.all()] == [3]
    assert first.quotas.count() == 1


# --- Owners are told ----------------------------------------------------------------------


def test_publishing_tells_each_owner_once_in_their_list_and_by_mail(
    client: Client, cast: Cast
) -> None:
    make_member(make_organisation(), Role.OWNER, cast.owner)  # of two organisations
    draft = Rulebook.objects.create(version=7, text={"nb": "Regler"}, max_length=480)

    client.post(reverse(LIST), {"action": "publish_it", "_selected_action": [draft.pk]})
    send_due(now=timezone.now())

    told = Delivery.objects.filter(kind=Kind.RULEBOOK)
    assert sorted(one.recipient_id or 0 for one in told) == sorted([cast.owner.pk, cast.foreign.pk])
    (letter,) = (one for one in mail.outbox if one.to == [cast.owner.email])
    assert letter.subject == "The district’s rulebook has a new version"
    assert "Version 7" in letter.body
    assert "A booking lasts at most 8 hours." in letter.body
    assert "/rulebook/" in letter.body


def test_the_notice_leads_to_the_rulebook(client: Client, cast: Cast) -> None:
    draft = Rulebook.objects.create(version=7, text={"nb": "Regler"})
    publish_rulebook(rulebook=draft, now=NOW)
    notice = Delivery.objects.get(recipient=cast.owner)
    cast.sign_in(client, "owner")

    shown = client.get(reverse("notices")).content.decode()
    told = client.get("/api/v1/notices/", {"unread": "1"}).json()["results"]
    answer = client.get(reverse("notice", args=[notice.pk]))

    assert "A new version of the rulebook" in shown
    assert [(one["kind"], one["booking"]) for one in told] == [("rulebook", None)]
    assert answer["Location"] == reverse("rulebook")
    assert not Delivery.objects.unread_by(cast.owner).exists()


def test_what_is_not_published_is_told_to_nobody(cast: Cast) -> None:
    published = Rulebook.objects.create(version=7, text={"nb": "Regler"}, published_at=NOW)

    with pytest.raises(AlreadyPublished):
        publish_rulebook(rulebook=published, now=NOW)

    assert not Delivery.objects.exists()


def test_operators_see_who_accepted_what_and_change_nothing(client: Client, cast: Cast) -> None:
    rulebook = Rulebook.objects.create(
        version=7, text={"nb": "Regler"}, published_at=NOW - timedelta(days=1)
    )
    accept(rulebook=rulebook, organisation=cast.organisation, by=cast.owner, now=NOW)
    row = Acceptance.objects.get()

    shown = client.get(reverse("operator:spaces_acceptance_changelist")).content.decode()
    versions = client.get(reverse(LIST)).content.decode()
    answer = client.post(reverse("operator:spaces_acceptance_delete", args=[row.pk]))

    assert cast.organisation.name in shown
    assert str(cast.owner) in shown
    assert "1 organisation" in versions
    assert answer.status_code == 403
