"""The columns of the table `writes`, and which part of a record each of them holds."""

from __future__ import annotations

from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from ..database.database import from_text
from ..records import Write, WriteRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Each column, and what it holds of a `WriteRecord`. A further one, `n`, numbers the records.
_PARTS = {
    "id": "id",
    "run": "run",
    "step": "write.step",
    "arrival": "write.arrival",
    "site": "write.site",
    "page": "write.page",
    "recipient": "write.recipient",
    "fingerprint": "write.fingerprint",
    "nth": "write.occurrence",
    "own_key": "write.own_key",
    "text_digest": "write.text_digest",
    "is_message": "write.is_message",
    "outcome": "outcome",
    "holder": "holder",
    "attempt": "attempt",
    "created": "created",
    "changed": "changed",
    "about": "about",
    "result": "result",
    "error": "error",
    "is_handled": "is_handled",
}
#: The columns that are empty while a write is claimed.
OUTCOME_COLUMNS = ("about", "result", "error", "is_handled")
_CONVERTED: dict[str, Callable[[Any], Any]] = {
    "result": from_text,
    "error": from_text,
    "is_message": bool,
    "is_handled": bool,
}

#: The columns in SQL, for reading records.
COLUMNS = f"n, {', '.join(_PARTS)}"
#: The columns that a claim fills.
CLAIMED_COLUMNS = tuple(name for name in _PARTS if name not in OUTCOME_COLUMNS)

_NAMES = list(_PARTS)
_OF_WRITE = {part[len("write.") :]: _NAMES.index(name) for name, part in _PARTS.items() if part.startswith("write.")}
_OF_ROW = {part: _NAMES.index(name) for name, part in _PARTS.items() if "." not in part}
_write_values, _row_values = itemgetter(*_OF_WRITE.values()), itemgetter(*_OF_ROW.values())
_IS_MESSAGE = CLAIMED_COLUMNS.index("is_message")
_claimed_parts = attrgetter(*[_PARTS[name] for name in CLAIMED_COLUMNS])


def read_record(values: Sequence[Any]) -> WriteRecord:
    """Return a record from the database's values for `COLUMNS`."""
    given = list(values[1:])
    for name, convert in _CONVERTED.items():
        given[_NAMES.index(name)] = convert(given[_NAMES.index(name)])
    write = Write(**dict(zip(_OF_WRITE, _write_values(given), strict=True)))
    return WriteRecord(write=write, **dict(zip(_OF_ROW, _row_values(given), strict=True)))


def claimed_values(record: WriteRecord) -> list[Any]:
    """Return the values of a claimed record, in the order of `CLAIMED_COLUMNS`."""
    values = list(_claimed_parts(record))
    values[_IS_MESSAGE] = int(values[_IS_MESSAGE])
    return values
