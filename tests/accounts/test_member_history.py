"""What is written down about who works for an organisation, and who reads it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import Member, MemberEvent, Organisation, Role, User
from accounts.operations import (
    LastOwner,
    accept,
    change_role,
    hand_over,
    invite,
    leave,
    register,
    remove,
    resend,
    withdraw,
)
from tests.cast import EVIL, Cast
from tests.factories import NOW, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(name="Elveporten")


@pytest.fixture
def owner(organisation: Organisation) -> User:
    return make_member(organisation, Role.OWNER, make_user(name="Kari"))


@pytest.fixture
def host(organisation: Organisation) -> Member:
    user = make_member(organisation, Role.HOST, make_user(name="Ola"))
    return user.memberships.select_related("organisation").get()


def told(organisation: Organisation) -> list[str]:
    with translation.override("en"):
        return [event.sentence for event in organisation.member_events.all()]


# --- What is written --------------------------------------------------------------------


def test_each_change_is_told_in_a_sentence(
    organisation: Organisation, owner: User, host: Member
) -> None:
    change_role(member=host, role=Role.MANAGER, by=owner, now=NOW)
    hand_over(owner=owner.memberships.get(), to=host, now=NOW)
    remove(member=owner.memberships.get(), by=host.user, now=NOW)

    assert told(organisation) == [
        "Kari changed the role of Ola from Host to Manager",
        "Kari handed ownership over to Ola",
        "Ola removed Kari (Manager)",
    ]
    assert set(organisation.member_events.values_list("at", flat=True)) == {NOW}


def test_invitations_are_told_until_somebody_joins(organisation: Organisation, owner: User) -> None:
    asked = {"organisation": organisation, "role": Role.HOST, "by": owner}
    first = invite(email="a@example.org", now=NOW, **asked)
    second = invite(email="b@example.org", now=NOW, **asked)
    resend(invitation=first, by=owner, now=LATER)
    withdraw(invitation=second, by=owner, now=LATER)
    first.refresh_from_db()
    accept(token=first.token, by=make_user(name="Ola"), now=LATER)
    leave(organisation=organisation, user=User.objects.get(name="Ola"), now=LATER)

    assert told(organisation) == [
        "Kari invited a@example.org (Host)",
        "Kari invited b@example.org (Host)",
        "Kari invited a@example.org (Host)",
        "Kari withdrew the invitation to b@example.org",
        "Ola joined (Host)",
        "Ola left (Host)",
    ]
    joined = organisation.member_events.get(kind=MemberEvent.Kind.JOINED)
    assert joined.email == "a@example.org"  # also when it was accepted with another account


def test_the_history_begins_with_who_signed_up() -> None:
    made = register(by=make_user(name="Kari"), name="Elveporten", kind="company", now=NOW)

    assert told(made) == ["Kari signed up the organisation"]


def test_what_changes_nothing_is_not_told(
    organisation: Organisation, owner: User, host: Member
) -> None:
    change_role(member=host, role=Role.HOST, by=owner, now=NOW)
    with transaction.atomic(), pytest.raises(LastOwner):
        leave(organisation=organisation, user=owner, now=NOW)
    again = invite(
        organisation=organisation, email="ola@example.org", role=Role.HOST, by=owner, now=NOW
    )
    accept(token=again.token, by=host.user, now=NOW)

    assert told(organisation) == ["Kari invited ola@example.org (Host)"]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_history_cannot_be_rewritten(
    organisation: Organisation, owner: User, host: Member, change: str
) -> None:
    remove(member=host, by=owner, now=NOW)
    rows = MemberEvent.objects.filter(organisation=organisation)
    attempt = {"update": lambda: rows.update(by=host.user), "delete": rows.delete}[change]

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        attempt()

    assert rows.get().by == owner


# --- Who reads it -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "reads"), [("owner", True), ("manager", False), ("host", False), ("finance", False)]
)
def test_owners_read_the_history(client: Client, who: str, reads: bool) -> None:
    cast = Cast()
    remove(member=cast.host.memberships.get(), by=cast.owner, now=NOW)
    if who == "host":
        make_member(cast.organisation, Role.HOST, cast.host)
    cast.sign_in(client, who)

    page = client.get(f"/owner/organisations/{cast.organisation.slug}/members/").content.decode()

    assert (f"{cast.owner} removed {cast.host} (Host)" in page) == reads


def test_the_latest_twenty_are_shown_first_in_the_same_queries(client: Client) -> None:
    cast = Cast()
    cast.sign_in(client, "owner")
    member = cast.host.memberships.get()
    page = f"/owner/organisations/{cast.organisation.slug}/members/"
    counts = []
    for more in (1, 24):
        for _ in range(more):
            to = Role.HOST if Member.objects.get(pk=member.pk).role != Role.HOST else Role.FINANCE
            change_role(member=member, role=to, by=cast.owner, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    shown = [event.pk for event in answer.context["events"]]
    assert len(shown) == 20
    assert shown == sorted(shown, reverse=True)


def test_names_in_the_history_are_escaped(client: Client) -> None:
    cast = Cast()
    User.objects.filter(pk=cast.host.pk).update(name=EVIL)
    remove(member=cast.host.memberships.get(), by=cast.owner, now=NOW)
    cast.sign_in(client, "owner")

    page = client.get(f"/owner/organisations/{cast.organisation.slug}/members/").content.decode()

    assert EVIL not in page
    assert "&lt;img src=x" in page
