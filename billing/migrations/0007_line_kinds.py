"""Each line of an order says what it is for."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

ABOUT_BOOKING = ["booking", "change", "no_show", "overstay"]
ONCE = ["booking", "no_show", "overstay"]
KINDS = [
    ("booking", "Booking"),
    ("change", "Change"),
    ("no_show", "Nobody came"),
    ("overstay", "Stayed too long"),
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_changes")]
    operations = [
        migrations.RemoveConstraint(model_name="orderline", name="order_line_once"),
        migrations.AddField(
            model_name="orderline",
            name="kind",
            field=models.CharField(choices=KINDS, default="booking", max_length=10),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE billing_orderline SET kind = 'change' WHERE change_id IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        # The foreign keys are checked at the end of the transaction, and a table that still
        # has that before it cannot be altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AlterField(
            model_name="orderline",
            name="booking",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="order_lines",
                to="bookings.booking",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(
                condition=Q(kind__in=ONCE), fields=("booking", "kind"), name="order_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=Q(booking__isnull=False) | ~Q(kind__in=ABOUT_BOOKING),
                name="order_line_booking",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=Q(kind="change", change__isnull=False)
                | ~Q(kind="change") & Q(change__isnull=True),
                name="order_line_change",
            ),
        ),
    ]
