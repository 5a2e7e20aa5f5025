"""What happens by itself when its moment comes."""

from tools.stripe_standin import checkout, payment_intents, payouts, refunds
from tools.stripe_standin.scope import Scope


def run(scope: Scope) -> None:
    """Expire sessions and authorisations, pay owners out, let payouts arrive and refunds end."""
    for id_ in scope.store.due():
        found = scope.store.find(id_)
        if found is None:
            continue
        account, doc = found
        at = scope.on(account)
        if doc["object"] == "checkout.session" and doc["status"] == "open":
            checkout.expire(at, doc, {})
        elif doc["object"] == "payment_intent":
            payment_intents.expire_authorisation(at, doc)
        elif doc["object"] == "refund":
            refunds.arrive(at, doc)
        elif doc["object"] == "payout":
            payouts.arrive(at, doc)
        elif doc["object"] == "account":
            payouts.by_schedule(scope.on(doc["id"]), doc)
