"""Addresses of the pages about finding a time, and about one's own and one's spaces' times."""

from django.urls import URLPattern, path

from bookings.calendars.download import booking_file
from bookings.views import bookings, hours, listing, owner, search, space


def hours_of(keeper: str, at: str) -> list[URLPattern]:
    """The same pages for a place and for a space."""
    of = {"of": keeper}
    return [
        path(at, hours.hours, of, name=f"{keeper}_hours"),
        path(at + "seasons/", hours.add_season, of, name=f"{keeper}_season"),
        path(at + "seasons/<int:pk>/drop/", hours.drop_season, of, name=f"{keeper}_season_drop"),
        path(at + "dates/", hours.set_exception, of, name=f"{keeper}_dates"),
    ]


urlpatterns = [
    path("", search.search, name="search"),
    path("spaces/<slug:slug>/", space.space, name="space"),
    path("spaces/<slug:slug>/panel/", space.panel, name="space_panel"),
    path("bookings/", bookings.bookings, name="bookings"),
    path("bookings/feed/rotate/", bookings.rotate_feed, name="rotate_feed"),
    path("bookings/<uuid:pk>/ledig.ics", booking_file, name="booking_file"),
    path("owner/", owner.day, name="owner"),
    path("owner/start/", owner.start, name="owner_start"),
    path("owner/week/", owner.week, name="owner_week"),
    path("owner/month/", owner.month, name="owner_month"),
    path("owner/requests/", owner.requests, name="owner_requests"),
    path("owner/spaces/<slug:slug>/close/", owner.close, name="close_space"),
    path("owner/spaces/<slug:slug>/publishing/", listing.publishing, name="space_publishing"),
    *hours_of("space", "owner/spaces/<slug:slug>/hours/"),
    *hours_of("place", "owner/places/<slug:slug>/hours/"),
    path("owner/closures/<int:pk>/reopen/", owner.reopen, name="reopen_space"),
]
