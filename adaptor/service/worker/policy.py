"""What lets a run wait that could be performed: quiet hours, and a Page that is paused."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ...core.text.harmless import one_line
from ...core.text.number_of import number_of
from ..store.page_pauses import page_in_words
from .quiet import quiet_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...runner.load.triggers.quiet_hours import QuietHours
    from ..store.records import RunRow
    from ..store.store import ServiceStore
    from .outcome import Outcome

#: How often it is looked whether the token of a paused Page was replaced.
LOOK_SECONDS = 30.0


@dataclass(frozen=True)
class Hold:
    """Why a run waits, and for how long.

    Attributes:
        seconds: For how long.
        why: The reason, as text for people.
    """

    seconds: float
    why: str


class Policy:
    """Decides which runs wait.

    Args:
        store: The tables of the service.
        quiet_hours: Returns those of each workflow that has some, by its name.
        tokens: A digest of the tokens that the service has.
        log: Called with a level and a line.
    """

    def __init__(
        self,
        store: ServiceStore,
        quiet_hours: Callable[[], Mapping[str, QuietHours]],
        tokens: str,
        log: Callable[[str, str], object],
    ) -> None:
        self._store = store
        self._quiet_hours = quiet_hours
        self._tokens = tokens
        self._log = log
        self._next_look = 0.0

    def refresh(self) -> None:
        """Resume, now and then, the Pages that were paused for another token than this service has.

        Another server may have paused them, which this one replaces. The first time, log which Pages are paused.
        """
        if time.monotonic() < self._next_look:
            return
        is_first, self._next_look = not self._next_look, time.monotonic() + LOOK_SECONDS
        for page in self._store.pages.resume_replaced(self._tokens):
            self._log("info", f"{page_in_words(page)} is no longer paused: the service has another token.")
        for pause in self._store.pages.paused() if is_first else ():
            waiting = f"{number_of(pause.waiting, 'runs')} {'waits' if pause.waiting == 1 else 'wait'}"
            self._log("error", f"{page_in_words(pause.page)} is paused, {waiting}. {pause.why}")

    def hold(self, run: RunRow) -> Hold | None:
        """Return why a run has to wait now, or None."""
        hours = self._quiet_hours().get(run.workflow)
        if hours is None:
            return None
        with self._store.database.reading():
            now = self._store.database.now()
        found = quiet_until(hours, run, now, self._store.ledger.collections)
        return None if found is None else Hold(found[0] - now, _until(*found))

    def after(self, run: RunRow, outcome: Outcome) -> Hold | None:
        """Return why a run waits whose attempt has ended, or None where it does not.

        An attempt that has shown that nothing can be sent as its Page pauses the Page.
        """
        if outcome.put_off is not None:
            with self._store.database.reading():
                now = self._store.database.now()
            return Hold(max(0.0, outcome.put_off - now), "It waits for the end of the quiet hours of a person.")
        if outcome.pauses_page is None:
            return None
        why = one_line((outcome.error or "").split("\n")[0])
        pages = self._store.pages
        if pages.pause_of_run(run.id, run.page or "", outcome.pauses_page, why, self._tokens):
            self._log("error", f"{run.id}  Its Page is paused: its runs wait. {why} See: adaptor pages list")
        return Hold(0.0, outcome.error or why) if outcome.is_known else None


def _until(moment: float, zone: str) -> str:
    local = datetime.fromtimestamp(moment, ZoneInfo(zone))
    return f"It waits for the end of the quiet hours: {local:%Y-%m-%d %H:%M} ({zone})."
