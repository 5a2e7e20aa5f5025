"""`manage.py seed_scale`: a district that is far too large, to measure on."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from accounts.transactions import take_all_day
from bookings.models import Occupancy
from district.scale import catalogue, diary
from spaces.models import Space


class Command(BaseCommand):
    help = "Add thousands of spaces and millions of occupancies, to measure on. Only once."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--spaces", type=int, default=10_000)
        parser.add_argument("--occupancies", type=int, default=3_000_000)

    def handle(self, *args: Any, spaces: int, occupancies: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is nobody's data: only in demo mode. Set LEDIG_DEMO=1.")
        if spaces < 1 or occupancies < 0:
            raise CommandError("At least one space, and no fewer occupancies than none.")
        if Space.objects.filter(slug__startswith=f"{catalogue.PREFIX}-").exists():
            self.stdout.write("The large district is already there.")
            return
        self.started = time.monotonic()
        before = Occupancy.objects.count()
        take_all_day()
        with transaction.atomic():
            written = catalogue.write(spaces, self.say)
            diary.write(written, occupancies, timezone.localdate(), self.say)
        self.say("VACUUM ANALYZE")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        count = Occupancy.objects.count() - before
        self.say(f"{spaces:,} spaces with {count:,} occupancies are there.")

    def say(self, text: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.started:6.1f} s  {text}")
        self.stdout.flush()
