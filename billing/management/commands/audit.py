"""`manage.py audit`: is everything in the database as it must be?"""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from billing import audit as money
from bookings import audit as bookings


class Command(BaseCommand):
    help = "Check every promise about the data in SQL. Ends with 1 if one is broken."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for outcome in self.outcomes():
            broken += outcome.count > 0
            self.stdout.write(f"{outcome.count:>6}  {outcome.promise}")
            for example in outcome.examples:
                self.stdout.write(f"        {example}")
        if broken:
            self.stderr.write(f"{broken} promises are broken.")
            sys.exit(1)

    def outcomes(self) -> list[bookings.Outcome]:
        """All of them at one moment of the database, which goes on with its work."""
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL transaction_timeout = 0")
            checks = [*bookings.CHECKS, *money.CHECKS]
            return list(bookings.audit(checks, now=timezone.now()))
