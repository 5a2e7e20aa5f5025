from django.db import migrations, models
from django.db.models import F, Q

CHOICES = [("closed", "Closed"), ("open", "Open as usual"), ("short", "Shorter hours")]


def rule(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(holiday_opens=None, holiday_closes=None) & ~Q(on_holidays="short")
        | Q(
            on_holidays__isnull=False,
            on_holidays="short",
            holiday_opens__lt=1440,
            holiday_closes__lte=2880,
            holiday_closes__gt=F("holiday_opens"),
        ),
    )


# What a space without a week of its own said of public holidays was never read. It does as its
# place, and goes on doing so.
LEAVE_IT_TO_THE_PLACE = """
UPDATE spaces_space AS space
SET on_holidays = NULL, holiday_opens = NULL, holiday_closes = NULL
WHERE NOT EXISTS (SELECT FROM spaces_openinghours AS one WHERE one.space_id = space.id)
"""


class Migration(migrations.Migration):

    dependencies = [
        ("spaces", "0017_amenities"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="space", name="space_holiday_hours"),
        migrations.RemoveConstraint(model_name="place", name="place_holiday_hours"),
        migrations.AlterField(
            model_name="space",
            name="on_holidays",
            field=models.CharField(
                blank=True,
                choices=CHOICES,
                max_length=6,
                null=True,
                verbose_name="on public holidays",
            ),
        ),
        migrations.RunSQL(LEAVE_IT_TO_THE_PLACE, "UPDATE spaces_space SET on_holidays = 'closed' WHERE on_holidays IS NULL"),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(model_name="space", constraint=rule("space_holiday_hours")),
        migrations.AddConstraint(model_name="place", constraint=rule("place_holiday_hours")),
    ]
