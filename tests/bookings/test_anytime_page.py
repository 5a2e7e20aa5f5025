"""`/anytime/`: the page of free times, and the form that asks for them."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from bookings.forms import AnyTimeForm
from spaces.models import Amenity, Kind
from spaces.periods import minutes_in
from tests.bookings.test_slots import at
from tests.factories import NOW, make_booking, make_organisation, make_place, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]


def page(query: str = "", **how: Any) -> str:
    answer = Client().get(f"/anytime/?{query}", **how)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_lists_the_free_times_of_each_space() -> None:
    room = make_space(name="Nidelva", slug="nidelva", price=20000)
    make_booking(room, start=at(8), end=at(11))
    html = page("minutes=120&date=2026-11-24&last=2026-11-24&from=08:00&to=16:00")
    assert "Free times in 1 space" in html
    assert 'href="/spaces/nidelva/?date=2026-11-24&amp;from=11%3A00&amp;to=13%3A00"' in html


def test_what_comes_close_says_what_is_otherwise() -> None:
    make_space(name="Fjord", capacity=7)
    html = page("people=8&date=2026-11-24&last=2026-11-24")
    assert "No time fits all of this" in html
    assert "Holds 7 people" in html


def test_a_part_is_answered_to_script_with_the_address_of_the_search() -> None:
    make_space()
    answer = Client().get("/anytime/?minutes=60&on=2&people=3", headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"].startswith("/anytime/?minutes=60&date=2026-11-23")
    assert "on=2&people=3" in answer["HX-Push-Url"]
    assert b"<html" not in answer.content


def test_nothing_in_an_address_can_fail() -> None:
    make_space()
    for query in (
        "minutes=0&date=x&last=y&from=99&to=-1&on=9&people=0&sort=z&page=-1&near=1,1,1&bbox=q",
        "date=2026-11-30&last=2026-11-01&from=22:00&to=02:00",
        "minutes=40000&date=2099-01-01",
        "date=2020-01-01&last=2020-01-02",
    ):
        page(query)


def test_the_form_reads_what_the_search_writes() -> None:
    asked = QueryDict(
        "minutes=90&date=2026-11-24&last=2026-11-26&from=22:00&to=02:00&on=2&on=4&kind=lab"
        "&step_free=on&max_price=500&near=63.42,10.39&sort=start&page=2"
    )
    wanted = AnyTimeForm(asked, now=NOW).anytime
    assert (wanted.length, wanted.start, wanted.end) == (90, 22 * 60, 26 * 60)
    assert wanted.weekdays == (2, 4)
    again = AnyTimeForm(QueryDict(wanted.query(page=2)), now=NOW).anytime
    assert again == wanted


def test_the_page_asks_the_database_as_often_for_thirty_spaces(
    django_assert_num_queries: Any,
) -> None:
    for n in range(31):
        if n in (8, 30):
            with django_assert_num_queries(10):
                page()
        make_space(make_place(latitude=63.4 + n / 1000))


def test_days_begin_and_end_between_the_hours() -> None:
    lab = make_space(name="Klimakammeret", slug="klimakammeret", max_length=7 * 24 * 60)
    make_booking(lab, start=at(12), end=at(13))
    html = page("minutes=4320&date=2026-11-24&last=2026-11-25&from=08:00&to=18:00")
    assert "3 days, 08:00–18:00" in html
    tuesday = "date=2026-11-24&amp;from=13%3A00&amp;to=13%3A00&amp;last=2026-11-27"
    wednesday = "date=2026-11-25&amp;from=08%3A00&amp;to=08%3A00&amp;last=2026-11-28"
    assert f'href="/spaces/klimakammeret/?{tuesday}"' in html
    assert f'href="/spaces/klimakammeret/?{wednesday}"' in html
    assert "Tue 24 Nov 13:00 – Fri 27 Nov 13:00" in html


def test_days_are_waited_for_to_their_end() -> None:
    query = QueryDict("minutes=4320&date=2026-11-24&last=2026-11-25&from=08:00&to=18:00")
    wanted = AnyTimeForm(query, now=NOW).anytime
    assert (wanted.whole.lower, wanted.whole.upper) == (at(8), at(18) + timedelta(days=4))
    assert [minutes_in(one) for one in wanted.stretches] == [82 * 60, 82 * 60]


def test_a_day_less_comes_close_to_days() -> None:
    make_space(name="Klimakammeret", max_length=2 * 24 * 60)
    html = page("minutes=4320&date=2026-11-24&last=2026-11-25")
    assert "2 days instead of 3 days" in html


def test_the_map_has_a_pin_for_each_place_and_where_it_is_asked_near() -> None:
    hill = make_place(name="Gløshaugen", slug="gloshaugen")
    make_space(hill, name="Nidelva", price=200_00)
    make_space(hill, name="Fjord", price=100_00)
    answer = Client().get("/anytime/?minutes=60&near=Gl%C3%B8s&bbox=10,63,11,64")

    (pin,) = json_of(answer, "pins")
    assert (pin["label"], pin["free"]) == ("100\u00a0kr +1", True)
    assert pin["url"].startswith("/anytime/?minutes=60&")
    assert "place=gloshaugen" in pin["url"]
    assert json_of(answer, "map-view") == {
        "spot": [hill.latitude, hill.longitude],
        "box": "10,63,11,64",
    }


def test_where_nothing_fits_the_map_has_what_comes_close() -> None:
    make_space(name="Fjord", slug="fjord", capacity=7)
    (pin,) = json_of(Client().get("/anytime/?people=8"), "pins")

    assert pin["free"] is False
    assert pin["url"].startswith("/spaces/fjord/?")


def test_two_rooms_are_one_offer_at_what_both_cost() -> None:
    place = make_place()
    make_space(place, name="Nidelva", slug="nidelva", capacity=6, price=100_00)
    make_space(place, name="Fjord", slug="fjord", capacity=3, price=50_00)
    asked = "minutes=60&people=8&date=2026-11-24&last=2026-11-24&from=10:00&to=11:00"
    html = page(asked)

    assert "Both rooms, 150\u00a0kr" in html
    time = "start=2026-11-24T09%3A00%3A00%2B00%3A00&amp;end=2026-11-24T10%3A00%3A00%2B00%3A00"
    rooms = ["room=nidelva%3A5", "room=fjord%3A3"]
    both = {f"/cart/rooms/?{time}&amp;{'&amp;'.join(order)}" for order in (rooms, rooms[::-1])}
    assert len(both & set(re.findall(r'<a class="slot" href="([^"]*)"', html))) == 1
    known = Client()
    known.force_login(make_user())
    html = known.get(f"/anytime/?{asked}").content.decode()
    tap = r'<button class="slot" form="together" formaction="([^"]*)"'
    assert len(both & set(re.findall(tap, html))) == 1


@pytest.mark.parametrize("path", ["/", "/anytime/"])
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("mikroskop", '<p class="hit"><mark>Mikroskop</mark> Zeiss</p>'),
        ("sentrifuge", '<p class="hit"><mark>Sentrifuge</mark> &lt;b&gt;, PCR</p>'),
        ("sintef", '<p class="hit"><mark>SINTEF</mark></p>'),
        ("elvebredden", '<p class="hit">… til den som vil <mark>elvebredden</mark> og solen'),
        ("nidelva", "<mark>Nidelva</mark>"),
    ],
)
def test_a_row_says_where_the_words_were_found(path: str, asked: str, said: str) -> None:
    room = make_space(
        make_place(make_organisation("SINTEF")),
        name="Nidelva",
        kind=Kind.LAB,
        facts={"instruments": "Sentrifuge <b>, PCR"},
        description={"nb": "Her er det fint for alle og til den som vil elvebredden og solen."},
    )
    room.amenities.add(Amenity.objects.create(code="micro", name={"nb": "Mikroskop Zeiss"}))

    html = Client().get(path, {"q": asked}).content.decode()

    assert said in html
    assert html.count('class="hit"') == (asked != "nidelva")


def json_of(answer: Any, name: str) -> Any:
    found = re.search(rf'<script id="{name}" [^>]*>(.*?)</script>', answer.content.decode())
    assert found
    return json.loads(found.group(1))


def test_where_one_time_was_asked_for_another_is_offered_instead() -> None:
    make_space(name="Fjord", hours=(870, 1200))
    html = page("minutes=120&date=2026-11-24&last=2026-11-24&from=14:00&to=16:00")
    assert "14:30 instead of 14:00" in html
    html = page("minutes=120&date=2026-11-24&last=2026-11-24&from=12:00&to=15:00")
    assert "Not between" in html


def test_the_address_of_a_time_keeps_how_many_come() -> None:
    make_space(slug="fjord", capacity=8)
    assert "&amp;to=10%3A00&amp;people=6" in page("people=6&date=2026-11-24&last=2026-11-24")


def test_free_of_charge_leaves_out_the_hours_that_cost() -> None:
    evening = make_space(slug="kveld", price=20000)
    evening.prices.create(amount=0, opens=1020, closes=1380)
    html = page("free=on&date=2026-11-24&last=2026-11-24&to=22:00")
    assert 'kveld/?date=2026-11-24&amp;from=17%3A00&amp;to=19%3A00"' in html
    assert "kveld/?date=2026-11-24&amp;from=08%3A00" not in html


def test_no_time_is_offered_after_the_last_day() -> None:
    make_space(slug="fjord", hours=(480, 1200))
    html = page("date=2026-11-24&last=2026-11-24")
    assert "fjord/?date=2026-11-24" in html
    assert "fjord/?date=2026-11-25" not in html
    night = page("date=2026-11-24&last=2026-11-24&from=19:00&to=09:00&minutes=60")
    assert "fjord/?date=2026-11-25&amp;from=08%3A00" in night
    assert "fjord/?date=2026-11-25&amp;from=19%3A00" not in night


def test_sorted_by_what_is_offered_the_page_says_among_how_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_space(price=20000)
    make_space(price=10000)
    assert "of the nearest" not in page("sort=price")
    monkeypatch.setattr("bookings.queries.anytime.SORTED", 2)
    assert "The cheapest of the nearest 2 that are free." in page("sort=price")
    assert "The soonest of the nearest 2 that are free." in page("sort=start")
    assert "of the nearest" not in page()


def test_the_first_of_two_equal_hours_is_not_offered_since_no_address_names_it(
    time_machine: Any,
) -> None:
    time_machine.move_to(datetime(2026, 10, 24, 12, tzinfo=UTC), tick=False)
    make_space(slug="nidelva")
    hour = "minutes=60&date=2026-10-25&last=2026-10-25"

    # Not from 01 to when the clock shows 02 for the first time.
    for opens in ("01:00", "02:00"):
        html = page(f"{hour}&from={opens}&to=03:00")
        assert re.findall(r"nidelva/\?date=2026-10-25&amp;(.*?)\"", html) == [
            "from=02%3A00&amp;to=03%3A00"
        ]
