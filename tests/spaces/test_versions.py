"""What is worked out once for each version of a space."""

from typing import Any

import pytest

from spaces.listed import listed
from spaces.models import Space
from spaces.versions import once_a_version
from tests.factories import make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def name_and(asked: list[str]) -> Any:
    @once_a_version
    def name_and(space: Space, more: str = "") -> str:
        asked.append(space.name)
        return space.name + more

    return name_and


def test_of_a_kept_space_it_is_asked_once_for_each_argument(
    asked: list[str], name_and: Any
) -> None:
    space = make_space(name="Hall")
    told = [name_and(listed([space.pk])[space.pk], more) for more in ("!", "?", "!", "?")]
    assert told == ["Hall!", "Hall?", "Hall!", "Hall?"]
    assert asked == ["Hall", "Hall"]


def test_a_changed_row_is_another_version(asked: list[str], name_and: Any) -> None:
    space = make_space(name="Hall")
    assert name_and(listed([space.pk])[space.pk]) == "Hall"
    Space.objects.update(name="Theatre")
    assert name_and(listed([space.pk])[space.pk]) == "Theatre"


def test_of_a_space_read_for_an_operation_it_is_asked_anew(asked: list[str], name_and: Any) -> None:
    space = make_space(name="Hall")
    name_and(space)
    space.name = "Theatre"
    assert name_and(space) == "Theatre"
