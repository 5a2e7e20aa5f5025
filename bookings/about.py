"""What a booker says of a booking, and to whom."""

from dataclasses import dataclass

from accounts.models import Organisation
from bookings.models import Described, Visibility
from bookings.refusals import NobodyToShareWith, PublicNeedsTitle


@dataclass(frozen=True)
class About:
    """Beside the title, which those see who come and who run the space."""

    note: str = ""  # for the owner alone
    public_title: str = ""
    visibility: str = Visibility.PRIVATE

    @classmethod
    def of(cls, said: Described) -> "About":
        return cls(said.note, said.public_title, said.visibility)

    def require(self, organisation: Organisation | None) -> None:
        """Raise `PublicNeedsTitle` or `NobodyToShareWith` when it does not hang together."""
        if self.visibility == Visibility.PUBLIC and not self.public_title:
            raise PublicNeedsTitle
        if self.visibility == Visibility.ORGANISATION and organisation is None:
            raise NobodyToShareWith


NOTHING_MORE = About()
