import re

from django.utils import translation

from spaces.dayline import Block, DayLine, axis_for, axis_hours
from spaces.templatetags.ui import day_line, marks

MORNING, AFTERNOON = (7 * 60, 12 * 60), (15 * 60, 21 * 60)


def bars(svg: str, css: str) -> list[tuple[str, str]]:
    return re.findall(rf'<rect class="{css}" x="([^"]+)" width="([^"]+)"', svg)


def test_day_line_places_free_time_along_the_axis():
    svg = day_line(DayLine(free=(MORNING, AFTERNOON)))

    assert bars(svg, "bar-free") == [("0%", "35.7143%"), ("57.1429%", "42.8571%")]


def test_day_line_says_the_free_time_in_words():
    with translation.override("en"):
        assert 'aria-label="Free 07:00–12:00, 15:00–21:00"' in day_line(
            DayLine(free=(MORNING, AFTERNOON))
        )
        assert 'aria-label="No free time"' in day_line(DayLine())


def test_day_line_greys_what_has_passed():
    svg = day_line(DayLine(free=(MORNING,), now=9 * 60))

    assert bars(svg, "bar-past") == [("0%", "14.2857%")]
    assert bars(svg, "bar-free") == [("14.2857%", "21.4286%")]
    assert "bar-now" in svg


def test_day_line_cuts_what_runs_off_the_axis():
    svg = day_line(DayLine(wanted=(20 * 60, 23 * 60), wanted_is_free=True))

    assert bars(svg, "bar-want is-free") == [("92.8571%", "7.14286%")]


def test_day_line_has_no_inline_style_and_escapes_names():
    svg = day_line(DayLine(blocks=(Block(600, 660, "<b>Ada</b>", "/bookings/1/"),)))

    assert "style=" not in svg
    assert "<b>" not in svg
    assert 'href="/bookings/1/"' in svg
    assert 'role="group"' in svg


def test_axis_widens_to_whole_hours_within_the_day():
    assert axis_for([]) == (420, 1260)
    assert axis_for([(390, 480), (1200, 1500)]) == (360, 1440)
    assert axis_hours((420, 1260)) == [7, 9, 11, 13, 15, 17, 19, 21]
    assert axis_hours((0, 1440)) == [0, 4, 8, 12, 16, 20, 24]


def test_day_axis_marks_the_hours_asked_for():
    found = marks((7 * 60, 21 * 60), (13 * 60, 15 * 60))

    assert [mark.minute for mark in found if mark.wanted] == [780, 900]


def test_day_axis_writes_each_hour_where_it_is():
    found = marks((0, 22 * 60), (0, -1))

    assert [mark.minute // 60 for mark in found] == [0, 4, 8, 12, 16, 20]
    assert found[-1].x == "90.9091%"
    assert [mark.anchor for mark in found] == ["start", *["middle"] * 5]
