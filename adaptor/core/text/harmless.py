"""Text of other people as it is printed: it controls no terminal and forges no line.

A key, a name, a message of Meta's or the text of an exception may hold anything.
"""

from __future__ import annotations

import re

#: Control characters, surrogates, and characters that change the direction of text. The joiners and marks that names
#: in many scripts need are not among them. Tabs and line feeds stay.
_HARMFUL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069]"
#: How far the lines after the first are indented: further than a line of ours that says `fix:`.
_INDENT = " " * 4


def harmless(text: str) -> str:
    r"""Return a text with its control characters as they are written in a string.

    Example:
        >>> harmless("a\x1b[2J")
        'a\\u001b[2J'
    """
    return text if text.isprintable() else re.sub(_HARMFUL, lambda match: f"\\u{ord(match[0]):04x}", text)


def one_line(text: str) -> str:
    r"""Return a text on one line, harmless.

    Example:
        >>> one_line("Ana\nDone.")
        'Ana Done.'
    """
    return harmless(re.sub(r"[\t\r\n]+", " ", text))


def indented(text: str) -> str:
    r"""Return a text, harmless, whose lines after the first cannot be taken for lines of their own.

    Example:
        >>> indented("No.\nDone.")
        'No.\n    Done.'
    """
    first, *rest = text.split("\n")
    lines = [line if line.startswith(_INDENT) else f"{_INDENT}{line}".rstrip() for line in rest]
    return harmless("\n".join([first, *lines]))
