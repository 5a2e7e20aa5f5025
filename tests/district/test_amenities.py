"""What a space may have: the words a district begins with, and the operators' page for more."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from spaces.models import Amenity
from tests.cast import Cast
from tests.factories import make_place, make_space

pytestmark = pytest.mark.django_db

ADD = "operator:spaces_amenity_add"


@pytest.fixture
def cast(client: Client) -> Cast:
    cast = Cast()
    cast.sign_in(client, "operator")
    return cast


def migrate() -> None:
    (step,) = (
        one
        for one in import_module("spaces.migrations.0017_amenities").Migration.operations
        if hasattr(one, "code")
    )
    step.code(apps, None)


def test_without_the_demo_an_owner_says_what_is_there(client: Client) -> None:
    migrate()
    cast = Cast()
    space = make_space(make_place(cast.organisation))
    cast.sign_in(client, "owner")
    page = reverse("space_edit", args=[space.slug])

    shown = client.get(page)
    client.post(
        page,
        {
            "name": "Kanalen",
            "kind": "meeting_room",
            "capacity": "8",
            "summary_nb": "Et møterom",
            "amenity-whiteboard": "2",
            "amenity-hearing-loop": "1",
        },
    )

    assert "Hearing loop" in shown.content.decode()
    has = dict(space.space_amenities.values_list("amenity", "count"))
    assert has == {"whiteboard": 2, "hearing-loop": 1}


def test_what_operators_have_changed_stays_changed(cast: Cast) -> None:
    migrate()
    Amenity.objects.filter(code="coffee").update(name={"nb": "Kaffemaskin"})

    migrate()

    assert Amenity.objects.get(code="coffee").name == {"nb": "Kaffemaskin"}


def test_an_operator_adds_one_and_that_is_written_down(client: Client, cast: Cast) -> None:
    names = {"name_nb": "Badstue", "name_nn": "Badstove", "name_en": "Sauna"}

    answer = client.post(reverse(ADD), {**names, "icon": "thermometer"})

    assert answer.status_code == 302
    sauna = Amenity.objects.get()
    assert (sauna.code, sauna.name["nn"]) == ("sauna", "Badstove")
    assert LogEntry.objects.get().object_id == "sauna"


def test_a_name_is_changed_and_its_code_stays(client: Client, cast: Cast) -> None:
    Amenity.objects.create(code="sauna", name={"nb": "Sauna"}, icon="check")
    page = reverse("operator:spaces_amenity_change", args=["sauna"])

    answer = client.post(page, {"name_nb": "Badstue", "icon": "thermometer", "code": "other"})

    assert answer.status_code == 302
    assert Amenity.objects.get().code == "sauna"
    assert Amenity.objects.get().name == {"nb": "Badstue"}
    assert '"name": [{"nb": "Sauna"}, {"nb": "Badstue"}]' in LogEntry.objects.get().change_message


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"name_nb": "Badstue", "icon": "no-such-icon"}, "There is no such icon."),
        ({"name_nb": "", "name_en": "Steam", "icon": "check"}, "Enter a complete value."),
        ({"name_nb": "Sauna", "icon": "check"}, "There is one of that name already."),
    ],
)
def test_what_cannot_be_used_is_refused(
    client: Client, cast: Cast, sent: dict[str, str], says: str
) -> None:
    Amenity.objects.create(code="sauna", name={"nb": "Sauna"})

    page = client.post(reverse(ADD), sent)

    assert says in page.content.decode()
    assert Amenity.objects.count() == 1


def test_none_is_removed_under_the_spaces_that_have_it(client: Client, cast: Cast) -> None:
    Amenity.objects.create(code="sauna", name={"nb": "Sauna"})

    answer = client.post(reverse("operator:spaces_amenity_delete", args=["sauna"]), {"post": "yes"})

    assert answer.status_code == 403
    assert Amenity.objects.exists()
