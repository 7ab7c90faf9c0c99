"""The state between steps: inputs, joins, final states."""

import pytest

from adaptor.core.errors import JobError
from adaptor.core.secrets.redact import Redactor
from adaptor.runner.execution.step_state import (
    as_json,
    copied,
    final_state,
    final_text,
    joined,
    named,
    step_input,
    without_configuration,
)


def test_the_input_of_a_step_is_its_own_state_and_what_has_arrived():
    defaults = {"data": {"a": 1, "b": 1}, "x": [1]}
    state = step_input({"data": {"b": 2}}, defaults, {"page_id": "1"})
    assert state == {"data": {"a": 1, "b": 2}, "x": [1], "configuration": {"page_id": "1"}}
    state["x"].append(2)
    assert defaults["x"] == [1]
    assert step_input({"data": None}, {}, {}) == {"data": {}, "configuration": {}}
    assert step_input({"data": {"b": 2}}, {"x": 1}, {}) == {"data": {"b": 2}, "x": 1, "configuration": {}}
    assert step_input({"data": [1]}, {"data": {"a": 1}}, {})["data"] == [1]


def test_a_state_leaves_a_step_without_its_configuration():
    assert without_configuration({"data": 1, "configuration": {}}) == {"data": 1}


def test_joined_states_merge_data_and_errors_and_the_later_wins():
    states = [{"data": {"a": 1}, "errors": {"a": {}}, "x": 1}, {"data": {"b": 2}, "errors": {"b": {}}, "x": 2}]
    assert joined(states) == {"data": {"a": 1, "b": 2}, "errors": {"a": {}, "b": {}}, "x": 2}
    assert joined([{"data": [1]}, {"data": [2]}]) == {"data": [2]}


@pytest.mark.parametrize("value", [{1}, float("nan"), object()])
def test_what_is_no_json_is_refused_with_its_path(value):
    with pytest.raises(JobError, match=r"state\.data\.a"):
        as_json({"data": {"a": value}})


def test_the_text_of_a_state_is_short_and_keeps_its_letters():
    assert as_json({"a": "ä", "b": [1, None]}) == '{"a":"ä","b":[1,null]}'


def test_an_error_names_the_state_that_is_no_json():
    with pytest.raises(JobError) as refused:
        as_json({"a": {1}})
    assert refused.value.description == "The final state is not JSON: state.a is a set."
    with pytest.raises(JobError, match=r"^The input is not JSON"):
        as_json({"a": {1}}, "The input")


def test_a_copy_shares_nothing():
    state = {"data": [1]}
    assert copied(state) == state
    assert copied(state)["data"] is not state["data"]


def test_several_leaves_are_named_by_their_step_and_a_number():
    assert named([("a", 1), ("a", 2), ("b", 3), ("a", 4)]) == {"a": 1, "a-1": 2, "b": 3, "a-2": 4}
    assert final_text([("a", "{}")]) == "{}"
    assert final_text([("ä", "{}"), ("b", "{}")]) == '{"ä":{},"b":{}}'
    assert final_text([("a", "{}"), ("a", '{"x":1}')]) == '{"a":{},"a-1":{"x":1}}'


def test_a_lone_surrogate_is_written_as_an_escape():
    assert final_text([("a", '{"x":"\ud83d","y":1}')]) == '{"x":"\\ud83d","y":1}'


def test_a_final_state_is_free_of_secrets():
    redactor = Redactor()
    redactor.learn_credential({"access_token": "EAAG-very-secret"})
    text = '{"data":"EAAG-very-secret"}'
    state, clean = final_state([("a", {"data": "EAAG-very-secret"})], text, redactor)
    assert "EAAG" not in clean
    assert "EAAG" not in str(state)
