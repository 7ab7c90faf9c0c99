"""How `adaptor docs` shows a code of Meta's."""

from __future__ import annotations

from ...core.errors import SENT_UNKNOWN
from ...runner.docs.code_lookup import CodeEntry
from .docs import ABOUT, Page

#: What a write has sent, and whether it is repeated.
_NOT_SENT = "Nothing; after an answer with HTTP 5xx it is unknown."
_UNKNOWN = "Unknown: a write may or may not have been carried out. It is not repeated."
_RETRY = {"wait": "The call is repeated after a wait.", "never": "It fails again until something is changed."}


class CodePage(Page):
    """Lays out codes."""

    def codes(self, entries: list[CodeEntry]) -> str:
        """Return one page of each code, one below the other."""
        return "\n\n".join(self._code(entry) for entry in entries)

    def _code(self, entry: CodeEntry) -> str:
        rule = entry.rule
        sent = _UNKNOWN if rule.sent == SENT_UNKNOWN else f"{_NOT_SENT} {_RETRY[rule.retry]}"
        lines = [f"{self._paint('bold', entry.number)} {self._paint('dim', f'({rule.kind.__name__})')}"]
        lines += self._wrapped(entry.meaning, 2)
        for heading, text in (
            ("Sent", sent),
            ("Fix", rule.fix),
            ("In a loop", ABOUT[entry.about]),
            ("Source", entry.source),
        ):
            # An address stays whole, so that it can be followed.
            shown = [f"  {text}"] if text.startswith("https://") else self._wrapped(text, 2)
            lines += [*self._heading(heading), *shown]
        return "\n".join(lines)
