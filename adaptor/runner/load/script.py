"""Loading a job script: plain Python whose top-level operations are its steps."""

from __future__ import annotations

import ast
import os
import sys
from functools import lru_cache
from itertools import count
from types import FunctionType, ModuleType

import adaptor

from ...core.errors import AdaptorError, InputError, JobError
from ...core.operation import Operation
from ...core.run.context import current_run
from ...core.run.owner import job_files
from ...core.state import a_kind
from ...core.values.lazy import Lazy
from ...core.values.template import TEXT, text_of
from ..problems.source_lines import CannotLoad, caret, excerpt, located
from . import modules_beside as beside, syntax
from .idle import Outline, warnings_of
from .job import Job
from .names import bound_names, imported_modules, missing_modules, names_not_ours, read_names, unknown_names
from .unfilled import refuse_unfilled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType
    from typing import Any

#: The name of a job's module while it runs; further ones are numbered.
MODULE = "adaptor_job"


_numbers = count()


def load(
    path: str | os.PathLike[str],
    *,
    text: str | None = None,
    folder: str | None = None,
    given: Mapping[str, Any] | None = None,
) -> Job:
    """Load a job script: its top level runs and builds operations, none of which is performed.

    Args:
        path: The script; where its text is given, its name in errors.
        text: The text of a script inside another file.
        folder: Where modules beside it are looked for. Default: the folder of the script.
        given: Further names that the script may use.

    Returns:
        The job with its steps in order.

    Raises:
        InputError: There is no such file, or it cannot be read.
        CannotLoad: The script is not Python, uses an unknown name, or has a top-level expression that would silently
            do nothing.
        Problems: The same, where there are several.
        AdaptorError: The script raised while it was loaded; file and line say where.
    """
    file = os.fspath(path)
    given = given or {}
    source = _read(file) if text is None else text
    folder = folder or os.path.dirname(os.path.abspath(file))
    try:
        script = _examine(source, file, tuple(given), folder)
    except RecursionError:
        raise located(syntax.too_deep(), file, 1, 0) from None
    job = _Loading(script, given, folder).perform()
    job.warnings = [*_imported_in_vain(script, folder), *warnings_of(job, script.outline)]
    return job


class _Script:
    """What is known of a script before it runs.

    Attributes:
        file: Its name in errors.
        statements: Its statements, rewritten: see `syntax`.
        vocabulary: The values of our names in it.
        known: The names of its operations.
        imports: The modules that it imports, each with its line.
        outline: The names that it binds and reads at its top level.
    """

    def __init__(self, tree: ast.Module, file: str, vocabulary: dict[str, Any], known: set[str]) -> None:
        self.file = file
        self.vocabulary = vocabulary
        self.known = known
        self.imports = imported_modules(tree)
        self.outline = Outline(tree)
        self._tree = ast.fix_missing_locations(syntax.Collecting(tree).visit(tree))
        self.statements: list[ast.stmt] = self._tree.body
        self._code: CodeType | None = None

    def code(self) -> CodeType:
        """Return the code that runs it.

        Raises:
            CannotLoad: Python's compiler does not take it.
        """
        if self._code is None:
            try:
                self._code = compile(self._tree, self.file, "exec")
            except SyntaxError as cause:
                raise syntax.not_python(cause, self.file) from None
            except (RecursionError, MemoryError):
                raise located(syntax.too_deep(), self.file, 1, 0) from None
        return self._code


@lru_cache(maxsize=128)
def _examine(source: bytes | str, file: str, given: tuple[str, ...], folder: str) -> _Script:
    """Parse a script and look for mistakes without running it.

    It takes as long as all the rest of a small job. Where a process and those that it forks run a job again, with the
    same text, it is done once.

    Raises:
        RecursionError: Python parses an expression that is too deep to be gone through.
    """
    try:
        tree = syntax.parse(source, file, (*adaptor.__all__, *given))
    except AdaptorError:
        _refuse_javascript(source, file)
        raise
    names = read_names(tree)
    vocabulary = {name: getattr(adaptor, name) for name in names if name in adaptor.__all__}
    known = _operation_names(tree, vocabulary)
    problems = [
        *unknown_names(tree, names, adaptor.__all__, given, file),
        *names_not_ours(tree, names, adaptor.__all__, getattr(vocabulary.get("http"), "__all__", ()), file),
        *syntax.compared_references(tree, file),
        *syntax.assertions_of_tuples(tree, file),
        *syntax.dropped_operations(tree, known, file),
    ]
    if problems:
        # A call like postMessage({ text: "a" }); is Python to the parser.
        _refuse_javascript(source, file)
        problems += missing_modules(tree.body, folder, file)
        _raise_for(sorted(problems, key=lambda problem: problem.line or 0))
    return _Script(tree, file, vocabulary, known)


def _refuse_javascript(source: bytes | str, file: str) -> None:
    from .openfn.javascript import refusal_of_javascript

    text = source if isinstance(source, str) else source.decode(errors="replace")
    if (refusal := refusal_of_javascript(text, file, adaptor.__all__)) is not None:
        raise refusal from None


def _imported_in_vain(script: _Script, folder: str) -> list[InputError]:
    """Return a warning for each import of a module that lies beside a script in vain, since its name is taken."""
    found = []
    taken = beside.taken_beside(folder) if script.imports else {}
    for module, line in script.imports.items():
        if module in taken:
            what = f"`import {module}` gives the module of Python or of a package in use, and not {taken[module]}."
            warning = InputError(what, fix="Give that file another name.")
            warning.file, warning.line = script.file, line
            warning.excerpt = excerpt(script.file, line) or None
            found.append(warning)
    return found


def _raise_for(problems: list[AdaptorError] | list[CannotLoad]) -> None:
    if problems:
        from ..problems.problems import raise_for

        raise_for(problems)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as script:
            return script.read()
    except IsADirectoryError:
        from ..hints.paths import files_to_run

        raise InputError(f"{path} is a folder.", fix=files_to_run(path)) from None
    except (OSError, ValueError) as cause:
        from ..hints.paths import RUNNABLE, nearest_file
        from ..input.source import why_unreadable

        fix = "Check the path of the job script."
        if isinstance(cause, FileNotFoundError):
            fix = nearest_file(path, RUNNABLE, fix)
        raise InputError(f"The job {path} {why_unreadable(cause)}.", fix=fix) from None


def _operation_names(tree: ast.Module, vocabulary: dict[str, Any]) -> set[str]:
    """Return the names of operations in this script, imported and dotted names included."""
    own = bound_names(tree, whole=False)
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


class _Loading:
    """A script while it is loaded: its module, and the steps found so far."""

    def __init__(self, script: _Script, given: Mapping[str, Any], folder: str) -> None:
        self._script = script
        self._file = script.file
        self._folder = folder
        self._operations: list[Operation] = []
        self._statements: list[tuple[str, ...]] = []
        number = next(_numbers)
        name = f"{MODULE}_{number}" if number else MODULE
        self._module = ModuleType(name)
        self._module.__file__ = self._file
        self._module.__dict__.update({**script.vocabulary, **given})
        self._module.__dict__.update({syntax.COLLECT: self._collect, syntax.DROPPED: self._dropped, TEXT: text_of})
        # Modules beside the job can be imported, as with any Python script.
        self._module.__dict__["__builtins__"] = beside.ModulesBeside.of(current_run()).builtins_for(folder)
        sys.modules[name] = self._module
        job_files.add(self._file)

    def perform(self) -> Job:
        """Perform the script, which builds its operations; where something is wrong, look for more of it."""
        job = Job(self._file, self._operations, self._statements, self._module, self._folder)
        try:
            exec(self._script.code(), self._module.__dict__)
        except ModuleNotFoundError as cause:
            job.close()
            if not beside.imported_at(cause.__traceback__):
                _raise_for([*missing_modules(self._script.statements, self._folder, self._file)])
            raise self._with_place(_while_loading(cause, self._file), cause) from None
        except AdaptorError as error:
            problem = self._with_place(error, error)
            job.close()
            _raise_for([problem, *self._further(problem)])
        except SystemExit as cause:
            job.close()
            ended = CannotLoad(
                "The job ended its process while it was loaded, as sys.exit() and os._exit() do.",
                fix="Raise an error instead.",
            )
            raise self._with_place(ended, cause) from None
        except KeyboardInterrupt:
            job.close()
            raise
        except BaseException as cause:
            job.close()
            raise self._with_place(_while_loading(cause, self._file), cause) from None
        return job

    def _further(self, first: AdaptorError) -> list[AdaptorError]:
        """Return what is wrong further down, in statements that only build operations."""
        if first.file != self._file or first.line is None:
            return []
        known = self._script.known | _builder_names(self._module)
        found = []
        for node in self._script.statements:
            # The statements are rewritten already: the call around each expression is ours.
            plain = _without_call(node)
            if node.lineno > first.line and syntax.builds_only(plain, known):
                module = ast.Module(body=[node], type_ignores=[])
                try:
                    exec(compile(ast.fix_missing_locations(module), self._file, "exec"), self._module.__dict__)
                except AdaptorError as error:
                    found.append(self._with_place(error, error))
                except KeyboardInterrupt:
                    raise
                except BaseException:
                    # It needs a name that was not defined because of the first error.
                    continue
        return found

    def _collect(self, value: Any, line: int, around: tuple[str, ...] = ()) -> None:
        if isinstance(value, Operation):
            refuse_unfilled(value)
            self._operations.append(value)
            self._statements.append(around)
        elif value is not None:
            error = _not_a_step(value)
            error.file, error.line, error.excerpt = self._file, line, excerpt(self._file, line) or None
            raise error

    def _dropped(self, value: Any, line: int) -> None:
        found = value[0] if isinstance(value, list | tuple) and value else value
        if isinstance(found, Operation):
            error = syntax.dropped(found.name)
            error.file, error.line, error.excerpt = self._file, line, excerpt(self._file, line) or None
            raise error

    def _with_place(self, error: AdaptorError, cause: BaseException) -> AdaptorError:
        if error.excerpt:
            return error
        file = beside.imported_at(cause.__traceback__) or self._file
        found = caret(cause.__traceback__, file)
        if found is not None:
            error.file, error.line = file, found[0]
            error.excerpt = excerpt(file, *found) or None
        return error


def _without_call(node: ast.stmt) -> ast.stmt:
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == syntax.COLLECT:
        return ast.copy_location(ast.Expr(value=call.args[0]), node)
    return node


def _builder_names(module: ModuleType) -> set[str]:
    """Return the names of functions that only build values, such as `quick_reply`."""
    return {
        name
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and value.__module__.startswith("adaptor.")
    }


def _while_loading(cause: BaseException, file: str) -> AdaptorError:
    error = JobError.of(cause, file)
    if isinstance(cause, NameError) and cause.name:
        from ..hints.names import fix_of_name_error

        error.fix = fix_of_name_error(cause.name)
    if isinstance(cause, ImportError) and str(cause).startswith("attempted relative import"):
        error.fix = "The folder of a job is no package: write the name without the dot, such as `import helper`."
    if isinstance(cause, TypeError) and "not JSON serializable" in str(cause):
        error.fix = "A lazy reference cannot be turned into JSON yet: do it in a function, fn(lambda state: …)."
    elif isinstance(cause, TypeError) and "expected str instance" in str(cause):
        error.fix = "str.join cannot take lazy references: use an f-string, or a function of the state."
    return error


def _not_a_step(value: Any) -> CannotLoad:
    if hasattr(value, "__operation__"):
        return CannotLoad(f"`{value.__name__}` alone does nothing.", fix=f"Call it: {value.__name__}(…).")
    if isinstance(value, Lazy):
        return CannotLoad(
            f"The lazy reference `{value!r}` alone does nothing.",
            fix=f"To see its value write log({value!r}).",
        )
    if isinstance(value, FunctionType):
        name = "lambda …" if value.__name__ == "<lambda>" else value.__name__
        return CannotLoad("A bare function at the top level would never be called.", fix=f"Write fn({name}).")
    if isinstance(value, map | filter):
        fix = "Write map_(source, function), which makes a list, or each(source, operation)."
        return CannotLoad(f"Python's {type(value).__name__}(…) at the top level would do nothing.", fix=fix)
    if isinstance(value, list | tuple) and any(isinstance(item, Operation) for item in value):
        return CannotLoad(
            f"A {type(value).__name__} of operations at the top level would never run.",
            fix="Make one operation of them: combine(*operations), or write each on a line of its own.",
        )
    return CannotLoad(
        f"This top-level expression gives {a_kind(value)}, which is not an operation.",
        fix="Give the result a name if it is meant to be kept: _ = …",
    )
