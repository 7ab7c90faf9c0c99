"""Values that jobs keep between runs: `collections.get`, `set`, `remove` and `each`, as OpenFn's collections.

A collection is a set of JSON values, each under a key. It needs not be created. All jobs that share a ledger share its
collections: `.adaptor/ledger.db` beside the job, or what `--database` names. A run in the sandbox has its own, which
end with it, unless `--database` keeps them. `adaptor collections` shows and changes them.

Each write is on the disk before the job goes on, and stays there, whatever becomes of the run. A step that is run
again by `--resume` sets the same keys again, which changes nothing. But a value that is made of the stored one, such as
a counter, is made again: give each event a key of its own instead, `f"{psid} {visit}"`, and count the keys. Of several
processes that set the same key, the last one wins. `runs purge` and `ADAPTOR_RETENTION_DAYS` leave collections as they
are: remove old values with `collections.remove(name, "*", updated_before="30 days ago")`.

Where `--limit` or `--only-to` leaves a message out, what the same item would set or remove after it is left out too.
"""

from __future__ import annotations

from ...core.errors import InvalidValue
from ...core.operation import Keys, Step, Value
from ...core.run.context import current_run
from ...core.state import State, compose_next_state
from .arguments import checked_collection, pairs
from .operation import CollectionListing, CollectionLoop, CollectionOperation, CollectionWrite, operation_of
from .reading import checked_limit, listed, query_of, store_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date
    from typing import Any, NoReturn, TypeAlias

    from ...core.run.context import Run

#: The heading of these names in `adaptor docs`.
HEADING = "collections"

__all__ = ["each", "get", "remove", "set"]

Key: TypeAlias = "Value[str | int]"
Moment: TypeAlias = "Value[str | date | None]"
Count: TypeAlias = "Value[int | None]"


@operation_of(CollectionListing)
def get(
    state: State,
    collection: Value[str],
    key: Key,
    *,
    default: Value[Any] = None,
    created_before: Moment = None,
    created_after: Moment = None,
    updated_before: Moment = None,
    updated_after: Moment = None,
    limit: Count = None,
    cursor: Value[str | None] = None,
) -> State:
    """Read a value that a job has kept, or all items whose keys match a pattern.

    Works as the source of a loop too, item by item: `try_each(collections.get("visits", "2026-*"), …)`.

    Args:
        collection: The name of the collection, 1 to 100 characters.
        key: The key, text of 1 to 500 characters or a whole number; or a pattern, in which `*` stands for any text.
        default: What `data` becomes where a single key has no value.
        created_before: Only items whose key was set first before this time: ISO text, a date, a datetime, or words such
            as `2 days ago`. Of a day its start counts; days are those of UTC. As the four others it needs a pattern
            or gives a list of one item.
        created_after: The same, at this time or after it. Of a day its end counts.
        updated_before: Only items that were set last before this time.
        updated_after: Only items that were set last at this time or after it.
        limit: The most items, from 1 on. Default: all.
        cursor: Only keys that come after this one, such as `response.cursor` of the call before.

    Returns:
        An operation. For a single key `data` becomes its value, or the default. For a pattern or a filter `data`
        becomes a list of `{"key", "value", "created", "updated"}`, sorted by key, with times as ISO text in UTC;
        `response` is `{"count", "cursor"}`: how many these are, and the last key where `limit` has cut the list.

    Raises:
        InvalidValue: The key or a time is none. Nothing was read.
        ConfigurationError: The value holds a secret of another credential.

    Example:
        >>> collections.get("told", state.data.psid, default={"times": 0})
        collections.get('told', state.data.psid, default={'times': 0})
    """
    run = current_run()
    filters = (created_before, created_after, updated_before, updated_after)
    query = query_of(key, *filters, cursor)
    if "*" not in query.pattern and not any(value is not None for value in (*filters, limit, cursor)):
        found = store_of(run).get(checked_collection(collection), query.pattern)
        return compose_next_state(state, default if found is None else found.value)
    most = checked_limit(limit)
    times = dict(zip(("created_before", "created_after", "updated_before", "updated_after"), filters, strict=True))
    # One more, to know whether there are others.
    items = list(listed(collection, key, **times, limit=None if most is None else most + 1, cursor=cursor))
    is_cut = most is not None and len(items) > most
    items = items[:most]
    run.log("debug", "job", f"{run.place()}: {len(items):,} found in {collection}")
    response = {"count": len(items), "cursor": items[-1]["key"] if is_cut else None}
    return {**compose_next_state(state, items), "response": response}


@operation_of(CollectionWrite)
def set(state: State, collection: Value[str], key: Keys, values: Value[Any]) -> State:  # noqa: A001 - OpenFn's name
    """Keep a value, or many, for later runs. A value that is there under the key is replaced.

    Args:
        collection: The name of the collection, 1 to 100 characters. It need not exist.
        key: The key, text of 1 to 500 characters or a whole number, without `*`. Or a function that is called with each
            of several values (and its index) and returns its key. A key of the state is a lazy reference:
            `state.data.psid`.
        values: The value, any JSON; with a function the list of values.

    Returns:
        An operation. The state does not change. All values are on the disk then, or none is. In a dry run they are
        printed, and later reads of the run see them.

    Raises:
        InvalidValue: A key cannot be stored, or a value is no JSON (`nan`, half an emoji, an object of Python). Nothing
            was set.
        WrongCall: There is a function and no list, or two values have the same key. Nothing was set.
        TakenOver: Another process has taken over the run. Nothing was set.

    Example:
        >>> collections.set("told", state.data.psid, {"text": "Come on Monday.", "day": "2026-11-30"})
        collections.set('told', state.data.psid, {'text': 'Come on Monday.', 'day': '2026-11-30'})
        >>> from operator import itemgetter
        >>> collections.set("clinics", itemgetter("id"), state.data.clinics)
        collections.set('clinics', itemgetter, state.data.clinics)
    """
    run = current_run()
    name, items = checked_collection(collection), pairs(key, values)
    if any(run.redactor.identity(each_key) != each_key for each_key in items):
        raise InvalidValue("The key holds a secret of the credential.", fix="Make another key. Nothing was set.")
    if _is_left_out(run):
        return state
    if run.dry_run:
        _describe(run, name, "set", {"items": items})
    store_of(run).set(name, items)
    run.log("debug", "job", f"{run.place()}: {len(items):,} set in {name}")
    return state


@operation_of(CollectionOperation)
def remove(
    state: State,
    collection: Value[str],
    key: Key,
    *,
    created_before: Moment = None,
    created_after: Moment = None,
    updated_before: Moment = None,
    updated_after: Moment = None,
) -> State:
    """Remove a value, or all items whose keys match a pattern. It is no error where there is none.

    Args:
        collection: The name of the collection.
        key: The key; or a pattern, in which `*` stands for any text: `*` alone means everything.
        created_before: As for `collections.get`.
        created_after: As for `collections.get`.
        updated_before: As for `collections.get`. `updated_before="30 days ago"` forgets what was not set since.
        updated_after: As for `collections.get`.

    Returns:
        An operation. The state does not change. In a dry run the call is printed, and later reads of the run see its
        effect.

    Raises:
        InvalidValue: The key or a time is none. Nothing was removed.
        TakenOver: Another process has taken over the run. Nothing was removed.

    Example:
        >>> collections.remove("told", "*", updated_before="30 days ago")
        collections.remove('told', '*', updated_before='30 days ago')
    """
    run = current_run()
    name = checked_collection(collection)
    times = (created_before, created_after, updated_before, updated_after)
    query = query_of(key, *times)
    if _is_left_out(run):
        return state
    count = store_of(run).remove(name, query)
    if run.dry_run:
        _describe(run, name, "remove", {"key": query.pattern, "count": count})
    run.log("debug", "job", f"{run.place()}: {count:,} removed from {name}")
    return state


@operation_of(CollectionLoop)
def each(
    state: State,
    collection: Value[str],
    key: Key,
    operation: Step,
    *,
    as_: str | None = None,
    created_before: Moment = None,
    created_after: Moment = None,
    updated_before: Moment = None,
    updated_after: Moment = None,
    limit: Count = None,
    cursor: Value[str | None] = None,
) -> State:
    """Perform an operation for each item whose key matches a pattern, without holding them all.

    Items come sorted by key. Those that are set for the first time meanwhile are not seen; others are seen as they are
    when the loop comes near them, up to 500 items before. To pass over items that fail, write
    `try_each(collections.get(…), …)`.

    Args:
        collection: The name of the collection.
        key: The key, or a pattern, in which `*` stands for any text.
        operation: Performed with the value as `state.data`, its key as `state.key` and its position as `state.index`.
            The state that it returns is handed to the next item.
        as_: Put the value at `state[as_]` instead and leave `data` alone.
        created_before: As for `collections.get`.
        created_after: As for `collections.get`.
        updated_before: As for `collections.get`.
        updated_after: As for `collections.get`.
        limit: The most items, from 1 on. Default: all.
        cursor: Only keys that come after this one; the loop leaves the last one at `state.key`.

    Returns:
        An operation. `data` is what the last item left there.

    Raises:
        InvalidValue: The key or a time is none. Nothing was done.
        JobError: An error of the operation names the item: `collections.each[17]`.

    Example:
        >>> collections.each("waiting", "2026-11-*", send_text(state.data.psid, "We have a place for you."))
        collections.each('waiting', '2026-11-*', send_text(state.data.psid, 'We have a place for you.'))
    """
    from ..loop import perform_each

    run = current_run()
    place = as_ or "data"
    times = {
        "created_before": created_before,
        "created_after": created_after,
        "updated_before": updated_before,
        "updated_after": updated_after,
    }
    items = listed(collection, key, **times, limit=limit, cursor=cursor)
    state, has_some = perform_each(
        state,
        enumerate(items),
        operation,
        lambda before, item, index: {**before, place: item["value"], "key": item["key"], "index": index},
    )
    run.found_items = bool(run.found_items) or has_some
    return state


class _Described:
    """A write that a dry run shows."""

    def __init__(self, collection: str, what: str, body: dict[str, Any]) -> None:
        self._facts = {"method": f"collections.{what}", "path": collection, "body": body}

    def described(self) -> dict[str, Any]:
        """Return it as JSON."""
        return self._facts


def _describe(run: Run, collection: str, what: str, body: dict[str, Any]) -> None:
    if run.observers.on_request is not None:
        run.observers.on_request(_Described(collection, what, body))


def _is_left_out(run: Run) -> bool:
    """Whether this write is left out, since the command line has left out what comes before it in the same item."""
    run.check_thread()
    if run.audience.leaves_out_item:
        run.log("debug", "job", f"{run.place()}: left out, as a message before it")
        return True
    return False


def __getattr__(name: str) -> NoReturn:
    raise AttributeError(
        f"`collections` has no `{name}`; it has {', '.join(__all__)}. Python's own is there after: import collections"
    )
