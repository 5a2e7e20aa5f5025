"""What operators see. Money and history are only looked at."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts.errors import Refused
from accounts.models import Member, Organisation, User
from billing.models import (
    Case,
    Dispute,
    Entry,
    FeeAgreement,
    Order,
    PayoutAccount,
    Refund,
    Transfer,
)
from billing.operations import settle_case, way_of
from billing.operations.case_settling import NoSuchPayment
from bookings.models import Booking, BookingEvent, Campaign, UnmetSearch
from district.operators import amenities, books, mails, rulebooks, spaces
from district.operators.records import LookOnly, Recorded
from district.operators.site import operators
from spaces import formats
from spaces.money import Money

__all__ = ["amenities", "mails", "operators", "rulebooks", "spaces"]


@admin.register(Organisation, site=operators)
class OrganisationPage(Recorded):
    list_display = ("name", "kind", "number", "city", "is_listed", "books_on_account")
    list_filter = ("is_listed", "kind", "books_on_account")
    search_fields = ("name", "number")
    fields = (
        "name",
        "kind",
        "number",
        "address",
        "postcode",
        "city",
        "website",
        "about",
        "is_listed",
    )
    readonly_fields = ("website", "about")


@admin.register(User, site=operators)
class UserPage(Recorded):
    """An account is closed by making it inactive; its history stays."""

    list_display = ("email", "name", "is_active", "is_staff", "joined_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    fields = ("email", "name", "language", "is_active", "is_staff", "joined_at", "last_login")
    readonly_fields = ("email", "joined_at", "last_login", "is_staff")


@admin.register(Campaign, site=operators)
class CampaignPage(Recorded):
    """Codes of the district, which owners join; what owners keep themselves is theirs."""

    list_display = ("code", "name", "percent", "amount", "first_day", "last_day", "is_paused")
    search_fields = ("code", "name")
    fields = (
        "name",
        "code",
        "percent",
        "amount",
        "first_day",
        "last_day",
        "affiliations",
        "limit",
        "limit_each",
        "is_paused",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        found: QuerySet[Campaign] = super().get_queryset(request)
        return found.filter(owner=None)


@admin.register(Member, site=operators)
class MemberPage(LookOnly):
    list_display = ("user", "organisation", "role")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "user__name", "organisation__name")


class HistoryInline(TabularInline):
    """What has happened; whom the booker has invited is not the district's affair."""

    model = BookingEvent
    fields = readonly_fields = ("at", "kind", "by", "data")
    can_delete = False
    extra = max_num = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingEvent]:
        return super().get_queryset(request).concerning_owners().select_related("by")  # type: ignore[no-any-return]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True


@admin.register(Booking, site=operators)
class BookingPage(LookOnly):
    inlines = (HistoryInline,)
    exclude = ("note",)  # between the booker and the owner
    list_display = ("space", "when", "booker", "status", "costs")
    list_filter = ("status",)
    list_select_related = ("space__place", "booker")
    search_fields = ("=id", "space__name", "booker__email")

    @admin.display(description=_("when"), ordering="period")
    def when(self, booking: Booking) -> str:
        return formats.when(booking.start, booking.end, booking.space.place.zone)

    @admin.display(description=_("price"), ordering="amount")
    def costs(self, booking: Booking) -> str:
        return formats.price(booking.price)


@admin.register(UnmetSearch, site=operators)
class UnmetSearchPage(LookOnly):
    """What was searched for in vain, counted; by whom is known to nobody."""

    list_display = (
        "day",
        "hour",
        "last_day",
        "minutes",
        "kind",
        "people",
        "place",
        "reason",
        "count",
    )
    list_filter = ("reason", "kind", "people")
    list_select_related = ("place",)
    date_hierarchy = "day"


@admin.register(Order, site=operators)
class OrderPage(LookOnly):
    list_display = ("id", "buyer", "status", "paid", "created_at")
    list_filter = ("status",)
    list_select_related = ("buyer",)
    search_fields = ("=id", "buyer__email", "intent_id")
    exclude = ("checkout_url",)  # opens the payment to whoever has it

    @admin.display(description=_("amount"), ordering="amount")
    def paid(self, order: Order) -> str:
        return formats.price(order.total)


@admin.register(Refund, site=operators)
class RefundPage(LookOnly):
    list_display = ("id", "order", "status", "back", "created_at", "error")
    list_filter = ("status",)
    list_select_related = ("order",)
    search_fields = ("=id", "stripe_id")

    @admin.display(description=_("amount"), ordering="amount")
    def back(self, refund: Refund) -> str:
        return formats.price(Money(refund.amount, refund.order.currency))


@admin.register(FeeAgreement, site=operators)
class FeeAgreementPage(Recorded):
    """A new agreement is added, and holds from its moment on; an old one is never changed."""

    list_display = ("organisation", "fee", "starts_at", "reason", "agreed_by")
    list_select_related = ("organisation", "agreed_by")
    search_fields = ("organisation__name", "reason")
    fields = ("organisation", "points", "least", "starts_at", "reason")

    @admin.display(description=_("fee"), ordering="points")
    def fee(self, agreement: FeeAgreement) -> str:
        return f"{agreement.points / 100:g} %"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.agreed_by = request.user
        super().save_model(request, obj, form, change)


@admin.register(PayoutAccount, site=operators)
class PayoutAccountPage(LookOnly):
    list_display = ("organisation", "stands", "checked_at", "stripe_id")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "stripe_id")

    @admin.display(description=_("status"))
    def stands(self, account: PayoutAccount) -> str:
        return str(account.state.label)


@admin.register(Transfer, site=operators)
class TransferPage(LookOnly):
    list_display = ("organisation", "order", "status", "sum", "created_at", "error")
    list_filter = ("status",)
    list_select_related = ("organisation", "order")
    search_fields = ("=id", "stripe_id", "organisation__name")

    @admin.display(description=_("amount"), ordering="amount")
    def sum(self, transfer: Transfer) -> str:
        return formats.price(transfer.money)


@admin.register(Dispute, site=operators)
class DisputePage(LookOnly):
    """They are answered at Stripe; here one sees that there are any, and until when."""

    list_display = ("stripe_id", "order", "disputed", "reason", "status", "answer_by")
    list_filter = ("status",)
    list_select_related = ("order",)
    search_fields = ("stripe_id", "=order__id", "order__buyer__email")

    @admin.display(description=_("amount"), ordering="amount")
    def disputed(self, dispute: Dispute) -> str:
        return formats.price(dispute.money)


@admin.register(Case, site=operators)
class CasePage(Recorded):
    """What the nightly reconciliation with Stripe's books found. Saving how it was settled
    settles it."""

    list_display = ("kind", "order", "differs", "opened_at", "settled_at", "settled_by", "how")
    list_filter = ("kind", ("settled_at", admin.EmptyFieldListFilter))
    list_select_related = ("order", "settled_by")
    search_fields = ("stripe_id", "source", "=order__id")
    fields = ("kind", "stripe_id", "source", "order", "differs", "opened_at", "way", "how")
    readonly_fields = ("kind", "stripe_id", "source", "order", "differs", "opened_at", "way")

    @admin.display(description=_("difference"))
    def differs(self, case: Case) -> str:
        return formats.price(case.difference)

    @admin.display(description=_("When this is saved"))
    def way(self, case: Case) -> str:
        return way_of(case)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return not (isinstance(obj, Case) and obj.settled_at)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        settle = {"case": obj, "how": obj.how, "by": request.user, "now": timezone.now()}
        try:
            settle_case(**settle)
        except NoSuchPayment:
            settle_case(**settle, as_unexplained=True)
        except Refused as refusal:
            messages.error(request, refusal.sentence)


@admin.register(Entry, site=operators)
class EntryPage(LookOnly):
    list_display = ("at", "cause", "account", "posted")
    list_display_links = ("at",)
    list_filter = ("account__code",)
    list_select_related = ("transaction", "account")
    search_fields = ("transaction__source",)

    @admin.display(description=_("cause"))
    def cause(self, entry: Entry) -> str:
        """The source, and the way to it."""
        source = entry.transaction.source
        address = books.cause(source)
        return format_html('<a href="{}">{}</a>', address, source) if address else source

    @admin.display(description=_("at"))
    def at(self, entry: Entry) -> Any:
        return entry.transaction.at

    @admin.display(description=_("amount"), ordering="amount")
    def posted(self, entry: Entry) -> str:
        return formats.price(Money(entry.amount, entry.account.currency))


@admin.register(LogEntry, site=operators)
class LogPage(LookOnly):
    """What operators have done here."""

    list_display = ("action_time", "user", "object_repr", "content_type", "change_message")
    list_filter = ("user",)
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message")
