"""YAML as JSON values: text, numbers, lists and objects, each with its place.

Values follow the core schema of YAML 1.2, as OpenFn's files do: `yes`, `off`, `12:30`, `1_000` and dates are text. A
number that begins with a zero or a plus stays text too, since it is probably a phone number.
"""

from __future__ import annotations

import re
from functools import cache

from ...core.text.json_text import number_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...core.text.json_positions import Path, Place
    from ..problems.problems import FileProblem
    from .source import Source

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"-?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?|-?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
#: A hexadecimal or octal number of more digits could not be written in decimal.
_MOST_DIGITS = 3500
_TAGS = "tag:yaml.org,2002:"

#: More nodes than any workflow has: a file with aliases of aliases would fill the memory.
_MOST_NODES = 1_000_000


def parse(source: Source) -> Any:
    """Return what a YAML text holds; dates stay text.

    Raises:
        InputError: It is not YAML, or holds what JSON cannot. The error points at the place.
    """
    import yaml

    try:
        node = yaml.compose(source.text, _loader(yaml))
    except yaml.YAMLError as cause:
        raise _not_yaml(yaml, cause, source) from None
    except RecursionError:
        raise source.problem(f"The {source.what} is nested too deeply.", fix="Nothing was run.") from None
    return _Reader(yaml, source).value(node, 0) if node is not None else None


def find_places(text: str) -> dict[Path, Place]:
    """Return the places of all parts of a YAML text, by the path that leads to them."""
    import yaml

    places: dict[Path, Place] = {}

    def add(node: Any, path: Path, key_at: int | None) -> None:
        start, end = node.start_mark.index, node.end_mark.index
        line_end = text.find("\n", start)
        places[path] = (start, start if key_at is None else key_at, min(end, line_end) if line_end > start else end)
        if isinstance(node, yaml.MappingNode):
            for key, item in node.value:
                add(item, (*path, str(key.value)), key.start_mark.index)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                add(item, (*path, index), None)

    # The same loader as in `parse`: the others do not read quite the same YAML.
    node = yaml.compose(text, _loader(yaml))
    if node is not None:
        add(node, (), None)
    return places


@cache
def _loader(yaml: Any) -> Any:
    # The loader in C is ten times as fast; not every build of PyYAML has it.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    # What a value without quotes and without a tag means is decided in `_Reader`.
    own = {"<": [(f"{_TAGS}merge", re.compile("^<<$"))], None: [(f"{_TAGS}plain", re.compile(""))]}
    return type("Loader", (loader,), {"yaml_implicit_resolvers": own})


class _Reader:
    """Turns nodes into values."""

    def __init__(self, yaml: Any, source: Source) -> None:
        self._yaml = yaml
        self._source = source
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
                    merged = {**self._merged(part, depth + 1), **merged}
                continue
            name = key.value if isinstance(key, self._yaml.ScalarNode) else None
            if not isinstance(name, str):
                raise self._problem(
                    key, "A key is a list or an object.", "Keys are text; a value that begins with { needs quotes."
                )
            if name in found:
                from ..problems.covered import covered_name

                raise self._problem(
                    key,
                    f"The key `{covered_name(name)}` occurs twice in the same object.",
                    "Take one of them out.",
                    len(name),
                )
            found[name] = self.value(item, depth + 1)
        return {**merged, **found}

    def _merged(self, node: Any, depth: int) -> dict[str, Any]:
        """Return the object that `<<` names."""
        if not isinstance(node, self._yaml.MappingNode):
            raise self._problem(node, "`<<` takes the keys of an object, and this is none.", "Write <<: *name.")
        found: dict[str, Any] = self.value(node, depth)
        return found

    def _scalar(self, node: Any) -> Any:
        text: str = node.value
        if not node.tag.startswith(_TAGS):
            raise self._problem(node, f"{self._shown(node, f'The tag {node.tag}')} means nothing here.", "Take it out.")
        kind = node.tag.removeprefix(_TAGS)
        if kind not in ("null", "bool", "int", "float", "plain"):
            # Dates and binary data, which JSON does not have, stay text.
            return text
        if _NULL.fullmatch(text):
            return None
        if _BOOL.fullmatch(text):
            return text.lower() == "true"
        if _NOT_FINITE.fullmatch(text):
            what = f"{self._shown(node, f'`{text}`')} is no number that JSON has."
            raise self._problem(node, what, "Put quotes around text.")
        if _INT.fullmatch(text):
            return int(self._held(node), 0)
        if _FLOAT.fullmatch(text):
            return float(self._held(node))
        if kind != "plain":
            raise self._problem(
                node, f"{self._shown(node, f'`{text}`')} is not what its tag !!{kind} says.", "Take the tag out."
            )
        return text

    def _held(self, node: Any) -> str:
        """Return the text of a number.

        Raises:
            FileProblem: The number is too large.
        """
        text: str = node.value
        digits = text.lstrip("-").removeprefix("0o").removeprefix("0x")
        what = f"a number of {len(digits):,} digits" if len(digits) > _MOST_DIGITS else number_problem(text)
        if what is not None:
            what = "a number that is too large" if self._source.hides(node.start_mark.index) else what
            raise self._problem(node, f"This is {what}.", "Put quotes around it, to make it text.")
        return text

    def _shown(self, node: Any, text: str) -> str:
        return "This" if self._source.hides(node.start_mark.index) else text

    def _problem(self, node: Any, what: str, fix: str, width: int = 1) -> FileProblem:
        return self._source.problem(what, node.start_mark.index, width, fix=f"{fix} Nothing was run.")


#: A part of what PyYAML says (its parser in C and that in Python use other words), what it means, and what to do.
_IN_PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        "there is a colon where none can be",
        "If it belongs to a value, put quotes around it, or write the value, indented, under `key: |`. If it follows a "
        "key, correct the indentation.",
    ),
    ("cannot start any token", "a value cannot begin with this character", "Put quotes around the value."),
    ("undefined alias", "`*` begins the name of an alias, and there is none", "Put quotes around the value."),
    ("unexpected end of stream", "a quote is opened and never closed", "Close it."),
    ("expected ','", "a bracket is opened and not closed", "Close it."),
    ("expected '-' indicator", "the indentation does not fit", "The keys of one object begin in the same column."),
    ("expected <block end>", "the indentation does not fit", "The keys of one object begin in the same column."),
    ("could not find expected ':'", "a line is no `key: value`", "What belongs to a key above it must be indented."),
)


def _not_yaml(yaml: Any, cause: Any, source: Source) -> FileProblem:
    mark = getattr(cause, "problem_mark", None)
    unprintable = yaml.reader.Reader.NON_PRINTABLE.search(source.text) if mark is None else None
    offset = mark.index if mark is not None else unprintable.start() if unprintable is not None else None
    reason = getattr(cause, "problem", None) or str(cause).split("\n")[0]
    fix = "Correct it there."
    for part, what, advice in _IN_PLAIN_WORDS:
        if part in reason:
            reason, fix = what, advice
            break
    fix += " Nothing was run."
    line = "" if offset is None else source.text[source.text.rfind("\n", 0, offset) + 1 : offset + 1]
    if "\t" in line:
        reason, fix = "there is a tab where spaces must be", "YAML is indented with spaces only. Nothing was run."
    elif reason == "exceeded maximum nesting depth":
        reason = "it is nested too deeply"
    elif source.hides(offset):
        # PyYAML's words may hold a part of a value, such as the name of an alias.
        reason = "its syntax is wrong"
    return source.problem(f"The {source.what} is not YAML: {reason}.", offset, fix=fix)
