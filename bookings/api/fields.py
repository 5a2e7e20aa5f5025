"""Moments, spans of time and money, as programs send and get them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from spaces.periods import Period, period

LONGEST_WINDOW = timedelta(days=92)
YEARS = range(2000, 2200)
ENDS_FIRST = _("The end must be after the start.")


def window_of(start: datetime, end: datetime) -> Period:
    """What is looked through. Raises `ValidationError` of `to`."""
    if end <= start:
        raise serializers.ValidationError({"to": ENDS_FIRST})
    if end > start + LONGEST_WINDOW:
        raise serializers.ValidationError({"to": _("Must be at most 92 days after `from`.")})
    return period(start, end)


class MomentField(serializers.DateTimeField):
    """ISO 8601 with an offset: a time without one could mean two moments."""

    default_error_messages = {
        "naive": _("Give the offset too, as in 2026-11-24T13:00:00+01:00."),
        "year": _("The year is out of range."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("naive")
        if value.year not in YEARS:
            self.fail("year")
        return value.astimezone(UTC)


class SpanSerializer(serializers.Serializer[Any]):
    """A period given as two moments; `.span` is the Period."""

    start = MomentField()
    end = MomentField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["end"] <= attrs["start"]:
            raise serializers.ValidationError({"end": ENDS_FIRST})
        return attrs

    @property
    def span(self) -> Period:
        return period(self.validated_data["start"], self.validated_data["end"])


class WindowSerializer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {"from": MomentField(), "to": MomentField()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**attrs, "window": window_of(attrs["from"], attrs["to"])}

    @property
    def window(self) -> Period:
        window: Period = self.validated_data["window"]
        return window


class MoneySerializer(serializers.Serializer[Any]):
    amount = serializers.IntegerField(help_text="Minor units: øre.")
    currency = serializers.CharField(help_text="ISO 4217.")
