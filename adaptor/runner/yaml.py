"""YAML as JSON has it: text, numbers, lists and objects, each with its place."""

from __future__ import annotations

from ..core.errors import InputError
from .problems import PlanProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .document import Path, Place

#: More nodes than any workflow has: a file with aliases of aliases would fill the memory.
_MOST_NODES = 1_000_000


def parse(text: str, file: str, what: str) -> Any:
    """Return what a YAML text holds; dates stay text.

    Raises:
        InputError: It is not YAML, or holds what JSON cannot. The message points at the place.
    """
    yaml = _yaml(file)
    try:
        node = yaml.compose(text, _loader(yaml))
    except yaml.YAMLError as cause:
        raise _not_yaml(cause, text, file, what) from None
    except RecursionError:
        raise InputError(f"The {what} {file} is nested too deeply.", fix="Nothing was run.") from None
    return _Reader(yaml, file).value(node, 0) if node is not None else None


def find_places(text: str) -> dict[Path, Place]:
    """Return the places of all parts of a YAML text, by the path that leads to them."""
    import yaml

    places: dict[Path, Place] = {}

    def note(node: Any, path: Path, key_at: int | None) -> None:
        start, end = node.start_mark.index, node.end_mark.index
        line_end = text.find("\n", start)
        places[path] = (start, start if key_at is None else key_at, min(end, line_end) if line_end > start else end)
        if isinstance(node, yaml.MappingNode):
            for key, item in node.value:
                note(item, (*path, str(key.value)), key.start_mark.index)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                note(item, (*path, index), None)

    node = yaml.compose(text, yaml.SafeLoader)
    if node is not None:
        note(node, (), None)
    return places


def _yaml(file: str) -> Any:
    try:
        import yaml
    except ModuleNotFoundError:
        raise InputError(
            f"{file} is YAML, and PyYAML is not installed.", fix="pip install 'facebook-adaptor[yaml]', or write JSON."
        ) from None
    return yaml


def _loader(yaml: Any) -> Any:
    # The one in C is ten times as fast; not every build of PyYAML has it.
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Reader:
    """Turns nodes into values."""

    def __init__(self, yaml: Any, file: str) -> None:
        self._yaml = yaml
        self._file = file
        self._scalars = yaml.SafeLoader("")
        self._open: set[int] = set()
        self._count = 0

    def value(self, node: Any, depth: int) -> Any:
        self._count += 1
        if id(node) in self._open or depth > 200:
            raise self._problem(node, "It contains itself, or is nested too deeply.", "Take the alias out.")
        if self._count > _MOST_NODES:
            raise self._problem(node, "It is too large.", "Look for aliases of aliases.")
        self._open.add(id(node))
        try:
            if isinstance(node, self._yaml.MappingNode):
                return self._mapping(node, depth)
            if isinstance(node, self._yaml.SequenceNode):
                return [self.value(item, depth + 1) for item in node.value]
            return self._scalar(node)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: Any, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, item in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                for part in item.value if isinstance(item, self._yaml.SequenceNode) else [item]:
                    merged = {**self.value(part, depth + 1), **merged}
                continue
            name = key.value if isinstance(key, self._yaml.ScalarNode) else None
            if not isinstance(name, str):
                raise self._problem(key, "A key is a list or an object.", "Keys are text.")
            if name in found:
                raise self._problem(
                    key, f"The key `{name}` stands twice in the same object.", "Take one of them out.", len(name)
                )
            found[name] = self.value(item, depth + 1)
        return {**merged, **found}

    def _scalar(self, node: Any) -> Any:
        kind = node.tag.rpartition(":")[2]
        if kind in ("null", "bool", "int", "float"):
            try:
                value = self._scalars.construct_object(node, deep=True)
            except ValueError:
                return node.value
            if isinstance(value, float) and value - value != 0:
                raise self._problem(node, f"`{node.value}` is no number that JSON has.", "Put quotes around text.")
            return value
        if not node.tag.startswith("tag:yaml.org,2002:"):
            raise self._problem(node, f"The tag {node.tag} means nothing here.", "Take it out.")
        # Dates stay as they are written: JSON has none.
        return node.value

    def _problem(self, node: Any, what: str, fix: str, width: int = 1) -> PlanProblem:
        mark = node.start_mark
        return PlanProblem(what, fix=fix).at(self._file, mark.line + 1, mark.column + 1, width)


def _not_yaml(cause: Any, text: str, file: str, what: str) -> InputError:
    mark = getattr(cause, "problem_mark", None)
    reason = getattr(cause, "problem", None) or str(cause).split("\n")[0]
    fix = "Mend it there. Nothing was run."
    if mark is None:
        return InputError(f"The {what} {file} is not YAML: {reason}.", fix=fix)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: mark.column + 1]:
        reason, fix = "a tab stands where spaces must", "YAML is indented with spaces only. Nothing was run."
    return PlanProblem(f"The {what} is not YAML: {reason}.", fix=fix).at(file, mark.line + 1, mark.column + 1)
