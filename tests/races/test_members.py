"""Owners who leave at the same moment: one of them stays."""

from functools import partial

import pytest

from accounts.models import MemberEvent, Role
from accounts.operations import invite
from tests.factories import NOW, make_member, make_organisation, make_user
from tests.races import bookers
from tests.races.conftest import Race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_two_owners_leave_at_once_and_one_stays(race: Race) -> None:
    for _round in range(3):
        organisation = make_organisation()
        people = [make_member(organisation, Role.OWNER) for _ in range(2)]

        result = race(
            [
                [partial(bookers.leave, organisation=organisation.pk, user=person.pk, now=NOW)]
                for person in people
            ]
        )

        assert result.refusals == ["last_owner"]
        assert result.errors == []
        assert organisation.memberships.get().role == Role.OWNER


def test_owners_demote_each_other_and_one_stays_an_owner(race: Race) -> None:
    organisation = make_organisation()
    members = [make_member(organisation, Role.OWNER).memberships.get().pk for _ in range(6)]

    result = race([[partial(bookers.demote, member=member, now=NOW)] for member in members])

    assert result.refusals == ["last_owner"]
    assert organisation.memberships.filter(role=Role.OWNER).count() == 1
    assert organisation.member_events.filter(kind=MemberEvent.Kind.CHANGED).count() == 5


def test_an_invitation_that_many_accept_lets_one_in(race: Race) -> None:
    organisation = make_organisation()
    owner = make_member(organisation, Role.OWNER)
    token = invite(
        organisation=organisation, email="ny@example.org", role=Role.HOST, by=owner, now=NOW
    ).token
    people = [make_user().pk for _ in range(8)]

    result = race([[partial(bookers.accept, token=token, by=pk, now=NOW)] for pk in people])

    assert result.refusals == ["invitation_gone"] * 7
    assert organisation.memberships.count() == 2
