"""What can happen to places and spaces."""

from spaces.operations.access import close_to, open_only_to, open_to, set_trainings
from spaces.operations.add_ons import add_add_on, change_add_on
from spaces.operations.attachments import (
    attach,
    detach,
    move_attachment,
    rename_attachment,
)
from spaces.operations.copying import copy_space
from spaces.operations.doors import door_of, rotate_door, set_way_in
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
from spaces.operations.plans import (
    add_plan,
    drop_plan,
    mark,
    move_plan,
    rename_plan,
    unmark,
)
from spaces.operations.spaces import add_space, describe_space, set_amenities
from spaces.operations.terms import (
    add_price,
    change_price,
    drop_price,
    set_hourly,
    set_prices,
    set_rules,
)
from spaces.operations.units import UnitInUse, add_units, compose, drop_unit, rename_unit

__all__ = [
    "NotReady",
    "NotThatWay",
    "SeasonsOverlap",
    "UnitInUse",
    "add_add_on",
    "add_place",
    "add_plan",
    "add_price",
    "add_quota",
    "add_season",
    "add_space",
    "add_units",
    "attach",
    "change_add_on",
    "change_place",
    "change_price",
    "close_to",
    "compose",
    "copy_space",
    "describe_space",
    "detach",
    "door_of",
    "drop_exception",
    "drop_photo",
    "drop_plan",
    "drop_price",
    "drop_quota",
    "drop_season",
    "drop_unit",
    "mark",
    "move_attachment",
    "move_photo",
    "move_plan",
    "open_only_to",
    "open_to",
    "relist",
    "rename_attachment",
    "rename_plan",
    "rename_unit",
    "rotate_door",
    "set_amenities",
    "set_exception",
    "set_holidays",
    "set_hourly",
    "set_organisation_rules",
    "set_prices",
    "set_rules",
    "set_trainings",
    "set_way_in",
    "set_week",
    "unmark",
    "upload",
    "word_photo",
]
