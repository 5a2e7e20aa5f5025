"""The mutants of tools/mutants/faults.py are still faults of the code as it is."""

from collections import Counter
from pathlib import Path

import pytest

from tools.mutants.faults import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_each_stands_once_in_the_code_and_names_tests_that_there_are(mutant: Mutant) -> None:
    assert (ROOT / mutant.path).read_text().count(mutant.code) == 1
    assert mutant.fault != mutant.code
    named = mutant.tests.partition(" -k ")[0].split()
    assert all((ROOT / one).exists() for one in named)


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len(MUTANTS) >= 30
    assert max(Counter(one.name for one in MUTANTS).values()) == 1
