"""The ledger's tables, version by version.

A database records its version and is migrated when it is opened. A migration never changes existing values.
"""

from __future__ import annotations

#: Each entry migrates the tables from the version before. Names in braces are filled from the database's dialect.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            path TEXT NOT NULL,
            job_digest TEXT NOT NULL,
            input_digest TEXT NOT NULL,
            input TEXT,
            status TEXT NOT NULL,
            started DOUBLE PRECISION NOT NULL,
            ended DOUBLE PRECISION,
            purged DOUBLE PRECISION,
            exit_code INTEGER,
            attempt INTEGER NOT NULL,
            holder TEXT
        )
        """,
        "CREATE INDEX runs_by_input ON runs (path, input_digest, started)",
        "CREATE INDEX runs_by_start ON runs (started)",
        """
        CREATE TABLE steps (
            run TEXT NOT NULL,
            step TEXT NOT NULL,
            arrival INTEGER NOT NULL,
            status TEXT NOT NULL,
            output TEXT,
            PRIMARY KEY (run, step, arrival)
        )
        """,
        # No index holds a column that changes while a write is made: in PostgreSQL such a change updates all indexes.
        """
        CREATE TABLE writes (
            n {counter},
            id {plain_text} NOT NULL,
            run TEXT NOT NULL,
            step TEXT NOT NULL,
            arrival INTEGER NOT NULL,
            site TEXT NOT NULL,
            page TEXT NOT NULL,
            recipient TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            nth INTEGER NOT NULL,
            own_key TEXT,
            text_digest TEXT,
            outcome TEXT NOT NULL,
            about TEXT,
            result TEXT,
            error TEXT,
            holder TEXT,
            attempt INTEGER NOT NULL,
            created DOUBLE PRECISION NOT NULL,
            changed DOUBLE PRECISION NOT NULL
        ) {changes_often}
        """,
        "CREATE UNIQUE INDEX writes_by_id ON writes (id)",
        "CREATE INDEX writes_by_run ON writes (run, n)",
        "CREATE INDEX writes_by_recipient ON writes (run, recipient)",
        """
        CREATE TABLE holders (
            id TEXT PRIMARY KEY,
            machine TEXT NOT NULL,
            process TEXT NOT NULL,
            expires DOUBLE PRECISION NOT NULL
        )
        """,
        """
        CREATE TABLE pages (
            page TEXT NOT NULL,
            lane TEXT NOT NULL,
            free_at DOUBLE PRECISION NOT NULL,
            seen DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (page, lane)
        )
        """,
        """
        CREATE TABLE tokens (
            digest TEXT PRIMARY KEY,
            page TEXT NOT NULL
        )
        """,
    ),
    ("ALTER TABLE runs ADD COLUMN words TEXT",),
    (
        # The rule that identifies the writes of a run. Runs that were begun under another rule cannot be resumed.
        "ALTER TABLE runs ADD COLUMN identity INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE runs ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE writes ADD COLUMN is_message INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE writes ADD COLUMN is_handled INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX runs_by_path ON runs (path, started)",
    ),
    (
        """
        CREATE TABLE collections (
            n {lasting_counter},
            collection {plain_text} NOT NULL,
            item {plain_text} NOT NULL,
            value TEXT NOT NULL,
            created DOUBLE PRECISION NOT NULL,
            updated DOUBLE PRECISION NOT NULL
        )
        """,
        "CREATE UNIQUE INDEX collections_by_item ON collections (collection, item)",
        "ALTER TABLE runs ADD COLUMN labels TEXT",
        # What the command line of the run was given beside the job: paths, never their content.
        "ALTER TABLE runs ADD COLUMN given TEXT",
    ),
    # The number of writes by outcome, kept when a run ends (see `run_counts`).
    ("ALTER TABLE runs ADD COLUMN counts TEXT",),
)

#: The table that holds the version.
VERSION_TABLE = "CREATE TABLE IF NOT EXISTS ledger_version (version INTEGER NOT NULL)"
