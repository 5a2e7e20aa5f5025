"""Request parameters checked against the TypedDicts shipped inside the pinned `stripe` package.

The real service refuses what it does not know; a stand-in that lets a misspelt parameter pass
would hide the bug until the first real payment.
"""

import collections.abc
import functools
import importlib
import sys
import types
import typing
from decimal import Decimal
from typing import Any, Literal

import stripe
import typing_extensions
from stripe._request_options import RequestOptions
from stripe._stripe_object import UntypedStripeObject

from tools.stripe_standin.errors import ApiError, Doc, invalid, missing_param
from tools.stripe_standin.forms import as_list

CLIENT_OPTIONS = frozenset(RequestOptions.__annotations__) - {"expand"}


class NoParameterType(LookupError):
    """The pinned package has no type for this request."""


@functools.cache
def parameter_type(area: str, name: str) -> type:
    """`("", "RefundCreate")` or `("checkout", "SessionCreate")`: the package's own type."""
    module = importlib.import_module(".".join(filter(None, ["stripe.params", area])))
    found: type | None = getattr(module, f"{name}Params", None)
    if found is None:
        raise NoParameterType(f"{name}Params is not in stripe {stripe.VERSION}")
    return found


@functools.cache
def fields(spec: type) -> dict[str, Any]:
    module = vars(sys.modules[spec.__module__])
    # Only used for annotations of client options, which are dropped just below.
    blanks = {"StripeContext": object, "HTTPClient": object, "Mapping": collections.abc.Mapping}
    hints = typing_extensions.get_type_hints(spec, {**blanks, **module})
    if not issubclass_of_options(spec):
        return hints
    return {name: hint for name, hint in hints.items() if name not in CLIENT_OPTIONS}


def issubclass_of_options(spec: type) -> bool:
    """TypedDicts flatten their bases away, so look for the inherited keys instead."""
    return set(RequestOptions.__annotations__) <= set(spec.__annotations__)


def conform(spec: type, raw: Doc, *, path: str = "") -> Doc:
    """The parameters with their proper types, or the error Stripe would give."""
    known = fields(spec)
    unknown = [_join(path, name) for name in raw if name not in known]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        message = f"Received unknown parameter{plural}: {', '.join(unknown)}"
        raise invalid(message, code="parameter_unknown", param=unknown[0])
    required: frozenset[str] = getattr(spec, "__required_keys__", frozenset())
    for name in sorted(required & set(known)):
        if name not in raw:
            raise missing_param(_join(path, name))
    return {name: _read(known[name], value, _join(path, name)) for name, value in raw.items()}


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _options(hint: Any) -> list[Any]:
    """The plain types a union or a NotRequired stands for."""
    origin = typing.get_origin(hint)
    wrappers = (typing_extensions.NotRequired, typing_extensions.Required)
    if origin in (typing.Union, types.UnionType, *wrappers):
        return [option for part in typing.get_args(hint) for option in _options(part)]
    return [hint]


def _literals(options: list[Any]) -> list[str]:
    return [
        str(value)
        for option in options
        if typing.get_origin(option) is Literal
        for value in typing.get_args(option)
    ]


def _read(hint: Any, value: Any, path: str) -> Any:
    options = _options(hint)
    if isinstance(value, dict):
        return _read_hash(options, value, path)
    if isinstance(value, list):
        return _read_list(options, value, path)
    if isinstance(value, str):
        return _read_text(options, value, path)
    return value  # JSON (v2): numbers, booleans and nulls arrive as what they are


def _read_hash(options: list[Any], value: Doc, path: str) -> Any:
    numbered = as_list(value)
    if numbered and any(typing.get_origin(option) is list for option in options):
        return _read_list(options, numbered, path)
    if any(typing.get_origin(option) in (dict, UntypedStripeObject) for option in options):
        return {name: str(inner) for name, inner in value.items()}
    refusal: ApiError | None = None
    for option in options:
        if typing_extensions.is_typeddict(option):
            try:
                return conform(option, value, path=path)
            except ApiError as error:
                refusal = refusal or error
    raise refusal or invalid(f"Invalid string: {value}", param=path)


def _read_list(options: list[Any], value: list[Any], path: str) -> Any:
    for option in options:
        if typing.get_origin(option) is list:
            (inner,) = typing.get_args(option)
            return [_read(inner, item, f"{path}[{at}]") for at, item in enumerate(value)]
    raise invalid("Invalid object", param=path)


def _read_text(options: list[Any], value: str, path: str) -> Any:
    literals = _literals(options)
    if value in literals:
        return value
    if value == "":
        message = (
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{path}' cannot be unset. You should remove '{path}' "
            "from your request or supply a non-empty value."
        )
        raise invalid(message, code="parameter_invalid_empty", param=path)
    if bool in options and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if int in options:
        try:
            return int(value)
        except ValueError:
            message = f"Invalid integer: {value}"
            raise invalid(message, code="parameter_invalid_integer", param=path) from None
    if float in options or Decimal in options:
        return value
    named = [literal for literal in literals if literal]
    # `Literal[...] | str` leaves room for values of later API versions; ours is pinned, so only
    # a lone literal beside `str` ("an id, or 'default'") is taken as open.
    if len(named) > 1 or (named and str not in options):
        raise invalid(f"Invalid {path}: must be one of {_one_of(named)}", param=path)
    if str in options:
        return value
    if bool in options:
        raise invalid(f"Invalid boolean: {value}", param=path)
    wanted = "array" if any(typing.get_origin(option) is list for option in options) else "object"
    raise invalid(f"Invalid {wanted}", param=path)


def _one_of(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, or {names[-1]}"
