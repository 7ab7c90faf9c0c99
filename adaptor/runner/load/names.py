"""The names in a job script: what it reads, binds and imports, and which of them nothing is called by."""

from __future__ import annotations

import ast
import builtins
import os

from ..problems.source_lines import CannotLoad, located

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def read_names(tree: ast.AST) -> dict[str, ast.Name]:
    """Return every name that a script reads, with its first place."""
    names: dict[str, ast.Name] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.setdefault(node.id, node)
    return names


def imported_modules(tree: ast.AST) -> dict[str, int]:
    """Return the top-level modules that a script imports, each with its first line."""
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(alias.name.partition(".")[0], node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.setdefault(node.module.partition(".")[0], node.lineno)
    return found


def bound_names(node: ast.AST, *, whole: bool = True) -> set[str]:
    """Return the names that a script binds: in `whole`, or (without the insides of functions) at the top level."""
    bound: set[str] = set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        bound.add(node.name)
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        bound.add(node.id)
    elif isinstance(node, ast.alias):
        bound.add((node.asname or node.name).split(".")[0])
    elif isinstance(node, ast.arg):
        bound.add(node.arg)
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        bound.add(node.name)
    elif isinstance(node, ast.MatchMapping) and node.rest:
        bound.add(node.rest)
    if whole or not isinstance(node, _FUNCTIONS):
        for child in ast.iter_child_nodes(node):
            bound |= bound_names(child, whole=whole)
    return bound


def columns_of(node: ast.expr | ast.stmt | ast.alias) -> tuple[int, int | None]:
    """Return the column at which a part of a script begins, and the one at which it ends on the same line."""
    return node.col_offset, node.end_col_offset if node.end_lineno == node.lineno else None


def unknown_names(
    tree: ast.Module, names: Mapping[str, ast.Name], ours: Collection[str], given: Collection[str], file: str
) -> Iterator[CannotLoad]:
    """Yield a problem for each name that is not defined.

    Args:
        tree: The script.
        names: What it reads, as `read_names` gives it.
        ours: The names of the package.
        given: Further names that the script may use.
        file: The script's file.
    """
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]
    if any(node.module != "adaptor" for node in nodes):
        # Nobody knows here what they import.
        return
    known = [*ours, *given]
    meant = {*dir(builtins), *known, *bound_names(tree), "__file__", "__annotations__"}
    for name, node in sorted(names.items(), key=lambda each: (each[1].lineno, each[1].col_offset)):
        if name not in meant:
            from ..hints.names import name_fix
            from ..problems.covered import covered_name

            attributes, is_called = _uses(tree, name)
            fix = name_fix(name, known, attributes, is_called=is_called)
            problem = CannotLoad(f"The name `{covered_name(name)}` is not known.", fix=fix)
            yield located(problem, file, node.lineno, *columns_of(node))


def names_not_ours(
    tree: ast.Module, names: Collection[str], ours: Collection[str], of_http: Collection[str], file: str
) -> Iterator[CannotLoad]:
    """Yield a problem for each name that is asked of the package, or of `http`, and that it does not have.

    Args:
        tree: The script.
        names: What it reads.
        ours: The names of the package.
        of_http: The names in `http`.
        file: The script's file.
    """
    modules: set[str] = set()
    # Such an import asks whether a name is there.
    tried = {inner for node in ast.walk(tree) if isinstance(node, ast.Try) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if node in tried:
            continue
        if isinstance(node, ast.Import):
            whole = [alias for alias in node.names if alias.name == "adaptor" or not alias.asname]
            modules.update(alias.asname or "adaptor" for alias in whole if alias.name.split(".")[0] == "adaptor")
        elif isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] == "adaptor":
            yield from _wrong_imports(node, ours, file)
    if modules:
        yield from _wrong_attributes(tree, modules, "adaptor", ours, file)
    if "http" in names and "http" not in bound_names(tree):
        yield from _wrong_attributes(tree, {"http"}, "http", of_http, file)


def missing_modules(statements: Iterable[ast.stmt], folder: str, file: str) -> Iterator[CannotLoad]:
    """Yield a problem for each module that the top level imports and that is not there.

    Args:
        statements: The top level of the script.
        folder: Where modules beside it are looked for.
        file: The script's file.
    """
    for node in statements:
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module]
        else:
            continue
        for name in dict.fromkeys(module.partition(".")[0] for module in modules):
            if not _is_there(name, folder):
                from ..hints.names import module_fix

                problem = CannotLoad(f"ModuleNotFoundError: No module named '{name}'", fix=module_fix(name))
                yield located(problem, file, node.lineno, *columns_of(node))


def _wrong_imports(node: ast.ImportFrom, ours: Collection[str], file: str) -> Iterator[CannotLoad]:
    """Yield a problem for each name that `from adaptor import …` does not find."""
    module = node.module or ""
    for alias in node.names:
        name = alias.name
        if name == "*" or (module == "adaptor" and name in ours) or _is_in(module, name):
            continue
        from ..hints.names import in_our_spelling

        meant = in_our_spelling(name, ours)
        fix = f"Write from adaptor import {meant}." if meant is not None else _fix_for(name, ours)
        yield located(CannotLoad(f"`{module}` has no `{name}`.", fix=fix), file, alias.lineno, *columns_of(alias))


def _wrong_attributes(
    tree: ast.Module, modules: Collection[str], owner: str, names: Collection[str], file: str
) -> Iterator[CannotLoad]:
    """Yield a problem for each attribute that a module of ours does not have, each once."""
    known = {*names}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules):
            continue
        name = node.attr
        if name in known or name.startswith("__") or (owner == "adaptor" and _is_in(owner, name)):
            continue
        known.add(name)
        list_of_names = f"; it has {', '.join(names)}" if owner == "http" else ""
        dotted_names = [f"http.{each}" for each in names] if owner == "http" else names
        asked = f"http.{name}" if owner == "http" else name
        problem = CannotLoad(f"`{owner}` has no `{name}`{list_of_names}.", fix=_fix_for(asked, dotted_names))
        yield located(problem, file, node.lineno, *columns_of(node))


def _fix_for(name: str, names: Collection[str]) -> str:
    from ..hints.names import in_our_spelling, is_javascript, name_fix
    from ..problems.problems import did_you_mean

    if in_our_spelling(name, names) is not None or is_javascript(name):
        return name_fix(name, names)
    return did_you_mean(name, names, "`adaptor docs` lists all names.")


def _is_in(module: str, name: str) -> bool:
    """Whether a module of ours has a name, or is a package with such a module."""
    from importlib import import_module
    from importlib.util import find_spec

    try:
        found = import_module(module)
    except ImportError:
        # There is no such module, which the import itself says.
        return True
    return hasattr(found, name) or (hasattr(found, "__path__") and find_spec(f"{module}.{name}") is not None)


def _is_there(name: str, folder: str) -> bool:
    from importlib.util import find_spec

    beside = os.path.join(folder, name)
    try:
        return os.path.isdir(beside) or os.path.isfile(f"{beside}.py") or find_spec(name) is not None
    except (ImportError, ValueError):
        # It is imported, and was made by hand.
        return True


def _uses(tree: ast.Module, name: str) -> tuple[set[str], bool]:
    """Return the attributes that a script reads from a name, and whether it calls the name itself."""
    attributes, is_called = set(), False
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
            attributes.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            is_called = True
    return attributes, is_called


def is_of_state(node: ast.expr) -> bool:
    """Whether an expression is `state` or a path that begins with it."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name) and node.id == "state"
