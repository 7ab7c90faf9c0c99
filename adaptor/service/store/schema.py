"""The service's tables, version by version. They lie in the database of the ledger, with a version of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.errors import InputError

if TYPE_CHECKING:
    from ...ledger.database.database import Database

#: Each entry migrates the tables from the version before. Names in braces are filled from the database's dialect.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE service_events (
            n {counter},
            page TEXT NOT NULL,
            kind TEXT NOT NULL,
            mid {plain_text} NOT NULL,
            person TEXT,
            happened DOUBLE PRECISION,
            received DOUBLE PRECISION NOT NULL,
            facts TEXT NOT NULL
        )
        """,
        # Meta delivers an event again where it has not seen a 200: this index makes it one event.
        "CREATE UNIQUE INDEX service_events_once ON service_events (page, kind, mid)",
        """
        CREATE TABLE service_runs (
            n {counter},
            id {plain_text} NOT NULL,
            workflow TEXT NOT NULL,
            start TEXT NOT NULL,
            digest TEXT NOT NULL,
            person {plain_text},
            is_answer INTEGER NOT NULL,
            input TEXT NOT NULL,
            status TEXT NOT NULL,
            is_open INTEGER NOT NULL DEFAULT 1,
            due DOUBLE PRECISION NOT NULL,
            epoch INTEGER NOT NULL DEFAULT 0,
            holder TEXT,
            failures INTEGER NOT NULL DEFAULT 0,
            queued DOUBLE PRECISION NOT NULL,
            started DOUBLE PRECISION,
            ended DOUBLE PRECISION,
            exit_code INTEGER,
            error TEXT
        ) {changes_often}
        """,
        "CREATE UNIQUE INDEX service_runs_by_id ON service_runs (id)",
        # Of a million runs a few wait or run: these indexes hold only them.
        "CREATE INDEX service_runs_open ON service_runs (n) WHERE is_open = 1",
        "CREATE INDEX service_runs_of_person ON service_runs (person, n) WHERE is_open = 1",
        """
        CREATE TABLE service_schedules (
            workflow TEXT NOT NULL,
            start TEXT NOT NULL,
            served DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (workflow, start)
        )
        """,
        """
        CREATE TABLE service_people (
            page TEXT NOT NULL,
            psid TEXT NOT NULL,
            last_message DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (page, psid)
        ) {changes_often}
        """,
    ),
    (
        # Apart from `service_people`, which the retention time empties: who has asked for no more messages is kept.
        """
        CREATE TABLE service_stops (
            page TEXT NOT NULL,
            psid TEXT NOT NULL,
            since DOUBLE PRECISION NOT NULL,
            kind TEXT NOT NULL,
            PRIMARY KEY (page, psid)
        )
        """,
        """
        CREATE TABLE service_pauses (
            page TEXT NOT NULL,
            psid TEXT NOT NULL,
            ends DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (page, psid)
        )
        """,
    ),
    (
        """
        CREATE TABLE service_receipts (
            page TEXT NOT NULL,
            psid TEXT NOT NULL,
            delivered DOUBLE PRECISION,
            seen DOUBLE PRECISION,
            PRIMARY KEY (page, psid)
        ) {changes_often}
        """,
        "CREATE INDEX service_receipts_of_person ON service_receipts (psid)",
    ),
    (
        # Where a run waits for an answer, and the answer.
        "ALTER TABLE service_runs ADD COLUMN waits TEXT",
        "CREATE INDEX service_runs_waiting ON service_runs (person) WHERE status = 'waiting'",
    ),
    (
        # The Page that a run sends as, where that is known before it has begun.
        "ALTER TABLE service_runs ADD COLUMN page TEXT",
        "ALTER TABLE service_runs ADD COLUMN is_wish INTEGER NOT NULL DEFAULT 0",
        # A pause that was lifted stays, with its time: a `block` of Meta's may come after the later `unblock`.
        """
        CREATE TABLE service_page_pauses (
            page {plain_text} PRIMARY KEY,
            kind TEXT NOT NULL,
            since DOUBLE PRECISION NOT NULL,
            why TEXT NOT NULL,
            tokens TEXT NOT NULL,
            lifted DOUBLE PRECISION
        )
        """,
        """
        CREATE TABLE service_notices (
            n {counter},
            kind TEXT NOT NULL,
            run TEXT,
            page TEXT,
            created DOUBLE PRECISION NOT NULL,
            due DOUBLE PRECISION NOT NULL,
            tries INTEGER NOT NULL DEFAULT 0
        ) {changes_often}
        """,
        # What people wrote while a run was asking them something, where it has started no run of its own.
        """
        CREATE TABLE service_answers (
            n {counter},
            person {plain_text} NOT NULL,
            happened DOUBLE PRECISION NOT NULL,
            facts TEXT NOT NULL
        )
        """,
        "CREATE INDEX service_answers_of_person ON service_answers (person, happened)",
        # What the next run of a schedule begins with.
        "ALTER TABLE service_schedules ADD COLUMN state TEXT",
        "ALTER TABLE service_schedules ADD COLUMN kept DOUBLE PRECISION",
    ),
    (
        # What the caller of a run gets that waits for its end: apart, since few runs have one and all are read.
        """
        CREATE TABLE service_responses (
            run TEXT PRIMARY KEY,
            response TEXT NOT NULL
        )
        """,
    ),
    (
        # Whether it was said which Page a run sends as, or there was only one that is known.
        "ALTER TABLE service_runs ADD COLUMN names_page INTEGER NOT NULL DEFAULT 1",
    ),
    (
        # The file whose workflow a run is of, by its name: the services of other files leave it alone.
        "ALTER TABLE service_runs ADD COLUMN project TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE service_schedules RENAME TO service_schedules_before",
        """
        CREATE TABLE service_schedules (
            project TEXT NOT NULL,
            workflow TEXT NOT NULL,
            start TEXT NOT NULL,
            served DOUBLE PRECISION NOT NULL,
            state TEXT,
            kept DOUBLE PRECISION,
            PRIMARY KEY (project, workflow, start)
        )
        """,
        # Of which file they are is not known: the next service takes them over, see `Schedules.served`.
        "INSERT INTO service_schedules SELECT '', workflow, start, served, state, kept FROM service_schedules_before",
        "DROP TABLE service_schedules_before",
    ),
)

_VERSION_TABLE = "CREATE TABLE IF NOT EXISTS service_version (version INTEGER NOT NULL)"


def migrate(database: Database) -> None:
    """Bring the service's tables up to date.

    Raises:
        InputError: They were made by a later release.
    """
    with database.transaction(durable=True):
        database.lock_names(["service tables"])
        database.run(_VERSION_TABLE)
        found = int(database.run("SELECT max(version) FROM service_version").fetchone()[0] or 0)
        if found > len(MIGRATIONS):
            raise InputError(
                f"The service's tables in {database.name} were written by a later release of this package.",
                fix="Use that release, or another database with --database.",
            )
        for version, statements in enumerate(MIGRATIONS[found:], start=found + 1):
            for statement in statements:
                database.run(statement.format(**database.dialect))
            database.run("INSERT INTO service_version (version) VALUES (?)", (version,))
