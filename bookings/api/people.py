"""Who is invited along, and what is written, for programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from bookings import operations
from bookings.about import About
from bookings.models import Attendee, Booking, Message, Visibility
from bookings.models.booking import BookingQuerySet


class AboutSerializer(serializers.Serializer[Any]):
    """What a booking is for, beside its title."""

    note = serializers.CharField(
        max_length=1000, required=False, default="", allow_blank=True, help_text="To the owner."
    )
    public_title = serializers.CharField(
        max_length=140, required=False, default="", allow_blank=True
    )
    visibility = serializers.ChoiceField(
        Visibility.choices,
        required=False,
        default=Visibility.PRIVATE,
        help_text="Who else sees it; `public` needs a `public_title`.",
    )

    @property
    def about(self) -> About:
        said = self.validated_data
        return About(said["note"], said["public_title"], said["visibility"])


class AttendeeSerializer(serializers.ModelSerializer[Attendee]):
    beyond_capacity = serializers.BooleanField(
        write_only=True, default=False, help_text="Also when the space is for fewer."
    )

    class Meta:
        model = Attendee
        fields = ("id", "email", "name", "answer", "answered_at", "invited_at", "beyond_capacity")
        read_only_fields = ("answer", "answered_at", "invited_at")


class MessageSerializer(serializers.ModelSerializer[Message]):
    """`as_owner`: written for those who run the space."""

    class Meta:
        model = Message
        fields = ("number", "as_owner", "text", "at")
        read_only_fields = ("number", "as_owner", "at")


class OfBooking(generics.GenericAPIView[Any]):
    """What hangs on one booking of the address."""

    def bookings(self, user: User) -> BookingQuerySet:
        raise NotImplementedError

    def person(self) -> User:
        assert self.request.user.is_authenticated
        return self.request.user

    def booking(self) -> Booking:
        found: Booking = get_object_or_404(
            self.bookings(self.person()).for_listing(), pk=self.kwargs["pk"]
        )
        return found


class Attendees(mixins.ListModelMixin, OfBooking):
    """Those invited to a booking that is one's own, or was made for somebody else."""

    serializer_class = AttendeeSerializer
    filter_backends = ()
    queryset = Attendee.objects.none()  # for the schema; see get_queryset

    def bookings(self, user: User) -> BookingQuerySet:
        return Booking.objects.kept_by(user)

    def get_queryset(self) -> QuerySet[Attendee]:
        return self.booking().attendees.invited()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    @extend_schema(responses={201: AttendeeSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Invite somebody along. Who is invited already stays as they are."""
        booking = self.booking()
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        operations.invite(
            booking=booking,
            people=[(said.get("name", ""), said["email"])],
            beyond_capacity=said["beyond_capacity"],
            by=self.person(),
            now=timezone.now(),
        )
        one = booking.attendees.get(email=said["email"].lower())
        return Response(self.get_serializer(one).data, status=status.HTTP_201_CREATED)


class OneAttendee(OfBooking):
    serializer_class = AttendeeSerializer
    queryset = Attendee.objects.none()

    def bookings(self, user: User) -> BookingQuerySet:
        return Booking.objects.kept_by(user)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, attendee: int) -> Response:
        """Take somebody off the list. They are told, and their calendar forgets it."""
        found = get_object_or_404(self.booking().attendees.invited(), pk=attendee)
        operations.uninvite(attendee=found, by=self.person(), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Messages(mixins.ListModelMixin, OfBooking):
    """What the booker and those who run the space have written, the newest last."""

    serializer_class = MessageSerializer
    filter_backends = ()
    queryset = Message.objects.none()  # for the schema; see get_queryset

    def bookings(self, user: User) -> BookingQuerySet:
        return Booking.objects.visible_to(user)

    def get_queryset(self) -> QuerySet[Message]:
        return self.booking().messages.all()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    @extend_schema(responses={201: MessageSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write to the other side, who gets it by mail."""
        booking, user = self.booking(), self.person()
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        message = operations.write_message(
            booking=booking,
            text=asked.validated_data["text"],
            by=user,
            as_owner=booking.as_owner(user),
            now=timezone.now(),
        )
        return Response(self.get_serializer(message).data, status=status.HTTP_201_CREATED)
