"""Where the ledger of a job is."""

from __future__ import annotations

import os

#: Where the ledger is, from the folder of a job; and the environment variable for another one.
BESIDE = os.path.join(".adaptor", "ledger.db")
ENVIRONMENT_DATABASE = "ADAPTOR_DATABASE"
#: A ledger that ends with the process.
IN_MEMORY = ":memory:"


def default_database(path: str) -> str:
    """Return where the ledger of a job is."""
    return os.environ.get(ENVIRONMENT_DATABASE) or os.path.join(os.path.dirname(os.path.abspath(path)), BESIDE)


def folders_beside(database: str | None, path: str | None, credentials: str | None = None) -> tuple[str, ...]:
    """Return the folders in which small facts are kept between runs.

    Args:
        database: The ledger, if it was given.
        path: What is run, if anything.
        credentials: The file of the credential, if there is one.
    """
    place = database or os.environ.get(ENVIRONMENT_DATABASE)
    is_file = place is not None and "://" not in place and place != IN_MEMORY
    beside_ledger = os.path.dirname(os.path.abspath(place)) if place is not None and is_file else None
    found = [] if path is None else [beside_ledger or _beside(path)]
    if credentials is not None or path is None:
        # Without a file, the credential is of the environment.
        found.append(_beside(credentials or os.path.join(os.getcwd(), "environment")))
    return tuple(dict.fromkeys(found))


def _beside(path: str) -> str:
    return os.path.join(os.path.dirname(os.path.abspath(path)), os.path.dirname(BESIDE))


def is_there(database: str) -> bool:
    """Whether a ledger exists, as far as that can be seen without opening it."""
    return database != IN_MEMORY and ("://" in database or os.path.exists(database))
