"""What the worker does for money: load and delegate."""

from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from billing import operations
from billing.models import IdempotencyKey
from billing.stripe_gateway import PaymentsUnavailable
from spaces.bulk import importing

REMEMBERED = timedelta(hours=24)


@shared_task
def settle() -> None:
    operations.settle(now=timezone.now())


@shared_task
def pay_owners() -> None:
    """What is over is earned, and what is earned is sent."""
    now = timezone.now()
    with suppress(PaymentsUnavailable):
        operations.check_waiting_accounts(now=now)
    operations.earn_due(now=now)
    if operations.send_due(now=now):
        operations.settle(now=now)


@shared_task
def expire_holds() -> None:
    operations.expire_holds(now=timezone.now())


@shared_task
def penalise() -> None:
    operations.penalise(now=timezone.now())


@shared_task
def tend_deposits() -> None:
    operations.tend_deposits(now=timezone.now())


@shared_task
def run_imports() -> None:
    """All that wait: also those whose worker died."""
    for pk in importing.unfinished():
        operations.work_on_import(pk=pk, clock=timezone.now)


@shared_task
def offer_freed() -> None:
    operations.offer_due(now=timezone.now())


@shared_task
def invoice_month() -> None:
    operations.invoice_month(now=timezone.now())


@shared_task
def send_documents() -> None:
    operations.send_documents(now=timezone.now())


@shared_task
def renew_memberships() -> None:
    operations.renew_memberships(now=timezone.now())
    operations.renew_by_card(now=timezone.now())


@shared_task
def reconcile() -> None:
    operations.reconcile(now=timezone.now())


@shared_task
def forget_old_keys() -> None:
    IdempotencyKey.objects.filter(locked_at__lt=timezone.now() - REMEMBERED).delete()
