"""The reader of all JSON and YAML files that a run is given: workflows, projects, states, credentials, test cases.

A key that an object has twice is refused, and so is a number that would lose something. What YAML 1.1 would turn into
a date, a time or a truth value stays text, as in YAML 1.2.
"""

from __future__ import annotations

import os

from ...core.text.json_text import NotJson, WrongNumber, read_json
from .source import Source, read_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ...core.errors import AdaptorError, InputError
    from ...core.text.json_positions import Path as Path, Place as Place
    from ..problems.problems import FileProblem

YAML_ENDINGS = (".yaml", ".yml")
#: Files that hold data, not a script.
ENDINGS = (".json", *YAML_ENDINGS)

KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}


class Document:
    """A text that was read: its value, and the places of its parts, which are looked up only when they are needed.

    Attributes:
        file: Its path as it was given.
        folder: Its folder, from which paths in it begin.
        value: What it holds, as JSON.
        problems: What was found wrong with it before it is read as a workflow.
        notes: What was noticed then and does not prevent a run.
        names_credentials: A step's configuration is the name of a credential, never the path of a file.
    """

    names_credentials = False

    def __init__(self, source: Source, value: Any, find_places: Callable[[str], dict[Path, Place]]) -> None:
        self.file = source.file
        self.folder = os.path.dirname(source.file)
        self.value = value
        self.problems: list[AdaptorError] = []
        self.notes: list[InputError] = []
        self.source = source
        self._find_places = find_places
        self._places: dict[Path, Place] | None = None

    def problem(self, path: Path, what: str, *, fix: str = "", key: bool = False) -> FileProblem:
        """Return a problem with one part of the document.

        Args:
            path: The keys and positions that lead to the part; where it does not exist, the part around it is meant.
            what: What is wrong with it.
            fix: What to do about it.
            key: It is about the part's key rather than its value.
        """
        if self._places is None:
            self._places = self._find_places(self.source.text)
        while path and path not in self._places:
            path = path[:-1]
        start, name, end = self._places.get(path, (0, 0, 1))
        if key and path:
            return self.source.problem(what, name, len(str(path[-1])) + 2, fix=fix)
        return self.source.problem(what, start, end - start, fix=fix)


def kind_of(value: Any) -> str:
    """Return the kind of a JSON value in words."""
    return "null" if value is None else KINDS.get(type(value), type(value).__name__)


def read_document(file: str, what: str, *, is_secret: bool = False) -> Document:
    """Read a file, as YAML where its ending says so and as JSON otherwise.

    Args:
        file: Its path; `-` is standard input.
        what: What it is to people, such as `workflow`.
        is_secret: It holds credentials: no error shows a line or a value of it.

    Raises:
        InputError: It cannot be read, or is not what its ending says; the error points at the place.
    """
    return parse_document(read_source(file, what, is_secret=is_secret))


def parse_document(source: Source) -> Document:
    """Read a text, as YAML where the ending of its name says so and as JSON otherwise.

    Raises:
        InputError: It is not that; the error points at the place.
    """
    if not source.text.strip():
        fix = "Write a value into it, such as {}. Nothing was run."
        raise source.problem(f"The {source.what} is empty.", 0, fix=fix)
    if source.file.lower().endswith(YAML_ENDINGS):
        from .yaml import find_places, parse

        return Document(source, parse(source), find_places)
    from ...core.text.json_positions import find_places

    return Document(source, _json(source), find_places)


def object_in(document: Document, fix: str) -> dict[str, Any]:
    """Return the object that a document holds.

    Args:
        document: The document.
        fix: What to write instead of something else.

    Raises:
        FileProblem: It holds something else.
    """
    if isinstance(document.value, dict):
        found: dict[str, Any] = document.value
        return found
    what = f"The {document.source.what} is {kind_of(document.value)}, not an object."
    raise document.problem((), what, fix=f"{fix} Nothing was run.")


def _state_around(value: Any) -> str:
    return 'Write {"data": …} around the list.' if isinstance(value, list) else 'Give an object: {"data": …}.'


def read_object(file: str, what: str, fix: str, *, is_secret: bool = False) -> dict[str, Any]:
    """Read a file that holds an object; see `read_document` and `object_in`."""
    return object_in(read_document(file, what, is_secret=is_secret), fix)


def read_state(file: str, what: str = "state file") -> dict[str, Any]:
    """Read a state from a file, or from standard input where the path is `-`.

    Raises:
        InputError: It cannot be read, or is not an object.
    """
    return state_in(read_source(file, what))


def state_in(source: Source) -> dict[str, Any]:
    """Return the state in a text; where it may hold a configuration, errors show none of its lines.

    Raises:
        InputError: It is not an object.
    """
    source.is_secret = source.is_secret or "configuration" in source.text
    document = parse_document(source)
    return object_in(document, _state_around(document.value))


def _json(source: Source) -> Any:
    try:
        return read_json(source.text)
    except NotJson as cause:
        from ..hints.texts import of_text

        is_syntax = cause.repeated is None and not isinstance(cause, WrongNumber)
        hint = of_text(source.text, source.file, source.what, cause.offset or 0) if is_syntax else None
        what, fix = f"The {source.what} is not JSON: {cause.what}.", cause.fix
        if hint is not None:
            what, fix = f"The {source.what} is not JSON: it {hint[0]}.", hint[1]
        elif cause.repeated is not None:
            from ..problems.covered import covered_name

            what = f"The key `{covered_name(cause.repeated)}` occurs twice in the same object."
        elif isinstance(cause, WrongNumber) and source.hides(cause.offset):
            what = f"The {source.what} is not JSON: it holds a number that JSON does not have."
        raise source.problem(what, cause.offset, cause.width, fix=_with_end(fix)) from None


def _with_end(fix: str) -> str:
    """Return what to do, and that nothing was run; a command comes last, so that it can be copied."""
    return f"{fix} Nothing was run." if fix.endswith((".", "?")) else f"Nothing was run. {fix}"
