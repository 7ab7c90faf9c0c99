"""No module imports itself by way of others: what imports at run time form no circle, in functions neither.

`SHRINKING` holds what is still there. Nothing may be added to it: take a circle out of it when it is open.
"""

import ast
import os
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent

#: Circles that exist, each as the set of its modules.
SHRINKING: list[set[str]] = []


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(file): file for file in sorted((ROOT / "adaptor").rglob("*.py"))}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def statements(node: ast.AST, *, types: bool):
    """Yield the imports of a module, those in functions too; what only type checkers see where `types` is set."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif is_type_checking(child) and not types:
            for other in child.orelse:
                yield from statements(ast.Module([other], []), types=types)
        else:
            yield from statements(child, types=types)


def imported(module: str, *, types: bool = False) -> set[str]:
    """Return the modules of the package that a module imports; a package counts where a name of it is not a module."""
    package = module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    for node in statements(ast.parse(FILES[module].read_text(encoding="utf-8")), types=types):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
            continue
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        found |= {name if (name := f"{base}.{alias.name}") in FILES else base for alias in node.names}
    return (found & FILES.keys()) - {module}


def circles(*, types: bool = False) -> list[set[str]]:
    """Return circles, until none is left once their modules' imports of one another are taken away."""
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


def test_no_circle_of_modules():
    found = circles()
    assert [circle for circle in found if circle not in SHRINKING] == []
    assert [circle for circle in SHRINKING if circle not in found] == [], "this circle is open: take it out of the list"


if __name__ == "__main__":
    for circle in circles(types=bool(os.environ.get("TYPES"))):
        print(sorted(circle))
