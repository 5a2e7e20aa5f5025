"""How Ledig says no."""

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from spaces.models import Price
from tests.factories import make_space

ONCE = "price_once"


class AlreadyPriced(Refused):
    code = "already_priced"
    message = _("It has a price.")


def test_a_refusal_has_a_code_a_sentence_and_details() -> None:
    refusal = AlreadyPriced(space=7)
    assert (refusal.code, str(refusal), refusal.details) == (
        "already_priced",
        "It has a price.",
        {"space": 7},
    )
    assert AlreadyPriced("Another sentence.").sentence == "Another sentence."


@pytest.mark.django_db
def test_refused_by_names_its_constraint() -> None:
    space = make_space()
    with pytest.raises(AlreadyPriced) as refused, refused_by(ONCE, AlreadyPriced):
        Price.objects.create(space=space, amount=1)
    assert isinstance(refused.value.__cause__, IntegrityError)


@pytest.mark.django_db
def test_refused_by_lets_other_violations_through() -> None:
    space = make_space()
    with pytest.raises(IntegrityError, match=ONCE), refused_by("other", AlreadyPriced):
        Price.objects.create(space=space, amount=1)


@pytest.mark.django_db
def test_refused_by_lets_what_is_no_constraint_through() -> None:
    space = make_space()
    with (
        pytest.raises(IntegrityError, match="not-null"),
        refused_by(ONCE, AlreadyPriced),
        transaction.atomic(),
    ):
        Price.objects.create(space=space, audience="student", amount=None)  # type: ignore[misc]
    with pytest.raises(IntegrityError), refused_by(ONCE, AlreadyPriced):
        raise IntegrityError("without a cause")


def test_refused_by_lets_all_else_through() -> None:
    with pytest.raises(ZeroDivisionError), refused_by(ONCE, AlreadyPriced):
        raise ZeroDivisionError
