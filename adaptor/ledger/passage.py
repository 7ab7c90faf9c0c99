"""Writes on their way through the ledger: each is made at most once, and what was made before is given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import AdaptorError, restored
from .ledger import Entry, ended, sent
from .rows import FAILED, SENT, SKIPPED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .ledger import Ledger
    from .rows import Row, Write


class Passed(NamedTuple):
    """What became of one write.

    Attributes:
        answer: What making it gave, or the error that it ended with.
        row: What an earlier attempt recorded, where it was not made now; `answer` is then the recorded result.
    """

    answer: Any
    row: Row | None = None


def pass_through(
    ledger: Ledger,
    writes: Sequence[Write],
    make: Callable[[list[tuple[int, str]]], list[Any]],
    result_of: Callable[[Any], Any],
) -> list[Passed]:
    """Make the writes that were not made before, and note how each ends.

    Args:
        ledger: The run's.
        writes: What is to be made.
        make: Makes those whose positions and ids it is given, and returns an answer or an `AdaptorError` for each.
            Where it raises, all of them ended so.
        result_of: Makes of an answer what is kept of it, as JSON.
    """
    entries = ledger.take(writes, sending=True)
    ours: dict[str, int] = {}
    for index, entry in enumerate(entries):
        if entry.is_ours:
            # The same write twice in one breath is one write.
            ours.setdefault(entry.id, index)
    answers: dict[str, Any] = {}
    if ours:
        try:
            made = make([(index, id_) for id_, index in ours.items()])
        except AdaptorError as error:
            ledger.settle([ended(id_, error) for id_ in ours])
            raise
        answers = dict(zip(ours, made, strict=True))
        ledger.settle(
            [
                ended(id_, answer) if isinstance(answer, AdaptorError) else sent(id_, result_of(answer))
                for id_, answer in answers.items()
            ]
        )
    return [
        Passed(answers[entry.id]) if entry.id in answers and entry.error is None else _given_back(entry)
        for entry in entries
    ]


def _given_back(entry: Entry) -> Passed:
    if entry.error is not None:
        return Passed(entry.error, entry.row)
    row = entry.row
    if row.outcome == FAILED and row.error is not None:
        return Passed(restored(row.error, row.about), row)
    if row.outcome == SENT:
        return Passed(row.result, row)
    outcome = row.outcome if row.outcome in (UNKNOWN, SKIPPED) else UNKNOWN
    return Passed({"outcome": outcome}, row)
