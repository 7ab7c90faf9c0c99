"""Damaged ids of people: what spreadsheets, phones and other programs do to them."""

from __future__ import annotations

import re
import unicodedata

from .invisible import is_invisible

#: Spaces that are removed around an id. Other spaces are refused, since they are invisible.
SPACE = " \t\r\n"
_QUOTES = "'\"‘’‚“”„`´"
# Patterns are compiled where they are used: nearly all ids are digits alone, and need none.
#: 6.5E+15: only the first digits are left of it.
_ROUNDED = r"-?[0-9]+([.,][0-9]*)?[eE][+-]?[0-9]+"
_WITH_POINT = r"[0-9]+[.,]0*"
_GROUPED = r"[0-9][0-9.,'’/() -]*"
_NOTHING = frozenset(
    ("nan", "none", "null", "nil", "n/a", "na", "<na>", "nat", "undefined", "true", "false", "-", "--", ".", "?")
)
_AS_TEXT = "Format the column as text in the spreadsheet and export it again: the id itself may be damaged."
_DIGITS_ALONE = "The digits alone are the id."


def problem_of(value: str) -> tuple[str, str] | None:
    """Return what is wrong with an id and what to do about it, or None.

    Example:
        >>> problem_of("6543210987654321"), problem_of("6543210987654321.0")[0]
        (None, 'ends in .0: a program converted it to a number')
    """
    if value.isascii() and value.isdigit():
        is_zero = not value.strip("0")
        return ("is 0, as programs write where there is no value", "Give the id as text.") if is_zero else None
    if not value.strip(SPACE):
        return "is empty", "Give the id as text."
    for sign in value:
        if sign != " " and (is_invisible(sign) or unicodedata.category(sign) == "Cs"):
            name = unicodedata.name(sign, "a control character")
            return f"holds an invisible character (U+{ord(sign):04X} {name})", "Remove it from the id."
    if value[0] == "=" or value[0] in _QUOTES or value[-1] in _QUOTES:
        return "is written as a spreadsheet writes text", f"Remove the characters =, \" and '. {_DIGITS_ALONE}"
    if value[0] == "#":
        return f"is {value[:20]!r}, which spreadsheets write for a formula that fails", "Mend the cell."
    if value.lower() in _NOTHING:
        return f"is {value!r}, which programs write for a missing value", "Give the id as text."
    if value[0] in "+\uff0b" or value.lower().startswith("tel:"):
        return "is a telephone number, not a PSID", "Give the person's page-scoped id, as webhooks and echoes name it."
    if re.fullmatch(_ROUNDED, value):
        return "is a number that a spreadsheet has rounded", _AS_TEXT
    if re.fullmatch(_WITH_POINT, value):
        return "ends in .0: a program converted it to a number", _AS_TEXT
    if " " in value:
        return "has spaces in it", "Give the id as text, without spaces."
    if re.fullmatch(_GROUPED, value):
        return "has separators between its digits", _DIGITS_ALONE
    if any(sign in value for sign in ";|,"):
        return "holds several values", "Give each person a row of their own."
    if "/" in value or "@" in value or value.lower().startswith(("www.", "m.me", "fb.com", "facebook.com")):
        return "is an address, not a PSID", "Give the person's page-scoped id, as webhooks and echoes name it."
    if value[0] == "-" and value[1:].isdecimal():
        return "is a number below 0: a program converted it to a number", _AS_TEXT
    if any(sign.isdecimal() and not sign.isascii() for sign in value):
        return "uses digits of another script", "Write the id with the digits 0 to 9."
    return None
