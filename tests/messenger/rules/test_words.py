from __future__ import annotations

import pytest
from facebook_business.adobjects.page import Page

from adaptor import InvalidMessage
from adaptor.messenger.page.webhook_fields import WEBHOOK_FIELDS
from adaptor.messenger.rules.words import joined, words_of

#: In the enum of every version, and no field: the specification fills a gap with it.
PLACEHOLDER = {"invalid_topic_placeholder"}


def test_no_word_of_metas_looks_like_a_misspelling_of_another() -> None:
    # Each of them would be taken by a table that does not know it yet.
    for word in WEBHOOK_FIELDS:
        others = tuple(other for other in WEBHOOK_FIELDS if other != word)
        assert words_of("fields", word, others) == [word]


def test_the_table_is_metas() -> None:
    declared = {word for name, word in vars(Page.SubscribedFields).items() if not name.startswith("_")}
    assert declared - PLACEHOLDER == set(WEBHOOK_FIELDS)
    assert list(WEBHOOK_FIELDS) == sorted(set(WEBHOOK_FIELDS))


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
