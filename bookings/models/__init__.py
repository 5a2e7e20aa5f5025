"""When: bookings, what they occupy, and what happened to them."""

from bookings.models.attendee import Answer, Attendee
from bookings.models.booking import BookedAddOn, Booking
from bookings.models.busy import BusyTime
from bookings.models.calendars import CalendarLook, CalendarObject, CalendarRefusal, MovedAway
from bookings.models.campaign import Campaign, CampaignUse
from bookings.models.change import OPEN, Change, ChangeStatus
from bookings.models.closure import Closure, ClosureRule
from bookings.models.described import Described, Visibility
from bookings.models.event import STRIKES, BookingEvent, Delivery, DeliveryState, Kind
from bookings.models.feed import Feed, FeedKind
from bookings.models.message import Message
from bookings.models.notice import NoticeChoices, Reminder
from bookings.models.occupancy import Occupancy
from bookings.models.own_calendars import Component, OwnCalendar, OwnObject
from bookings.models.passes import STALE, Counts, Membership, Pass, PassStatus, PassType, PassUse
from bookings.models.saved import Favourite, SavedSearch, Seen
from bookings.models.series import Series, SeriesChange
from bookings.models.states import COMES, MOVES, OCCUPYING, UNSETTLED, Actor, Status
from bookings.models.unmet import Unmet, UnmetSearch
from bookings.models.waiting import QUEUE_MOVES, Freed, Queue, Waiting

__all__ = [
    "COMES",
    "MOVES",
    "OCCUPYING",
    "OPEN",
    "QUEUE_MOVES",
    "STALE",
    "STRIKES",
    "UNSETTLED",
    "Actor",
    "Answer",
    "Attendee",
    "BookedAddOn",
    "Booking",
    "BookingEvent",
    "BusyTime",
    "CalendarLook",
    "CalendarObject",
    "CalendarRefusal",
    "Campaign",
    "CampaignUse",
    "Change",
    "ChangeStatus",
    "Closure",
    "ClosureRule",
    "Component",
    "Counts",
    "Delivery",
    "DeliveryState",
    "Described",
    "Favourite",
    "Feed",
    "FeedKind",
    "Freed",
    "Kind",
    "Membership",
    "Message",
    "MovedAway",
    "NoticeChoices",
    "Occupancy",
    "OwnCalendar",
    "OwnObject",
    "Pass",
    "PassStatus",
    "PassType",
    "PassUse",
    "Queue",
    "Reminder",
    "SavedSearch",
    "Seen",
    "Series",
    "SeriesChange",
    "Status",
    "Unmet",
    "UnmetSearch",
    "Visibility",
    "Waiting",
]
