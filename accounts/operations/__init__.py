"""What can happen to people, their organisations and what they hold."""

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

__all__ = [
    "AlreadyMember",
    "AlreadyRevoked",
    "GroupThere",
    "InvitationGone",
    "JustSent",
    "LastOwner",
    "NobodyThere",
    "NotAMember",
    "NumberTaken",
    "TooManyAppPasswords",
    "TooManyInvitations",
    "accept",
    "app_password_of",
    "change_logo",
    "change_role",
    "describe",
    "drop_group",
    "grant",
    "hand_over",
    "invite",
    "leave",
    "make_app_password",
    "register",
    "remove",
    "resend",
    "revoke",
    "revoke_app_password",
    "set_group",
    "set_training",
    "withdraw",
]
