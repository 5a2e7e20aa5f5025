"""What programs are told of a series before it is booked, or moved."""

from typing import Any

from rest_framework import serializers

from billing.api.shapes import AsksSerializer
from bookings.api.fields import MoneySerializer
from bookings.api.why import WhyNotSerializer


class AlternativeSerializer(serializers.Serializer[Any]):
    """With the `date` of the day it is instead of, one of the `picks`."""

    space = serializers.IntegerField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    price = MoneySerializer(allow_null=True)


class PreviewedSerializer(serializers.Serializer[Any]):
    date = serializers.DateField(help_text="Of the rule.")
    start = serializers.DateTimeField(allow_null=True, help_text="Null: the clocks skip it.")
    end = serializers.DateTimeField(allow_null=True)
    status = serializers.CharField(help_text="`free`, or the code of the first reason why not.")
    reasons = WhyNotSerializer(many=True)
    price = MoneySerializer(allow_null=True)
    alternatives = AlternativeSerializer(many=True)


class SeriesPreviewSerializer(serializers.Serializer[Any]):
    """What a rule comes to. Passes are not taken off: what is paid is never more."""

    rrule = serializers.CharField(help_text="RFC 5545.")
    occurrences = PreviewedSerializer(many=True)
    free = serializers.IntegerField()
    total = MoneySerializer(help_text="Of what is free, and of the first alternatives of the rest.")
    asks = AsksSerializer(allow_null=True)


class OtherMoveSerializer(serializers.Serializer[Any]):
    space = serializers.IntegerField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    back = MoneySerializer()
    due = MoneySerializer()


class MovedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    date = serializers.DateField(help_text="Of the rule as it is.")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=("moves", "stays", "refused"))
    message = serializers.CharField(help_text="Why it is refused.")
    space = serializers.IntegerField()
    back = MoneySerializer(allow_null=True)
    due = MoneySerializer(allow_null=True)
    alternatives = OtherMoveSerializer(many=True)


class MovesSerializer(serializers.Serializer[Any]):
    """With `preview=1`: what would become of each."""

    bookings = MovedSerializer(many=True)
    asks = AsksSerializer(
        allow_null=True, help_text="Whose answer it waits for, and until when; else null."
    )
