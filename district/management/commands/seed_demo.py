"""`manage.py seed_demo`: fill an empty database with the demo district."""

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.models import Booking
from district.demo import seeding
from spaces.models import Place, Space


class Command(BaseCommand):
    help = "Fill the database with the demo district. Does nothing where that was done before."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="the day around which bookings are placed (default: today in Trondheim)",
        )

    def handle(self, *args: Any, today: date | None = None, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demo district has accounts with a well-known password, so it is only "
                "written in demo mode. Set LEDIG_DEMO=1."
            )
        if seeding.is_seeded():
            self.stdout.write("The demo district is already there.")
            return
        started = time.monotonic()
        seeding.seed(today=today or timezone.localdate(timezone=seeding.ZONE))
        self.stdout.write(
            f"The demo district is there: {Place.objects.count()} places, "
            f"{Space.objects.count()} spaces and {Booking.objects.count()} bookings, "
            f"in {time.monotonic() - started:.1f} seconds."
        )
