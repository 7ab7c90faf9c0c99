"""Pasted credentials: characters around a value are removed, and mistakes in it are described."""

from __future__ import annotations

import re

#: Invisible characters around a value that are no part of it.
_AROUND = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"
_QUOTES = ('""', "''", "``", "“”", "„“", "‘’", "«»")


#: Keys of this package whose value can have no spaces.
OUR_KEYS = frozenset(
    {"access_token", "user_access_token", "app_secret", "verify_token", "app_id", "page_id", "api_version", "base_url"}
)


def trimmed(text: str) -> str:
    r"""Return a text without spaces, line breaks and invisible characters around it.

    Example:
        >>> trimmed("\ufeff EAAG-token\r\n")
        'EAAG-token'
    """
    before = None
    while before != text:
        before, text = text, text.strip().strip(_AROUND)
    return text


def trimmed_value(key: str, value: str) -> str:
    r"""Return the value of a key, trimmed; spaces around a secret of another system are kept, since they may be meant.

    Example:
        >>> trimmed_value("page_id", " 1020 "), trimmed_value("db_password", " secret \n")
        ('1020', ' secret ')
    """
    return trimmed(value) if key in OUR_KEYS else value.strip(f"\r\n{_AROUND}")


def around(text: str) -> str | None:
    r"""Return a description of the characters around a value, or None if there are none.

    Example:
        >>> around("EAAG-token\n"), around(" EAAG-token"), around("EAAG-token")
        ('ends with a line break', 'begins with a space', None)
    """
    plain = trimmed(text)
    if plain == text:
        return None
    start = text.index(plain)
    for name, part in (("begins", text[:start]), ("ends", text[start + len(plain) :])):
        if part:
            what = "a line break" if re.search(r"[\r\n]", part) else "a space" if part.strip() == "" else None
            return f"{name} with {what or 'an invisible character'}"
    return None


def wrong_in(text: str, *, is_token: bool = True) -> tuple[str, str] | None:
    """Return what is wrong with a token or a secret, and the fix; None if nothing is wrong.

    The value itself is never shown.

    Args:
        text: The value.
        is_token: It is sent in a header and can hold no spaces.

    Example:
        >>> wrong_in("Bearer EAAG-token")
        ('begins with “Bearer ”', 'Write the token alone, without it.')
    """
    plain = trimmed(text)
    if not plain:
        return "is empty", "Write the value there."
    if scheme := re.match(r"(?i)(authorization:\s*)?(bearer|basic|token)\s", plain):
        return f"begins with “{scheme[0].strip()} ”", "Write the token alone, without it."
    if name := re.match(r"(?i)[\w-]*(token|secret)=", plain):
        return f"begins with “{name[0]}”", "Write the value alone, without it."
    if re.fullmatch(r"(?i)<.*>|\.+|…+|x{3,}|(my|your)[-_ ].*|.{,8}(\.\.\.|…)", plain):
        return "is a placeholder", "Write the value itself there."
    if len(plain) > 1 and plain[0] + plain[-1] in _QUOTES:
        return "is in quotes, which are part of it", "Remove them."
    if not is_token:
        return None
    if re.search(r"[\r\n]", plain):
        return "holds a line break", "Write it on one line."
    if re.search(r"\s", plain):
        return "holds a space", "Remove it."
    if not plain.isascii() or not plain.isprintable():
        return "holds a character that no token has", "Copy it again from Meta's page."
    return None
