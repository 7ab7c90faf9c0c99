"""A digest of a job's text: a resume compares it, to find out whether the job has changed."""

from __future__ import annotations

import os

from ...core.errors import PACKAGE
from ...core.text.module_names import MODULES_BESIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .prepare import Prepared


def job_sources(prepared: Prepared, path: str) -> tuple[list[str], list[str]]:
    """Return the sources of a loaded job or workflow: its files, those of its own modules too, and inline texts."""
    plan = prepared.plan
    files = {os.path.abspath(path)}
    texts: list[str] = []
    for script in [step.script for step in plan.steps.values()] + [plan.globals] if plan is not None else []:
        if script is not None and script.file:
            files.add(os.path.abspath(script.file))
        elif script is not None:
            texts.append(script.text)
    return sorted(files | _modules_beside(files, prepared.modules.files)), texts


def job_digest(sources: tuple[list[str], list[str]]) -> str:
    """Return a digest of the sources of a job."""
    import hashlib

    files, texts = sources
    found = hashlib.sha256()
    for file in files:
        try:
            with open(file, "rb") as stream:
                found.update(f"{os.path.basename(file)}\0".encode("utf-8", "surrogatepass") + stream.read() + b"\0")
        except OSError:
            continue
    for text in texts:
        found.update(f"{text}\0".encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def look_at_loaded() -> None:
    """Look at the modules that are loaded, once for all runs of this process and of those that it forks.

    Looking at a thousand modules takes 4 ms in a forked process, most of them for copying the pages that they lie in.
    """
    global _LOOKED_AT
    import sys

    _LOOKED_AT = next(reversed(sys.modules), ""), dict(_not_installed(list(sys.modules)))


#: The last module that `look_at_loaded` has seen, and the files of those that are not installed, by their names.
_LOOKED_AT: tuple[str, dict[str, str]] = ("", {})


def _modules_beside(files: set[str], imported: set[str]) -> set[str]:
    """Return the files of loaded modules beside scripts, without installed ones and without those of other runs."""
    import sys

    folders = tuple({f"{os.path.dirname(file)}{os.sep}" for file in files})
    last, before = _LOOKED_AT
    later: list[str] = []
    # In the order in which they were loaded; where the last one was removed, all are looked at.
    for name in reversed(list(sys.modules)):
        if name == last:
            break
        later.append(name)
    named = {**{name: file for name, file in before.items() if name in sys.modules}, **dict(_not_installed(later))}
    return {file for file in {*named.values(), *imported} if file.startswith(folders)}


#: What leads a path out of the folder that it begins with.
_UP = f"{os.sep}.."


def _not_installed(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the loaded modules that are neither Python's nor installed, each with its file."""
    import sys

    installed = tuple(
        f"{os.path.abspath(folder)}{os.sep}" for folder in (PACKAGE, sys.prefix, os.path.dirname(os.__file__))
    )
    for name in names:
        if name.startswith(MODULES_BESIDE):
            continue
        source = getattr(sys.modules.get(name), "__file__", None)
        # Normalizing a path takes long, and most modules are installed.
        if isinstance(source, str) and source.endswith(".py") and (_UP in source or not source.startswith(installed)):
            # A script is loaded under the name that the workflow gives it, such as `folder/./answer.py`: one file.
            file = os.path.normpath(source)
            if not file.startswith(installed) and f"{os.sep}site-packages{os.sep}" not in file:
                yield name, file
