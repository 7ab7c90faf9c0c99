"""The state between steps: what a step is given, what it may leave, and what comes out in the end."""

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
        arrived: What the step before left, or the initial state.
        defaults: The step's own state; what arrived wins, and `data` is merged where both are objects.
        configuration: The step's configuration.
    """
    # What a job does to its defaults must not be there when the run comes to it again.
    defaults = copied(defaults) if defaults else {}
    state = {**defaults, **arrived}
    if defaults and isinstance(defaults.get("data"), dict) and isinstance(arrived.get("data"), dict):
        state["data"] = {**defaults["data"], **arrived["data"]}
    if state.get("data") is None:
        state["data"] = {}
    state["configuration"] = configuration
    return state


def without_configuration(state: State) -> State:
    """Return the state that travels on: the configuration stays behind."""
    return {key: value for key, value in state.items() if key != "configuration"}


def joined(states: Iterable[State]) -> State:
    """Return several states as one, in their order: what comes later wins, `data` and `errors` are merged."""
    whole: State = {}
    for state in states:
        parts = {
            key: {**whole[key], **state[key]}
            for key in ("data", "errors")
            if isinstance(whole.get(key), dict) and isinstance(state.get(key), dict)
        }
        whole = {**whole, **state, **parts}
    return whole


def as_json(state: State) -> str:
    """Return a state as JSON.

    Raises:
        JobError: The path of what JSON cannot hold.
    """
    try:
        # What holds itself is found by Python's own limit: looking for it takes a fifth longer.
        text = json.dumps(state, ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        raise json_problem(state) from None
    return text


def copied(state: State) -> State:
    """Return a state that shares nothing with this one."""
    copy: State = json.loads(as_json(state))
    return copy


def final_text(leaves: list[tuple[str, str]]) -> str:
    """Return what a run comes to as JSON: one leaf's state, or the states of several by their step.

    Args:
        leaves: The leaves in their order: the id of the step, and the state as JSON. A second one of the same step
            becomes `id-1`.
    """
    if len(leaves) == 1:
        return _sayable(leaves[0][1])
    parts = [f"{json.dumps(name, ensure_ascii=False)}:{text}" for name, text in named(leaves).items()]
    return _sayable(f"{{{','.join(parts)}}}")


def named(leaves: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Return leaves by names of their own."""
    found: dict[str, T] = {}
    for step, state in leaves:
        name, number = step, 0
        while name in found:
            number += 1
            name = f"{step}-{number}"
        found[name] = state
    return found


def _sayable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half a character, as cut emojis leave: only JSON's own escapes can say it.
        text = json.dumps(json.loads(text), separators=(",", ":"))
    return text


def final_state(leaves: list[tuple[str, State]], text: str, redactor: Redactor) -> tuple[State, str]:
    """Return the final state and its text, both free of secrets.

    What a webhook repeats to Meta is no secret of a run: a next job would read `[redacted]` in its place.
    """
    clean = redactor.of_results().text(text)
    if clean != text:
        state: State = json.loads(clean)
        return state, clean
    return (leaves[0][1] if len(leaves) == 1 else named(leaves)), text
