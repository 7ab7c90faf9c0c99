"""How much of a state a log shows. Secrets are in none of it, whatever the mode."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MODES = ("none", "remove", "summarize", "obfuscate")
_LENGTH = 8


class Sanitizer:
    """Says what stands for a value of the state in a log.

    Args:
        mode: `remove`: nothing of it. `summarize`: of what kind and how large it is, with the keys of objects.
            `obfuscate`: objects and lists as they are built, with a mark in the place of each value. Values that are
            alike have the same mark within a run, and another one in the next: nobody can find out by trying what a
            mark stands for.

    Example:
        >>> Sanitizer("summarize")({"name": "Ana", "psid": "1"}), Sanitizer("remove")("Ana")
        ('(object with 2 keys: name, psid)', '(removed)')
    """

    def __init__(self, mode: str) -> None:
        import os

        self._mode = mode
        self._key = os.urandom(16)

    def __call__(self, value: Any) -> str:
        """Return what is shown of a value."""
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
