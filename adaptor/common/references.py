"""References: earlier `data`, oldest first, read by path."""

from __future__ import annotations

from ..core.operation import Value
from ..core.state import State
from ..core.values.builder import builder
from ..core.values.jsonpath import compiled
from .calculation import reader
from .data import first_match, known_path, under

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The heading under which `adaptor docs` shows this module.
HEADING = "data"


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
    return under("$.references", known_path("reference_path", path), "[*]")


def _last_reference_path(path: Any, default: Any = None) -> None:
    # A path that cannot be read is an error on the line where it is written.
    compiled(known_path("last_reference_value", path))


@reader(_last_reference_path)
def last_reference_value(state: State, path: str, *, default: Value[Any] = None) -> Any:
    """Refer to a value in the newest of the references: the `data` from before the last result.

    Args:
        path: A JSONPath relative to that `data`: `id`, `rows[0].id`; `$` is all of it.
        default: The value where nothing matches, or where the match is None. Without it: None.

    Returns:
        A lazy reference; called with a state it gives the value.

    Raises:
        JobError: The path cannot be read. Nothing was sent.
        WrongCall: The path is not text that is known when the job is loaded.

    Example:
        >>> last_reference_value("id")({"references": [{"id": 1}, {"id": 2}]})
        2
    """
    references = state.get("references")
    newest = references[-1] if isinstance(references, list) and references else None
    return first_match(path, newest, state, default)
