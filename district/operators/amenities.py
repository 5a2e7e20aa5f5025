"""What a space may have, for operators: they add what is asked for and mend the names."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.slugs import slug_of
from district.operators.fields import Texts
from district.operators.records import Recorded
from district.operators.site import operators
from spaces.models import Amenity


class AmenityForm(forms.ModelForm):  # type: ignore[type-arg]
    name = Texts(label=_("Name"), longest=60)
    icon = forms.CharField(
        label=_("Icon"),
        initial="check",
        max_length=40,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("The name of one of Lucide’s icons, as “coffee” or “mic”."),
    )

    class Meta:
        model = Amenity
        fields = ("name", "icon")

    def clean_icon(self) -> str:
        icon: str = self.cleaned_data["icon"]
        try:
            lucide(icon)
        except IconDoesNotExist:
            raise ValidationError(_("There is no such icon."), "invalid") from None
        return icon

    def clean(self) -> dict[str, Any]:
        """The code stands in addresses and spreadsheets: it is made of the name, once."""
        said = super().clean() or self.cleaned_data
        if not self.instance.pk and "name" in said:
            code = slug_of(said["name"].get("en") or said["name"]["nb"])[:40].strip("-")
            if Amenity.objects.filter(code=code).exists():
                self.add_error("name", _("There is one of that name already."))
            self.instance.code = code
        return said


@admin.register(Amenity, site=operators)
class AmenityPage(Recorded):
    """Owners say with these what is in their spaces, and bookers search by them."""

    form = AmenityForm
    list_display = ("drawn", "named", "code")
    list_display_links = ("named",)
    search_fields = ("code", "name")
    fields = ("name", "icon")

    @admin.display(description="")
    def drawn(self, amenity: Amenity) -> str:
        return format_html("{}", lucide(amenity.icon, size=20, aria_hidden="true"))

    @admin.display(description=_("name"), ordering="code")
    def named(self, amenity: Amenity) -> str:
        return str(amenity)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fields if obj is None else (*self.fields, "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("code",)
