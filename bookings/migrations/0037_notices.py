"""The list of notices has what is about no one booking too, but for the day's summary."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

LISTED = models.Q(recipient__isnull=False) & ~models.Q(kind="digest")
UNREAD = models.Q(recipient__isnull=False, read_at=None) & ~models.Q(kind="digest")


class Migration(migrations.Migration):
    atomic = False  # nobody who writes a mail waits for an index to be built

    dependencies = [("bookings", "0036_unmet_any_time")]
    operations = [
        RemoveIndexConcurrently(model_name="delivery", name="delivery_listed"),
        RemoveIndexConcurrently(model_name="delivery", name="delivery_unread"),
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=LISTED, fields=["recipient", "-id"], name="delivery_listed"
            ),
        ),
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(condition=UNREAD, fields=["recipient"], name="delivery_unread"),
        ),
    ]
