"""Ledig's own stateful stand-in for Stripe. The product never imports it."""

from tools.stripe_standin.errors import ApiError
from tools.stripe_standin.faults import Fault
from tools.stripe_standin.standin import StandIn
from tools.stripe_standin.webhooks import Delivered

__all__ = ["ApiError", "Delivered", "Fault", "StandIn"]
