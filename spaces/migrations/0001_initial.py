import django.db.models.deletion
import spaces.models.place
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Amenity',
            fields=[
                ('code', models.SlugField(max_length=40, primary_key=True, serialize=False)),
                ('name', models.JSONField(default=dict)),
                ('icon', models.CharField(default='check', max_length=40)),
            ],
            options={
                'verbose_name_plural': 'amenities',
                'ordering': ('code',),
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('slug', models.SlugField(max_length=120, unique=True)),
                ('address', models.CharField(max_length=120, verbose_name='address')),
                ('postcode', models.CharField(max_length=10, verbose_name='postcode')),
                ('city', models.CharField(max_length=60, verbose_name='city')),
                ('latitude', models.FloatField()),
                ('longitude', models.FloatField()),
                ('time_zone', models.CharField(default='Europe/Oslo', max_length=40, validators=[spaces.models.place.known_zone])),
                ('is_outdoor', models.BooleanField(default=False)),
                ('is_step_free', models.BooleanField(default=False, verbose_name='step-free')),
                ('arrival', models.JSONField(blank=True, default=dict, verbose_name='arrival')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='accounts.organisation')),
            ],
            options={
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='Space',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('meeting_room', 'Meeting room'), ('desk_area', 'Desks'), ('lab', 'Lab'), ('workshop', 'Workshop'), ('event_hall', 'Event hall'), ('studio', 'Studio'), ('outdoor', 'Outdoors')], max_length=20, verbose_name='kind')),
                ('listing', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('paused', 'Paused'), ('archived', 'Archived')], default='draft', max_length=10)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('slug', models.SlugField(max_length=120, unique=True)),
                ('floor', models.JSONField(blank=True, default=dict)),
                ('summary', models.JSONField(blank=True, default=dict)),
                ('description', models.JSONField(blank=True, default=dict)),
                ('capacity', models.PositiveIntegerField(verbose_name='capacity')),
                ('area', models.PositiveIntegerField(blank=True, null=True, verbose_name='area in m²')),
                ('is_step_free', models.BooleanField(default=False, verbose_name='step-free')),
                ('allocation', models.CharField(choices=[('all', 'All units'), ('any', 'Any of the units')], default='all', max_length=3)),
                ('is_instant', models.BooleanField(default=True, verbose_name='instant booking')),
                ('step', models.PositiveSmallIntegerField(default=30)),
                ('min_length', models.PositiveIntegerField(default=30)),
                ('max_length', models.PositiveIntegerField(default=720)),
                ('lead_time', models.PositiveIntegerField(default=0)),
                ('horizon_days', models.PositiveIntegerField(default=180)),
                ('buffer_before', models.PositiveSmallIntegerField(default=0)),
                ('buffer_after', models.PositiveSmallIntegerField(default=0)),
                ('free_cancellation', models.PositiveIntegerField(default=1440)),
                ('late_refund_percent', models.PositiveSmallIntegerField(default=0)),
                ('closed_on_holidays', models.BooleanField(default=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spaces', to='accounts.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spaces', to='spaces.place')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audience', models.CharField(choices=[('everyone', 'Everyone'), ('own', "The owner's own people"), ('student', 'Students'), ('employee', 'Employees in the district'), ('startup', 'Start-ups')], default='everyone', max_length=10)),
                ('per', models.CharField(choices=[('hour', 'hour'), ('day', 'day')], default='hour', max_length=5)),
                ('amount', models.PositiveIntegerField()),
                ('currency', models.CharField(default='NOK', max_length=3)),
                ('vat', models.CharField(choices=[('exempt_3_11', 'Exempt: letting of real property (§ 3-11)'), ('standard_25', '25 % VAT'), ('reduced_12', '12 % VAT'), ('not_registered', 'Owner not registered for VAT')], default='exempt_3_11', max_length=15)),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='spaces.space')),
            ],
            options={
                'ordering': ('amount', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(upload_to='spaces/')),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('alt', models.JSONField(default=dict)),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='spaces.space')),
            ],
            options={
                'ordering': ('order', 'id'),
            },
        ),
        migrations.CreateModel(
            name='OpeningHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')])),
                ('opens', models.PositiveSmallIntegerField()),
                ('closes', models.PositiveSmallIntegerField()),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opening_hours', to='spaces.space')),
            ],
            options={
                'verbose_name_plural': 'opening hours',
                'ordering': ('weekday', 'opens'),
            },
        ),
        migrations.CreateModel(
            name='HoursException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField()),
                ('opens', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('closes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=120)),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours_exceptions', to='spaces.space')),
            ],
            options={
                'ordering': ('date', 'opens'),
            },
        ),
        migrations.CreateModel(
            name='SpaceAmenity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.PositiveSmallIntegerField(default=1)),
                ('amenity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='spaces.amenity')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='space_amenities', to='spaces.space')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.AddField(
            model_name='space',
            name='amenities',
            field=models.ManyToManyField(related_name='spaces', through='spaces.SpaceAmenity', to='spaces.amenity'),
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='spaces.place')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.AddField(
            model_name='space',
            name='units',
            field=models.ManyToManyField(related_name='spaces', to='spaces.unit'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='place_point_on_earth'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.UniqueConstraint(fields=('space', 'audience', 'per'), name='price_once'),
        ),
        migrations.AddConstraint(
            model_name='openinghours',
            constraint=models.UniqueConstraint(fields=('space', 'weekday', 'opens'), name='opening_hours_once'),
        ),
        migrations.AddConstraint(
            model_name='openinghours',
            constraint=models.CheckConstraint(condition=models.Q(('closes__lte', 2880), ('opens__lt', 1440), ('weekday__range', (1, 7)), ('closes__gt', models.F('opens'))), name='opening_hours_in_order'),
        ),
        migrations.AddConstraint(
            model_name='hoursexception',
            constraint=models.UniqueConstraint(fields=('space', 'date', 'opens'), name='hours_exception_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='hoursexception',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closes__isnull', True), ('opens__isnull', True)), models.Q(('closes__lte', 2880), ('opens__lt', 1440), ('closes__gt', models.F('opens'))), _connector='OR'), name='hours_exception_in_order'),
        ),
        migrations.AddConstraint(
            model_name='spaceamenity',
            constraint=models.UniqueConstraint(fields=('space', 'amenity'), name='space_amenity_once'),
        ),
        migrations.AddIndex(
            model_name='space',
            index=models.Index(condition=models.Q(('listing', 'published')), fields=['kind', 'capacity'], name='space_published_kind'),
        ),
        migrations.AddIndex(
            model_name='space',
            index=models.Index(fields=['place'], name='space_place'),
        ),
        migrations.AddConstraint(
            model_name='space',
            constraint=models.CheckConstraint(condition=models.Q(('capacity__gte', 1)), name='space_capacity'),
        ),
        migrations.AddConstraint(
            model_name='space',
            constraint=models.CheckConstraint(condition=models.Q(('horizon_days__range', (1, 1100)), ('max_length__gte', models.F('min_length')), ('min_length__gte', 1), ('step__range', (5, 1440))), name='space_lengths'),
        ),
        migrations.AddConstraint(
            model_name='space',
            constraint=models.CheckConstraint(condition=models.Q(('late_refund_percent__lte', 100)), name='space_refund_percent'),
        ),
    ]
