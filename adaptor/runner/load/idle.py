"""Operations of a script that never run, and scripts without any: each with what to write instead."""

from __future__ import annotations

import ast

from ...core.errors import InputError
from ...core.operation import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .job import Job


class Idle(InputError):
    """A warning: an operation never runs, or the script has none."""

    code = "NEVER_RUNS"


class Outline:
    """The names that a script binds and reads at its top level. Made before the script is rewritten.

    Args:
        tree: The script.

    Attributes:
        assigned: The names that the top level assigns, each with its line.
        read: The names that are read anywhere in the script.
        functions: The functions that the top level defines and that nothing in the script names, with their line.
        guarded: The line of `if __name__ == "__main__":`, or None.
        exported: The names in `__all__`.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.read = {
            node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        self.assigned: dict[str, int] = {}
        self.functions: dict[str, int] = {}
        self.guarded: int | None = None
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if node.name not in self.read:
                    self.functions[node.name] = node.lineno
            elif isinstance(node, ast.If) and _asks_for_main(node.test):
                self.guarded = node.lineno
        for name, line in _assigned(tree.body):
            self.assigned[name] = line
        self.exported = {
            item.value
            for node in tree.body
            if isinstance(node, ast.Assign) and any(_is_all(target) for target in node.targets)
            for item in ast.walk(node.value)
            if isinstance(item, ast.Constant)
        }


def warnings_of(job: Job, outline: Outline) -> list[InputError]:
    """Return a warning for each operation of a script that never runs.

    Args:
        job: The script, loaded.
        outline: Its names.
    """
    found = [
        _idle(job, line, f"The operation `{name}` is assigned and never used: it does not run.", _STEP.format(name))
        for name, line in outline.assigned.items()
        if name not in outline.read and name not in outline.exported and not name.startswith("_")
        if _holds_operations(vars(job.module).get(name))
    ]
    return found if job.operations or found else [_without_operation(job, outline)]


def _without_operation(job: Job, outline: Outline) -> InputError:
    """Return the warning for a script without any operation, with what it has in place of one."""
    if outline.guarded is not None:
        return _idle(
            job,
            outline.guarded,
            'The script has no operation: the block under `if __name__ == "__main__"` is not a part of the job.',
            "Write the operations on lines of their own at the top level, without calling them.",
        )
    if outline.functions:
        name, line = next(iter(outline.functions.items()))
        return _idle(
            job,
            line,
            f"The script has no operation: the function `{name}` is defined, and nothing calls it.",
            f"Write fn({name}) on a line of its own at the top level: it becomes a step of the job.",
        )
    return _idle(
        job,
        None,
        "The script has no operation at its top level: nothing is done.",
        'Write operations on lines of their own, such as send_text(state.data.psid, "Hello").',
    )


_STEP = "Write it on a line of its own at the top level: {0}. Or name it inside another operation."


def _idle(job: Job, line: int | None, what: str, fix: str) -> InputError:
    problem = Idle(what, fix=fix)
    problem.file, problem.line = job.file, line
    return problem


def _holds_operations(value: Any) -> bool:
    value = list(value.values()) if isinstance(value, dict) else value
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, Operation) for item in value)
    return isinstance(value, Operation)


def _assigned(statements: list[Any]) -> Iterator[tuple[str, int]]:
    """Yield the names that statements assign, also inside `if` or `for`, but not inside functions."""
    for node in statements:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                # Also where several are assigned at once: a, b = …
                for name in ast.walk(target):
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                        yield name.id, node.lineno
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(node, field, None)
            if isinstance(inner, list):
                yield from _assigned(inner)


def _asks_for_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and any(
        isinstance(side, ast.Name) and side.id == "__name__" for side in (test.left, *test.comparators)
    )


def _is_all(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "__all__"
