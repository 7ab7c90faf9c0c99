"""Who is to be left out of a broadcast, and how many there are in a source."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sized
from typing import Any

from ...common.csv import read_csv, read_lines
from ...common.sources import readable
from ...core.errors import JobError
from ...core.state import a_kind
from ..psid import problem_of

#: The columns in which a file has a person's id; without one of them it is the first.
ID_COLUMNS = ("psid", "recipient", "recipient_id", "id")


def left_out(skip: Any) -> frozenset[str]:
    """Return the ids of the people who are never to be written to.

    Args:
        skip: A list of ids or of objects with one, or a `Path` to a `.csv`, `.jsonl` or text file with one a line.

    Raises:
        JobError: It is nothing of these.
    """
    if skip is None:
        return frozenset()
    if isinstance(skip, os.PathLike):
        return frozenset(_of_file(skip))
    if isinstance(skip, Iterable) and not isinstance(skip, str | bytes | dict):
        return frozenset(_id_of(entry) for entry in skip)
    raise JobError(
        f"`skip` of broadcast() is {a_kind(skip)}.",
        fix='Give a list of ids, or a file: skip=Path("unsubscribed.csv").',
        code="NOT_A_SOURCE",
    )


def _of_file(file: os.PathLike[str]) -> Iterable[str]:
    path = os.fspath(file)
    if path.lower().endswith(".csv"):
        return [_id_of(readable(row)) for _, row in read_csv(file)]
    lines = [line.strip() for line in read_lines(file) if line.strip()]
    if path.lower().endswith((".jsonl", ".ndjson")):
        from ...core.json_text import read_json

        try:
            return [_id_of(read_json(line)) for line in lines]
        except ValueError as cause:
            raise JobError(f"{os.path.basename(path)} is not JSON lines: {cause}.", fix="Mend the file.") from None
    return lines


def _id_of(entry: Any) -> str:
    if isinstance(entry, dict):
        found = next((entry[name] for name in ID_COLUMNS if entry.get(name)), None)
        entry = found if found is not None else next(iter(entry.values()), None)
    if isinstance(entry, bool) or not isinstance(entry, str | int) or not str(entry).strip():
        raise JobError(
            f"`skip` of broadcast() holds {a_kind(entry)} where a person's id should stand.",
            fix="Give the ids as text. Nobody was written to: somebody who is to be left out might have been.",
            code="NOT_A_SOURCE",
        )
    found = str(entry).strip()
    problem = problem_of(found)
    if problem is not None:
        raise JobError(
            f"An id in `skip` of broadcast() {problem[0]}.",
            fix=f"{problem[1]} Nobody was written to: somebody who is to be left out might have been.",
            code="NOT_A_SOURCE",
        )
    return found


def how_many(source: Any, csv: Any = None) -> int | None:
    """Return how many items a source has, or None where that cannot be known without taking them out of it."""
    if isinstance(source, os.PathLike):
        path = os.fspath(source)
        if path.lower().endswith(".csv"):
            return sum(1 for _ in read_csv(source, csv))
        return sum(1 for line in read_lines(source) if line.strip())
    if isinstance(source, dict):
        return 1
    return len(source) if isinstance(source, Sized) and not isinstance(source, str) else None
