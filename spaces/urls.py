"""Addresses of the pages on which owners keep their places and spaces."""

from django.urls import path

from spaces.views import (
    add_ons,
    bulk,
    doors,
    limits,
    papers,
    photos,
    places,
    plans,
    prices,
    rulebook,
    spaces,
    terms,
    units,
    whom,
)

PLACE = "owner/places/<slug:slug>/"
ORGANISATION = "owner/organisations/<slug:slug>/"
SPACE = "owner/spaces/<slug:slug>/"

urlpatterns = [
    path("rulebook/", rulebook.rulebook, name="rulebook"),
    path("owner/places/", places.places, name="owner_places"),
    path("owner/places/new/", places.new_place, name="place_new"),
    path(PLACE, places.edit_place, name="place_edit"),
    path(PLACE + "add-ons/", add_ons.add_ons, name="place_add_ons"),
    path(PLACE + "add-ons/new/", add_ons.new_add_on, name="place_add_on_new"),
    path(PLACE + "add-ons/<int:pk>/", add_ons.add_on, name="place_add_on"),
    path(PLACE + "plans/", plans.plans, name="place_plans"),
    path(PLACE + "plans/<int:pk>/", plans.plan, name="place_plan"),
    path(PLACE + "plans/<int:pk>/change/", plans.change_plan, name="place_plan_change"),
    path(PLACE + "plans/points/<int:pk>/drop/", plans.unmark, name="place_point_drop"),
    path("owner/import/", bulk.imports, name="owner_import"),
    path("owner/import/files/", bulk.export, name="owner_export"),
    path("owner/import/<uuid:pk>/restart/", bulk.restart, name="restart_import"),
    path("owner/import/<uuid:pk>/drop/", bulk.drop, name="drop_import"),
    path("owner/spaces/", spaces.spaces, name="owner_spaces"),
    path("owner/spaces/new/", spaces.new_space, name="space_new"),
    path(SPACE, spaces.edit_space, name="space_edit"),
    path(SPACE + "copy/", spaces.copy_space, name="space_copy"),
    path(SPACE + "units/", units.units, name="space_units"),
    path(SPACE + "units/add/", units.add_unit, name="add_unit"),
    path(SPACE + "units/<int:pk>/", units.change_unit, name="change_unit"),
    path(SPACE + "photos/", photos.photos, name="space_photos"),
    path(SPACE + "photos/waiting/", photos.waiting, name="space_uploads"),
    path(SPACE + "photos/<int:pk>/", photos.change_photo, name="change_photo"),
    path(SPACE + "papers/", papers.papers, name="space_papers"),
    path(SPACE + "papers/<int:pk>/", papers.change_paper, name="change_paper"),
    path("spaces/<slug:slug>/papers/<int:pk>/", papers.paper, name="paper"),
    path(SPACE + "door/", doors.door, name="space_door"),
    path(SPACE + "door/rotate/", doors.rotate_door, name="rotate_door"),
    path(SPACE + "sign/", doors.sign, name="space_sign"),
    path(SPACE + "rules/", terms.rules, name="space_rules"),
    path(SPACE + "rules/access/", whom.space_access, name="space_access"),
    path(SPACE + "rules/access/<int:pk>/drop/", whom.close_access, name="close_access"),
    path(SPACE + "rules/trainings/", whom.space_trainings, name="space_trainings"),
    path(SPACE + "rules/quotas/", limits.space_quotas, name="space_quotas"),
    path(SPACE + "rules/quotas/<int:pk>/drop/", limits.drop_space_quota, name="drop_space_quota"),
    path(ORGANISATION + "rules/", limits.organisation_rules, name="organisation_rules"),
    path(
        ORGANISATION + "rules/quotas/",
        limits.add_organisation_quota,
        name="add_organisation_quota",
    ),
    path(
        ORGANISATION + "rules/quotas/<int:pk>/drop/",
        limits.drop_organisation_quota,
        name="drop_organisation_quota",
    ),
    path(SPACE + "prices/", prices.prices, name="space_prices"),
    path(SPACE + "prices/special/", prices.new_price, name="special_price_new"),
    path(SPACE + "prices/special/<int:pk>/", prices.special_price, name="special_price"),
    path(SPACE + "prices/special/<int:pk>/drop/", prices.drop_price, name="drop_price"),
]
