"""How Ledig says no.

Every anticipated "no" is a `Refused` with a stable `code` for programs and a sentence a
booker can act on. The API answers 409 with both; a page puts the sentence on its form.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """The rules say no. `details` is JSON that helps a program to do better next time."""

    code: ClassVar[str] = "refused"
    message: ClassVar[str | Promise] = _("That is not possible.")

    def __init__(self, message: str | Promise | None = None, **details: Any) -> None:
        self.sentence = str(message or self.message)
        self.details = details
        super().__init__(self.sentence)


@contextmanager
def refused_by(constraint: str, refusal: type[Refused]) -> Iterator[None]:
    """Turn the violation of one named constraint into a refusal; let all others through."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is not None and diagnosis.constraint_name == constraint:
            raise refusal from error
        raise
