"""What one was told, and what one wants to be mailed about, for programs."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import RUNS_BOOKINGS, User
from bookings.models import Delivery, Kind, NoticeChoices, Reminder
from bookings.notices import OPTIONAL, Side, choices_of, mark_read, page_of, sentence

UNREAD = OpenApiParameter("unread", OpenApiTypes.BOOL, description="1: only those.")


class NoticeSerializer(serializers.ModelSerializer[Delivery]):
    text = serializers.SerializerMethodField(help_text="In a few words, in the reader's language.")
    at = serializers.DateTimeField(source="not_before")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = ("id", "kind", "text", "at", "read_at", "booking", "url")

    def get_text(self, notice: Delivery) -> str:
        return sentence(Kind(notice.kind), notice.booking, self.context["request"].user)

    def get_url(self, notice: Delivery) -> str:
        return settings.PUBLIC_URL + page_of(notice)


class ReadSerializer(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        default=None,
        allow_null=True,
        max_length=500,
        help_text="Which of them; else all.",
    )


class NoticeChoicesSerializer(serializers.Serializer[Any]):
    """`mail` says of each topic that one may do without whether it is mailed; what is left out
    stays as it is."""

    reminder = serializers.ChoiceField(Reminder.choices, required=False)
    digest = serializers.BooleanField(
        required=False, help_text="One mail a day about one's spaces, instead of one each time."
    )
    mail = serializers.DictField(child=serializers.BooleanField(), required=False)

    def validate_mail(self, said: dict[str, bool]) -> dict[str, bool]:
        if unknown := sorted(said.keys() - self.context["topics"]):
            raise serializers.ValidationError(f"Not one of the topics: {', '.join(unknown)}")
        return said


class Notices(generics.ListAPIView[Delivery]):
    """What one was told, the newest first."""

    serializer_class = NoticeSerializer
    filter_backends = ()
    queryset = Delivery.objects.none()  # for the schema; see get_queryset

    def get_queryset(self) -> QuerySet[Delivery]:
        assert isinstance(self.request.user, User)
        is_unread = self.request.query_params.get("unread") in ("1", "true")
        listed = Delivery.objects.unread_by if is_unread else Delivery.objects.noticed_by
        found = listed(self.request.user).select_related("booking__space", "booking__booker")
        return found.order_by("-pk")

    @extend_schema(parameters=[UNREAD])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)


class ReadNotices(APIView):
    @extend_schema(request=ReadSerializer, responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """These, or all, are read; `read` says how many were not before."""
        asked = ReadSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        assert isinstance(request.user, User)
        ids = asked.validated_data["ids"]
        return Response({"read": mark_read(request.user, now=timezone.now(), only=ids)})


class MyNoticeChoices(APIView):
    """What one wants to be mailed about. A receipt, a no or a change by the owner always is."""

    @extend_schema(responses=NoticeChoicesSerializer)
    def get(self, request: Request) -> Response:
        return Response(self._shown(self._mine()))

    @extend_schema(request=NoticeChoicesSerializer, responses=NoticeChoicesSerializer)
    def put(self, request: Request) -> Response:
        mine = self._mine()
        asked = NoticeChoicesSerializer(data=request.data, context={"topics": self._topics})
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        mail = said.get("mail", {})
        kept = [key for key in mine.unmailed if key not in mail]
        mine.unmailed = kept + sorted(key for key, is_mailed in mail.items() if not is_mailed)
        mine.reminder = said.get("reminder", mine.reminder)
        mine.is_digest = said.get("digest", mine.is_digest)
        mine.save()
        return Response(self._shown(mine))

    def _mine(self) -> NoticeChoices:
        assert isinstance(self.request.user, User)
        return choices_of([self.request.user])[self.request.user.pk]

    @property
    def _topics(self) -> set[str]:
        """Those of a booker, and of who runs spaces."""
        assert isinstance(self.request.user, User)
        runs = self.request.user.memberships.filter(role__in=RUNS_BOOKINGS).exists()
        sides = (Side.BOOKER, Side.OWNER) if runs else (Side.BOOKER,)
        return {topic.key for topic in OPTIONAL.values() if topic.side in sides}

    def _shown(self, mine: NoticeChoices) -> dict[str, Any]:
        return {
            "reminder": mine.reminder,
            "digest": mine.is_digest,
            "mail": {key: key not in mine.unmailed for key in sorted(self._topics)},
        }
