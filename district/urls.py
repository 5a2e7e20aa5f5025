"""Addresses of the district as a whole."""

from django.conf import settings
from django.urls import URLPattern, path

from district.actor_views import actor, actors
from district.map_view import district_map
from district.media import media

urlpatterns: list[URLPattern] = [
    path("actors/", actors, name="actors"),
    path("actors/<slug:slug>/", actor, name="actor"),
    path("district/map.json", district_map, name="district_map"),
]

if settings.DEMO or settings.DEBUG or settings.TESTING:
    urlpatterns.append(path("media/<path:path>", media, name="media"))
