"""How the API describes itself, where drf-spectacular cannot read it off the code."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. A refusal may say more, by names of its own."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="To be read, in the language that was asked for.")
    code = serializers.CharField(help_text="What a program goes by: it does not change.")

    def get_fields(self) -> dict[str, Any]:
        errors = serializers.JSONField(required=False, help_text="Of a 400: what of what is wrong.")
        return {**super().get_fields(), "errors": errors}


class Described(AutoSchema):
    """Each operation says how it answers when it does not do what was asked; and what a
    serializer names in `left_out` is not in each of its answers."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        problem = self._get_response_for_code(  # type: ignore[no-untyped-call]
            ProblemSerializer, "default", ["application/problem+json"], direction
        )
        problem["description"] = (
            "400: malformed. 401: not signed in. 403: not yours to do. 404: not yours to see. "
            "409: the rules say no. 422: an Idempotency-Key of something else. 429: too often. "
            "503: too many at once, try again."
        )
        return {**super()._get_response_bodies(direction), "default": problem}

    def _map_serializer(
        self, serializer: Any, direction: Any, bypass_extensions: bool = False
    ) -> Any:
        schema = super()._map_serializer(  # type: ignore[no-untyped-call]
            serializer, direction, bypass_extensions
        )
        left_out = getattr(serializer, "left_out", ())
        if left_out:
            always = [name for name in schema["required"] if name not in left_out]
            schema = {**schema, "required": always}
        return schema
