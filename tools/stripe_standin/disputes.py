"""Disputes: a cardholder's bank takes the money back, and the platform may answer."""

import stripe

from tools.stripe_standin import money
from tools.stripe_standin.errors import Doc, invalid
from tools.stripe_standin.scope import DAY, Scope, merge_metadata
from tools.stripe_standin.shapes import shape
from tools.stripe_standin.store import new_id

# Test evidence with a known outcome, as in Stripe's test mode.
OUTCOMES = {"winning_evidence": "won", "losing_evidence": "lost"}


def open_dispute(scope: Scope, charge: Doc, *, reason: str = "fraudulent") -> Doc:
    """Debit the platform for the whole charge and a fee, and ask for evidence."""
    if charge["disputed"] or not charge["captured"]:
        raise invalid(f"Charge {charge['id']} cannot be disputed.")
    id_ = new_id("du")
    amount = charge["amount_captured"] - charge["amount_refunded"]
    txn = money.record(
        scope,
        "adjustment",
        -amount,
        source=id_,
        currency=charge["currency"],
        fee=money.DISPUTE_FEE,
    )
    dispute = shape(
        stripe.Dispute,
        id_,
        scope.now,
        amount=amount,
        balance_transactions=[txn],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={},
        evidence_details={
            "due_by": scope.now + 9 * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="needs_response",
    )
    scope.add(dispute)
    charge["disputed"] = True
    scope.save(charge)
    scope.emit("charge.dispute.created", dispute)
    scope.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def update(scope: Scope, dispute: Doc, params: Doc) -> Doc:
    """Answer with evidence; the words `winning_evidence` and `losing_evidence` decide at once."""
    merge_metadata(dispute, params.get("metadata"))
    evidence = params.get("evidence") or {}
    if not evidence:
        return scope.save(dispute)
    dispute["evidence"] |= evidence
    dispute["evidence_details"]["has_evidence"] = True
    if not params.get("submit", True):
        return scope.save(dispute)
    dispute["evidence_details"]["submission_count"] += 1
    outcome = next((OUTCOMES[word] for word in evidence.values() if word in OUTCOMES), None)
    if outcome:
        return _decide(scope, dispute, outcome)
    dispute["status"] = "under_review"
    scope.save(dispute)
    scope.emit("charge.dispute.updated", dispute)
    return dispute


def close(scope: Scope, dispute: Doc, params: Doc) -> Doc:
    """Accept the loss."""
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise invalid("This dispute is already closed.")
    return _decide(scope, dispute, "lost")


def _decide(scope: Scope, dispute: Doc, outcome: str) -> Doc:
    dispute["status"] = outcome
    if outcome == "won":
        back = money.record(
            scope,
            "adjustment",
            dispute["amount"],
            source=dispute["id"],
            currency=dispute["currency"],
        )
        dispute["balance_transactions"].append(back)
        scope.emit("charge.dispute.funds_reinstated", dispute)
    scope.save(dispute)
    scope.emit("charge.dispute.closed", dispute)
    return dispute
