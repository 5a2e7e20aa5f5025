"""Spaces for operators: what should not be seen is paused, with a reason that its owner is told."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.errors import Refused
from accounts.models import User
from bookings.operations.of_district import lift_space_pause, pause_space
from district.operators.records import LookOnly, record
from district.operators.site import operators
from spaces.models import Pause, Space


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label="",
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget(
            attrs={
                "placeholder": gettext_lazy("Why, as the owner reads it"),
                "aria-label": gettext_lazy("Reason"),
            }
        ),
    )


@admin.register(Space, site=operators)
class SpacePage(LookOnly):
    list_display = ("name", "kind", "place", "organisation", "listing")
    list_filter = ("listing", "kind")
    list_select_related = ("place", "organisation")
    search_fields = ("name", "place__name", "organisation__name")
    action_form = ReasonForm
    actions = ("pause", "lift")

    @admin.action(description=gettext_lazy("Pause: nobody finds or books it"))
    def pause(self, request: HttpRequest, queryset: "QuerySet[Space]") -> None:
        reason = request.POST.get("reason", "").strip()[:300]
        if not reason:
            messages.error(request, _("Say why beside the action: its owner is told."))
            return
        for space in queryset:
            self._do(request, space, pause_space, reason=reason)

    @admin.action(description=gettext_lazy("Lift the pause: listed again as before"))
    def lift(self, request: HttpRequest, queryset: "QuerySet[Space]") -> None:
        for space in queryset:
            self._do(request, space, lift_space_pause)

    def _do(self, request: HttpRequest, space: Space, do: Any, **said: str) -> None:
        assert isinstance(request.user, User)
        before = space.listing
        try:
            do(space=space, by=request.user, now=timezone.now(), **said)
        except Refused as refusal:
            messages.error(request, f"{space}: {refusal.sentence}")
        else:
            told = {name: ("", value) for name, value in said.items()}
            record(request, space, listing=(before, space.listing), **told)


@admin.register(Pause, site=operators)
class PausePage(LookOnly):
    """What was paused, why and for how long."""

    list_display = ("space", "reason", "made_by", "made_at", "lifted_at")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("space", "made_by")
    search_fields = ("space__name", "reason")
