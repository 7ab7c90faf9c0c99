"""The error for a path that does not exist: its deepest existing part, and how to allow a missing value."""

from __future__ import annotations

import re

from ..errors import MissingReference
from ..state import a_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: How many keys of an object are shown.
_MOST_SHOWN = 20
#: A key that may say who a person is: an id, a telephone number, an address.
_PERSONAL = re.compile(r"\d{5}|@")


def missing_reference(path: str, deepest: str, value: object, step: object) -> MissingReference:
    """Return the error that names the path, its deepest existing part and the keys there."""
    if isinstance(value, dict) and value.get("outcome") == "unknown":
        found = f"`{deepest}` is the result of a call that was made before the run stopped and whose outcome is unknown"
        fix = "Check there whether it was carried out. It is not repeated; do by hand what depends on its result."
    elif isinstance(value, dict):
        found = f"`{deepest}` has {keys_in_words(value)}"
        close = close_key(step, value)
        meant = f" (did you mean `{close}`?)" if close is not None else ""
        fix = f"Use one of the existing keys{meant}, or {with_default(path)} if it may be missing."
    elif isinstance(value, list):
        found = f"`{deepest}` is a list of {len(value)}"
        fix = "Process the list with each(…), or use an existing index."
        if step == "length":
            fix = "Write a function: lambda state: len(state['data']['rows'])."
    elif value is None:
        found = f"`{deepest}` is None"
        fix = f"Check the step before: it left nothing there. {with_default(path)} allows for a missing value."
    else:
        found = f"`{deepest}` is {a_kind(value)}, which has no parts named {step!r}"
        fix = "Look at the path: it goes one level too deep."
    return MissingReference(f"`{path}` does not exist: {found}.", fix=fix)


def with_default(path: str) -> str:
    """Return how to read a path that may not exist.

    Example:
        >>> with_default("state.data.name"), with_default("state.cursor")
        ('data_value("name", default=…)', 'source_value("$.cursor", default=…)')
    """
    rest = path.removeprefix("state")
    if rest == path or '"' in rest or "(" in rest or "[state" in rest:
        return "a function of the state with a default"
    if rest.startswith(".data") and len(rest) > len(".data"):
        return f'data_value("{rest.removeprefix(".data").removeprefix(".")}", default=…)'
    return f'source_value("${rest}", default=…)'


def _shown(key: object) -> str:
    r"""Return a key as an error shows it, with the names of the signs in it that nobody sees.

    Example:
        >>> _shown("psid"), _shown("\ufeffpsid")
        ('psid', 'psid (with U+FEFF ZERO WIDTH NO-BREAK SPACE)')
    """
    import unicodedata

    text = str(key)
    unseen = [sign for sign in text if sign != " " and unicodedata.category(sign) in ("Cf", "Cc", "Zs", "Zl", "Zp")]
    if not unseen:
        return text if text == text.strip() else repr(text)
    names = ", ".join(f"U+{ord(sign):04X} {unicodedata.name(sign, 'a control character')}" for sign in unseen)
    return f"{''.join(sign for sign in text if sign not in unseen)} (with {names})"


def keys_in_words(value: Mapping[Any, Any]) -> str:
    """Return the keys of an object as an error shows them. Those that may be a person's are counted.

    Example:
        >>> keys_in_words({"psid": "1", "name": "Ana"}), keys_in_words({"6543210987654321": "Ana"}), keys_in_words({})
        ('the keys psid, name', '1 key that may be an id', 'no keys at all')
    """
    names = [key for key in value if not _PERSONAL.search(str(key))]
    parts = [", ".join(map(_shown, names[:_MOST_SHOWN]))] if names else []
    if len(names) > _MOST_SHOWN:
        parts.append(f"{len(names) - _MOST_SHOWN} more")
    if ids := len(value) - len(names):
        parts.append("1 key that may be an id" if ids == 1 else f"{ids} keys that may be ids")
    return f"{'the keys ' if names else ''}{' and '.join(parts) or 'no keys at all'}"


def close_key(key: object, value: Mapping[Any, Any]) -> str | None:
    """Return the key of an object that is nearly the same as this one, or None."""
    from difflib import get_close_matches

    # Spreadsheets write PSID, and First Name.
    keys = {str(each).casefold(): str(each) for each in value if not _PERSONAL.search(str(each))}
    match = get_close_matches(str(key).casefold(), keys, n=1)
    return keys[match[0]] if match else None
