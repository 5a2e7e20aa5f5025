"""What can happen to places and spaces."""

from spaces.operations.access import close_to, open_to, set_trainings
from spaces.operations.add_ons import add_add_on, change_add_on
from spaces.operations.copying import copy_space
from spaces.operations.hours import (
    SeasonsOverlap,
    add_season,
    drop_exception,
    drop_season,
    set_exception,
    set_holidays,
    set_week,
)
from spaces.operations.limits import add_quota, drop_quota, set_organisation_rules
from spaces.operations.listing import NotReady, NotThatWay, relist
from spaces.operations.photos import drop_photo, move_photo, upload, word_photo
from spaces.operations.places import add_place, change_place
from spaces.operations.spaces import add_space, describe_space
from spaces.operations.terms import (
    add_price,
    change_price,
    drop_price,
    set_hourly,
    set_prices,
    set_rules,
)
from spaces.operations.units import UnitInUse, add_unit, compose, drop_unit, rename_unit

__all__ = [
    "NotReady",
    "NotThatWay",
    "SeasonsOverlap",
    "UnitInUse",
    "add_add_on",
    "add_place",
    "add_price",
    "add_quota",
    "add_season",
    "add_space",
    "add_unit",
    "change_add_on",
    "change_place",
    "change_price",
    "close_to",
    "compose",
    "copy_space",
    "describe_space",
    "drop_exception",
    "drop_photo",
    "drop_price",
    "drop_quota",
    "drop_season",
    "drop_unit",
    "move_photo",
    "open_to",
    "relist",
    "rename_unit",
    "set_exception",
    "set_holidays",
    "set_hourly",
    "set_organisation_rules",
    "set_prices",
    "set_rules",
    "set_trainings",
    "set_week",
    "upload",
    "word_photo",
]
