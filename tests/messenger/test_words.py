from __future__ import annotations

import json
from pathlib import Path

import pytest

from adaptor import InvalidMessage
from adaptor.messenger.webhook_fields import WEBHOOK_FIELDS
from adaptor.messenger.words import joined, words_of

SPECIFICATION = Path(__file__).parents[2].parent / "shared" / "cases" / "graph_spec.json"


def test_no_word_of_metas_looks_like_a_misspelling_of_another() -> None:
    # Each of them would be taken by a table that does not know it yet.
    for word in WEBHOOK_FIELDS:
        others = tuple(other for other in WEBHOOK_FIELDS if other != word)
        assert words_of("fields", word, others) == [word]


@pytest.mark.skipif(not SPECIFICATION.is_file(), reason="Meta's specification is kept outside this project")
def test_the_table_is_metas() -> None:
    edges = json.loads(SPECIFICATION.read_text(encoding="utf-8"))["Page"]
    (edge,) = [edge for edge in edges if (edge["method"], edge["edge"]) == ("POST", "subscribed_apps")]
    assert list(WEBHOOK_FIELDS) == edge["params"][0]["enum"]


def test_words_keep_their_order_and_lose_their_spaces() -> None:
    assert words_of("fields", " b, a ,", ("a", "b")) == ["b", "a"]
    assert joined("fields", ["b", "a"], ("a", "b")) == "b,a"


@pytest.mark.parametrize(("word", "meant"), [("feeed", "feed"), ("fed", "feed"), ("feid", "feed"), ("fede", "feed")])
def test_one_slip_in_a_short_word_is_a_misspelling(word: str, meant: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        words_of("fields", word, ("feed", "messages"))
    assert refused.value.fix.startswith(f"Did you mean `{meant}`?")


@pytest.mark.parametrize("word", ["fd", "food", "fleet", "read"])
def test_two_slips_in_a_short_word_make_another_word(word: str) -> None:
    assert words_of("fields", word, ("feed", "messages")) == [word]
