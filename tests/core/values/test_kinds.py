"""What an operation takes for an argument by its kind, and what is said of anything else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adaptor import each, fn, fn_if, list_labels, log, state
from adaptor.core.errors import AdaptorError, JobError, WrongCall
from adaptor.core.values.kinds import HOW_TO_CATCH, described, is_of_kinds, shown, taken
from adaptor.core.values.lazy import Lazy, Logic

SIGNATURE = "visit(rows, callback)"


def take(kind: str, value: Any, **facts: Any) -> Any:
    """Return what an operation `visit` keeps of a value for its parameter `rows` of a kind."""
    facts = {"needs": lambda name: True, "given": {}, **facts}
    parameters: Any = SimpleNamespace(kinds={"rows": kind}, name="visit", signature=lambda: SIGNATURE, **facts)
    return taken(parameters, "rows", value)


def refusal(kind: str, value: Any, **facts: Any) -> tuple[str, str]:
    with pytest.raises(WrongCall) as refused:
        take(kind, value, **facts)
    return refused.value.description, refused.value.fix


class Listing:
    """An operation that lists what a state says."""

    __is_operation__ = True
    name = "list_them"

    def items(self, given: Any) -> Any:
        return iter(given["people"])

    def __repr__(self) -> str:
        return "list_them()"


class Rows(list[Any]):
    """A list that has `items` too, as some tables do."""

    def items(self) -> Any:
        raise AssertionError


@pytest.mark.parametrize("kind", ["people", "source"])
def test_an_operation_that_lists_is_asked_for_its_items_when_they_are_needed(kind: str) -> None:
    kept = take(kind, Listing())
    assert repr(kept) == "list_them()"
    assert list(kept.__resolve__({"people": [1, 2]})) == [1, 2]


@pytest.mark.parametrize("kind", ["people", "source"])
def test_data_with_items_is_no_such_operation(kind: str) -> None:
    assert take(kind, Rows([1])) == [1]


@pytest.mark.parametrize("value", [None, True, 5, 1.5, b"x"])
def test_what_cannot_be_gone_through_is_no_source(value: Any) -> None:
    what = "None" if value is None else f"{type(value).__name__} {value!r}"
    assert refusal("source", value) == (
        f"`rows` of visit() cannot be {what}.",
        "Give a list, a JSONPath such as '$.data.rows[*]', or a lazy reference: state.data.rows.",
    )


def test_a_condition_is_judged_when_it_is_needed() -> None:
    reference: Any = state.data.ok
    assert isinstance(take("condition", reference), Logic)
    assert take("condition", reference == 1).__class__.__name__ == "Logic"
    joined = (reference == 1) & (reference == 2)
    assert take("condition", joined) is joined
    assert take("condition", True) is True


def test_a_key_may_be_a_function_of_the_item_or_a_value() -> None:
    def key(item: Any) -> Any: ...

    assert take("keys", key) is key
    assert take("keys", "id") == "id"
    assert isinstance(take("keys", state.data.id), Lazy)
    assert refusal("keys", log(1), given={}) == (
        "`rows` of visit() must be a function, not the operation log.",
        f"{SIGNATURE}.",
    )


def test_a_callback_is_a_function_that_takes_what_it_is_given() -> None:
    def one(item: Any) -> None: ...

    assert take("callback", one, given={"rows": ("item",)}) is one
    assert take("callback", None, needs=lambda name: False) is None
    assert refusal("callback", None) == ("`rows` of visit() must be a function, not None.", f"{SIGNATURE}.")
    assert refusal("callback", 5) == ("`rows` of visit() must be a function, not int 5.", f"{SIGNATURE}.")
    assert refusal("callback", one, given={"rows": ("item", "index")})[0].startswith("`one` given to visit() takes")


def test_a_handler_is_a_function_or_an_operation() -> None:
    operation = log("failed")
    assert take("handler", operation) is operation
    assert refusal("handler", KeyError) == ("catch() was given KeyError without a handler.", HOW_TO_CATCH)
    assert refusal("handler", 5) == ("`handler` of catch() must be a function, not an int.", HOW_TO_CATCH)
    assert refusal("handler", state.data.x)[0] == "`handler` of catch() must be a function, not a StateReference."
    assert refusal("handler", log) == (
        "catch() was given `log` itself, which is not an operation yet.",
        "Call it with its arguments: log(…).",
    )


def test_classes_of_errors_come_before_a_handler() -> None:
    assert take("error kinds", KeyError) is KeyError
    assert take("error kinds", (KeyError, AdaptorError)) == (KeyError, AdaptorError)
    for value, what in (((), "nothing"), (5, "an int"), ((KeyError, "x"), "KeyError, a str"), (fn, "fn")):
        assert refusal("error kinds", value) == (
            f"catch() takes a class of errors before its handler, not {what}.",
            HOW_TO_CATCH,
        )


def test_an_error_is_of_the_class_of_its_cause_too() -> None:
    error = JobError("x")
    error.cause_type = "KeyError"
    assert is_of_kinds(error, KeyError)
    assert is_of_kinds(error, (ValueError, KeyError))
    assert is_of_kinds(error, JobError)
    assert not is_of_kinds(error, ValueError)
    error.__cause__ = ValueError()
    assert is_of_kinds(error, ValueError)


def test_an_argument_is_shown_as_it_was_written() -> None:
    assert shown((KeyError, ValueError)) == "(KeyError, ValueError)"
    assert shown(()) == "()"
    assert shown(len) == "len"
    assert shown(log("x")) == "log('x')"
    assert shown(state.data.x) == "state.data.x"


def test_a_refused_argument_is_described_and_never_cut() -> None:
    assert described(log("x")) == "the operation log"
    assert described(state.data.x) == "the lazy reference state.data.x"
    assert described("x" * 54) == f"str '{'x' * 54}'"
    assert described("x" * 55) == "a str"


def test_operations_take_their_arguments_so() -> None:
    """In tests of this file a class stands for an operation; here are real ones."""
    assert repr(each(list_labels(), log(1))).startswith("each(list_labels(")
    with pytest.raises(WrongCall, match=r"`source` of each\(\) cannot be int 5"):
        each(5, log(1))
    with pytest.raises(WrongCall, match="takes operations"):
        fn_if(True, 5)
