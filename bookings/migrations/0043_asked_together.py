"""What is asked for together is confirmed together or not at all."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Deferred, since they change their state one after the other within one transaction.
ALL_OR_NONE = """
CREATE FUNCTION bookings_all_or_none() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM bookings_booking AS one
        JOIN bookings_booking AS other ON other.asked_with = one.asked_with
        WHERE one.asked_with = NEW.asked_with
          AND (one.status IN ('held', 'requested') AND other.status <> one.status
               OR one.status IN ('expired', 'declined')
                  AND other.status IN ('confirmed', 'checked_in', 'completed', 'no_show')))
    THEN
        RAISE EXCEPTION 'bookings asked for together (%) are all confirmed or none', NEW.asked_with
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'booking_all_or_none';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER booking_all_or_none
    AFTER INSERT OR UPDATE OF status, asked_with ON bookings_booking
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.asked_with IS NOT NULL) EXECUTE FUNCTION bookings_all_or_none();
"""
NO_MORE = """
DROP TRIGGER booking_all_or_none ON bookings_booking;
DROP FUNCTION bookings_all_or_none;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_credit"),
        ("bookings", "0042_series_change"),
        ("spaces", "0021_last_notice"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="agreed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="booking",
            name="agreed_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="asked_with",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="bookingevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("held", "Held"),
                    ("offered", "Offered"),
                    ("requested", "Requested"),
                    ("agreed", "Approved, and waits for the others"),
                    ("confirmed", "Confirmed"),
                    ("declined", "Declined"),
                    ("moved", "Moved to another space"),
                    ("changed", "Changed"),
                    ("change_held", "A change waits for payment"),
                    ("change_asked", "A change is asked for"),
                    ("change_ended", "A change came to nothing"),
                    ("kept", "Kept as it is"),
                    ("cancelled", "Cancelled"),
                    ("expired", "Expired"),
                    ("payment_failed", "Payment failed"),
                    ("paid_too_late", "Paid too late"),
                    ("not_charged", "The saved card was not charged"),
                    ("fee_due", "A fee is due"),
                    ("fee_waived", "The fee is waived"),
                    ("fee_charged", "A fee is paid"),
                    ("deposit_reserved", "The deposit is reserved"),
                    ("deposit_claimed", "Something of the deposit is claimed"),
                    ("deposit_released", "The deposit is released"),
                    ("refunded", "Money given back"),
                    ("checked_in", "Checked in"),
                    ("completed", "Completed"),
                    ("no_show", "No-show"),
                    ("left_late", "Still there after the end"),
                    ("described", "Described anew"),
                    ("invited", "Invited"),
                    ("uninvited", "No longer invited"),
                    ("answered", "Answered"),
                    ("message", "Message"),
                    ("reminder", "Reminder"),
                    ("series_booked", "Series booked"),
                    ("series_changed", "Series changed"),
                    ("series_cancelled", "Series cancelled"),
                    ("to_pay", "To be paid"),
                    ("digest", "Your day"),
                    ("calendar_lost", "A calendar cannot be read"),
                    ("refused", "Not booked from your calendar"),
                    ("month_unpaid", "A month of a membership is not paid"),
                    ("rulebook", "A new version of the rulebook"),
                    ("paused", "The district has paused one of your spaces"),
                    ("pause_lifted", "The district no longer pauses a space of yours"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="kind",
            field=models.CharField(
                choices=[
                    ("held", "Held"),
                    ("offered", "Offered"),
                    ("requested", "Requested"),
                    ("agreed", "Approved, and waits for the others"),
                    ("confirmed", "Confirmed"),
                    ("declined", "Declined"),
                    ("moved", "Moved to another space"),
                    ("changed", "Changed"),
                    ("change_held", "A change waits for payment"),
                    ("change_asked", "A change is asked for"),
                    ("change_ended", "A change came to nothing"),
                    ("kept", "Kept as it is"),
                    ("cancelled", "Cancelled"),
                    ("expired", "Expired"),
                    ("payment_failed", "Payment failed"),
                    ("paid_too_late", "Paid too late"),
                    ("not_charged", "The saved card was not charged"),
                    ("fee_due", "A fee is due"),
                    ("fee_waived", "The fee is waived"),
                    ("fee_charged", "A fee is paid"),
                    ("deposit_reserved", "The deposit is reserved"),
                    ("deposit_claimed", "Something of the deposit is claimed"),
                    ("deposit_released", "The deposit is released"),
                    ("refunded", "Money given back"),
                    ("checked_in", "Checked in"),
                    ("completed", "Completed"),
                    ("no_show", "No-show"),
                    ("left_late", "Still there after the end"),
                    ("described", "Described anew"),
                    ("invited", "Invited"),
                    ("uninvited", "No longer invited"),
                    ("answered", "Answered"),
                    ("message", "Message"),
                    ("reminder", "Reminder"),
                    ("series_booked", "Series booked"),
                    ("series_changed", "Series changed"),
                    ("series_cancelled", "Series cancelled"),
                    ("to_pay", "To be paid"),
                    ("digest", "Your day"),
                    ("calendar_lost", "A calendar cannot be read"),
                    ("refused", "Not booked from your calendar"),
                    ("month_unpaid", "A month of a membership is not paid"),
                    ("rulebook", "A new version of the rulebook"),
                    ("paused", "The district has paused one of your spaces"),
                    ("pause_lifted", "The district no longer pauses a space of yours"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("asked_with__isnull", False)),
                fields=["asked_with"],
                name="booking_asked_with",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreed_at", None), ("agreed_by", None)),
                    models.Q(("agreed_at__isnull", False), ("asked_with__isnull", False)),
                    _connector="OR",
                ),
                name="booking_agreed_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("asked_with", None),
                    ("agreed_at__isnull", False),
                    models.Q(
                        ("status__in", ["confirmed", "checked_in", "completed", "no_show"]),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="booking_stands_once_agreed",
            ),
        ),
        migrations.RunSQL(ALL_OR_NONE, NO_MORE),
    ]
