"""Messages in a loop with the tag `HUMAN_AGENT`, which says that a human wrote each of them.

The tag is for messages that a human writes after the 24 hours. Apps that used it for bulk messages failed App Review.

Source: https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags (checked 2026-11-27).
"""

from __future__ import annotations

from ...common.loop import each, map_, try_each
from ...core.errors import InputError
from ...graph.operation import GraphOperation
from ...messenger.broadcast.operation import broadcast
from ...messenger.send.draft import tag_of
from ..load.operations import operations_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...core.operation import Operation
    from ..load.job import Job

_LOOPS = (each, try_each, map_, broadcast)
#: Statements of Python that repeat the steps in them.
_STATEMENTS = ("for", "while")


class Tagged(InputError):
    """A warning: a message to many people is tagged as written by a human."""

    code = "HUMAN_AGENT_IN_A_LOOP"


def human_tags(job: Job) -> list[InputError]:
    """Return a warning for each message in a loop of a job that has the tag, once for each line."""
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
    """Yield the operations inside loops, each with the name of its loop."""
    for step, around in zip(job.operations, job.statements, strict=True):
        # The label of a statement begins with its keyword.
        loop = next((word for word in _STATEMENTS if any(label.startswith(f"{word}@") for label in around)), None)
        for operation in operations_in((step,)):
            if loop is not None:
                yield loop, operation
            elif operation.build in _LOOPS:
                for inner in operations_in((*operation.args, *operation.kwargs.values())):
                    yield operation.name, inner
