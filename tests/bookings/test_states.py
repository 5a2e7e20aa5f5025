"""The table of moves: what it allows happens, and nothing else does."""

from itertools import product
from pathlib import Path

import pytest

from bookings.models import MOVES, OCCUPYING, Actor, Kind, Status
from bookings.models.states import ENDED
from bookings.operations.moves import locked, move
from bookings.refusals import WrongState
from tests.factories import NOW, make_booking
from tools import states

EVERY_PAIR = list(product(Status, Status))
TOLD = {kind.value for kind in Kind}


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), EVERY_PAIR, ids=[f"{a}-{b}" for a, b in EVERY_PAIR])
def test_move_follows_the_table(before: Status, after: Status) -> None:
    for actor in Actor:
        booking = locked(make_booking(status=before))
        kind = Kind.CONFIRMED if after not in TOLD else None  # states that come later

        if actor in MOVES[before].get(after, frozenset()):
            if after == Status.REQUESTED:  # what waits says until when
                booking.expires_at = NOW
            move(booking, after, actor=actor, by=booking.booker, now=NOW, kind=kind)
            booking.refresh_from_db()
            assert booking.status == after
            assert booking.changed_at == NOW
            assert booking.occupancies.exists() == (after in OCCUPYING and before in OCCUPYING)
            assert booking.events.get().kind == (kind or after)
        else:
            with pytest.raises(WrongState) as refused:
                move(booking, after, actor=actor, by=booking.booker, now=NOW, kind=kind)
            assert refused.value.details["booking_status"] == before
            booking.refresh_from_db()
            assert booking.status == before
            assert not booking.events.exists()


def test_every_state_is_in_the_table() -> None:
    assert set(MOVES) == set(Status)


def test_what_has_ended_never_moves() -> None:
    assert {Status.CANCELLED, Status.DECLINED, Status.COMPLETED, Status.NO_SHOW} == ENDED
    assert Status.EXPIRED not in ENDED  # it may be paid late


def test_no_move_stays_where_it_is() -> None:
    assert not any(status in moves for status, moves in MOVES.items())


def test_the_diagram_in_the_docs_is_drawn_from_the_table() -> None:
    assert states.main(["--check"]) == 0


def test_a_diagram_that_differs_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "states.md"
    page.write_text("something else")
    monkeypatch.setattr(states, "PAGE", page)

    assert states.main(["--check"]) == 1
    assert "python -m tools.states" in capsys.readouterr().err
    assert states.main([]) == 0
    assert states.main(["--check"]) == 0
