"""A request to the Graph API as a plain value."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import InvalidMessage
from ..core.secrets.redact import REDACTED
from ..core.text.json_encoder import encoder

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal, TypeAlias

    #: Whose token a call travels with: the Page's, the app's own (`app_id|app_secret`), that of a user of the app; or
    #: none, since the body is the credential: it is sent as a form then (RFC 6749, section 4) and is never shown.
    Access: TypeAlias = Literal["page", "app", "user", "none"]

_encoded = encoder(ensure_ascii=False, allow_nan=False)
#: Characters that ids contain and that are not escaped in a path.
_KEPT_IN_PATHS = ":$@,~+=()"


class GraphRequest(NamedTuple):
    """One finished request to Graph: plain data, without lazy references and callables.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: Without version and leading slash, such as `me/messages`.
        params: The query, without credentials.
        body: The body, sent as JSON, or as a form with `files`.
        files: Local files by the name of their form field; they are read while they are sent.
        access: Whose token is sent.
        delay: Seconds to wait before the call.
        key: The job's own key: at most one write ever per Page and key.
        expects: The keys without which a successful answer is not trusted.
        sealed: A parameter is a secret, so all of them are sent in the body of a batch of one, never in a URL.
        is_aside: A side action, such as typing before a message: if it fails, the message is sent all the same.
        part: The index of a part of a split message; equal parts are not the same message twice.
        is_idempotent: Repeating the call has no further effect, so a resume makes it again if its outcome is unknown.
        writes: Whether the call changes something; None if the method says so.
        file_offset: Where the one file of `files` begins to be sent, as the body itself; None: files go into a form.
        headers: Further HTTP headers, which replace none of ours; a batch cannot carry them.
    """

    method: str
    path: str
    params: dict[str, Any]
    body: Any = None
    files: dict[str, Path] | None = None
    access: Access = "page"
    delay: float = 0.0
    key: str | None = None
    expects: tuple[str, ...] = ()
    sealed: bool = False
    is_aside: bool = False
    part: int = 0
    is_idempotent: bool = False
    writes: bool | None = None
    file_offset: int | None = None
    headers: dict[str, str] | None = None

    @property
    def is_write(self) -> bool:
        """Whether the call changes something; then it must not be repeated if its outcome is unknown."""
        return self.method != "GET" if self.writes is None else self.writes

    @property
    def is_message(self) -> bool:
        """Whether the call sends a message that a person reads."""
        message = self.body.get("message") if isinstance(self.body, dict) else None
        return isinstance(message, dict) and str(self.path).endswith("/messages")

    @property
    def recipient(self) -> str | None:
        """The recipient of a message: the person's PSID, or another id that Meta's recipient object holds."""
        recipient = self.body.get("recipient") if isinstance(self.body, dict) else None
        if not isinstance(recipient, dict):
            return None
        for value in recipient.values():
            if isinstance(value, str | int):
                return str(value)
        return None

    @property
    def person(self) -> str | None:
        """The person it is about: the recipient of a message, or whose label, menu or account it changes."""
        if (recipient := self.recipient) is not None:
            return recipient
        for part in (self.body, self.params):
            if isinstance(part, dict):
                found = next((part[name] for name in ("psid", "user") if isinstance(part.get(name), str)), None)
                if found is not None:
                    return str(found)
        return None

    def described(self) -> dict[str, Any]:
        """Return the request as a dry run shows it, without empty and secret parts."""
        params = dict.fromkeys(self.params, REDACTED) if self.sealed else self.params
        files = {name: str(path) for name, path in (self.files or {}).items()}
        facts = {"method": self.method, "path": self.path, "params": params, "body": self.body, "files": files}
        # Their values may be secret under any name.
        facts["headers"] = dict.fromkeys(self.headers or {}, REDACTED)
        return {key: value for key, value in facts.items() if value}

    def encoded(self) -> Encoded:
        """Return the encoded body. Close it after use, since files may be open.

        Raises:
            InvalidMessage: The body is no JSON, or a file does not exist (any more).
        """
        data = check_json(self.body)
        if self.file_offset is not None and self.files:
            (file,) = self.files.values()
            return Encoded.file(file, self.file_offset)
        if self.access == "none":
            from urllib.parse import urlencode

            return Encoded(urlencode(form_fields(self.body or {})).encode(), "application/x-www-form-urlencoded")
        if self.files:
            return Encoded.form(form_fields(self.body or {}), self.files)
        return Encoded(data, "application/json") if self.body is not None else Encoded(None, None)


class Encoded:
    """An encoded body: bytes, or a form whose files are read while they are sent."""

    __slots__ = ("data", "kind")

    def __init__(self, data: Any, kind: str | None) -> None:
        self.data = data
        self.kind = kind

    @classmethod
    def form(cls, fields: list[tuple[str, str]], files: dict[str, Path]) -> Encoded:
        """Return a multipart form with files in it."""
        from ..wire.upload import Upload

        upload = Upload(fields, files)
        return cls(upload, f"multipart/form-data; boundary={upload.boundary}")

    @classmethod
    def file(cls, path: Path, offset: int) -> Encoded:
        """Return the bytes of a file from an offset on."""
        from ..wire.media_types import media_type
        from ..wire.upload import open_file

        return cls(open_file(path, offset), media_type(path.name) or "application/octet-stream")

    def close(self) -> None:
        """Close the files that it has opened."""
        if hasattr(self.data, "close"):
            self.data.close()


def path_part(part: Any) -> str:
    """Return one segment of a path, such as an id or an edge, escaped for a URL.

    Raises:
        InvalidMessage: It is empty, holds a lone surrogate, or would change the path (`.`, `..`).
    """
    text = "" if part is None or isinstance(part, bool) else str(part).strip()
    if text in ("", ".", ".."):
        shown = "empty" if not text else f"`{text}`"
        raise InvalidMessage(
            f"An id in the path of the call is {shown}.",
            fix="Give the id of the object that the call is about, as text.",
            details={"field": "id"},
        )
    refuse_half_signs(text, "path")
    return _escaped(text)


@lru_cache(maxsize=256)
def _escaped(text: str) -> str:
    # Most calls of a run have the same path.
    from urllib.parse import quote

    return quote(text, safe=_KEPT_IN_PATHS)


def refuse_half_signs(value: Any, field: str) -> None:
    """Refuse text with a lone surrogate, which UTF-8 cannot encode: half of an emoji that was cut.

    Raises:
        InvalidMessage: A text holds one; the error names the field. Nothing was sent.
    """
    if isinstance(value, str):
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise InvalidMessage(
                    f"`{field}` holds half a character, which UTF-8 cannot encode.",
                    fix="Look for cut emojis in the text.",
                    details={"field": field},
                ) from None
    elif isinstance(value, dict):
        for name, item in value.items():
            refuse_half_signs(name, field or "body")
            refuse_half_signs(item, f"{field}.{name}" if field else str(name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            refuse_half_signs(item, f"{field}[{index}]")


def check_json(body: Any) -> bytes:
    """Return a body as JSON in UTF-8.

    Raises:
        InvalidMessage: It is no JSON; the error names the field. Nothing was sent.
    """
    try:
        return json_text(body).encode()
    except UnicodeEncodeError:
        refuse_half_signs(body, "")
        raise


def own_key(key: Any) -> str | None:
    """Return a key as text.

    Raises:
        InvalidMessage: It is empty or no text, so it would be the same for everybody.
    """
    if key is None:
        return None
    if isinstance(key, bool) or not isinstance(key, str | int) or not str(key).strip():
        raise InvalidMessage(
            f"`key` is {key!r}." if not isinstance(key, dict | list) else "`key` is no text.",
            fix="Make it of something that only this person has, such as the id of the appointment.",
            details={"field": "key"},
        )
    return str(key)


def query_of(params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a URL: None is left out, objects and lists become JSON.

    Raises:
        InvalidMessage: One is neither text nor JSON: as text it could be another one in each attempt. Nothing was sent.
    """
    return {name: _parameter(name, value) for name, value in params.items() if value is not None}


def _parameter(name: str, value: Any) -> Any:
    if not isinstance(value, str | int):
        try:
            text = json_text(value)
        except InvalidMessage:
            raise _not_json({name: value}, TypeError(f"`{name}`")) from None
        return text if isinstance(value, dict | list | tuple) else value
    return _as_text(value)


def form_fields(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a body as the fields of a form; objects become JSON."""
    return [(name, str(_as_text(value))) for name, value in body.items() if value is not None]


def json_text(value: Any) -> str:
    """Return a value as compact JSON.

    Raises:
        InvalidMessage: JSON cannot hold it.
    """
    try:
        return _encoded(value)
    except (TypeError, ValueError, RecursionError) as cause:
        raise _not_json(value, cause) from None


def comma_separated(value: Any) -> Any:
    """Return a list of names joined with commas, as Graph reads it; any other value as it is."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else value


def without_none(body: Any) -> Any:
    """Return a resolved body without the parts that are None."""
    return {key: value for key, value in body.items() if value is not None} if isinstance(body, dict) else body


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json_text(value) if isinstance(value, dict | list | tuple) else value


def _not_json(value: Any, cause: Exception) -> InvalidMessage:
    from ..core.state import not_json

    try:
        found = not_json(value, "body")
    except RecursionError:
        found = None
    if found is None:
        is_endless = isinstance(cause, RecursionError)
        why, details = "it holds itself, or is nested too deeply" if is_endless else str(cause), {}
    else:
        field = found[0].removeprefix("body.")
        why, details = f"`{field}` is {found[1]}", {"field": field}
    return InvalidMessage(
        f"The request cannot be written as JSON: {why}.",
        fix="Give text, numbers, lists and dicts; turn dates into text first.",
        details=details,
    )
