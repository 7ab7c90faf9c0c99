"""Errors and digests that outlast the process."""

from __future__ import annotations

import pytest

from adaptor.core.digest import digest
from adaptor.core.errors import (
    ABOUT_PERSON,
    ABOUT_ROW,
    AdaptorError,
    DeliveryUnknown,
    InvalidMessage,
    JobError,
    NotSent,
)
from adaptor.core.restored import restored


@pytest.mark.parametrize("kind", [AdaptorError, InvalidMessage, DeliveryUnknown, NotSent])
def test_an_error_is_restored_from_its_facts_as_one_of_its_class(kind: type[AdaptorError]) -> None:
    error = kind("what happened", fix="what to do", details={"field": "text"})
    again = restored(error.facts())
    assert type(again) is kind
    assert again.facts() == error.facts()
    assert (again.description, again.fix, again.sent, again.about) == (
        error.description,
        error.fix,
        error.sent,
        error.about,
    )


def test_whom_an_error_is_about_may_be_recorded_apart() -> None:
    facts = InvalidMessage("too long").facts()
    assert restored(facts).about == ABOUT_ROW
    assert restored(facts, ABOUT_PERSON).about == ABOUT_PERSON


def test_an_error_of_an_unknown_class_is_a_plain_one() -> None:
    again = restored({"name": "GoneInThisRelease", "message": "what happened"})
    assert (type(again), again.description) == (AdaptorError, "what happened")
    assert restored({"description": "old form"}).description == "old form"
    assert restored({}).description == ""


def test_a_digest_tells_values_apart_and_not_the_order_of_keys() -> None:
    assert digest("a", {"b": 1, "c": 2}) == digest("a", {"c": 2, "b": 1})
    assert len({digest("a"), digest("b"), digest(), digest(["a"]), digest("a", "b"), digest("ab")}) == 6


def test_only_what_an_error_of_that_class_has_is_restored() -> None:
    facts = {"name": "JobError", "message": "m", "description": "KeyError: m", "fix": "f", "of_a_later_release": 1}
    again = restored(facts)
    assert type(again) is JobError
    assert vars(again) == {"description": "m", "fix": "f"}
