from django.db import migrations, models

# Those who say who they are have been seen by all until now, and stay.
STAY = "UPDATE accounts_organisation SET is_listed = true WHERE about <> '{}'"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_member_events'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='is_listed',
            field=models.BooleanField(default=False, help_text='Without it, it is there while it shares a room.', verbose_name='is in the actor directory'),
        ),
        migrations.RunSQL(STAY, migrations.RunSQL.noop),
    ]
