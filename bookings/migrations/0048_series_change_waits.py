"""What a whole series waits for is made as a whole, or not at all."""

import django.db.models.deletion
from django.db import migrations, models

# Deferred, since they change their state one after the other within one transaction.
ALL_OR_NONE = """
CREATE FUNCTION bookings_changed_together() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM bookings_change AS one
        JOIN bookings_change AS other ON other.series_change_id = one.series_change_id
        WHERE one.series_change_id = NEW.series_change_id
          AND one.status IN ('held', 'requested')
          AND (other.status = 'made'
               OR other.status IN ('held', 'requested') AND other.status <> one.status))
    THEN
        RAISE EXCEPTION 'what a series waits for (%) is made as a whole', NEW.series_change_id
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'change_of_series_all_or_none';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER change_of_series_all_or_none
    AFTER INSERT OR UPDATE OF status, series_change_id ON bookings_change
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.series_change_id IS NOT NULL)
    EXECUTE FUNCTION bookings_changed_together();
"""
NO_MORE = """
DROP TRIGGER change_of_series_all_or_none ON bookings_change;
DROP FUNCTION bookings_changed_together;
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0047_wait_again")]

    operations = [
        migrations.AddField(
            model_name="change",
            name="series_change",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="changes",
                to="bookings.serieschange",
            ),
        ),
        migrations.RunSQL(ALL_OR_NONE, NO_MORE),
    ]
