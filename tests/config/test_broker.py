"""Messages to the worker as files."""

from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from config.celery import app
from config.embedded import broker


@pytest.fixture
def channel(tmp_path: Path) -> Any:
    folders = ("data_folder_in", "data_folder_out", "control_folder", "processed_folder")
    options = dict.fromkeys(folders, str(tmp_path))
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.channel()


def test_what_is_put_is_got_once_and_by_its_queue(channel: Any) -> None:
    channel._put("celery", {"body": "blåbær"})

    with pytest.raises(Empty):
        channel._get("other")
    assert channel._get("celery") == {"body": "blåbær"}
    with pytest.raises(Empty):
        channel._get("celery")


def test_half_a_message_is_none_yet(
    channel: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, text: str) -> int:
        with path.open("w") as file:
            file.write(text[:7])
        with pytest.raises(Empty):  # the worker looks just then
            channel._get("celery")
        with path.open("a") as file:
            return file.write(text[7:])

    monkeypatch.setattr(Path, "write_text", half)
    channel._put("celery", {"body": "whole"})

    assert channel._get("celery") == {"body": "whole"}
    assert list(tmp_path.iterdir()) == []


def test_the_worker_uses_it() -> None:
    assert isinstance(app.connection_for_read("filesystem://").transport, broker.Transport)
