from django.urls import path

from bookings.calendars.views import personal_feed

urlpatterns = [path("<str:token>.ics", personal_feed, name="personal_feed")]
