"""What is asked for, and what somebody wants its price lowered by."""

from dataclasses import dataclass

from accounts.models import Organisation, User
from spaces.models import Space
from spaces.periods import Period


@dataclass(frozen=True, slots=True)
class Means:
    """A campaign's code as it was typed; empty: none."""

    code: str = ""


NO_MEANS = Means()


@dataclass(frozen=True, slots=True)
class Asked:
    """The time whose price it is, and who books it, perhaps for an organisation."""

    space: Space
    span: Period
    quantity: int
    by: User
    organisation: Organisation | None = None
