"""Saving a card, with its holder's consent, and letting it go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation, take_turns
from billing import consent as words
from billing import stripe_cards, stripe_gateway
from billing.models import (
    Card,
    CardConsent,
    CardSetup,
    CardStatus,
    Order,
    OrderLine,
    OrderStatus,
    SetupStatus,
    StripeCustomer,
)
from billing.nudge import nudge
from billing.stripe_gateway import CardSeen
from bookings.models import Booking

PAGE_LASTS = timedelta(minutes=45)  # where a card is saved; Stripe wants at least 30


class NoConsent(Refused):
    code = "no_consent"
    message = _("Say yes to what the card may be charged for first.")


class CardGone(Refused):
    code = "card_gone"
    message = _("That card is removed already.")


class CardsClosed(Refused):
    code = "cards_closed"
    message = _("Cards cannot be saved now. Try again in a moment.")


@operation
def give_consent(*, by: User, now: datetime, cap: int = words.USUAL) -> CardConsent:
    """Say yes to being charged, in the words shown in the person's language. Another cap, or
    newer words, take the place of what was said before; the cards stay."""
    take_turns(by)
    said = CardConsent.objects.standing().filter(user=by).first()
    if said is not None and (said.cap, said.version) == (cap, words.VERSION):
        return said
    if said is not None:
        said.withdrawn_at = now
        said.save(update_fields=["withdrawn_at"])
    with translation.override(by.language):
        text = words.text()
    return CardConsent.objects.create(
        user=by, version=words.VERSION, text=text, cap=cap, given_at=now
    )


@operation
def withdraw_consent(*, by: User, now: datetime) -> None:
    """Take it back: nothing more is charged by itself, and all cards are removed."""
    take_turns(by)
    CardConsent.objects.standing().filter(user=by).update(withdrawn_at=now)
    Card.objects.saved_by(by).update(status=CardStatus.REMOVING, is_default=False, not_before=now)
    nudge()


@operation
def remove_card(*, card: Card, by: User, now: datetime) -> Card:
    """From now on it is not charged; Stripe is told at once or as soon as it answers. Another
    of the person's cards takes its place. Removing twice is removing once."""
    take_turns(by)
    card = Card.objects.select_for_update(no_key=True, of=("self",)).get(pk=card.pk)
    if card.status == CardStatus.SAVED:
        _let_go(card, now=now)
        _choose_default(by)
        nudge()
    return card


@operation
def prefer_card(*, card: Card, by: User) -> Card:
    """This is the one to charge. Raises `CardGone`."""
    take_turns(by)
    card.refresh_from_db()
    if card.status != CardStatus.SAVED:
        raise CardGone
    Card.objects.filter(user=by, is_default=True).exclude(pk=card.pk).update(is_default=False)
    card.is_default = True
    card.save(update_fields=["is_default"])
    return card


def open_setup(*, by: User, now: datetime, cap: int | None = None) -> CardSetup:
    """The page of Stripe's where a card is saved and nothing is paid; the same when asked
    again. With a `cap` the person says yes to what `billing.consent` says. Raises `NoConsent`,
    `CardsClosed`, and `PaymentsUnavailable`."""
    if not stripe_gateway.is_configured():
        raise CardsClosed
    setup = _intend_setup(by=by, now=now, cap=cap)
    if setup.url:
        return setup
    back = settings.PUBLIC_URL + reverse("cards")
    try:
        page = stripe_cards.open_setup(
            setup,
            customer=customer_of(by, now=now),
            success_url=settings.PUBLIC_URL + reverse("card_saved"),
            cancel_url=back,
            locale="en" if by.language == "en" else "nb",
        )
    except stripe_gateway.PaymentRefused as no:
        raise CardsClosed from no
    setup.session_id, setup.url = page.session_id, page.url
    setup.save(update_fields=["session_id", "url"])
    return setup


def settle_setup(setup: CardSetup, *, now: datetime) -> Card | None:
    """Ask what came of a page where a card was to be saved. Raises `PaymentsUnavailable`."""
    if not setup.session_id:  # nobody ever saw it
        CardSetup.objects.filter(pk=setup.pk, expires_at__lte=now).update(status=SetupStatus.ENDED)
        return None
    is_open, seen = stripe_cards.setup_state(setup)
    if seen is None:
        if not is_open:
            CardSetup.objects.filter(pk=setup.pk).update(status=SetupStatus.ENDED)
        return None
    return _setup_done(setup, seen, now=now)


def customer_of(user: User, *, now: datetime) -> str:
    """The person at Stripe, made there when they are not yet. Raises `PaymentsUnavailable`."""
    customer, _is_new = StripeCustomer.objects.get_or_create(
        user=user, defaults={"created_at": now}
    )
    if not customer.stripe_id:
        customer.stripe_id = stripe_cards.open_customer(customer)
        customer.save(update_fields=["stripe_id"])
    return customer.stripe_id


def note_card(seen: CardSeen, *, consent: CardConsent, now: datetime) -> Card:
    """A card was saved at Stripe by this consent. The same number saved anew takes the place
    of the older; and when the consent was taken back meanwhile, it is let go at once. Called
    in a transaction."""
    user = User.objects.select_for_update(no_key=True).get(pk=consent.user_id)
    card, is_new = Card.objects.get_or_create(
        stripe_id=seen.stripe_id,
        defaults={
            "user": user,
            "fingerprint": seen.fingerprint,
            "brand": seen.brand,
            "last4": seen.last4,
            "exp_month": seen.exp_month,
            "exp_year": seen.exp_year,
            "saved_at": now,
            "not_before": now,
        },
    )
    if not is_new:
        return card
    if not CardConsent.objects.standing().filter(user=user).exists():
        _let_go(card, now=now)
        nudge()
        return card
    same = Card.objects.saved_by(user).filter(fingerprint=seen.fingerprint).exclude(fingerprint="")
    for older in same.exclude(pk=card.pk):
        card.is_default = card.is_default or older.is_default
        _let_go(older, now=now)
        nudge()
    card.save(update_fields=["is_default"])
    _choose_default(user)
    card.refresh_from_db()
    return card


def tell_stripe(card: Card, *, now: datetime) -> None:
    """Remove at Stripe what is removed here. Raises `PaymentsUnavailable`."""
    stripe_cards.remove(card.stripe_id)
    Card.objects.filter(pk=card.pk).update(status=CardStatus.REMOVED, is_default=False)


def refresh_card(stripe_id: str, *, now: datetime) -> None:
    """Something happened to a card at Stripe: it was renewed by its bank, or removed there."""
    if not Card.objects.filter(stripe_id=stripe_id).exists():
        return
    seen = stripe_cards.card_state(stripe_id)
    _note_change(stripe_id, seen, now=now)


@dataclass(frozen=True, slots=True)
class Means:
    """A card, and the consent that it may be charged by."""

    card: Card
    consent: CardConsent


def may_charge(booking: Booking, amount: int, *, besides: Order | None = None) -> Means | None:
    """The booker's card, and the consent that it may be charged by; None when there is none,
    or the cap of the booking would be passed. `besides` is let go when this is had. Call it
    with the booking locked."""
    consent = CardConsent.objects.standing().filter(user=booking.booker_id).first()
    card = Card.objects.to_charge(booking.booker)
    if consent is None or card is None or consent.currency != booking.currency:
        return None
    counted = (
        OrderLine.objects.filter(booking=booking, order__card__isnull=False)
        .exclude(order__status__in=(OrderStatus.OPEN, OrderStatus.VOIDING, OrderStatus.VOID))
        .exclude(order=besides.pk if besides else None)
    )
    charged = counted.aggregate(sum=Sum("amount", default=0))["sum"]
    return Means(card, consent) if charged + amount <= consent.cap else None


@operation
def _intend_setup(*, by: User, now: datetime, cap: int | None) -> CardSetup:
    take_turns(by)
    if cap is not None:
        give_consent(by=by, now=now, cap=cap)
    consent = CardConsent.objects.standing().filter(user=by).first()
    if consent is None:
        raise NoConsent
    found = CardSetup.objects.filter(consent=consent, status=SetupStatus.OPEN).first()
    if found is not None and found.expires_at - timedelta(minutes=5) > now:
        return found
    if found is not None:
        found.status = SetupStatus.ENDED  # its page is closed in a moment, by itself
        found.save(update_fields=["status"])
    return CardSetup.objects.create(consent=consent, created_at=now, expires_at=now + PAGE_LASTS)


@operation
def _setup_done(setup: CardSetup, seen: CardSeen, *, now: datetime) -> Card:
    setup = (
        CardSetup.objects.select_for_update(of=("self",)).select_related("consent").get(pk=setup.pk)
    )
    card = note_card(seen, consent=setup.consent, now=now)
    if setup.status != SetupStatus.DONE:
        setup.status = SetupStatus.DONE
        setup.save(update_fields=["status"])
        if card.status == CardStatus.SAVED:  # who comes to save a card means it to be used
            prefer_card(card=card, by=card.user)
    return card


@operation
def _note_change(stripe_id: str, seen: CardSeen | None, *, now: datetime) -> None:
    card = Card.objects.select_for_update(no_key=True, of=("self",)).get(stripe_id=stripe_id)
    if seen is None or not seen.is_kept:
        if card.status != CardStatus.REMOVED:
            card.status, card.is_default = CardStatus.REMOVED, False
            card.save(update_fields=["status", "is_default"])
            _choose_default(card.user)
        return
    card.last4, card.exp_month, card.exp_year = seen.last4, seen.exp_month, seen.exp_year
    card.save(update_fields=["last4", "exp_month", "exp_year"])


def _let_go(card: Card, *, now: datetime) -> None:
    card.status, card.is_default, card.not_before = CardStatus.REMOVING, False, now
    card.save(update_fields=["status", "is_default", "not_before"])


def _choose_default(user: User) -> None:
    """The newest, when none is chosen."""
    saved = Card.objects.saved_by(user)
    if not saved.filter(is_default=True).exists():
        newest = saved.order_by("-saved_at", "-pk").first()
        if newest is not None:
            newest.is_default = True
            newest.save(update_fields=["is_default"])
