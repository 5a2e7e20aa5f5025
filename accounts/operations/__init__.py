"""What can happen to people, their organisations and what they hold."""

from accounts.operations.agreements import (
    CreditAsked,
    NotAsked,
    agree_to_credit,
    ask_for_credit,
    end_credit,
)
from accounts.operations.app_passwords import (
    TooManyAppPasswords,
    app_password_of,
    make_app_password,
    revoke_app_password,
)
from accounts.operations.groups import (
    AlreadyRevoked,
    GroupThere,
    NobodyThere,
    drop_group,
    grant,
    revoke,
    set_group,
    set_training,
)
from accounts.operations.invitations import (
    AlreadyMember,
    InvitationGone,
    JustSent,
    TooManyInvitations,
    accept,
    invite,
    resend,
    withdraw,
)
from accounts.operations.members import LastOwner, NotAMember, change_role, hand_over, leave, remove
from accounts.operations.organisations import NumberTaken, change_logo, describe, register
from accounts.operations.waiting import person_at

__all__ = [
    "AlreadyMember",
    "AlreadyRevoked",
    "CreditAsked",
    "GroupThere",
    "InvitationGone",
    "JustSent",
    "LastOwner",
    "NobodyThere",
    "NotAMember",
    "NotAsked",
    "NumberTaken",
    "TooManyAppPasswords",
    "TooManyInvitations",
    "accept",
    "agree_to_credit",
    "app_password_of",
    "ask_for_credit",
    "change_logo",
    "change_role",
    "describe",
    "drop_group",
    "end_credit",
    "grant",
    "hand_over",
    "invite",
    "leave",
    "make_app_password",
    "person_at",
    "register",
    "remove",
    "resend",
    "revoke",
    "revoke_app_password",
    "set_group",
    "set_training",
    "withdraw",
]
