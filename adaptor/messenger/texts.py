"""Texts that have to be there where the value itself goes on, such as in a query."""

from __future__ import annotations

from typing import Any

from .rules.limits import check_text


def given_text(field: str, value: Any) -> Any:
    """Return a text, or what will be one when it is known.

    Raises:
        InvalidMessage: It is missing, empty, or no text.
    """
    check_text(field, value)
    return value
