"""The requests of a job that are known without running it."""

from __future__ import annotations

from ...core.operation import Operation
from ...core.values.arguments import Deferred, Structure, known
from ...core.values.lazy import Lazy
from ...core.values.template import Template
from ...graph.operation import GraphOperation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..load.prepare import Prepared


def planned_requests(prepared: Prepared) -> Iterator[dict[str, Any]]:
    """Yield each write to the Graph API in the scripts, once, also where it is inside a loop or a condition.

    A value that is known only when the job runs is shown as it is written: `{state.data.first_name}`.
    """
    from ..load.operations import operations_in

    for job in prepared.jobs:
        for operation in operations_in(job.operations):
            if isinstance(operation, GraphOperation) and operation.draft.method == "POST":
                yield _described(operation)


def _described(operation: GraphOperation) -> dict[str, Any]:
    draft = operation.draft
    parts = draft.path if isinstance(draft.path, str) else _written(known(draft.path))
    path = parts if isinstance(parts, str) else "/".join(str(part) for part in parts)
    body = _written(known(draft.body))
    if isinstance(body, dict):
        body = draft.pruned(body)
    files = known(draft.files)
    there = {key: value for key, value in files.items() if not _is_open(value)} if isinstance(files, dict) else {}
    return {"method": draft.method, "path": path, "body": body, "files": there}


def _written(value: Any) -> Any:
    """Return a value with each reference in it replaced by its text."""
    if isinstance(value, Structure):
        return _written(known(value))
    if isinstance(value, Template):
        return "".join(piece if isinstance(piece, str) else f"{{{piece[0]!r}}}" for piece in value.__pieces__)
    # What the job itself has written (`data_value("name")`) is shown as it is written.
    if isinstance(value, Deferred) and value.__build__ is None and not value.__reads_state__:
        spelt = [_written(argument) for argument in value.__arguments__]
        try:
            return value.__function__(*spelt)
        except KeyboardInterrupt:
            raise
        except BaseException:
            # The function needs the value; the reference says more than the function's name.
            return spelt[0] if len(spelt) == 1 else f"{{{value!r}}}"
    if isinstance(value, Lazy):
        return f"{{{value!r}}}"
    if isinstance(value, dict):
        return {key: _written(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    return value


def _is_open(value: Any) -> bool:
    return isinstance(value, Lazy | Operation)
