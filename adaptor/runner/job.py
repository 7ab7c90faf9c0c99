"""Loading a job script: plain Python whose top-level operations are its steps."""

from __future__ import annotations

import ast
import os
import sys
from types import FunctionType, ModuleType

import adaptor

from ..core.errors import AdaptorError, InputError, JobError
from ..core.lazy import Lazy
from ..core.operation import Operation
from ..core.state import a_kind
from ..core.template import converted
from . import syntax
from .errors import CannotLoad, caret, excerpt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The name under which a job's module is known while it runs.
MODULE = "adaptor_job"


class Job:
    """A loaded job: where it lies and the operations that are its steps."""

    def __init__(self, file: str, operations: list[Operation]) -> None:
        self.file = file
        self.operations = operations


def load(path: str | os.PathLike[str]) -> Job:
    """Load a job script; nothing of it is performed yet.

    Args:
        path: The script.

    Returns:
        The job with its steps in order.

    Raises:
        InputError: There is no such file, or it cannot be read.
        CannotLoad: The script is not Python, uses an unknown name, or has a top-level expression that would silently
            do nothing.
        AdaptorError: The script raised while it was loaded; file and line say where.
    """
    file = os.fspath(path)
    tree = syntax.parse(_read(file), file)
    names = syntax.read_names(tree)
    syntax.check_names(tree, names, adaptor.__all__, file)
    syntax.check_references(tree, file)
    vocabulary = {name: getattr(adaptor, name) for name in names if name in adaptor.__all__}
    syntax.check_dropped(tree, _operation_names(tree, vocabulary), file)
    return Job(file, _execute(tree, vocabulary, file))


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as script:
            return script.read()
    except IsADirectoryError:
        raise InputError(f"{path} is a folder.", fix="Give the job script in it: adaptor run PATH/job.py.") from None
    except OSError as cause:
        reason = "does not exist" if isinstance(cause, FileNotFoundError) else f"cannot be read ({cause.strerror})"
        raise InputError(f"The job {path} {reason}.", fix="Check the path of the job script.") from None


def _operation_names(tree: ast.Module, vocabulary: dict[str, Any]) -> set[str]:
    """Return the names that stand for operations in this script, imported and dotted ones included."""
    own = syntax.bound_names(tree, whole=False)
    found: set[str] = set()

    def add(name: str, value: Any) -> None:
        if hasattr(value, "__operation__"):
            found.add(name)
        elif isinstance(value, ModuleType):
            found.update(f"{name}.{inner}" for inner in value.__all__)

    for name, value in vocabulary.items():
        if name not in own:
            add(name, value)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "adaptor":
            for alias in node.names:
                if alias.name in adaptor.__all__:
                    add(alias.asname or alias.name, getattr(adaptor, alias.name))
    return found


def _execute(tree: ast.Module, vocabulary: dict[str, Any], file: str) -> list[Operation]:
    operations: list[Operation] = []

    def collect(value: Any, line: int) -> None:
        if isinstance(value, Operation):
            operations.append(value)
        elif value is not None:
            error = _not_a_step(value)
            error.file, error.line, error.excerpt = file, line, excerpt(file, line) or None
            raise error

    def dropped(value: Any, line: int) -> None:
        found = value[0] if isinstance(value, list | tuple) and value else value
        if isinstance(found, Operation):
            error = syntax.dropped(found.name)
            error.file, error.line, error.excerpt = file, line, excerpt(file, line) or None
            raise error

    code = compile(ast.fix_missing_locations(syntax.Collecting().visit(tree)), file, "exec")
    module = ModuleType(MODULE)
    module.__file__ = file
    module.__dict__.update(vocabulary)
    module.__dict__.update({syntax.COLLECT: collect, syntax.DROPPED: dropped, syntax.CONVERT: converted})
    sys.modules[MODULE] = module
    folder = os.path.dirname(os.path.abspath(file))
    if folder not in sys.path:
        # Modules beside the job can be imported, as with any Python script.
        sys.path.insert(0, folder)
    try:
        exec(code, module.__dict__)
    except AdaptorError as error:
        raise _with_place(error, error, file) from None
    except SystemExit as cause:
        raise _with_place(CannotLoad("The job called sys.exit() while it was loaded."), cause, file) from None
    except Exception as cause:
        raise _with_place(_while_loading(cause, file), cause, file) from None
    return operations


def _while_loading(cause: Exception, file: str) -> AdaptorError:
    error = JobError.of(cause, file)
    if isinstance(cause, TypeError) and "not JSON serializable" in str(cause):
        error.fix = "A lazy reference cannot be turned into JSON yet: do it in a function, fn(lambda state: …)."
    elif isinstance(cause, TypeError) and "expected str instance" in str(cause):
        error.fix = "str.join cannot take lazy references: use an f-string, or a function of the state."
    return error


def _with_place(error: AdaptorError, cause: BaseException, file: str) -> AdaptorError:
    if error.excerpt:
        return error
    found = caret(cause.__traceback__, file)
    if found is not None:
        error.file, error.line = file, found[0]
        error.excerpt = excerpt(file, *found) or None
    return error


def _not_a_step(value: Any) -> CannotLoad:
    if hasattr(value, "__operation__"):
        return CannotLoad(
            f"`{value.__name__}` stands alone and would do nothing.", fix=f"Call it: {value.__name__}(…)."
        )
    if isinstance(value, Lazy):
        return CannotLoad(
            f"The lazy reference `{value!r}` stands alone and would do nothing.",
            fix=f"To see its value write log({value!r}).",
        )
    if isinstance(value, FunctionType):
        name = "lambda …" if value.__name__ == "<lambda>" else value.__name__
        return CannotLoad("A bare function at the top level would never be called.", fix=f"Write fn({name}).")
    if isinstance(value, list | tuple) and any(isinstance(item, Operation) for item in value):
        return CannotLoad(
            f"A {type(value).__name__} of operations at the top level would never run.",
            fix="Make one operation of them: combine(*operations), or write each on a line of its own.",
        )
    return CannotLoad(
        f"This top-level expression gives {a_kind(value)}, which is not an operation.",
        fix="Give the result a name if it is meant to be kept: _ = …",
    )
