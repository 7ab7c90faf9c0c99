"""A call to the Graph API as a plain value: what is sent, before anything is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import InvalidMessage
from ..core.secrets.redact import REDACTED

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal, TypeAlias

    #: Whose token a call travels with: the Page's, or the app's own (`app_id|app_secret`).
    Access: TypeAlias = Literal["page", "app"]

#: Signs that ids are made of, which a path holds as they are.
_KEPT_IN_PATHS = ":$@,~+=()"


class GraphRequest(NamedTuple):
    """One call to Graph, finished: nothing in it is lazy, and nothing in it can be called.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: Without version and leading slash, such as `me/messages`.
        params: The query, without credentials.
        body: What is sent as JSON, or as a form with `files`.
        files: Local files by the name of their form field; they are read while they are sent.
        access: Whose token the call travels with.
        delay: Seconds to wait before the call.
        key: The job's own key: at most one write ever per Page and key.
        needs: A successful answer without these keys is not trusted.
        sealed: A parameter is itself a secret, so all of them travel in the body of a batch of one, never in a URL.
        is_aside: Typing before a message: where it fails by accident, the message goes out all the same.
        part: Which part of a message it is, counted from 0: equal parts are not the same message twice.
        is_repeatable: Making the call again harms nothing: a run that goes on makes it again where nobody knows whether
            it was carried out.
        writes: Whether the call changes something, where the method does not say so.
    """

    method: str
    path: str
    params: dict[str, Any]
    body: Any = None
    files: dict[str, Path] | None = None
    access: Access = "page"
    delay: float = 0.0
    key: str | None = None
    needs: tuple[str, ...] = ()
    sealed: bool = False
    is_aside: bool = False
    part: int = 0
    is_repeatable: bool = False
    writes: bool | None = None

    @property
    def is_write(self) -> bool:
        """Whether the call changes something, and so must not be repeated blindly."""
        return self.method != "GET" if self.writes is None else self.writes

    @property
    def is_message(self) -> bool:
        """Whether the call sends what a person reads."""
        message = self.body.get("message") if isinstance(self.body, dict) else None
        return isinstance(message, dict) and str(self.path).endswith("/messages")

    @property
    def recipient(self) -> str | None:
        """Whom it is a message to: the person's PSID, or what else stands for them."""
        recipient = self.body.get("recipient") if isinstance(self.body, dict) else None
        if not isinstance(recipient, dict):
            return None
        return next((str(value) for value in recipient.values() if isinstance(value, str | int)), None)

    @property
    def person(self) -> str | None:
        """Whom it is about: whom it is a message to, or whose label, menu or account it changes."""
        if self.recipient is not None:
            return self.recipient
        for part in (self.body, self.params):
            if isinstance(part, dict):
                found = next((part[name] for name in ("psid", "user") if isinstance(part.get(name), str)), None)
                if found is not None:
                    return str(found)
        return None

    def described(self) -> dict[str, Any]:
        """Return the request as a dry run shows it, without what is empty or secret."""
        params = dict.fromkeys(self.params, REDACTED) if self.sealed else self.params
        files = {name: str(path) for name, path in (self.files or {}).items()}
        facts = {"method": self.method, "path": self.path, "params": params, "body": self.body, "files": files}
        return {key: value for key, value in facts.items() if value}

    def encoded(self) -> Encoded:
        """Return the body as it goes out. It is to be closed, since files may be open.

        Raises:
            InvalidMessage: JSON cannot say it, or a file is not there (any more).
        """
        data = check_json(self.body)
        if self.files:
            return Encoded.form(form_fields(self.body or {}), self.files)
        return Encoded(data, "application/json") if self.body is not None else Encoded(None, None)


class Encoded:
    """A body as it goes out: bytes, or a form that is read from disk while it is sent."""

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

    def close(self) -> None:
        """Close the files that were opened for it."""
        if hasattr(self.data, "close"):
            self.data.close()


def path_part(part: Any) -> str:
    """Return one part of a path as it stands in a URL: an id, an edge.

    Raises:
        InvalidMessage: It is empty, holds half a sign, or would lead elsewhere: the call would be about something else.
    """
    from urllib.parse import quote

    text = "" if part is None or isinstance(part, bool) else str(part).strip()
    if text in ("", ".", ".."):
        shown = "empty" if not text else f"`{text}`"
        raise InvalidMessage(
            f"An id in the path of the call is {shown}.",
            fix="Give the id of the object that the call is about, as text.",
            details={"field": "id"},
        )
    refuse_half_signs(text, "path")
    return quote(text, safe=_KEPT_IN_PATHS)


def refuse_half_signs(value: Any, field: str) -> None:
    """Refuse text that holds half a sign, which UTF-8 cannot say: what is left of an emoji that was cut.

    Raises:
        InvalidMessage: With the field. Nothing was sent.
    """
    if isinstance(value, str):
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise InvalidMessage(
                    f"`{field}` holds half a sign, which UTF-8 cannot say.",
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
        InvalidMessage: It cannot be written so, with the field. Nothing was sent.
    """
    try:
        return json_text(body).encode()
    except UnicodeEncodeError:
        refuse_half_signs(body, "")
        raise


def own_key(key: Any) -> str | None:
    """Return a key as text.

    Raises:
        InvalidMessage: It is empty or no text: it would be the same for everybody.
    """
    if key is None:
        return None
    if isinstance(key, bool) or not isinstance(key, str | int) or not str(key).strip():
        raise InvalidMessage(
            f"`key` is {key!r}." if not isinstance(key, dict | list) else "`key` is no text.",
            fix="Make it of something that is this person's alone, such as the id of the appointment.",
            details={"field": "key"},
        )
    return str(key)


def query_of(params: dict[str, Any]) -> dict[str, Any]:
    """Return a query as it can stand in a URL: without what is None, objects and lists as JSON."""
    return {name: _as_text(value) for name, value in params.items() if value is not None}


def form_fields(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a body as the fields of a form: objects become JSON, as Graph reads them."""
    return [(name, str(_as_text(value))) for name, value in body.items() if value is not None]


def json_text(value: Any) -> str:
    """Return a value as compact JSON.

    Raises:
        InvalidMessage: JSON cannot say it.
    """
    import json

    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as cause:
        raise _not_json(value, cause) from None


def comma_separated(value: Any) -> Any:
    """Return a list as Graph reads lists of names in a query: with commas between them."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else value


def without_none(body: Any) -> Any:
    """Leave out of a resolved body the optional arguments that were None, as if they had not been given."""
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
        why, details = str(cause), {}
    else:
        field = found[0].removeprefix("body.")
        why, details = f"`{field}` is {found[1]}", {"field": field}
    return InvalidMessage(
        f"The request cannot be written as JSON: {why}.",
        fix="Give text, numbers, lists and dicts; turn dates into text first.",
        details=details,
    )
