"""Whom some rooms are for, what some labs ask for, and what the district and an owner demand
of all bookings."""

from datetime import datetime, timedelta

from accounts.models import Certificate, Group, GroupMember, Role, Training, User
from district.demo.catalogue import text
from spaces.models import AccessRule, OrganisationRules, Quota, Rulebook, Space

STUDENT = "student@demo.ledig.no"
BOARD = ("firma@demo.ledig.no", "silje.moen@demo.ledig.no")
NIGHT_AND_DAY = 24 * 60


def write_access(spaces: dict[str, Space], midnight: datetime) -> None:
    lab, meeting_room = spaces["vatlab-3"], spaces["journalen"]
    write_training(lab, midnight)
    board = Group.objects.create(organisation=meeting_room.organisation, name="Helsenettverket")
    GroupMember.objects.bulk_create(GroupMember(group=board, email=email) for email in BOARD)
    AccessRule.objects.create(space=meeting_room, group=board)
    AccessRule.objects.create(space=meeting_room, affiliation="startup")
    write_limits(spaces)


def write_training(lab: Space, midnight: datetime) -> None:
    safety = Training.objects.create(
        organisation=lab.organisation,
        name=text("Labsikkerhet (HMS)", "Lab safety (HSE)", "Labtryggleik (HMS)"),
        description=text(
            "Et nettkurs på to timer og en runde i laben. Meld deg på i resepsjonen.",
            "An online course of two hours and a tour of the lab. Sign up at the reception.",
            "Eit nettkurs på to timar og ein runde i laben. Meld deg på i resepsjonen.",
        ),
        valid_months=24,
    )
    lab.trainings.add(safety)
    owner = lab.organisation.memberships.filter(role=Role.OWNER).first()
    student = User.objects.get(email=STUDENT)
    Certificate.objects.create(
        training=safety,
        user=student,
        granted_by=owner.user if owner else student,
        granted_at=midnight - timedelta(days=600),
        expires_at=midnight + timedelta(days=120),
    )


def write_limits(spaces: dict[str, Space]) -> None:
    """The rulebook protects bookers; a university lets its students share."""
    Rulebook.objects.update(longest_notice=21 * NIGHT_AND_DAY, horizon_days=365)
    reading_room = spaces["lesesalen"].organisation
    OrganisationRules.objects.create(
        organisation=reading_room, horizon_days=90, answer_within=3 * NIGHT_AND_DAY
    )
    Quota.objects.create(
        owner=reading_room, counts="minutes", amount=20 * 60, window="week", affiliation="student"
    )
