"""The functions that a job gives to an operation take the parameters that they are called with."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from adaptor.core.errors import WrongCall
from adaptor.core.values.functions import parameters_in, refuse_other_parameters


@pytest.mark.parametrize(
    ("annotation", "names"),
    [
        ("Callback[[Any, int, State], Any]", ("value", "index", "state")),
        ("Callback[[State], State]", ("state",)),
        ("Callback[[AdaptorError, State], State] | None", ("error", "state")),
        ("Callback[[list[Any], State], Any]", ("rows", "state")),
        ("Callback[[dict[str, list[Any]], int], Any]", ("value", "index")),
        ("Callback[[ Any , State ], Any]", ("value", "state")),
        ("Value[str]", None),
        ("Step", None),
    ],
)
def test_the_parameters_of_a_callback_are_named_by_their_types(annotation: str, names: Any) -> None:
    assert parameters_in(annotation) == names


class Called:
    def __call__(self, state: Any) -> None: ...

    def method(self, state: Any) -> None: ...

    def without(self) -> None: ...


def plain(state: Any, more: int = 1) -> None: ...


def two(item: Any, state: Any) -> None: ...


def keyword(state: Any, *, by: int) -> None: ...


def keyword_default(state: Any, *, by: int = 1) -> None: ...


def open_(*states: Any) -> None: ...


def nothing() -> None: ...


@pytest.mark.parametrize(
    "function",
    [plain, keyword_default, open_, lambda s: s, Called(), Called().method, print, len, int, Called, partial(two, 1)],
)
def test_a_function_that_takes_the_state_is_taken(function: Any) -> None:
    refuse_other_parameters(function, ("state",), "fn()")


@pytest.mark.parametrize(
    ("function", "description", "fix"),
    [
        (
            nothing,
            "`nothing` given to fn() takes no parameters, but is called with (state).",
            "Write def nothing(state): …",
        ),
        (
            two,
            "`two` given to fn() takes (item, state), but is called with (state).",
            "Write def two(state): …",
        ),
        (
            keyword,
            "`keyword` given to fn() takes (state, by), but is called with (state).",
            "Write def keyword(state): …",
        ),
        (
            lambda: 1,
            "The lambda given to fn() takes no parameters, but is called with (state).",
            "Write lambda state: …",
        ),
        (
            Called().without,
            "`without` given to fn() takes no parameters, but is called with (state).",
            "Write def without(state): …",
        ),
    ],
)
def test_a_function_that_cannot_be_called_so_is_refused_with_what_to_write(
    function: Any, description: str, fix: str
) -> None:
    with pytest.raises(WrongCall) as refused:
        refuse_other_parameters(function, ("state",), "fn()")
    assert (refused.value.description, refused.value.fix) == (description, fix)


def test_an_object_that_is_called_is_named_by_its_class() -> None:
    with pytest.raises(WrongCall) as refused:
        refuse_other_parameters(Called(), ("error", "state"), ".catch()")
    assert refused.value.description == ("`Called` given to .catch() takes (state), but is called with (error, state).")
    assert refused.value.fix == "Write def Called(error, state): …"
