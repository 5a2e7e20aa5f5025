"""Messages to the worker as files, for when CELERY_BROKER_URL names no broker."""

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Kombu's, but a message is written beside the queue and then moved into it: a worker that
    finds half a message, which is no JSON, ends."""

    def _put(  # type: ignore[override]  # the two that it overrides differ
        self, queue: str, payload: Any, **_options: Any
    ) -> None:
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid4()}"
        beside = folder / f"{name}.part"
        beside.write_text(dumps(payload))
        beside.rename(folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    Channel = Channel


def use() -> None:
    """From now on `filesystem://` is this one."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{Transport.__name__}"
