from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0025_dav")]

    operations = [
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                models.F("unit"), models.F("during__endswith"), name="occupancy_by_end"
            ),
        ),
    ]
