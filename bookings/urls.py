"""Addresses of the pages about finding a time, and about one's own and one's spaces' times."""

from django.urls import path

from bookings.calendars.download import booking_file
from bookings.views import anytime, bookings, listing, owner, saved, search, space

urlpatterns = [
    path("", search.search, name="search"),
    path("anytime/", anytime.anytime, name="anytime"),
    path("suggestions/", search.suggest, name="suggestions"),
    path("spaces/<slug:slug>/", space.space, name="space"),
    path("spaces/<slug:slug>/panel/", space.panel, name="space_panel"),
    path("spaces/<slug:slug>/favourite/", saved.favourite, name="favourite"),
    path("saved/", saved.saved, name="saved"),
    path("saved/searches/", saved.save_search, name="save_search"),
    path("saved/searches/<int:pk>/delete/", saved.drop_search, name="drop_search"),
    path("bookings/", bookings.bookings, name="bookings"),
    path("bookings/feed/rotate/", bookings.rotate_feed, name="rotate_feed"),
    path("bookings/<uuid:pk>/ledig.ics", booking_file, name="booking_file"),
    path("owner/", owner.day, name="owner"),
    path("owner/start/", owner.start, name="owner_start"),
    path("owner/week/", owner.week, name="owner_week"),
    path("owner/month/", owner.month, name="owner_month"),
    path("owner/requests/", owner.requests, name="owner_requests"),
    path("owner/spaces/<slug:slug>/publishing/", listing.publishing, name="space_publishing"),
]
