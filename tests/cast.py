"""The people who might come by a booking in a space of one organisation."""

from django.test import Client

from accounts.models import Organisation, Role, User
from tests.factories import make_member, make_organisation, make_user

NAMES = ("booker", "other", "owner", "manager", "host", "finance", "foreign", "operator", "")
RUN_IT = ("owner", "manager", "host")
EVIL = '"><img src=x onerror=alert(1)>'  # as a title, a name or a reason


class Cast:
    """They read English, so that tests can read what the pages say."""

    def __init__(self, organisation: Organisation | None = None) -> None:
        self.organisation = organisation or make_organisation()
        self.booker = make_user(name="Ingrid Aune")
        self.other = make_user()
        self.owner = make_member(self.organisation, Role.OWNER)
        self.manager = make_member(self.organisation, Role.MANAGER)
        self.host = make_member(self.organisation, Role.HOST)
        self.finance = make_member(self.organisation, Role.FINANCE)
        self.foreign = make_member(make_organisation(), Role.OWNER)
        self.operator = make_user(is_staff=True)
        User.objects.update(language="en")

    def named(self, name: str) -> User | None:
        """Nobody, signed out, has the empty name."""
        found: User | None = getattr(self, name) if name else None
        return found

    def sign_in(self, client: Client, name: str) -> None:
        client.logout()
        if person := self.named(name):
            client.force_login(person)
