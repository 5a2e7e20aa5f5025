"""What the clock asks for is there to be done."""

import pytest

from config.celery import app
from config.schedule import SCHEDULE


@pytest.mark.parametrize("name", SCHEDULE)
def test_each_task_of_the_clock_is_known_to_the_worker(name: str) -> None:
    app.loader.import_default_modules()
    assert SCHEDULE[name]["task"] in app.tasks
