"""What the rows of each sheet do, from file to database."""

from datetime import date
from typing import Any

import pytest

from accounts.models import Role, User
from spaces.bulk import exporting
from spaces.bulk.running import BY_TITLE, SHEETS
from spaces.models import Amenity, Import, Kind, OpeningHours, Place, Price, Season, Space, Unit
from tests.factories import make_member, make_organisation, make_place, make_space
from tests.spaces.bulk.files import csv_of, rows, said, sent, sentences, workbook_of, written

pytestmark = pytest.mark.django_db

State = Import.State


@pytest.fixture
def owner() -> User:
    return make_member(make_organisation(slug="ours"), Role.OWNER, None)


@pytest.fixture
def place(owner: User) -> Place:
    return make_place(owner.organisations.get(), slug="elveporten", name="Elveporten")


@pytest.fixture(autouse=True)
def english(owner: User) -> None:
    owner.language = "en"
    owner.save()


PLACE = {
    "slug": "kaia",
    "name": "Kaia",
    "address": "Havnegata 7",
    "postcode": 7010,
    "city": "Trondheim",
    "latitude": "63,4389",
    "longitude": "10.3953",
}
SPACE = {"slug": "nidelva", "place": "elveporten", "kind": "meeting_room", "name": "Nidelva"}
SPACE |= {"capacity": "8"}


def one(**cells: Any) -> bytes:
    return csv_of(list(cells), list(cells.values()))


def test_a_place_is_added(owner: User) -> None:
    job = written(one(**PLACE, arrival_nb="Inn fra kaia", has_lift="ja"), owner)

    place = Place.objects.get(slug="kaia")
    assert job.state == State.DONE
    assert (place.organisation.slug, place.postcode, place.latitude) == ("ours", "7010", 63.4389)
    assert place.arrival == {"nb": "Inn fra kaia"}
    assert place.has_lift


def test_a_file_without_slugs_makes_them_of_the_names_and_finds_them_again(owner: User) -> None:
    cells = {name: cell for name, cell in PLACE.items() if name != "slug"}
    written(one(slug="", **{**cells, "name": "Møteplassen"}), owner)

    again = sent(one(slug="", **{**cells, "name": "Møteplassen"}), owner)

    assert Place.objects.get().slug == "moteplassen"
    assert (again.state, rows(again)) == (State.DONE, [])


def test_what_a_new_place_needs_is_asked_for(owner: User) -> None:
    job = sent(one(slug="kaia", name="Kaia"), owner, "places.csv")

    [sheet] = said(job)["sheets"]
    assert job.state == State.REFUSED
    assert {error["column"] for error in sheet["errors"]} == {
        *("address", "postcode", "city", "latitude", "longitude")
    }


def test_a_person_of_two_organisations_says_whose_a_new_place_is(owner: User) -> None:
    make_member(make_organisation(slug="second"), Role.MANAGER, owner)

    refused = sent(one(**PLACE), owner)
    written(one(**PLACE, organisation="second"), owner)

    assert sentences(refused) == ["Fill this in."]
    assert Place.objects.get().organisation.slug == "second"


def test_a_space_is_added_as_a_draft_with_a_unit_of_its_own(owner: User, place: Place) -> None:
    written(one(**SPACE), owner)

    space = Space.objects.get()
    assert (space.listing, space.capacity, space.place) == ("draft", 8, place)
    assert [unit.name for unit in space.units.all()] == ["Nidelva"]


def test_a_new_space_does_not_take_the_unit_of_its_namesake(owner: User, place: Place) -> None:
    written(one(**SPACE), owner)
    written(one(**{**SPACE, "slug": "nidelva-2"}), owner)

    units = [space.units.get() for space in Space.objects.all()]
    assert units[0] != units[1]


def test_spaces_that_name_the_same_unit_share_it(owner: User, place: Place) -> None:
    columns = [*SPACE, "units"]
    file = csv_of(
        columns,
        ["hall-a", "elveporten", "event_hall", "Hall A", 40, "Hall A"],
        ["hall", "elveporten", "event_hall", "Hall A+B", 80, "Hall A; Hall B"],
    )

    written(file, owner)

    small, large = Space.objects.order_by("capacity")
    assert [unit.name for unit in large.units.all()] == ["Hall A", "Hall B"]
    assert small.units.get() in large.units.all()
    assert Unit.objects.count() == 2


def test_units_that_are_left_out_are_not_part_of_the_space_any_more(
    owner: User, place: Place
) -> None:
    space = make_space(place, units=3)
    kept = space.units.first()

    written(one(slug=space.slug, units=f"{kept.name}; Ny pult"), owner)

    assert {unit.name for unit in space.units.all()} == {kept.name, "Ny pult"}
    assert Unit.objects.filter(place=place).count() == 4


def test_amenities_are_counted(owner: User, place: Place) -> None:
    Amenity.objects.create(code="screen", name={"nb": "Skjerm"})
    Amenity.objects.create(code="whiteboard", name={"nb": "Tavle"})
    space = make_space(place)

    written(one(slug=space.slug, amenities="skjerm; whiteboard x2"), owner)
    written(one(slug=space.slug, amenities="whiteboard x3"), owner)

    assert [(has.amenity_id, has.count) for has in space.space_amenities.all()] == [
        ("whiteboard", 3)
    ]


def test_only_columns_that_are_there_change_anything(owner: User, place: Place) -> None:
    space = make_space(place, summary={"nb": "Fin"}, capacity=4, area=20)

    job = written(one(slug=space.slug, capacity=6, name="", area=""), owner)

    space.refresh_from_db()
    assert (space.capacity, space.area, space.summary) == (6, None, {"nb": "Fin"})
    assert rows(job)[0]["changes"] == [["capacity", "4", "6"], ["area", "20", ""]]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"capacity": "many"}, "Write a number."),
        ({"capacity": "2,5"}, "Write a whole number."),
        ({"capacity": 0}, "Write a number from 1 to 100000."),
        ({"is_step_free": "perhaps"}, "Write yes or no."),
        ({"kind": "castle"}, f"Write one of these: {', '.join(Kind.values)}."),
        ({"amenities": "moat"}, "“moat” is not known. Known are: ."),
        ({"min_length": 60, "max_length": 30},
            "The longest booking is shorter than the shortest."),
        ({"on_holidays": "short"}, "Fill this in, since holidays are short."),
        ({"holiday_hours": "10-14"}, "Only for holidays that are short."),
        ({"listing": "archived"}, "This column is only for reading. Change it on its page."),
        ({"name": "x" * 121}, "At most 120 characters."),
        ({"place": "kaia"}, "There is no “kaia” among yours."),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_refused(
    owner: User, place: Place, cells: dict[str, Any], sentence: str
) -> None:
    space = make_space(place)

    job = sent(one(slug=space.slug, **cells), owner, "spaces.csv")

    assert (job.state, sentences(job)) == (State.REFUSED, [sentence])


def test_a_space_stays_at_its_place(owner: User, place: Place) -> None:
    space = make_space(place)
    make_place(place.organisation, slug="kaia")

    job = sent(one(slug=space.slug, place="kaia"), owner)

    assert sentences(job) == ["A space cannot be moved to another place."]


def test_a_unit_is_renamed_and_a_new_one_added(owner: User, place: Place) -> None:
    unit = Unit.objects.create(place=place, name="Pult 1")
    file = csv_of(
        ["place", "name", "new_name"],
        [place.slug, "Pult 1", "Vinduspult"],
        [place.slug, "Pult 2", ""],
    )

    written(file, owner)

    unit.refresh_from_db()
    assert unit.name == "Vinduspult"
    assert Unit.objects.count() == 2


def test_two_units_of_one_name_must_be_told_apart_first(owner: User, place: Place) -> None:
    Unit.objects.bulk_create([Unit(place=place, name="Pult"), Unit(place=place, name="Pult")])

    job = sent(csv_of(["place", "name", "new_name"], [place.slug, "Pult", "Benk"]), owner)

    assert sentences(job) == [
        "Several units there are called “Pult”. Give each a name of its own first."
    ]


def test_the_week_of_a_place_and_of_a_space_are_set(owner: User, place: Place) -> None:
    space = make_space(place, hours=(480, 960))
    file = csv_of(
        ["place", "space", "monday", "friday", "sunday"],
        [place.slug, "", "08:00-16:00", "8-16; 18.00–02.00", ""],
        ["", space.slug, "00:00-24:00", "", ""],
    )

    job = written(file, owner)

    hours = OpeningHours.objects.filter(place=place)
    assert [(rule.weekday, rule.opens, rule.closes) for rule in hours] == [
        *((1, 480, 960), (5, 480, 960), (5, 1080, 1560))
    ]
    ours = space.opening_hours.filter(weekday__in=[1, 5, 7])
    assert [(rule.weekday, rule.opens, rule.closes) for rule in ours] == [(1, 0, 1440)]
    assert space.opening_hours.count() == 5  # days without a column stand
    assert rows(job)[1]["changes"][0] == ["monday", "08:00-16:00", "00:00-24:00"]


def test_a_season_has_a_week_of_its_own(owner: User, place: Place) -> None:
    season = Season.objects.create(
        place=place, name="Sommer", first_month=6, first_day=1, last_month=8, last_day=31
    )

    written(one(place=place.slug, season="Sommer", monday="10-14"), owner)
    job = sent(one(place=place.slug, season="Vinter", monday="10-14"), owner)

    assert season.opening_hours.get().opens == 600
    assert sentences(job) == ["It has no season called “Vinter”."]


@pytest.mark.parametrize("cell", ["8-16; 15-18", "25-26", "8:75-9", "early", "8"])
def test_times_that_are_none_are_refused(owner: User, place: Place, cell: str) -> None:
    job = sent(one(place=place.slug, monday=cell), owner)

    assert job.state == State.REFUSED


def test_prices_are_added_changed_and_removed(owner: User, place: Place) -> None:
    space = make_space(place, price=10000)
    Price.objects.create(space=space, audience="student", amount=5000)
    file = csv_of(
        ["space", "audience", "per", "amount", "remove"],
        [space.slug, "", "", "1 080,50", ""],
        [space.slug, "student", "hour", "", "yes"],
        [space.slug, "everyone", "day", "2000 kr", ""],
    )

    job = written(file, owner)

    assert [row["kind"] for row in rows(job)] == ["changed", "removed", "new"]
    prices = space.prices.order_by("per")
    assert [(one.per, one.amount) for one in prices] == [("day", 200000), ("hour", 108050)]


def test_special_prices_are_told_apart_by_all_but_their_amount(owner: User, place: Place) -> None:
    space = make_space(place, price=10000)
    partner = make_organisation(slug="nabo")
    columns = ["space", "audience", "organisation", "amount", "weekdays", "hours", "valid_from"]
    file = csv_of(
        columns,
        [space.slug, "", "", "150", "saturday; sunday", "", ""],
        [space.slug, "", "", "160", "", "16-22", "2027-01-01"],
        [space.slug, "organisation", "nabo", "0", "", "", ""],
    )

    first = written(file, owner)
    again = written(file.replace(b";150;", b";170;"), owner)

    assert [row["kind"] for row in rows(first)] == ["new", "new", "new"]
    assert [row["kind"] for row in rows(again)] == ["changed"]
    weekend, evening = space.prices.exclude(weekdays=[]).get(), space.prices.get(opens=960)
    assert (weekend.amount, weekend.weekdays) == (17000, [6, 7])
    assert (evening.closes, evening.valid_from) == (1320, date(2027, 1, 1))
    assert space.prices.get(organisation=partner).amount == 0


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"audience": "organisation"}, "The audience organisation has one; others have none."),
        (
            {"audience": "organisation", "organisation": "nobody"},
            "There is no “nobody” among yours.",
        ),
        ({"weekdays": "funday"}, "Write weekdays as monday; friday."),
        ({"valid_from": "soon"}, "Write the day as 2027-01-31."),
        (
            {"valid_from": "2027-02-01", "valid_until": "2027-01-01"},
            "The last day is before the first.",
        ),
        (
            {"per": "day", "hours": "10-12"},
            "Only a price per hour can be for some days or times of day.",
        ),
    ],
)
def test_a_price_that_says_too_much_or_too_little_is_refused(
    owner: User, place: Place, cells: dict[str, str], sentence: str
) -> None:
    space = make_space(place)

    assert sentences(sent(one(space=space.slug, amount=1, **cells), owner)) == [sentence]


def test_two_rows_about_the_same_are_refused(owner: User, place: Place) -> None:
    space = make_space(place)
    file = csv_of(["space", "audience", "amount"], [space.slug, "", 1], [space.slug, "everyone", 2])

    job = sent(file, owner)

    assert sentences(job) == ["Row 2 is about the same."]


def test_a_whole_building_comes_in_one_workbook(owner: User) -> None:
    file = workbook_of(
        prices=[["space", "amount"], ["nidelva", 320.5]],
        hours=[["place", "monday"], ["kaia", "08:00-16:00"]],
        spaces=[[*SPACE], [*{**SPACE, "place": "kaia"}.values()]],
        places=[[*PLACE], [*PLACE.values()]],
    )

    job = written(file, owner)

    assert [sheet["title"] for sheet in said(job)["sheets"]] == [
        *("places", "spaces", "hours", "prices")
    ]
    assert Space.objects.get().prices.get().amount == 32050
    assert Space.objects.get().place.opening_hours.count() == 1


def test_columns_that_fit_two_sheets_are_told_apart_by_the_files_name(
    owner: User, place: Place
) -> None:
    file = one(slug=make_space(place).slug, name="Gaula")

    assert sentences(sent(file, owner)) == [
        "These columns could be places or spaces. Name the file after one of them."
    ]
    assert len(rows(sent(file, owner, "Ledig-Spaces (2).csv"))) == 1


# --- Whose it is ----------------------------------------------------------------------


def test_another_organisations_rows_are_not_found(owner: User, place: Place) -> None:
    theirs = make_space(make_place(slug="fjord"), units=1)

    files = {
        "places": one(slug="fjord", city="Mine now"),
        "spaces": one(slug=theirs.slug, capacity=1),
        "units": csv_of(["place", "name", "new_name"], ["fjord", theirs.units.get().name, "x"]),
        "hours": one(place="fjord", monday="8-9"),
        "space hours": one(space=theirs.slug, monday="8-9"),
        "prices": one(space=theirs.slug, amount=0),
        "new space": one(**{**SPACE, "place": "fjord"}),
        "new place": one(**PLACE, organisation=theirs.organisation.slug),
    }
    jobs = {name: sent(file, owner) for name, file in files.items()}

    assert {job.state for job in jobs.values()} == {State.REFUSED}
    assert all("among yours" in sentences(job)[0] for job in jobs.values()), [
        sentences(job) for job in jobs.values()
    ]


@pytest.mark.parametrize("role", [Role.HOST, Role.FINANCE])
def test_who_does_not_run_spaces_finds_none(place: Place, role: Role) -> None:
    member = make_member(place.organisation, role)
    space = make_space(place)

    job = sent(one(slug=space.slug, capacity=2), member)

    assert job.state == State.REFUSED
    assert space.slug not in exporting.csv_file(BY_TITLE["spaces"], by=member).decode()


# --- Out and in again -----------------------------------------------------------------


def furnished(place: Place) -> None:
    """Spaces with everything a sheet can say of them, and names that look like formulas."""
    Amenity.objects.create(code="screen", name={"nb": "Skjerm"})
    evil = {"nb": '=HYPERLINK("http://evil")', "en": "'+1", "nn": "@SUM(1)\n-2"}
    space = make_space(
        place,
        units=12,
        allocation="any",
        hours=(1080, 1560),
        price=9950,
        name="=1+1",
        summary=evil,
        area=30,
        on_holidays="short",
        holiday_opens=600,
        holiday_closes=840,
    )
    space.space_amenities.create(amenity_id="screen", count=2)
    make_space(place, units=list(space.units.all()[:2]), hours=(0, 1440), price=None)
    season = Season.objects.create(
        space=space, name="Jul", first_month=12, first_day=1, last_month=1, last_day=6
    )
    season.opening_hours.create(space=space, weekday=1, opens=480, closes=960)
    OpeningHours.objects.create(place=place, weekday=7, opens=600, closes=2040)
    Price.objects.create(space=space, audience="student", amount=0, per="day")
    place.latitude, place.longitude, place.arrival = -33.868, -151.2, evil
    place.save()


@pytest.mark.parametrize("title", BY_TITLE)
def test_a_csv_file_that_is_sent_back_changes_nothing(
    owner: User, place: Place, title: str
) -> None:
    furnished(place)

    job = sent(exporting.csv_file(BY_TITLE[title], by=owner), owner)

    assert (sentences(job), rows(job), job.state) == ([], [], State.DONE)
    assert said(job)["sheets"][0]["same"] > 0


def test_a_workbook_that_is_sent_back_changes_nothing(owner: User, place: Place) -> None:
    furnished(place)

    job = sent(exporting.workbook(by=owner), owner)

    assert (sentences(job), rows(job), job.state) == ([], [], State.DONE)
    assert len(said(job)["sheets"]) == len(SHEETS)
