"""People, the organisations they belong to, and what proves it."""

from accounts.models.affiliation import Affiliation, AffiliationKind
from accounts.models.agreement import CreditAgreement, CreditStatus
from accounts.models.app_password import AppPassword
from accounts.models.group import Certificate, Group, GroupMember, Training
from accounts.models.history import MemberEvent
from accounts.models.invitation import Invitation
from accounts.models.organisation import (
    RUNS_BOOKINGS,
    RUNS_SALES,
    RUNS_SPACES,
    SEES_MONEY,
    Member,
    MemberQuerySet,
    Organisation,
    OrganisationKind,
    Role,
)
from accounts.models.people import User, UserManager

__all__ = [
    "RUNS_BOOKINGS",
    "RUNS_SALES",
    "RUNS_SPACES",
    "SEES_MONEY",
    "Affiliation",
    "AffiliationKind",
    "AppPassword",
    "Certificate",
    "CreditAgreement",
    "CreditStatus",
    "Group",
    "GroupMember",
    "Invitation",
    "Member",
    "MemberEvent",
    "MemberQuerySet",
    "Organisation",
    "OrganisationKind",
    "Role",
    "Training",
    "User",
    "UserManager",
]
