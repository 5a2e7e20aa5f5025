"""What every page of the operators' admin promises: nothing is changed that is not written
down, and most is only looked at."""

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest
from unfold.admin import ModelAdmin


class LookOnly(ModelAdmin):
    """Seen by operators, changed by nobody here."""

    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True  # the site has asked

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Recorded(LookOnly):
    """May be changed; the log says by whom, when, and each value before and after."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def construct_change_message(
        self, request: HttpRequest, form: Form, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        message: list[dict[str, Any]] = super().construct_change_message(
            request, form, formsets, add
        )
        for part in message:
            if "changed" in part and "name" not in part["changed"]:
                part["changed"]["values"] = {
                    name: [plain(form.initial.get(name)), plain(form.cleaned_data.get(name))]
                    for name in form.changed_data
                }
        return message


def plain(value: Any) -> Any:
    """As JSON can hold it."""
    return value if isinstance(value, str | int | float | bool | None | dict | list) else str(value)


def record(request: HttpRequest, row: Model, **changes: tuple[Any, Any]) -> None:
    """Write down a change that an action made: {field: (before, after)}."""
    values = {name: [plain(before), plain(after)] for name, (before, after) in changes.items()}
    assert request.user.pk is not None
    LogEntry.objects.log_actions(
        user_id=request.user.pk,
        queryset=[row],
        action_flag=CHANGE,
        change_message=[{"changed": {"fields": list(values), "values": values}}],
        single_object=True,
    )
