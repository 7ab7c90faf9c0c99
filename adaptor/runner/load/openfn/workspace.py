"""OpenFn's workspaces: a folder with `openfn.yaml`, and each workflow in a file of its own, which is run by its name.

Source: https://docs.openfn.org/documentation/cli-sync and packages/project of https://github.com/OpenFn/kit (checked
2026-11-28).
"""

from __future__ import annotations

import os

from ....core.errors import InputError
from ...input.document import ENDINGS, read_document
from ...problems.problems import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ...input.document import Document

#: The names of the file that makes a folder a workspace.
FILES = ("openfn.yaml", "openfn.yml", "openfn.json")
#: Where its workflows lie, unless it says otherwise.
_FOLDER = "workflows"
_IGNORED = ("node_modules", "tmp")


def is_workspace(document: Document) -> bool:
    """Whether a document is the file of a workspace rather than a workflow or a project."""
    value = document.value
    return (
        os.path.basename(document.file).lower() in FILES
        and isinstance(value, dict)
        and not value.keys() & {"workflows", "workflow", "steps", "jobs"}
    )


def workspace_above(folder: str) -> str | None:
    """Return the file of the nearest workspace around a folder, or None."""
    folder = os.path.abspath(folder)
    while True:
        found = next((file for name in FILES if os.path.isfile(file := os.path.join(folder, name))), None)
        if found is not None or os.path.dirname(folder) == folder:
            return found
        folder = os.path.dirname(folder)


def workflow_of(workspace: Document, name: str | None) -> Document:
    """Return the workflow of that name in a workspace.

    Args:
        workspace: The file of the workspace.
        name: The workflow's id, its name, or the name of its file; None where there is only one.

    Raises:
        InputError: There is no such workflow, or several and no name; or its file cannot be read.
    """
    folder = os.path.join(workspace.folder, _folder_of(workspace))
    files: dict[str, str] = {}
    names: list[str] = []
    for file, value in _workflows(folder):
        stem = os.path.splitext(os.path.basename(file))[0]
        names.append(str(value.get("id") or value.get("name") or stem))
        for title in (value.get("id"), value.get("name"), stem):
            if isinstance(title, str):
                files.setdefault(title.lower(), file)
    if not names:
        raise InputError(
            f"The workspace {workspace.file} has no workflows in {folder}.",
            fix="Say where they are: workspace: {dirs: {workflows: FOLDER}}.",
        )
    there_are = f"There are {', '.join(names)}."
    if name is None and len(names) > 1:
        raise InputError(
            f"The workspace {workspace.file} holds {len(names)} workflows.",
            fix=f"Say which. {there_are} For example: adaptor run {workspace.file} {names[0]}.",
        )
    file = next(iter(files.values())) if name is None else files.get(name.lower(), "")
    if not file:
        raise InputError(
            f"There is no workflow `{name}` in the workspace {workspace.file}.",
            fix=did_you_mean(str(name), names, there_are),
        )
    document = read_document(file, "workflow")
    document.names_credentials = True
    return document


def _folder_of(workspace: Document) -> str:
    value: Any = workspace.value
    # Older workspaces have the keys at the top of the file.
    settings = value.get("workspace") if isinstance(value.get("workspace"), dict) else value
    folders = settings.get("dirs")
    found = folders.get("workflows") if isinstance(folders, dict) else settings.get("workflowRoot")
    return found if isinstance(found, str) and found.strip() else _FOLDER


def _workflows(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the files in a folder, at any depth, that hold a workflow, with what they hold."""
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in _IGNORED and not each.startswith("."))
        for name in sorted(names):
            if not name.lower().endswith(ENDINGS):
                continue
            file = os.path.join(at, name)
            try:
                value = read_document(file, "workflow").value
            except InputError:
                # Data may lie beside workflows. A workflow that cannot be read is found by its name.
                value = {"steps": []} if os.path.basename(at) == os.path.splitext(name)[0] else None
            inner = value.get("workflow", value) if isinstance(value, dict) else None
            if isinstance(inner, dict) and isinstance(inner.get("steps"), list):
                yield file, inner
