"""Commands that are shown to people, ready to copy."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def resume_command(
    path: str, words: Sequence[str], run: str, *, database: str | None = None, credentials: str | None = None
) -> str:
    """Return the command that resumes a run.

    Args:
        path: What was run.
        words: What followed the path.
        run: The run's id.
        database: The ledger, where it was given.
        credentials: The credentials file, where it was given.
    """
    return _joined("adaptor", "run", path, *words, "--resume", run, *_credentials(credentials), *_database(database))


def runs_command(
    verb: str, run: str, *, path: str | None = None, database: str | None = None, credentials: str | None = None
) -> str:
    """Return a command about a run.

    Args:
        verb: Such as `settle`.
        run: The run's id.
        path: The job, where its ledger is beside it.
        database: The ledger, where it was given.
        credentials: The credentials file, where it was given.
    """
    beside = [] if path is None or database is not None else [path]
    return _joined("adaptor", "runs", verb, run, *beside, *_credentials(credentials), *_database(database))


def _credentials(file: str | None) -> list[str]:
    return [] if file is None else ["-c", file]


def _database(name: str | None) -> list[str]:
    # An address may hold a password.
    if name is None:
        return []
    return ["--database", "…" if "://" in name else name]


def _joined(*words: str) -> str:
    import shlex

    return " ".join(word if word == "…" else shlex.quote(word) for word in words)
