"""What is wrong with a person's id: what spreadsheets, phones and other programs make of it."""

from __future__ import annotations

import re
import unicodedata

#: 6.5E+15: only the first digits are left of it.
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")
_AS_TEXT = "Format the column as text in the spreadsheet and export it again: the id itself may be damaged."


def problem_of(value: str) -> tuple[str, str] | None:
    """Return what is wrong with an id and what to do about it, or None.

    Example:
        >>> problem_of("6543210987654321"), problem_of("6543210987654321.0")[0]
        (None, 'ends in .0: a program took it for a number')
    """
    if not value.strip():
        return "is empty", "Give the id as text."
    for sign in value:
        if unicodedata.category(sign) in ("Cf", "Cc", "Zl", "Zp") or (sign.isspace() and sign != " "):
            name = unicodedata.name(sign, "a control character")
            return f"holds an invisible sign (U+{ord(sign):04X} {name})", "Take the sign out of the id."
    if value[0] in "='\"" or value[-1] in "'\"":
        return "is written as a spreadsheet writes text", "Take the signs =, \" and ' off: the digits alone are the id."
    if value[0] == "+":
        return "is a telephone number, not a PSID", "Give the person's page-scoped id, as webhooks and echoes name it."
    if _ROUNDED.fullmatch(value):
        return "is a number that a spreadsheet has rounded", _AS_TEXT
    if re.fullmatch(r"[0-9]+[.,]0*", value):
        return "ends in .0: a program took it for a number", _AS_TEXT
    if " " in value:
        return "has spaces in it", "Give the id as text, without spaces."
    return None
