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


def is_there(database: str) -> bool:
    """Whether a ledger exists, as far as that can be seen without opening it."""
    return database != IN_MEMORY and ("://" in database or os.path.exists(database))
