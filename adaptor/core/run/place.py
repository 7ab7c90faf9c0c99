"""The place of a run in the job, and the call site of a write: its statement and the operations around it, with lines.

```
for@2 · @3:4 · try_each@3 · fn_if@4 · send_text@5
```

The first part is the statement of the script (a part without a name), or the compound statement (`for`, `if`) around
it. A call site holds no index of data: a source may change its order between two attempts of a run.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache

from ..errors import PACKAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_SEPARATOR = " · "
#: The name of a script's operations in a place; their number follows.
STEP = "step"


def label(name: str, line: int, column: int | None = None) -> str:
    """Return the part of a call site for one operation or statement.

    Example:
        >>> label("fn_if", 4), label("", 3, 0)
        ('fn_if@4', '@3:0')
    """
    return f"{name}@{line}" if column is None else f"{name}@{line}:{column}"


def call_site(labels: Iterable[str]) -> str:
    """Return the call site with these labels, outermost first."""
    return _SEPARATOR.join(labels)


def place_of(path: Iterable[tuple[str, int | None]]) -> str:
    """Return the place of a run as text: the current operations, each with its index.

    Example:
        >>> place_of([(STEP, 1), ("each", 17), ("send_text", None)])
        'step 2 · each[17] · send_text'
    """
    return _SEPARATOR.join(_named(name, index) for name, index in path if name)


def _named(name: str, index: int | None) -> str:
    if index is None:
        return name
    return f"{STEP} {index + 1}" if name == STEP else f"{name}[{index}]"


class Statement:
    """The current statement of the script.

    Attributes:
        labels: The labels of the compound statements (`for`, `if`) around its operation.
        line: Its line, or None.
        is_alone: Its line has built only this operation, and not several as in a `for`.
    """

    __slots__ = ("is_alone", "labels", "line")

    def __init__(self, labels: tuple[str, ...] = (), line: int | None = None, *, is_alone: bool = True) -> None:
        self.labels = labels
        self.line = line
        self.is_alone = is_alone


@lru_cache(maxsize=4096)
def without_lines(site: str) -> str:
    """Return a call site without line numbers.

    It identifies a write without a recipient: its content is enough, and in a changed job the lines differ.

    Example:
        >>> without_lines("@3:0 · each@3 · http.post@3 · POST https://a.example/x")
        'each · http.post · POST https://a.example/x'
    """
    parts = (re.sub(r"@\d+(:\d+)?$", "", part) for part in site.split(_SEPARATOR))
    return _SEPARATOR.join(part for part in parts if part)


def are_of_one_statement(first: str, second: str) -> bool:
    """Whether two call sites belong to the same statement, so that their writes may be alternatives of each other.

    Example:
        >>> are_of_one_statement("@3:0 · each@3 · send_text@4", "@3:0 · each@3 · send_utility@5")
        True
    """
    return first.partition(_SEPARATOR)[0] == second.partition(_SEPARATOR)[0]


def written_at() -> tuple[str, int]:
    """Return the file and line of the nearest caller outside this package, which is the job."""
    frame: Any = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno
