"""What a signed-in person may open. What is not theirs is not there: 404."""

from collections.abc import Collection

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import Organisation, Role, User


def person(request: HttpRequest) -> User:
    """Who is signed in, in a view that requires it."""
    assert isinstance(request.user, User)
    return request.user


def organisation_of(
    user: User, slug: str, roles: Collection[str] = frozenset(Role)
) -> Organisation:
    """An organisation in which the person has one of these roles; 404 otherwise."""
    theirs = Organisation.objects.filter(memberships__in=user.memberships.filter(role__in=roles))
    return get_object_or_404(theirs, slug=slug)
