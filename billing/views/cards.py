"""One's saved cards, and what one has said yes to."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from accounts.models import User
from billing import consent, operations, stripe_gateway
from billing.models import Card, CardConsent, CardSetup, SetupStatus
from billing.views.answers import see_other
from spaces.formats import price
from spaces.money import Money


class ConsentForm(forms.Form):
    """Ticked and with a most: the words beside it are what is said yes to."""

    cap = forms.TypedChoiceField(
        label=gettext_lazy("At most for one booking"), coerce=int, initial=consent.USUAL
    )
    agrees = forms.BooleanField(
        label=gettext_lazy("Yes, this is fine with me"),
        error_messages={"required": gettext_lazy("Tick the box to save a card.")},
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data, auto_id="consent-%s")  # type: ignore[arg-type]
        choices = [(cap, price(Money(cap))) for cap in consent.CAPS]
        self.fields["cap"].choices = choices  # type: ignore[attr-defined]


@login_required
@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    return page(request, person(request), ConsentForm())


def page(request: HttpRequest, user: User, form: ConsentForm, status: int = 200) -> HttpResponse:
    said = CardConsent.objects.standing().filter(user=user).first()
    context = {
        "cards": Card.objects.saved_by(user),
        "consent": said,
        "form": form,
        "words": consent.text(),
        "before": CardConsent.objects.filter(user=user, withdrawn_at__isnull=False)[:5],
        "can_save": stripe_gateway.is_configured(),
    }
    return render(request, "billing/cards.html", context, status=status)


@login_required
@require_POST
def card_add(request: HttpRequest) -> HttpResponse:
    """Onward to the page where a card is saved; first with a yes, where there is none yet."""
    now, user = timezone.now(), person(request)
    form = ConsentForm(request.POST)
    has_said = CardConsent.objects.standing().filter(user=user).exists()
    if not has_said and not form.is_valid():
        return page(request, user, form, status=422)
    try:
        cap = None if has_said else form.cleaned_data["cap"]
        setup = operations.open_setup(by=user, now=now, cap=cap)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    except stripe_gateway.PaymentsUnavailable:
        messages.error(request, _("The payment page does not answer now. Try again in a moment."))
    else:
        return see_other(request, setup.url)
    return see_other(request, reverse("cards"))


@login_required
@require_safe
def card_saved(request: HttpRequest) -> HttpResponse:
    """Back from there. Asks at once, so that the card is seen even when the webhook is late."""
    now, user = timezone.now(), person(request)
    for setup in CardSetup.objects.filter(consent__user=user, status=SetupStatus.OPEN):
        try:
            card = operations.settle_setup(setup, now=now)
        except (stripe_gateway.PaymentsUnavailable, stripe_gateway.PaymentRefused):
            messages.info(request, _("The card is being saved. It is here in a moment."))
        else:
            if card is not None:
                messages.success(request, _("%(card)s is saved.") % {"card": card})
    return see_other(request, reverse("cards"))


@login_required
@require_POST
def card_prefer(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = person(request)
    card = get_object_or_404(Card.objects.saved_by(user), pk=pk)
    try:
        operations.prefer_card(card=card, by=user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return see_other(request, reverse("cards"))


@login_required
@require_POST
def card_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Removing it twice is removing it once."""
    user = person(request)
    card = get_object_or_404(Card.objects.filter(user=user), pk=pk)
    operations.remove_card(card=card, by=user, now=timezone.now())
    messages.success(request, _("%(card)s is removed.") % {"card": card})
    return see_other(request, reverse("cards"))


@login_required
@require_POST
def cards_withdraw(request: HttpRequest) -> HttpResponse:
    operations.withdraw_consent(by=person(request), now=timezone.now())
    messages.success(request, _("Nothing is charged by itself any more, and no card is saved."))
    return see_other(request, reverse("cards"))
