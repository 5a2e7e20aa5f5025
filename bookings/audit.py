"""What must always be so of bookings, asked of the data itself.

Each check is a promise in words and SQL that finds what breaks it, as texts that name the
row. Most of it the database holds already; asked again it tells of constraints that were
dropped, of restores that went wrong, and of what no constraint can say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from bookings.emails import TO_BOOKER
from bookings.models import OCCUPYING, Kind

SHOWN = 5  # of the breaches of a promise


@dataclass(frozen=True, slots=True)
class Check:
    promise: str
    sql: str  # %(now)s and what else `FACTS` has


@dataclass(frozen=True, slots=True)
class Outcome:
    promise: str
    count: int
    examples: tuple[str, ...]


# Events that a booker is always told of. A cancellation may be of a hold that nobody paid.
ALWAYS_TOLD = [kind.value for kind in TO_BOOKER if kind not in (Kind.CANCELLED, Kind.DECLINED)]
FACTS = {
    "occupying": [status.value for status in OCCUPYING],
    "always_told": ALWAYS_TOLD,
}

# Bookings that take their units now: a hold that has run out does not, swept or not.
ACTIVE = """
(booking.status = ANY (%(occupying)s)
 AND NOT (booking.status IN ('held', 'requested') AND booking.expires_at <= %(now)s))
"""

CHECKS = [
    Check(
        "No more of a pass is used than it has",
        """
        SELECT 'pass ' || pass.id FROM bookings_pass AS pass
        JOIN bookings_passuse AS use ON use.used_of_id = pass.id
        GROUP BY pass.id
        HAVING sum(use.amount) > CASE WHEN pass.counts = 'percent' THEN 0 ELSE pass.amount END
        """,
    ),
    Check(
        "Each booking that stands uses of its passes what its lines say",
        """
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        JOIN LATERAL (
            SELECT line->'about'->>'pass' AS pass,
                   (line->'about'->>'units')::bigint + (line->'about'->>'kept')::bigint AS amount
            FROM jsonb_array_elements(booking.lines) AS line
            WHERE line->>'item' = 'pass') AS sold ON true
        LEFT JOIN bookings_passuse AS use
          ON use.booking_id = booking.id AND use.used_of_id::text = sold.pass
        WHERE booking.status NOT IN ('cancelled', 'expired', 'declined')
          AND NOT (booking.status IN ('held', 'requested') AND booking.expires_at <= %(now)s)
          AND use.amount IS DISTINCT FROM sold.amount
        UNION ALL
        SELECT 'booking ' || use.booking_id FROM bookings_passuse AS use
        JOIN bookings_booking AS booking ON booking.id = use.booking_id
        WHERE booking.status IN ('expired', 'declined') OR NOT EXISTS (
            SELECT FROM jsonb_array_elements(booking.lines) AS line
            WHERE line->'about'->>'pass' = use.used_of_id::text)
        """,
    ),
    Check(
        "A code is used as often as it may be, and no more",
        """
        SELECT 'campaign ' || campaign.id FROM bookings_campaign AS campaign
        JOIN bookings_campaignuse AS use ON use.campaign_id = campaign.id
        GROUP BY campaign.id HAVING count(*) > campaign."limit"
        UNION ALL
        SELECT 'campaign ' || campaign.id || ' person ' || use.person_id
        FROM bookings_campaign AS campaign
        JOIN bookings_campaignuse AS use ON use.campaign_id = campaign.id
        GROUP BY campaign.id, use.person_id HAVING count(*) > campaign.limit_each
        """,
    ),
    Check(
        "Exactly the bookings that were sold with a code, and stand, use one, for what it took off",
        """
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        LEFT JOIN LATERAL (
            SELECT -sum((line->>'amount')::bigint) AS off, max(line->'about'->>'campaign') AS pk
            FROM jsonb_array_elements(booking.lines) AS line
            WHERE line->>'item' = 'code') AS sold ON true
        LEFT JOIN bookings_campaignuse AS use ON use.booking_id = booking.id
        WHERE (use.id IS NULL AND sold.off > 0
               AND booking.status NOT IN ('cancelled', 'expired', 'declined')
               AND NOT (booking.status IN ('held', 'requested')
                        AND booking.expires_at <= %(now)s)
               AND EXISTS (SELECT FROM bookings_campaign WHERE id = sold.pk::bigint))
           OR (use.id IS NOT NULL AND (use.amount IS DISTINCT FROM sold.off
               OR use.campaign_id IS DISTINCT FROM sold.pk::bigint
               OR booking.status IN ('cancelled', 'expired', 'declined')))
        """,
    ),
    Check(
        "No unit is taken twice",
        """
        SELECT 'unit ' || one.unit_id || ' during ' || one.during
        FROM bookings_occupancy AS one JOIN bookings_occupancy AS other
          ON other.unit_id = one.unit_id AND other.during && one.during AND other.id > one.id
        """,
    ),
    Check(
        "An occupancy is of one booking or one closure, in the place of its unit",
        """
        SELECT 'occupancy ' || taken.id FROM bookings_occupancy AS taken
        JOIN spaces_unit AS unit ON unit.id = taken.unit_id
        WHERE unit.place_id <> taken.place_id
           OR (taken.booking_id IS NULL) = (taken.closure_id IS NULL)
        """,
    ),
    Check(
        "A closed space is closed throughout, but for what a booking has that it is closed around",
        """
        SELECT 'closure ' || closure.id || ' unit ' || has.unit_id
        FROM bookings_closure AS closure
        JOIN spaces_space_units AS has ON has.space_id = closure.space_id
        WHERE upper(closure.period) > %(now)s
          AND EXISTS (SELECT FROM bookings_occupancy AS closed
                      WHERE closed.closure_id = closure.id AND closed.unit_id = has.unit_id)
          AND NOT tstzmultirange(closure.period) <@ (
              SELECT range_agg(taken.during) FROM bookings_occupancy AS taken
              WHERE taken.unit_id = has.unit_id AND taken.during && closure.period)
        """,
    ),
    Check(
        "Each active booking has its units, for the whole of its time",
        f"""
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        JOIN spaces_space AS space ON space.id = booking.space_id
        WHERE {ACTIVE} AND NOT EXISTS (
            SELECT FROM bookings_occupancy AS taken JOIN spaces_unit AS unit
              ON unit.id = taken.unit_id AND unit.add_on_id IS NULL
            WHERE taken.booking_id = booking.id AND taken.during @> booking.period
            HAVING count(*) > 0 AND (space.allocation = 'all' OR count(*) = booking.quantity))
        """,
    ),
    Check(
        "Each active booking has as many as it counts of what is booked along",
        f"""
        SELECT 'booking ' || booking.id || ' add-on ' || along.add_on_id
        FROM bookings_bookedaddon AS along
        JOIN spaces_addon AS add_on ON add_on.id = along.add_on_id AND add_on.is_counted
        JOIN bookings_booking AS booking ON booking.id = along.booking_id
        WHERE {ACTIVE} AND along.count <> (
            SELECT count(*) FROM bookings_occupancy AS taken
            JOIN spaces_unit AS unit ON unit.id = taken.unit_id
            WHERE taken.booking_id = booking.id AND unit.add_on_id = along.add_on_id)
        """,
    ),
    Check(
        "A booking that has ended takes nothing",
        """
        SELECT 'booking ' || booking.id || ' (' || booking.status || ')'
        FROM bookings_booking AS booking
        WHERE NOT booking.status = ANY (%(occupying)s)
          AND EXISTS (SELECT FROM bookings_occupancy WHERE booking_id = booking.id)
        """,
    ),
    Check(
        "A hold's units are free again when it runs out; what is confirmed keeps them",
        f"""
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        JOIN bookings_occupancy AS taken ON taken.booking_id = booking.id
        WHERE {ACTIVE} AND taken.held_until IS DISTINCT FROM
            CASE WHEN booking.status IN ('held', 'requested') THEN booking.expires_at END
        """,
    ),
    Check(
        "No hold or request is left unswept for an hour after it has run out",
        """
        SELECT 'booking ' || id FROM bookings_booking
        WHERE status IN ('held', 'requested') AND expires_at < %(now)s - interval '1 hour'
        """,
    ),
    Check(
        "No booking is left as coming an hour after it is over",
        """
        SELECT 'booking ' || id FROM bookings_booking
        WHERE status IN ('confirmed', 'checked_in')
          AND upper(period) < %(now)s - interval '1 hour'
        """,
    ),
    Check(
        "A booking is where its space is, and its lines come to its price",
        """
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        JOIN spaces_space AS space ON space.id = booking.space_id
        WHERE space.place_id <> booking.place_id OR booking.amount <> (
            SELECT coalesce(sum((line ->> 'amount')::bigint), 0)
            FROM jsonb_array_elements(booking.lines) AS line)
        """,
    ),
    Check(
        "Every booking has a history",
        """
        SELECT 'booking ' || booking.id FROM bookings_booking AS booking
        WHERE NOT EXISTS (SELECT FROM bookings_bookingevent WHERE booking_id = booking.id)
        """,
    ),
    Check(
        "What has happened to a booking its booker is told, once for each version",
        """
        SELECT 'booking ' || event.booking_id || ' ' || event.kind
        FROM bookings_bookingevent AS event
        JOIN bookings_booking AS booking ON booking.id = event.booking_id
        WHERE event.kind = ANY (%(always_told)s) AND NOT EXISTS (
            SELECT FROM bookings_delivery AS delivery
            WHERE delivery.booking_id = event.booking_id AND delivery.kind = event.kind
              AND delivery.recipient_id = booking.booker_id)
          AND NOT EXISTS (
            SELECT FROM bookings_delivery AS delivery
            JOIN bookings_booking AS told ON told.id = delivery.booking_id
            WHERE delivery.kind = 'series_booked' AND told.series_id = booking.series_id
              AND told.created_at = booking.created_at
              AND event.kind IN ('requested', 'confirmed')
              AND delivery.recipient_id = booking.booker_id)
        """,
    ),
    Check(
        "Each unit is busy when the calendars in use of its spaces say so, and not otherwise",
        """
        WITH said AS (
            SELECT DISTINCT source.id, has.unit_id, one.during FROM spaces_calendarsource AS source
            JOIN spaces_space_units AS has ON has.space_id = source.space_id
                 AND has.unit_id = coalesce(source.unit_id, has.unit_id)
            CROSS JOIN LATERAL unnest(source.times) AS one (during)
            WHERE NOT source.is_paused),
        kept AS (SELECT source_id, unit_id, during FROM bookings_busytime)
        SELECT 'calendar ' || id || ' unit ' || unit_id || ' during ' || during
        FROM ((SELECT * FROM said EXCEPT SELECT * FROM kept)
              UNION ALL (SELECT * FROM kept EXCEPT SELECT * FROM said)) AS apart
        """,
    ),
    Check(
        "A calendar in use is read again, and no later than an hour after it is due",
        """
        SELECT 'calendar ' || id FROM spaces_calendarsource
        WHERE NOT is_paused AND host <> ''
          AND (due_at IS NULL OR due_at < %(now)s - interval '1 hour')
        """,
    ),
    Check(
        "Nothing is kept of a busy time two days after it is over",
        """
        SELECT 'calendar ' || id FROM spaces_calendarsource
        WHERE EXISTS (SELECT FROM unnest(times) AS said
                      WHERE upper(said) < %(now)s - interval '2 days 1 hour')
        """,
    ),
    Check(
        "What a calendar program has named belongs to who booked it",
        """
        SELECT 'calendar object ' || object.id FROM bookings_calendarobject AS object
        LEFT JOIN bookings_booking AS booking ON booking.id = object.booking_id
        LEFT JOIN bookings_series AS series ON series.id = object.series_id
        WHERE object.booker_id <> coalesce(booking.booker_id, series.booker_id)
        """,
    ),
    Check(
        "What is in an own calendar is of a kind it is for, and what was deleted says nothing",
        """
        SELECT 'own object ' || object.id FROM bookings_ownobject AS object
        JOIN bookings_owncalendar AS calendar ON calendar.id = object.calendar_id
        WHERE object.component <> ALL (calendar.components)
           OR (object.text = '' AND (object.during IS NOT NULL
               OR object.changed_at < %(now)s - interval '5 months'))
        """,
    ),
    Check(
        "A refusal to a calendar program is told by one mail",
        """
        SELECT 'delivery ' || delivery.id FROM bookings_delivery AS delivery
        LEFT JOIN bookings_calendarrefusal AS refusal ON refusal.id = delivery.version
        WHERE delivery.kind = 'refused' AND delivery.state IN ('pending', 'sending')
          AND (refusal.id IS NULL OR refusal.user_id <> delivery.recipient_id)
        """,
    ),
    Check(
        "No mail is given up, or an hour late",
        """
        SELECT 'delivery ' || id || ' (' || state || ')' FROM bookings_delivery
        WHERE state = 'dead' OR (state IN ('pending', 'sending')
                                 AND not_before < %(now)s - interval '1 hour')
        """,
    ),
]


def audit(checks: Iterable[Check], *, now: datetime) -> Iterator[Outcome]:
    """What each check finds: how many breaches, and the first few by name."""
    for check in checks:
        with connection.cursor() as cursor:
            sql = f"SELECT count(*), (array_agg(what))[:{SHOWN}] FROM ({check.sql}) AS found (what)"
            cursor.execute(sql, {**FACTS, "now": now})
            count, examples = cursor.fetchone()
        yield Outcome(check.promise, count, tuple(examples or ()))
