"""Whose money a person may see and decide about: the owner's and finance's roles."""

from django.db.models import QuerySet

from accounts.models import SEES_MONEY, Organisation, User
from bookings.models import Booking
from bookings.models.booking import BookingQuerySet


def organisations_of(user: User) -> "QuerySet[Organisation]":
    theirs = user.memberships.filter(role__in=SEES_MONEY)
    return Organisation.objects.filter(memberships__in=theirs).order_by("name")


def bookings_paid_to(user: User) -> BookingQuerySet:
    """Bookings that these organisations are, or were to be, paid for."""
    return Booking.objects.filter(order_lines__owner__in=organisations_of(user)).distinct()
