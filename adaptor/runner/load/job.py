"""A job script once it is loaded."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ...core.errors import InputError
    from ...core.operation import Operation


class Job:
    """A loaded job: where it lies and the operations that are its steps.

    Attributes:
        file: The name of the script in errors: its path, or a name for a text inside another file.
        operations: Its steps, in order.
        statements: For each step the labels of the statements around it, such as a `for`.
        module: What it defined.
        warnings: What in it never runs.
    """

    def __init__(
        self, file: str, operations: list[Operation], statements: list[tuple[str, ...]], module: ModuleType
    ) -> None:
        self.file = file
        self.operations = operations
        self.statements = statements
        self.module = module
        self.warnings: list[InputError] = []

    def close(self) -> None:
        """Remove the module: a program that runs many jobs would keep all of them in memory."""
        sys.modules.pop(self.module.__name__, None)
