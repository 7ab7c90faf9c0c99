"""Values: read from the state by path, and put together."""

from __future__ import annotations

from functools import lru_cache

from ..core.errors import JobError, WrongCall
from ..core.operation import Value
from ..core.state import State, a_kind
from ..core.values.arguments import prepare
from ..core.values.builder import builder
from ..core.values.jsonpath import compiled, find
from ..core.values.lazy import Lazy, resolve
from .calculation import reader
from .rows.sources import items_as_written, path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The heading under which `adaptor docs` shows this module.
HEADING = "data"


def first_match(path: str, root: Any, state: State, default: Any) -> Any:
    """Return the first match of a JSONPath, or the default, which is resolved only where it is needed."""
    found = find(path, root)
    return found[0] if found and found[0] is not None else resolve(default, state)


def known_path(written: str, path: Any) -> str:
    """Return a path that was given to `written`, refusing one that depends on the state."""
    # A path that holds references is known only when the operation runs.
    if isinstance(path, str) and isinstance(prepare(path), str):
        return path
    raise WrongCall(
        f"The path of {written}() must be text that is known when the job is loaded.",
        fix="Where the path depends on the state write state.data.rows[state.index], or a function of the state.",
    )


def data_path(path: str) -> str:
    """Return a path into `data` as a whole JSONPath.

    Args:
        path: Relative to `$.data`; `$.data.x` and `$.x` mean the same as `x`.

    Returns:
        A JSONPath that starts with `$.data`.

    Example:
        >>> data_path("rows[0].id"), data_path("$.data.rows")
        ('$.data.rows[0].id', '$.data.rows')
    """
    return under("$.data", known_path("data_path", path))


@lru_cache(maxsize=512)
def under(root: str, path: str, items: str = "") -> str:
    """Return a path below a root as a whole JSONPath; `items` is put before a path that begins with a key."""
    rest = path.strip()
    if rest in ("$", root):
        return root
    for prefix in (f"{root}.", f"{root}[", "$.", "$[", "."):
        if rest.startswith(prefix):
            rest = rest[len(prefix.rstrip("[")) :]
            break
    return f"{root}{rest}" if rest.startswith("[") else f"{root}{items}.{rest}"


def _data_value_path(path: Any, default: Any = None) -> str | None:
    return _without_default(under("$.data", known_path("data_value", path)), default)


def _source_value_path(path: Any, default: Any = None) -> str | None:
    return _without_default(known_path("source_value", path), default)


def _without_default(path: str, default: Any) -> str | None:
    # A path that cannot be read is an error on the line where it is written.
    compiled(path)
    return path if default is None else None


def _source_path(path: Any) -> str | None:
    return _without_default(known_path("source", path), None)


@reader(_data_value_path)
def data_value(state: State, path: str, *, default: Any = None) -> Any:
    """Refer to a value under `data` by its path.

    Args:
        path: A JSONPath relative to `$.data`: `name`, `rows[0].id`, `first name`.
        default: The value where nothing matches, or where the match is None. Without it: None.

    Returns:
        A lazy reference; called with a state it gives the value.

    Raises:
        JobError: The path cannot be read. Nothing was sent.

    Example:
        >>> data_value("name")({"data": {"name": "Ana"}})
        'Ana'
    """
    return first_match(under("$.data", path), state, state, default)


@reader(_source_value_path)
def source_value(state: State, path: str, *, default: Any = None) -> Any:
    """Refer to the first match of a JSONPath in the whole state.

    Args:
        path: A JSONPath: `$.data.rows[0].id`. The leading `$.` may be left out.
        default: The value where nothing matches, or where the first match is None. Without it: None.

    Returns:
        A lazy reference; called with a state it gives the value.

    Raises:
        JobError: The path cannot be read. Nothing was sent.

    Example:
        >>> source_value("$.a[*]")({"a": [5, 6]})
        5
    """
    return first_match(path, state, state, default)


@reader(_source_path)
def source(state: State, path: str) -> Any:
    """Refer to all matches of a JSONPath in the whole state.

    Args:
        path: A JSONPath: `$.data.rows[*].id`. The leading `$.` may be left out.

    Returns:
        A lazy reference; called with a state it gives a list.

    Raises:
        JobError: The path cannot be read. Nothing was sent.

    Example:
        >>> source("$.a[*]")({"a": [5, 6]})
        [5, 6]
    """
    return find(path, state)


@builder
def field(key: str, value: Value[Any]) -> list[Any]:
    """Build one key and value for `fields`.

    Args:
        key: The key; dots in it are plain dots.
        value: Anything, also lazy.

    Returns:
        The pair `[key, value]`.

    Example:
        >>> fields(field("name", "Ana"), field("age", 40))
        {'name': 'Ana', 'age': 40}
    """
    return [key, value]


@builder
def fields(*pairs: Any) -> dict[str, Any]:
    """Build an object from keys and values; of a key given twice the last value counts.

    Args:
        *pairs: From `field`, or `[key, value]`.

    Returns:
        A dict. Lazy values in it are resolved where it is used.

    Raises:
        WrongCall: Something among the arguments is no pair.

    Example:
        >>> fields(["a", 1], ["b", 2])
        {'a': 1, 'b': 2}
    """
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise WrongCall(f"fields() takes pairs, not {a_kind(pair)}.", fix='Write fields(field("name", value), …).')
    return {pair[0]: pair[1] for pair in pairs}


def _merge_path(source: Any, fields: Any) -> str | None:
    return path_of(source)


@reader(_merge_path)
def merge(state: State, source: Any, fields: Value[dict[str, Any]]) -> Any:
    """Refer to the items of a source, each with further fields.

    Args:
        source: A JSONPath such as `$.data.rows[*]`, a list, or a lazy reference to one.
        fields: Added to each item; they win over what the item has. Lazy values are read from the state.

    Returns:
        A lazy reference to a list; called with a state it gives the list.

    Raises:
        JobError: The path cannot be read, or an item is no object. Nothing was sent.

    Example:
        >>> merge("$.books[*]", {"shop": "A"})({"books": [{"title": "T"}]})
        [{'title': 'T', 'shop': 'A'}]
    """
    added = resolve(fields, state)
    items = items_as_written(source, state)
    return [{**_object(item, index, "source of merge()"), **added} for index, item in enumerate(items)]


def _join_path(target: Any, source: Any, key: Any) -> str | None:
    for path in (target, source):
        if isinstance(path, str):
            compiled(path)
    if not isinstance(source, str | Lazy):
        raise WrongCall(
            f"`source` of join() must be a path or a lazy reference, not {a_kind(source)}.",
            fix='For a value that is known write merge(target, {"key": value}).',
        )
    if not isinstance(key, str | Lazy):
        raise WrongCall(f"`key` of join() must be a text, not {a_kind(key)}.", fix="Write join(target, source, 'key').")
    return path_of(target)


@reader(_join_path)
def join(state: State, target: Any, source: Value[Any], key: Value[str]) -> Any:
    """Refer to the items of a source, each with a value from elsewhere in the state.

    Args:
        target: The items: a JSONPath such as `$.data.children[*]`, a list, or a lazy reference to one.
        source: The value: a JSONPath in the whole state, of which the first match counts (None where nothing
            matches), or a lazy reference.
        key: The key of the value in each item. An item that has this key already keeps its own.

    Returns:
        A lazy reference to a list; called with a state it gives the list.

    Raises:
        JobError: A path cannot be read, or an item is no object. Nothing was sent.

    Example:
        >>> join("$.children[*]", "$.parent_id", "parent")({"parent_id": 7, "children": [{"id": 1}, {"id": 2}]})
        [{'parent': 7, 'id': 1}, {'parent': 7, 'id': 2}]
    """
    value = first_match(source, state, state, None) if isinstance(source, str) else resolve(source, state)
    name = resolve(key, state)
    items = items_as_written(target, state)
    return [{name: value, **_object(item, index, "target of join()")} for index, item in enumerate(items)]


def _object(item: Any, index: int, where: str) -> dict[str, Any]:
    if isinstance(item, dict):
        return item
    raise JobError(
        f"Item {index} of the {where} is {a_kind(item)}, which takes no fields.",
        fix="Point at objects; for each item of a list the path ends in [*]: $.data.rows[*].",
        code="WRONG_KIND",
    )


@reader(lambda: None)
def index(state: State) -> Any:
    """Refer to the position of the loop that is under way: 0 for the first item.

    Returns:
        A lazy reference, None outside a loop; called with a state it gives the number.

    Example:
        >>> index()({"index": 4})
        4
    """
    return state.get("index")
