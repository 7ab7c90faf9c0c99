"""The state: a JSON-serialisable dict. Operations take one and return a new one; they never change their input."""

from __future__ import annotations

from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    State: TypeAlias = dict[str, Any]
else:
    # So that annotations of a job's functions, such as `State | None`, can be evaluated.
    State = dict

#: The heading of these names in `adaptor docs`.
HEADING = "data"

#: The most earlier `data` that a state keeps. Without a limit a loop over 40,000 people becomes quadratic.
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
    """Return a state with empty `data` and `references` added if they are missing."""
    if "data" in state and "references" in state:
        return state
    return {"data": {}, "references": [], **state}


def not_a_state(what: str, value: object) -> JobError:
    """Return the error for a value that should be a state."""
    hint = (
        "Did you forget `return state`?"
        if value is None
        else "An operation takes a state (a dict) and returns one: return {**state, 'data': result}."
    )
    if hasattr(type(value), "__is_operation__"):
        hint = (
            "It was built but not performed: write `return send_text(…)(state)`. Or return a state: "
            "return {**state, 'data': result}."
        )
    if hasattr(value, "__await__"):
        hint = "Jobs are not asynchronous: write a plain function (def, not async def)."
        if hasattr(value, "close"):
            # Otherwise Python warns later that the coroutine was never awaited.
            value.close()
    return JobError(f"{what} {a_kind(value)} instead of a state.", fix=hint, code="NOT_A_STATE")


def not_json(value: Any, path: str = "state") -> tuple[str, str] | None:
    """Find the first part of a value that is not JSON.

    Returns:
        None if all is JSON, else the path of that part and a description.
    """
    found = _offender(value, path)
    return None if found is None else (found[0], found[2])


def _offender(value: Any, path: str) -> tuple[str, Any, str] | None:
    """Return the path of the first part that is not JSON, the part, and a description."""
    if value is None or isinstance(value, str | bool | int):
        return None
    if isinstance(value, float):
        return None if value - value == 0 else (path, value, f"the number {value}, which JSON does not have")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                return f"{path}[{key!r}]", None, f"under a key that is {a_kind(key)}; JSON keys are text"
            found = _offender(item, f"{path}.{key}" if key.isidentifier() else f"{path}[{key!r}]")
            if found:
                return found
        return None
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            found = _offender(item, f"{path}[{index}]")
            if found:
                return found
        return None
    return path, value, _described(value)


def _described(value: Any) -> str:
    if hasattr(type(value), "__resolve__"):
        return f"`{value!r}`, a lazy reference that was never resolved"
    if hasattr(type(value), "__is_operation__"):
        return f"the operation {value.title()}, which was not performed"
    if isinstance(value, BaseException):
        return f"an exception ({type(value).__name__})"
    if callable(value):
        return f"the function `{getattr(value, '__name__', type(value).__name__)}`"
    return a_kind(value)


def _instead(value: Any) -> str:
    """Return the fix for a value that JSON cannot hold."""
    if hasattr(type(value), "__resolve__"):
        return "Inside a function use its own parameter, the real state: state['data']['name'], not state.data.name."
    if hasattr(type(value), "__is_operation__"):
        return "Perform it: state = send_text(…)(state); or give it a name in the script instead of the state."
    if isinstance(value, BaseException):
        return "Keep its text: str(error); of an error of this package error.facts()."
    if callable(value):
        return "Keep helpers in the script, outside the state: define them with def at the top level, or in a module."
    if isinstance(value, set | frozenset):
        return "Make a list of it: sorted(…) or list(…)."
    if hasattr(value, "isoformat"):
        return "Make text of it: .isoformat()."
    if isinstance(value, bytes):
        return "Make text of it: .decode(), or base64."
    return "Turn it into text, a number, a list or a dict before the step ends (str(…), list(…), .isoformat())."


def json_problem(state: State, what: str = "The final state") -> JobError:
    """Return the error for a state that is not JSON; it names the first such part.

    Args:
        state: The state, or a part of it.
        what: The subject of the error's sentence.
    """
    try:
        found = _offender(state, "state")
    except RecursionError:
        found = ("state", None, "a structure that contains itself")
    path, value, kind = found or ("state", None, "something that JSON cannot hold")
    return JobError(f"{what} is not JSON: {path} is {kind}.", fix=_instead(value), code="STATE_NOT_JSON")


def a_kind(value: object) -> str:
    """Return the kind of a value with its article: `a list`, `an int`; None is `None`."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
