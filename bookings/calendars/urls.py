from django.urls import path

from bookings.calendars.views import activities, feed

urlpatterns = [
    path("activities.ics", activities, name="activities_feed"),
    path("<str:token>.ics", feed, name="feed"),
]
