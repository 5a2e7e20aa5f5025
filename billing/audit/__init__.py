"""What must always be so of money: the ledger, and the orders and refunds it is about."""

from billing.audit import buyers, jointly, ledger, owners, papers

CHECKS = [*ledger.CHECKS, *owners.CHECKS, *buyers.CHECKS, *jointly.CHECKS, *papers.CHECKS]

__all__ = ["CHECKS"]
