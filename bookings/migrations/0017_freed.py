"""Whatever frees time says so, in its own transaction: also what deletes in bulk, or cascades."""

from django.db import migrations

# Of an occupancy: all of it when the row goes, or when it shrinks or is moved.
GONE = """
    INSERT INTO bookings_freed (place_id, during)
    SELECT place_id, range_merge(range_agg(during)) FROM before GROUP BY place_id
"""
LESS = """
    INSERT INTO bookings_freed (place_id, during)
    SELECT before.place_id, range_merge(range_agg(before.during))
    FROM before JOIN after USING (id)
    WHERE before.unit_id <> after.unit_id OR NOT after.during @> before.during
    GROUP BY before.place_id
"""
PLACE_REOPENED = """
    INSERT INTO bookings_freed (place_id, during)
    SELECT place_id, period FROM before WHERE space_id IS NULL
"""
# Hours that are other than they were, and spaces that are new or changed.
HOURS = """
    INSERT INTO bookings_freed (place_id)
    SELECT DISTINCT coalesce({row}.place_id, space.place_id)
    FROM {row} LEFT JOIN spaces_space AS space ON space.id = {row}.space_id
    WHERE coalesce({row}.place_id, space.place_id) IS NOT NULL
"""
SPACES = "INSERT INTO bookings_freed (place_id) SELECT DISTINCT place_id FROM after"
UNITS = """
    INSERT INTO bookings_freed (place_id)
    SELECT DISTINCT space.place_id FROM after JOIN spaces_space AS space ON space.id = space_id
"""

TRIGGERS = [
    ("bookings_occupancy", "DELETE", GONE),
    ("bookings_occupancy", "UPDATE", LESS),
    ("bookings_closure", "DELETE", PLACE_REOPENED),
    *(
        (table, event, HOURS.format(row="before" if event == "DELETE" else "after"))
        for table in ("spaces_openinghours", "spaces_hoursexception")
        for event in ("INSERT", "UPDATE", "DELETE")
    ),
    ("spaces_space", "INSERT", SPACES),
    ("spaces_space", "UPDATE", SPACES),
    ("spaces_space_units", "INSERT", UNITS),
]
SEEN = {
    "INSERT": "NEW TABLE AS after",
    "UPDATE": "OLD TABLE AS before NEW TABLE AS after",
    "DELETE": "OLD TABLE AS before",
}


def trigger(table, event, statement):
    name = f"{table}_{event.lower()}_frees"
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {statement};
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {event} ON {table}
            REFERENCING {SEEN[event]}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name};",
    )


class Migration(migrations.Migration):
    dependencies = [('bookings', '0016_waiting'), ("spaces", "0010_words")]
    operations = [trigger(*one) for one in TRIGGERS]
