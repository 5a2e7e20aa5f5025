"""Forms about people and their organisations."""

from accounts.forms.app_passwords import AppPasswordForm
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
    "AppPasswordForm",
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
