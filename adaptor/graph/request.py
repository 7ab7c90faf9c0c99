"""A call to the Graph API as a plain value: what would be sent, before anything is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..core.errors import AdaptorError, InvalidMessage
from ..core.secrets.kept_secrets import refuse_marks
from ..core.secrets.redact import REDACTED
from ..core.values.arguments import Structure, known, prepare
from ..core.values.lazy import Lazy, resolve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Literal, TypeAlias

    from ..core.state import State

    #: Whose token a call travels with: the Page's, or the app's own (`app_id|app_secret`).
    Access: TypeAlias = Literal["page", "app"]

#: Signs that ids are made of, which a path holds as they are.
_KEPT_IN_PATHS = ":$@,~+=()"


class PageId(Lazy):
    """The Page that the credential is for: `configuration.page_id`, or `me`."""

    __slots__ = ()

    def __resolve__(self, state: State) -> str:
        configuration = state.get("configuration")
        page = configuration.get("page_id") if isinstance(configuration, dict) else None
        return str(page) if page else "me"

    def __repr__(self) -> str:
        return "state.configuration.page_id"

    def __reduce__(self) -> tuple[Any, ...]:
        return PageId, ()


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """One call: a *draft* while parts of it are lazy, a finished request after `resolved`.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: Without version and leading slash, such as `me/messages`; a list of parts, each of which becomes one.
        params: The query, without credentials; what is None is left out.
        body: What is sent as JSON, or as a form with `files`.
        files: Local files by the name of their form field; they are read while they are sent.
        answers: The documented shape of the answer; a dry run gives it to the job in place of Meta's.
        needs: A successful answer without these keys is not trusted; lazy where they depend on the body.
        check: Refuses what Meta would refuse; called with the body, lazily where parts of it are.
        finish: Drops from the resolved body the optional parts that turned out to be None.
        guard: Resolved with the call and not sent: a lazy value that raises where the call is not to be made.
        reads: Makes of the answer's body what `data` becomes; by default it is the body.
        series: Makes several calls of one, such as the parts of a long text.
        access: Whose token the call travels with.
        sealed: A parameter is itself a secret, so all of them travel in the body of a batch of one, never in a URL.
        delay: Seconds to wait before the call.
        key: The job's own key: at most one write ever per Page and key.
        is_aside: Typing before a message: where it fails by accident, the message goes out all the same.
        writes: Whether the call changes something, where the method does not say so.
        part: Which part of a message it is, counted from 0: equal parts are not the same message twice.
        is_repeatable: Making the call again harms nothing: a run that goes on makes it again where nobody knows whether
            it was carried out.
    """

    method: str
    path: Any
    params: Any = field(default_factory=dict)
    body: Any = None
    files: Any = None
    answers: Any = field(default_factory=dict)
    needs: Any = ()
    check: Callable[[Any], object] | None = None
    finish: Callable[[Any], Any] | None = None
    guard: Any = None
    reads: Callable[[Any], Any] | None = None
    series: Callable[[GraphRequest], list[GraphRequest]] | None = None
    access: Access = "page"
    sealed: bool = False
    delay: float = 0.0
    key: Any = None
    is_aside: bool = False
    writes: bool | None = None
    part: int = 0
    is_repeatable: bool = False

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

    def recipient_for(self, state: State) -> str | None:
        """Return whom a draft is for in this state, also where the rest of it makes no call; None if that is wrong."""
        parts = self.body.__parts__ if isinstance(self.body, Structure) else self.body
        if not isinstance(parts, dict):
            return None
        try:
            return replace(self, body={"recipient": resolve(parts.get("recipient"), state)}).recipient
        except AdaptorError:
            return None

    def described(self) -> dict[str, Any]:
        """Return the request as a dry run shows it, without what is empty or secret."""
        params = dict.fromkeys(self.params, REDACTED) if self.sealed else self.params
        files = {name: str(path) for name, path in (self.files or {}).items()}
        facts = {"method": self.method, "path": self.path, "params": params, "body": self.body, "files": files}
        return {key: value for key, value in facts.items() if value}

    def drafted(self) -> GraphRequest:
        """Return the draft with every lazy part marked, checked as far as its values are known."""
        draft = replace(
            self,
            path=prepare(self.path),
            params=prepare(self.params),
            body=prepare(self.body),
            files=prepare(self.files),
            answers=prepare(self.answers),
        )
        if draft.check is not None:
            draft.check(known(draft.body))
        return draft

    def resolved(self, state: State) -> GraphRequest:
        """Return the finished request for this state, checked."""
        path = resolve(self.path, state)
        body = self.body
        if isinstance(body, Lazy):
            body = body.__resolve__(state)
            if self.finish is not None:
                body = self.finish(body)
            if self.check is not None:
                self.check(body)
        if self.is_write:
            refuse_marks(body)
        if self.guard is not None:
            resolve(self.guard, state)
        params = query_of(resolve(self.params, state))
        # Before anything is recorded as being sent: what cannot be encoded never leaves.
        refuse_half_signs(params, "")
        _check_body(body)
        return replace(
            self,
            path=path if isinstance(path, str) else "/".join(path_part(part) for part in path),
            params=params,
            body=body,
            files=resolve(self.files, state),
            needs=resolve(self.needs, state),
            key=own_key(resolve(self.key, state)),
            check=None,
            finish=None,
            guard=None,
        )

    def encoded(self) -> Encoded:
        """Return the body as it goes out. It is to be closed, since files may be open.

        Raises:
            InvalidMessage: JSON cannot say it, or a file is not there (any more).
        """
        data = _check_body(self.body)
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


def _check_body(body: Any) -> bytes:
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
