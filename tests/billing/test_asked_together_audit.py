"""`manage.py audit` of what is asked for with one card: silent while all is well, and not else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from billing import audit as money
from billing.models import Order, OrderLine
from bookings import audit as bookings
from bookings.models import Booking
from tests.billing.asked_together import Cart, asked, held, rooms
from tests.billing.sound_district import unseen_of
from tests.billing.test_settling import work
from tools.stripe_standin import StandIn

__all__ = ["asked", "held", "rooms"]  # fixtures

pytestmark = pytest.mark.django_db

CHECKS = [*bookings.CHECKS, *money.CHECKS]


def broken(promise: str = "") -> set[str]:
    """Which promises are broken, of all or of this one."""
    found = [check for check in CHECKS if promise in ("", check.promise)]
    return {one.promise for one in bookings.audit(found, now=timezone.now()) if one.count}


def test_audit_finds_nothing_whatever_is_answered(asked: Cart, standin: StandIn) -> None:
    assert broken() == set()
    asked.approve(0)
    assert broken() == set()
    asked.approve(1)
    work(standin, asked.now)
    assert broken() == set()


def test_audit_finds_nothing_in_what_was_declined(asked: Cart, standin: StandIn) -> None:
    asked.approve(0)
    asked.decline(1)
    work(standin, asked.now, rounds=2)
    assert broken() == set()


def stand_alone(cart: Cart) -> None:
    Booking.objects.filter(pk=cart.booked[2].pk).update(status="confirmed", expires_at=None)


def wait_longer(cart: Cart) -> None:
    later = F("expires_at") + timedelta(hours=1)
    Booking.objects.filter(pk=cart.booked[0].pk).update(expires_at=later)


def stand_unasked(cart: Cart) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bookings_booking DROP CONSTRAINT booking_stands_once_agreed")
    Booking.objects.update(status="confirmed", expires_at=None)


def forget_who_agreed(cart: Cart) -> None:
    said = {"agreed_at": cart.now, "agreed_by": cart.owners[0]}
    Booking.objects.filter(pk=cart.booked[0].pk).update(**said)


def pay_apart(cart: Cart) -> None:
    OrderLine.objects.filter(booking=cart.booked[0]).delete()


def charge_too_soon(cart: Cart) -> None:
    Order.objects.update(status="capturing")


def let_the_card_go(cart: Cart) -> None:
    Order.objects.update(status="void")


def ask_for_longer(cart: Cart) -> None:
    Order.objects.update(lapses_at=cart.now + timedelta(hours=1))


TOGETHER = "What is asked for together waits together, and stands or falls together"
AGREED = "Nothing stands that its owner was to say yes to and has not"
ONE_CARD = "What is asked for together is paid with one card, and nothing else with it"
BEFORE = "No card is charged before all who are asked have said yes"
RESERVED = "What owners are asked for with one card is reserved on it, for as long as they have"
BREACHES: list[tuple[str, Callable[[Cart], None]]] = [
    (TOGETHER, stand_alone),
    (TOGETHER, wait_longer),
    (AGREED, stand_unasked),
    (AGREED, forget_who_agreed),
    (ONE_CARD, pay_apart),
    (BEFORE, charge_too_soon),
    (RESERVED, let_the_card_go),
    (RESERVED, ask_for_longer),
]


def test_audit_finds_what_is_broken(asked: Cart) -> None:
    assert unseen_of(BREACHES, asked, broken) == []
