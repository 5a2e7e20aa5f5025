"""What every page knows about the site it belongs to."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from spaces.models import Space


@dataclass
class Site:
    request: HttpRequest
    demo: bool = settings.DEMO
    district: str = settings.DISTRICT_NAME
    tiles_url: str = settings.MAP_TILES_URL

    @cached_property
    def is_owner(self) -> bool:
        """Whether the signed-in person answers for any spaces."""
        user = self.request.user
        return user.is_authenticated and Space.objects.run_by(user).exists()


def ledig(request: HttpRequest) -> dict[str, Any]:
    return {"ledig": Site(request)}
