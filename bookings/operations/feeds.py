"""Calendars to subscribe to: opened, given a new address, closed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Organisation, User
from accounts.transactions import operation
from bookings.models import Feed, FeedKind, NoticeChoices, SavedSearch
from spaces.models import Space


class NotToFollow(Refused):
    code = "not_to_follow"
    message = _("That calendar is not yours to follow.")


@operation
def open_feed(
    *,
    user: User,
    kind: FeedKind,
    space: Space | None = None,
    organisation: Organisation | None = None,
    search: SavedSearch | None = None,
    now: datetime,
) -> Feed:
    """The person's calendar of this; opened twice, the same one. Raises `NotToFollow`."""
    if search is not None and search.user_id != user.pk:
        raise NotToFollow
    new = Feed(user=user, kind=kind, space=space, organisation=organisation, search=search)
    new.renew(now)
    with transaction.atomic():  # what is not theirs to read leaves no row
        feed, _is_new = Feed.objects.get_or_create(
            user=user,
            kind=kind,
            space=space,
            organisation=organisation,
            search=search,
            defaults={"salt": new.salt, "digest": new.digest, "created_at": now},
        )
        if not Feed.objects.readable().filter(pk=feed.pk).exists():
            raise NotToFollow
    return feed


def my_feed(*, user: User, now: datetime) -> Feed:
    """The calendar of one's own bookings, opened the first time it is asked for."""
    found = Feed.objects.filter(user=user, kind=FeedKind.MINE).first()
    return found or open_feed(user=user, kind=FeedKind.MINE, now=now)


@operation
def rotate_feed(*, feed: Feed, now: datetime) -> Feed:
    """Another address; the old one answers 404 from now on."""
    feed = Feed.objects.select_for_update(no_key=True).get(pk=feed.pk)
    feed.renew(now)
    feed.fetched_by = ""
    feed.save(update_fields=["salt", "digest", "created_at", "fetched_at", "fetched_by"])
    return feed


@operation
def close_feed(*, feed: Feed) -> None:
    """The address answers 404 from now on. One's own bookings get a new one when asked for."""
    feed.delete()


@operation
def choose_invitations(*, user: User, wanted: bool, now: datetime) -> None:
    """Whether mails put one's bookings into one's calendar. Whoever follows the feed too would
    find each of them twice."""
    choices, _is_new = NoticeChoices.objects.get_or_create(user=user)
    if (choices.uninvited_since is None) != wanted:
        choices.uninvited_since = None if wanted else now
        choices.save(update_fields=["uninvited_since"])
