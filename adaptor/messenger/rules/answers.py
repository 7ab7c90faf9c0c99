"""Answers without Meta's wrapping: `{"data": […]}` around a list or an object."""

from __future__ import annotations

from typing import Any


def items_in(body: Any) -> list[Any]:
    """Return the items of an answer that is a list."""
    items = body.get("data") if isinstance(body, dict) else None
    return items if isinstance(items, list) else []


def first_in(body: Any) -> dict[str, Any]:
    """Return the first item of an answer, or an empty object."""
    item = next(iter(items_in(body)), None)
    return item if isinstance(item, dict) else {}


def merged(body: Any) -> dict[str, Any]:
    """Return one object with the keys of all items of an answer."""
    whole: dict[str, Any] = {}
    for item in items_in(body):
        if isinstance(item, dict):
            whole.update(item)
    return whole


def inside(key: str, body: Any) -> dict[str, Any]:
    """Return the object under a key of an answer, or an empty one."""
    value = body.get(key) if isinstance(body, dict) else None
    return value if isinstance(value, dict) else {}
