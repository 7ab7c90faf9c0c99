"""JSON and YAML files that know where each part of them stands."""

from __future__ import annotations

import json
import os

from ..core.errors import InputError
from .problems import PlanProblem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    #: Keys and positions that lead to a part of a document.
    Path: TypeAlias = tuple[str | int, ...]
    #: Offset of a part, of its key, and of its end.
    Place: TypeAlias = tuple[int, int, int]

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


def read_document(file: str, what: str) -> Document:
    """Read a JSON or YAML file, by its ending.

    Args:
        file: Its path.
        what: What it is to people, such as `workflow`.

    Raises:
        InputError: It cannot be read, or is not what its ending says; the message points at the place.
    """
    try:
        with open(file, "rb") as stream:
            text = stream.read().decode("utf-8-sig")
    except IsADirectoryError:
        raise InputError(f"The {what} {file} is a folder.", fix="Give the file in it.") from None
    except OSError as cause:
        reason = "does not exist" if isinstance(cause, FileNotFoundError) else f"cannot be read ({cause.strerror})"
        raise InputError(f"The {what} {file} {reason}.", fix="Check the path; nothing was run.") from None
    except UnicodeDecodeError:
        raise InputError(f"The {what} {file} is not UTF-8 text.", fix="Save it as UTF-8; nothing was run.") from None
    if file.lower().endswith(YAML_ENDINGS):
        from .yaml import find_places, parse

        return Document(file, text, parse(text, file, what), find_places)
    return _read_json(file, text, what)


def _read_json(file: str, text: str, what: str) -> Document:
    from .json_places import find_places

    repeated: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            repeated.extend(name for name in found if names.count(name) > 1)
        return found

    def refuse(name: str) -> Any:
        raise InputError(f"The {what} {file} is not JSON: it holds {name}.", fix="JSON has no NaN; nothing was run.")

    try:
        value = json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except json.JSONDecodeError as cause:
        before = text[: cause.pos].rstrip()
        # Newer Pythons point at the comma themselves.
        is_comma = before.endswith(",") or "trailing comma" in cause.msg
        fix = "JSON has no comma before a closing bracket." if is_comma else "Mend it there."
        raise PlanProblem(f"The {what} is not JSON: {cause.msg}.", fix=f"{fix} Nothing was run.").at(
            file, cause.lineno, cause.colno
        ) from None
    except RecursionError:
        raise InputError(f"The {what} {file} is nested too deeply.", fix="Nothing was run.") from None
    document = Document(file, text, value, find_places)
    if repeated:
        path = next((path for path in find_places(text) if path and path[-1] == repeated[0]), ())
        raise document.problem(
            path, f"The key `{repeated[0]}` stands twice in the same object.", fix="Take one of them out.", key=True
        )
    return document


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1
