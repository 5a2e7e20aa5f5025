"""What programs ask of series: a rule, days of it, another time for it."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from billing.api.shapes import OnBehalfSerializer, WhomSerializer
from bookings.api import AboutSerializer
from bookings.api.fields import ENDS_FIRST, MomentField
from bookings.api.quotes import WantedAddOnSerializer
from bookings.api.recurrences import BEGINS, HOW_MANY, ONE_END, YEAR
from bookings.forms.repeats import ON_WEEKDAYS, REPEATS
from bookings.means import Means
from bookings.models import Series
from bookings.models.attendee import MOST_INVITED
from bookings.occurrences import MOST, occurrences, span_on
from bookings.operations import Pick
from bookings.operations.shapes import Shape
from bookings.recurrence import AHEAD, rrule_for
from bookings.refusals import NoOccurrence
from spaces.models import Space
from spaces.periods import Period

CLOCK = r"^([01]?\d|2[0-3]):[0-5]\d$|^24:00$"


class PickSerializer(serializers.Serializer[Any]):
    """What is wanted for one day, when it is not the time and space of the rule: another,
    as an alternative of the preview says it, or nothing."""

    date = serializers.DateField()
    skip = serializers.BooleanField(default=False)
    space = serializers.PrimaryKeyRelatedField(queryset=Space.objects.none(), required=False)
    start = MomentField(required=False)
    end = MomentField(required=False)

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        seen = Space.objects.visible_to(request.user if request else None)
        fields["space"].queryset = seen.published().for_listing()
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("start" in attrs) != ("end" in attrs):
            raise serializers.ValidationError({"end": _("Give both start and end, or neither.")})
        if "start" in attrs and not attrs["start"] < attrs["end"] < attrs["start"] + AHEAD:
            raise serializers.ValidationError({"end": ENDS_FIRST})
        return attrs


class AddDaySerializer(PickSerializer):
    """A day of the rule that was left out, or has been cancelled: as the rule says, or in
    another space or at another time."""

    on_account = serializers.BooleanField(
        required=False, help_text="As the others were, unless said."
    )

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        del fields["skip"]
        return fields

    def pick_of(self, series: Series) -> Pick:
        """What is wanted. Raises `NoOccurrence` for a day that is not of the rule."""
        said = self.validated_data
        span = span_on(series, said["date"])
        if "start" in said:
            span = Period(said["start"], said["end"], "[)")
        if span is None:
            raise NoOccurrence
        return Pick(said["date"], said.get("space", series.space), span)


class SeriesRequestSerializer(AboutSerializer, WhomSerializer, OnBehalfSerializer):
    """A rule on the wall clock of the space's place; `.series` is not yet stored."""

    space = serializers.PrimaryKeyRelatedField(queryset=Space.objects.none())
    date = serializers.DateField(help_text="The first day.")
    repeat = serializers.ChoiceField(choices=REPEATS)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        default=list,
        max_length=7,
        help_text="Of weekly and fortnightly; Monday is 1. Empty: that of the first day.",
    )
    until = serializers.DateField(required=False, help_text="The last day, or else `count`.")
    count = serializers.IntegerField(min_value=1, max_value=MOST, required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    people = serializers.IntegerField(min_value=1, max_value=100_000, default=None, allow_null=True)
    title = serializers.CharField(max_length=140, default="", allow_blank=True)
    add_ons = WantedAddOnSerializer(
        many=True, required=False, help_text="To be booked along, where they are offered."
    )
    code = serializers.CharField(
        max_length=30, default="", allow_blank=True, help_text="Of a campaign."
    )
    picks = PickSerializer(many=True, required=False, help_text="Days that are not as the rule.")

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        seen = Space.objects.visible_to(request.user if request else None)
        fields["space"].queryset = seen.published().for_listing()
        return {
            **fields,
            "from": clock_field(),
            "to": clock_field(),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, until, count = attrs["date"], attrs.get("until"), attrs.get("count")
        if first.year not in range(2000, 2200):
            raise serializers.ValidationError({"date": _("The year is out of range.")})
        if (until is None) == (count is None):
            raise serializers.ValidationError({"until": ONE_END})
        if until and not first <= until <= first + AHEAD:
            raise serializers.ValidationError({"until": YEAR})
        opens, closes = minute(attrs["from"]), minute(attrs["to"])
        if opens >= 1440:
            raise serializers.ValidationError({"from": BEGINS})
        space, repeat = attrs["space"], attrs["repeat"]
        weekdays = attrs["weekdays"] if repeat in ON_WEEKDAYS else ()
        zone = space.place.zone
        along = Counter[str]()
        for one in attrs.get("add_ons", ()):
            along[str(one["id"].pk)] += one["count"]
        names = ("note", "public_title", "visibility", "organisation", "cost_centre", "reference")
        attrs["series"] = Series(
            space=space,
            place_id=space.place_id,
            rrule=rrule_for(repeat, first, until, weekdays=weekdays, count=count, zone=zone),
            starts_on=first,
            opens=opens,
            closes=closes if closes > opens else closes + 1440,
            time_zone=zone.key,
            title=attrs["title"],
            quantity=attrs["quantity"],
            people=attrs["people"],
            add_ons=dict(along),
            **{name: attrs[name] for name in names},
        )
        found = occurrences(attrs["series"], most=MOST + 1)
        if not found or len(found) > MOST or (count and len(found) < count):
            raise serializers.ValidationError({"until": HOW_MANY})
        picked = Counter(one["date"] for one in attrs.get("picks", ()))
        if picked - Counter(one.day for one in found):
            raise serializers.ValidationError({"picks": _("Each day once, and of the rule.")})
        return attrs

    @property
    def series(self) -> Series:
        return self.validated_data["series"]  # type: ignore[no-any-return]

    @property
    def means(self) -> Means:
        return Means(code=self.validated_data["code"])

    @property
    def picked(self) -> list[Pick]:
        """All days of the rule as it says, but for those that are picked otherwise."""
        others = {one["date"]: one for one in self.validated_data.get("picks", ())}
        found = []
        for one in occurrences(self.series):
            other = others.get(one.day, {})
            span = one.span
            if "start" in other:
                span = Period(other["start"], other["end"], "[)")
            if span is not None and not other.get("skip"):
                found.append(Pick(one.day, other.get("space", self.series.space), span))
        return found


class CancelSeriesSerializer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        told = "From this day of the rule on; else all that has not begun."
        return {"from": serializers.DateField(required=False, help_text=told)}


class GuestSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    name = serializers.CharField(max_length=120, default="", allow_blank=True)


class InviteSerializer(serializers.Serializer[Any]):
    people = serializers.ListField(child=GuestSerializer(), min_length=1, max_length=MOST_INVITED)
    beyond_capacity = serializers.BooleanField(
        default=False, help_text="Also when a space is for fewer."
    )


class MoveSeriesSerializer(serializers.Serializer[Any]):
    """Another time of day, on the wall clock of the series; other weekdays, another space,
    another number. What is not said stays."""

    first = serializers.DateField(
        required=False, help_text="From this day of the rule on; else all that has not begun."
    )

    days = serializers.IntegerField(
        min_value=-6,
        max_value=6,
        default=0,
        help_text="On weekdays so much later, below zero earlier: 1 from Tuesdays to Wednesdays, "
        "and from the second Tuesday of each month to its second Wednesday.",
    )
    space = serializers.PrimaryKeyRelatedField(queryset=Space.objects.none(), required=False)
    quantity = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, help_text="Units of a pool."
    )
    picks = PickSerializer(
        many=True,
        required=False,
        help_text="Days of the rule as it is that are to become something else: an alternative "
        "of the preview, or with `skip` to stay as they are.",
    )

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        seen = Space.objects.visible_to(request.user if request else None)
        fields["space"].queryset = seen.published().for_listing()
        return {
            "from": clock_field(required=False),
            "to": clock_field(required=False),
            **fields,
        }

    def validate_space(self, space: Space) -> Space:
        series: Series | None = self.context.get("series")
        if series is not None and space.place.time_zone != series.time_zone:
            raise serializers.ValidationError(_("On the same clock as the series."))
        return space

    @property
    def shape(self) -> Shape:
        said, series = self.validated_data, self.context["series"]
        opens = minute(said["from"]) % 1440 if "from" in said else series.opens
        closes = minute(said["to"]) if "to" in said else series.closes
        return Shape(
            opens=opens,
            closes=closes if closes > opens else closes + 1440,
            space=said.get("space"),
            quantity=said.get("quantity"),
            days=said["days"],
            instead={one["date"]: pick_instead(one, series) for one in said.get("picks", ())},
        )


def pick_instead(said: dict[str, Any], series: Series) -> Pick | None:
    if said["skip"] or "start" not in said:
        return None
    span = Period(said["start"], said["end"], "[)")
    return Pick(said["date"], said.get("space", series.space), span)


def clock_field(**options: Any) -> serializers.RegexField:
    return serializers.RegexField(CLOCK, help_text="`09:00`; `24:00` is the last.", **options)


def minute(clock: str) -> int:
    hours, _colon, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
