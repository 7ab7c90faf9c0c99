"""The error for a path that does not exist: its deepest existing part, and how to allow a missing value."""

from __future__ import annotations

from ..errors import MissingReference
from ..state import a_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def missing_reference(path: str, deepest: str, value: object, step: object) -> MissingReference:
    """Return the error that names the path, its deepest existing part and the keys there."""
    if isinstance(value, dict) and value.get("outcome") == "unknown":
        found = f"`{deepest}` is the result of a call that was made before the run stopped and whose outcome is unknown"
        fix = "Check there whether it was carried out. It is not repeated; do by hand what depends on its result."
    elif isinstance(value, dict):
        keys = ", ".join(_shown(key) for key in list(value)[:20]) or "no keys at all"
        more = f" and {len(value) - 20} more" if len(value) > 20 else ""
        found = f"`{deepest}` has {'the keys ' if value else ''}{keys}{more}"
        fix = f"Use one of the existing keys{_close(step, value)}, or {with_default(path)} if it may be missing."
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


def _close(step: object, value: Mapping[Any, Any]) -> str:
    from difflib import get_close_matches

    # Spreadsheets write PSID, and First Name.
    keys = {str(key).casefold(): str(key) for key in value}
    match = get_close_matches(str(step).casefold(), keys, n=1)
    return f" (did you mean `{keys[match[0]]}`?)" if match else ""
