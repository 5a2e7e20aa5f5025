"""What is free of a saved search, as a calendar to subscribe to."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, time
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.calendars.events import SpaceText, event, frame, space_text
from bookings.forms import AnyTime, AnyTimeForm, Recurring, Wanted, search_of
from bookings.forms.repeats import ON_WEEKDAYS
from bookings.forms.wanted import said_together
from bookings.models import Feed
from bookings.queries.anytime import anytime as find
from bookings.queries.anytime import wish_of
from bookings.queries.candidates import Candidates
from bookings.queries.obtaining import Asker
from bookings.queries.offers import Slot
from spaces import formats

FREE = "TRANSP:TRANSPARENT\r\n"  # whoever follows it is not busy then


class FreeFeed:
    """The free times of the coming week that a saved search finds for its holder, as the page
    for any time finds them: the nearest spaces, the first times of each. They are worked out
    at each fetch, so the tag is that of the text."""

    def __init__(self, feed: Feed, *, now: datetime) -> None:
        assert feed.search is not None
        self.name, self.now = feed.name, now
        wanted = in_a_week(search_of(feed.search.asked, now=now), now=now)
        asked = Candidates(wanted, Asker.at(now, feed.user))
        self.slots = find(wish_of(wanted, asked, now=now), user=feed.user, now=now).slots

    @property
    def tag(self) -> str:
        return '"' + hashlib.sha256(self._text.encode()).hexdigest()[:32] + '"'

    def text(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        texts = {one.space.pk: self._about(one) for one in self.slots}
        zones = dict.fromkeys(text.timezone for text in texts.values())
        return frame(self.name, "".join(zones), self._events(texts))

    def _about(self, slot: Slot) -> SpaceText:
        return space_text(slot.space, self.now.year, description=_("Book it:"))

    def _events(self, texts: dict[int, SpaceText]) -> Iterator[str]:
        today = datetime.combine(self.now.astimezone(UTC).date(), time(), UTC)
        for slot in self.slots:
            start, end = slot.span.lower, slot.span.upper
            minutes = round((end - start).total_seconds() / 60)
            told = {"space": slot.space.name, "price": formats.price(slot.price)}
            yield event(
                f"{slot.space.pk}.{start:%Y%m%dT%H%MZ}.{minutes}@free.ledig",
                start,
                end,
                texts[slot.space.pk],
                summary=_("Free: %(space)s, %(price)s") % told,
                stamp=today,
                link=settings.PUBLIC_URL + slot.url,
                more=FREE,
            )


def in_a_week(asked: Wanted, *, now: datetime) -> AnyTime:
    """The same within the coming week: what is asked for again and again at those hours."""
    if isinstance(asked, AnyTime):
        return asked
    query = asked.filters()
    if isinstance(asked, Recurring):
        query = said_together(query, asked.hours())
        query["minutes"] = str(asked.minutes)
        query.setlist("on", [str(day) for day in asked.on] if asked.repeat in ON_WEEKDAYS else [])
    return AnyTimeForm(query, now=now).anytime
