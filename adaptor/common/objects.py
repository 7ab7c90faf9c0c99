"""Objects: read by path, and split by key."""

from __future__ import annotations

from ..core.operation import Value
from ..core.values.jsonpath import compiled
from .calculation import calculation, wrong_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The heading under which `adaptor docs` shows this module.
HEADING = "data"


@calculation
def json_value(obj: Value[Any], path: Value[str], *, default: Value[Any] = None) -> Any:
    """Read the first match of a JSONPath in an object of your own.

    Args:
        obj: An object or list.
        path: A JSONPath in it: `rows[0].id`. The leading `$.` may be left out.
        default: The value where nothing matches, or where the first match is None. Without it: None.

    Returns:
        The value; a lazy reference where an argument is lazy.

    Raises:
        JobError: The path cannot be read.
        WrongCall: The path is not text.

    Example:
        >>> json_value({"rows": [{"id": 7}]}, "$.rows[*].id")
        7
    """
    if not isinstance(path, str):
        raise wrong_kind("path", "json_value", "a text", path)
    found = compiled(path)(obj)
    return found[0] if found and found[0] is not None else default


@calculation
def split_keys(obj: Value[dict[str, Any]], keys: Value[list[str]]) -> list[dict[str, Any]]:
    """Split an object in two by its keys.

    Args:
        obj: The object. It is not changed.
        keys: A list of keys; those that the object does not have are passed over.

    Returns:
        `[rest, picked]`: what is not under these keys, and what is. A lazy reference where an argument is lazy.

    Raises:
        WrongCall: `obj` is no object, or `keys` is no list of text.

    Example:
        >>> split_keys({"name": "Ana", "age": 40, "psid": "1"}, ["psid"])
        [{'name': 'Ana', 'age': 40}, {'psid': '1'}]
    """
    if not isinstance(obj, dict):
        raise wrong_kind("obj", "split_keys", "an object", obj)
    if not isinstance(keys, list | tuple) or not all(isinstance(key, str) for key in keys):
        raise wrong_kind("keys", "split_keys", "a list of text", keys)
    picked = {key: value for key, value in obj.items() if key in keys}
    return [{key: value for key, value in obj.items() if key not in picked}, picked]
