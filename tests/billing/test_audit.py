"""`manage.py audit`: silent of a sound district, and not of a broken one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from billing import audit as money
from billing.models import (
    Account,
    AccountInvoice,
    Card,
    Dispatch,
    Document,
    DocumentLine,
    Order,
    OrderLine,
    Refund,
    Transaction,
    Transfer,
    TransferReversal,
)
from billing.operations import book
from bookings import audit as bookings
from bookings.models import (
    Booking,
    BookingEvent,
    BusyTime,
    CalendarObject,
    CalendarRefusal,
    Campaign,
    CampaignUse,
    Change,
    Component,
    Delivery,
    Occupancy,
    OwnCalendar,
    OwnObject,
    Pass,
    PassUse,
    Waiting,
)
from spaces.models import CalendarSource, Pause, Space, Unit
from spaces.periods import period
from tests.billing.sound_district import make_district, unseen_of
from tests.billing.test_asked_together_audit import BREACHES as OF_WHAT_IS_ASKED
from tests.billing.test_series_answered import BREACHES as OF_A_SERIES
from tests.factories import (
    make_place,
    make_space,
    make_user,
)
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

CHECKS = [*bookings.CHECKS, *money.CHECKS]
HOUR = timedelta(hours=1)


@pytest.fixture
def district(standin: StandIn) -> dict[str, Any]:
    return make_district(standin)


def broken(promise: str = "") -> set[str]:
    """Which promises are broken, of all or of this one."""
    asked = [check for check in CHECKS if promise in ("", check.promise)]
    return {one.promise for one in bookings.audit(asked, now=timezone.now()) if one.count}


def test_audit_finds_nothing_in_a_sound_district(district: dict[str, Any]) -> None:
    assert broken() == set()


def take_twice(district: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bookings_occupancy DROP CONSTRAINT occupancy_no_overlap")
    row = Occupancy.objects.filter(booking=district["booking"]).first()
    row.pk = None
    row.save()


def unit_elsewhere(district: dict[str, Any]) -> None:
    Unit.objects.update(place=make_place())


def lose_a_unit(district: dict[str, Any]) -> None:
    Occupancy.objects.filter(booking__quantity=2).first().delete()


def open_half_a_closure(district: dict[str, Any]) -> None:
    row = Occupancy.objects.get(closure__isnull=False)
    start = row.during.lower
    Occupancy.objects.filter(pk=row.pk).update(during=period(start, start + HOUR / 2))


def lose_an_add_on(district: dict[str, Any]) -> None:
    Occupancy.objects.filter(unit__add_on__isnull=False).first().delete()


def keep_a_unit(district: dict[str, Any]) -> None:
    Occupancy.objects.filter(booking=district["booking"]).update(booking=district["ended"])


def forget_to_keep(district: dict[str, Any]) -> None:
    Occupancy.objects.filter(booking=district["booking"]).update(held_until=district["now"])


def leave_unswept(district: dict[str, Any]) -> None:
    ago = district["now"] - 2 * HOUR
    Booking.objects.filter(pk=district["ended"].pk).update(status="held", expires_at=ago)


def leave_unfinished(district: dict[str, Any]) -> None:
    past = period(district["now"] - 4 * HOUR, district["now"] - 3 * HOUR)
    Booking.objects.filter(pk=district["booking"].pk).update(period=past)


def change_the_price(district: dict[str, Any]) -> None:
    Booking.objects.filter(pk=district["booking"].pk).update(amount=1)


def forget_history(district: dict[str, Any]) -> None:
    BookingEvent.objects.filter(booking=district["ended"]).delete()


def forget_to_tell(district: dict[str, Any]) -> None:
    Delivery.objects.filter(booking=district["booking"]).delete()


def confirm_twice(district: dict[str, Any]) -> None:
    booking = district["booking"]
    letter = booking.deliveries.get(kind="confirmed", recipient=booking.booker)
    letter.pk, letter.version = None, letter.version + 1
    letter.save()


def forget_a_confirmation(district: dict[str, Any]) -> None:
    Delivery.objects.filter(booking=district["booking"], kind="confirmed").delete()


def forget_the_letter_of_a_series(district: dict[str, Any]) -> None:
    Delivery.objects.filter(kind="series_changed").delete()


def forget_to_tell_of_a_change(district: dict[str, Any]) -> None:
    Delivery.objects.filter(kind="change_ended").delete()


def hide_a_lost_unit(district: dict[str, Any]) -> None:
    """Behind what a change of the booking is to need."""
    change = district["asked"]
    change.booking.occupancies.filter(change=None).delete()


def keep_for_a_change_that_ended(district: dict[str, Any]) -> None:
    Change.objects.filter(pk=district["asked"].pk).update(status="ended", expires_at=None)


def never_end_a_change(district: dict[str, Any]) -> None:
    ago = district["now"] - 2 * HOUR
    Change.objects.filter(pk=district["asked"].pk).update(expires_at=ago)
    Occupancy.objects.filter(change=district["asked"]).update(held_until=ago)


def take_longer_than_it_lasts(district: dict[str, Any]) -> None:
    row = Occupancy.objects.filter(booking__quantity=2, change=None).first()
    row.during = period(row.during.lower, row.during.upper + HOUR)
    row.save()


def take_days_around_it(district: dict[str, Any]) -> None:
    row = Occupancy.objects.filter(booking__series__isnull=False).first()
    row.during = period(row.during.lower, row.during.upper + 25 * HOUR)
    row.save()


def offer_what_is_not_held(district: dict[str, Any]) -> None:
    Booking.objects.filter(waiting__state="offered").update(status="expired")


def offer_to_another(district: dict[str, Any]) -> None:
    Booking.objects.filter(waiting__state="offered").update(booker=make_user())


def lose_a_busy_time(district: dict[str, Any]) -> None:
    BusyTime.objects.all().delete()


def never_read_again(district: dict[str, Any]) -> None:
    CalendarSource.objects.update(due_at=district["now"] - 2 * HOUR)


def keep_what_is_over(district: dict[str, Any]) -> None:
    over = period(district["now"] - 72 * HOUR, district["now"] - 71 * HOUR)
    source = CalendarSource.objects.get()
    source.times = [over]
    source.save()
    BusyTime.objects.update(during=over)


def list_what_is_paused(_district: Any) -> None:
    Pause.objects.create(
        space=Space.objects.published()[0],
        reason="x",
        made_by=make_user(),
        made_at=timezone.now(),
        was_listed=True,
    )


def give_up_a_mail(district: dict[str, Any]) -> None:
    Delivery.objects.filter(booking=district["booking"]).update(state="dead")


def lose_an_entry(district: dict[str, Any]) -> None:
    Account.objects.get(code="psp_fee").entries.all().delete()


def turn_a_balance(district: dict[str, Any]) -> None:
    Account.objects.get(code="stripe_balance").balance.delete()


def change_an_order(district: dict[str, Any]) -> None:
    Order.objects.filter(agreement=None).update(amount=1)


def pay_without_posting(district: dict[str, Any]) -> None:
    Order.objects.filter(pk=district["order"].pk).update(charge_id="ch_other")


def refund_too_much(district: dict[str, Any]) -> None:
    order, now = district["order"], district["now"]
    told = {"order": order, "booking": district["paid"], "created_at": now, "not_before": now}
    Refund.objects.create(amount=order.amount + 1, line=order.lines.get(), **told)


def forget_what_is_earned(district: dict[str, Any]) -> None:
    OrderLine.objects.filter(earned_at__isnull=False).update(earned_at=None)


def earn_what_is_held(district: dict[str, Any]) -> None:
    OrderLine.objects.filter(order=district["order"]).update(earned=1)


def earn_what_nobody_used(district: dict[str, Any]) -> None:
    OrderLine.objects.create(
        order=district["order"],
        kind="pass",
        sold_pass=Pass.objects.get(),
        owner=district["place"].organisation,
        amount=100,
        earned=100,
    )


def send_without_posting(district: dict[str, Any]) -> None:
    Transaction.objects.filter(source__startswith="transfer-sent:").update(source="lost")


def fetch_too_much(district: dict[str, Any]) -> None:
    TransferReversal.objects.update(amount=10**6)


def send_too_much(district: dict[str, Any]) -> None:
    Transfer.objects.update(amount=10**6)


def lose_money_at_stripe(district: dict[str, Any]) -> None:
    Refund.objects.update(status="succeeded")


def lose_what_was_paid(district: dict[str, Any]) -> None:
    Booking.objects.filter(pk=district["paid"].pk).update(status="expired")


def charge_without_consent(district: dict[str, Any]) -> None:
    now = district["now"]
    card = Card.objects.create(
        user=district["by"],
        stripe_id="pm_1",
        brand="visa",
        last4="4242",
        exp_month=1,
        exp_year=2030,
        saved_at=now,
        not_before=now,
    )
    Order.objects.update(card=card)


def draw_too_much(district: dict[str, Any]) -> None:
    district["paid"].order_lines.update(kind="deposit")


def keep_a_deposit(district: dict[str, Any]) -> None:
    draw_too_much(district)
    Order.objects.filter(agreement=None).update(status="authorised")
    start = district["now"] - timedelta(days=5)
    Booking.objects.filter(pk=district["paid"].pk).update(period=period(start, start + HOUR))


def leave_waiting(district: dict[str, Any]) -> None:
    Order.objects.filter(agreement=None).update(
        status="voiding", not_before=district["now"] - 2 * HOUR
    )


def use_more_than_there_is(district: dict[str, Any]) -> None:
    Pass.objects.update(amount=1)


def use_what_no_line_says(district: dict[str, Any]) -> None:
    PassUse.objects.update(amount=1)


def pass_nobody_paid(district: dict[str, Any]) -> None:
    Pass.objects.update(is_given=False)


def owe_for_a_request_declined(district: dict[str, Any]) -> None:
    owed = Booking.objects.filter(order_lines__order__status="account")
    Booking.objects.filter(pk__in=owed).update(
        status="declined", changed_at=district["now"] - 2 * HOUR
    )


def forget_what_is_owed(district: dict[str, Any]) -> None:
    Order.objects.filter(status="account").update(amount=1)
    OrderLine.objects.filter(order__status="account").update(amount=1, earned=0)


def invoice_something_else(district: dict[str, Any]) -> None:
    AccountInvoice.objects.update(amount=1)


def take_another_fee(district: dict[str, Any]) -> None:
    OrderLine.objects.filter(order__status="account").update(fee_least=3, earned=5)


def never_send_an_invoice(district: dict[str, Any]) -> None:
    Dispatch.objects.all().delete()


def charge_for_no_membership(district: dict[str, Any]) -> None:
    charge_without_consent(district)
    OrderLine.objects.create(
        order=district["order"],
        kind="pass",
        sold_pass=Pass.objects.get(),
        owner=district["place"].organisation,
        amount=100,
    )


def use_a_code_too_often(district: dict[str, Any]) -> None:
    Campaign.objects.update(limit=0)


def forget_a_use(district: dict[str, Any]) -> None:
    CampaignUse.objects.all().delete()


def lose_a_document(district: dict[str, Any]) -> None:
    Document.objects.all()._raw_delete("default")


def change_a_line(district: dict[str, Any]) -> None:
    DocumentLine.objects.update(net=F("net") + 1, gross=F("gross") + 1)


def refund_without_a_note(district: dict[str, Any]) -> None:
    order, now = district["order"], district["now"]
    told = {"order": order, "booking": district["paid"], "created_at": now, "not_before": now}
    Refund.objects.create(amount=1, line=order.lines.get(), **told)


def name_anothers(district: dict[str, Any]) -> None:
    booking = district["booking"]
    CalendarObject.objects.create(
        booking=booking, space=booking.space, booker=make_user(), name="x.ics", uid="x"
    )


def mail_anothers_refusal(district: dict[str, Any]) -> None:
    now = district["now"]
    refusal = CalendarRefusal.objects.create(
        user=make_user(), digest=b"x", code="closed", sentence="No", refused_at=now
    )
    Delivery.objects.create(
        version=refusal.pk, kind="refused", recipient=district["by"], not_before=now
    )


def keep_what_it_is_not_for(district: dict[str, Any]) -> None:
    now = district["now"]
    calendar = OwnCalendar.objects.create(
        user=district["by"], key="tasks", components=[Component.TODO], created_at=now
    )
    OwnObject.objects.create(
        calendar=calendar, name="x", uid="x", component=Component.EVENT, text="x", changed_at=now
    )


def offer_less_than_wished(district: dict[str, Any]) -> None:
    booking = district["booking"]
    Waiting.objects.create(
        person=booking.booker,
        search="minutes=60",
        minutes=60,
        period=booking.period,
        created_at=booking.start - 2 * HOUR,
        until=booking.start,
        look_at=booking.start,
        state="passed",
        booking=booking,
        offered=period(booking.start, booking.start + HOUR / 2),
    )


def tell_without_a_letter(district: dict[str, Any]) -> None:
    booking = district["booking"]
    Waiting.objects.create(
        person=booking.booker,
        search="repeat=weekly",
        had=1,
        letter=1,
        period=booking.period,
        created_at=booking.start - 2 * HOUR,
        until=booking.start,
        look_at=booking.start,
        state="told",
    )


BREACHES: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("Who waited for what comes again, and was told, has a letter", tell_without_a_letter),
    ("Of any time, no more and no less is offered than was wished for", offer_less_than_wished),
    ("No more of a pass is used than it has", use_more_than_there_is),
    ("Each booking that stands uses of its passes what its lines say", use_what_no_line_says),
    ("A pass that was bought can be used exactly when it is paid for", pass_nobody_paid),
    (
        "What is on account is owed until it is credited or paid, to the øre",
        forget_what_is_owed,
    ),
    ("On account nothing is owed for what came to nothing", owe_for_a_request_declined),
    ("A monthly invoice comes to what its lines come to", invoice_something_else),
    (
        "Our fee is what the terms of each line say of what it has earned, to the øre",
        take_another_fee,
    ),
    ("Each monthly invoice is sent, and each document within the hour", never_send_an_invoice),
    (
        "A member's card is charged as they have agreed, and once for each month",
        charge_for_no_membership,
    ),
    (
        "A closed space is closed throughout, but for what a booking has that it is closed around",
        open_half_a_closure,
    ),
    ("A code is used as often as it may be, and no more", use_a_code_too_often),
    (
        "Exactly the bookings that were sold with a code, and stand, use one, for what it took off",
        forget_a_use,
    ),
    ("No unit is taken twice", take_twice),
    ("An occupancy is of one booking or one closure, in the place of its unit", unit_elsewhere),
    ("Each active booking has its units, for the whole of its time", lose_a_unit),
    ("Each active booking has as many as it counts of what is booked along", lose_an_add_on),
    ("A booking that has ended takes nothing", keep_a_unit),
    (
        "A hold's units are free again when it runs out; what is confirmed keeps them",
        forget_to_keep,
    ),
    ("No hold or request is left unswept for an hour after it has run out", leave_unswept),
    ("No booking is left as coming an hour after it is over", leave_unfinished),
    ("Each active booking has its units, for the whole of its time", hide_a_lost_unit),
    (
        "What a change is to need is kept while it waits, and no longer",
        keep_for_a_change_that_ended,
    ),
    ("What a change is to need is kept while it waits, and no longer", never_end_a_change),
    (
        "A booking takes its time and the gaps around it, the same of each of its units",
        take_longer_than_it_lasts,
    ),
    (
        "A booking takes its time and the gaps around it, the same of each of its units",
        take_days_around_it,
    ),
    ("What is offered to somebody who waits is held for them", offer_what_is_not_held),
    ("What is offered to somebody who waits is held for them", offer_to_another),
    ("A booking is where its space is, and its lines come to its price", change_the_price),
    ("Every booking has a history", forget_history),
    ("What has happened to a booking its booker is told, once for each version", forget_to_tell),
    (
        "What has happened to a booking its booker is told, once for each version",
        forget_to_tell_of_a_change,
    ),
    (
        "What has happened to a booking its booker is told, once for each version",
        forget_the_letter_of_a_series,
    ),
    ("What is confirmed has one confirmation, and each change of it one letter", confirm_twice),
    (
        "What is confirmed has one confirmation, and each change of it one letter",
        forget_a_confirmation,
    ),
    (
        "What is confirmed has one confirmation, and each change of it one letter",
        forget_the_letter_of_a_series,
    ),
    (
        "Each unit is busy when the calendars in use of its spaces say so, and not otherwise",
        lose_a_busy_time,
    ),
    (
        "A calendar in use is read again, and no later than an hour after it is due",
        never_read_again,
    ),
    ("Nothing is kept of a busy time two days after it is over", keep_what_is_over),
    ("What a calendar program has named belongs to who booked it", name_anothers),
    (
        "What is in an own calendar is of a kind it is for, and what was deleted says nothing",
        keep_what_it_is_not_for,
    ),
    ("A refusal to a calendar program is told by one mail", mail_anothers_refusal),
    ("What the district has paused is not listed", list_what_is_paused),
    ("No mail is given up, or an hour late", give_up_a_mail),
    ("The entries of each transaction sum to zero, in each currency", lose_an_entry),
    ("Each balance is the sum of its entries, within its floor and ceiling", turn_a_balance),
    ("An order comes to what its lines come to", change_an_order),
    ("What is paid is in the ledger, and nothing else is", pay_without_posting),
    ("No more is given back than was paid", refund_too_much),
    ("Every refund is in the ledger, and sent when it says so", refund_too_much),
    ("No line gives back more than it was sold for", refund_too_much),
    ("What is earned is in the ledger, and nothing else is", forget_what_is_earned),
    ("Of each price is held what is neither earned, lost nor given back", earn_what_is_held),
    ("Of a pass is earned what is used of it, and all once it ends", earn_what_nobody_used),
    (
        "Every transfer to an owner is in the ledger, and sent when it says so",
        send_without_posting,
    ),
    (
        "No more of a transfer is fetched back than was sent, and the ledger has it",
        fetch_too_much,
    ),
    (
        "Owners are not sent more than was paid, less what was given back and our fees",
        send_too_much,
    ),
    ("What Stripe holds is what came in, less what went out", lose_money_at_stripe),
    ("What is paid has its booking, or is on its way back", lose_what_was_paid),
    (
        "A saved card is charged by its holder's consent, and within the cap of each booking",
        charge_without_consent,
    ),
    ("Nobody is drawn more than the fee or the deposit of their booking", draw_too_much),
    ("No deposit is kept reserved a day after the time to claim of it", keep_a_deposit),
    ("Nothing waits for Stripe for an hour", leave_waiting),
    (
        "The documents of an owner are numbered from 1 to the last without a gap",
        lose_a_document,
    ),
    (
        "A document comes to what its lines come to, and says its VAT in kroner",
        change_a_line,
    ),
    ("What is paid has its receipts, one of each owner", lose_a_document),
    ("What is given back is credited, and no more than was sold", refund_without_a_note),
]


def test_audit_finds_what_is_broken(district: dict[str, Any]) -> None:
    assert unseen_of(BREACHES, district, broken) == []


def test_every_promise_has_a_breach() -> None:
    tried = {promise for promise, _breach in (*BREACHES, *OF_WHAT_IS_ASKED, *OF_A_SERIES)}
    assert tried == {check.promise for check in CHECKS}


@pytest.mark.django_db(transaction=True)
def test_audit_ends_with_1_when_something_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("audit")
    said = capsys.readouterr().out.splitlines()
    assert len(said) == len(CHECKS)
    assert all(line.startswith("     0  ") for line in said)
    room = make_space()
    start = (timezone.now() + 2 * HOUR).replace(minute=0, second=0, microsecond=0)
    span = period(start, start + HOUR)
    booking = book(space=room, span=span, by=make_user(), now=timezone.now())
    Occupancy.objects.all().delete()
    with pytest.raises(SystemExit) as ended:
        call_command("audit")
    assert ended.value.code == 1
    assert f"booking {booking.pk}" in capsys.readouterr().out
