"""The demo's way to a door's display."""

import pytest
import time_machine
from django.test import Client

from spaces.operations import door_of
from tests.factories import NOW, make_space

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.district.demo_urls")]


def test_it_leads_to_a_door_that_is_open_if_there_is_any(client: Client) -> None:
    closed = door_of(space=make_space(hours="never"), now=NOW)
    with time_machine.travel(NOW, tick=False):
        assert client.get("/demo/door/").headers["Location"] == closed.url
        opened = door_of(space=make_space(), now=NOW)
        assert client.get("/demo/door/").headers["Location"] == opened.url


def test_without_doors_it_leads_nowhere(client: Client) -> None:
    assert client.get("/demo/door/").status_code == 404
