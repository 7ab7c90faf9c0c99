"""Why a state lacks what a job reads from it: none was given, or what was given has no `data`."""

from __future__ import annotations

import os
import re

from ...core.errors import AdaptorError, MissingReference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ...core.state import State

#: Keys of a state that the runner itself sets.
_OURS = frozenset({"data", "references", "configuration", "response", "errors"})


def state_fix(error: AdaptorError, state: State, file: str, *, is_first: bool) -> str | None:
    """Return what to do about a missing part of the state, or None where the state is not the reason.

    Args:
        error: What a job failed with.
        state: What its first operation was given.
        file: The job's file.
        is_first: It failed at its first operation.
    """
    path = _path_in(error)
    if not path:
        return None
    data = state.get("data")
    if path[0] == "data" and len(path) > 1 and path[1] in state and not _has(data, path[1:]):
        key = path[1]
        return (
            f'`{key}` is beside `data` in the state, not in it: read state.{key}, or give {{"data": {{"{key}": …}}}}.'
        )
    if path[0] == "data" and len(path) > 1 and isinstance(data, list) and is_first:
        return "`data` is the list itself: write each(state.data, …)."
    similar = next((key for key in state if str(key).strip().lower() == "data" and key != "data"), None)
    if not data and similar is not None:
        return f"The state has `{similar}`: rename it to `data`."
    if not _is_empty(state):
        return None
    beside = _beside(path, file)
    return beside or ("No state was given. Give one with -s FILE, a JSON object." if is_first else None)


def fix_of_nothing(jsonpath: str | None, state: State, file: str) -> str | None:
    """Return what to do where a loop found no items, or None where the state is not the reason.

    Args:
        jsonpath: The path by which the loop looks for its items.
        state: What the first operation of the job was given.
        file: The job's file.
    """
    if jsonpath is None or not _is_empty(state):
        return None
    return _beside(re.findall(r"\w+", jsonpath), file)


def _is_empty(state: State) -> bool:
    return not state.get("data") and state.keys() <= _OURS


def _beside(path: Sequence[Any], file: str) -> str | None:
    """Return which file beside a job holds a path, with or without `data` around it."""
    for other, value in _states_beside(file):
        if _has(value, path) or _has(value, path[1:]):
            return f"No state was given, and {other} has it: add -s {other}"
    return None


def _path_in(error: AdaptorError) -> Sequence[Any]:
    """Return the keys that lead to what is missing; of a plain `KeyError` only the last is known."""
    if isinstance(error, MissingReference):
        return error.path
    cause = error.__cause__
    if isinstance(cause, KeyError) and cause.args and isinstance(cause.args[0], str):
        return (cause.args[0],) if cause.args[0] == "data" else ("data", cause.args[0])
    return ()


def _has(value: Any, path: Sequence[Any]) -> bool:
    try:
        for step in path:
            value = value[step]
    except (KeyError, IndexError, TypeError):
        return False
    return bool(path)


def _states_beside(file: str) -> Iterator[tuple[str, Any]]:
    """Yield the path and the object of each file beside a job that may be a state."""
    from .paths import objects_in
    from .texts import CREDENTIAL, PEOPLE, kind_of_object

    for path, value in objects_in(os.path.dirname(file)):
        if "steps" not in value and kind_of_object(value) not in (CREDENTIAL, PEOPLE):
            yield path, value
