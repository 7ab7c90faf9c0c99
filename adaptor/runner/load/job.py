"""A job script once it is loaded."""

from __future__ import annotations

import contextlib
import gc
import sys
from io import IOBase
from types import FunctionType, ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...core.errors import InputError
    from ...core.operation import Operation


class Job:
    """A loaded job: where it lies and the operations that are its steps.

    Attributes:
        file: The name of the script in errors: its path, or a name for a text inside another file.
        operations: Its steps, in order.
        statements: For each step the labels of the statements around it, such as a `for`.
        module: What it defined.
        folder: Where it looks for modules.
        warnings: What in it never runs.
    """

    def __init__(
        self, file: str, operations: list[Operation], statements: list[tuple[str, ...]], module: ModuleType, folder: str
    ) -> None:
        self.file = file
        self.operations = operations
        self.statements = statements
        self.module = module
        self.folder = folder
        self.warnings: list[InputError] = []

    def close(self) -> None:
        """Remove the module: a program that runs many jobs would keep all of them in memory.

        What the job has written to a file that it left open is written out, as at the end of any Python script. The
        garbage collector would not do it: it may close the file below a text file first.
        """
        sys.modules.pop(self.module.__name__, None)
        for value in [*vars(self.module).values()]:
            _write_out(value)


def _write_out(value: Any, depth: int = 2) -> None:
    """Write out what waits for a file: `open(…)`, `csv.writer(open(…))` or an object that holds one of them."""
    if isinstance(value, IOBase):
        with contextlib.suppress(OSError, ValueError):
            value.flush()
    elif depth and not isinstance(value, ModuleType | type | FunctionType) and not _is_long(value):
        for part in gc.get_referents(value):
            _write_out(part, depth - 1)


def _is_long(value: Any) -> bool:
    """Whether it is a list or dict of data, in which looking for files would take long."""
    return isinstance(value, list | dict) and len(value) > 100
