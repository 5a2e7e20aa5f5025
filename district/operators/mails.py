"""Mails that are not out: what was given up is sent again."""

from datetime import datetime

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.deliveries import send_again
from bookings.models import Delivery, DeliveryState
from district.operators.records import LookOnly, record
from district.operators.site import operators

OUT = (DeliveryState.SENT, DeliveryState.SILENT)
IN_WORDS = {
    DeliveryState.PENDING: _("waits"),
    DeliveryState.SENDING: _("is being sent"),
    DeliveryState.DEAD: _("given up"),
}


@admin.register(Delivery, site=operators)
class MailPage(LookOnly):
    """To whom; but of those whom a booker has invited only that it is one of them."""

    list_display = ("about", "reader", "stands", "tries", "next_try", "why")
    list_select_related = ("recipient",)
    search_fields = ("recipient__email", "recipient__name")
    fields = ("about", "reader", "stands", "tries", "next_try", "why")
    actions = ("again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        found: QuerySet[Delivery] = super().get_queryset(request)
        return found.exclude(state__in=OUT)

    @admin.display(description=_("what about"), ordering="kind")
    def about(self, mail: Delivery) -> str:
        return str(mail.get_kind_display())

    @admin.display(description=_("state"), ordering="state")
    def stands(self, mail: Delivery) -> str:
        return str(IN_WORDS[DeliveryState(mail.state)])

    @admin.display(description=_("tries"), ordering="attempts")
    def tries(self, mail: Delivery) -> int:
        return mail.attempts

    @admin.display(description=_("next try"), ordering="not_before")
    def next_try(self, mail: Delivery) -> datetime | None:
        return None if mail.state == DeliveryState.DEAD else mail.not_before

    @admin.display(description=_("to"))
    def reader(self, mail: Delivery) -> str:
        return mail.recipient.email if mail.recipient else str(_("somebody invited along"))

    @admin.display(description=_("why"))
    def why(self, mail: Delivery) -> str:
        return mail.error.replace(mail.address, "…") if mail.address else mail.error

    @admin.action(description=_("Send again what was given up"))
    def again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        given_up = list(queryset.filter(state=DeliveryState.DEAD))
        n = send_again([mail.pk for mail in given_up], now=timezone.now())
        for mail in given_up:
            record(request, mail, state=(DeliveryState.DEAD, DeliveryState.PENDING))
        told = ngettext("%(n)d mail is on its way.", "%(n)d mails are on their way.", n)
        messages.success(request, told % {"n": n})
