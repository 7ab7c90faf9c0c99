"""A ledger: its database and its tables."""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import TYPE_CHECKING

from ..core.errors import InputError
from .claims.writes import Writes
from .leases.leases import Leases, LeaseTerms
from .pages import Pages
from .runs import Runs

if TYPE_CHECKING:
    from .collections import Collections
    from .database.database import Database

#: The address of a ledger that is not kept.
IN_MEMORY = ":memory:"


_FIX = "Give --database the path of a file, or postgresql://user@host/database."
#: Another form of connection string, or a URL with a missing slash.
_NEARLY_AN_ADDRESS = (
    r"(?i)^\s*[a-z+]{2,}:/?[^\\/]|[^/\s]+:[^/\s]*@"
    r"|\b(host|hostaddr|user|password|passfile|dbname|port|service)\s*="
    r"|^[\w.-]*@|^[\w.-]+:\d+(/|$)"
)


class Store:
    """The tables of one database. Every method of theirs is one transaction."""

    def __init__(self, database: Database, terms: LeaseTerms | None = None) -> None:
        self.database = database
        self.leases = Leases(database, terms)
        self.runs = Runs(database, self.leases)
        self.writes = Writes(database, self.leases)
        self.pages = Pages(database)

    @cached_property
    def collections(self) -> Collections:
        """The collections, in which jobs keep values between runs. Most jobs have none."""
        from .collections import Collections

        return Collections(self.database, self.leases)

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
    if _is_nearly_an_address(database):
        # Not shown, since it may hold a password. As a path it would be a ledger that no other machine sees.
        raise InputError("The value of --database is neither the path of a file nor the URL of a database.", fix=_FIX)
    from .database.sqlite import SqliteDatabase

    path = database if database == IN_MEMORY else os.path.abspath(database)
    return Store(SqliteDatabase(path, read_only=read_only), terms)


def _is_nearly_an_address(text: str) -> bool:
    """Whether it was meant as an address, or is empty or a variable that the shell has not replaced."""
    if not text.strip() or text.lstrip().startswith(("//", "{", "$")):
        return True
    # The path of the usual ledger has none of these signs, and compiling the pattern takes longer than opening it.
    return any(sign in text for sign in ":@=") and re.search(_NEARLY_AN_ADDRESS, text) is not None
