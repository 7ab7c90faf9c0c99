"""Where in the job's code a write is made: the statement, and the operations around it, each with its line.

```
for@2 · @3:4 · try_each@3 · fn_if@4 · send_text@5
```

The first part is the statement of the script (a part without a name), or the `for`, `if` or other compound statement
that it stands in. A call site holds no position in data: a source may change its order between two attempts of a run.
"""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SEPARATOR = " · "
#: What the operations of a script are called in a place: by their number.
STEP = "step"


def label(name: str, line: int, column: int | None = None) -> str:
    """Return what stands for one operation or statement in a call site.

    Example:
        >>> label("fn_if", 4), label("", 3, 0)
        ('fn_if@4', '@3:0')
    """
    return f"{name}@{line}" if column is None else f"{name}@{line}:{column}"


def call_site(labels: Iterable[str]) -> str:
    """Return the call site that these labels lead to, outermost first."""
    return _SEPARATOR.join(labels)


def place_of(path: Iterable[tuple[str, int | None]]) -> str:
    """Return where a run is, in words: the operations under way, each with its index.

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
    """The statement of the script whose operation is under way.

    Attributes:
        labels: What stands around the operation: the labels of `for`, `if` and the like.
        line: Its line, or None.
        is_alone: No other operation was made on that line, as a `for` makes several.
    """

    __slots__ = ("is_alone", "labels", "line")

    def __init__(self, labels: tuple[str, ...] = (), line: int | None = None, *, is_alone: bool = True) -> None:
        self.labels = labels
        self.line = line
        self.is_alone = is_alone


@lru_cache(maxsize=4096)
def without_lines(site: str) -> str:
    """Return the names of a call site alone.

    So a call to nobody is known: what it says is enough, and a job that has changed has other lines.

    Example:
        >>> without_lines("@3:0 · each@3 · http.post@3 · POST https://a.example/x")
        'each · http.post · POST https://a.example/x'
    """
    parts = (re.sub(r"@\d+(:\d+)?$", "", part) for part in site.split(_SEPARATOR))
    return _SEPARATOR.join(part for part in parts if part)


def are_of_one_statement(first: str, second: str) -> bool:
    """Whether two call sites are of the same statement: what it leads to this time may stand for what it led to before.

    Example:
        >>> are_of_one_statement("@3:0 · each@3 · send_text@4", "@3:0 · each@3 · send_utility@5")
        True
    """
    return first.partition(_SEPARATOR)[0] == second.partition(_SEPARATOR)[0]
