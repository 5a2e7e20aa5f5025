"""A space closed around a booking is closed in its time too, as soon as the booking gives it up:
cancelled, moved, shortened, expired, by whoever and by whatever way.

Deferred, since a change gives up and takes again within one transaction; what it takes again
stays its own.
"""

from django.db import migrations

CLOSE_BEHIND = """
CREATE FUNCTION bookings_close_behind() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closed record;
BEGIN
    FOR closed IN
        SELECT closure.id, closure.period * OLD.during AS during
        FROM spaces_space_units AS has
        JOIN bookings_closure AS closure ON closure.space_id = has.space_id
        WHERE has.unit_id = OLD.unit_id AND closure.period && OLD.during
        ORDER BY closure.id
    LOOP
        INSERT INTO bookings_occupancy (place_id, unit_id, closure_id, during)
        SELECT OLD.place_id, OLD.unit_id, closed.id, unnest(
            tstzmultirange(closed.during) - coalesce(
                (SELECT range_agg(taken.during) FROM bookings_occupancy AS taken
                 WHERE taken.unit_id = OLD.unit_id AND taken.during && closed.during),
                '{}'::tstzmultirange));
    END LOOP;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bookings_close_behind
    AFTER DELETE OR UPDATE OF unit_id, during ON bookings_occupancy
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.booking_id IS NOT NULL) EXECUTE FUNCTION bookings_close_behind();
"""
NO_MORE = """
DROP TRIGGER bookings_close_behind ON bookings_occupancy;
DROP FUNCTION bookings_close_behind;
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0034_in_turn")]
    operations = [migrations.RunSQL(CLOSE_BEHIND, NO_MORE)]
