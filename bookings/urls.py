"""Addresses of the pages about finding a time, and about one's own and one's spaces' times."""

from django.urls import path

from bookings.calendars.download import booking_file
from bookings.views import (
    activities,
    answering,
    anytime,
    bookings,
    describing,
    listing,
    messages,
    notices,
    owner,
    people,
    saved,
    search,
    space,
)

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
    path("bookings/<uuid:pk>/describe/", describing.describe, name="describe"),
    path("bookings/<uuid:pk>/messages/", messages.messages, name="messages"),
    path("bookings/<uuid:pk>/attendees/", people.attendees, name="attendees"),
    path("bookings/attendees/<int:pk>/remove/", people.uninvite, name="uninvite"),
    path("answers/<str:token>/", answering.answer_invitation, name="answer_invitation"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read_notices, name="read_notices"),
    path("notices/choices/", notices.notice_choices, name="notice_choices"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/stop/<str:token>/", notices.stop_notices, name="stop_notices"),
    path("activities/", activities.activities, name="activities"),
    path("actors/<slug:slug>/bookings/", activities.colleagues, name="colleagues"),
    path("owner/", owner.day, name="owner"),
    path("owner/start/", owner.start, name="owner_start"),
    path("owner/week/", owner.week, name="owner_week"),
    path("owner/month/", owner.month, name="owner_month"),
    path("owner/requests/", owner.requests, name="owner_requests"),
    path("owner/spaces/<slug:slug>/publishing/", listing.publishing, name="space_publishing"),
]
