"""References: earlier `data`, oldest first, read by path."""

from __future__ import annotations

from ..core.operation import Value, builder
from ..core.state import State
from ..core.values.arguments import prepare
from ..core.values.jsonpath import compiled
from ..core.values.lazy import resolve
from .data import Reader, known_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Under which heading `adaptor docs` shows what stands here.
HEADING = "data"


class LastReference(Reader):
    """The first match of a JSONPath in the newest of the references."""

    __slots__ = ("__default__", "__find__", "__path__")

    def __init__(self, path: str, default: Any = None) -> None:
        self.__path__ = path
        self.__default__ = prepare(default)
        self.__find__ = compiled(path)

    def __resolve__(self, state: State) -> Any:
        references = state.get("references")
        found = self.__find__(references[-1]) if isinstance(references, list) and references else None
        return found[0] if found and found[0] is not None else resolve(self.__default__, state)

    def __repr__(self) -> str:
        default = "" if self.__default__ is None else f", default={self.__default__!r}"
        return f"last_reference_value({self.__path__!r}{default})"

    def __reduce__(self) -> tuple[Any, ...]:
        return LastReference, (self.__path__, self.__default__)


@builder
def reference_path(path: str) -> str:
    """Return a path into `references` (earlier `data`, oldest first) as a whole JSONPath.

    Args:
        path: Relative to `$.references`: `[0].id`. A key alone means that of every reference: `id` is `[*].id`.

    Returns:
        A JSONPath that starts with `$.references`.

    Raises:
        WrongCall: The path is not text that is known when the job is loaded.

    Example:
        >>> reference_path("[0].id"), reference_path("id")
        ('$.references[0].id', '$.references[*].id')
    """
    rest = known_path("reference_path", path).strip()
    if rest in ("$", "$.references"):
        return "$.references"
    for prefix in ("$.references.", "$.references[", "$.", "$["):
        if rest.startswith(prefix):
            rest = rest[len(prefix.rstrip("[")) :]
            break
    return f"$.references{rest}" if rest.startswith("[") else f"$.references[*].{rest}"


@builder
def last_reference_value(path: str, *, default: Value[Any] = None) -> Any:
    """Refer to a value in the newest of the references: the `data` from before the last result.

    Args:
        path: A JSONPath relative to that `data`: `id`, `rows[0].id`; `$` is all of it.
        default: What it is where nothing matches, or what matches is None. Without it: None.

    Returns:
        A lazy reference; called with a state it gives the value.

    Raises:
        JobError: The path cannot be read. Nothing was sent.
        WrongCall: The path is not text that is known when the job is loaded.

    Example:
        >>> last_reference_value("id")({"references": [{"id": 1}, {"id": 2}]})
        2
    """
    return LastReference(known_path("last_reference_value", path), default)
