"""What a form was sent with."""

from django.http import HttpRequest, QueryDict


def sent(request: HttpRequest) -> QueryDict | None:
    """The data of a POST, also of an empty one; None when the form is only shown."""
    return request.POST if request.method == "POST" else None
