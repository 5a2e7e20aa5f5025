"""Until when its booker may cancel or change a booking: what stands keeps until it starts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0040_made_by"), ("spaces", "0021_last_notice")]
    operations = [
        migrations.AddField(
            model_name="booking",
            name="last_notice",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
