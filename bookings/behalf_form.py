"""For whom one books: oneself, an organisation that one is a member of, or somebody else."""

from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from bookings.operations import Whom


class BehalfForm(forms.Form):
    """Beside the form of a booking. Who is a member of none is not asked."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("On behalf of"),
        required=False,
        empty_label=_("Myself"),
    )
    cost_centre = forms.CharField(label=_("Cost centre"), max_length=60, required=False)
    reference = forms.CharField(label=_("Your reference"), max_length=60, required=False)

    on_account = forms.BooleanField(required=False)  # drawn where the price is

    def __init__(self, data: Any = None, *, user: User | AnonymousUser) -> None:
        super().__init__(data, auto_id="behalf-%s")
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        if isinstance(user, User):
            field.queryset = Organisation.objects.filter(memberships__user=user).order_by("name")
        self.is_asked = field.queryset is not None and field.queryset.exists()

    @property
    def is_chosen(self) -> bool:
        """Whether something stands in it: then it is shown unfolded."""
        return self.is_bound and any(self.data.get(name) for name in self.fields)

    @property
    def chosen(self) -> Organisation | None:
        """The organisation that is chosen, as far as it is understood."""
        if not (self.is_bound and self.is_valid()):
            return None
        return self.cleaned_data["organisation"]  # type: ignore[no-any-return]

    @property
    def whose(self) -> dict[str, Any]:
        """For whom, and what their books say of it; nobody while it is not understood."""
        names = ("organisation", "cost_centre", "reference")
        is_known = self.is_bound and self.is_valid()
        return {name: self.cleaned_data[name] for name in names} if is_known else {}

    @property
    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields}


class WhomForm(forms.Form):
    """Beside the form of a booking: for somebody else, by their address. It never stands in an
    address of ours."""

    for_email = forms.EmailField(
        label=_("Their e-mail address"),
        required=False,
        help_text=_(
            "They get the mails, the code and the booking in their calendar. Their rules and "
            "prices hold; what costs money they pay by a link."
        ),
    )
    for_name = forms.CharField(
        label=_("Their name"),
        max_length=120,
        required=False,
        help_text=_("For who has not been here before."),
    )

    def __init__(self, data: Any = None, *, comes_for: str = "") -> None:
        super().__init__(data, auto_id="whom-%s")
        self.comes_for = comes_for or self.data.get("for", "")

    @property
    def is_chosen(self) -> bool:
        """Whether something stands in it, or one comes to fill it in: then it is unfolded."""
        return bool(self.comes_for or self.data.get("for_email"))

    @property
    def address(self) -> str:
        """The address that is named, as far as it is understood."""
        return self.cleaned_data["for_email"] if self.is_bound and self.is_valid() else ""

    @property
    def whom(self) -> Whom | None:
        address = self.cleaned_data["for_email"]
        return Whom(address, self.cleaned_data["for_name"]) if address else None
