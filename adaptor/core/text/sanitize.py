"""How much of a state's values a log shows. In every mode secrets are redacted."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MODES = ("none", "remove", "summarize", "obfuscate")
_LENGTH = 8


class Sanitizer:
    """Returns the text that a log shows for a value of the state.

    Args:
        mode: `remove`: nothing. `summarize`: its kind and size, with the keys of objects. `obfuscate`: objects and
            lists with a mark in place of each value. Equal values have the same mark within a run and another one in
            the next run, so that nobody can find a value by trying.

    Example:
        >>> Sanitizer("summarize")({"name": "Ana", "psid": "1"}), Sanitizer("remove")("Ana")
        ('(object with 2 keys: name, psid)', '(removed)')
    """

    def __init__(self, mode: str) -> None:
        import os

        self._mode = mode
        self._key = os.urandom(16)

    def __call__(self, value: Any) -> str:
        """Return the text for a value."""
        if self._mode == "remove":
            return "(removed)"
        return _summary(value) if self._mode == "summarize" else self._obfuscated(value)

    def _obfuscated(self, value: Any) -> str:
        import json

        marked = self._marked(value)
        return marked if isinstance(marked, str) else json.dumps(marked, ensure_ascii=False)

    def _marked(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, dict):
            return {str(key): self._marked(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._marked(item) for item in value]
        from hashlib import blake2s

        return f"#{blake2s(repr(value).encode('utf-8', 'replace'), key=self._key).hexdigest()[:_LENGTH]}"


def _summary(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        return f"(object with {_count(value, 'key')}: {', '.join(map(str, value))})" if value else "(empty object)"
    if isinstance(value, list | tuple):
        return f"(list of {_count(value, 'item')})"
    if isinstance(value, str):
        return f"(text of {_count(value, 'character')})"
    if isinstance(value, bool):
        return "(true or false)"
    return "(number)" if isinstance(value, int | float) else f"({type(value).__name__})"


def _count(value: Any, noun: str) -> str:
    return f"{len(value):,} {noun}{'' if len(value) == 1 else 's'}"
