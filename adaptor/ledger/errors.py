"""What can go wrong with the ledger. Nothing is sent by an operation that meets one of these."""

from __future__ import annotations

from ..core.errors import ABOUT_PAGE, ABOUT_ROW, AdaptorError


class LedgerError(AdaptorError):
    """The ledger cannot be read or written. Nothing is sent that it cannot note first."""

    about = ABOUT_PAGE
    about_sending = True
    code = "LEDGER"


class ReplayMismatch(AdaptorError):
    """A resumed run would send somebody something else than what it recorded before. It was not sent."""

    about = ABOUT_ROW
    about_sending = True
    code = "REPLAY_MISMATCH"


class HeldElsewhere(AdaptorError):
    """Another process has this very write under way. This one did not make it."""

    about = ABOUT_ROW
    about_sending = True
    code = "HELD_ELSEWHERE"


class KeyTaken(AdaptorError):
    """A `key` was used before for somebody else. Nothing was sent."""

    about = ABOUT_ROW
    about_sending = True
    code = "KEY_TAKEN"
