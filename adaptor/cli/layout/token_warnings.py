"""When a token ends, in words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...runner.checking.token import TokenReport


def ends_in_words(findings: TokenReport) -> str:
    """Return when a token ends, and when its access to people's data does."""
    token = findings.token or {}
    end, access = findings.end("expires_at"), findings.end("data_access_expires_at")
    first = "never" if token.get("expires_at") == 0 else "Meta does not say" if end is None else _when(end, findings)
    if access is None:
        return first
    return f"{first}; access to people's data ends {_when(access, findings)}"


def _when(end: Any, findings: TokenReport) -> str:
    days = (end - findings.now).days
    ago = f"{-days:,} days ago" if days < -1 else "a day ago" if days == -1 else None
    return f"on {end:%Y-%m-%d} ({ago or f'in {days:,} days'})"
