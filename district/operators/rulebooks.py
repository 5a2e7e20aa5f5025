"""The rulebook for operators: a version is written as a draft, published once, and then stays.

What owners are bound by is said in people's units: hours, kroner, percent.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Max, Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.errors import Refused
from bookings.operations.of_district import publish_rulebook
from district.operators.fields import Kroner, Length, Number, Percent, Texts
from district.operators.records import LookOnly, Recorded, record
from district.operators.site import operators
from spaces.forms.limits import OFFERED
from spaces.models import Acceptance, Quota, Rulebook
from spaces.rulebook import write_next

AT_MOST = gettext_lazy("Spaces may ask for less, never for more.")
NO_LIMIT = gettext_lazy("Empty: owners decide.")


class QuotaForm(forms.ModelForm):  # type: ignore[type-arg]
    """One quota over all spaces of the district."""

    amount = forms.DecimalField(
        label=gettext_lazy("At most"),
        min_value=Decimal("0.25"),
        max_value=10_000,
        decimal_places=2,
        localize=True,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )

    class Meta:
        model = Quota
        fields = ("amount", "counts", "window", "whose", "affiliation")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.counts == Quota.Counts.MINUTES:
            self.initial["amount"] = Decimal(self.instance.amount) / 60

    def clean(self) -> dict[str, Any]:
        """The amount as the quota keeps it: bookings, or minutes."""
        said = super().clean() or self.cleaned_data
        amount = said.get("amount")
        if said.get("whose") == Quota.Whose.AFFILIATION and not said.get("affiliation"):
            self.add_error("affiliation", _("Say of whom: all of them share it."))
        if amount is not None and said.get("counts") == Quota.Counts.MINUTES:
            said["amount"] = int(amount * 60)
        elif amount is not None and amount != int(amount):
            self.add_error("amount", _("Bookings are counted in whole numbers."))
        elif amount is not None:
            said["amount"] = int(amount)
        return said


class QuotaForms(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        super().clean()
        seen: set[tuple[Any, ...]] = set()
        for form in self.forms:
            said = getattr(form, "cleaned_data", None)
            if not said or said.get("DELETE") or "counts" not in said:
                continue
            what = tuple(said.get(name) for name in ("counts", "window", "whose", "affiliation"))
            if what in seen:
                form.add_error(None, _("There is a quota for just that already."))
            seen.add(what)


class QuotaLines(TabularInline):
    model = Quota
    fk_name = "rulebook"
    form = QuotaForm
    formset = QuotaForms
    fields = ("amount", "counts", "window", "whose", "affiliation")
    verbose_name_plural = gettext_lazy("quotas over all spaces of the district")
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True  # the site has asked

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_draft(obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_draft(obj)


def is_draft(rulebook: Model | None) -> bool:
    return not (isinstance(rulebook, Rulebook) and rulebook.published_at)


class RulebookForm(forms.ModelForm):  # type: ignore[type-arg]
    text = Texts(label=gettext_lazy("The text"), lines=12, longest=40_000)
    min_length = Length(OFFERED["min_length"], label=gettext_lazy("A booking lasts at least"))
    max_length = Length(OFFERED["max_length"], label=gettext_lazy("A booking lasts at most"))
    lead_time = Length(OFFERED["lead_time"], label=gettext_lazy("Booked at least so long before"))
    horizon_days = Number(
        label=gettext_lazy("Booked at most so many days ahead"),
        min_value=1,
        max_value=1100,
        required=False,
        help_text=NO_LIMIT,
    )
    buffer_before = Length(OFFERED["buffer_before"], label=gettext_lazy("Kept free before"))
    buffer_after = Length(OFFERED["buffer_after"], label=gettext_lazy("Kept free after"))
    answer_within = Length(
        OFFERED["answer_within"], label=gettext_lazy("Requests are answered within")
    )
    longest_notice = Length(
        OFFERED["longest_notice"],
        label=gettext_lazy("All comes back when cancelled so long before"),
        help_text=gettext_lazy("Protects bookers: no space may ask for longer notice."),
    )
    release_after = Length(
        OFFERED["release_after"],
        label=gettext_lazy("Check-in within"),
        help_text=gettext_lazy("After that the rest of the time is for others."),
    )
    most_fee = Kroner(
        label=gettext_lazy("Owners may take at most, for not coming or staying too long (kr)"),
        required=False,
        help_text=gettext_lazy("0: nothing. Empty: owners decide."),
    )
    fee_points = Percent(
        label=gettext_lazy("Our fee, in percent of what owners earn"),
        help_text=gettext_lazy("VAT is part of it."),
        initial=0,
    )
    fee_least = Kroner(
        label=gettext_lazy("Our least fee of a booking (kr)"),
        help_text=gettext_lazy("Never more than the price."),
        initial=0,
    )
    strike_limit = Number(
        label=gettext_lazy("So many strikes are too many"),
        min_value=1,
        max_value=100,
        required=False,
        help_text=gettext_lazy(
            "Not coming and staying too long give a strike. Empty: they are only counted."
        ),
    )
    strike_days = Number(
        label=gettext_lazy("A strike counts for so many days"),
        min_value=1,
        max_value=1100,
        initial=90,
    )
    strike_pause = Number(
        label=gettext_lazy("Too many bring a pause of so many days"),
        min_value=1,
        max_value=1100,
        initial=14,
    )

    class Meta:
        model = Rulebook
        fields = (
            "version",
            "text",
            *OFFERED,
            "horizon_days",
            "needs_approval",
            "most_fee",
            "strike_limit",
            "strike_days",
            "strike_pause",
            "strike_then",
            "fee_points",
            "fee_least",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in OFFERED:
            self.fields[name].offer(getattr(self.instance, name))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        shortest, longest = said.get("min_length"), said.get("max_length")
        if shortest and longest and shortest > longest:
            self.add_error("max_length", _("The longest is shorter than the shortest."))
        return said


@admin.register(Rulebook, site=operators)
class RulebookPage(Recorded):
    list_display = ("version", "published_at", "answers")
    form = RulebookForm
    fieldsets = (
        (None, {"fields": ("version", "text")}),
        (
            gettext_lazy("How spaces are booked"),
            {
                "fields": (
                    ("min_length", "max_length"),
                    ("lead_time", "horizon_days"),
                    ("buffer_before", "buffer_after"),
                    ("needs_approval", "answer_within"),
                )
            },
        ),
        (
            gettext_lazy("Cancelling and being there"),
            {"fields": ("longest_notice", "release_after", "most_fee")},
        ),
        (
            gettext_lazy("Strikes"),
            {"fields": ("strike_limit", ("strike_days", "strike_pause"), "strike_then")},
        ),
        (gettext_lazy("What the district takes"), {"fields": (("fee_points", "fee_least"),)}),
    )
    inlines = (QuotaLines,)
    actions = ("publish_it", "write_next_one")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_draft(obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        newest = Rulebook.objects.aggregate(Max("version"))["version__max"] or 0
        return {"version": newest + 1}

    @admin.display(description=gettext_lazy("Accepted by"))
    def answers(self, rulebook: Rulebook) -> str:
        n = rulebook.acceptances.count()
        return ngettext("%(n)d organisation", "%(n)d organisations", n) % {"n": n}

    @admin.action(description=gettext_lazy("Publish: all owners are told and asked"))
    def publish_it(self, request: HttpRequest, queryset: "QuerySet[Rulebook]") -> None:
        for rulebook in queryset:
            try:
                told = publish_rulebook(rulebook=rulebook, now=timezone.now())
            except Refused as refusal:
                messages.error(request, refusal.sentence)
            else:
                record(request, rulebook, published_at=(None, rulebook.published_at))
                says = ngettext(
                    "It is in force, and %(n)d owner is told.",
                    "It is in force, and %(n)d owners are told.",
                    told,
                )
                messages.success(request, says % {"n": told})

    @admin.action(description=gettext_lazy("Write the next version, beginning with this one"))
    def write_next_one(self, request: HttpRequest, queryset: "QuerySet[Rulebook]") -> None:
        for rulebook in queryset:
            draft = write_next(rulebook=rulebook)
            record(request, draft, begins_with=(None, rulebook.version))
            messages.success(request, _("Version %(n)s is a draft.") % {"n": draft.version})


@admin.register(Acceptance, site=operators)
class AcceptancePage(LookOnly):
    """Who has said yes to which version, and when."""

    list_display = ("organisation", "rulebook", "accepted_by", "accepted_at")
    list_filter = ("rulebook",)
    list_select_related = ("organisation", "rulebook", "accepted_by")
    search_fields = ("organisation__name", "accepted_by__email")
