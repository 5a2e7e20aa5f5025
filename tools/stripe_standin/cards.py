"""Stripe's published test cards, and what each of them does."""

from dataclasses import dataclass
from typing import Literal

from tools.stripe_standin.errors import ApiError, Doc


@dataclass(frozen=True)
class TestCard:
    number: str
    decline: str | None = None
    challenge: Literal["never", "always", "unless_saved"] = "never"
    settles_at_once: bool = False
    disputes: bool = False
    attaches: bool = True
    refunds: Literal["at once", "later", "never"] = "at once"

    @property
    def brand(self) -> str:
        return "mastercard" if self.number.startswith("5") else "visa"


CARDS = {
    card.number: card
    for card in (
        TestCard("4242424242424242"),
        TestCard("5555555555554444"),
        TestCard("4000005780000007"),
        TestCard("4000000000000077", settles_at_once=True),
        TestCard("4000000000000002", decline="generic_decline", attaches=False),
        TestCard("4000000000009995", decline="insufficient_funds", attaches=False),
        TestCard("4000000000009987", decline="lost_card", attaches=False),
        TestCard("4000000000000069", decline="expired_card", attaches=False),
        TestCard("4000000000000127", decline="incorrect_cvc", attaches=False),
        TestCard("4000000000000119", decline="processing_error", attaches=False),
        TestCard("4000000000000341", decline="generic_decline"),
        TestCard("4000002500003155", challenge="unless_saved"),
        TestCard("4000000000003220", challenge="always"),
        TestCard("4000002760003184", challenge="always"),
        TestCard("4000008260003178", challenge="always", decline="insufficient_funds"),
        TestCard("4000000000000259", disputes=True),
        TestCard("4000000000007726", refunds="later"),
        TestCard("4000000000005126", refunds="never"),
    )
}
ALIASES = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_no": "4000005780000007",
    "pm_card_bypassPending": "4000000000000077",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_threeDSecureRequired": "4000000000003220",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
}
TOKENS = {
    "tok_visa": "4242424242424242",
    "tok_mastercard": "5555555555554444",
    "tok_bypassPending": "4000000000000077",
    "tok_chargeDeclined": "4000000000000002",
    "tok_createDispute": "4000000000000259",
}
# These declines carry a code of their own; every other is `card_declined`.
OWN_CODE = {"expired_card", "incorrect_cvc", "processing_error", "authentication_required"}
MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": (
        "An error occurred while processing your card. Try again in a little bit."
    ),
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


def decline_error(reason: str, payment_method: Doc | None) -> Doc:
    """The error as it is kept on the intent, in `last_payment_error`."""
    code = reason if reason in OWN_CODE else "card_declined"
    return {
        "code": code,
        "decline_code": reason,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        "message": MESSAGES.get(reason, "Your card was declined."),
        "payment_method": payment_method,
        "type": "card_error",
    }


def declined(error: Doc, **details: object) -> ApiError:
    """The 402 a caller gets; what the decline left behind is kept."""
    return ApiError(
        402,
        "card_error",
        error["message"],
        keeps=True,
        code=error["code"],
        decline_code=error["decline_code"],
        **details,
    )
