"""A long text in parts, each of which is short enough for one message."""

from __future__ import annotations

import re
import unicodedata

#: The end of a sentence in many scripts, with closing quotes and brackets, and the space after it.
_SENTENCE_END = re.compile(r"[.!?…؟。！？।॥։።]+[\"'”’»)\]]*\s+|[。！？።]+")
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_SPACE = re.compile(r"\s+")

_JOINER = "\u200d"


def split_text(text: str, most: int) -> list[str]:
    """Cut a text into parts at the ends of paragraphs, else of sentences, else between words.

    A part is not cut where its second half has such a place. Only a word that is longer than a part is cut inside, and
    there never within one visible character. Space at the cuts is dropped; nothing else is.

    Args:
        text: The whole text.
        most: The most characters of a part.

    Returns:
        The parts in order, none of them empty.

    Example:
        >>> split_text("One two. Three four. Five.", 12)
        ['One two.', 'Three four.', 'Five.']
    """
    parts = []
    rest = text.strip()
    while len(rest) > most:
        cut = _cut(rest, most)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(text: str, most: int) -> int:
    # The space behind a part is dropped, so it may lie beyond the last character that fits.
    window = text[: most + 1]
    for ends in (_PARAGRAPH_END, _SENTENCE_END):
        cut = _last(ends, window, most)
        if cut > most // 2:
            return cut
    cut = _last(_SPACE, window, most)
    return cut if cut > 0 else _between_signs(text, most)


def _last(ends: re.Pattern[str], window: str, most: int) -> int:
    """Return the end of the last match that fits, or 0."""
    last = 0
    for found in ends.finditer(window):
        if 0 < len(window[: found.end()].rstrip()) <= most:
            last = found.end()
    return last


def _between_signs(text: str, most: int) -> int:
    cut = most
    while cut > most // 2 and not _is_between_signs(text, cut):
        cut -= 1
    return cut if cut > most // 2 else most


def _is_between_signs(text: str, cut: int) -> bool:
    before, after = text[cut - 1], text[cut]
    if _JOINER in (before, after) or unicodedata.category(after).startswith("M") or 0x1F3FB <= ord(after) <= 0x1F3FF:
        return False
    # Two regional indicators are one flag.
    flags = 0
    while flags < cut and 0x1F1E6 <= ord(text[cut - 1 - flags]) <= 0x1F1FF:
        flags += 1
    return not (0x1F1E6 <= ord(after) <= 0x1F1FF and flags % 2 == 1)
