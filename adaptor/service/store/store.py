"""The service's store: the ledger's database with the service's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ledger.leases.leases import LEASE_SECONDS, LeaseTerms
from ...ledger.store import open_store
from ..dispatch.procrastinate_jobs import announcer_of
from .events import Events
from .notices import Notices
from .overview import Overview
from .page_pauses import PagePauses
from .people import People
from .responses import Responses
from .runs import Runs
from .schedules import Schedules
from .schema import migrate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...ledger.store import Store
    from .records import RunRow


#: How long a lease of the service is valid in a database that several machines share. A worker that has died is
#: noticed by the others after that, and after the time between two of their looks.
SHARED_LEASE_SECONDS = 9.0


def lease_seconds(database: str) -> float:
    """Return how long a lease of the service is valid in a database.

    A file is used by one machine, where the end of a process is seen at once; so its leases are long.
    """
    return SHARED_LEASE_SECONDS if "://" in database else LEASE_SECONDS


class ServiceStore:
    """The tables of the service, beside the ledger. Every method of theirs is one transaction.

    Attributes:
        ledger: The ledger in the same database.
        events: The events that came in.
        runs: The runs that wait, run or have ended.
        schedules: Which moments of cron triggers were served.
        people: The people who have written.
        pages: The Pages that are paused.
        notices: The notices that are still to be delivered.
        overview: Figures for people and for metrics.
        responses: What callers get that wait for the end of their run.
        announcer: Announces queued runs to the workers of other machines, where there are some.
    """

    def __init__(self, ledger: Store) -> None:
        self.ledger = ledger
        self.database = ledger.database
        self.announcer = announcer_of(self.database)
        self.events = Events(self.database, ledger.writes, self.announcer)
        self.runs = Runs(self.database, ledger.leases, self.announcer)
        self.schedules = Schedules(self.database, self.announcer)
        self.people = People(self.database)
        self.pages = PagePauses(self.database)
        self.notices = Notices(self.database)
        self.overview = Overview(self.database)
        self.responses = Responses(self.database)

    @property
    def name(self) -> str:
        """What the database is called in messages, without a password."""
        return self.ledger.name

    def claim(
        self,
        lease: str,
        most: int,
        most_others: int,
        versions: Iterable[tuple[str, str]] | None,
        project: str | None = None,
    ) -> list[RunRow] | None:
        """Claim runs, as `Runs.claim`; return None where the lease is not valid any more."""

        def work() -> list[RunRow] | None:
            is_valid = self.ledger.leases.is_valid(lease) is not None
            return self.runs.claim(lease, most, most_others, versions, project) if is_valid else None

        return self.database.transact(work)

    def close(self) -> None:
        """Close the database."""
        self.ledger.close()


def open_service_store(database: str) -> ServiceStore:
    """Open the service's tables, and make them where they are missing.

    Args:
        database: A `postgresql://` URL or the path of a file, as for a ledger.

    Raises:
        InputError: The database cannot be used.
    """
    ledger = open_store(database, terms=LeaseTerms(lease_seconds(database)))
    try:
        migrate(ledger.database)
    except BaseException:
        ledger.close()
        raise
    return ServiceStore(ledger)
