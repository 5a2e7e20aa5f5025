"""The addresses of `/dav/`. Below a calendar each event has the name its program gave it."""

from django.urls import path

from billing.dav.views import dav, well_known

OWN = "dav/calendars/<int:user>/"

urlpatterns = [
    path(".well-known/caldav", well_known, name="well_known_caldav"),
    path("dav/", dav, name="dav"),
    path("dav/principals/<int:user>/", dav, name="dav_principal"),
    path(OWN, dav, name="dav_home"),
    path(OWN + "<str:calendar>/", dav, name="dav_calendar"),
    path(OWN + "<str:calendar>/<str:name>", dav, name="dav_object"),
]
