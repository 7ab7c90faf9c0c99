"""What goes out of a call to another system: address, headers and body."""

from __future__ import annotations

from functools import lru_cache

from ...core.secrets.redact import Redactor, sounds_secret
from ...wire.address import without_credentials
from ...wire.departure import MOST_BYTES
from ...wire.upload import Upload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class HttpCall:
    """An encoded request: address, headers and body. Close it after use, since files may be open.

    Attributes:
        most_bytes: The most bytes of the answer that are read.
        tls: The settings of the connection that the call's own files give; for the origins that it trusts.
    """

    __slots__ = ("body", "headers", "most_bytes", "tls", "url")

    def __init__(self, url: str, headers: dict[str, str], body: bytes | Upload | None, tls: dict[str, Any]) -> None:
        self.url = url
        self.headers = headers
        self.body = body
        self.tls = tls
        self.most_bytes = MOST_BYTES

    def digest(self, method: str, secrets: frozenset[str]) -> str:
        """Return a digest of the request without its credentials, so that it stays the same when they change.

        It leaves out headers that sound secret, parameters that are credentials by their name, and the secrets of the
        configuration wherever they occur.

        Args:
            method: The call's method.
            secrets: The secrets of the configuration.
        """
        import hashlib

        from ...core.digest import digest

        clean = _redactor(secrets).text
        headers = {
            name.lower(): clean(value)
            for name, value in self.headers.items()
            if not sounds_secret(name) and not (isinstance(self.body, Upload) and name.lower() == "content-type")
        }
        if isinstance(self.body, Upload):
            body = self.body.digest(clean)
        else:
            text = clean((self.body or b"").decode("utf-8", "surrogateescape"))
            body = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        return digest("http", method, clean(without_credentials(self.url)), headers, body)

    def close(self) -> None:
        """Close the files that were opened for it."""
        if isinstance(self.body, Upload):
            self.body.close()


@lru_cache(maxsize=8)
def _redactor(secrets: frozenset[str]) -> Redactor:
    return Redactor(secrets)
