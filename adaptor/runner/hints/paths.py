"""Which file was probably meant by a path that does not exist, and which of a folder can be run."""

from __future__ import annotations

import os

from ...core.text.json_text import read_json
from ..problems.problems import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

#: What can be run: a job script, a workflow or a project.
RUNNABLE = (".py", ".yaml", ".yml", ".json")
DATA = (".json", ".yaml", ".yml")
#: Usual names of the file to run in a folder, the most usual first.
_USUAL = ("job.py", "workflow.yaml", "workflow.yml", "workflow.json", "project.yaml")
#: Folders in which nobody keeps jobs, and how many entries of how many levels are looked at.
_SKIPPED = frozenset({"node_modules", "venv", "env", "dist", "build", "__pycache__"})
_MOST_ENTRIES, _MOST_LEVELS = 3000, 3
#: How many files of a folder are read, and how large each may be.
_MOST_FILES, _MOST_BYTES = 20, 2_000_000


def nearest_file(path: str, endings: tuple[str, ...], otherwise: str) -> str:
    """Return the question that names the file that a path probably means, or `otherwise`.

    Looked for are: the same name with another ending, a similar name in the same folder, the same name in a folder with
    a similar name, and the same name further down.

    Args:
        path: A path that does not exist.
        endings: The endings of files that can be meant.
        otherwise: The answer where there is none.
    """
    if os.path.islink(path):
        return f"It is a link to {os.readlink(path)}, which does not exist."
    folder, name = os.path.split(path)
    if os.path.isdir(folder or "."):
        names = [each for each in _names(folder) if each.lower().endswith(endings) and not each.startswith(".")]
        found = [each for each in names if _stem(each) == _stem(name)]
        if not found:
            question = did_you_mean(name, names, least=0.7)
            found = [question.split("`")[1]] if question else []
        if found:
            return f"Did you mean {_either(os.path.join(folder, each) for each in found)}?"
    elif (other := _similar_folder(folder)) is not None and os.path.exists(os.path.join(other, name)):
        return f"Did you mean {os.path.join(other, name)}?"
    further = [each for each in _below(name) if each.lower().endswith(endings)]
    return f"Did you mean {_either(further[:3])}?" if further else otherwise


def _stem(name: str) -> str:
    return os.path.splitext(name)[0].lower()


def files_to_run(folder: str) -> str:
    """Return which files of a folder can be run, as what to do."""
    names = _names(folder)
    usual = [name for name in _USUAL if name in names]
    scripts = [name for name in names if name.endswith(".py") and not name.startswith(("test_", "_", "conftest"))]
    return _one_of(folder, usual or scripts, "Give the job script or the workflow in it.")


def files_of_data(folder: str) -> str:
    """Return which files of a folder hold data, as what to do."""
    return _one_of(folder, [name for name in _names(folder) if name.lower().endswith(DATA)], "Give the file in it.")


def objects_in(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path and the content of each JSON file of a folder that holds an object, `state.json` first."""
    names = [name for name in _names(folder) if name.lower().endswith(".json") and not name.endswith(".test.json")]
    for name in sorted(names, key=lambda name: (name != "state.json", name))[:_MOST_FILES]:
        path = os.path.join(folder, name)
        try:
            if os.path.getsize(path) > _MOST_BYTES:
                continue
            with open(path, "rb") as stream:
                value = read_json(stream.read())
        except (OSError, ValueError):
            continue
        if isinstance(value, dict):
            yield path, value


def _one_of(folder: str, names: list[str], otherwise: str) -> str:
    return f"Did you mean {_either(os.path.join(folder, name) for name in names[:3])}?" if names else otherwise


def _either(paths: Iterable[str]) -> str:
    return " or ".join(paths)


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder or "."))
    except (OSError, ValueError):
        return []


def _similar_folder(folder: str) -> str | None:
    """Return the existing folder whose path differs in one misspelt part, or None."""
    parts = folder.split(os.sep)
    for at, part in enumerate(parts):
        before = os.sep.join(parts[:at])
        if os.path.isdir(os.path.join(before, part) or os.sep):
            continue
        names = [name for name in _names(before or ".") if os.path.isdir(os.path.join(before, name))]
        question = did_you_mean(part, names)
        other = os.sep.join([*parts[:at], question.split("`")[1], *parts[at + 1 :]]) if question else ""
        return other if os.path.isdir(other) else None
    return None


def _below(name: str) -> Iterator[str]:
    """Yield the paths of files with this name below the folder that commands are run in."""
    seen = 0
    for folder, folders, names in os.walk("."):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED and not each.startswith("."))
        if folder.count(os.sep) >= _MOST_LEVELS:
            folders.clear()
        seen += len(folders) + len(names)
        if seen > _MOST_ENTRIES:
            return
        if name in names and folder != ".":
            yield os.path.relpath(os.path.join(folder, name))
