"""Every way a booking or closure changes. Pages, API and tasks all call these."""

from bookings.operations.answering import approve, decline
from bookings.operations.attending import answer, invite, invite_to_series, uninvite
from bookings.operations.behalf import Whom
from bookings.operations.calendars import (
    add_calendar,
    claim_due,
    forget_past,
    note_problem,
    note_said,
    pause_calendar,
    remove_calendar,
    use_calendar,
)
from bookings.operations.campaigns import join_campaign, pause_campaign, set_campaign
from bookings.operations.changing import extend, release, reschedule
from bookings.operations.closing import (
    close,
    close_often,
    close_place,
    extend_closures,
    reopen,
    stop_closing,
)
from bookings.operations.describing import describe
from bookings.operations.ending import cancel, expire, expire_due, finish_due
from bookings.operations.feeds import (
    choose_invitations,
    close_feed,
    my_feed,
    open_feed,
    rotate_feed,
)
from bookings.operations.held import confirm, request
from bookings.operations.holding import Item, Turn, hold, hold_together
from bookings.operations.jointly import agree, ask_together, request_together
from bookings.operations.keeping import keep
from bookings.operations.own_calendars import (
    delete_own_calendar,
    drop_object,
    forget_dropped,
    keep_look,
    keep_object,
    make_own_calendar,
)
from bookings.operations.passes import give_pass, offer_pass_type, set_pass_type
from bookings.operations.presence import (
    check_in,
    leave_late,
    miss,
    release_due,
    release_missed,
)
from bookings.operations.queueing import (
    end_waiting,
    forget_waiting,
    join,
    leave,
    tell_of_more,
    wake,
)
from bookings.operations.refusing import forget_refusals, note_refusal
from bookings.operations.rehousing import rehouse
from bookings.operations.repeating import (
    Pick,
    add_to_series,
    forget_series,
    hold_series,
    rename_series,
)
from bookings.operations.replying import take_reply
from bookings.operations.saving import (
    drop_search,
    forget_seen,
    like,
    note_seen,
    save_search,
    unlike,
)
from bookings.operations.shifting import follow_series, move_series
from bookings.operations.waiting_changes import (
    approve_change,
    ask_changes,
    end_change,
    end_changes,
    expire_changes_due,
    keep_change,
    make_change,
    withdraw,
)
from bookings.operations.writing import write_message

__all__ = [
    "Item",
    "Pick",
    "Turn",
    "Whom",
    "add_calendar",
    "add_to_series",
    "agree",
    "answer",
    "approve",
    "approve_change",
    "ask_changes",
    "ask_together",
    "cancel",
    "check_in",
    "choose_invitations",
    "claim_due",
    "close",
    "close_feed",
    "close_often",
    "close_place",
    "confirm",
    "decline",
    "delete_own_calendar",
    "describe",
    "drop_object",
    "drop_search",
    "end_change",
    "end_changes",
    "end_waiting",
    "expire",
    "expire_changes_due",
    "expire_due",
    "extend",
    "extend_closures",
    "finish_due",
    "follow_series",
    "forget_dropped",
    "forget_past",
    "forget_refusals",
    "forget_seen",
    "forget_series",
    "forget_waiting",
    "give_pass",
    "hold",
    "hold_series",
    "hold_together",
    "invite",
    "invite_to_series",
    "join",
    "join_campaign",
    "keep",
    "keep_change",
    "keep_look",
    "keep_object",
    "leave",
    "leave_late",
    "like",
    "make_change",
    "make_own_calendar",
    "miss",
    "move_series",
    "my_feed",
    "note_problem",
    "note_refusal",
    "note_said",
    "note_seen",
    "offer_pass_type",
    "open_feed",
    "pause_calendar",
    "pause_campaign",
    "rehouse",
    "release",
    "release_due",
    "release_missed",
    "remove_calendar",
    "rename_series",
    "reopen",
    "request",
    "request_together",
    "reschedule",
    "rotate_feed",
    "save_search",
    "set_campaign",
    "set_pass_type",
    "stop_closing",
    "take_reply",
    "tell_of_more",
    "uninvite",
    "unlike",
    "use_calendar",
    "wake",
    "withdraw",
    "write_message",
]
