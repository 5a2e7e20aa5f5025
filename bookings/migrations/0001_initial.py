import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import spaces.ids
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('spaces', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.UUIDField(default=spaces.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('quantity', models.PositiveIntegerField(default=1)),
                ('status', models.CharField(choices=[('held', 'Held'), ('requested', 'Requested'), ('confirmed', 'Confirmed'), ('checked_in', 'Checked in'), ('completed', 'Completed'), ('no_show', 'No-show'), ('expired', 'Expired'), ('declined', 'Declined'), ('cancelled', 'Cancelled')], max_length=10)),
                ('title', models.CharField(blank=True, max_length=140, verbose_name='title')),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('sequence', models.PositiveIntegerField(default=0)),
                ('lines', models.JSONField(default=list)),
                ('amount', models.PositiveIntegerField(default=0)),
                ('currency', models.CharField(default='NOK', max_length=3)),
                ('free_cancellation', models.PositiveIntegerField(default=0)),
                ('late_refund_percent', models.PositiveSmallIntegerField(default=0)),
                ('booker', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='accounts.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='spaces.place')),
                ('space', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='spaces.space')),
            ],
        ),
        migrations.CreateModel(
            name='BookingEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('held', 'Held'), ('requested', 'Requested'), ('confirmed', 'Confirmed'), ('declined', 'Declined'), ('cancelled', 'Cancelled'), ('expired', 'Expired'), ('payment_failed', 'Payment failed'), ('paid_too_late', 'Paid too late'), ('completed', 'Completed'), ('no_show', 'No-show')], max_length=20)),
                ('at', models.DateTimeField()),
                ('data', models.JSONField(blank=True, default=dict)),
                ('booking', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='bookings.booking')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='spaces.place')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Closure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('reason', models.CharField(blank=True, max_length=140, verbose_name='reason')),
                ('created_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='spaces.place')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closures', to='spaces.space')),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('held', 'Held'), ('requested', 'Requested'), ('confirmed', 'Confirmed'), ('declined', 'Declined'), ('cancelled', 'Cancelled'), ('expired', 'Expired'), ('payment_failed', 'Payment failed'), ('paid_too_late', 'Paid too late'), ('completed', 'Completed'), ('no_show', 'No-show')], max_length=20)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('sending', 'Sending'), ('sent', 'Sent'), ('dead', 'Dead')], default='pending', max_length=10)),
                ('not_before', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('booking', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='bookings.booking')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.CreateModel(
            name='Occupancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('during', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('held_until', models.DateTimeField(blank=True, null=True)),
                ('booking', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='occupancies', to='bookings.booking')),
                ('closure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='occupancies', to='bookings.closure')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='spaces.place')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='occupancies', to='spaces.unit')),
            ],
            options={
                'verbose_name_plural': 'occupancies',
            },
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(fields=['booker', '-created_at'], name='booking_by_booker'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=django.contrib.postgres.indexes.GistIndex(fields=['space', 'period'], name='booking_by_space'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('status__in', ['held', 'requested'])), fields=['expires_at'], name='booking_to_expire'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('period__isempty', False), ('period__lower_inc', True), ('period__lower_inf', False), ('period__upper_inc', False), ('period__upper_inf', False)), name='booking_real_period'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='booking_quantity'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['held', 'requested']), _negated=True), ('expires_at__isnull', False), _connector='OR'), name='booking_waits_until'),
        ),
        migrations.AddConstraint(
            model_name='closure',
            constraint=models.CheckConstraint(condition=models.Q(('period__isempty', False), ('period__lower_inc', True), ('period__lower_inf', False), ('period__upper_inc', False), ('period__upper_inf', False)), name='closure_real_period'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ['pending', 'sending'])), fields=['not_before'], name='delivery_due'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('booking', 'version', 'kind', 'recipient'), name='delivery_once'),
        ),
        migrations.AddConstraint(
            model_name='occupancy',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('unit', '='), ('during', '&&')], name='occupancy_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='occupancy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('booking__isnull', False), ('closure__isnull', True)), models.Q(('booking__isnull', True), ('closure__isnull', False)), _connector='OR'), name='occupancy_one_cause'),
        ),
        migrations.AddConstraint(
            model_name='occupancy',
            constraint=models.CheckConstraint(condition=models.Q(('during__isempty', False), ('during__lower_inc', True), ('during__lower_inf', False), ('during__upper_inc', False), ('during__upper_inf', False)), name='occupancy_real_range'),
        ),
    ]
