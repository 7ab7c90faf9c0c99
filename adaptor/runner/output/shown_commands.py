"""Commands that are shown to people, ready to paste into a shell."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


def resume_command(
    path: str,
    words: Sequence[str],
    run: str,
    *,
    database: str | None = None,
    given: Mapping[str, Any] | None = None,
    more: Sequence[str] = (),
) -> str:
    """Return the command that resumes a run.

    Args:
        path: What was run.
        words: What followed the path.
        run: The run's id.
        database: The ledger, where it was given.
        given: What the run's command line was given, as `RunRecord.given`.
        more: Further options.
    """
    given = given or {}
    # Without it a run of the sandbox would go on with real people.
    sandbox = ["--sandbox"] * bool(given.get("sandbox")) + _file("--people", given)
    files = [*sandbox, *_credentials(given), *_database(database)]
    return _joined("adaptor", "run", near(path), *words, "--resume", run, *more, *files)


def runs_command(
    verb: str,
    run: str,
    *,
    path: str | None = None,
    database: str | None = None,
    given: Mapping[str, Any] | None = None,
    more: Sequence[str] = (),
) -> str:
    """Return a command about a run.

    Args:
        verb: Such as `settle`.
        run: The run's id.
        path: The job, where its ledger is beside it.
        database: The ledger, where it was given.
        given: What the run's command line was given, where the command needs the credentials.
        more: Further options.
    """
    beside = [] if path is None or database is not None else [near(path)]
    return _joined("adaptor", "runs", verb, run, *beside, *more, *_credentials(given or {}), *_database(database))


def what_is_missing(database: str | None, given: Mapping[str, Any] | None = None) -> str:
    """Return in words what a user must add to a shown command, since no command shows it; empty where nothing.

    Args:
        database: The ledger, where it was given.
        given: What the run's command line was given.
    """
    missing = []
    if (given or {}).get("configuration") == "state":
        missing.append("Add the credential with -c FILE: it was in the state, which keeps none.")
    if database is not None and _has_password(database):
        missing.append("Set ADAPTOR_DATABASE to the address of the ledger first: it holds a password.")
    return " ".join(missing)


def near(path: str) -> str:
    """Return the relative path, where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):
        # Another drive, or the current folder was deleted.
        return path
    shorter = relative if len(relative) < len(path) else path
    # A shell's command would take it for an option.
    return f".{os.sep}{shorter}" if shorter.startswith("-") else shorter


def _credentials(given: Mapping[str, Any]) -> list[str]:
    return _file("-c", given, "credentials")


def _file(option: str, given: Mapping[str, Any], name: str | None = None) -> list[str]:
    path = given.get(name or option.lstrip("-"))
    return [] if path is None else [option, near(path)]


def _database(name: str | None) -> list[str]:
    if name is None or _has_password(name):
        return []
    return ["--database", name if "://" in name else near(name)]


def _has_password(address: str) -> bool:
    """Whether an address holds a password, or may hold one: then no command shows it."""
    from urllib.parse import urlsplit

    if "://" not in address:
        return False
    try:
        parts = urlsplit(address)
        return parts.password is not None or "password" in parts.query or "@" in parts.path
    except ValueError:
        return True


def _joined(*words: str) -> str:
    import shlex

    return shlex.join(words)
