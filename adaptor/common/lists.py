"""Lists: made, cut into pieces, and joined into text."""

from __future__ import annotations

from ..core.errors import JobError, WrongCall
from ..core.operation import Value
from ..core.state import a_kind
from .calculation import calculation, wrong_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The heading under which `adaptor docs` shows this module.
HEADING = "data"


@calculation
def to_array(value: Value[Any]) -> list[Any]:
    """Make a list of a value that may be one already.

    Args:
        value: A list (or tuple) stays a list of the same items; anything else becomes the only item, also None.

    Returns:
        A new list; a lazy reference where the value is lazy.

    Example:
        >>> to_array("Ana"), to_array(["Ana", "Ben"]), to_array(None)
        (['Ana'], ['Ana', 'Ben'], [None])
    """
    return list(value) if isinstance(value, list | tuple) else [value]


@calculation
def array_to_string(array: Value[list[Any]], separator: Value[str] = ",") -> str:
    """Join the items of a list into one text.

    Args:
        array: Texts, numbers, `True` and `False` (written `true` and `false`, as in JSON); None is written as nothing.
        separator: The text between two items. Default: a comma.

    Returns:
        A text; a lazy reference where an argument is lazy.

    Raises:
        WrongCall: `array` is no list, or `separator` no text.
        JobError: An item is a list or an object, which has no plain text.

    Example:
        >>> array_to_string(["Mon", "Tue", None, 5], ", ")
        'Mon, Tue, , 5'
    """
    items = _list("array_to_string", array)
    if not isinstance(separator, str):
        raise wrong_kind("separator", "array_to_string", "a text", separator)
    return separator.join(_plain_text(item, index) for index, item in enumerate(items))


def _plain_text(item: Any, index: int) -> str:
    if item is None:
        return ""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, str | int | float):
        return str(item)
    raise JobError(
        f"Item {index} given to array_to_string() is {a_kind(item)}, which has no plain text.",
        fix="Pick the texts first: array_to_string(source('$.data.rows[*].name'), ', ').",
        code="WRONG_KIND",
    )


@calculation
def chunk(array: Value[list[Any]], size: Value[int]) -> list[list[Any]]:
    """Cut a list into lists of at most `size` items, in the same order.

    Args:
        array: A list.
        size: How many items each may have; from 1.

    Returns:
        A list of lists, of which the last may be shorter; a lazy reference where an argument is lazy.

    Raises:
        WrongCall: `array` is no list, or `size` is not a whole number from 1.

    Example:
        >>> chunk([1, 2, 3, 4, 5], 2)
        [[1, 2], [3, 4], [5]]
    """
    items = _list("chunk", array)
    if not isinstance(size, int) or isinstance(size, bool):
        raise wrong_kind("size", "chunk", "a whole number from 1", size)
    if size < 1:
        raise WrongCall(f"`size` of chunk() must be a whole number from 1, not {size}.", fix="Write chunk(array, 50).")
    return [items[start : start + size] for start in range(0, len(items), size)]


def _list(called: str, array: Any) -> list[Any]:
    if isinstance(array, list | tuple):
        return list(array)
    raise wrong_kind("array", called, "a list", array)
