"""Texts and addresses that have to be there and that Meta sets no limit to."""

from __future__ import annotations

from typing import Any

from ..core.lazy import Lazy
from ..core.state import a_kind
from .limits import refuse


def given_text(field: str, value: Any) -> Any:
    """Return a text, or what will be one when it is known.

    Raises:
        InvalidMessage: It is missing, empty, or no text.
    """
    if isinstance(value, Lazy):
        return value
    if not isinstance(value, str) or not value.strip():
        what = "is missing" if value is None else "is empty" if isinstance(value, str) else None
        raise refuse(field, what or f"must be text, not {a_kind(value)}", "Give it some text.")
    return value


def check_address(field: str, value: Any, *schemes: str) -> None:
    """Refuse what is not an address with one of these schemes."""
    if isinstance(value, Lazy):
        return
    if not isinstance(value, str) or not value.lower().startswith(schemes):
        raise refuse(field, f"must be an address that starts with {schemes[-1]}", "Give the whole address.")
