"""One call of the Graph API, however it arrived: over a socket today, as a part of a batch some day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adaptor.sandbox.records import File


@dataclass
class Call:
    """A call, its parameters gathered from wherever they stood.

    Attributes:
        method: `GET`, `POST`, `DELETE`, …
        path: The whole path as it came, without its query.
        parameters: Query and body together; the body wins.
        bearer: The token of the `Authorization` header, if any.
        files: Uploaded files by the name of their form field.
        version: The version that answers, such as `v26.0`.
        segments: The path behind the version: the object, and the edge if any.
        addressee: The thread of the person who was meant, once that is known, so that a refusal can name them.
    """

    method: str
    path: str
    parameters: dict[str, Any] = field(default_factory=dict)
    bearer: str | None = None
    files: dict[str, File] = field(default_factory=dict)
    version: str = ""
    segments: tuple[str, ...] = ()
    addressee: str = ""
