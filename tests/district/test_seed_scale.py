"""The district that is far too large is made of rows like any other's."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from bookings.models import Booking, Occupancy
from district.scale.diary import CONSTRAINTS, INDEXES, TABLES
from spaces.models import Space
from spaces.periods import widened

pytestmark = pytest.mark.django_db(transaction=True)


def definitions() -> set[Any]:
    """Up to their conditions, which PostgreSQL words anew."""
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS, [list(TABLES)])
        found = cursor.fetchall()
        cursor.execute(INDEXES, [list(TABLES)])
        return {(*name, text.partition(" WHERE ")[0]) for *name, text in found + cursor.fetchall()}


def seed(spaces: int = 50, occupancies: int = 1000) -> str:
    out = StringIO()
    call_command("seed_scale", spaces=spaces, occupancies=occupancies, stdout=out)
    return out.getvalue()


def test_it_makes_what_was_asked_for_and_leaves_the_indexes_as_they_were(settings: Any) -> None:
    settings.DEMO = True
    before = definitions()

    told = seed()

    assert definitions() == before
    assert Space.objects.published().count() == 50
    assert 900 <= Occupancy.objects.count() <= 1100
    assert "constraint occupancy_no_overlap" in told
    for booking in Booking.objects.select_related("space").prefetch_related("occupancies"):
        taken = booking.occupancies.all()
        assert len(taken) == booking.quantity
        during = widened(booking.period, 0, booking.space.buffer_after)
        assert {row.during for row in taken} == {during}
    assert not Occupancy.objects.exclude(unit__spaces=F("booking__space")).exists()


def test_it_does_so_only_once_and_only_in_a_demo(settings: Any) -> None:
    settings.DEMO = True
    seed(spaces=3, occupancies=0)
    assert "already there" in seed()

    settings.DEMO = False
    with pytest.raises(CommandError, match="demo"):
        seed()
