"""Check a description that a person wrote: collect every mistake with its place, and report them together."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


class SandboxError(Exception):
    """A sandbox cannot be set up as described, or is used before it is started."""


class Checker:
    """Reads values of the expected kind, and collects a problem for each that is not."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def raise_for(self, source: str) -> None:
        """Raise the collected problems, if there are any; `source` names what was read."""
        if len(self.problems) == 1:
            raise SandboxError(f"{source}: {self.problems[0]}")
        if self.problems:
            lines = "".join(f"\n  {problem}" for problem in self.problems)
            raise SandboxError(f"{source}: {len(self.problems)} things to correct:{lines}")

    def fields(self, raw: object, where: str, keys: Collection[str]) -> Mapping[str, Any]:
        """Read an object that may hold these keys."""
        if not isinstance(raw, dict):
            self.add_problem(where, 'must be an object: { "…": … }')
            return {}
        for key in raw:
            if key not in keys:
                close = get_close_matches(str(key), keys, 1)
                hint = f'did you mean "{close[0]}"?' if close else f"known are: {', '.join(keys)}"
                self.add_problem(f"{where}.{key}" if where else str(key), f"is not a known key; {hint}")
        return raw

    def items(self, data: Mapping[str, Any], key: str, where: str) -> list[Any]:
        """Read a list; an absent one is empty."""
        value = data.get(key)
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            self.add_problem(path_of(where, key), "must be a list: [ … ]")
            return []
        return list(value)

    def digits(self, value: object, where: str) -> str:
        """Read an id, which may be a number."""
        text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
        if not (text.isascii() and text.isdigit()):
            self.add_problem(where, f'must be digits, such as "6543210987654321", not {json.dumps(value, default=str)}')
        return text

    def text(self, data: Mapping[str, Any], key: str, where: str, *, required: bool = False) -> str | None:
        """Read text that is not empty."""
        value = data.get(key)
        if value is None:
            if required and data:
                self.add_problem(path_of(where, key), "is missing")
            return None
        if not isinstance(value, str) or not value:
            self.add_problem(path_of(where, key), f"must be text, not {json.dumps(value, default=str)}")
            return None
        return value

    def flag(self, data: Mapping[str, Any], key: str, where: str) -> bool:
        """Read true or false."""
        value = data.get(key)
        if value is not None and not isinstance(value, bool):
            self.add_problem(path_of(where, key), f"must be true or false, not {json.dumps(value, default=str)}")
        return value is True

    def choice(
        self, data: Mapping[str, Any], key: str, where: str, allowed: Collection[str], *, required: bool = False
    ) -> str | None:
        """Read one of a few words."""
        value = self.text(data, key, where, required=required)
        if value is not None and value not in allowed:
            self.add_problem(path_of(where, key), f'must be one of {", ".join(allowed)}, not "{value}"')
            return None
        return value

    def unique(self, names: Iterable[str], where: str, what: str) -> None:
        """Add a problem for each name that occurs twice."""
        seen: set[str] = set()
        for name in names:
            if name and name in seen:
                self.add_problem(where, f"has two with the same {what}: {name}")
            seen.add(name)

    def add_problem(self, where: str, problem: str) -> None:
        """Add a problem."""
        self.problems.append(f"{where}: {problem}" if where else f"the whole file {problem}")


def path_of(where: str, key: str) -> str:
    """Give the path of a key."""
    return f"{where}.{key}" if where else key
