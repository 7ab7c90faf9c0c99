"""One call of the Graph API, from a socket or from a part of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.meta.versions import NEWEST, Version, named

if TYPE_CHECKING:
    from adaptor.sandbox.state.records import File


@dataclass
class GraphCall:
    """A call, with the parameters of query and body together.

    Attributes:
        method: `GET`, `POST`, `DELETE`, …
        path: The whole path as it came, without its query.
        parameters: Query and body together; the body wins.
        bearer: The token of the `Authorization` header, if any.
        files: Uploaded files by the name of their form field.
        content: The bytes of an upload session.
        file_offset: The header that says where in the file they begin.
        base: The address under which the sandbox was called, without a slash at the end.
        answering: The version that answers, such as (26, 0).
        version_asked: Whether the path named a version.
        segments: The path after the version: the object, and the edge if any.
        token: The accepted token.
        identity: Who owns that token: `page`, `app` or `user`.
        proven: Whether the `appsecret_proof` of the token was checked already.
        addressee: The thread of the person concerned, once known, so that a refusal can name it.
        addressees: In a batch: the threads of all its parts, without repetition.
        empty_page: Whether the next list gets an empty page.
        accepted: Whether the call was carried out, even if its response says otherwise.
    """

    method: str
    path: str
    parameters: dict[str, Any] = field(default_factory=dict)
    bearer: str | None = None
    files: dict[str, File] = field(default_factory=dict)
    content: bytes = b""
    file_offset: str = ""
    base: str = ""
    answering: Version = NEWEST
    version_asked: bool = False
    segments: tuple[str, ...] = ()
    token: str = ""
    identity: str = ""
    proven: bool = False
    addressee: str = ""
    addressees: dict[str, None] = field(default_factory=dict)
    empty_page: bool = False
    accepted: bool = False

    @property
    def version(self) -> str:
        """The version that answers, such as `v26.0`."""
        return named(self.answering)

    @property
    def edge(self) -> str:
        """The part of the path after the object."""
        return "/".join(self.segments[1:])

    def file(self) -> File | None:
        """Give the uploaded file; in a batch its field may have any name."""
        return self.files.get("filedata") or next(iter(self.files.values()), None)

    def words(self, name: str) -> list[str]:
        """Read a list of words, or a text of words with commas."""
        value = self.parameters.get(name)
        if isinstance(value, str):
            value = value.split(",")
        return [str(item).strip() for item in value if str(item).strip()] if isinstance(value, (list, tuple)) else []
