"""What is asked for, and what somebody wants its price lowered by."""

from collections import Counter
from dataclasses import dataclass, field

from accounts.models import Organisation, User
from spaces.models import Space
from spaces.periods import Period

NO_PASSES = "none"


@dataclass(frozen=True, slots=True)
class Means:
    """A campaign's code as it was typed, empty: none; and which `passes`: empty: those that
    there are, in a sensible order; the id of a type of pass: those alone; or `NO_PASSES`."""

    code: str = ""
    passes: str = ""


NO_MEANS = Means()


@dataclass(frozen=True, slots=True)
class Asked:
    """The time whose price it is, and who books it, perhaps for an organisation."""

    space: Space
    span: Period
    quantity: int
    by: User
    organisation: Organisation | None = None


@dataclass(slots=True)
class Planned:
    """What others in the same go are to use, where nothing is stored yet."""

    codes: int = 0
    units: Counter[tuple[object, ...]] = field(default_factory=Counter)  # by pass
