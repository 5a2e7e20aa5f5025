"""The API, version 1. What it answers is promised: keep it, or make a version 2."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from accounts.api import AppPasswords, OneAppPassword, Tokens
from billing.api import (
    BookingViewSet,
    CardViewSet,
    DocumentViewSet,
    OrderViewSet,
    WaitlistViewSet,
)
from billing.series_api import SeriesViewSet
from bookings.api import (
    Attendees,
    CalendarsOfSpace,
    CalendarSourceViewSet,
    FeedViewSet,
    Me,
    Messages,
    MyNoticeChoices,
    Notices,
    OneAttendee,
    PassViewSet,
    Quotes,
    ReadNotices,
    RecurrencesView,
    SlotsView,
    SpaceViewSet,
    Why,
)
from config.api import no_such_route

router = SimpleRouter()
router.register("spaces", SpaceViewSet, basename="api-space")
router.register("bookings", BookingViewSet, basename="api-booking")
router.register("cards", CardViewSet, basename="api-card")
router.register("orders", OrderViewSet, basename="api-order")
router.register("documents", DocumentViewSet, basename="api-document")
router.register("waitlist", WaitlistViewSet, basename="api-waitlist")
router.register("feeds", FeedViewSet, basename="api-feed")
router.register("calendars", CalendarSourceViewSet, basename="api-calendar")
router.register("passes", PassViewSet, basename="api-pass")
router.register("series", SeriesViewSet, basename="api-series")

urlpatterns = [
    path("tokens/", Tokens.as_view(), name="api_tokens"),
    path("app-passwords/", AppPasswords.as_view(), name="api_app_passwords"),
    path("app-passwords/<int:pk>/", OneAppPassword.as_view(), name="api_app_password"),
    path("me/", Me.as_view(), name="api_me"),
    path("notices/", Notices.as_view(), name="api_notices"),
    path("notices/read/", ReadNotices.as_view(), name="api_read_notices"),
    path("notices/choices/", MyNoticeChoices.as_view(), name="api_notice_choices"),
    path("quotes/", Quotes.as_view(), name="api_quotes"),
    path("slots/", SlotsView.as_view(), name="api_slots"),
    path("recurrences/", RecurrencesView.as_view(), name="api_recurrences"),
    path("spaces/<int:pk>/why/", Why.as_view(), name="api-space-why"),
    path("spaces/<int:pk>/calendars/", CalendarsOfSpace.as_view(), name="api-space-calendars"),
    path("bookings/<uuid:pk>/attendees/", Attendees.as_view(), name="api_attendees"),
    path(
        "bookings/<uuid:pk>/attendees/<int:attendee>/", OneAttendee.as_view(), name="api_attendee"
    ),
    path("bookings/<uuid:pk>/messages/", Messages.as_view(), name="api_messages"),
    path("", include(router.urls)),
    re_path(r"^.*$", no_such_route, name="api_nowhere"),
]
