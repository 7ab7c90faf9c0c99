"""Several operations in order: one is performed after the other, and the place of an error says which failed."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor import combine, execute, fn, fn_if, log
from adaptor.core.errors import JobError
from adaptor.core.execute import InOrder


def adds(name: str) -> Any:
    return fn(lambda state: {**state, "data": {**state["data"], name: len(state["data"])}})


def fails(state: Any) -> Any:
    raise ValueError("no")


def test_operations_are_performed_one_after_the_other() -> None:
    assert execute(adds("a"), adds("b"))({}) == {"data": {"a": 0, "b": 1}, "references": []}


def test_what_a_state_lacks_is_added_only_there() -> None:
    assert execute()({"data": 1}) == {"data": 1, "references": []}
    assert execute(adds("a"))({"data": {}, "references": [5]})["references"] == [5]


def test_the_place_of_an_error_says_which_operation_failed() -> None:
    with pytest.raises(JobError) as raised:
        execute(log(1), execute(log(2), log(3), fn(fails)))({})
    assert raised.value.place == "step 2 · step 3 · fn"
    with pytest.raises(JobError) as raised:
        execute(combine(log(1), fn(fails)))({})
    assert raised.value.place == "step 1 · combine[1] · fn"


def test_in_a_chain_each_operation_is_performed_once() -> None:
    assert execute(log(1)).performs_once
    assert not combine(log(1)).performs_once


def test_what_a_check_narrows_is_the_only_part_that_would_be_performed() -> None:
    """`adaptor check` asks which operation a state leads to."""
    one, other = log(1), log(2)
    taken, left_out = fn_if(True, one), fn_if(False, other)
    assert isinstance(execute(one), InOrder)
    assert execute(taken, left_out).narrowed({}) is one
    assert execute(left_out, left_out).narrowed({}) is None
    both = execute(taken, left_out, other)
    assert both.narrowed({}) is both
