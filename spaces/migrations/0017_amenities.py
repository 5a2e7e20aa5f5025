from django.db import migrations

from spaces.amenities import add_missing


class Migration(migrations.Migration):
    """The words that every district begins with; back again, they stay, since spaces have them."""

    dependencies = [
        ("spaces", "0016_answers"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="amenity",
            options={
                "ordering": ("code",),
                "verbose_name": "amenity",
                "verbose_name_plural": "amenities",
            },
        ),
        migrations.RunPython(
            lambda apps, _editor: add_missing(apps.get_model("spaces", "Amenity")),
            migrations.RunPython.noop,
        ),
    ]
