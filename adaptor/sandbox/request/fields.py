"""The `fields` of a read: names, nested fields in braces, a limit after a dot.

    id,participants,messages.limit(5){id,message,from}

https://developers.facebook.com/docs/graph-api/guides/field-expansion
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.errors import GraphError, Refused, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_WORD: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*")
_MODIFIER: Final = re.compile(r"\.([a-z_]+)\(([^()]*)\)\s*")
_END: Final = re.compile(r"\s*\Z")
_DEEP: Final = 10


@dataclass(frozen=True)
class Field:
    """One requested field, with its nested fields and modifiers."""

    name: str
    inside: tuple[Field, ...] = ()
    modifiers: tuple[tuple[str, str], ...] = ()


def read_fields(value: object) -> tuple[Field, ...]:
    """Read `fields`, which may also come as a list of names."""
    if isinstance(value, (list, tuple)):
        value = ",".join(str(item) for item in value)
    text = str(value or "")
    fields, end = _read(text, 0, 0) if text.strip() else ((), len(text))
    if end < len(text):
        raise _syntax(text, end)
    return fields


def _read(text: str, start: int, depth: int) -> tuple[tuple[Field, ...], int]:
    fields: list[Field] = []
    while True:
        match = _WORD.match(text, start)
        if match is None or depth > _DEEP:
            raise _syntax(text, start)
        inside, modifiers, start = _read_details(text, match.end(), depth)
        fields.append(Field(match[1], inside, modifiers))
        while start < len(text) and text[start].isspace():
            start += 1
        if text[start : start + 1] != ",":
            return tuple(fields), start
        start += 1
        # A trailing comma is allowed, as at Meta.
        if _END.match(text, start):
            return tuple(fields), len(text)


def _read_details(text: str, start: int, depth: int) -> tuple[tuple[Field, ...], tuple[tuple[str, str], ...], int]:
    """Read the nested fields and the modifiers of one field."""
    inside: tuple[Field, ...] = ()
    modifiers: list[tuple[str, str]] = []
    while start < len(text) and text[start] in ".{":
        if text[start] == "{":
            inside, start = _read(text, start + 1, depth + 1)
            if text[start : start + 1] != "}":
                raise _syntax(text, start)
            start += 1
        else:
            modifier = _MODIFIER.match(text, start)
            if modifier is None:
                raise _syntax(text, start)
            modifiers.append((modifier[1], modifier[2]))
            start = modifier.end()
    return inside, tuple(modifiers), start


def _syntax(text: str, at: int) -> Refused:
    found = repr(text[at : at + 1]) if at < len(text) else "the end of the text"
    return Refused(GraphError(2500, f'Syntax error "Expected name, got {found}." at character {at}: {text[:200]}'))


def select(
    fields: tuple[Field, ...],
    known: Mapping[str, Callable[[Field], Any]],
    default: Collection[str],
    node: str,
) -> dict[str, Any]:
    """Give the requested fields of one object, without those that have no value, and always its id.

    Args:
        fields: The requested fields; empty for the default.
        known: For each field, the function that gives its value.
        default: The fields that an empty request gives.
        node: The kind of object, as Meta's errors name it.
    """
    for field in fields:
        if field.name not in known:
            raise invalid(f"Tried accessing nonexisting field ({field.name}) on node type ({node})")
    asked = {field.name: field for field in fields or tuple(map(Field, default))}
    if "id" in known:
        asked.setdefault("id", Field("id"))
    values = ((name, known[name](field)) for name, field in asked.items())
    return {name: value for name, value in values if value is not None}


def limit_of(field: Field) -> Any:
    """Give the limit that `fields` sets for a nested edge."""
    return dict(field.modifiers).get("limit")
