"""Where in the job's code a write is made: the operations around it, each with the place where it is written.

```
for@2 · @3:4? · try_each@3:4 · fn_if@4:8? · send_text@5:12
```

A part without a name is a statement of the script. A call site holds no position in data: a source may change its
order between two attempts of a run. A `?` marks what goes one way or another (`fn_if`, `.catch`, an `if` of the script,
a function of the job, a statement): what it leads to this time is an alternative to what it led to before.
"""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

_SEPARATOR = " · "
_CHOICE = "?"


def label(name: str, line: int, column: int | None = None, *, is_choice: bool = False) -> str:
    """Return what stands for one operation or statement in a call site.

    Example:
        >>> label("fn_if", 4, 8, is_choice=True)
        'fn_if@4:8?'
    """
    place = f"{line}" if column is None else f"{line}:{column}"
    return f"{name}@{place}{_CHOICE if is_choice else ''}"


def call_site(labels: Iterable[str]) -> str:
    """Return the call site that these labels lead to, outermost first."""
    return _SEPARATOR.join(labels)


@lru_cache(maxsize=64)
def _columns(code: CodeType) -> list[int | None]:
    return [column for _, _, column, _ in code.co_positions()]


def column_of(code: CodeType, instruction: int) -> int | None:
    """Return the column of the call that an instruction makes, or None where Python does not keep it."""
    columns = _columns(code)
    index = instruction // 2
    return columns[index] if 0 <= index < len(columns) else None


@lru_cache(maxsize=4096)
def known_site(site: str, *, is_for_somebody: bool) -> str:
    """Return the part of a call site by which a write is known.

    For somebody: the names and the lines. For nobody: the names alone. What it says is enough, and a job that has
    changed has other lines.

    Example:
        >>> known_site("try_each@3:0 · fn_if@4:8? · send_text@5:12", is_for_somebody=True)
        'try_each@3 · fn_if@4 · send_text@5'
        >>> known_site("each@3:0 · http.post@3:14 · POST https://a.example/x", is_for_somebody=False)
        'each · http.post · POST https://a.example/x'
    """
    kept = r"\1\2" if is_for_somebody else r"\1"
    parts = [re.sub(r"^(.*)(@\d+)(?::\d+)?\??$", kept, part) for part in site.split(_SEPARATOR)]
    return _SEPARATOR.join(part for part in parts if part)


def are_alternatives(first: str, second: str) -> bool:
    """Whether of two call sites only one is come to for one item: they are the same, or part at a choice.

    Example:
        >>> are_alternatives("each@3 · fn_if@4? · send_text@5", "each@3 · fn_if@4? · send_utility@6"), are_alternatives(
        ...     "each@3 · combine@4 · send_text@5", "each@3 · combine@4 · send_utility@6"
        ... )
        (True, False)
    """
    parent = ""
    for one, other in zip(first.split(_SEPARATOR), second.split(_SEPARATOR), strict=False):
        if one != other:
            return parent.endswith(_CHOICE)
        parent = one
    return True
