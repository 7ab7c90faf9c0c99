"""Errors of the ledger. An operation that raises one of these has sent nothing."""

from __future__ import annotations

from ..core.errors import ABOUT_PAGE, ABOUT_ROW, AdaptorError, InputError


class LedgerError(AdaptorError):
    """The ledger cannot be read or written. Nothing is sent that cannot be recorded first."""

    about = ABOUT_PAGE
    about_sending = True
    code = "LEDGER"


class LedgerUnusable(InputError):
    """The ledger cannot be opened, or the run cannot be recorded there. Nothing was sent."""


class NoLedger(InputError):
    """The database exists and holds no ledger."""


class TransactionConflict(LedgerError):
    """The database has rolled a transaction back because it conflicted with another one, as in a deadlock."""


class TakenOver(LedgerError):
    """Another process has taken over what this one had claimed. Nothing may be sent."""

    fix = "See adaptor runs show for what became of it."

    def __init__(
        self,
        description: str = "This process did not renew its lease in time, and another one has taken over its claims.",
    ) -> None:
        super().__init__(description)


class ReplayMismatch(AdaptorError):
    """A resumed run would send a person another message than the one that it has recorded. It was not sent."""

    about = ABOUT_ROW
    about_sending = True
    code = "REPLAY_MISMATCH"


class SentBefore(AdaptorError):
    """An earlier run of the job, which did not end well, has sent this message. It was not sent again."""

    about_sending = True
    code = "SENT_BEFORE"

    def __init__(self, run: str, outcome: str) -> None:
        has = "has" if outcome == "sent" else "may have"
        super().__init__(
            f"An earlier run of this job, `{run}`, has not ended well and {has} sent this person this message.",
            fix=f"Resume that run: --resume {run}. Or send again on purpose: --fresh.",
            details={"run": run},
        )


class HeldElsewhere(AdaptorError):
    """Another process is making this write. This one did not make it."""

    about = ABOUT_ROW
    about_sending = True
    code = "HELD_ELSEWHERE"


class KeyTaken(AdaptorError):
    """A `key` was used before for somebody else. Nothing was sent."""

    about = ABOUT_ROW
    about_sending = True
    code = "KEY_TAKEN"
