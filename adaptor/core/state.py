"""The state: a JSON-serialisable dict that operations take and return, never changing the one they were given."""

from __future__ import annotations

from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    State: TypeAlias = dict[str, Any]
else:
    # So that `State | None` and the like can be evaluated where a job annotates its functions.
    State = dict

#: How many earlier `data` a state remembers. Without a bound a loop over 40,000 people becomes quadratic.
REFERENCES_KEPT = 100


def compose_next_state(state: State, response: Any) -> State:
    """Return a new state whose `data` is `response`; the old `data` goes to the end of `references`.

    Args:
        state: The state before. It is not changed.
        response: What becomes `data`.

    Returns:
        A new state. `references` keeps the newest 100.

    Example:
        >>> compose_next_state({"data": 1, "references": []}, 2)
        {'data': 2, 'references': [1]}
    """
    if not isinstance(state, dict):
        raise not_a_state("compose_next_state() was given", state)
    references = state.get("references") or []
    if "data" in state:
        references = [*references[1 - REFERENCES_KEPT :], state["data"]]
    return {**state, "data": response, "references": references}


def initial_state(state: State) -> State:
    """Return the state that `execute` starts from: `data` and `references` filled in where they are missing."""
    if "data" in state and "references" in state:
        return state
    return {"data": {}, "references": [], **state}


def not_a_state(what: str, value: object) -> JobError:
    """Return the error for something that is not a state where one is expected."""
    hint = (
        "Did you forget `return state`?"
        if value is None
        else "An operation takes a state (a dict) and returns one: return {**state, 'data': result}."
    )
    if hasattr(value, "__await__"):
        hint = "Jobs are not asynchronous: write a plain function (def, not async def)."
        if hasattr(value, "close"):
            # Otherwise Python complains once more, later, that nobody waited for it.
            value.close()
    kind = "None" if value is None else a_kind(value)
    return JobError(f"{what} {kind} instead of a state.", fix=hint, code="NOT_A_STATE")


def not_json(value: Any, path: str = "state") -> tuple[str, str] | None:
    """Find what keeps `value` from being JSON.

    Returns:
        None when it is JSON, else the path of the first offender and what it is.
    """
    if value is None or isinstance(value, str | bool | int):
        return None
    if isinstance(value, float):
        return None if value - value == 0 else (path, f"the number {value}, which JSON does not have")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                return f"{path}[{key!r}]", f"under a key that is {a_kind(key)}; JSON keys are text"
            found = not_json(item, f"{path}.{key}" if key.isidentifier() else f"{path}[{key!r}]")
            if found:
                return found
        return None
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            found = not_json(item, f"{path}[{index}]")
            if found:
                return found
        return None
    return path, a_kind(value)


def json_problem(state: State) -> JobError:
    """Return the error that says which part of a state cannot be written as JSON."""
    try:
        found = not_json(state)
    except RecursionError:
        found = ("state", "a structure that contains itself")
    path, kind = found or ("state", "something that JSON cannot hold")
    return JobError(
        f"The final state is not JSON: {path} is {kind}.",
        fix="Turn it into text, a number, a list or a dict before the step ends (str(…), list(…), .isoformat()).",
        code="STATE_NOT_JSON",
    )


def a_kind(value: object) -> str:
    """Return the kind of a value with its article: `a list`, `an int`."""
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
