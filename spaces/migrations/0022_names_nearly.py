"""Names of spaces that are spelt nearly so, for suggestions while one types."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models

# An index needs what never changes: unaccent does not while its dictionary is named.
PLAIN = """
CREATE FUNCTION spaces_plain(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(public.unaccent('public.unaccent'::regdictionary, $1))
"""


class Migration(migrations.Migration):
    dependencies = [("spaces", "0021_last_notice")]
    operations = [
        migrations.RunSQL(PLAIN, "DROP FUNCTION spaces_plain"),
        migrations.AddIndex(
            model_name="space",
            index=GinIndex(
                OpClass(models.Func("name", function="spaces_plain"), name="gin_trgm_ops"),
                condition=models.Q(("listing", "published")),
                name="space_by_name",
            ),
        ),
    ]
