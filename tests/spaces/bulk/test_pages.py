"""The pages of imports, exports and of editing many."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Group
from spaces.bulk import importing
from spaces.bulk.reading import MOST_BYTES
from spaces.models import AccessRule, Amenity, Import, Listing, Price, Space, SpaceAmenity
from spaces.periods import at_minute
from tests.cast import EVIL, Cast
from tests.factories import NOW, make_booking, make_place, make_space
from tests.spaces.bulk.files import csv_of, sent, worked_on

pytestmark = pytest.mark.django_db

FILE = csv_of(["slug", "capacity"], ["nidelva", 6])


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    place = make_place(cast.organisation, name="Elveporten")
    return make_space(place, slug="nidelva", name="Nidelva", capacity=4, price=10000)


def post_file(client: Client, content: bytes, name: str = "rom.csv") -> Any:
    return client.post(
        reverse("owner_import"), {"file": SimpleUploadedFile(name, content)}, follow=True
    )


def test_a_file_goes_from_the_form_to_the_database(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "manager")

    page = post_file(client, FILE)
    assert "Working out what it would change" in page.text
    assert 'http-equiv="refresh"' in page.text  # for those without script

    job = worked_on(Import.objects.get())
    page = client.get(reverse("import", args=[job.pk]), headers={"HX-Request": "true"})
    assert "1 row would change" in page.text
    assert "<html" not in page.text
    assert "hx-get" not in page.text  # nothing more to wait for

    page = client.post(reverse("confirm_import", args=[job.pk]), follow=True)
    assert "Writing the changes" in page.text

    worked_on(job)
    page = client.get(reverse("import", args=[job.pk]))
    assert "1 row is written." in page.text
    space.refresh_from_db()
    assert space.capacity == 6


def test_a_file_that_is_too_large_is_not_kept(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "owner")

    for content, sentence in (
        (b"", "The file is empty."),
        (b"x" * (MOST_BYTES + 1), "This file is too large."),
    ):
        answer = post_file(client, content)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert not Import.objects.exists()


def test_what_is_wrong_is_shown_at_its_row(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "owner")
    file = csv_of(["slug", "capacity", "area"], ["nidelva", EVIL, 1])

    job = sent(file, cast.owner, name=f"{EVIL}.csv")
    page = client.get(reverse("import", args=[job.pk]))

    assert "1 thing is wrong." in page.text
    assert "Write a number." in page.text
    assert "<img src=x" not in page.text


def test_many_rows_are_shown_in_part_until_all_are_asked_for(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "owner")
    rows = [[space.place.slug, f"Pult {n}"] for n in range(130)]
    job = sent(csv_of(["place", "name"], *rows), cast.owner)
    address = reverse("import", args=[job.pk])

    page = client.get(address)
    assert ("30 more" in page.text, "Pult 129" in page.text) == (True, False)
    assert "Pult 129" in client.get(address, {"all": ""}).text


def test_an_import_is_seen_by_who_sent_it_alone(client: Client, cast: Cast, space: Space) -> None:
    job = sent(FILE, cast.owner)
    cast.sign_in(client, "manager")

    assert client.get(reverse("import", args=[job.pk])).status_code == 404
    for name in ("confirm_import", "restart_import", "drop_import"):
        assert client.post(reverse(name, args=[job.pk])).status_code == 404


def test_an_import_is_forgotten_on_request(client: Client, cast: Cast, space: Space) -> None:
    job = sent(FILE, cast.owner)
    cast.sign_in(client, "owner")

    page = client.post(reverse("drop_import", args=[job.pk]), follow=True)

    assert "The import is forgotten." in page.text
    assert not Import.objects.exists()


def test_a_stopped_import_is_started_again(client: Client, cast: Cast, space: Space) -> None:
    job = importing.begin_import(content=FILE, name="a.csv", by=cast.owner, now=NOW)
    Import.objects.update(state=Import.State.FAILED, tries=3)
    cast.sign_in(client, "owner")
    assert "stopped three times" in client.get(reverse("import", args=[job.pk])).text

    client.post(reverse("restart_import", args=[job.pk]))

    assert worked_on(job).state == Import.State.CHECKED


def test_an_answer_that_comes_too_late_is_refused(client: Client, cast: Cast, space: Space) -> None:
    job = sent(csv_of(["slug", "capacity"], ["x", 1]), cast.owner)
    cast.sign_in(client, "owner")

    page = client.post(reverse("confirm_import", args=[job.pk]), follow=True)

    assert "has moved on since you saw it" in page.text


def test_exports_hold_what_the_person_keeps_and_nothing_else(
    client: Client, cast: Cast, space: Space
) -> None:
    theirs = make_space()
    cast.sign_in(client, "manager")
    address = reverse("owner_export")

    csv = client.get(address, {"sheet": "spaces"}).content.decode()
    book = load_workbook(io.BytesIO(client.get(address).content))
    empty = load_workbook(io.BytesIO(client.get(address, {"empty": ""}).content))

    assert ("nidelva" in csv, theirs.slug in csv) == (True, False)
    assert [sheet.title for sheet in book] == [
        *("places", "spaces", "units", "hours", "prices", "columns")
    ]
    assert [empty[name].max_row for name in ("places", "spaces", "prices")] == [1, 1, 1]
    assert client.get(address, {"sheet": "secrets"}).status_code == 404


def test_the_page_costs_the_same_for_one_import_and_three(
    client: Client, cast: Cast, space: Space, django_assert_num_queries: Any
) -> None:
    cast.sign_in(client, "owner")
    address = reverse("owner_import")
    sent(FILE, cast.owner)
    client.get(address)
    with django_assert_num_queries(9) as asked:
        client.get(address)
    sent(FILE, cast.owner)
    sent(FILE, cast.owner)
    with django_assert_num_queries(len(asked)):
        client.get(address)


# --- Many spaces ----------------------------------------------------------------------


def test_many_spaces_are_changed_after_a_summary(client: Client, cast: Cast, space: Space) -> None:
    other = make_space(space.place, name="Gaula", price=None)
    Price.objects.create(space=other, audience="student", amount=5000)
    cast.sign_in(client, "manager")
    wish = {
        "space": [space.slug, other.slug],
        "listing": "paused",
        "is_instant": "no",
        "lead_time": "120",
        "on_holidays": "open",
        "amount": "250.50",
    }

    page = client.post(reverse("owner_spaces_edit"), wish)
    assert "2 spaces would change" in page.text
    space.refresh_from_db()
    assert space.listing == Listing.PUBLISHED

    page = client.post(
        reverse("owner_spaces_edit"), {**wish, "shown": page.context["shown"]}, follow=True
    )

    assert "2 spaces are changed." in page.text
    for one in (space, other):
        one.refresh_from_db()
        assert (one.listing, one.is_instant, one.lead_time) == ("paused", False, 120)
        assert one.on_holidays == "open"
        assert one.prices.get(audience="everyone").amount == 25050
    assert other.prices.get(audience="student").amount == 5000


def test_a_summary_that_no_longer_holds_is_shown_anew(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "owner")
    wish = {"space": [space.slug], "lead_time": "120"}
    page = client.post(reverse("owner_spaces_edit"), wish)
    Space.objects.update(lead_time=60)

    page = client.post(
        reverse("owner_spaces_edit"), {**wish, "shown": page.context["shown"]}, follow=True
    )

    assert "Something else was changed meanwhile." in page.text
    space.refresh_from_db()
    assert space.lead_time == 60


def test_a_space_that_cannot_be_published_is_left_out(
    client: Client, cast: Cast, space: Space
) -> None:
    draft = make_space(space.place, listing=Listing.DRAFT, summary={}, price=None)
    cast.sign_in(client, "owner")

    page = client.post(
        reverse("owner_spaces_edit"), {"space": [draft.slug, space.slug], "listing": "published"}
    )

    assert "1 space is left out:" in page.text
    assert "A sentence about it" in page.text
    assert "1 space is so already." in page.text
    assert page.context["changed"] == []


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"lead_time": "60"}, "Choose a space."),
        ({"space": ["nidelva"]}, "Choose something to change."),
        ({"space": ["nidelva"], "horizon_days": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_wish_that_says_too_little_is_asked_again(
    client: Client, cast: Cast, space: Space, wish: dict[str, Any], sentence: str
) -> None:
    cast.sign_in(client, "owner")

    answer = client.post(reverse("owner_spaces_edit"), wish)

    assert answer.status_code == 422
    assert sentence in answer.text


def test_spaces_of_others_cannot_be_chosen(client: Client, cast: Cast, space: Space) -> None:
    theirs = make_space(lead_time=0)
    cast.sign_in(client, "owner")

    answer = client.post(
        reverse("owner_spaces_edit"), {"space": [theirs.slug], "lead_time": "60", "shown": "x"}
    )

    theirs.refresh_from_db()
    assert (answer.status_code, theirs.lead_time) == (422, 0)


def test_the_address_ticks_spaces(client: Client, cast: Cast, space: Space) -> None:
    make_space(make_place(cast.organisation))
    cast.sign_in(client, "owner")
    address = reverse("owner_spaces_edit")

    assert client.get(address).text.count(" checked") == 0
    assert client.get(address, {"all": ""}).text.count(" checked") == 2
    assert client.get(address, {"place": space.place.slug}).text.count(" checked") == 1
    assert client.get(address, {"space": space.slug}).text.count(" checked") == 1


def edit(client: Client, spaces: list[Space], **wish: Any) -> Any:
    """Ask for it, and say yes to what is shown."""
    told = {"space": [one.slug for one in spaces], **wish}
    page: Any = client.post(reverse("owner_spaces_edit"), told)
    assert page.status_code == 200, page.context["form"].errors
    return client.post(
        reverse("owner_spaces_edit"), {**told, "shown": page.context["shown"]}, follow=True
    )


def test_lengths_steps_gaps_and_check_in_are_set_for_many(
    client: Client, cast: Cast, space: Space
) -> None:
    other = make_space(space.place, release_after=15)
    cast.sign_in(client, "manager")

    edit(
        client,
        [space, other],
        step="60",
        min_length="120",
        max_length="480",
        buffer_before="15",
        release_after="none",
    )

    for one in (space, other):
        one.refresh_from_db()
        assert (one.step, one.min_length, one.max_length) == (60, 120, 480)
        assert (one.buffer_before, one.release_after) == (15, None)
    edit(client, [space], release_after="20")
    space.refresh_from_db()
    assert space.release_after == 20


def test_lengths_that_leave_no_booking_possible_are_left_out(
    client: Client, cast: Cast, space: Space
) -> None:
    short = make_space(space.place, name="Kort", max_length=60)
    cast.sign_in(client, "manager")

    page = client.post(
        reverse("owner_spaces_edit"), {"space": [space.slug, short.slug], "min_length": "120"}
    )

    assert [edit.space for edit in page.context["left_out"]] == [short]
    assert [one for one, _changes in page.context["changed"]] == [space]


def test_amenities_are_added_and_taken_away_for_many(
    client: Client, cast: Cast, space: Space
) -> None:
    for code in ("x-screen", "x-board", "x-hood"):
        Amenity.objects.create(code=code, name={"nb": code})
    SpaceAmenity.objects.create(space=space, amenity_id="x-screen", count=3)
    SpaceAmenity.objects.create(space=space, amenity_id="x-hood")
    other = make_space(space.place)
    cast.sign_in(client, "manager")

    edit(client, [space, other], has=["x-screen", "x-board"], has_not=["x-hood"])

    assert kit_of(space) == {"x-screen": 3, "x-board": 1}
    assert kit_of(other) == {"x-screen": 1, "x-board": 1}
    answer = client.post(
        reverse("owner_spaces_edit"),
        {"space": [space.slug], "has": ["x-hood"], "has_not": ["x-hood"]},
    )
    assert answer.status_code == 422


def kit_of(space: Space) -> dict[str, int]:
    return dict(space.space_amenities.values_list("amenity", "count"))


def test_house_rules_are_written_for_many_in_the_languages_that_are_filled_in(
    client: Client, cast: Cast, space: Space
) -> None:
    space.house_rules = {"nb": "Gammelt", "en": "Old"}
    space.save()
    cast.sign_in(client, "manager")

    edit(client, [space], house_rules_nb="Rydd etter deg")

    space.refresh_from_db()
    assert space.house_rules == {"nb": "Rydd etter deg", "en": "Old"}


def test_who_may_book_is_set_for_many(client: Client, cast: Cast, space: Space) -> None:
    other = make_space(space.place)
    group = Group.objects.create(organisation=cast.organisation, name="Kor")
    AccessRule.objects.create(space=other, affiliation="student")
    cast.sign_in(client, "manager")

    def whom() -> list[list[str]]:
        return [[str(rule) for rule in one.access_rules.all()] for one in (space, other)]

    edit(client, [space, other], access=f"group:{group.pk}")
    assert whom() == [[f"Kor ({cast.organisation})"]] * 2
    edit(client, [space, other], access="own")
    assert [rule.organisation for rule in AccessRule.objects.all()] == [cast.organisation] * 2
    edit(client, [space, other], access="kind:student")
    assert AccessRule.objects.filter(affiliation="student", organisation=None).count() == 2
    edit(client, [space, other], access="everyone")
    assert whom() == [[], []]
    theirs = Group.objects.create(organisation=cast.foreign.memberships.get().organisation)
    answer = client.post(
        reverse("owner_spaces_edit"), {"space": [space.slug], "access": f"group:{theirs.pk}"}
    )
    assert answer.status_code == 422


def test_shorter_hours_on_holidays_need_their_hours(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "manager")
    wish = {"space": [space.slug], "on_holidays": "short"}
    assert client.post(reverse("owner_spaces_edit"), wish).status_code == 422

    edit(client, [space], on_holidays="short", short="10–14")

    space.refresh_from_db()
    assert (space.on_holidays, space.holiday_opens, space.holiday_closes) == ("short", 600, 840)


def test_bookings_in_the_way_of_holidays_are_asked_about_and_answered(
    client: Client, cast: Cast, space: Space
) -> None:
    day = next(day for day in holiday_days() if day > timezone.localdate() + timedelta(days=1))
    space.on_holidays = "open"
    space.save()
    booking = make_booking(space, at_minute(day, 12 * 60, space.place.zone))
    cast.sign_in(client, "manager")

    asked = edit(client, [space], on_holidays="closed")
    assert asked.status_code == 422
    assert f"answer-{booking.pk}" in asked.text
    again = dict(asked.context["again"])
    answer = client.post(
        reverse("owner_spaces_edit"), {**again, f"answer-{booking.pk}": "cancel"}, follow=True
    )

    assert "1 space is changed." in answer.text
    booking.refresh_from_db()
    space.refresh_from_db()
    assert (booking.status, space.on_holidays) == ("cancelled", "closed")


def holiday_days() -> list[date]:
    today = timezone.localdate()
    return sorted(
        date(today.year + years, month, dom)
        for years in (0, 1)
        for month, dom in ((1, 1), (5, 1), (5, 17), (12, 25))
    )
