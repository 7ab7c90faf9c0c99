"""What the operations of a job need: permissions, features, the app's own token."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout

from ...graph.operation import GraphOperation
from ..load.credentials import Credentials
from ..load.operations import operations_in
from ..load.prepare import prepare
from ..output.logs import JobOutput
from ..problems.problems import raise_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...core.operation import Operation
    from ...core.run.context import Run


class Needed:
    """What the operations of a job need.

    Attributes:
        permissions: Permission -> the operations that need it.
        features: What the app has to pass in review -> the operations that need it.
        with_app: The operations that are made with the app's own token.
        with_user: The operations that are made with the token of a user of the app.
        unknown: The operations whose needs are not known.
        has_functions: The job calls functions of its own, whose needs are not known.
    """

    def __init__(self) -> None:
        self.permissions: dict[str, list[str]] = {}
        self.features: dict[str, list[str]] = {}
        self.with_app: list[str] = []
        self.with_user: list[str] = []
        self.unknown: list[str] = []
        self.has_functions = False

    def add(self, operation: Operation) -> None:
        """Add what one operation needs."""
        if operation.calls_code:
            self.has_functions = True
        if not isinstance(operation, GraphOperation):
            return
        need, name = operation.needs(), operation.name
        for wanted, kept in ((need.permissions, self.permissions), (need.features, self.features)):
            for one in wanted:
                _add(kept.setdefault(one, []), name)
        if need.app:
            _add(self.with_app, name)
        if need.user:
            _add(self.with_user, name)
        if not need.is_known:
            _add(self.unknown, name)


def needed_by(path: str, run: Run) -> Needed:
    """Load a job, and return what its operations need.

    Args:
        path: The job script.
        run: The run, which is entered; what the script prints goes to its log.

    Raises:
        AdaptorError: The job cannot be loaded.
    """
    output = JobOutput(run)
    with redirect_stdout(output), redirect_stderr(output):
        prepared = prepare(path, Credentials(is_lenient=True))
        output.close()
    try:
        for problem in prepared.problems:
            problem.redact(run.redactor.text)
        raise_for(prepared.problems)
        needed = Needed()
        for job in prepared.jobs:
            for operation in operations_in(job.operations):
                needed.add(operation)
        return needed
    finally:
        prepared.close()


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
