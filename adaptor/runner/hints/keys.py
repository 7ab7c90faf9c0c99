"""Which key a function of a job probably means where a dict has no such key."""

from __future__ import annotations

from ...core.values.missing import close_key, keys_in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


def fix_of_key_error(cause: KeyError) -> str | None:
    """Return what a dict has in place of a missing key, or None where no dict near the error is meant.

    Only the function in which the key was missing is looked at, and of its variables only the keys of dicts are shown.

    Args:
        cause: The error, with its traceback.
    """
    key = cause.args[0] if cause.args else None
    traceback = cause.__traceback__
    if not isinstance(key, str) or traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    dicts = {name: value for name, value in _dicts(traceback.tb_frame.f_locals) if _lacks(value, key)}
    for name, value in dicts.items():
        if (close := close_key(key, value)) is not None:
            return f"Did you mean {close!r}? {_has(name, value)}"
    return _has(*next(iter(dicts.items()))) if len(dicts) == 1 else None


def _dicts(variables: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each dict that a variable holds, and the dicts in it, each with how it is written."""
    for name, value in variables.items():
        if isinstance(value, dict):
            yield name, value
            inner = ((key, each) for key, each in value.items() if key != "configuration")
            yield from ((f"{name}[{key!r}]", each) for key, each in inner if isinstance(each, dict))


def _lacks(value: dict[str, Any], key: str) -> bool:
    return bool(value) and key not in value and all(isinstance(each, str) for each in value)


def _has(name: str, value: Mapping[str, Any]) -> str:
    return f"`{name}` has {keys_in_words({key: each for key, each in value.items() if key != 'configuration'})}."
