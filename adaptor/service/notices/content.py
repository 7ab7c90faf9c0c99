"""What a notice says: ids and states. Texts and people only where the workflow file allows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..store.notices import PAGE_PAUSED, PAGE_RESUMED, PAGE_WARNED, RUN_FAILED
from ..store.page_pauses import page_in_words
from ..store.records import run_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..store.notices import Notice
    from ..store.page_pauses import PagePause
    from ..store.records import RunRow

_PAGES = {
    PAGE_PAUSED: "is paused: its runs wait. See: adaptor pages list",
    PAGE_RESUMED: "is no longer paused: its runs continue.",
    PAGE_WARNED: "has a warning from Meta: its messages break a policy. Read the Page's support inbox.",
}
#: How many runs a notice of many names.
_MOST_NAMED = 20
_ENDED = {"failed": "failed", "crashed": "crashed", "killed": "been stopped by a limit or a signal"}


def content_of(
    notice: Notice, project: str, run: RunRow | None, pauses: Sequence[PagePause], include: Sequence[str]
) -> dict[str, Any] | None:
    """Return a notice as JSON; None where its run is no longer known, or has been queued again meanwhile.

    `text` is a sentence for people, by the name under which chat programs take one.

    Args:
        notice: The notice.
        project: What the service serves, as a name.
        run: The run that it is about, or None.
        pauses: The paused Pages.
        include: What the notice may hold beside ids and states: `error`, `person`.
    """
    at = datetime.fromtimestamp(notice.created, UTC).isoformat(timespec="seconds")
    facts: dict[str, Any] = {"notice": notice.kind, "project": project, "at": at}
    if notice.kind != RUN_FAILED:
        pause = next((each for each in pauses if each.page == notice.page), None)
        text = f"{project}: {page_in_words(notice.page or '')} {_PAGES[notice.kind]}"
        facts |= {"page": notice.page or None, "text": text}
        if notice.kind == PAGE_PAUSED and pause is not None:
            facts |= {"kind": pause.kind, **({"error": pause.why} if "error" in include else {})}
        return facts
    if run is None or run.ended is None:
        return None
    name = run_name(run.workflow, run.start)
    facts |= {
        "run": run.id,
        "workflow": run.workflow or None,
        "trigger": run.start,
        "status": run.status,
        "exit_code": run.exit_code,
        "attempts": run.epoch,
        "page": run.page or None,
        "text": f"{project}: the run {run.id} ({name}) has {_ENDED.get(run.status, run.status)}. "
        f"See: adaptor runs show {run.id}",
    }
    if "error" in include:
        facts["error"] = run.error
    if "person" in include and run.is_answer and run.person is not None:
        facts["person"] = run.person.rpartition("/")[2]
    return facts


def content_of_many(notices: Sequence[Notice], project: str, runs: Sequence[RunRow | None]) -> dict[str, Any] | None:
    """Return one notice of many runs of a workflow as JSON, with the ids of the first ones.

    Args:
        notices: The notices.
        project: What the service serves, as a name.
        runs: Their runs.
    """
    ended = [run for run in runs if run is not None and run.ended is not None]
    if not ended:
        return None
    name = f" of {ended[0].workflow}" if ended[0].workflow else ""
    return {
        "notice": "runs_failed",
        "project": project,
        "at": datetime.fromtimestamp(notices[-1].created, UTC).isoformat(timespec="seconds"),
        "workflow": ended[0].workflow or None,
        "count": len(ended),
        "runs": [run.id for run in ended[:_MOST_NAMED]],
        "text": f"{project}: {len(ended):,} runs{name} have failed. See: adaptor runs queue --status failed",
    }
