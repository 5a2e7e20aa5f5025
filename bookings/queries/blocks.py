"""Bookings, closures and busy times as blocks on an owner's day line."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.models import Booking, BusyTime, Closure
from spaces.dayline import Block, Span
from spaces.formats import minute_range
from spaces.models import Space

Cause = Booking | Closure | BusyTime
PARTLY, FULL, CLOSURE = "part", "confirmed", "closure"  # beside the statuses of bookings


def blocks_of(
    found: Iterable[tuple[Span, Cause, int]], space: Space, run: set[int]
) -> tuple[Block, ...]:
    """A block for each, with a link where the space it is in is among those `run`."""
    return tuple(block_of(cause, span, space, run) for span, cause, _units in found)


def block_of(cause: Cause, span: Span, space: Space, run: set[int]) -> Block:
    if cause.space_id not in run:  # units can be shared with somebody else's space
        return Block(*span, _("Taken"))
    if isinstance(cause, Closure):
        words, status = cause.reason or _("Closed"), CLOSURE
        href = reverse("close_space", args=[cause.space.slug]) if cause.space else ""
    elif isinstance(cause, BusyTime):
        words, status = _("Busy (%(calendar)s)") % {"calendar": cause.source.name}, CLOSURE
        href = reverse("calendar_source", args=[cause.source_id])
    else:
        words, status, href = who_and_what(cause), cause.status, cause.get_absolute_url()
    if cause.space_id != space.pk:
        words = f"{cause.space}: {words}"
    return Block(*span, words, href, status)


def who_and_what(booking: Booking) -> str:
    return f"{booking.booker}: {booking.title}" if booking.title else str(booking.booker)


def counted_blocks(found: Sequence[tuple[Span, Cause, int]], size: int) -> tuple[Block, ...]:
    """How many of a pool's units are taken, from one change to the next."""
    closures = [
        Block(*span, cause.reason or _("Closed"), status=CLOSURE)
        for span, cause, _units in found
        if isinstance(cause, Closure)
    ]
    booked = [(span, units) for span, cause, units in found if not isinstance(cause, Closure)]
    edges = sorted({minute for span, _units in booked for minute in span})
    blocks: list[Block] = []
    for start, end in pairwise(edges):
        taken = sum(units for span, units in booked if span[0] <= start and end <= span[1])
        label = f"{taken}/{size}"
        if blocks and blocks[-1].end == start and blocks[-1].label == label:
            blocks[-1] = replace(blocks[-1], end=end)
        elif taken:
            blocks.append(Block(start, end, label, status=FULL if taken >= size else PARTLY))
    return tuple(sorted([*blocks, *closures], key=lambda block: block.start))


def in_words(blocks: Iterable[Block]) -> str:
    """For those who do not see the line."""
    said = [f"{minute_range(block.start, block.end)} {block.label}" for block in blocks]
    return ", ".join(said) or _("nothing booked")
