"""Characters that show nothing."""

from __future__ import annotations

import unicodedata

#: Controls, formats, combining marks, spaces, ends of lines.
_INVISIBLE = frozenset(("Cc", "Cf", "Mn", "Me", "Zs", "Zl", "Zp"))
#: Letters and a symbol that are blank: fillers of Hangul, a pattern of Braille without dots.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def is_invisible(sign: str) -> bool:
    r"""Whether a character alone shows nothing.

    Example:
        >>> is_invisible("\u200b"), is_invisible(" "), is_invisible("a")
        (True, True, False)
    """
    return unicodedata.category(sign) in _INVISIBLE or sign in _BLANK
