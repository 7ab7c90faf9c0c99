"""Single values in a payload: how they are written, and which of them Meta takes whatever it may count.

What is still lazy is left alone; it is checked when it is known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...core.state import a_kind
from ...core.values.arguments import defer
from ...core.values.lazy import Lazy
from .limits import check_text, refuse

if TYPE_CHECKING:
    from collections.abc import Collection

_ADDRESS = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_NUMBERS = re.compile(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+))*")
#: Names that no public address ends in: reserved (RFC 6761, 6762, 8375), or used in networks of offices and homes.
_INSIDE = (
    *(".localhost", ".localdomain", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa"),
    *(".test", ".invalid"),
)
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def given(**fields: Any) -> dict[str, Any]:
    """Return the fields that are not None."""
    return {key: value for key, value in fields.items() if value is not None}


def as_text(value: Any) -> Any:
    """Write a whole number as text, now or when it is known: Meta's ids are texts, and other systems count them."""
    return defer(text_of, value)


def text_of(value: Any) -> Any:
    """Write a whole number that is known as text; other values stay as they are."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def check_choice(field: str, value: Any, choices: Collection[str]) -> None:
    """Refuse a word that is none of Meta's."""
    if value is None or isinstance(value, Lazy):
        return
    if not isinstance(value, str) or value not in choices:
        raise refuse(
            field, f"cannot be {value!r}", f"Use one of {', '.join(choices)}.", limit=list(choices), actual=value
        )


def check_url(field: str, value: Any, *, secure: bool = False, why: str = "") -> None:
    """Refuse what is not an address on the web.

    Args:
        field: The place of the address.
        value: The address.
        secure: Whether it must be https.
        why: What makes it so.
    """
    if isinstance(value, Lazy):
        return
    if value is None:
        raise refuse(field, "is missing", "Give an address that starts with https://.")
    if not isinstance(value, str) or not _ADDRESS.match(value):
        raise refuse(field, "must be an address that starts with https://", "Give the whole address.")
    if any(character.isspace() for character in value):
        raise refuse(field, "has spaces in it", "Write %20 for a space inside an address, and strip those around it.")
    if secure and not value.lower().startswith("https:"):
        raise refuse(field, f"must be https{why}", "Give an address that starts with https://.")


def check_reachable(field: str, value: Any) -> None:
    """Refuse an address of this machine or of a private network: Meta fetches the file from outside."""
    if not isinstance(value, str):
        return
    check_url(field, value)
    from urllib.parse import urlsplit

    try:
        host = urlsplit(value).hostname or ""
    except ValueError:
        host = ""
    if not _is_outside(host.rstrip(".")):
        raise refuse(
            field,
            f"leads to `{host}`, which Meta cannot reach",
            "Meta fetches the file from outside: give a public address; where a local file may be sent, Path(…) sends "
            "the file itself.",
        )


def _is_outside(host: str) -> bool:
    import ipaddress
    import socket

    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return address.is_global and not address.is_multicast
    if _NUMBERS.fullmatch(host):
        # What else is read as an IPv4 address: 127.1, 0x7f.0.0.1.
        try:
            return _is_outside(socket.inet_ntoa(socket.inet_aton(host)))
        except OSError:
            return False
    return "." in host and not host.endswith(_INSIDE)


def check_id(field: str, value: Any) -> None:
    """Refuse what cannot be an id of Meta's or of another system."""
    if isinstance(value, Lazy) or (isinstance(value, int) and not isinstance(value, bool)):
        return
    if value is None:
        raise refuse(field, "is missing", "Give the id as text.")
    if not isinstance(value, str):
        raise refuse(field, f"must be text, not {a_kind(value)}", "Give the id as text.", actual=a_kind(value))
    if not value.strip():
        raise refuse(field, "is empty", "Give the id as text.", actual=0)


def check_amount(field: str, value: Any) -> None:
    """Refuse what is not a decimal number; the text of one will do."""
    if isinstance(value, Lazy):
        return
    if value is None:
        raise refuse(field, "is missing", "Give a number, such as 12.5.")
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and value - value == 0
    if not is_number and not (isinstance(value, str) and _AMOUNT.fullmatch(value)):
        raise refuse(
            field, "must be a number", "Give a number, such as 12.5: without currency, and with a dot.", actual=value
        )


def given_text(field: str, value: Any) -> Any:
    """Return a text, or what will be one when it is known.

    Raises:
        InvalidMessage: It is missing, empty, or no text.
    """
    check_text(field, value)
    return value
