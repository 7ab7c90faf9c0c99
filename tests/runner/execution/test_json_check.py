"""A state that is no JSON is refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor.core.errors import JobError
from adaptor.runner.execution.json_check import StateCheck


@pytest.mark.parametrize("value", [object(), float("nan"), {1}])
def test_a_state_that_is_no_json_is_refused_with_the_operation_and_the_path(value: Any) -> None:
    with pytest.raises(JobError) as refused:
        StateCheck().of({"data": {"a": value}}, "send_text")()
    assert refused.value.description.startswith("The state that `send_text` is given is not JSON: state.data.a is ")
    assert refused.value.about_sending


def test_a_state_that_contains_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(JobError):
        StateCheck().of({"data": value}, "send_text")()


def test_the_configuration_is_not_looked_at_and_a_good_state_passes() -> None:
    StateCheck().of({"data": {"a": ["ä", 1, None]}, "configuration": object()}, "send_text")()


def test_what_was_looked_at_before_is_not_looked_at_again_and_what_is_new_is() -> None:
    check, data = StateCheck(), {"a": 1}
    check.of({"data": data, "more": 1}, "a")()
    data["a"] = object()  # type: ignore[assignment]
    check.of({"data": data, "more": 2}, "b")()
    with pytest.raises(JobError):
        check.of({"data": dict(data), "more": 2}, "c")()
