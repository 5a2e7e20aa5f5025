"""Waking the worker. What there is to do stands in the database; a lost nudge only means
that the next round of the clock does it."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError

log = logging.getLogger("ledig.billing")


def nudge() -> None:
    """Ask a worker to settle what waits for Stripe, once this transaction has committed."""
    transaction.on_commit(_send)


def _send() -> None:
    try:
        current_app.send_task("billing.tasks.settle")
    except (KombuError, OSError) as error:
        log.warning("the broker is out of reach: %s", error)
