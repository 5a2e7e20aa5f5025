"""What the stand-in answers when it says no, in the shape of Stripe's error bodies."""

from typing import Any

Doc = dict[str, Any]


class ApiError(Exception):
    """A refusal with Stripe's status, type, code and wording.

    `keeps` tells that the work done so far stands: a declined card leaves a failed charge
    behind, while a malformed request leaves nothing.
    """

    def __init__(
        self, status: int, kind: str, message: str, *, keeps: bool = False, **details: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps = keeps
        self.code: str | None = details.get("code")
        error = {"type": kind, "message": message}
        error |= {name: value for name, value in details.items() if value is not None}
        if self.code:
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        self.body: Doc = {"error": error}


def invalid(
    message: str, *, code: str | None = None, param: str | None = None, **details: Any
) -> ApiError:
    """The request makes no sense, or comes at the wrong time."""
    return ApiError(400, "invalid_request_error", message, code=code, param=param, **details)


def missing_param(name: str) -> ApiError:
    return invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)


def no_such(label: str, id_: str, *, param: str = "id") -> ApiError:
    message = f"No such {label}: '{id_}'"
    return ApiError(404, "invalid_request_error", message, code="resource_missing", param=param)


def unrecognised(method: str, path: str) -> ApiError:
    message = (
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs "
        "or we can help at https://support.stripe.com/."
    )
    return ApiError(404, "invalid_request_error", message)
