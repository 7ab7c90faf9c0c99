"""Taking jobs of the queue: one thread, which wakes the dispatcher of this machine for each."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from .procrastinate_jobs import QUEUE, TASK

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from procrastinate import App
    from procrastinate.worker import Worker

    from ...ledger.database.postgres import PostgresDatabase

#: How often the queue is looked at, if no notification comes.
POLL_SECONDS = 5.0
#: How long until the queue is tried again, after the database was lost.
RETRY_SECONDS = 1.0
#: A worker of theirs that has been silent for so long has ended; what it had taken is removed.
STALLED_SECONDS = 30.0


class Listener:
    """Takes a job whenever this machine has room for a run.

    Args:
        database: The database of the queue. Only its parameters are used: the thread has connections of its own.
        take: Lets the dispatcher look for runs; the future is done once it has looked and has room for another run.
    """

    def __init__(self, database: PostgresDatabase, take: Callable[[], Future[None]]) -> None:
        self._parameters = dict(database.parameters)
        self._take = take
        self._stopping = threading.Event()
        self._worker: Worker | None = None
        self._thread = threading.Thread(target=self._work, name="listener", daemon=True)

    def start(self) -> None:
        """Start to take jobs."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more jobs."""
        self._stopping.set()
        worker = self._worker
        if worker is not None:
            worker.stop()  # type: ignore[no-untyped-call]

    def join(self) -> None:
        """Wait for the end of the thread; for that the dispatcher must have stopped."""
        until = time.monotonic() + 10
        while self._thread.is_alive() and time.monotonic() < until:
            # Again: a worker of theirs that is about to begin forgets that it was stopped.
            self.stop()
            self._thread.join(0.2)

    def _work(self) -> None:
        # What they log quotes jobs and addresses; that the database is lost, the dispatcher says.
        for name in ("procrastinate", "psycopg.pool", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        while not self._stopping.is_set():
            try:
                asyncio.run(self._listen())
            except Exception:
                # Without it the dispatcher looks by itself, about once a second.
                pass
            self._stopping.wait(RETRY_SECONDS)

    async def _listen(self) -> None:
        app = self._app()
        async with app.open_async():
            removing = asyncio.create_task(self._remove_stalled(app))
            self._worker = app._worker(
                queues=[QUEUE],
                name="adaptor",
                concurrency=1,
                fetch_job_polling_interval=POLL_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                delete_jobs="always",
                install_signal_handlers=False,
            )
            try:
                if not self._stopping.is_set():
                    await self._worker.run()  # type: ignore[no-untyped-call]
            finally:
                removing.cancel()

    async def _remove_stalled(self, app: App) -> None:
        """Remove the jobs that workers had taken which have ended; the rows say what becomes of their runs."""
        from procrastinate.jobs import Status

        while True:
            for job in await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS):
                await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
            await asyncio.sleep(STALLED_SECONDS)

    def _app(self) -> App:
        from procrastinate import App, PsycopgConnector

        from ...ledger.database.postgres import SCHEMA

        options = f"{self._parameters.get('options') or ''} -c search_path={SCHEMA}".strip()
        given = {**self._parameters, "options": options}
        app = App(connector=PsycopgConnector(kwargs=given, min_size=1, max_size=2, timeout=10))

        async def run(run: str, **others: Any) -> None:
            # The row says what is to be done, and who may do it. While this machine has no room, no job is taken.
            await asyncio.wrap_future(self._take())

        app.task(name=TASK, queue=QUEUE)(run)
        return app
