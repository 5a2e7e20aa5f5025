"""A lock that takes too long is an answer, not a crash."""

import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from bookings.models import Closure
from spaces.models import Unit
from tests.factories import make_member, make_space


@pytest.mark.django_db(transaction=True)
def test_a_page_that_gets_no_lock_in_time_asks_to_be_tried_again(client: Client) -> None:
    space = make_space()
    client.force_login(make_member(space.organisation))
    day = timezone.localdate().replace(month=12, day=28).isoformat()
    held, answered = threading.Event(), threading.Event()

    def hold_the_unit() -> None:
        with transaction.atomic():
            list(Unit.objects.select_for_update())
            held.set()
            answered.wait(30)
        connection.close()

    other = threading.Thread(target=hold_the_unit)
    other.start()
    held.wait(30)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    try:
        answer = client.post(
            f"/owner/spaces/{space.slug}/close/",
            {"first": day, "last": day, "from": "08:00", "to": "10:00"},
        )
    finally:
        answered.set()
        other.join()
        connection.close()

    assert answer.status_code == 503
    assert answer["Retry-After"] == "1"
    assert not Closure.objects.exists()
