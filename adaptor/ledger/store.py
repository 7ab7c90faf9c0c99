"""A ledger: its database, and what stands in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .holders import Holders
from .pages import Pages
from .runs import Runs
from .writes import Writes

if TYPE_CHECKING:
    from .database import Database


class Store:
    """The tables of one database. Every method of theirs is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.holders = Holders(database)
        self.runs = Runs(database, self.holders)
        self.writes = Writes(database, self.holders)
        self.pages = Pages(database)

    @property
    def name(self) -> str:
        """What the ledger is called in messages, without a password."""
        return self.database.name

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_store(database: str) -> Store:
    """Open a ledger: a `postgresql://` URL, the path of a file, or `:memory:` for one that nothing keeps.

    Raises:
        InputError: It cannot be used.
    """
    if database.startswith(("postgresql://", "postgres://")):
        from .postgres import PostgresDatabase

        return Store(PostgresDatabase(database))
    from .sqlite import SqliteDatabase

    return Store(SqliteDatabase(database if database == ":memory:" else os.path.abspath(database)))
