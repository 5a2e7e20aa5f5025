"""A booking's history can be written once and never rewritten."""

from django.db import migrations

CREATE = """
CREATE FUNCTION booking_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of bookings is append-only'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON bookings_bookingevent
    FOR EACH ROW EXECUTE FUNCTION booking_event_is_append_only();
"""

DROP = """
DROP TRIGGER append_only ON bookings_bookingevent;
DROP FUNCTION booking_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
