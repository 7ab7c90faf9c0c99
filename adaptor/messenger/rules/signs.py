"""Signs of a text that nobody sees."""

from __future__ import annotations

import unicodedata

#: Controls, formats, marks that stand on other signs, spaces, ends of lines.
_UNSEEN = frozenset(("Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"))
#: Letters and a symbol that are blank: fillers of Hangul, a pattern of Braille without dots.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def is_unseen(sign: str) -> bool:
    r"""Whether a sign by itself shows nothing.

    Example:
        >>> is_unseen("\u200b"), is_unseen(" "), is_unseen("a")
        (True, True, False)
    """
    return unicodedata.category(sign) in _UNSEEN or sign in _BLANK
