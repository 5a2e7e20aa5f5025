"""What follows from the rows of a space alone, worked out once for each of its versions."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from spaces.models import Space

P = ParamSpec("P")
R = TypeVar("R")


def once_a_version(
    work_out: Callable[Concatenate[Space, P], R],
) -> Callable[Concatenate[Space, P], R]:
    """Keep what a function says of a space that `spaces.listed` keeps, by the stamp that says
    which of its rows were read, and by the other arguments, which are all it rests on besides.
    Of any other space it is worked out anew. What it says is to be shown, never changed."""

    @lru_cache(maxsize=8192)
    def kept(space: Space, _stamp: str, *args: Any, **kwargs: Any) -> R:
        return work_out(space, *args, **kwargs)

    @wraps(work_out)
    def ask(space: Space, *args: Any, **kwargs: Any) -> R:
        if not space.stamp:
            return work_out(space, *args, **kwargs)
        return kept(space, space.stamp, *args, **kwargs)

    return cast(Callable[Concatenate[Space, P], R], ask)
