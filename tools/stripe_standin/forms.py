"""Form-encoded nested parameters, as `a[b][0][c]=d`."""

import re
from urllib.parse import parse_qsl

from tools.stripe_standin.errors import Doc


def parse(raw: str) -> Doc:
    """Nested dicts of strings. Lists stay dicts keyed by index until a type asks for a list:
    `metadata[1]=x` looks the same on the wire."""
    found: Doc = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        head, _, tail = name.partition("[")
        path = [head, *re.findall(r"([^\[\]]*)\]", tail)] if tail else [head]
        at = found
        for step in path[:-1]:
            inner = at.setdefault(step or str(len(at)), {})
            if not isinstance(inner, dict):
                inner = at[step] = {}
            at = inner
        at[path[-1] or str(len(at))] = value
    return found


def as_list(value: Doc) -> list[object] | None:
    """The values in index order if every key is an index, else None."""
    if not all(key.isdigit() for key in value):
        return None
    return [value[key] for key in sorted(value, key=int)]
