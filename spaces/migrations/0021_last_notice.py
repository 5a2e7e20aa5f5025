"""How late a booker may still cancel or change: until it starts, as before, unless owners say."""

from django.db import migrations, models

UNSURE = """space.id IN (
           SELECT its.space_id FROM spaces_calendarsource AS source
           JOIN spaces_space_units AS said ON said.space_id = source.space_id
                AND (source.unit_id IS NULL OR source.unit_id = said.unit_id)
           JOIN spaces_space_units AS its ON its.unit_id = said.unit_id
           WHERE source.stale_at <= now())"""
RULES_IN_FORCE = """
CREATE VIEW spaces_rulesinforce AS
SELECT space.id AS space_id,
       space.is_instant AND NOT coalesce(owner.needs_approval, false)
                        AND NOT coalesce(district.needs_approval, false)
                        AND NOT {unsure} AS is_instant,
       GREATEST(space.min_length, owner.min_length, district.min_length) AS min_length,
       LEAST(space.max_length, owner.max_length, district.max_length) AS max_length,
       GREATEST(space.lead_time, owner.lead_time, district.lead_time) AS lead_time,
       LEAST(space.horizon_days, owner.horizon_days, district.horizon_days) AS horizon_days,
       GREATEST(space.buffer_before, owner.buffer_before, district.buffer_before)
           AS buffer_before,
       GREATEST(space.buffer_after, owner.buffer_after, district.buffer_after) AS buffer_after,
       LEAST(owner.longest_notice, district.longest_notice) AS longest_notice,
       LEAST(space.release_after, owner.release_after, district.release_after)
           AS release_after,
       {unsure} AS is_unsure,
       LEAST(space.no_show_fee, district.most_fee) AS no_show_fee,
       LEAST(space.overstay_fee, district.most_fee) AS overstay_fee,
       LEAST(space.answer_within, owner.answer_within, district.answer_within)
           AS answer_within{more}
FROM spaces_space AS space
LEFT JOIN spaces_organisationrules AS owner
       ON owner.organisation_id = space.organisation_id
LEFT JOIN (SELECT * FROM spaces_rulebook WHERE published_at IS NOT NULL
           ORDER BY version DESC LIMIT 1) AS district ON true
"""
NOTICE = """,
       LEAST(space.last_notice, owner.longest_notice, district.longest_notice)
           AS last_notice"""
DROP = "DROP VIEW spaces_rulesinforce"


class Migration(migrations.Migration):
    dependencies = [("spaces", "0020_pauses")]
    operations = [
        migrations.AddField(
            model_name="space",
            name="last_notice",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunSQL(DROP, RULES_IN_FORCE.format(unsure=UNSURE, more="")),
        migrations.RunSQL(RULES_IN_FORCE.format(unsure=UNSURE, more=NOTICE), DROP),
    ]
