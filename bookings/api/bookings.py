"""A booking, as its booker sees it."""

from datetime import datetime
from typing import Any, overload

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings.api.fields import MoneySerializer
from bookings.entering import way_in
from bookings.models import Booking


@overload
def moment(at: datetime) -> str: ...
@overload
def moment(at: datetime | None) -> str | None: ...
def moment(at: datetime | None) -> str | None:
    """As DRF writes a moment: ISO 8601 with the offset of the active time zone."""
    return None if at is None else timezone.localtime(at).isoformat().replace("+00:00", "Z")


class BookingSerializer(serializers.ModelSerializer[Booking]):
    """A booking as its booker sees it. `status` is what holds now: a hold whose time has
    passed is expired, swept or not."""

    status = serializers.SerializerMethodField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    price = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField(allow_null=True)
    check_in_by = serializers.DateTimeField(
        allow_null=True, help_text="Where one has to check in: else the rest is for others."
    )
    door_code = serializers.SerializerMethodField(
        help_text="What opens the door: from 30 minutes before the start until the end."
    )
    ical_uid = serializers.CharField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Booking
        fields: tuple[str, ...] = (
            "id",
            "status",
            "space",
            "start",
            "end",
            "quantity",
            "people",
            "title",
            "note",
            "public_title",
            "visibility",
            "price",
            "expires_at",
            "check_in_by",
            "door_code",
            "ical_uid",
            "url",
        )

    def to_representation(self, instance: Booking) -> dict[str, Any]:
        """As the fields say, written out: to build them anew for each answer would take longer
        than to book. A test holds the two together."""
        return {
            "id": str(instance.pk),
            "status": self.get_status(instance),
            "space": instance.space_id,
            "start": moment(instance.start),
            "end": moment(instance.end),
            "quantity": instance.quantity,
            "people": instance.people,
            "title": instance.title,
            "note": instance.note,
            "public_title": instance.public_title,
            "visibility": str(instance.visibility),
            "price": self.get_price(instance),
            "expires_at": moment(instance.expires_at),
            "check_in_by": moment(instance.check_in_by),
            "door_code": self.get_door_code(instance),
            "ical_uid": instance.ical_uid,
            "url": self.get_url(instance),
        }

    def get_status(self, booking: Booking) -> str:
        return booking.status_at(self.context["now"]).value

    def get_door_code(self, booking: Booking) -> str | None:
        found = way_in(booking, now=self.context["now"])
        return (found and found.code) or None

    @extend_schema_field(MoneySerializer)
    def get_price(self, booking: Booking) -> dict[str, Any]:
        return booking.price.as_json()

    def get_url(self, booking: Booking) -> str:
        return settings.PUBLIC_URL + booking.get_absolute_url()
