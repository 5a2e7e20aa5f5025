"""All spaces of the demo district, in the order in which they are written."""

from district.demo.catalogue import DemoSpace
from district.demo.desks import DESK_AREAS
from district.demo.halls import HALLS
from district.demo.labs import LABS
from district.demo.outdoors import OUTDOORS
from district.demo.publicrooms import PUBLIC_ROOMS
from district.demo.rooms import ROOMS
from district.demo.studios import STUDIOS
from district.demo.workshops import WORKSHOPS

SPACES: tuple[DemoSpace, ...] = (
    ROOMS + PUBLIC_ROOMS + DESK_AREAS + LABS + WORKSHOPS + HALLS + STUDIOS + OUTDOORS
)
