"""What lowers a price in the demo: codes of owners and of the district, passes, and the hours
that students have for free."""

from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import CreditAgreement, CreditStatus, Organisation, User
from billing.operations import start_membership
from bookings.operations import give_pass, join_campaign, set_campaign, set_pass_type
from spaces.models import Space, Vat

ROOMS = ("nidelva", "kanalen", "styrerommet")


def write_codes(organisations: dict[str, Organisation], *, today: date) -> None:
    owner, first = organisations["elveporten"], today - timedelta(days=20)
    until: dict[str, Any] = {"first_day": first, "last_day": today + timedelta(days=90)}
    set_campaign(
        owner=owner,
        campaign=None,
        name="Nye naboer",
        code="HEI20",
        percent=20,
        limit=200,
        limit_each=3,
        **until,
    )
    set_campaign(
        owner=owner,
        campaign=None,
        name="Sommerstille",
        code="SOMMER",
        amount=100_00,
        kinds=["meeting_room", "desk_area"],
        first_day=first - timedelta(days=120),
        last_day=first - timedelta(days=30),
    )
    district = set_campaign(
        owner=None,
        campaign=None,
        name="Innovasjonsuka",
        code="ELGESETER",
        percent=10,
        limit_each=1,
        **until,
    )
    for slug in ("elveporten", "sintef"):
        join_campaign(campaign=district, owner=organisations[slug], joins=True)


def write_passes(
    organisations: dict[str, Organisation], spaces: dict[str, Space], *, midnight: datetime
) -> None:
    owner = organisations["elveporten"]
    set_pass_type(
        owner=owner,
        pass_type=None,
        name="Ti dagsplasser",
        description="For deg som er innom nå og da.",
        counts="days",
        amount=10,
        price=1_500_00,
        vat=Vat.STANDARD_25,
        lasts_days=365,
        spaces=[spaces["verftet"]],
    )
    hours = set_pass_type(
        owner=owner,
        pass_type=None,
        name="Tjue møtetimer",
        description="Deles av alle i bedriften.",
        counts="minutes",
        amount=20 * 60,
        price=5_900_00,
        lasts_days=31,
        holder="organisation",
        spaces=[spaces[slug] for slug in ROOMS],
    )
    give_pass(pass_type=hours, organisation=organisations["vaarbekk"], now=midnight)
    set_pass_type(
        owner=owner,
        pass_type=None,
        name="Gratistimer for studenter",
        counts="minutes",
        amount=4 * 60,
        window="week",
        affiliation="student",
        spaces=[spaces["verftet"], spaces["kanalen"]],
    )


def write_credit(organisations: dict[str, Organisation], *, midnight: datetime) -> None:
    """The company pays Elveporten by a monthly invoice; another asks."""
    owner, asks = organisations["elveporten"], User.objects.get(email="firma@demo.ledig.no")
    CreditAgreement.objects.create(
        owner=owner,
        customer=organisations["vaarbekk"],
        status=CreditStatus.AGREED,
        limit=20_000_00,
        invoice_email="faktura@vaarbekk.example",
        cost_centres=["Prosjekt Nidelva", "Administrasjon"],
        asked_by=asks,
        asked_at=midnight - timedelta(days=60),
        answered_by=User.objects.get(email="eier@demo.ledig.no"),
        answered_at=midnight - timedelta(days=58),
    )
    CreditAgreement.objects.create(
        owner=owner,
        customer=organisations["gnist"],
        ehf_address="0192:999999999",
        asked_by=asks,
        asked_at=midnight,
    )


def write_membership(organisations: dict[str, Organisation], *, midnight: datetime) -> None:
    member = set_pass_type(
        owner=organisations["elveporten"],
        pass_type=None,
        name="Husmedlem",
        description="Ti prosent på alt, så lenge dere er med.",
        counts="percent",
        amount=10,
        price=990_00,
        vat=Vat.STANDARD_25,
        holder="organisation",
        renews=True,
    )
    set_pass_type(
        owner=organisations["elveporten"],
        pass_type=None,
        name="Kveldsmedlem",
        description="Tjue timer i måneden, i alle rommene våre.",
        counts="minutes",
        amount=20 * 60,
        price=490_00,
        vat=Vat.STANDARD_25,
        holder="person",
        renews=True,
    )
    start_membership(
        pass_type=member,
        organisation=organisations["vaarbekk"],
        by=User.objects.get(email="firma@demo.ledig.no"),
        now=midnight,
    )
