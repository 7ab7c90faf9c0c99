"""An object of a request, read field by field under the names that Meta's errors use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from adaptor.sandbox.meta.errors import Refused, invalid, too_few

if TYPE_CHECKING:
    from collections.abc import Collection

    from adaptor.sandbox.meta.errors import GraphError


class RequestObject:
    """One object of a request; each method checks what it reads, and refuses in Meta's words.

    Args:
        value: The value. Anything but an object is refused.
        path: Its name in Meta's spelling, such as `message[attachment]`; empty for the parameters themselves.
    """

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise invalid(f"Param {path} must be an object.")
        self.value: dict[str, Any] = value
        self.path = path

    def name(self, key: str) -> str:
        """Give the path of one field."""
        return f"{self.path}[{key}]" if self.path else key

    def has(self, key: str) -> bool:
        """Say whether a field is present; `null` counts as absent, as at Meta."""
        return self.value.get(key) is not None

    def require(self, key: str) -> Any:
        """Give a field that must be there."""
        if not self.has(key):
            raise invalid(f"The parameter {self.name(key)} is required")
        return self.value[key]

    def text(self, key: str, *, most: int | None = None, least: int = 0, required: bool = False) -> str | None:
        """Read text of `least` to `most` characters."""
        if not self.has(key) and not required:
            return None
        value = self.require(key)
        if not isinstance(value, str) or (required and not value):
            raise invalid(f"Param {self.name(key)} must be a non-empty UTF-8 encoded string")
        if most is not None and len(value) > most:
            raise invalid(f"Length of param {self.name(key)} must be less than or equal to {most}")
        if len(value) < least:
            raise invalid(f"Length of param {self.name(key)} must be greater than or equal to {least}")
        return value

    def number(self, key: str, least: int, most: int) -> None:
        """Check an optional whole number, which forms send as text."""
        if not self.has(key):
            return
        value = str(self.value[key])
        if not (value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most):
            raise invalid(f"Param {self.name(key)} must be an integer between {least} and {most}")

    def choice(self, key: str, allowed: Collection[str], *, required: bool = False) -> str | None:
        """Read one of a few words."""
        if not self.has(key) and not required:
            return None
        value = self.require(key)
        if not isinstance(value, str) or value not in allowed:
            raise invalid(f'Param {self.name(key)} must be one of {{{", ".join(sorted(allowed))}}} - got "{value}".')
        return value

    def url(self, key: str, *, missing: GraphError | None = None, secure: bool = False) -> str | None:
        """Read a web address.

        Args:
            key: The field.
            missing: The error for an absent one; without it the field is optional.
            secure: Whether it must be https.
        """
        if not self.has(key) or self.value[key] == "":
            if missing is not None:
                raise Refused(missing)
            return None
        value = self.value[key]
        if not is_url(value, secure=secure):
            raise invalid(f"{self.name(key)} should represent a valid URL")
        return str(value)

    def object(self, key: str) -> RequestObject:
        """Read an object that must be there."""
        return RequestObject(self.require(key), self.name(key))

    def objects(self, key: str, most: int, *, least: int = 1, required: bool = True) -> list[RequestObject]:
        """Read a list of `least` to `most` objects."""
        if not self.has(key) and not required:
            return []
        value = self.require(key)
        if not isinstance(value, list):
            raise invalid(f"Param {self.name(key)} must be an array.")
        if len(value) < least:
            raise too_few(self.name(key))
        if len(value) > most:
            raise invalid(f"param {self.name(key)} has too many elements.")
        return [RequestObject(item, f"{self.name(key)}[{index}]") for index, item in enumerate(value)]

    def only(self, allowed: Collection[str]) -> None:
        """Refuse keys that Meta does not know."""
        for key in self.value:
            if key not in allowed:
                raise invalid(f'Invalid keys "{key}" were found in param "{self.path}".')


def is_url(value: object, *, secure: bool = False) -> bool:
    """Say whether a value is an absolute web address."""
    if not isinstance(value, str):
        return False
    try:
        address = urlsplit(value)
    except ValueError:
        return False
    return address.scheme in ({"https"} if secure else {"http", "https"}) and bool(address.hostname)
