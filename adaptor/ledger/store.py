"""A ledger: its database and its tables."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ..core.errors import InputError
from .claims.writes import Writes
from .collections import Collections
from .leases.leases import Leases, LeaseTerms
from .pages import Pages
from .runs import Runs

if TYPE_CHECKING:
    from .database.database import Database

#: The address of a ledger that is not kept.
IN_MEMORY = ":memory:"


_FIX = "Give --database the path of a file, or postgresql://user@host/database."
#: Another form of connection string, a URL with a missing slash, or a variable that the shell has not replaced.
_NEARLY_AN_ADDRESS = re.compile(
    r"^\s*[a-z+]{2,}:/?[^\\/]|^\s*//|[^/\s]+:[^/\s]*@"
    r"|\b(host|hostaddr|user|password|passfile|dbname|port|service)\s*="
    r"|^\s*$|^\s*[{$]|^[\w.-]*@|^[\w.-]+:\d+(/|$)",
    re.IGNORECASE,
)


class Store:
    """The tables of one database. Every method of theirs is one transaction."""

    def __init__(self, database: Database, terms: LeaseTerms | None = None) -> None:
        self.database = database
        self.leases = Leases(database, terms)
        self.runs = Runs(database, self.leases)
        self.writes = Writes(database, self.leases)
        self.pages = Pages(database)
        self.collections = Collections(database, self.leases)

    @property
    def name(self) -> str:
        """What the ledger is called in messages, without a password."""
        return self.database.name

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_store(database: str, *, read_only: bool = False, terms: LeaseTerms | None = None) -> Store:
    """Open a ledger.

    Args:
        database: A `postgresql://` URL, the path of a file, or `:memory:` for a ledger that is not kept.
        read_only: Only read an existing ledger: nothing is written or migrated, and no writer is blocked.
        terms: On which terms this process holds its leases; None is the usual ones.

    Raises:
        InputError: It cannot be used.
    """
    if database.startswith(("postgresql://", "postgres://")):
        from .database.postgres import PostgresDatabase

        return Store(PostgresDatabase(database, read_only=read_only), terms)
    if "://" in database:
        raise InputError(f"A ledger cannot be kept in a database of the kind {database.partition('://')[0]}.", fix=_FIX)
    if _NEARLY_AN_ADDRESS.search(database):
        # Not shown, since it may hold a password. As a path it would be a ledger that no other machine sees.
        raise InputError("The value of --database is neither the path of a file nor the URL of a database.", fix=_FIX)
    from .database.sqlite import SqliteDatabase

    path = database if database == IN_MEMORY else os.path.abspath(database)
    return Store(SqliteDatabase(path, read_only=read_only), terms)
