"""Paths under `data` that cannot exist, since the operation before has put its answer into `data`.

```python
send_text(state.data.psid, f"Hello {state.data.name}")
send_text(state.data.psid, "See you tomorrow.")        # `data` is the answer to the first by now
```

The check follows the value of `data` through the operations of a job. Where a function of the job or another system
decides, the value is not known, and nothing is reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ...common.control import as_, assert_, combine, fn_if
from ...common.cursor import cursor
from ...common.log import debug, log
from ...common.loop import each, try_each
from ...common.schema import validate
from ...core.execute import execute
from ...core.operation import Operation, catch, then
from ...core.values.lazy import Lazy, StateReference
from ...graph.graph_request import graph_request
from ...graph.operation import GraphOperation
from ..problems.source_lines import CannotLoad, excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..load.job import Job

#: Keys that an answer may have besides the documented ones: of a split message, of a recorded one, of media.
_FURTHER = frozenset({"message_ids", "outcome", "attachment_id"})


class _Answer(NamedTuple):
    """What `data` certainly holds.

    Attributes:
        keys: The keys that it may have.
        operations: One of these operations has put it there.
    """

    keys: frozenset[str]
    operations: tuple[Operation, ...]


def replaced_data(job: Job) -> list[CannotLoad]:
    """Return what a job reads from `data` that the operation before has certainly replaced.

    Args:
        job: The job, loaded.

    Returns:
        A problem for each operation that would fail.
    """
    walk = _Walk(job.file)
    data: _Answer | None = None
    for operation in job.operations:
        data = walk.after(operation, data)
    return walk.problems


class _Walk:
    """Follows the value of `data` through operations; None means that it is not known."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.problems: list[CannotLoad] = []

    def after(self, operation: Any, data: _Answer | None) -> _Answer | None:
        """Return what `data` holds after an operation, looking at what the operation reads."""
        self._look(operation, data)
        follow = _FOLLOW.get(operation.build)
        if follow is not None:
            return follow(self, operation, data)
        if isinstance(operation, GraphOperation):
            return _answer_of(operation)
        return None

    def _look(self, operation: Operation, data: _Answer | None) -> None:
        if data is None:
            return
        for path, key in _paths((*operation.args, *operation.kwargs.values())):
            if key in data.keys:
                continue
            sender = data.operations[-1]
            keys = ", ".join(sorted(data.keys - _FURTHER)) or "no keys"
            problem = CannotLoad(
                f"`{path}` cannot be there: by then `state.data` is the answer of `{sender.title()}` on line "
                f"{sender.line}, which holds {keys}.",
                fix=f'Keep that answer apart and `data` as it was: as_("sent", {sender.name}(…)).',
            )
            problem.file, problem.line = operation.file, operation.line
            problem.operation = operation.title()
            problem.excerpt = excerpt(operation.file, operation.line) or None
            self.problems.append(problem)
            return

    def in_order(self, operation: Operation, data: _Answer | None) -> _Answer | None:
        """Follow operations one after the other."""
        for part in operation.args:
            data = self.after(part, data)
        return data

    def leave(self, operation: Operation, data: _Answer | None) -> _Answer | None:
        """Follow an operation that does not touch `data`."""
        return data

    def keep(self, operation: Operation, data: _Answer | None) -> _Answer | None:
        """Follow `as_`, which puts `data` back."""
        for part in _operations((*operation.args, *operation.kwargs.values())):
            self.after(part, data)
        return data

    def choose(self, operation: Operation, data: _Answer | None) -> _Answer | None:
        """Follow `fn_if`: one branch or the other, or neither."""
        branches = list(_operations((*operation.args, *operation.kwargs.values())))
        ends = [self.after(branch, data) for branch in branches]
        return _either(*ends, *([data] if len(branches) < 2 else []))

    def attempt(self, operation: Operation, data: _Answer | None) -> _Answer | None:
        """Follow `.catch`: the operation, or its handler with the state from before it."""
        attempted, handler = operation.args[:2]
        end = self.after(attempted, data)
        return _either(end, self.after(handler, data) if isinstance(handler, Operation) else None)

    def loop(self, operation: Operation, data: _Answer | None) -> _Answer | None:
        """Follow a loop: each item is the `data` of a body, unless it is kept elsewhere."""
        for body in _operations((*operation.args[1:], *operation.kwargs.values())):
            self.after(body, None)
        return None


def _cursor(walk: _Walk, operation: Operation, data: _Answer | None) -> _Answer | None:
    key = operation.args[1] if len(operation.args) > 1 else operation.kwargs.get("key", "cursor")
    return data if isinstance(key, str) and key != "data" else None


_FOLLOW: dict[Any, Callable[[_Walk, Operation, _Answer | None], _Answer | None]] = {
    **dict.fromkeys((combine, execute, then), _Walk.in_order),
    **dict.fromkeys((log, debug, assert_, validate), _Walk.leave),
    **dict.fromkeys((each, try_each), _Walk.loop),
    as_: _Walk.keep,
    fn_if: _Walk.choose,
    catch: _Walk.attempt,
    cursor: _cursor,
}


def _answer_of(operation: GraphOperation) -> _Answer | None:
    # The answer of graph_request is not documented here.
    is_known = operation.draft.is_write and operation.build is not graph_request
    answers = operation.draft.known_answer() if is_known else None
    if not isinstance(answers, dict) or not answers or not all(isinstance(key, str) for key in answers):
        return None
    return _Answer(frozenset(answers) | _FURTHER, (operation,))


def _either(*ends: _Answer | None) -> _Answer | None:
    """Return what is certain where one of several branches was taken."""
    found = [end for end in ends if end is not None]
    if not found or len(found) < len(ends):
        return None
    return _Answer(
        frozenset().union(*(end.keys for end in found)),
        tuple(operation for end in found for operation in end.operations),
    )


def _operations(values: tuple[Any, ...]) -> Iterator[Operation]:
    return (value for value in values if isinstance(value, Operation))


def _paths(values: Any) -> Iterator[tuple[str, Any]]:
    """Yield the paths under `data` that are read outside of further operations, each with its first key."""
    for value in values:
        if isinstance(value, StateReference):
            steps = value.__steps__
            if len(steps) > 1 and steps[0] == "data":
                yield repr(value), steps[1]
        elif isinstance(value, Lazy):
            yield from _paths(value.__reduce__()[1])
        elif isinstance(value, dict):
            yield from _paths(value.values())
        elif isinstance(value, list | tuple):
            yield from _paths(value)
