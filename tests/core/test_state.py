"""The state: what becomes of `data`, what is no state, and what of it is no JSON."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest

from adaptor import send_text, state
from adaptor.core.errors import JobError
from adaptor.core.state import a_kind, compose_next_state, initial_state, json_problem, not_a_state, not_json


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "None"), ([], "a list"), (1, "an int"), ("", "a str"), (OSError(), "an OSError")]
)
def test_a_kind_is_named_with_its_article_and_nothing_is_none(value: Any, shown: str) -> None:
    assert a_kind(value) == shown


# --- The next state ---


def test_the_old_data_becomes_the_newest_reference_and_the_rest_stays() -> None:
    before = {"data": 2, "references": [1], "more": "x"}
    assert compose_next_state(before, 3) == {"data": 3, "references": [1, 2], "more": "x"}
    assert before == {"data": 2, "references": [1], "more": "x"}


@pytest.mark.parametrize("references", [None, []])
def test_without_references_the_old_data_is_the_first(references: Any) -> None:
    assert compose_next_state({"data": 1, "references": references}, 2)["references"] == [1]
    assert compose_next_state({"data": 1}, 2)["references"] == [1]


def test_without_data_there_is_no_new_reference() -> None:
    assert compose_next_state({"references": [1]}, 2) == {"data": 2, "references": [1]}
    assert compose_next_state({}, 2) == {"data": 2, "references": []}


def test_the_newest_hundred_references_are_kept() -> None:
    after = compose_next_state({"data": 100, "references": list(range(100))}, "new")
    assert after["references"] == list(range(1, 101))
    assert compose_next_state({"data": 99, "references": list(range(99))}, "new")["references"] == list(range(100))


def test_the_next_state_of_what_is_no_state_is_an_error() -> None:
    with pytest.raises(JobError, match=r"^compose_next_state\(\) was given a list instead of a state\."):
        compose_next_state([], 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "initial"),
    [
        ({}, {"data": {}, "references": []}),
        ({"data": 1}, {"data": 1, "references": []}),
        ({"references": [1], "x": 2}, {"data": {}, "references": [1], "x": 2}),
    ],
)
def test_an_initial_state_has_data_and_references(given: Any, initial: Any) -> None:
    assert initial_state(given) == initial


def test_a_state_that_has_both_is_itself() -> None:
    given = {"data": 1, "references": []}
    assert initial_state(given) is given


# --- What is no state ---


async def _later() -> None: ...


@pytest.mark.parametrize(
    ("value", "kind", "fix"),
    [
        (None, "None", "Did you forget `return state`?"),
        ([1], "a list", "An operation takes a state (a dict) and returns one: return {**state, 'data': result}."),
        (
            send_text("6543210987654321", "a"),
            "a GraphOperation",
            "It was built but not performed: write `return send_text(…)(state)`. Or return a state: "
            "return {**state, 'data': result}.",
        ),
    ],
    ids=["nothing", "a list", "an operation"],
)
def test_what_is_no_state_is_named_with_what_was_probably_meant(value: Any, kind: str, fix: str) -> None:
    error = not_a_state("`fn` on line 3 returned", value)
    assert error.description == f"`fn` on line 3 returned {kind} instead of a state."
    assert (error.fix, error.code) == (fix, "NOT_A_STATE")


def test_a_coroutine_is_no_state_and_is_closed() -> None:
    later = _later()
    error = not_a_state("`fn` returned", later)
    assert error.description == "`fn` returned a coroutine instead of a state."
    assert error.fix == "Jobs are not asynchronous: write a plain function (def, not async def)."
    assert later.cr_frame is None


# --- What is no JSON ---


class Moment:
    def isoformat(self) -> str:
        return "2026"


TEXT = "Turn it into text, a number, a list or a dict before the step ends (str(…), list(…), .isoformat())."


@pytest.mark.parametrize(
    ("value", "path", "kind", "fix"),
    [
        ({"a": math.nan}, "state.a", "the number nan, which JSON does not have", TEXT),
        ({"a b": [1, math.inf]}, "state['a b'][1]", "the number inf, which JSON does not have", TEXT),
        ({"a": {1: 2}}, "state.a[1]", "under a key that is an int; JSON keys are text", TEXT),
        ({"a": ({"b": {1}},)}, "state.a[0].b", "a set", "Make a list of it: sorted(…) or list(…)."),
        ({"a": frozenset()}, "state.a", "a frozenset", "Make a list of it: sorted(…) or list(…)."),
        ({"a": b"x"}, "state.a", "a bytes", "Make text of it: .decode(), or base64."),
        ({"a": datetime.date(2026, 1, 1)}, "state.a", "a date", "Make text of it: .isoformat()."),
        ({"a": object()}, "state.a", "an object", TEXT),
        (
            {"a": OSError("x")},
            "state.a",
            "an exception (OSError)",
            "Keep its text: str(error); of an error of this package error.facts().",
        ),
        (
            {"a": len},
            "state.a",
            "the function `len`",
            "Keep helpers in the script, outside the state: define them with def at the top level, or in a module.",
        ),
        (
            {"a": state.data.name},
            "state.a",
            "`state.data.name`, a lazy reference that was never resolved",
            "Inside a function use its own parameter, the real state: state['data']['name'], not state.data.name.",
        ),
        (
            {"a": send_text("6543210987654321", "a")},
            "state.a",
            "the operation send_text, which was not performed",
            "Perform it: state = send_text(…)(state); or give it a name in the script instead of the state.",
        ),
    ],
)
def test_the_first_part_that_is_no_json_is_named_with_what_to_do(value: Any, path: str, kind: str, fix: str) -> None:
    error = json_problem(value)
    assert error.description == f"The final state is not JSON: {path} is {kind}."
    assert (error.fix, error.code) == (fix, "STATE_NOT_JSON")
    assert not_json(value) == (path, kind)


@pytest.mark.parametrize("value", [None, "", True, 1, 1.5, {"a": [1, (2, None)]}, [{}]])
def test_what_is_json_has_no_such_part(value: Any) -> None:
    assert not_json(value) is None
    assert json_problem(value).description == "The final state is not JSON: state is something that JSON cannot hold."


def test_a_value_that_contains_itself_is_named() -> None:
    value: dict[str, Any] = {}
    value["a"] = value
    assert json_problem(value, "The input").description == (
        "The input is not JSON: state is a structure that contains itself."
    )
    assert not_json([math.nan], "here") == ("here[0]", "the number nan, which JSON does not have")
