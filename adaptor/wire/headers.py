"""HTTP headers that a job gives: whether they can be sent, and which of them hold a secret."""

from __future__ import annotations

import base64
import re

from ..core.run.context import active
from ..core.secrets.redact import sounds_secret
from ..core.state import a_kind
from ..core.values.lazy import Lazy
from .address import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

#: Headers that only the connection itself may set.
_FRAMING = frozenset({"content-length", "transfer-encoding"})
#: The name under which secrets are known that the job's own code contains.
IN_THE_JOB = "http"


def check_headers(headers: Any) -> None:
    """Refuse headers that cannot be sent; lazy values are not checked.

    Raises:
        InvalidMessage: A name or a value is not valid. Nothing was sent.
    """
    if not isinstance(headers, dict):
        refuse("headers", f"is {a_kind(headers)}, not a dict", 'Give names and values: {"Accept": "text/csv"}.')
    for name, value in headers.items():
        if not isinstance(name, str) or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            refuse("headers", "holds a name that no header can have", "Names are letters, digits and hyphens.")
        if name.lower() in _FRAMING:
            refuse("headers", f"holds {name}, which follows from the body", "Leave it out.")
        if isinstance(value, bool) or not isinstance(value, str | int | float | Lazy | None):
            refuse("headers", f"holds {a_kind(value)} under `{name}`", "Give text or numbers.")
        if isinstance(value, str) and not re.fullmatch(r"[\t\x20-\x7e\x80-\xff]*", value):
            fix = ".strip() it, or remove characters that are not Latin."
            refuse("headers", f"holds characters under `{name}` that no header can have", fix)


def secrets_of_headers(headers: Any) -> Iterator[str]:
    """Yield the values of headers whose names sound secret, and the secrets inside them."""
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if sounds_secret(str(name)) and isinstance(value, str):
            yield value
            yield from _inside(value)


def learn(secrets: Iterable[str]) -> None:
    """Let no log or error of the run show these secrets, which an operation was built with.

    An error while the job is loaded shows its line, which may hold a credential.
    """
    run = active.get()
    if run is None:
        return
    if run.is_loading:
        # The job's code holds them, and a resume loads it again.
        run.redactor.learn_named((IN_THE_JOB, secret) for secret in secrets)
    else:
        run.redactor.learn(secrets)


def _inside(value: str) -> Iterator[str]:
    """Yield the secrets in `Bearer abc` and in `a=1; b=2`."""
    scheme, _, rest = value.partition(" ")
    if scheme.lower() == "basic":
        try:
            yield base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except ValueError:
            pass
    yield rest
    for part in value.split(";"):
        yield part.partition("=")[2].strip()
