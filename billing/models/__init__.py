"""How much: orders, payments, refunds and the ledger that is the truth about money."""

from billing.models.cart import CartItem
from billing.models.dispute import Dispute
from billing.models.idempotency import IdempotencyKey
from billing.models.ledger import Account, Balance, Code, Entry, Transaction
from billing.models.order import Order, OrderLine, OrderStatus
from billing.models.refund import Refund, RefundStatus
from billing.models.stripe_event import StripeEvent

__all__ = [
    "Account",
    "Balance",
    "CartItem",
    "Code",
    "Dispute",
    "Entry",
    "IdempotencyKey",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Refund",
    "RefundStatus",
    "StripeEvent",
    "Transaction",
]
