"""A digest of a job's text: a resume compares it, to find out whether the job has changed."""

from __future__ import annotations

import os

from ...core.errors import PACKAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
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
    return sorted(files | _modules_beside(files)), texts


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


def _modules_beside(files: set[str]) -> set[str]:
    """Return the files of loaded modules beside scripts, without installed ones."""
    import sys

    folders = tuple({f"{os.path.dirname(file)}{os.sep}" for file in files})
    installed = (PACKAGE, f"{os.path.abspath(sys.prefix)}{os.sep}")
    sources = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    # A script is loaded under the name that the workflow gives it, such as `folder/./answer.py`: it is one file.
    named = {os.path.normpath(source) for source in sources if isinstance(source, str)}
    return {
        source
        for source in named
        if source.endswith(".py")
        and source.startswith(folders)
        and not source.startswith(installed)
        and f"{os.sep}site-packages{os.sep}" not in source
    }
