"""The ways a booking is refused, each with a sentence that helps."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused


class SlotTaken(Refused):
    code = "slot_taken"
    message = _("Someone else has that time. Choose another.")


class Closed(Refused):
    code = "closed"
    message = _("It is not open for the whole of that time.")


class TooShort(Refused):
    code = "too_short"
    message = _("That is shorter than this space can be booked for.")


class TooLong(Refused):
    code = "too_long"
    message = _("That is longer than this space can be booked for.")


class TooSoon(Refused):
    code = "too_soon"
    message = _("That time has passed, or is too soon for this space.")


class NotYet(Refused):
    code = "not_yet"
    message = _("It is too early to check in: from 15 minutes before the start.")


class TooLate(Refused):
    code = "too_late"
    message = _(
        "So close to the start it can no longer be cancelled or changed. Write to the owner, "
        "who can cancel it."
    )


class MayStillCome(Refused):
    code = "may_still_come"
    message = _("They may still come: wait until 10 minutes after the start.")


class NotOver(Refused):
    code = "not_over"
    message = _("It is not over yet.")


class TooFarAhead(Refused):
    code = "too_far_ahead"
    message = _("That is further ahead than this space can be booked.")


class OffStep(Refused):
    code = "off_step"
    message = _("Bookings here start and end at set minutes.")


class TooMany(Refused):
    code = "too_many"
    message = _("There are not that many here.")


class TooManyPeople(Refused):
    code = "too_many_people"
    message = _("It does not hold that many.")


class NotListed(Refused):
    code = "not_listed"
    message = _("This space cannot be booked now.")


class AddOnTaken(Refused):
    code = "add_on_taken"
    message = _("Somebody else has what you want along with it at that time.")


class AddOnNotOffered(Refused):
    code = "add_on_not_offered"
    message = _("That cannot be booked along with this space.")


class NotAMember(Refused):
    code = "not_a_member"
    message = _("You can book only for organisations that you are a member of.")


class WrongState(Refused):
    """The booking has moved on: cancelled twice, answered twice, answered too late."""

    code = "wrong_state"
    message = _("That can no longer be done with this booking.")


class IsOver(Refused):
    code = "is_over"
    message = _("That time is over already.")


class AskedTogether(Refused):
    code = "asked_together"
    message = _(
        "It is asked for together with others, and is changed when all of it is answered. You "
        "can withdraw all of it."
    )


class NothingPicked(Refused):
    code = "nothing_picked"
    message = _("Pick at least one time.")


class NoOccurrence(Refused):
    code = "no_occurrence"
    message = _("That day is not among those of the series.")


class TwiceThatDay(Refused):
    code = "twice_that_day"
    message = _("The series has a booking for that day already.")


class BookingsInTheWay(Refused):
    code = "bookings_in_the_way"
    message = _("There are bookings in that time. Move or cancel them first.")


class AlreadyClosed(Refused):
    code = "already_closed"
    message = _("It is closed already in part of that time.")


class TooManyAttendees(Refused):
    code = "too_many_attendees"
    message = _("At most a hundred can be invited to one booking.")


class OverCapacity(Refused):
    code = "over_capacity"
    message = _("That is more than the space is for. Say that you mean it, or invite fewer.")


class InvitedEnough(Refused):
    code = "invited_enough"
    message = _("You have sent many invitations today. Send the rest tomorrow.")


class NotInvited(Refused):
    code = "not_invited"
    message = _("You are no longer invited to this.")


class PublicNeedsTitle(Refused):
    code = "public_needs_title"
    message = _("Give it a public title: it is what everybody sees.")


class NobodyToShareWith(Refused):
    code = "nobody_to_share_with"
    message = _("This booking is not for an organisation, so there are no colleagues to see it.")


class WrittenEnough(Refused):
    code = "written_enough"
    message = _("You have written a lot about this booking today. Write more tomorrow.")


BY_CODE: dict[str, type[Refused]] = {
    refusal.code: refusal
    for refusal in (
        SlotTaken,
        Closed,
        TooShort,
        TooLong,
        TooSoon,
        TooFarAhead,
        OffStep,
        TooMany,
        TooManyPeople,
        NotListed,
    )
}
