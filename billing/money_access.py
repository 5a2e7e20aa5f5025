"""Whose money a person may see and decide about: the owner's and finance's roles."""

from django.db.models import QuerySet

from accounts.models import SEES_MONEY, Organisation, User
from billing.models import OrderLine, OrderStatus
from bookings.models import Booking, Pass
from bookings.models.booking import BookingQuerySet
from bookings.models.passes import PassQuerySet


def organisations_of(user: User) -> "QuerySet[Organisation]":
    theirs = user.memberships.filter(role__in=SEES_MONEY)
    return Organisation.objects.filter(memberships__in=theirs).order_by("name")


def passes_sold_by(user: User) -> PassQuerySet:
    """Passes that these organisations are paid for."""
    paid = OrderLine.objects.filter(
        owner__in=organisations_of(user), order__status=OrderStatus.PAID
    )
    return Pass.objects.filter(order_line__in=paid)


def bookings_paid_to(user: User) -> BookingQuerySet:
    """Bookings that these organisations are, or were to be, paid for."""
    return Booking.objects.filter(order_lines__owner__in=organisations_of(user)).distinct()
