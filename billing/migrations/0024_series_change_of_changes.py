"""Which changes a series waits for is said by them, paid for or not."""

from django.db import migrations

# The constraints at once: the column is dropped in the same transaction.
SAID = """
UPDATE bookings_change AS change SET series_change_id = payment.series_change_id
FROM billing_orderline AS line
JOIN billing_order AS payment ON payment.id = line.order_id
WHERE line.change_id = change.id AND payment.series_change_id IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0023_key_of_a_change"),
        ("bookings", "0048_series_change_waits"),
    ]

    operations = [
        migrations.RunSQL(SAID, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="order", name="series_change"),
    ]
