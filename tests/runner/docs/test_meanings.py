"""What each code means, for `adaptor docs`."""

from __future__ import annotations

from adaptor.graph.answers.codes import RULES
from adaptor.runner.docs.meanings import MEANINGS


def test_every_row_has_a_meaning_and_each_meaning_a_row() -> None:
    assert set(MEANINGS) == set(RULES)
    for place, meaning in MEANINGS.items():
        assert meaning.endswith("."), place
