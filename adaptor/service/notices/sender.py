"""Delivering notices: a thread posts them, or gives them to a command, and tries again. Runs never wait for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...core.errors import AdaptorError
from .content import content_of, content_of_many

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...runner.load.triggers.notices import NoticeTarget
    from ..store.notices import Notice
    from ..store.records import RunRow
    from ..store.store import ServiceStore
    from ..triggers.project import Project

#: How often the table is looked at.
LOOK_SECONDS = 1.0
#: Only workers run where nobody has taken a notice for so long: then they deliver it.
STAND_IN_SECONDS = 30.0
#: How long a delivery may take.
_DELIVERY_SECONDS = 15.0
#: After how many seconds a delivery that has failed is tried again; then it is given up.
RETRY_SECONDS = (5.0, 30.0, 120.0, 600.0, 1_800.0)
#: Of so many failed runs of a workflow at once each has a notice of its own.
MOST_SINGLE = 10


class NoticeSender:
    """Delivers the notices of a service. It works in a thread of its own.

    Args:
        store: The tables. The thread uses this connection alone.
        project: Returns what is served now.
        target: Where all notices go, in place of what the workflows say; or None.
        log: Called with a level and a line.
        stands_in: It delivers what no server has taken for a while, and leaves to others what it has no target for.
        is_alone: Nobody else delivers: what it has no target for is forgotten.
    """

    def __init__(
        self,
        store: ServiceStore,
        project: Callable[[], Project],
        target: NoticeTarget | None,
        log: Callable[[str, str], object],
        *,
        stands_in: bool = False,
        is_alone: bool = True,
    ) -> None:
        self._store = store
        self._project = project
        self._target = target
        self._log = log
        self._stands_in = stands_in
        self._is_alone = is_alone and not stands_in
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="notices", daemon=True)

    def start(self) -> None:
        """Start to deliver."""
        self._thread.start()

    def close(self) -> None:
        """Stop. What is not delivered is delivered after the next start."""
        self._closing.set()
        self._thread.join(_DELIVERY_SECONDS + 1)

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                if self.deliver_due():
                    continue
            except AdaptorError:
                # The dispatcher says what is wrong with the database.
                pass
            self._closing.wait(LOOK_SECONDS)

    def deliver_due(self) -> int:
        """Deliver the notices that are due; return how many there were.

        Of many runs of a workflow that have failed by then there is one notice: a script that is broken must not bury
        the people who read them.
        """
        if not self._is_alone and not self._has_target():
            # Taken, a notice would be kept from those who have one.
            self._store.notices.drop_old()
            return 0
        age = STAND_IN_SECONDS if self._stands_in else 0.0
        taken = self._store.notices.take(20 * _DELIVERY_SECONDS, age, self._project().name or None)
        runs = {notice.n: self._store.runs.find(notice.run) for notice in taken if notice.run is not None}
        groups: dict[str, list[Notice]] = {}
        for notice in taken:
            run = runs.get(notice.n)
            groups.setdefault("" if run is None else f"run of {run.workflow}", []).append(notice)
        for name, group in groups.items():
            together = [group] if name and len(group) > MOST_SINGLE else [[notice] for notice in group]
            for notices in together:
                self._deliver_and_record(notices, [runs.get(notice.n) for notice in notices])
        return len(taken)

    def _deliver_and_record(self, notices: list[Notice], runs: list[RunRow | None]) -> None:
        targets = self._targets(notices[0], runs[0])
        if self._stands_in and not (targets and all(map(_is_known, targets))):
            # A server, or another worker, may have been given one.
            return
        problem = next((found for target in targets if (found := self._deliver(notices, runs, target))), None)
        tries = notices[0].tries
        if problem is None:
            self._store.notices.remove(notices)
        elif tries < len(RETRY_SECONDS):
            self._store.notices.put_off(notices, RETRY_SECONDS[tries])
            self._log("error", f"A notice was not delivered: {problem} It is tried again.")
        else:
            self._store.notices.remove(notices)
            self._log("error", f"A notice was not delivered: {problem} It is given up.")

    def _has_target(self) -> bool:
        """Whether this process delivers any notice. A server says so where it lacks an address; a worker leaves it."""
        targets = self._project().notify.values() if self._target is None else [self._target]
        return any(not self._stands_in or _is_known(target) for target in targets)

    def _targets(self, notice: Notice, run: RunRow | None) -> list[NoticeTarget]:
        """Return where a notice goes: one about a Page concerns all workflows."""
        if self._target is not None:
            return [self._target]
        named = self._project().notify
        if notice.run is None:
            return list(dict.fromkeys(named.values()))
        return [named[run.workflow]] if run is not None and run.workflow in named else []

    def _deliver(self, notices: list[Notice], runs: list[RunRow | None], target: NoticeTarget) -> str | None:
        """Return why notices were not delivered, without the address, which may hold a secret; None where they were."""
        name = os.path.basename(self._project().path)
        if len(notices) > 1:
            content = content_of_many(notices, name, runs)
        else:
            content = content_of(notices[0], name, runs[0], self._store.pages.paused(), target.include)
        if content is None:
            return None
        problems = [post(target.url, content) if target.url else None, run_command(target.command, content)]
        return next((problem for problem in problems if problem is not None), None)


def _is_known(target: NoticeTarget) -> bool:
    """Whether this process has the address of a target."""
    url = target.url or ""
    return bool(target.command) or bool(os.environ.get(url[1:]) if url.startswith("$") else url)


def post(url: str, content: dict[str, Any]) -> str | None:
    """Post JSON to an address; return what went wrong, or None.

    Args:
        url: The address, or `$NAME` for that in an environment variable.
        content: The JSON.
    """
    import requests

    if url.startswith("$"):
        name, url = url[1:], os.environ.get(url[1:], "")
        if not url:
            return f"the environment variable {name} holds no address."
    try:
        host = urlsplit(url).hostname
        answer = requests.post(url, json=content, timeout=_DELIVERY_SECONDS, allow_redirects=False, stream=True)
        status = answer.status_code
        answer.close()
    except (requests.RequestException, ValueError) as cause:
        # Its text holds the address.
        return f"{type(cause).__name__} at the address of the notices."
    return None if 200 <= status < 300 else f"{host} answered {status}."


def run_command(words: tuple[str, ...], content: dict[str, Any]) -> str | None:
    """Give JSON to a command on its standard input; return what went wrong, or None."""
    if not words:
        return None
    name = os.path.basename(words[0])
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as cause:
        return f"the command {name} cannot be started: {getattr(cause, 'strerror', None) or 'it is no command'}."
    try:
        process.communicate((json.dumps(content, ensure_ascii=False) + "\n").encode(), timeout=_DELIVERY_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return f"the command {name} took longer than {_DELIVERY_SECONDS:.0f} s."
    return None if process.returncode == 0 else f"the command {name} ended with the exit code {process.returncode}."
