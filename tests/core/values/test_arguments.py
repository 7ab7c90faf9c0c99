"""Arguments of operations: prepared when the operation is built, resolved when it runs."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from adaptor import data_value, send_text, state
from adaptor.core.errors import JobError, LazyStateError
from adaptor.core.values.arguments import (
    Deferred,
    FunctionReference,
    Structure,
    defer,
    expand_references,
    function_name,
    known,
    prepare,
    prepare_source,
    same,
)
from adaptor.core.values.lazy import Lazy

GIVEN = {"data": {"n": 1, "name": "Ana"}, "configuration": {}}


def named(state: Any) -> Any:
    return state["data"]["name"]


def add(*numbers: int, **more: int) -> int:
    return sum(numbers) + sum(more.values())


def count(state: Any, argument: Any, *, most: int = 0) -> Any:
    return (sorted(state), argument, most)


# --- Prepared ---


@pytest.mark.parametrize("value", [None, "text", b"raw", True, 3, 1.5, {"a": [1]}, [1, (2,)], (1,), {1, 2}, object()])
def test_what_holds_nothing_lazy_stays_the_very_same(value: Any) -> None:
    assert prepare(value) is value


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ({"a": [state.data.n], "b": 2}, {"a": [1], "b": 2}),
        ([state.data.n, 2], [1, 2]),
        ((2, state.data.n), (2, 1)),
        ({"deep": ({"a": named},)}, {"deep": ({"a": "Ana"},)}),
    ],
)
def test_what_holds_something_lazy_at_any_depth_is_one_lazy_value(value: Any, resolved: Any) -> None:
    prepared = prepare(value)
    assert isinstance(prepared, Structure)
    found = prepared.__resolve__(GIVEN)
    assert found == resolved
    assert type(found) is type(value)
    assert repr(prepared) == repr(prepared.__parts__)
    assert same(Structure.__reduce__(prepared)[1][0], prepared.__parts__)


def test_a_function_of_the_state_is_called_with_it_and_what_it_returns_is_resolved() -> None:
    assert prepare(named).__resolve__(GIVEN) == "Ana"
    assert prepare(lambda s: state.data.n).__resolve__(GIVEN) == 1
    assert prepare(lambda s: named).__resolve__(GIVEN) == "Ana"
    assert prepare(lambda s: {"to": [data_value("name")], "n": named}).__resolve__(GIVEN) == {"to": ["Ana"], "n": "Ana"}
    with pytest.raises(LazyStateError, match="is an operation, but a value is expected"):
        prepare(lambda s: [send_text("6543210987654321", "a")]).__resolve__(GIVEN)


def test_what_a_function_returns_stays_the_very_same_where_nothing_in_it_is_lazy() -> None:
    assert prepare(lambda s: s["data"]).__resolve__(GIVEN) is GIVEN["data"]


def test_much_that_a_function_returns_is_not_searched_to_its_end() -> None:
    class Counted(list):  # type: ignore[type-arg]
        seen = 0

        def __iter__(self) -> Any:
            for item in super().__iter__():
                Counted.seen += 1
                yield item

    rows = Counted([{"n": n} for n in range(100_000)])
    assert prepare(lambda s: rows).__resolve__(GIVEN) is rows
    assert Counted.seen < 1_000


def test_a_function_can_be_stored_and_read_again() -> None:
    assert pickle.loads(pickle.dumps(FunctionReference(named))).__resolve__(GIVEN) == "Ana"


@pytest.mark.parametrize(
    ("operation", "name"), [(send_text, "send_text"), (send_text("6543210987654321", "a"), "send_text('65")]
)
def test_an_operation_is_no_value(operation: Any, name: str) -> None:
    with pytest.raises(LazyStateError) as refused:
        prepare([operation])
    assert refused.value.description.startswith(f"`{name}")
    assert refused.value.description.endswith("` is an operation, but a value is expected here.")
    assert refused.value.fix == "Run the operation first and read its result in the next one, from state.data."


def test_a_function_that_takes_something_else_than_the_state_is_refused() -> None:
    with pytest.raises(JobError):
        prepare(lambda first, second: first)


def test_a_source_that_is_no_path_is_refused_where_it_is_written() -> None:
    assert prepare_source("$.data[*]") == "$.data[*]"
    assert prepare_source([1]) == [1]
    with pytest.raises(JobError):
        prepare_source("$.data[")


# --- Names ---


class WithoutName:
    def __call__(self, state: Any) -> None: ...


def test_a_function_has_its_own_name_or_its_line() -> None:
    unnamed: Any = lambda s: s  # noqa: E731
    assert function_name(named) == "named"
    assert function_name(unnamed) == f"<lambda line {unnamed.__code__.co_firstlineno}>"
    assert function_name(WithoutName()) == "WithoutName"
    without_code = WithoutName()
    without_code.__name__ = "<lambda>"  # type: ignore[attr-defined]
    assert function_name(without_code) == "<lambda>"
    assert repr(FunctionReference(named)) == "named"


# --- Deferred ---


def test_a_call_of_known_arguments_is_made_now_and_any_other_when_it_runs() -> None:
    assert defer(add, 1, 2) == 3
    later = defer(add, state.data.n, 2)
    assert isinstance(later, Deferred)
    assert later.__resolve__(GIVEN) == 3
    assert defer(len, [1, state.data.n]).__resolve__(GIVEN) == 2


def test_named_arguments_are_resolved_too() -> None:
    assert Deferred(add, (1, state.data.n), {"more": state.data.n}).__resolve__(GIVEN) == 3


def test_a_call_that_reads_the_state_gets_it_first_and_its_arguments_as_they_are() -> None:
    lazy = state.data.n
    found = Deferred(count, (lazy,), {"most": 2}, reads_state=True).__resolve__(GIVEN)
    assert found[0] == ["configuration", "data"]
    assert found[1] is lazy
    assert found[2] == 2


def test_a_deferred_value_can_be_called_with_a_state_alone() -> None:
    value = data_value("name")
    assert value(GIVEN) == "Ana"
    for arguments, more in (((GIVEN, 1), {}), ((), {}), ((1,), {}), ((GIVEN,), {"more": 1})):
        with pytest.raises(LazyStateError):
            value(*arguments, **more)


def test_a_deferred_value_is_printed_as_it_is_written() -> None:
    assert repr(Deferred(add, (1,), {"more": 2})) == "add(1, more=2)"
    assert repr(Deferred(add, (1,), written="words")) == "words"
    assert repr(Deferred(add)) == "add()"


@pytest.mark.parametrize(
    "value",
    [
        Deferred(add, (1, state.data.n), {"more": 3}),
        Deferred(count, (1,), {"most": 4}, reads_state=True, source_path="$.a", written="words"),
    ],
)
def test_a_deferred_value_can_be_rebuilt_from_its_parts(value: Deferred) -> None:
    function, arguments = value.__reduce__()[:2]
    again = function(*arguments)
    assert again.__resolve__(GIVEN) == value.__resolve__(GIVEN)
    assert (again.__source_path__, repr(again)) == (value.__source_path__, repr(value))


def test_what_a_public_function_built_is_built_by_it_again() -> None:
    value = Deferred(add, (1,), {"more": 2}, build=add)
    function, arguments = value.__reduce__()[:2]
    assert function(*arguments) == 3


# --- Known, expanded, compared ---


def test_what_is_known_of_a_value_are_plain_lists_and_dicts_with_what_is_lazy_in_its_place() -> None:
    lazy = state.data.n
    found = known(prepare({"a": [lazy, (1,)], "b": "text"}))
    assert found["a"][0] is lazy
    assert (found["a"][1], found["b"]) == ([1], "text")
    assert known(lazy) is lazy


def test_references_are_expanded_in_a_state_alone() -> None:
    assert expand_references(GIVEN, [state.data.n], "$.data.n", {"a": named}) == [[1], "$.data.n", {"a": "Ana"}]
    with pytest.raises(JobError, match=r"^expand_references\(\) was given a list instead of a state\."):
        expand_references([], 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (1, 1, True),
        (1, 1.0, False),
        (1, True, False),
        ([1, 2], [1, 2], True),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        ([1], (1,), False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        (state.data.n, state.data.n, True),
        (state.data.n, state.data.m, False),
        (state.data.n, 1, False),
        (1, state.data.n, False),
        ([state.data.n], [state.data.n], True),
        (prepare([state.data.n]), prepare([state.data.n]), True),
        (prepare([state.data.n]), prepare([state.data.m]), False),
        (prepare([state.data.n]), prepare(named), False),
        (prepare(named), prepare(named), True),
    ],
)
def test_arguments_are_the_same_by_their_structure(first: Any, second: Any, is_same: bool) -> None:
    assert same(first, second) is is_same
    assert isinstance(prepare(named), Lazy)
