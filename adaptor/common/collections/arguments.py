"""The arguments of operations on collections: names, keys and values, checked before anything is written."""

from __future__ import annotations

from ...core.errors import InvalidValue, WrongCall
from ...core.state import a_kind, not_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

#: The most characters of a collection's name and of a key: both databases can index these.
MOST_NAME, MOST_KEY = 100, 500

_ITEMS_FIX = 'For many values: collections.set("told", lambda value: value["id"], rows).'


def checked_collection(name: Any) -> str:
    """Return the name of a collection.

    Raises:
        WrongCall: It is none.
    """
    if not isinstance(name, str):
        raise WrongCall(f"The name of a collection is {a_kind(name)}.", fix='Give text, such as "told".')
    problem = _problem(name, MOST_NAME) or ("has a `*`" if "*" in name else None)
    if problem is not None:
        raise WrongCall(f"The name of a collection {problem}.", fix=f"Give a text of 1 to {MOST_NAME} characters.")
    return name


def checked_key(key: Any, *, is_one: bool) -> str:
    """Return a key as text.

    Args:
        key: Text, or a whole number.
        is_one: It is one key, so that it holds no `*`.

    Raises:
        InvalidValue: It is no key.
    """
    if isinstance(key, int) and not isinstance(key, bool):
        key = str(key)
    if not isinstance(key, str):
        if isinstance(key, dict):
            fix = 'Give the key, or "*", and filters by name: collections.get("told", "*", updated_after="2 days ago").'
        else:
            fix = "Give text, or a whole number."
        raise InvalidValue(f"The key is {a_kind(key)}.", fix=fix)
    problem = _problem(key, MOST_KEY) or ("has a `*`, which stands for any text" if is_one and "*" in key else None)
    if problem is not None:
        # Not shown: it may be the id of a person.
        raise InvalidValue(f"The key {problem}.", fix=f"Give a text of 1 to {MOST_KEY} characters.")
    return key


def _problem(text: str, most: int) -> str | None:
    if not text:
        return "is empty"
    if len(text) > most:
        return f"has {len(text):,} characters"
    if not text.isprintable():
        return "has a character that cannot be printed"
    return None


def checked_value(value: Any, where: str = "value") -> Any:
    """Return a value that JSON can hold.

    Args:
        value: The value.
        where: Its name in errors.

    Raises:
        InvalidValue: A part of it is no JSON; the message has the path of the part.
    """
    try:
        found = not_json(value, where) or _half_character(value, where)
    except RecursionError:
        found = where, "a structure that contains itself or is nested too deeply"
    if found is not None:
        path, what = found
        raise InvalidValue(
            f"A collection holds JSON, and {path} is {what}.",
            fix="Leave it out, or turn it into text, a number, a list or a dict first. Nothing was set.",
        )
    return value


def _half_character(value: Any, path: str) -> tuple[str, str] | None:
    """Find the first text that is no Unicode, such as half of an emoji."""
    if isinstance(value, str):
        return None if _is_unicode(value) else (path, "text with half a character (a lone surrogate)")
    if isinstance(value, dict):
        for key, item in value.items():
            at = f"{path}.{key}" if key.isidentifier() else f"{path}[{key!a}]"
            if not _is_unicode(key):
                return at, "under a key with half a character (a lone surrogate)"
            found = _half_character(item, at)
            if found:
                return found
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            found = _half_character(item, f"{path}[{index}]")
            if found:
                return found
    return None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def pairs(key: Any, values: Any) -> dict[str, Any]:
    """Return values by their keys.

    Args:
        key: The key of `values`; or a function of each of several values (and its index) that returns its key.
        values: The value; with a function the list of values.

    Raises:
        InvalidValue: A key or a value cannot be stored.
        WrongCall: There is a function, and no list; or two values have the same key.
    """
    if not callable(key):
        return {checked_key(key, is_one=True): checked_value(values)}
    if not isinstance(values, list | tuple):
        raise WrongCall(
            f"`key` of collections.set() is a function, which gives each of several values its key, and `values` is "
            f"{a_kind(values)}.",
            fix=f"For one value give its key: collections.set(name, state.data.psid, …). {_ITEMS_FIX}",
        )
    found: dict[str, Any] = {}
    give = _with_index(key)
    for index, value in enumerate(values):
        try:
            own = checked_key(give(value, index), is_one=True)
        except InvalidValue as error:
            raise InvalidValue(f"values[{index}]: {error.description}", fix=error.fix) from None
        if own in found:
            raise WrongCall(
                f"values[{index}] has the same key as a value before it, which would be lost.",
                fix="Make the keys of what is different in each value, such as its id. Nothing was set.",
            )
        found[own] = checked_value(value, f"values[{index}]")
    return found


def refuse_function_of_state(function: Callable[..., Any]) -> None:
    """Refuse a function for keys that expects the state.

    Raises:
        WrongCall: Its only parameter is called `state`.
    """
    code = getattr(function, "__code__", None)
    if code is not None and code.co_varnames[: code.co_argcount] == ("state",):
        raise WrongCall(
            "`key` of collections.set() is a function of `state`, but is called with each of several values.",
            fix=f"Give a lazy reference instead: state.data.psid. {_ITEMS_FIX}",
        )


def _with_index(function: Callable[..., Any]) -> Callable[[Any, int], Any]:
    """Return a function of a value and its index; one of the value alone is called without the index."""
    code = getattr(function, "__code__", None)
    bound = 1 if getattr(function, "__self__", None) is not None else 0
    takes_index = code is not None and (code.co_argcount - bound >= 2 or bool(code.co_flags & 0x04))
    return function if takes_index else lambda value, _: function(value)
