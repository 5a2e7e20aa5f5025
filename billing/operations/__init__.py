"""Everything that moves money, and the bookings it moves with."""

from billing.operations.answering import approve, decline
from billing.operations.answering_series import (
    approve_series,
    cancel_series_as_owner,
    decline_series,
)
from billing.operations.booking import PaidApart, PaymentsClosed, book, book_together, open_checkout
from billing.operations.cancelling import cancel, cancel_once
from billing.operations.card_memberships import (
    end_by_card,
    join_by_card,
    month_to_pay,
    pay_month,
    renew_by_card,
)
from billing.operations.cards import (
    give_consent,
    open_setup,
    prefer_card,
    remove_card,
    settle_setup,
    withdraw_consent,
)
from billing.operations.cart import add_to_cart, book_cart
from billing.operations.case_settling import settle_case, way_of
from billing.operations.changing import extend, release, reschedule, withdraw
from billing.operations.clearing import (
    CANCEL,
    KEEP,
    Answer,
    change_hours,
    clear,
    close,
    close_often,
    close_place,
)
from billing.operations.crediting import credit_some
from billing.operations.depositing import claim_deposit, tend_deposits
from billing.operations.dispatching import send_documents
from billing.operations.documenting import (
    credit_invoice,
    issue_correction,
    issue_credit_note,
    issue_invoice,
    issue_receipts,
)
from billing.operations.earning import earn_due, send_due
from billing.operations.from_calendars import drop_event, put_event
from billing.operations.many import edit_spaces, work_on_import
from billing.operations.memberships import (
    cancel_membership,
    renew_memberships,
    start_membership,
)
from billing.operations.moving_series import move_series
from billing.operations.offering import accept, decline_offer, leave, offer_due
from billing.operations.on_account import invoice_month, left_of, note_paid
from billing.operations.payouts import begin_payouts, check_waiting_accounts
from billing.operations.penalising import penalise, waive
from billing.operations.reconciling import hear_again, reconcile
from billing.operations.refunding import give_back_some, refund, resend_refund
from billing.operations.repeating import (
    add_to_series,
    book_series,
    cancel_series,
)
from billing.operations.selling import buy_pass, return_pass, take_pass_back, worth_back
from billing.operations.sending import check_account
from billing.operations.settling import (
    carry_out,
    expire_holds,
    handle_event,
    receive_event,
    send_refund,
    settle,
    settle_order,
)
from bookings.operations import Item

__all__ = [
    "CANCEL",
    "KEEP",
    "Answer",
    "Item",
    "PaidApart",
    "PaymentsClosed",
    "accept",
    "add_to_cart",
    "add_to_series",
    "approve",
    "approve_series",
    "begin_payouts",
    "book",
    "book_cart",
    "book_series",
    "book_together",
    "buy_pass",
    "cancel",
    "cancel_membership",
    "cancel_once",
    "cancel_series",
    "cancel_series_as_owner",
    "carry_out",
    "change_hours",
    "check_account",
    "check_waiting_accounts",
    "claim_deposit",
    "clear",
    "close",
    "close_often",
    "close_place",
    "credit_invoice",
    "credit_some",
    "decline",
    "decline_offer",
    "decline_series",
    "drop_event",
    "earn_due",
    "edit_spaces",
    "end_by_card",
    "expire_holds",
    "extend",
    "give_back_some",
    "give_consent",
    "handle_event",
    "hear_again",
    "invoice_month",
    "issue_correction",
    "issue_credit_note",
    "issue_invoice",
    "issue_receipts",
    "join_by_card",
    "leave",
    "left_of",
    "month_to_pay",
    "move_series",
    "note_paid",
    "offer_due",
    "open_checkout",
    "open_setup",
    "pay_month",
    "penalise",
    "prefer_card",
    "put_event",
    "receive_event",
    "reconcile",
    "refund",
    "release",
    "remove_card",
    "renew_by_card",
    "renew_memberships",
    "reschedule",
    "resend_refund",
    "return_pass",
    "send_documents",
    "send_due",
    "send_refund",
    "settle",
    "settle_case",
    "settle_order",
    "settle_setup",
    "start_membership",
    "take_pass_back",
    "tend_deposits",
    "waive",
    "way_of",
    "withdraw",
    "withdraw_consent",
    "work_on_import",
    "worth_back",
]
