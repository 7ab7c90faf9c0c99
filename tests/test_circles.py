"""Modules of the package do not import each other in a circle at run time, in functions neither."""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(file): file for file in sorted((ROOT / "adaptor").rglob("*.py"))}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def statements(node: ast.AST, *, types: bool):
    """Yield the import statements of a module, those in functions too; with `types` also those for type checkers."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif is_type_checking(child) and not types:
            for other in child.orelse:
                yield from statements(ast.Module([other], []), types=types)
        else:
            yield from statements(child, types=types)


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def imported(module: str, *, types: bool = False) -> set[str]:
    """Return the modules of the package that a module imports."""
    package = module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    for node in statements(_tree(module), types=types):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
            continue
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        found |= {name if (name := f"{base}.{alias.name}") in FILES else base for alias in node.names}
    return (found & FILES.keys()) - {module}


def circles(*, types: bool = False) -> list[set[str]]:
    """Return the circles of modules, found one after the other: each is opened before the next is looked for."""
    graph = {module: imported(module, types=types) for module in FILES}
    # The package itself loads names lazily, whichever module they are in.
    graph["adaptor"] = set()
    found: list[set[str]] = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as cause:
            circle = set(cause.args[1])
            found.append(circle)
            for module in circle:
                graph[module] -= circle
        else:
            return found


@pytest.mark.long
def test_no_circle_of_modules():
    assert circles() == []


@pytest.mark.long
def test_no_circle_in_the_runner_even_for_type_checkers():
    found = circles(types=True)
    assert [circle for circle in found if any(name.startswith("adaptor.runner.") for name in circle)] == []
