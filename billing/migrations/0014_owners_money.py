"""What owners earn: the platform's fee, transfers to them, and what an order holds for each.

Until now an order held its money for all its owners together. What stands on such accounts
goes to each owner's own, which the ledger tells of where there are several.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import spaces.ids
from django.conf import settings
from django.db import migrations, models

HELD_BY_OWNER = """
UPDATE billing_account AS account SET organisation_id = line.owner_id
FROM billing_orderline AS line
WHERE account.code IN ('held', 'refunds_due') AND account.organisation_id IS NULL
  AND line.order_id = account.order_id
  AND NOT EXISTS (SELECT FROM billing_orderline AS other
                  WHERE other.order_id = line.order_id AND other.owner_id <> line.owner_id);

DO $$
DECLARE
    held record;
    part record;
    posted bigint;
    own bigint;
    total bigint;
BEGIN
    FOR held IN
        SELECT id, code, order_id, currency FROM billing_account
        WHERE code IN ('held', 'refunds_due') AND organisation_id IS NULL
    LOOP
        INSERT INTO billing_transaction (source, at)
            VALUES (held.code || '-by-owner:' || held.order_id, now()) RETURNING id INTO posted;
        total := 0;
        FOR part IN
            SELECT line.owner_id, CASE held.code
                WHEN 'held' THEN sum(line.amount) - coalesce(sum(back.due + back.sent), 0)
                ELSE coalesce(sum(back.due), 0) END AS amount
            FROM billing_orderline AS line, LATERAL (
                SELECT
                    coalesce(sum(amount) FILTER (WHERE status IN ('intended', 'pending')), 0)
                        AS due,
                    coalesce(sum(amount) FILTER (WHERE status = 'succeeded'), 0) AS sent
                FROM billing_refund AS refund
                WHERE refund.order_id = line.order_id AND refund.booking_id = line.booking_id
            ) AS back
            WHERE line.order_id = held.order_id
            GROUP BY line.owner_id
        LOOP
            CONTINUE WHEN part.amount = 0;
            INSERT INTO billing_account (code, organisation_id, order_id, currency, ceiling)
                VALUES (held.code, part.owner_id, held.order_id, held.currency, 0)
                RETURNING id INTO own;
            INSERT INTO billing_entry (transaction_id, account_id, amount)
                VALUES (posted, own, -part.amount);
            total := total + part.amount;
        END LOOP;
        IF total <> 0 THEN
            INSERT INTO billing_entry (transaction_id, account_id, amount)
                VALUES (posted, held.id, total);
        END IF;
    END LOOP;
END $$;
"""

REFUND_LINES = """
UPDATE billing_refund AS refund SET line_id = (
    SELECT line.id FROM billing_orderline AS line
    WHERE line.order_id = refund.order_id AND line.booking_id = refund.booking_id
    ORDER BY line.id LIMIT 1);
"""

FEE = """
CREATE FUNCTION billing_fee_when_sold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sold_at timestamptz;
BEGIN
    IF TG_OP = 'UPDATE' THEN  -- what is sold keeps its terms
        NEW.fee_points := OLD.fee_points;
        NEW.fee_least := OLD.fee_least;
        RETURN NEW;
    END IF;
    SELECT created_at INTO sold_at FROM billing_order WHERE id = NEW.order_id;
    SELECT points, least INTO NEW.fee_points, NEW.fee_least FROM billing_feeagreement
        WHERE organisation_id = NEW.owner_id AND starts_at <= sold_at
        ORDER BY starts_at DESC LIMIT 1;
    IF NOT FOUND THEN
        SELECT fee_points, fee_least INTO NEW.fee_points, NEW.fee_least FROM spaces_rulebook
            WHERE published_at <= sold_at ORDER BY version DESC LIMIT 1;
    END IF;
    NEW.fee_points := coalesce(NEW.fee_points, 0);
    NEW.fee_least := coalesce(NEW.fee_least, 0);
    RETURN NEW;
END $$;

CREATE TRIGGER fee_when_sold BEFORE INSERT OR UPDATE ON billing_orderline
    FOR EACH ROW EXECUTE FUNCTION billing_fee_when_sold();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_feeagreement
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
"""

NO_FEE = """
DROP TRIGGER append_only ON billing_feeagreement;
DROP TRIGGER fee_when_sold ON billing_orderline;
DROP FUNCTION billing_fee_when_sold();
"""

NOW = "SET CONSTRAINTS ALL IMMEDIATE"  # a table that has a check before it is not altered


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_listed'),
        ('billing', '0013_penalties'),
        ('bookings', '0019_series'),
        ('spaces', '0015_fee'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FeeAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('points', models.PositiveSmallIntegerField(help_text='850 is 8.5 %. VAT is part of it.', verbose_name='fee, in hundredths of a percent')),
                ('least', models.PositiveIntegerField(default=0, help_text='Never more than the price.', verbose_name='least fee of a booking, in øre')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'fee agreement',
                'verbose_name_plural': 'fee agreements',
                'ordering': ('-starts_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='PayoutAccount',
            fields=[
                ('id', models.UUIDField(default=spaces.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stripe_id', models.CharField(blank=True, max_length=100)),
                ('is_submitted', models.BooleanField(default=False)),
                ('can_receive', models.BooleanField(default=False, verbose_name='can receive transfers')),
                ('can_pay_out', models.BooleanField(default=False, verbose_name='can be paid out')),
                ('missing', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='checked')),
            ],
            options={
                'verbose_name': 'payout account',
                'verbose_name_plural': 'payout accounts',
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.UUIDField(default=spaces.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('amount', models.PositiveIntegerField()),
                ('destination', models.CharField(max_length=100)),
                ('is_of_charge', models.BooleanField(default=True)),
                ('status', models.CharField(choices=[('intended', 'On its way'), ('sent', 'Sent'), ('failed', 'Failed')], default='intended', max_length=10)),
                ('stripe_id', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField()),
                ('error', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'verbose_name': 'transfer',
                'verbose_name_plural': 'transfers',
            },
        ),
        migrations.CreateModel(
            name='TransferReversal',
            fields=[
                ('id', models.UUIDField(default=spaces.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('amount', models.PositiveIntegerField()),
                ('status', models.CharField(choices=[('intended', 'On its way'), ('sent', 'Sent'), ('failed', 'Failed')], default='intended', max_length=10)),
                ('stripe_id', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField()),
                ('error', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'verbose_name': 'transfer fetched back',
                'verbose_name_plural': 'transfers fetched back',
            },
        ),
        migrations.AddField(
            model_name='orderline',
            name='earned_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='fee_least',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='orderline',
            name='fee_points',
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='refund',
            name='line',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='billing.orderline'),
        ),
        migrations.AddField(
            model_name='refund',
            name='again_of',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='again', to='billing.refund'),
        ),
        migrations.AlterField(
            model_name='account',
            name='code',
            field=models.CharField(choices=[('stripe_balance', 'Stripe Balance'), ('psp_fee', 'Psp Fee'), ('held', 'Held'), ('refunds_due', 'Refunds Due'), ('disputed', 'Disputed'), ('dispute_loss', 'Dispute Loss'), ('receivable', 'Receivable'), ('on_account', 'On Account'), ('owner_payable', 'Owner Payable'), ('transferring', 'Transferring'), ('owner_debt', 'Owner Debt'), ('platform_fee', 'Platform Fee'), ('platform_vat', 'Platform Vat')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='orderline',
            index=models.Index(condition=models.Q(('earned_at', None)), fields=['booking'], name='line_to_earn'),
        ),
        migrations.AddField(
            model_name='feeagreement',
            name='agreed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by'),
        ),
        migrations.AddField(
            model_name='feeagreement',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fee_agreements', to='accounts.organisation', verbose_name='organisation'),
        ),
        migrations.AddField(
            model_name='payoutaccount',
            name='opened_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payoutaccount',
            name='organisation',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='payout_account', to='accounts.organisation', verbose_name='organisation'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='billing.order'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='transferreversal',
            name='transfer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='billing.transfer'),
        ),
        migrations.AddConstraint(
            model_name='feeagreement',
            constraint=models.CheckConstraint(condition=models.Q(('points__lte', 10000)), name='fee_points'),
        ),
        migrations.AddConstraint(
            model_name='feeagreement',
            constraint=models.UniqueConstraint(fields=('organisation', 'starts_at'), name='fee_agreement_once'),
        ),
        migrations.AddConstraint(
            model_name='payoutaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('stripe_id', ''), _negated=True), fields=('stripe_id',), name='payout_account_once'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('status', 'intended')), fields=['not_before'], name='transfer_unsent'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='transfer_amount'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'intended')), fields=('organisation', 'order'), name='transfer_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(condition=models.Q(('stripe_id', ''), _negated=True), fields=('stripe_id',), name='transfer_once'),
        ),
        migrations.AddIndex(
            model_name='transferreversal',
            index=models.Index(condition=models.Q(('status', 'intended')), fields=['not_before'], name='reversal_unsent'),
        ),
        migrations.AddConstraint(
            model_name='transferreversal',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='reversal_amount'),
        ),
        migrations.AddConstraint(
            model_name='transferreversal',
            constraint=models.UniqueConstraint(condition=models.Q(('stripe_id', ''), _negated=True), fields=('stripe_id',), name='reversal_once'),
        ),
        migrations.RunSQL(REFUND_LINES, migrations.RunSQL.noop),
        migrations.RunSQL(HELD_BY_OWNER, migrations.RunSQL.noop),
        migrations.RunSQL(NOW, NOW),
        migrations.AlterField(
            model_name='refund',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='billing.orderline'),
        ),
        migrations.RunSQL(FEE, NO_FEE),
    ]
