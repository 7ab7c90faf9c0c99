"""JSON and YAML files that know where each part of them stands."""

from __future__ import annotations

import os

from ...core.errors import InputError
from ...core.text.json_text import NotJson, read_json
from ..problems.problems import PlanProblem
from .files import utf8_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ...core.text.json_positions import Path as Path, Place as Place

YAML_ENDINGS = (".yaml", ".yml")
#: Files that hold data, not a script.
ENDINGS = (".json", *YAML_ENDINGS)


class Document:
    """A file that was read: its value, and the places of its parts, which are looked up only when they are asked for.

    Attributes:
        file: Its path as it was given.
        folder: Where it lies; paths inside it start there.
        value: What it holds, as JSON.
    """

    def __init__(self, file: str, text: str, value: Any, find_places: Callable[[str], dict[Path, Place]]) -> None:
        self.file = file
        self.folder = os.path.dirname(file)
        self.value = value
        self._text = text
        self._find_places = find_places
        self._places: dict[Path, Place] | None = None

    def problem(self, path: Path, what: str, *, fix: str = "", key: bool = False) -> PlanProblem:
        """Return a problem with one part of the document.

        Args:
            path: Which part.
            what: What is wrong with it.
            fix: What to do about it.
            key: It is about the part's key rather than its value.
        """
        if self._places is None:
            self._places = self._find_places(self._text)
        while path and path not in self._places:
            path = path[:-1]
        start, name, end = self._places.get(path, (0, 0, 1))
        at = name if key else start
        line, column = _line_and_column(self._text, at)
        width = len(str(path[-1])) + 2 if key and path else end - at
        return PlanProblem(what, fix=fix).at(self.file, line, column, max(width, 1))


def read_document(file: str, what: str, *, is_secret: bool = False) -> Document:
    """Read a JSON or YAML file, by its ending.

    Args:
        file: Its path.
        what: What it is to people, such as `workflow`.
        is_secret: It holds credentials: no line of it is ever shown.

    Raises:
        InputError: It cannot be read, or is not what its ending says; the message points at the place.
    """
    try:
        with open(file, "rb") as stream:
            text = utf8_text(stream.read(), f"The {what} {file}")
    except IsADirectoryError:
        raise InputError(f"The {what} {file} is a folder.", fix="Give the file in it.") from None
    except OSError as cause:
        reason = "does not exist" if isinstance(cause, FileNotFoundError) else f"cannot be read ({cause.strerror})"
        raise InputError(f"The {what} {file} {reason}.", fix="Check the path; nothing was run.") from None
    try:
        return _read(file, text, what)
    except PlanProblem as problem:
        if is_secret:
            # The line would show what must not be seen.
            problem.excerpt = None
        raise


def _read(file: str, text: str, what: str) -> Document:
    if file.lower().endswith(YAML_ENDINGS):
        from .yaml import find_places, parse

        return Document(file, text, parse(text, file, what), find_places)
    return _read_json(file, text, what)


def _read_json(file: str, text: str, what: str) -> Document:
    from ...core.text.json_positions import find_places

    try:
        value = read_json(text)
    except NotJson as problem:
        wrong = f"The {what} is not JSON: {problem.what}."
        if problem.repeated is not None:
            wrong = f"The key `{problem.repeated}` occurs twice in the same object."
        error = PlanProblem(wrong, fix=f"{problem.fix} Nothing was run.")
        raise error.at(file, problem.line, problem.column, problem.width) from None
    return Document(file, text, value, find_places)


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1
