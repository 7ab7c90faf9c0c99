"""The table of paused Pages: runs that would send as one of them wait, and none is lost.

A Page is paused when Meta says that it is blocked, when its token is no longer accepted, or by hand.

Source of the events: https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_policy_enforcement
(checked 2026-11-28).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...ledger.database.database import storable
from .notices import PAGE_PAUSED, PAGE_RESUMED, PAGE_WARNED, record_notice
from .records import page_of_person

if TYPE_CHECKING:
    from ...ledger.database.database import Database
    from .records import Event, NewRun

#: Why a Page is paused. `policy`: Meta has blocked it. `token`: its token is not accepted. `by hand`: somebody did it.
POLICY, TOKEN, BY_HAND = "policy", "token", "by hand"
_FIELD = "messaging_policy_enforcement"
#: The end of the claim of runs: none of a paused Page. `r` is the row of a run.
NOT_PAUSED = "NOT EXISTS (SELECT 1 FROM service_page_pauses AS p WHERE p.page = r.page AND p.lifted IS NULL)"


class PagePause(NamedTuple):
    """A paused Page.

    Attributes:
        page: The id of the Page; empty for the one whose id is not known, since its token was refused at once.
        kind: `policy`, `token` or `by hand`.
        since: Since when, in Unix seconds.
        why: What Meta said, or the error, as text for people.
        waiting: How many runs wait for it.
    """

    page: str
    kind: str
    since: float
    why: str
    waiting: int = 0


def page_in_words(page: str) -> str:
    """Return the id of a Page, which may be empty, as people read it."""
    return f"The Page {page}" if page else "A Page whose id is not known"


def policy_action(event: Event) -> str | None:
    """Return what Meta did to the Page of an event: `warning`, `block` or `unblock`; None where it did nothing."""
    content = event.facts.get("policy_enforcement") if event.kind == _FIELD else None
    action = content.get("action") if isinstance(content, dict) else None
    return action.strip().lower() if isinstance(action, str) else None


def heed_policy(database: Database, event: Event) -> None:
    """Pause a Page that Meta has blocked, or resume one that it has unblocked, inside a transaction."""
    action = policy_action(event)
    if action is None:
        return
    happened = database.now() if event.happened is None else event.happened
    if action == "warning":
        record_notice(database, PAGE_WARNED, page=event.page)
    elif action == "block":
        reason = event.facts["policy_enforcement"].get("reason")
        why = f"Meta has blocked the Page: {reason}" if isinstance(reason, str) else "Meta has blocked the Page."
        _pause(database, event.page, POLICY, why, since=happened)
    elif action == "unblock":
        _lift(database, event.page, happened, POLICY)


def _pause(database: Database, page: str, kind: str, why: str, tokens: str = "", since: float | None = None) -> bool:
    """Pause a Page inside a transaction; return whether it was not paused before, nor unblocked later."""
    since = database.now() if since is None else since
    changed = database.run(
        "INSERT INTO service_page_pauses (page, kind, since, why, tokens) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (page) DO UPDATE SET kind = excluded.kind, since = excluded.since, why = excluded.why, "
        "tokens = excluded.tokens, lifted = NULL "
        "WHERE service_page_pauses.lifted IS NOT NULL AND service_page_pauses.lifted < excluded.since",
        (storable(page), kind, since, storable(why), tokens),
    ).rowcount
    if changed:
        record_notice(database, PAGE_PAUSED, page=page)
    return bool(changed)


def _lift(database: Database, page: str, moment: float, kind: str | None = None) -> bool:
    """Lift the pause of a Page inside a transaction, or only one of a kind; return whether it was paused so."""
    only = "" if kind is None else " AND kind = ?"
    changed = database.run(
        f"UPDATE service_page_pauses SET lifted = ? WHERE page = ? AND lifted IS NULL AND since <= ?{only}",
        (moment, storable(page), moment, *([] if kind is None else [kind])),
    ).rowcount
    if changed:
        record_notice(database, PAGE_RESUMED, page=page)
    elif kind is not None:
        # The `block` that comes before it may still come.
        database.run(
            "INSERT INTO service_page_pauses (page, kind, since, why, tokens, lifted) VALUES (?, ?, ?, '', '', ?) "
            "ON CONFLICT (page) DO UPDATE SET lifted = excluded.lifted "
            "WHERE service_page_pauses.lifted < excluded.lifted",
            (storable(page), kind, moment, moment),
        )
    return bool(changed)


def only_known_page(database: Database) -> str:
    """Return, inside a transaction, what `PagePauses.only_known` returns."""
    found = database.run("SELECT DISTINCT page FROM tokens LIMIT 2").fetchall()
    return str(found[0][0]) if len(found) == 1 else ""


def page_of_run(database: Database, run: NewRun) -> str:
    """Return the Page that a run sends as: its own, that of its person, or the only one that is known."""
    return run.page if run.page is not None else page_of_person(run.person) or only_known_page(database)


class PagePauses:
    """The paused Pages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pause(self, page: str, kind: str, why: str, tokens: str = "") -> bool:
        """Pause a Page: runs that would send as it wait.

        Args:
            page: The id of the Page.
            kind: `policy`, `token` or `by hand`.
            why: Text for people, without secrets.
            tokens: A digest of the tokens that the service has: with others, a pause for a `token` is lifted.

        Returns:
            Whether it was not paused before.
        """
        return self._database.transact(lambda: _pause(self._database, page, kind, why, tokens), durable=True)

    def pause_of_run(self, run: str, page: str, kind: str, why: str, tokens: str) -> bool:
        """Pause the Page of a run that has shown that nothing can be sent, and let the run wait for it.

        Args:
            run: The id of the run.
            page: The Page, as the run's row names it; another one where the ledger has recorded which refused.
            kind: As in `pause`; so are `why` and `tokens`.

        Returns:
            Whether it was not paused before.
        """
        database = self._database

        def work() -> bool:
            found = database.run(
                "SELECT w.page, t.page FROM writes AS w LEFT JOIN tokens AS t ON t.digest = w.page "
                "WHERE w.run = ? AND w.about = 'page' AND w.page <> '' ORDER BY w.changed DESC LIMIT 1",
                (run,),
            ).fetchone()
            known = None if found is None else found[1] or (found[0].rpartition("/")[2] if "/" in found[0] else None)
            where = known or page
            database.run("UPDATE service_runs SET page = ? WHERE id = ?", (storable(where), run))
            return _pause(database, where, kind, why, tokens)

        return database.transact(work, durable=True)

    def resume(self, page: str) -> bool:
        """Resume a Page; return whether it was paused."""
        return self._database.transact(lambda: _lift(self._database, page, self._database.now()), durable=True)

    def resume_replaced(self, tokens: str) -> list[str]:
        """Resume the Pages that were paused for a token, if the service has other tokens now; return their ids.

        Args:
            tokens: A digest of the tokens that it has; empty where it has none, and resumes no Page.
        """
        if not tokens:
            return []
        database = self._database

        def work() -> list[str]:
            found = database.run(
                "SELECT page FROM service_page_pauses "
                "WHERE kind = ? AND lifted IS NULL AND tokens <> ? AND tokens <> ''",
                (TOKEN, tokens),
            ).fetchall()
            now = database.now()
            return [page for (page,) in found if _lift(database, page, now, TOKEN)]

        return database.transact(work, durable=True)

    def paused(self) -> list[PagePause]:
        """Return the paused Pages."""
        with self._database.reading():
            found = self._database.run(
                "SELECT p.page, p.kind, p.since, p.why, "
                "(SELECT count(*) FROM service_runs AS r WHERE r.is_open = 1 AND r.page = p.page) "
                "FROM service_page_pauses AS p WHERE p.lifted IS NULL ORDER BY p.since, p.page"
            ).fetchall()
        return [PagePause(*each) for each in found]

    def known(self) -> list[str]:
        """Return the Pages whose tokens are known, that have sent something, or to which somebody has written."""
        with self._database.reading():
            # Where the credentials hold a `page_id`, nobody asks whose token it is.
            found = self._database.run(
                "SELECT page FROM tokens UNION SELECT page FROM pages UNION SELECT page FROM service_people"
            ).fetchall()
        # In the table of the pace the address of Graph is before it.
        named = {str(page).rpartition("/")[2] for (page,) in found}
        return sorted(page for page in named if page.isdecimal())

    def only_known(self) -> str:
        """Return the only Page whose tokens the ledger knows; empty where there is none, or several."""
        with self._database.reading():
            return only_known_page(self._database)
