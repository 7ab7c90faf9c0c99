"""Restores an error from its recorded facts."""

from __future__ import annotations

from .errors import AdaptorError, rebuild

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def restored(facts: dict[str, Any], about: str | None = None) -> AdaptorError:
    """Return the error with these facts, of its original class.

    Args:
        facts: From `AdaptorError.facts`.
        about: The error's `about`, or None for that of its class.
    """
    kinds, found = [AdaptorError], AdaptorError
    while kinds:
        kind = kinds.pop()
        found = kind if kind.__name__ == facts.get("name") else found
        kinds += kind.__subclasses__()
    fields = {key: value for key, value in facts.items() if hasattr(found, key)}
    fields["description"] = facts.get("message") or facts.get("description") or ""
    return rebuild(found, {**fields, **({"about": about} if about else {})})
