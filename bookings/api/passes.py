"""What one has of passes, for programs."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.request import Request

from accounts.models import Organisation
from bookings.models import Pass, PassStatus


class PassSerializer(serializers.ModelSerializer[Pass]):
    """`counts` says what `amount` and `left` are: days, minutes, or percent off. `type` is
    what `passes` of a booking names."""

    name = serializers.CharField(source="type.name")
    owner = serializers.SlugRelatedField[Organisation](
        source="type.owner", slug_field="slug", read_only=True
    )
    organisation = serializers.SlugRelatedField[Organisation](
        slug_field="slug", read_only=True, allow_null=True
    )
    left = serializers.SerializerMethodField()

    class Meta:
        model = Pass
        fields = (
            "id",
            "type",
            "name",
            "owner",
            "organisation",
            "counts",
            "amount",
            "left",
            "starts_at",
            "ends_at",
        )

    @extend_schema_field(serializers.IntegerField())
    def get_left(self, one: Pass) -> int:
        return max(one.left, 0) if one.is_counted else one.amount


class PassViewSet(viewsets.ReadOnlyModelViewSet[Pass]):
    """One's own passes that can be used, and those of one's organisations. What students have
    for free is here once some of it is used."""

    serializer_class = PassSerializer
    filter_backends = ()
    queryset = Pass.objects.none()  # for the schema; see get_queryset

    def get_queryset(self) -> QuerySet[Pass]:
        user = self.request.user
        if not user.is_authenticated:
            return Pass.objects.none()
        active = Pass.objects.visible_to(user).filter(status=PassStatus.ACTIVE)
        found = active.filter(ends_at__gt=self._now).with_left(self._now)
        return found.select_related("type__owner", "organisation").order_by("ends_at", "pk")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._now = timezone.now()
        super().initial(request, *args, **kwargs)
