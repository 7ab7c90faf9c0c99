"""Messages in a loop that say that a human wrote each of them.

Meta's tag `HUMAN_AGENT` is for what a human writes, after the 24 hours; on what a job sends to many it has cost others
their App Review.

Source: https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags (checked 2026-11-27).
"""

from __future__ import annotations

from ...common.loop import each, map_, try_each
from ...core.errors import InputError
from ...graph.operation import GraphOperation
from ...messenger.broadcast.operation import broadcast
from ...messenger.send.draft import tag_of
from .token import operations_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...core.operation import Operation
    from ..load.script import Job

_LOOPS = (each, try_each, map_, broadcast)
#: Statements of Python that repeat the steps in them.
_STATEMENTS = ("for", "while")


class Tagged(InputError):
    """A message to many that is tagged as written by a human. It keeps nothing from being run."""

    code = "HUMAN_AGENT_IN_A_LOOP"


def human_tags(job: Job) -> list[InputError]:
    """Return a warning for each message in a loop of a job that carries the tag: each line is told once."""
    found: dict[tuple[str | None, int | None, str], InputError] = {}
    for loop, operation in _in_loops(job):
        if isinstance(operation, GraphOperation) and tag_of(operation.draft) == "HUMAN_AGENT":
            warning = Tagged(
                f"`{operation.title()}` in `{loop}` is tagged HUMAN_AGENT, which is for what a human wrote to "
                "this person, more than 24 hours after the person's last message.",
                fix="Within the 24 hours leave out messaging_type and tag; later send_utility(…) is for what a job "
                "writes.",
            )
            warning.file, warning.line = operation.file, operation.line
            found.setdefault((operation.file, operation.line, operation.title()), warning)
    return list(found.values())


def _in_loops(job: Job) -> Iterator[tuple[str, Operation]]:
    """Yield the operations that are performed for many, with the loop that each is in."""
    for step, around in zip(job.operations, job.statements, strict=True):
        # The labels of the statements around a step begin with their words.
        loop = next((word for word in _STATEMENTS if any(label.startswith(f"{word}@") for label in around)), None)
        for operation in operations_in((step,)):
            if loop is not None:
                yield loop, operation
            elif operation.build in _LOOPS:
                for inner in operations_in((*operation.args, *operation.kwargs.values())):
                    yield operation.name, inner
