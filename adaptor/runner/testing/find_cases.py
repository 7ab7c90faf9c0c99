"""Finding files with test cases: below folders, beside jobs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How the names of files with cases end.
ENDINGS = (".test.json", ".test.yaml", ".test.yml")


def find_files(paths: list[str]) -> list[str]:
    """Return the files with cases in folders, beside jobs, or given themselves.

    Raises:
        InputError: A path does not exist, or a job has no cases.
    """
    found: dict[str, None] = {}
    for path in paths:
        if os.path.isdir(path):
            found.update(dict.fromkeys(_walk(path)))
        elif not os.path.exists(path):
            raise InputError(f"{path} does not exist.", fix="Give a folder, a job, or a file with cases.")
        elif path.endswith(ENDINGS):
            found[path] = None
        else:
            beside = [f"{os.path.splitext(path)[0]}{ending}" for ending in ENDINGS]
            cases = [file for file in beside if os.path.isfile(file)]
            if not cases:
                raise InputError(f"There are no cases for {path}.", fix=f"Write them into {beside[0]}.")
            found.update(dict.fromkeys(cases))
    return list(found)


def _walk(folder: str) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for name in sorted(files):
            if name.endswith(ENDINGS):
                yield os.path.normpath(os.path.join(here, name))


def stem_of(name: str) -> str:
    """Return the name of a file with cases, without its ending: that of the job."""
    return next(name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending))
