"""Who may call a trigger beside Meta: with an API key, or with a user's name and password, as in OpenFn.

Source: https://docs.openfn.org/documentation/build/triggers (checked 2026-11-28).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The header of an API key.
KEY_HEADER = "X-API-Key"


@dataclass(frozen=True)
class Callers:
    """The keys and passwords of some callers.

    Attributes:
        keys: API keys.
        users: Names and passwords.
    """

    keys: tuple[str, ...] = field(default=(), repr=False)
    users: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        """Whether anybody may call."""
        return bool(self.keys or self.users)

    def admits(self, headers: Mapping[str, str]) -> bool:
        """Whether a request has a key or a password.

        Args:
            headers: Its headers, whose names may be in lower case.

        Example:
            >>> callers = Callers(keys=("k-1",), users=(("clinic", "sesame"),))
            >>> callers.admits({KEY_HEADER: "k-1"}), callers.admits({"authorization": "Basic Y2xpbmljOnNlc2FtZQ=="})
            (True, True)
            >>> callers.admits({}), Callers().admits({KEY_HEADER: ""})
            (False, False)
        """
        found = {name.lower(): value for name, value in headers.items()}
        key = found.get(KEY_HEADER.lower(), "")
        user = _basic(found.get("authorization", ""))
        # All are compared, each in constant time.
        by_key = [_same(key, each) for each in self.keys]
        by_user = [_same(user, f"{name}:{password}") for name, password in self.users]
        return any(by_key + by_user)


def _basic(header: str) -> str:
    """Return the name and password of an `Authorization` header, `name:password`; an empty text where it has none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), known.encode("utf-8", "surrogatepass"))
