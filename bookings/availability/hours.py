"""When spaces and places are open, as SQL over the row "spaces_space" or "place"."""

from datetime import timedelta
from typing import Any

from spaces.holidays import public_holidays
from spaces.periods import Period

LONGEST = timedelta(days=400)  # no period to be booked or shown is longer
FARTHEST = timedelta(days=1100) + LONGEST  # and none ends later than this from now

# When a space, or a place, is open by itself: a multirange over the local days that touch
# %(window)s and the day before, for hours that run past midnight; the one before that too
# when midnight comes twice and the window begins between the two. On a day there holds an
# exception, or what public holidays do, or the season it lies in, or the ordinary week.
# Without weekly rules it leaves to the other all days but its exceptions and the holidays that
# it says something of. A clock change can turn a rule around: it then opens for no time at all.
KEPT_OPEN = """
(SELECT coalesce(range_agg(tstzrange(hours.opens, hours.closes)), '{{}}'::tstzmultirange)
 FROM generate_series(
     date_trunc('day', lower(%(window)s) AT TIME ZONE place.time_zone) - CASE
         WHEN date_trunc('day', lower(%(window)s) AT TIME ZONE place.time_zone)
              AT TIME ZONE place.time_zone > lower(%(window)s)
         THEN interval '2 days' ELSE interval '1 day' END,
     date_trunc('day', upper(%(window)s) AT TIME ZONE place.time_zone),
     interval '1 day') AS day
 CROSS JOIN LATERAL (
     SELECT (day + make_interval(mins => rule.opens)) AT TIME ZONE place.time_zone AS opens,
            (day + make_interval(mins => rule.closes)) AT TIME ZONE place.time_zone AS closes
     FROM (
         SELECT exception.opens, exception.closes
         FROM spaces_hoursexception AS exception
         WHERE exception.{keeper}_id = {row}.id AND exception.date = day::date
           AND exception.opens IS NOT NULL
         UNION ALL
         SELECT usual.opens, usual.closes FROM (
             SELECT weekly.opens, weekly.closes
             FROM spaces_openinghours AS weekly
             WHERE weekly.{keeper}_id = {row}.id
               AND weekly.weekday = extract(isodow FROM day)::integer
               AND weekly.season_id IS NOT DISTINCT FROM (
                   SELECT season.id
                   FROM spaces_season AS season,
                        CAST(to_char(day, 'MMDD') AS integer) AS today
                   WHERE season.{keeper}_id = {row}.id AND CASE
                       WHEN season.first_month * 100 + season.first_day
                         <= season.last_month * 100 + season.last_day
                       THEN today BETWEEN season.first_month * 100 + season.first_day
                                      AND season.last_month * 100 + season.last_day
                       ELSE today >= season.first_month * 100 + season.first_day
                         OR today <= season.last_month * 100 + season.last_day END
                   ORDER BY season.id LIMIT 1)
               AND NOT ({on_holidays} <> 'open' AND day::date = ANY (%(holidays)s))
             UNION ALL
             SELECT {holiday_opens}, {holiday_closes}
             WHERE {on_holidays} = 'short' AND day::date = ANY (%(holidays)s) AND {is_heard}
             UNION ALL
             SELECT 0, 1440 WHERE NOT {keeper}_has.hours AND {other}_has.hours AND {is_usual}
         ) AS usual
         WHERE NOT EXISTS (
             SELECT FROM spaces_hoursexception AS exception
             WHERE exception.{keeper}_id = {row}.id AND exception.date = day::date)
     ) AS rule
 ) AS hours
 WHERE hours.opens < hours.closes)
"""

# A space that says nothing of public holidays does as its place; one that does is heard also
# where its hours are the place's.
SPACE_OPEN = KEPT_OPEN.format(
    keeper="space",
    other="place",
    row="spaces_space",
    **{
        name: f"coalesce(spaces_space.{name}, place.{name})"
        for name in ("on_holidays", "holiday_opens", "holiday_closes")
    },
    is_heard="""(space_has.hours
                 OR (place_has.hours AND spaces_space.on_holidays IS NOT NULL))""",
    is_usual="""NOT (coalesce(spaces_space.on_holidays, 'open') <> 'open'
                     AND day::date = ANY (%(holidays)s))""",
)
PLACE_OPEN = KEPT_OPEN.format(
    keeper="place",
    other="space",
    row="place",
    **{name: f"place.{name}" for name in ("on_holidays", "holiday_opens", "holiday_closes")},
    is_heard="place_has.hours",
    is_usual="TRUE",
)

# When the place is closed as a whole, whatever its hours say.
PLACE_CLOSED = """
coalesce((SELECT range_agg(closure.period) FROM bookings_closure AS closure
          WHERE closure.place_id = place.id AND closure.space_id IS NULL
            AND closure.period && %(window)s), '{}'::tstzmultirange)
"""

# The opening hours of the row "spaces_space": when both it and its place are open. Where
# neither says when, it is closed. One that says nothing lets the other decide; each stands
# here once, since PostgreSQL plans every copy, and OFFSET 0 keeps it from asking anew
# wherever the answer is used.
OPEN = f"""
(SELECT CASE
     WHEN (place_has.hours OR place_has.exceptions)
      AND NOT (space_has.hours OR space_has.exceptions)
      AND (coalesce(spaces_space.on_holidays, 'open') = 'open' OR NOT place_has.hours)
     THEN '{{(,)}}'::tstzmultirange
     ELSE {SPACE_OPEN} END
   * CASE
     WHEN NOT (place_has.hours OR place_has.exceptions) THEN '{{(,)}}'::tstzmultirange
     ELSE {PLACE_OPEN} END
   - {PLACE_CLOSED}
 FROM spaces_place AS place
 CROSS JOIN LATERAL (SELECT
     EXISTS (SELECT FROM spaces_openinghours AS one WHERE one.space_id = spaces_space.id)
         AS hours,
     EXISTS (SELECT FROM spaces_hoursexception AS one WHERE one.space_id = spaces_space.id)
         AS exceptions OFFSET 0) AS space_has
 CROSS JOIN LATERAL (SELECT
     EXISTS (SELECT FROM spaces_openinghours AS one WHERE one.place_id = place.id) AS hours,
     EXISTS (SELECT FROM spaces_hoursexception AS one WHERE one.place_id = place.id)
         AS exceptions OFFSET 0) AS place_has
 WHERE place.id = spaces_space.place_id)
"""


def holidays(window: Period) -> list[Any]:
    """The public holidays that may matter in and around a window."""
    margin = timedelta(days=2)  # whatever the zone, and for hours that run past midnight
    last = min(window.upper, window.lower + LONGEST)
    return public_holidays((window.lower - margin).date(), (last + margin).date())
