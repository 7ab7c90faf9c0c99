"""Errors of which only the facts were kept."""

from __future__ import annotations

from .errors import AdaptorError, rebuild

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def restored(facts: dict[str, Any], about: str | None = None) -> AdaptorError:
    """Return an error of which only its `facts` were kept.

    Args:
        facts: What `AdaptorError.facts` gave.
        about: Whom it was about.
    """
    kinds, found = [AdaptorError], AdaptorError
    while kinds:
        kind = kinds.pop()
        found = kind if kind.__name__ == facts.get("name") else found
        kinds += kind.__subclasses__()
    fields = {key: value for key, value in facts.items() if hasattr(found, key) and key not in ("description", "name")}
    fields["description"] = facts.get("message") or facts.get("description") or ""
    return rebuild(found, {**fields, **({"about": about} if about else {})})
