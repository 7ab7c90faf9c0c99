"""Which file a database file is served for: what Meta delivers is stored once, so one of two services would miss it.

Each takes the runs of its own file only: see `Project.name`. Nothing else keeps them apart in a database on a server.
"""

from __future__ import annotations

import fcntl
import os
import time

from ...core.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

#: Somebody who only asks holds the lock for an instant.
_TRIES = 3
_AGAIN_SECONDS = 0.05


def serve_alone(database: str, project: str) -> IO[str] | None:
    """Hold a database file for the services of one file, until what is returned is closed.

    Args:
        database: The database.
        project: The workflow or project file.

    Returns:
        The lock; None where the database is no file.

    Raises:
        InputError: A service of another file is running with it.
    """
    if "://" in database:
        return None
    lock = open(_beside(database), "a+", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
    own = os.path.realpath(project)
    for _ in range(_TRIES):
        if _is_free(lock):
            lock.truncate(0)
            lock.write(own)
            lock.flush()
        fcntl.flock(lock, fcntl.LOCK_SH)
        if (other := _read(lock)) == own:
            return lock
        fcntl.flock(lock, fcntl.LOCK_UN)
        time.sleep(_AGAIN_SECONDS)
    lock.close()
    raise _mixed(other, database)


def check_served(database: str, project: str) -> None:
    """Refuse a file whose runs the service of another file would perform.

    Args:
        database: The database.
        project: The workflow or project file.

    Raises:
        InputError: A service of another file is running with this database.
    """
    if "://" in database or not os.path.exists(_beside(database)):
        return
    with open(_beside(database), "r+", encoding="utf-8", errors="surrogateescape") as lock:
        if not _is_free(lock) and (other := _read(lock)) != os.path.realpath(project):
            raise _mixed(other, database)


def _is_free(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read()


def _beside(database: str) -> str:
    return f"{database}-served"


def _mixed(other: str, database: str) -> InputError:
    return InputError(
        f"The service of {other} uses the database {database}: of two services of one Page each would miss what the "
        "other has received.",
        fix="Nothing was started or queued. Give this file a database of its own, --database FILE, or put both "
        "workflows into one project.yaml.",
    )
