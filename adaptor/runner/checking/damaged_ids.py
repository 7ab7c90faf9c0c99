"""Damaged ids and missing columns in the sources of a job's loops, as far as they are known before it runs."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING, Any

from ...common.loop import each, try_each
from ...common.rows.failures import Kinds
from ...common.rows.rounded import rounded_columns
from ...common.rows.sources import items_read_twice, numbered, where_is
from ...core.errors import AdaptorError, InputError, InvalidMessage, MissingReference, UnreadableRow
from ...core.operation import Operation
from ...core.values.arguments import FunctionReference
from ...core.values.lazy import Lazy
from ...graph.operation import GraphOperation
from ...messenger.broadcast.operation import broadcast
from ..load.operations import operations_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..load.job import Job

_LOOPS = (each, try_each, broadcast)
#: How many rows of each source are checked.
_ROWS = 10_000


class Damaged(InputError):
    """A warning: a run would refuse rows of a source, unless the source changes before."""

    code = "DAMAGED_IDS"


def damaged_ids(job: Job) -> list[InputError]:
    """Return warnings about the rows of a job's sources: files that exist, and lists.

    No function of the job is called, so recipients that a function computes are not checked.
    """
    return [
        _warning(loop, what, fix)
        for loop in operations_in(job.operations)
        if loop.build in _LOOPS and isinstance(loop.args[0], list | tuple | os.PathLike)
        for what, fix in _problems(loop)
    ]


def _problems(loop: Operation) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the source of a loop, and what to do."""
    source, operation = loop.args[:2]
    csv = loop.kwargs.get("csv")
    if (isinstance(source, os.PathLike) and not os.path.isfile(source)) or isinstance(csv, Lazy):
        return
    kinds, missing = Kinds(), Kinds()
    hint = ""
    words: dict[str, int] = {}
    try:
        for index, item in islice(numbered(source, {}, csv), _ROWS):
            error = item if isinstance(item, UnreadableRow) else _refusal(operation, loop.kwargs.get("as_"), item)
            if isinstance(error, MissingReference):
                missing.add(index, error)
                hint = hint or error.fix
            elif error is not None:
                kinds.add(index, error)
            elif (recipient := _recipient(operation, loop.kwargs.get("as_"), item)) and not recipient.isdigit():
                words.setdefault(recipient, index)
        for line in kinds.lines():
            yield line, "Correct these rows, or leave them out: no message can be sent to them."
        for line in missing.lines():
            yield line, hint
        if words:
            first, index = next(iter(words.items()))
            are = "1 id is" if len(words) == 1 else f"{len(words):,} different ids are"
            what = f"{are} not made of digits, as PSIDs are. The first is {first!r} ({where_is(index)})."
            yield what, "Give each person's page-scoped id, as webhooks and echoes name it."
        for what in rounded_columns(items_read_twice(source, {}, csv)):
            yield f"{what[0].upper()}{what[1:]}", "Read the ids where they come from, as text."
    except AdaptorError as error:
        yield error.headline(), error.fix


def _refusal(operation: Any, key: str | None, item: Any) -> InvalidMessage | MissingReference | None:
    """Return the error about the damaged id of a row, or about a column that it does not have, or None."""
    state = {"data": {}, key or "data": item, "index": 0}
    try:
        call = _first_call(operation, state)
        if call is not None:
            call.describe(state)
    except InvalidMessage as error:
        field = error.details.get("field") if isinstance(error.details, dict) else None
        return error if str(field).startswith("recipient") else None
    except MissingReference as error:
        # What is not in the row may be in the state of a run.
        return error if error.headline().startswith(f"`state.{key or 'data'}.") else None
    except AdaptorError:
        # Not about the id, or about something that only a run knows.
        return None
    return None


def _recipient(operation: Any, key: str | None, item: Any) -> str | None:
    """Return the id of the person of a row, where it is known."""
    state = {"data": {}, key or "data": item, "index": 0}
    try:
        call = _first_call(operation, state)
        body = None if call is None else call.describe(state).body
    except AdaptorError:
        return None
    recipient = body.get("recipient") if isinstance(body, dict) else None
    return recipient.get("id") if isinstance(recipient, dict) else None


def _first_call(operation: Any, state: dict[str, Any]) -> GraphOperation | None:
    """Return the first call for a row; those after it may see another state."""
    if not isinstance(operation, Operation) or operation.build in _LOOPS or _calls_code(operation):
        return None
    narrowed = operation.narrowed(state)
    if narrowed is None or isinstance(narrowed, GraphOperation):
        return narrowed
    inner = next((part for part in narrowed.args if isinstance(part, Operation)), None)
    return None if inner is None else _first_call(inner, state)


def _calls_code(value: Any) -> bool:
    if isinstance(value, FunctionReference):
        return True
    if isinstance(value, Operation):
        return value.calls_code or _calls_code([value.args, value.kwargs])
    if isinstance(value, Lazy):
        return _calls_code(value.__reduce__()[1])
    if isinstance(value, dict):
        return any(map(_calls_code, value.values()))
    return isinstance(value, list | tuple) and any(map(_calls_code, value))


def _warning(loop: Operation, what: str, fix: str) -> InputError:
    warning = Damaged(f"{loop.title()}: {what}", fix=fix)
    warning.file, warning.line = loop.file, loop.line
    return warning
