"""Values: read from the state by path, and put together."""

from __future__ import annotations

from ..core.errors import JobError, WrongCall
from ..core.operation import Value, builder
from ..core.state import State, a_kind
from ..core.values.arguments import expand_references, prepare
from ..core.values.jsonpath import compiled
from ..core.values.lazy import Lazy, resolve
from .rows.sources import items_of, path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Under which heading `adaptor docs` shows what stands here.
HEADING = "data"


class Reader(Lazy):
    """A reference that may also be called with a state, as in OpenFn: `data_value("name")(state)`."""

    __slots__ = ()

    #: The JSONPath by which it finds something, where it has one.
    __source_path__: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the value in this state."""
        if len(args) == 1 and isinstance(args[0], dict) and not kwargs:
            return self.__resolve__(args[0])
        return super().__call__(*args, **kwargs)


class FirstMatch(Reader):
    """The first match of a JSONPath, or a default."""

    __slots__ = ("__default__", "__find__", "__path__", "__written__")

    def __init__(self, written: str, path: str, default: Any = None) -> None:
        self.__written__ = written
        self.__path__ = path
        self.__default__ = prepare(default)
        # A path that cannot be read is an error on the line where it is written.
        self.__find__ = compiled(path)

    @property
    def __source_path__(self) -> str | None:
        return self.__path__ if self.__default__ is None else None

    def __resolve__(self, state: State) -> Any:
        found = self.__find__(state)
        return found[0] if found and found[0] is not None else resolve(self.__default__, state)

    def __repr__(self) -> str:
        shown = self.__path__.removeprefix("$.data.") if self.__written__ == "data_value" else self.__path__
        default = "" if self.__default__ is None else f", default={self.__default__!r}"
        return f"{self.__written__}({shown!r}{default})"

    def __reduce__(self) -> tuple[Any, ...]:
        return FirstMatch, (self.__written__, self.__path__, self.__default__)


class AllMatches(Reader):
    """All that a JSONPath finds."""

    __slots__ = ("__find__", "__path__")

    def __init__(self, path: str) -> None:
        self.__path__ = path
        self.__find__ = compiled(path)

    @property
    def __source_path__(self) -> str:
        return self.__path__

    def __resolve__(self, state: State) -> list[Any]:
        return self.__find__(state)

    def __repr__(self) -> str:
        return f"source({self.__path__!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return AllMatches, (self.__path__,)


class Merged(Reader):
    """The items of a source, each with further fields."""

    __slots__ = ("__fields__", "__source__")

    def __init__(self, source: Any, fields: Any) -> None:
        self.__source__ = source
        self.__fields__ = fields

    @property
    def __source_path__(self) -> str | None:
        return path_of(self.__source__)

    def __resolve__(self, state: State) -> list[Any]:
        source, fields = expand_references(state, self.__source__, self.__fields__)
        return [{**item, **fields} for item in items_of(source, state)]

    def __repr__(self) -> str:
        return f"merge({self.__source__!r}, {self.__fields__!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Merged, (self.__source__, self.__fields__)


class Joined(Reader):
    """The items of a source, each with one value from elsewhere in the state."""

    __slots__ = ("__key__", "__source__", "__target__")

    def __init__(self, target: Any, source: Any, key: Any) -> None:
        self.__target__ = target
        self.__source__ = source
        self.__key__ = key

    @property
    def __source_path__(self) -> str | None:
        return path_of(self.__target__)

    def __resolve__(self, state: State) -> list[Any]:
        target, key = expand_references(state, self.__target__, self.__key__)
        if isinstance(self.__source__, str):
            found = compiled(self.__source__)(state)
            value = found[0] if found else None
        else:
            (value,) = expand_references(state, self.__source__)
        return [{key: value, **_object(item, index)} for index, item in enumerate(items_of(target, state))]

    def __repr__(self) -> str:
        return f"join({self.__target__!r}, {self.__source__!r}, {self.__key__!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Joined, (self.__target__, self.__source__, self.__key__)


def _object(item: Any, index: int) -> dict[str, Any]:
    if isinstance(item, dict):
        return item
    raise JobError(
        f"Item {index} of the target of join() is {a_kind(item)}, which takes no fields.",
        fix="Point at objects; for each item of a list the path ends in [*]: $.data.rows[*].",
        code="WRONG_KIND",
    )


class Index(Reader):
    """The position of the loop that is under way."""

    __slots__ = ()

    def __resolve__(self, state: State) -> Any:
        return state.get("index")

    def __repr__(self) -> str:
        return "index()"

    def __reduce__(self) -> tuple[Any, ...]:
        return Index, ()


def known_path(written: str, path: Any) -> str:
    """Return a path that was given to `written`, refusing one that depends on the state."""
    # An f-string with a lazy reference would be looked up as if its token were a key.
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
    rest = known_path("data_path", path).strip()
    if rest in ("$", "$.data"):
        return "$.data"
    for prefix in ("$.data.", "$.data[", "$.", "$["):
        if rest.startswith(prefix):
            rest = rest[len(prefix.rstrip("[")) :]
            break
    return f"$.data{rest}" if rest.startswith("[") else f"$.data.{rest}"


def data_value(path: str, *, default: Any = None) -> Any:
    """Refer to a value under `data` by its path.

    Args:
        path: A JSONPath relative to `$.data`: `name`, `rows[0].id`, `first name`.
        default: What it is where nothing matches, or what matches is None. Without it: None.

    Returns:
        A lazy reference; called with a state it gives the value.

    Raises:
        JobError: The path cannot be read. Nothing was sent.

    Example:
        >>> data_value("name")({"data": {"name": "Ana"}})
        'Ana'
    """
    return FirstMatch("data_value", data_path(known_path("data_value", path)), default)


def source_value(path: str, *, default: Any = None) -> Any:
    """Refer to the first match of a JSONPath in the whole state.

    Args:
        path: A JSONPath: `$.data.rows[0].id`. The leading `$.` may be left out.
        default: What it is where nothing matches, or what matches first is None. Without it: None.

    Returns:
        A lazy reference; called with a state it gives the value.

    Raises:
        JobError: The path cannot be read. Nothing was sent.

    Example:
        >>> source_value("$.a[*]")({"a": [5, 6]})
        5
    """
    return FirstMatch("source_value", known_path("source_value", path), default)


def source(path: str) -> Any:
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
    return AllMatches(known_path("source", path))


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
    """Build an object from keys and values; of a key given twice the last value stays.

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


@builder
def merge(source: Any, fields: Value[dict[str, Any]]) -> Any:
    """Refer to the items of a source, each with further fields.

    Args:
        source: A JSONPath such as `$.data.rows[*]`, a list, or a lazy reference to one.
        fields: Added to each item; they win over what the item has. Lazy values are read from the state.

    Returns:
        A lazy reference to a list; called with a state it gives the list.

    Example:
        >>> merge("$.books[*]", {"shop": "A"})({"books": [{"title": "T"}]})
        [{'title': 'T', 'shop': 'A'}]
    """
    return Merged(source, fields)


@builder
def join(target: Any, source: Value[Any], key: Value[str]) -> Any:
    """Refer to the items of a source, each with a value from elsewhere in the state.

    Args:
        target: The items: a JSONPath such as `$.data.children[*]`, a list, or a lazy reference to one.
        source: The value: a JSONPath in the whole state, of which the first match counts (None where nothing
            matches), or a lazy reference.
        key: Where the value stands in each item. An item that has this key already keeps its own.

    Returns:
        A lazy reference to a list; called with a state it gives the list.

    Raises:
        JobError: A path cannot be read, or an item is no object. Nothing was sent.

    Example:
        >>> join("$.children[*]", "$.parent_id", "parent")({"parent_id": 7, "children": [{"id": 1}, {"id": 2}]})
        [{'parent': 7, 'id': 1}, {'parent': 7, 'id': 2}]
    """
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
    return Joined(target, source, key)


@builder
def index() -> Any:
    """Refer to the position of the loop that is under way: 0 for the first item.

    Returns:
        A lazy reference, None outside a loop; called with a state it gives the number.

    Example:
        >>> index()({"index": 4})
        4
    """
    return Index()
