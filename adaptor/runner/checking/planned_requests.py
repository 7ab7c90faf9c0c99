"""The calls that a job would make, as far as they can be known without running it."""

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


def drafts_of(prepared: Prepared) -> Iterator[dict[str, Any]]:
    """Yield each call to the Graph API that stands in the scripts, once, wherever in a loop or condition it stands.

    What is only known when the job runs stands in it as it is written: `{state.data.first_name}`.
    """
    from .token import operations_in

    for job in prepared.jobs:
        for operation in operations_in(job.operations):
            if isinstance(operation, GraphOperation) and operation.draft.method == "POST":
                yield _described(operation)


def _described(operation: GraphOperation) -> dict[str, Any]:
    draft = operation.draft
    parts = draft.path if isinstance(draft.path, str) else _spelt(known(draft.path))
    path = parts if isinstance(parts, str) else "/".join(str(part) for part in parts)
    body = _spelt(known(draft.body))
    if isinstance(body, dict):
        body = draft.pruned(body)
    files = known(draft.files)
    there = {key: value for key, value in files.items() if not _is_open(value)} if isinstance(files, dict) else {}
    return {"method": draft.method, "path": path, "body": body, "files": there}


def _spelt(value: Any) -> Any:
    """Return a value with each reference in it as its text."""
    if isinstance(value, Structure):
        return _spelt(known(value))
    if isinstance(value, Template):
        return "".join(piece if isinstance(piece, str) else f"{{{piece[0]!r}}}" for piece in value.__pieces__)
    # What the job itself has written (`data_value("name")`) is shown as it is written.
    if isinstance(value, Deferred) and value.__build__ is None and not value.__reads_state__:
        spelt = [_spelt(argument) for argument in value.__arguments__]
        try:
            return value.__function__(*spelt)
        except Exception:
            # What it makes depends on the value; the reference says more than our function's name.
            return spelt[0] if len(spelt) == 1 else f"{{{value!r}}}"
    if isinstance(value, Lazy):
        return f"{{{value!r}}}"
    if isinstance(value, dict):
        return {key: _spelt(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelt(item) for item in value]
    return value


def _is_open(value: Any) -> bool:
    return isinstance(value, Lazy | Operation)
