"""Who has booked for somebody else. All that stand were made by their bookers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0039_of_district")]
    operations = [
        migrations.AddField(
            model_name="booking",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(made_by__isnull=False),
                fields=["made_by", "-created_at"],
                name="booking_made_for_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(made_by=None) | ~models.Q(made_by=models.F("booker")),
                name="booking_made_by_another",
            ),
        ),
    ]
