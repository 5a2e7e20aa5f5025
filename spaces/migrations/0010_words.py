from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

# Stemming after the accents are gone, so that "moterom" and "møterom" are one word.
LANGUAGES = """
CREATE TEXT SEARCH CONFIGURATION ledig_nb (COPY = norwegian);
ALTER TEXT SEARCH CONFIGURATION ledig_nb
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, norwegian_stem;
CREATE TEXT SEARCH CONFIGURATION ledig_en (COPY = english);
ALTER TEXT SEARCH CONFIGURATION ledig_en
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
"""
NO_LANGUAGES = """
DROP TEXT SEARCH CONFIGURATION ledig_nb;
DROP TEXT SEARCH CONFIGURATION ledig_en;
"""

WRITE = """
CREATE FUNCTION spaces_strings(texts jsonb) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(value #>> '{}', ' ' ORDER BY key)
    FROM jsonb_each(texts) WHERE jsonb_typeof(value) = 'string'
$$;

CREATE FUNCTION spaces_write_words(changed bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO spaces_spacewords (space_id, document, plain)
    SELECT space.id,
           setweight(to_tsvector('ledig_nb', said.a) || to_tsvector('ledig_en', said.a), 'A')
        || setweight(to_tsvector('ledig_nb', said.b) || to_tsvector('ledig_en', said.b), 'B')
        || setweight(to_tsvector('ledig_nb', said.c) || to_tsvector('ledig_en', said.c), 'C')
        || setweight(to_tsvector('ledig_nb', said.d) || to_tsvector('ledig_en', said.d), 'D'),
           lower(unaccent(concat_ws(' ', said.a, said.b, said.c)))
    FROM spaces_space AS space
    JOIN spaces_place AS place ON place.id = space.place_id
    JOIN accounts_organisation AS owner ON owner.id = space.organisation_id
    CROSS JOIN LATERAL (SELECT
        space.name AS a,
        concat_ws(' ',
            CASE space.kind
                WHEN 'meeting_room' THEN 'møterom grupperom meeting room'
                WHEN 'desk_area' THEN 'arbeidsplasser arbeidsplassar kontorplass pult desks'
                WHEN 'lab' THEN 'lab laboratorium laboratory'
                WHEN 'workshop' THEN 'verksted verkstad workshop'
                WHEN 'event_hall' THEN 'arrangementslokale sal event hall'
                WHEN 'studio' THEN 'studio'
                WHEN 'outdoor' THEN 'ute utendørs uteområde outdoors outdoor area'
            END,
            (SELECT string_agg(spaces_strings(amenity.name), ' ' ORDER BY amenity.code)
             FROM spaces_spaceamenity AS has
             JOIN spaces_amenity AS amenity ON amenity.code = has.amenity_id
             WHERE has.space_id = space.id),
            spaces_strings(space.facts)) AS b,
        concat_ws(' ', place.name, place.address, owner.name) AS c,
        concat_ws(' ', spaces_strings(space.summary), spaces_strings(space.description)) AS d
    ) AS said
    WHERE space.id = ANY (changed)
    ON CONFLICT (space_id) DO UPDATE
        SET document = excluded.document, plain = excluded.plain
        WHERE spaces_spacewords.document IS DISTINCT FROM excluded.document
           OR spaces_spacewords.plain IS DISTINCT FROM excluded.plain
$$;
"""
NO_WRITE = """
DROP FUNCTION spaces_write_words;
DROP FUNCTION spaces_strings;
"""

# What is changed, when, and which spaces it is about; once for each statement.
TRIGGERS = [
    ("spaces_space", "INSERT", "SELECT id FROM changed"),
    ("spaces_space", "UPDATE", "SELECT id FROM changed"),
    ("spaces_spaceamenity", "INSERT", "SELECT space_id FROM changed"),
    ("spaces_spaceamenity", "UPDATE", "SELECT space_id FROM changed"),
    ("spaces_spaceamenity", "DELETE", "SELECT space_id FROM changed"),
    (
        "spaces_place",
        "UPDATE",
        "SELECT space.id FROM spaces_space AS space JOIN changed ON changed.id = place_id",
    ),
    (
        "accounts_organisation",
        "UPDATE",
        "SELECT space.id FROM spaces_space AS space JOIN changed ON changed.id = organisation_id",
    ),
    (
        "spaces_amenity",
        "UPDATE",
        "SELECT space_id FROM spaces_spaceamenity JOIN changed ON changed.code = amenity_id",
    ),
]


def trigger(table, event, spaces):
    name = f"{table}_{event.lower()}_words"
    seen = "OLD" if event == "DELETE" else "NEW"
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM spaces_write_words(ARRAY({spaces}));
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {event} ON {table}
            REFERENCING {seen} TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name};",
    )


class Migration(migrations.Migration):
    dependencies = [("spaces", "0009_spot"), ("accounts", "0004_member_events")]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(LANGUAGES, NO_LANGUAGES),
        migrations.CreateModel(
            name="SpaceWords",
            fields=[
                (
                    "space",
                    models.OneToOneField(
                        db_index=False,
                        on_delete=models.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="spaces.space",
                    ),
                ),
                ("document", SearchVectorField()),
                ("plain", models.TextField()),
            ],
            options={
                "indexes": [
                    GinIndex(fields=["document"], name="words_by_document"),
                    GinIndex(OpClass("plain", "gin_trgm_ops"), name="words_by_trigram"),
                ],
            },
        ),
        migrations.RunSQL(WRITE, NO_WRITE),
        *(trigger(*one) for one in TRIGGERS),
        migrations.RunSQL("SELECT spaces_write_words(array_agg(id)) FROM spaces_space", ""),
    ]
