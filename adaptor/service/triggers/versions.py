"""Which workflows this machine has, each in which version; the files may be replaced while it works."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ...core.errors import AdaptorError
from ...runner.load.credentials import Credentials
from ..store.versions import VERSION_LETTERS
from .project import load_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .project import Project


def stamps_of(files: Iterable[str]) -> dict[str, Any]:
    """Return each file with when it changed and how large it is; one that is being replaced is left out."""
    found = {}
    for path in files:
        try:
            facts = os.stat(path)
        except OSError:
            continue
        found[path] = facts.st_mtime_ns, facts.st_size
    return found


def shown(versions: Mapping[str, str]) -> str:
    """Return the versions of workflows for people."""
    return ", ".join(f"{digest[:VERSION_LETTERS]}{f' of {name}' if name else ''}" for name, digest in versions.items())


class Versions:
    """The digests of the workflows of this machine. Files that have changed are read again.

    Args:
        project: The workflows.
        log: Called with a level and a line.

    Attributes:
        project: The workflows, as they were read last.
    """

    def __init__(self, project: Project, log: Callable[[str, str], object]) -> None:
        self.project = project
        self._log = log
        self._stamps = stamps_of(project.files)
        self._found = project.versions

    def look(self) -> Mapping[str, str]:
        """Return the digest of each workflow by its name; none while the files cannot be used."""
        stamps = stamps_of(self.project.files)
        if stamps != self._stamps:
            self._stamps = stamps
            try:
                self.project = load_project(self.project.path, Credentials(is_lenient=True), needs_trigger=False)
            except AdaptorError as error:
                self._found = {}
                self._log("error", f"{error.report()}\nNo run is taken until the files are right.")
            else:
                # What has changed since it was stamped, perhaps while it was read, is read once more.
                self._stamps = {path: stamps.get(path, now) for path, now in stamps_of(self.project.files).items()}
                self._found = self.project.versions
                self._log("info", f"{self.project.path} was read again: version {shown(self._found)}.")
        return self._found
