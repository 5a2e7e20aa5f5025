"""People who are known by their address before they come themselves."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.transactions import operation


@operation
def person_at(*, address: str, name: str = "", language: str = "nb") -> User:
    """Who has this address; else a new account, without a password, that waits for them.

    It is theirs once they show that the address is: they sign in by a code that is sent there,
    or choose a password by a link. Nobody else gets in, and nothing is told of who was there.
    """
    address = address.lower()  # as allauth keeps and looks for them
    found = User.objects.filter(email__iexact=address).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            made = User.objects.create_user(address, name=name, language=language)
            EmailAddress.objects.create(user=made, email=made.email, primary=True, verified=False)
    except IntegrityError:  # somebody else has just made it
        return User.objects.get(email__iexact=address)
    return made
