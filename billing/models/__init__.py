"""How much: orders, payments, refunds and the ledger that is the truth about money."""

from billing.models.card import (
    Card,
    CardConsent,
    CardSetup,
    CardStatus,
    SetupStatus,
    StripeCustomer,
)
from billing.models.cart import CartItem
from billing.models.case import Case, CaseKind
from billing.models.dispatch import Dispatch, DispatchState, Way
from billing.models.dispute import Dispute
from billing.models.document import Document, DocumentKind, DocumentLine, DocumentSeries, Party
from billing.models.fee import FeeAgreement
from billing.models.idempotency import IdempotencyKey
from billing.models.ledger import Account, Balance, Code, Entry, Transaction
from billing.models.on_account import AccountCredit, AccountInvoice
from billing.models.order import BESIDE, STAY, LineKind, Order, OrderLine, OrderStatus
from billing.models.payout import (
    Payout,
    PayoutAccount,
    PayoutState,
    SendStatus,
    Transfer,
    TransferReversal,
)
from billing.models.penalty import DepositClaim, Penalty, PenaltyStatus
from billing.models.refund import Refund, RefundStatus
from billing.models.stripe_event import StripeEvent

__all__ = [
    "BESIDE",
    "STAY",
    "Account",
    "AccountCredit",
    "AccountInvoice",
    "Balance",
    "Card",
    "CardConsent",
    "CardSetup",
    "CardStatus",
    "CartItem",
    "Case",
    "CaseKind",
    "Code",
    "DepositClaim",
    "Dispatch",
    "DispatchState",
    "Dispute",
    "Document",
    "DocumentKind",
    "DocumentLine",
    "DocumentSeries",
    "Entry",
    "FeeAgreement",
    "IdempotencyKey",
    "LineKind",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Party",
    "Payout",
    "PayoutAccount",
    "PayoutState",
    "Penalty",
    "PenaltyStatus",
    "Refund",
    "RefundStatus",
    "SendStatus",
    "SetupStatus",
    "StripeCustomer",
    "StripeEvent",
    "Transaction",
    "Transfer",
    "TransferReversal",
    "Way",
]
