"""A booking, as its booker sees it."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings.api.fields import MoneySerializer
from bookings.entering import way_in
from bookings.models import Booking


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
