"""The way into the network that e-invoices go through.

An access point is a company that is let into Peppol; Ledig hands it files and is told no more.
`settings.EHF_ACCESS_POINT` names the class that does so, made with `settings.EHF_OUTBOX`:
anything with the shape of `AccessPoint`. Without an outbox nothing is sent as an e-invoice.
"""

import os
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class AccessPoint(Protocol):
    def send(self, name: str, content: bytes) -> str:
        """Hand over a document in UBL, addressed by the EndpointIDs in it; what it is called
        there. Called again with the same name, it is the same document. Raises whatever went
        wrong: then it is tried again."""


class Folder:
    """A folder that the access point's own program empties, over SFTP or where it stands."""

    def __init__(self, outbox: str) -> None:
        self.outbox = Path(outbox)

    def send(self, name: str, content: bytes) -> str:
        """Written whole under another name first, so that nobody picks up half of it."""
        part = self.outbox / f".{name}.part"
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.outbox / name)
        return name


def is_configured() -> bool:
    return bool(settings.EHF_OUTBOX)


def access_point() -> AccessPoint:
    made: AccessPoint = import_string(settings.EHF_ACCESS_POINT)(settings.EHF_OUTBOX)
    return made
