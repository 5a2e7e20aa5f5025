"""How much of what a line was sold for its owner has earned: of a pass, as it is used."""

from django.db import migrations, models
from django.db.models import F, Q

EARNED_BEFORE = """
UPDATE billing_orderline AS line SET earned = greatest(0, line.amount - line.lost - (
    SELECT coalesce(sum(refund.amount), 0) FROM billing_refund AS refund
    WHERE refund.line_id = line.id AND refund.status <> 'dropped'
      AND NOT (refund.status = 'failed' AND EXISTS (
        SELECT FROM billing_refund AS again WHERE again.again_of_id = refund.id))))
WHERE line.earned_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0017_cases")]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="earned",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.RunSQL(EARNED_BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=Q(earned__lte=F("amount") - F("lost")), name="order_line_earned"
            ),
        ),
    ]
