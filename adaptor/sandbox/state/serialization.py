"""Values of the page state as JSON and back: records, people, times, bytes, dictionaries with any keys."""

from __future__ import annotations

import base64
import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, Final

from adaptor.sandbox.state import objects, records
from adaptor.sandbox.state.objects import Person, UtilityTemplate

_CLASSES: Final[dict[str, type]] = {
    kind.__name__: kind
    for kind in (
        *(Person, UtilityTemplate),
        *(records.File, records.Message, records.Action, records.Incoming, records.Gesture, records.Refusal),
        *(objects.App, objects.Attachment, objects.Persona, objects.Label, objects.Subscription, objects.Thread),
        *(objects.Comment, objects.WelcomeFlow, objects.UploadSession, objects.Token),
    )
}
# No key of Meta's looks like this.
_KIND: Final = "\0kind"


def serialize(value: Any) -> str:
    """Write a value as JSON."""
    return json.dumps(_serialize(value), separators=(",", ":"))


def deserialize(text: str) -> Any:
    """Read a value that `serialize` wrote."""
    return _deserialize(json.loads(text))


def _serialize(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, datetime):
        return {_KIND: "time", "value": value.isoformat()}
    if isinstance(value, bytes):
        return {_KIND: "bytes", "value": base64.b64encode(value).decode()}
    if is_dataclass(value) and not isinstance(value, type):
        return {_KIND: type(value).__name__, **{f.name: _serialize(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, dict):
        if all(isinstance(key, str) and key != _KIND for key in value):
            return {key: _serialize(item) for key, item in value.items()}
        return {_KIND: "pairs", "value": [[_serialize(key), _serialize(item)] for key, item in value.items()]}
    if isinstance(value, (tuple, set, frozenset)):
        return {_KIND: "tuple" if isinstance(value, tuple) else "set", "value": [_serialize(item) for item in value]}
    if isinstance(value, list):
        return [_serialize(item) for item in value]
    raise TypeError(f"a sandbox cannot store {type(value).__name__}")


def _deserialize(value: Any) -> Any:
    if isinstance(value, list):
        return [_deserialize(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get(_KIND)
    if kind is None:
        return {key: _deserialize(item) for key, item in value.items()}
    if kind == "time":
        return datetime.fromisoformat(value["value"])
    if kind == "bytes":
        return base64.b64decode(value["value"])
    if kind == "pairs":
        return {_deserialize(key): _deserialize(item) for key, item in value["value"]}
    if kind in {"tuple", "set"}:
        items = [_deserialize(item) for item in value["value"]]
        return tuple(items) if kind == "tuple" else set(items)
    return _CLASSES[kind](**{key: _deserialize(item) for key, item in value.items() if key != _KIND})
