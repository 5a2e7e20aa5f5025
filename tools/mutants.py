"""`make mutants`: small faults put into the code one at a time, each of which a test must catch.

A suite that passes says little until it is seen to fail. Each mutant is what somebody might
write by mistake: a lock forgotten, `<` for `<=`, a buffer left out. It is put into a copy of
the code, and the tests named beside it are run there; one of them has to fail. What survives
is printed, and the exit status is 1. `ARGS='buffer'` runs those whose name has the word.

That the code still reads as each mutant expects is itself a test: tests/tools/test_mutants.py.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_FOUND = 5  # pytest's exit status when no test was run
FAILED = 1


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
        "return as_owner or booking.status in (Status.HELD, Status.REQUESTED)",
        "return booking.status in (Status.HELD, Status.REQUESTED)",
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
        "return self.filter(_kept_by(user) | Q(space__organisation__in=runs))",
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


def main(words: list[str]) -> int:
    wanted = [one for one in MUTANTS if " ".join(words) in one.name]
    survived = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as there:
        copy = Path(there) / "code"
        left_out = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".ledig", "__pycache__")
        shutil.copytree(ROOT, copy, ignore=left_out)
        (copy / ".venv").symlink_to(ROOT / ".venv")
        for mutant in wanted:
            began = time.monotonic()
            caught = is_caught(mutant, copy)
            mark = "caught" if caught else "SURVIVED"
            print(f"  {mutant.name:<52} {mark:<9} {time.monotonic() - began:5.1f} s", flush=True)
            survived += [] if caught else [mutant.name]
    print(f"\n{len(wanted) - len(survived)} of {len(wanted)} caught.")
    return 1 if survived else 0


def is_caught(mutant: Mutant, copy: Path) -> bool:
    """Whether a test fails once the fault is in; that none was run, or that pytest itself fell
    over, is no catch."""
    path = copy / mutant.path
    sound = path.read_text()
    path.write_text(sound.replace(mutant.code, mutant.fault))
    try:
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", *mutant.tests.split()],
            cwd=copy,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
            capture_output=True,
            text=True,
        )
    finally:
        path.write_text(sound)
    if result.returncode not in (0, FAILED):
        print(result.stdout[-2000:], result.stderr[-2000:])
    return result.returncode == FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
