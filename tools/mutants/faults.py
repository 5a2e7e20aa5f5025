"""The faults, each a mistake that somebody might make."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    name: str
    path: str
    code: str  # as it stands, once in the file
    fault: str
    tests: str  # what pytest is given


OPERATIONS = "tests/bookings/test_operations.py"
UNITS, MOVES = "bookings/operations/units.py", "bookings/operations/moves.py"
ENDING, CHANGING = "bookings/operations/ending.py", "bookings/operations/changing.py"
ENGINE, FREE = "bookings/availability/verdicts.py", "bookings/availability/units.py"
PRESENCE, QUOTAS = "bookings/operations/presence.py", "bookings/quotas.py"
HOLDING, ATTENDING = "bookings/operations/holding.py", "bookings/operations/attending.py"
AVAILABILITY = "tests/bookings/test_availability.py"

MUTANTS = [
    # --- Locks and units
    Mutant(
        "units not locked",
        UNITS,
        "ORDER BY unit.id FOR NO KEY UPDATE",
        "ORDER BY unit.id",
        "tests/races/test_occupancy.py",
    ),
    Mutant(
        "one unit of many",
        UNITS,
        "needed = item.quantity if item.space.is_pool else look.all",
        "needed = 1",
        OPERATIONS,
    ),
    Mutant(
        "unit taken twice in one go",
        UNITS,
        "self._taken.setdefault(unit, []).append(look.during)",
        "pass",
        "tests/billing/test_together.py tests/bookings/test_series.py",
    ),
    Mutant(
        "leftovers of holds not swept",
        UNITS,
        "if look.has_leftovers or self._counted:",
        "if self._counted:",
        OPERATIONS,
    ),
    Mutant(
        "units kept although it is over",
        MOVES,
        "    if status not in OCCUPYING:\n",
        "    if status in CAME_TO_NOTHING:\n",
        OPERATIONS,
    ),
    Mutant(
        "a quota's share not locked",
        QUOTAS,
        "    if not keys:\n        return\n",
        "    return\n",
        "tests/races -k quota",
    ),
    # --- Whether it is free
    Mutant(
        "buffer after forgotten",
        FREE,
        "< upper(%(span)s) + make_interval(mins => rules.buffer_after)\n         FROM",
        "< upper(%(span)s)\n         FROM",
        AVAILABILITY,
    ),
    Mutant(
        "an expired hold blocks",
        FREE,
        "(mins => rules.buffer_before)\n"
        "           AND (taken.held_until IS NULL OR taken.held_until > %(now)s)\n",
        "(mins => rules.buffer_before)\n",
        OPERATIONS,
    ),
    Mutant(
        "busy times forgotten",
        FREE,
        "       AND {NOT_BUSY.format(during=WIDENED)}\n",
        "\n",
        "tests/bookings/test_busy_times.py",
    ),
    Mutant(
        "shortest refused",
        ENGINE,
        "lower(%(span)s) < make_interval(mins => rules.min_length)",
        "lower(%(span)s) <= make_interval(mins => rules.min_length)",
        AVAILABILITY,
    ),
    Mutant(
        "longest refused",
        ENGINE,
        "lower(%(span)s) > make_interval(mins => rules.max_length)",
        "lower(%(span)s) >= make_interval(mins => rules.max_length)",
        AVAILABILITY,
    ),
    Mutant(
        "lead time off by one",
        ENGINE,
        "lower(%(span)s) < %(now)s + make_interval(mins => rules.lead_time)",
        "lower(%(span)s) <= %(now)s + make_interval(mins => rules.lead_time)",
        AVAILABILITY,
    ),
    Mutant(
        "too many people fit",
        ENGINE,
        "people > space.capacity",
        "people > space.capacity + 1",
        "tests/bookings/test_availability.py tests/bookings/test_explaining.py",
    ),
    Mutant(
        "the skipped hour exists",
        "bookings/occurrences.py",
        "wall_minute(start, day, zone) != series.opens or ",
        "",
        "tests/bookings/test_series.py",
    ),
    # --- How it ends
    Mutant(
        "cancelled as it begins",
        ENDING,
        "booking.start <= now or",
        "booking.start < now or",
        OPERATIONS,
    ),
    Mutant(
        "what is paid expires",
        ENDING,
        "if not booking.has_run_out(now):",
        "if booking.status == Status.COMPLETED:",
        OPERATIONS,
    ),
    Mutant(
        "what is bound comes back",
        ENDING,
        "booking.amount - booking.bound",
        "booking.amount",
        "tests/bookings/test_changing.py",
    ),
    Mutant(
        "the owner keeps a part",
        ENDING,
        "return as_owner or booking.status in UNSETTLED",
        "return booking.status in UNSETTLED",
        OPERATIONS,
    ),
    Mutant(
        "a tier counts a minute late",
        "spaces/cancellation.py",
        "if notice >= minutes",
        "if notice > minutes",
        OPERATIONS,
    ),
    Mutant(
        "a hold lasts one moment more",
        "bookings/models/booking.py",
        "waiting and self.expires_at is not None and self.expires_at <= now",
        "waiting and self.expires_at is not None and self.expires_at < now",
        OPERATIONS,
    ),
    Mutant(
        "calendars are not told of the end",
        MOVES,
        "        booking.sequence += 1\n",
        "        pass\n",
        OPERATIONS + " tests/bookings/test_deliveries.py",
    ),
    Mutant(
        "a code stays used",
        MOVES,
        "{Status.EXPIRED, Status.DECLINED}",
        "{Status.DECLINED}",
        "tests/bookings/test_campaigns.py tests/bookings/test_passes.py",
    ),
    # --- Being there
    Mutant(
        "checked in too early",
        PRESENCE,
        "if now < booking.check_in_opens:",
        "if False:",
        "tests/bookings/test_presence.py",
    ),
    Mutant(
        "released although they came",
        PRESENCE,
        "    if not booking.is_missed(now):\n        return None\n",
        "",
        "tests/bookings/test_presence.py tests/races/test_presence.py",
    ),
    Mutant(
        "nobody may be a little late",
        PRESENCE,
        "if now < booking.may_come_until:",
        "if False:",
        "tests/bookings/test_strikes.py",
    ),
    Mutant(
        "a strike counts a day longer",
        "bookings/strikes.py",
        "if one.at > now - counted",
        "if one.at > now - counted - timedelta(days=1)",
        "tests/bookings/test_strikes.py",
    ),
    # --- Quotas
    Mutant(
        "the last hour is not given",
        QUOTAS,
        "if self.wants(span) > left:",
        "if self.wants(span) >= left:",
        "tests/bookings/test_quotas.py",
    ),
    Mutant(
        "expired holds use up a quota",
        QUOTAS,
        " AND NOT (booking.status IN ('held', 'requested') AND booking.expires_at <= %(now)s)\n",
        "",
        "tests/bookings/test_quotas.py",
    ),
    Mutant(
        "times of one go are not added up",
        QUOTAS,
        "            self._used[self._key(share)] += share.wants(span)",
        "            pass",
        "tests/bookings/test_series.py tests/billing/test_together.py",
    ),
    # --- Changes
    Mutant(
        "two changes at once",
        CHANGING,
        "if asked.sequence != booking.sequence:",
        "if False:",
        "tests/bookings/test_changing.py tests/races/test_changing.py",
    ),
    Mutant(
        "extended by nothing",
        CHANGING,
        "    if end <= booking.end:\n        raise NotLonger",
        "    if end < booking.end:\n        raise NotLonger",
        "tests/bookings/test_changing.py",
    ),
    Mutant(
        "released before it began",
        CHANGING,
        "    if booking.start > now:\n",
        "    if False:\n",
        "tests/bookings/test_changing.py",
    ),
    # --- Who
    Mutant(
        "booked for a stranger's organisation",
        HOLDING,
        "if organisation and not by.memberships.filter(organisation=organisation).exists():",
        "if False:",
        "tests/billing/test_together.py tests/billing/test_on_account.py",
    ),
    Mutant(
        "everybody sees every booking",
        "bookings/models/booking.py",
        "return self.filter(of_keeper(user) | Q(space__organisation__in=runs))",
        "return self.all()",
        "tests/billing/test_views.py tests/billing/test_api.py",
    ),
    Mutant(
        "an old answer wins",
        ATTENDING,
        "stamp < last",
        "stamp < last and False",
        "tests/bookings/calendars/test_reply.py",
    ),
    # --- Mail
    Mutant(
        "mails overtake each other",
        "bookings/deliveries.py",
        ".filter(~Exists(earlier))",
        "",
        "tests/bookings/test_deliveries.py",
    ),
    Mutant(
        "a sender whose lease ran out writes the outcome",
        "bookings/deliveries.py",
        "state=DeliveryState.SENDING, attempts=delivery.attempts",
        "state=DeliveryState.SENDING",
        "tests/bookings/test_deliveries.py",
    ),
    Mutant(
        "guests are told before it stands",
        "bookings/deliveries.py",
        "if kind != Kind.CONFIRMED and not booking.events.filter(kind=Kind.CONFIRMED).exists():",
        "if False:",
        "tests/bookings/test_attending.py tests/bookings/test_deliveries.py",
    ),
    # --- Money
    Mutant(
        "more is given back than was paid",
        "billing/operations/refunding.py",
        "    if amount > left:\n        raise MoreThanPaid(left=left)\n",
        "",
        "tests/billing/test_refunding.py tests/billing/test_ledger.py",
    ),
    Mutant(
        "only the first is paid for",
        "billing/operations/booking.py",
        "amount=sum(booking.amount for booking in to_pay)",
        "amount=to_pay[0].amount",
        "tests/billing/test_cart.py",
    ),
    Mutant(
        "the first yes of several charges the card",
        "bookings/operations/jointly.py",
        "if all(one.agreed_at for one in together)",
        "if any(one.agreed_at for one in together)",
        "tests/billing/test_asked_together.py",
    ),
    Mutant(
        "one owner's no leaves what others were asked for",
        "bookings/operations/answering.py",
        "        others,\n        Status.DECLINED,",
        "        (),\n        Status.DECLINED,",
        "tests/billing/test_asked_together.py",
    ),
    Mutant(
        "a key means anything",
        "billing/idempotency.py",
        "if bytes(row.fingerprint) != fingerprint:",
        "if False:",
        "tests/billing/test_idempotency.py",
    ),
    Mutant(
        "a dead request holds its key for ever",
        "billing/idempotency.py",
        "if now - row.locked_at < STALE:",
        "if True:",
        "tests/billing/test_idempotency.py",
    ),
]
