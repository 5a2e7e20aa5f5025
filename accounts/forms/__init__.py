"""Forms about people and their organisations."""

from accounts.forms.groups import GrantForm, GroupForm, TrainingForm
from accounts.forms.organisations import (
    InviteForm,
    LogoForm,
    OrganisationForm,
    RegisterForm,
    RoleForm,
)
from accounts.forms.sent import sent
from accounts.forms.signup import SignupForm
from accounts.forms.texts import TextsField

__all__ = [
    "GrantForm",
    "GroupForm",
    "InviteForm",
    "LogoForm",
    "OrganisationForm",
    "RegisterForm",
    "RoleForm",
    "SignupForm",
    "TextsField",
    "TrainingForm",
    "sent",
]
