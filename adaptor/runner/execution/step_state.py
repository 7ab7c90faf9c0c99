"""The state between steps: the input of a step, the states that are joined, and the final state."""

from __future__ import annotations

import json

from ...core.state import json_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TypeVar

    from ...core.secrets.redact import Redactor
    from ...core.state import State

    T = TypeVar("T")


def step_input(arrived: State, defaults: State, configuration: dict[str, Any]) -> State:
    """Return the state that a step is given.

    Args:
        arrived: The state that the step before left, or the initial state.
        defaults: The step's own state. Keys of `arrived` win; `data` is merged where both are objects.
        configuration: The step's configuration.
    """
    # Copied: a job may change its defaults, and the step may run again.
    defaults = copied(defaults) if defaults else {}
    state = {**defaults, **arrived}
    if defaults and isinstance(defaults.get("data"), dict) and isinstance(arrived.get("data"), dict):
        state["data"] = {**defaults["data"], **arrived["data"]}
    if state.get("data") is None:
        state["data"] = {}
    state["configuration"] = configuration
    return state


def without_configuration(state: State) -> State:
    """Return a state without its configuration, which does not leave a step."""
    return {key: value for key, value in state.items() if key != "configuration"}


def joined(states: Iterable[State]) -> State:
    """Return several states merged in their order: later keys win, `data` and `errors` are merged."""
    whole: State = {}
    for state in states:
        parts = {
            key: {**whole[key], **state[key]}
            for key in ("data", "errors")
            if isinstance(whole.get(key), dict) and isinstance(state.get(key), dict)
        }
        whole = {**whole, **state, **parts}
    return whole


def as_json(state: State, what: str = "The final state") -> str:
    """Return a state as JSON.

    Args:
        state: The state, or a part of it.
        what: The subject of the error's sentence.

    Raises:
        JobError: It is not JSON; the message has the path of the value.
    """
    try:
        # A value that contains itself reaches Python's recursion limit: checking for it would take a fifth longer.
        return json.dumps(state, ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        raise json_problem(state, what) from None


def copied(state: State) -> State:
    """Return a deep copy of a state."""
    copy: State = json.loads(as_json(state))
    return copy


def final_text(leaves: list[tuple[str, str]]) -> str:
    """Return the final state as JSON: the state of the only leaf, or the states of several by step.

    Args:
        leaves: The leaves in their order: the id of the step, and the state as JSON. A second one of the same step
            becomes `id-1`.
    """
    if len(leaves) == 1:
        return _encodable(leaves[0][1])
    parts = [f"{json.dumps(name, ensure_ascii=False)}:{text}" for name, text in named(leaves).items()]
    return _encodable(f"{{{','.join(parts)}}}")


def named(leaves: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Return leaves by unique names: the id of the step, with a number where it has several."""
    found: dict[str, T] = {}
    for step, state in leaves:
        name, number = step, 0
        while name in found:
            number += 1
            name = f"{step}-{number}"
        found[name] = state
    return found


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # A lone surrogate, as a cut emoji leaves: only an escape of JSON can hold it.
        text = json.dumps(json.loads(text), separators=(",", ":"))
    return text


def final_state(leaves: list[tuple[str, State]], text: str, redactor: Redactor) -> tuple[State, str]:
    """Return the final state and its text, both free of secrets.

    The `verify_token` stays, which is no secret of a run: a next job would read `[redacted]` in its place.
    """
    clean = redactor.of_results().json(text)
    if clean != text:
        state: State = json.loads(clean)
        return state, clean
    return (leaves[0][1] if len(leaves) == 1 else named(leaves)), text
