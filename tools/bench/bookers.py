"""People who book, one for each client: students with a token, in the database of a bench's home.

Run with that home's environment: `python -m tools.bench.bookers` prints their addresses and
tokens as JSON.
"""

import json
import os
from datetime import timedelta

import django

from tools.bench.load import CLIENTS


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps([booker(number) for number in range(CLIENTS)]))


def booker(number: int) -> tuple[str, str]:
    """Made once for each home; what they may book and pay is what the demo's student may."""
    from django.utils import timezone
    from knox.models import AuthToken

    from accounts.models import Affiliation, User

    student = User.objects.get(email="student@demo.ledig.no")
    email = f"bench-{number}@demo.ledig.no"
    user, is_new = User.objects.get_or_create(email=email, defaults={"name": f"Bench {number}"})
    if is_new:
        Affiliation.objects.bulk_create(
            Affiliation(
                user=user,
                kind=tie.kind,
                organisation=tie.organisation,
                verified_at=timezone.now(),
                expires_at=timezone.now() + timedelta(days=365),
            )
            for tie in student.affiliations.select_related("organisation")
        )
    _row, token = AuthToken.objects.create(user=user)
    return email, token


if __name__ == "__main__":
    main()
